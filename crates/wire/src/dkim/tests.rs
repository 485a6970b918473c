use super::*;
use kernel::{Chance, SystemChance};
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use std::sync::LazyLock;

const NOW: Moment = Moment::from_millis(1_772_442_000_000);

/// Made once: an RSA key takes its time.
static RSA: LazyLock<Vec<u8>> = LazyLock::new(|| make(Algorithm::Rsa, &SystemChance).expect("a key"));

fn key(algorithm: Algorithm) -> Key {
    let der = if algorithm == Algorithm::Rsa { RSA.clone() } else { make(algorithm, &SystemChance).expect("a key") };
    Key::read(&der).expect("a key")
}

fn signer() -> Signer {
    let signer = Signer::new("verdi.example", &COVERED).expect("a signer");
    signer.with("scheda", key(Algorithm::Rsa)).and_then(|signer| signer.with("scheda-ed", key(Algorithm::Ed25519))).expect("a signer")
}

const MESSAGE: &str = concat!(
    "Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n",
    "From: \"Officina Verdi\" <crm@verdi.example>\r\n",
    "To: <niccolo@example.it>\r\n",
    "Subject: Novit=C3=A0\r\n di   marzo \r\n",
    "List-Unsubscribe:\r\n <https://crm.verdi.example/u/1>\r\n",
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    "X-Nota: niente\r\n",
    "\r\n",
    "Ciao  Niccolo, \t\r\n",
    "\r\n",
    " a presto\r\n",
    "\r\n",
    "\r\n"
);

/// The form that is signed, written a second time from the text of the standard, header by header and line by line.
mod standard {
    pub(super) fn spaces(text: &str) -> String {
        let mut out = text.replace('\t', " ");
        while out.contains("  ") {
            out = out.replace("  ", " ");
        }
        out
    }

    pub(super) fn header(field: &str) -> String {
        let (name, value) = field.split_once(':').expect("a header");
        format!("{}:{}", name.trim().to_lowercase(), spaces(&value.replace("\r\n", "")).trim())
    }

    pub(super) fn body(body: &str) -> String {
        let lines: Vec<String> = body.split("\r\n").map(|line| spaces(line).trim_end().to_owned()).collect();
        let text = lines.join("\r\n");
        let text = text.trim_end_matches("\r\n");
        if text.is_empty() { String::new() } else { format!("{text}\r\n") }
    }

    /// The headers of a message, each whole.
    pub(super) fn fields(message: &str) -> (Vec<String>, &str) {
        let (headers, body) = message.split_once("\r\n\r\n").expect("a body");
        let mut fields: Vec<String> = Vec::new();
        for line in headers.split("\r\n") {
            match fields.last_mut() {
                Some(last) if line.starts_with([' ', '\t']) => *last = format!("{last}\r\n{line}"),
                _ => fields.push(line.to_owned()),
            }
        }
        (fields, body)
    }
}

/// How many signatures of a message hold, as one who has read the standard and the DNS sees it.
fn holds(message: &[u8], keys: &[(&str, &Key)]) -> usize {
    let message = String::from_utf8(message.to_vec()).expect("text");
    let (fields, body) = standard::fields(&message);
    let ours = fields.iter().filter(|field| field.starts_with("DKIM-Signature:"));
    ours.filter(|field| {
        let value: String = field.split_once(':').expect("a header").1.split_whitespace().collect();
        let tag = |name: &str| value.split(';').find_map(|tag| tag.strip_prefix(name)?.strip_prefix('=')).expect("a tag").to_owned();
        assert_eq!((tag("v").as_str(), tag("c").as_str(), tag("d").as_str()), ("1", "relaxed/relaxed", "verdi.example"));
        assert!(field.split("\r\n").all(|line| line.len() <= 78), "{field}");
        if STANDARD.encode(digest(&SHA256, standard::body(body).as_bytes())) != tag("bh") {
            return false;
        }
        let mut left: Vec<&String> = fields.iter().filter(|field| !field.starts_with("DKIM-Signature:")).collect();
        let mut data = String::new();
        for name in tag("h").split(':') {
            let of_name = |field: &&String| field.split(':').next().is_some_and(|own| own.trim().eq_ignore_ascii_case(name));
            if let Some(at) = left.iter().rposition(of_name) {
                data += &(standard::header(left.remove(at)) + "\r\n");
            }
        }
        let (open, _) = field.rsplit_once("b=").map(|(start, _)| (format!("{start}b="), ())).expect("a signature");
        data += &standard::header(&open);
        let selector = tag("s");
        let (_, key) = keys.iter().find(|(own, _)| *own == selector).expect("its key");
        let record = key.record();
        let public = STANDARD.decode(record.split("p=").nth(1).expect("a key")).expect("base64");
        let signature = STANDARD.decode(tag("b")).expect("base64");
        match tag("a").as_str() {
            // The DNS wraps the key of RSA; ring wants it bare.
            "rsa-sha256" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public[24..]).verify(data.as_bytes(), &signature).is_ok(),
            "ed25519-sha256" => {
                UnparsedPublicKey::new(&ED25519, &public).verify(digest(&SHA256, data.as_bytes()).as_ref(), &signature).is_ok()
            }
            other => panic!("{other}"),
        }
    })
    .count()
}

fn held(signer: &Signer, message: &[u8]) -> usize {
    holds(message, &signer.keys.iter().map(|(selector, key)| (selector.as_str(), key)).collect::<Vec<_>>())
}

#[test]
fn both_signatures_hold_and_cover_what_they_have_to() {
    let signer = signer();
    let signed = signer.sign(MESSAGE.as_bytes(), NOW).expect("signed");
    assert!(signed.ends_with(MESSAGE.as_bytes()), "the message itself is as it was");
    assert_eq!(held(&signer, &signed), 2);
    let text = String::from_utf8(signed.clone()).expect("text");
    let names: String = text.split("h=").nth(1).and_then(|rest| rest.split(';').next()).expect("names").split_whitespace().collect();
    assert_eq!(names, "From:From:Subject:Subject:Date:To:List-Unsubscribe:List-Unsubscribe-Post");
    assert!(text.contains("t=1772442000;"));
    assert_eq!(signed, signer.sign(MESSAGE.as_bytes(), NOW).expect("signed"), "the same message has the same signatures");
}

#[test]
fn a_change_is_seen_and_what_servers_do_on_the_way_is_not() {
    let signer = signer();
    let text = String::from_utf8(signer.sign(MESSAGE.as_bytes(), NOW).expect("signed")).expect("text");
    for (from, to) in [
        ("<niccolo@", "<anna@"),
        ("marzo", "aprile"),
        ("/u/1", "/u/2"),
        ("One-Click", "Two-Clicks"),
        ("a presto", "a mai"),
        ("\r\n\r\nCiao", "\r\nSubject: altro\r\n\r\nCiao"),
        ("\r\n\r\nCiao", "\r\nFrom: <altro@verdi.example>\r\n\r\nCiao"),
        ("t=1772442000", "t=1772442001"),
    ] {
        assert!(text.contains(from));
        assert_eq!(held(&signer, text.replace(from, to).as_bytes()), 0, "{from}: {to}");
    }
    for (from, to) in [
        (" di   marzo ", "\t di marzo"),
        ("X-Nota: niente", "X-Nota: molto"),
        ("Ciao  Niccolo, \t", "Ciao Niccolo,"),
        ("presto\r\n\r\n\r\n", "presto\r\n"),
        ("To: <", "TO:   <"),
    ] {
        assert!(text.contains(from));
        assert_eq!(held(&signer, text.replace(from, to).as_bytes()), 2, "{from}: {to}");
    }
}

/// Whatever lines end in here, they end in CRLF when they go out, and that is what is signed.
#[test]
fn lines_are_signed_as_they_go_out() {
    let signer = signer();
    for body in ["", "\r\n", "\r\n\r\n", "a", "a\r\n", " ", "\t\r\n a", "a\r\n\r\nb \r\n.\r\n"] {
        let message = format!("From: <crm@verdi.example>\r\n\r\n{body}");
        let signed = signer.sign(message.as_bytes(), NOW).expect("signed");
        assert_eq!(held(&signer, &signed), 2, "{body:?}");
    }
    let bare = signer.sign(MESSAGE.replace("\r\n", "\n").as_bytes(), NOW).expect("signed");
    assert_eq!(held(&signer, String::from_utf8(bare).expect("text").replace("\r\n", "\n").replace('\n', "\r\n").as_bytes()), 2);
}

#[test]
fn what_can_t_be_signed_for_is_refused() {
    for domain in ["", "a b", "a;d=b", "a\r\nb", "a..b", &"x".repeat(64)] {
        assert!(matches!(Signer::new(domain, &COVERED), Err(Refused::Unfit(_))), "{domain}");
        assert!(signer().with(domain, key(Algorithm::Ed25519)).is_err());
    }
    assert!(Signer::new("città.example", &COVERED).is_ok_and(|signer| signer.domain == "xn--citt-3na.example"));
    for headers in [&["Subject"][..], &["From", "a:b"], &["From", ""], &["From", "a\r\nb"]] {
        assert!(Signer::new("verdi.example", headers).is_err());
    }
    assert!(matches!(signer().sign(b"Subject: x\r\n\r\nx", NOW), Err(Refused::Unfit(_))));
}

#[test]
fn a_key_is_read_in_both_forms_and_tells_what_the_dns_has_to_say() {
    let pem = |der: &[u8]| {
        let code = STANDARD.encode(der);
        let lines: Vec<&str> = (0..code.len()).step_by(64).map(|start| &code[start..code.len().min(start + 64)]).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    };
    for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
        let der = if algorithm == Algorithm::Rsa { RSA.clone() } else { make(algorithm, &SystemChance).expect("a key") };
        let (from_der, from_pem) = (Key::read(&der).expect("a key"), Key::read(pem(&der).as_bytes()).expect("a key"));
        assert_eq!((from_der.algorithm(), from_der.record()), (algorithm, from_pem.record()));
        assert!(Key::read(&der[1..]).is_err());
    }
    let rsa = key(Algorithm::Rsa).record();
    // 2048 bits with 65537, as every tool writes them.
    assert!(rsa.starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA") && rsa.ends_with("IDAQAB"), "{rsa}");
    assert_eq!(key(Algorithm::Ed25519).record().len(), "v=DKIM1; k=ed25519; p=".len() + 44);
    assert!(Key::read(b"").is_err() && Key::read(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err());
    assert_eq!(format!("{:?}", key(Algorithm::Rsa)), "Key(Rsa)", "a key is not told");
}

/// RFC 8463, A.2: the seed and the public key of its example.
#[test]
fn a_seed_makes_the_key_of_the_standard() {
    #[derive(Debug)]
    struct Fixed(Vec<u8>);
    impl Chance for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0);
        }
    }
    let seed = STANDARD.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").expect("base64");
    let key = Key::read(&make(Algorithm::Ed25519, &Fixed(seed)).expect("a key")).expect("a key");
    assert_eq!(key.record(), "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

/// Keys of RSA are as ring wants them, in whatever order their primes were found.
#[test]
fn keys_are_taken_by_the_signer_as_they_were_made() {
    for _ in 0..8 {
        let der = make(Algorithm::Rsa, &SystemChance).expect("a key");
        assert_eq!(Key::read(&der).map(|key| key.algorithm()), Ok(Algorithm::Rsa));
    }
}
