//! Signing in through the company's provider, one of the tests that says what it is told to: the truth, and every lie of E6.

use crate::arrivals::told;
use crate::client::{Got, Sending};
use crate::house::{House, deactivate, houses};
use crate::letters::set_account;
use crate::post_office::PostOffice;
use crate::signing_in::{PASSWORD, cookie, form, with_password};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as LETTERS;
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub const SECRET: &str = "canary-openid-4711";

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    Right,
    /// By nobody.
    None,
    /// By a key of somebody else.
    Other,
    /// With a public key as a secret that both know.
    Shared,
    /// By the right key, and changed afterwards.
    Changed,
}

/// What the provider says next.
#[derive(Clone)]
struct Saying {
    claims: Json,
    signs: Signs,
}

#[derive(Clone)]
pub struct Provider {
    address: String,
    saying: Arc<Mutex<Saying>>,
    /// What was asked with each code: the challenge and the nonce.
    asked: Arc<Mutex<HashMap<String, (String, String)>>>,
}

fn key() -> Vec<u8> {
    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).expect("a key").as_ref().to_vec()
}

fn pair(pkcs8: &[u8]) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new()).expect("a key")
}

fn fields(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

impl Provider {
    async fn open() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let saying = Saying { claims: json!({}), signs: Signs::Right };
        let provider = Provider { address, saying: Arc::new(Mutex::new(saying)), asked: Arc::default() };
        let (own, key) = (provider.clone(), key());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 16_384];
                let mut read = 0;
                // A form may come in two pieces.
                while !String::from_utf8_lossy(&bytes[..read]).contains("\r\n\r\n")
                    || String::from_utf8_lossy(&bytes[..read]).starts_with("POST")
                        && !String::from_utf8_lossy(&bytes[..read]).contains("grant_type=")
                {
                    match stream.read(&mut bytes[read..]).await {
                        Ok(more) if more > 0 => read += more,
                        _ => break,
                    }
                }
                let (status, body) = own.answer(&String::from_utf8_lossy(&bytes[..read]), &key);
                let body = body.to_string();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        provider
    }

    fn answer(&self, request: &str, key: &[u8]) -> (u16, Json) {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let issuer = &self.address;
        let pair = pair(key);
        let point = pair.public_key().as_ref();
        match path {
            "/.well-known/openid-configuration" => (
                200,
                json!({
                    "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
                    "jwks_uri": format!("{issuer}/jwks"),
                }),
            ),
            "/jwks" => {
                let own = json!({ "kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "alg": "ES256", "x": LETTERS.encode(&point[1..33]), "y": LETTERS.encode(&point[33..65]) });
                (200, json!({ "keys": [own] }))
            }
            "/token" => {
                let sent = fields(request.split("\r\n\r\n").nth(1).unwrap_or_default());
                let basic = base64::engine::general_purpose::STANDARD.encode(format!("scheda:{SECRET}"));
                let known = self.asked.lock().expect("codes").remove(&sent["code"]);
                let proved = known.filter(|(challenge, _)| *challenge == LETTERS.encode(Sha256::digest(sent["code_verifier"].as_bytes())));
                match proved {
                    Some((_, nonce)) if request.contains(&format!("Basic {basic}")) => {
                        (200, json!({ "access_token": "x", "token_type": "Bearer", "id_token": self.token(&pair, &nonce) }))
                    }
                    _ => (400, json!({ "error": "invalid_grant" })),
                }
            }
            _ => (404, json!({})),
        }
    }

    fn token(&self, own: &EcdsaKeyPair, nonce: &str) -> String {
        let Saying { claims, signs } = self.saying.lock().expect("what to say").clone();
        let mut said = json!({ "iss": self.address, "aud": "scheda", "nonce": nonce });
        for (name, value) in claims.as_object().expect("claims") {
            said[name] = value.clone();
        }
        let header = match signs {
            Signs::None => json!({ "alg": "none" }),
            Signs::Shared => json!({ "alg": "HS256", "kid": "1" }),
            _ => json!({ "alg": "ES256", "kid": "1" }),
        };
        let signed = format!("{}.{}", LETTERS.encode(header.to_string()), LETTERS.encode(said.to_string()));
        let signature = match signs {
            Signs::None => String::new(),
            Signs::Shared => {
                let mut mac = Hmac::<Sha256>::new_from_slice(own.public_key().as_ref()).expect("a key");
                mac.update(signed.as_bytes());
                LETTERS.encode(mac.finalize().into_bytes())
            }
            Signs::Other => LETTERS.encode(pair(&key()).sign(&SystemRandom::new(), signed.as_bytes()).expect("signed").as_ref()),
            Signs::Right | Signs::Changed => LETTERS.encode(own.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed").as_ref()),
        };
        if signs == Signs::Changed {
            let mut other = said;
            other["sub"] = json!("somebody-else");
            return format!("{}.{}.{signature}", LETTERS.encode(header.to_string()), LETTERS.encode(other.to_string()));
        }
        format!("{signed}.{signature}")
    }

    fn say(&self, claims: Json, signs: Signs) {
        *self.saying.lock().expect("what to say") = Saying { claims, signs };
    }
}

/// A browser.
struct Browser<'h> {
    house: &'h House,
    provider: &'h Provider,
    sid: String,
}

impl Browser<'_> {
    fn send(&self, method: &str, target: &str, more: &str) -> Sending {
        let cookies: Vec<&str> = [self.sid.as_str(), more].into_iter().filter(|cookie| !cookie.is_empty()).collect();
        let sending = self.house.send(method, target);
        if cookies.is_empty() { sending } else { sending.header("Cookie", cookies.join("; ")) }
    }

    async fn post(&self, target: &str, pairs: &[(&str, &str)]) -> Got {
        let csrf = self.house.web.csrf(&engine::identity::digest(self.sid.trim_start_matches("sid=")));
        self.send("POST", target, "").form(&form(&[&[("csrf", csrf.as_str())], pairs].concat())).send().await
    }

    /// To the provider and, with its code, to our door again; gives the address one comes back to, and the cookie of the way.
    async fn away(&self, target: &str) -> (String, String) {
        let led = self.send("GET", target, "").send().await.expect(303);
        let there = led.header("location").to_owned();
        assert!(there.starts_with(&format!("{}/auth?", self.provider.address)), "{there}");
        let asked = fields(there.split_once('?').expect("a question").1);
        assert_eq!(
            (asked["response_type"].as_str(), asked["code_challenge_method"].as_str(), asked["client_id"].as_str()),
            ("code", "S256", "scheda")
        );
        assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43 && asked["redirect_uri"].ends_with("/sign-in/company/return"));
        let code = asked["state"][..10].to_owned();
        let known = (asked["code_challenge"].clone(), asked["nonce"].clone());
        self.provider.asked.lock().expect("codes").insert(code.clone(), known);
        let back = form(&[("code", &code), ("state", &asked["state"]), ("iss", &self.provider.address)]);
        (format!("/sign-in/company/return?{back}"), cookie(&led))
    }

    async fn back(&self, target: &str, way: &str) -> Got {
        self.send("GET", target, way).header("Sec-Fetch-Site", "cross-site").header("Sec-Fetch-Mode", "navigate").send().await
    }

    /// The whole way of whoever is not signed in; where it led, and the session if there is one.
    async fn comes_in(&self) -> (String, Option<String>) {
        let (target, way) = self.away("/sign-in/company").await;
        let got = self.back(&target, &way).await;
        let set = got.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with("sid="));
        (got.header("location").to_owned(), set.map(|(_, value)| value.split(';').next().unwrap_or_default().to_owned()))
    }
}

pub async fn with_provider(house: &House) -> Provider {
    let provider = Provider::open().await;
    let own = provider.address.trim_start_matches("http://").to_owned();
    let ada = &house.people["ada"];
    let set = async |pairs: &[(&str, &str)]| {
        let pairs = [&[("csrf", ada.csrf.as_str())], pairs].concat();
        house.page("ada", "POST", "/administration/provider").form(&form(&pairs)).send().await
    };
    let named = |issuer: &'static str| [("name", "Azienda"), ("issuer", issuer), ("client", "scheda"), ("secret", SECRET), ("own", "")];
    // D1: discovery goes nowhere near our own network unless it is said so.
    for private in ["http://127.0.0.1", "https://127.0.0.1", "https://localhost", "https://169.254.169.254", "file:///etc/passwd", ""] {
        assert_eq!(set(&named(Box::leak(private.to_owned().into_boxed_str()))).await.status, 422, "{private}");
    }
    set(&[("name", "Azienda"), ("issuer", &provider.address), ("client", "scheda"), ("secret", SECRET), ("own", &own)]).await.expect(303);
    let page = house.page("ada", "GET", "/administration/provider").send().await.expect(200).text();
    assert!(page.contains(&provider.address) && !page.contains(SECRET) && !house.table("installation").await.contains(SECRET));
    provider
}

fn of(house: &House, subject: &str, email: &str, verified: bool) -> Json {
    let now = house.engine.now().millis() / 1000;
    json!({ "sub": subject, "email": email, "email_verified": verified, "iat": now, "exp": now + 300 })
}

async fn signed_in<'h>(house: &'h House, provider: &'h Provider, who: &str) -> Browser<'h> {
    with_password(house, who).await;
    let sent = form(&[("email", &format!("{who}@example.it")), ("password", PASSWORD)]);
    let got = house.send("POST", "/sign-in").header("Sec-Fetch-Site", "same-origin").form(&sent).send().await.expect(303);
    Browser { house, provider, sid: cookie(&got) }
}

/// E6: an address, verified or not, opens nothing by itself; bound while one is signed in, the account is.
#[tokio::test]
async fn an_account_is_bound_by_whoever_is_signed_in_and_by_nobody_else() {
    for house in houses().await {
        let provider = with_provider(&house).await;
        let nobody = Browser { house: &house, provider: &provider, sid: String::new() };
        assert!(house.send("GET", "/sign-in").send().await.expect(200).text().contains("Azienda"));
        for verified in [false, true] {
            provider.say(of(&house, "s-1", "anna@example.it", verified), Signs::Right);
            assert_eq!(nobody.comes_in().await, ("/sign-in?said=company-unknown".to_owned(), None));
        }
        let anna = signed_in(&house, &provider, "anna").await;
        // Of another address, or an address that nobody vouches for, nothing is bound.
        for (email, verified) in [("anna@example.it", false), ("bruno@example.it", true), ("", true)] {
            provider.say(of(&house, "s-1", email, verified), Signs::Right);
            let (target, way) = anna.away("/preferences/security/company").await;
            anna.back(&target, &way).await.expect(409);
        }
        provider.say(of(&house, "s-1", "Anna@Example.it", true), Signs::Right);
        // What Anna began, Bruno does not end: neither with his cookie of the way, nor with hers.
        let bruno = signed_in(&house, &provider, "bruno").await;
        let (target, way) = anna.away("/preferences/security/company").await;
        assert_eq!(bruno.back(&target, "").await.header("location"), "/sign-in?said=company");
        bruno.back(&target, &way).await.expect(409);
        let (target, way) = anna.away("/preferences/security/company").await;
        assert_eq!(anna.back(&target, &way).await.expect(303).header("location"), "/preferences/security");
        assert_eq!(anna.back(&target, &way).await.expect(409).header("location"), "", "once");
        assert!(anna.send("GET", "/preferences/security", "").send().await.expect(200).text().contains("company/removal"));
        // Another address at the provider changes nothing: known is the subject.
        provider.say(of(&house, "s-1", "altro@example.it", false), Signs::Right);
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        let before = told(&house, &office).await;
        let (next, session) = nobody.comes_in().await;
        assert_eq!(told(&house, &office).await, before + 1, "this browser was not known");
        let session = Browser { house: &house, provider: &provider, sid: session.expect("a session") };
        assert_eq!((next.as_str(), session.send("GET", "/accounts", "").send().await.status), ("/", 200));
        // Where one was going is gone on to.
        let door = house.send("GET", "/sign-in?next=%2Fcontacts").send().await.expect(200).text();
        assert!(door.contains("href=\"/sign-in/company?next=%2Fcontacts\""), "{door}");
        let (target, way) = nobody.away("/sign-in/company?next=%2Fcontacts").await;
        assert_eq!(nobody.back(&target, &way).await.expect(303).header("location"), "/contacts");
        // The same subject is nobody else's.
        provider.say(of(&house, "s-1", "bruno@example.it", true), Signs::Right);
        let (target, way) = bruno.away("/preferences/security/company").await;
        bruno.back(&target, &way).await.expect(409);
        // Whoever frees his account comes in by the password alone.
        provider.say(of(&house, "s-1", "anna@example.it", true), Signs::Right);
        anna.post("/preferences/security/company/removal", &[]).await.expect(303);
        assert_eq!(nobody.comes_in().await.1, None);
        // A11: whoever is put out is out, with the session that the provider opened too, however willing the provider is.
        let (target, way) = anna.away("/preferences/security/company").await;
        anna.back(&target, &way).await.expect(303);
        let session = Browser { house: &house, provider: &provider, sid: nobody.comes_in().await.1.expect("a session") };
        session.send("GET", "/accounts", "").send().await.expect(200);
        deactivate(&house, "anna").await;
        session.send("GET", "/accounts", "").send().await.expect(303);
        assert_eq!(nobody.comes_in().await.1, None);
    }
}

/// E6: the same subject at another provider is another person; and whoever was invited and has not come in yet is bound by nobody.
#[tokio::test]
async fn a_subject_counts_at_its_own_provider_alone() {
    for house in houses().await {
        let provider = with_provider(&house).await;
        let anna = signed_in(&house, &provider, "anna").await;
        provider.say(of(&house, "s-1", "anna@example.it", true), Signs::Right);
        let (target, way) = anna.away("/preferences/security/company").await;
        anna.back(&target, &way).await.expect(303);
        let nobody = Browser { house: &house, provider: &provider, sid: String::new() };
        assert!(nobody.comes_in().await.1.is_some());
        let unknown = ("/sign-in?said=company-unknown".to_owned(), None);
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        let ada = house.engine.principal_of(house.people["ada"].id, engine::Through::Pages).await.expect("Ada").expect("active");
        house.engine.invite(&ada, house.people["rita"].id).await.expect("invited");
        provider.say(of(&house, "s-2", "rita@example.it", true), Signs::Right);
        assert_eq!(nobody.comes_in().await, unknown);
        let other = with_provider(&house).await;
        other.say(of(&house, "s-1", "anna@example.it", true), Signs::Right);
        let nobody = Browser { house: &house, provider: &other, sid: String::new() };
        assert_eq!(nobody.comes_in().await, unknown, "of another issuer");
    }
}

/// Where the administrator wants it, whoever the provider vouches for gets an account; nobody gets another's, and nobody comes back.
#[tokio::test]
async fn people_of_the_company_get_an_account_at_their_first_sign_in() {
    for house in houses().await {
        let provider = with_provider(&house).await;
        let own = provider.address.trim_start_matches("http://").to_owned();
        let team = house.north.team.to_string();
        let set = async |pairs: &[(&str, &str)]| {
            let kept = [
                ("csrf", house.people["ada"].csrf.as_str()),
                ("name", "Azienda"),
                ("issuer", &provider.address),
                ("client", "scheda"),
                ("own", &own),
            ];
            house.page("ada", "POST", "/administration/provider").form(&form(&[&kept[..], pairs].concat())).send().await
        };
        let nobody = Browser { house: &house, provider: &provider, sid: String::new() };
        let unknown = ("/sign-in?said=company-unknown".to_owned(), None);
        let comes = async |subject: &str, email: &str, verified: bool| {
            let mut said = of(&house, subject, email, verified);
            (said["name"], said["locale"]) = (json!("Carla <b>Bianchi</b>"), json!("en-GB"));
            provider.say(said, Signs::Right);
            nobody.comes_in().await
        };
        assert_eq!(comes("s-9", "carla@verdi.example", true).await, unknown, "off, as installed");
        let on = ("welcomes", "true");
        for (wrong, field) in [
            (vec![on, ("roles", "agent")], "domains"),
            (vec![on, ("domains", "verdi"), ("roles", "agent")], "domains"),
            (vec![on, ("domains", "verdi.example, a@b.example"), ("roles", "agent")], "domains"),
            (vec![on, ("domains", "verdi.example")], "roles"),
            (vec![on, ("domains", "verdi.example"), ("roles", "administrator")], "roles"),
            (vec![on, ("domains", "verdi.example"), ("roles", "nessuno")], "roles"),
            (vec![on, ("domains", "verdi.example"), ("roles", "agent"), ("team", "0000000000001")], "team"),
        ] {
            let page = set(&wrong).await.expect(422).text();
            assert!(page.contains(&format!("{field}-error")), "{wrong:?}: {page}");
        }
        set(&[on, ("domains", "@Verdi.example; filiale.verdi.example"), ("roles", "agent"), ("roles", "reader"), ("team", &team)])
            .await
            .expect(303);
        let page = house.page("ada", "GET", "/administration/provider").send().await.expect(200).text();
        assert!(page.contains("value=\"verdi.example, filiale.verdi.example\"") && page.contains("value=\"agent\" checked"), "{page}");
        assert!(
            page.contains(&format!("value=\"{team}\" selected")) && page.contains("name=\"welcomes\" value=\"true\" checked"),
            "{page}"
        );
        // E6: neither an address that nobody vouches for, nor another domain, nor somebody's own.
        for (email, verified) in [
            ("carla@verdi.example", false),
            ("carla@evil.example", true),
            ("carla@evil.verdi.example", true),
            ("carla@verdi.example@evil.example", true),
            ("carla@verdi.example.evil.example", true),
            ("", true),
        ] {
            assert_eq!(comes("s-9", email, verified).await, unknown, "{email} {verified}");
        }
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        let (next, session) = comes("s-9", "Carla@Verdi.example", true).await;
        let carla = Browser { house: &house, provider: &provider, sid: session.expect("a session") };
        assert_eq!((next.as_str(), carla.send("GET", "/accounts", "").send().await.status), ("/", 200));
        let page = carla.send("GET", "/accounts", "").send().await.text();
        assert!(page.contains("Carla &lt;b&gt;Bianchi&lt;/b&gt;") || page.contains("Carla &#60;b&#62;Bianchi&#60;/b&#62;"), "{page}");
        assert_eq!(told(&house, &office).await, 0, "nobody has to be told of his first browser");
        let users = house.get("ada", "/users?filter=email%20is%20%22carla%40verdi.example%22").await.expect(200).json();
        let user = users["records"][0]["id"].as_str().expect("an id").to_owned();
        let user = house.get("ada", &format!("/users/{user}")).await.expect(200).json();
        assert_eq!((&user["roles"], &user["language"]), (&json!(["agent", "reader"]), &json!("en")), "{user}");
        assert!(user["team"].to_string().contains(&team), "{user}");
        house.engine.settle_audit().await.expect("the audit");
        let audit = house.page("ada", "GET", "/administration/audit").send().await.expect(200).text();
        assert!(audit.contains("Account made at the first company sign-in"), "{audit}");
        // She administers nothing, and another time she is the same.
        carla.send("GET", "/administration/provider", "").send().await.expect(403);
        let before = house.table("user").await;
        assert!(comes("s-9", "carla@verdi.example", true).await.1.is_some());
        assert_eq!(house.table("user").await, before);
        // Another subject with her address, and one with the address of whoever was here before: no way in, and none is bound.
        assert_eq!(comes("s-10", "carla@verdi.example", true).await, unknown);
        set(&[on, ("domains", "verdi.example,example.it"), ("roles", "agent")]).await.expect(303);
        assert_eq!(comes("s-11", "anna@example.it", true).await, unknown);
        // Whoever was put out stays out, bound or not.
        let users = house.engine.entity("user").expect("users");
        let (active, email) = (users.field("active").expect("a field").id, users.field("email").expect("a field").id);
        let system = house.engine.system(engine::Through::CommandLine);
        let id = user["id"].as_str().expect("an id").parse().expect("an id");
        let out = vec![(active, kernel::Value::Bool(false))];
        house.engine.change(&system, &users, id, None, out.clone(), Vec::new()).await.expect("out");
        assert_eq!(comes("s-9", "carla@verdi.example", true).await, unknown);
        assert_eq!(comes("s-12", "carla@verdi.example", true).await, unknown);
        let other = vec![(email, kernel::Value::from("carla.bianchi@verdi.example"))];
        house.engine.change(&system, &users, id, None, other, Vec::new()).await.expect("another address");
        assert_eq!(comes("s-9", "carla@verdi.example", true).await, unknown, "known is the subject");
        // Off again, nobody gets an account.
        set(&[]).await.expect(303);
        assert_eq!(comes("s-13", "dario@verdi.example", true).await, unknown);
    }
}

/// E6: no forged token is taken: by another, by nobody, for another, of another time, about another question.
#[tokio::test]
async fn no_forged_token_is_taken() {
    for house in houses().await {
        let provider = with_provider(&house).await;
        let nobody = Browser { house: &house, provider: &provider, sid: String::new() };
        let anna = signed_in(&house, &provider, "anna").await;
        let right = of(&house, "s-1", "anna@example.it", true);
        provider.say(right.clone(), Signs::Right);
        let (target, way) = anna.away("/preferences/security/company").await;
        anna.back(&target, &way).await.expect(303);
        assert!(nobody.comes_in().await.1.is_some());
        for signs in [Signs::None, Signs::Other, Signs::Shared, Signs::Changed] {
            provider.say(right.clone(), signs);
            assert_eq!(nobody.comes_in().await, ("/sign-in?said=company".to_owned(), None));
        }
        let now = house.engine.now().millis() / 1000;
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("iss", json!(format!("{}/", provider.address))),
            ("aud", json!("another")),
            ("aud", json!(["scheda", "another"])),
            ("aud", Json::Null),
            ("azp", json!("another")),
            ("nonce", json!("of another question")),
            ("nonce", json!("")),
            ("nonce", Json::Null),
            ("exp", json!(now - 61)),
            ("exp", Json::Null),
            ("iat", json!(now + 300)),
            ("iat", json!(now - 3_600)),
            ("sub", json!("")),
            ("sub", Json::Null),
        ] {
            let mut wrong = right.clone();
            wrong[name] = value.clone();
            provider.say(wrong, Signs::Right);
            assert_eq!(nobody.comes_in().await, ("/sign-in?said=company".to_owned(), None), "{name} {value}");
        }
        provider.say(right.clone(), Signs::Right);
        // Without the state that was given, without the cookie, with another's code, or from another provider.
        let (target, way) = nobody.away("/sign-in/company").await;
        let refused = async |target: &str, way: &str| nobody.back(target, way).await.header("location") == "/sign-in?said=company";
        assert!(refused(&target, "").await && refused(&target.replace("state=", "stat="), &way).await);
        assert!(refused(&target.replace("state=", "state=A"), &way).await && refused(&target, "scheda_away=A").await);
        assert!(refused(&target.replace("iss=", "iss=x"), &way).await);
        let (other, _) = nobody.away("/sign-in/company").await;
        let code = other.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
        let own = target.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
        assert!(refused(&target.replace(own, code), &way).await, "the verifier is that of another question");
        // Ten minutes, and one begins again.
        let (target, way) = nobody.away("/sign-in/company").await;
        house.clock.pass(11 * 60_000);
        provider.say(of(&house, "s-1", "anna@example.it", true), Signs::Right);
        assert!(refused(&target, &way).await);
        assert!(nobody.comes_in().await.1.is_some());
    }
}
