//! What somebody probably meant whose address has a slip of the keyboard. Proposed, never written.

use super::Address;

/// Where most people in Italy have their mail.
#[rustfmt::skip]
const PROVIDERS: [&str; 48] = [
    "gmail.com", "hotmail.it", "hotmail.com", "libero.it", "virgilio.it", "tiscali.it", "alice.it", "outlook.it", "outlook.com", "yahoo.it",
    "yahoo.com", "icloud.com", "fastwebnet.it", "inwind.it", "legalmail.it", "arubapec.it", "postecert.it", "tiscalinet.it",
    "protonmail.com", "googlemail.com", "vodafone.it", "teletu.it", "poste.it", "aruba.it", "live.it", "live.com", "msn.com", "tin.it",
    "iol.it", "email.it", "tim.it", "pec.it", "me.com", "mac.com", "aol.com", "ymail.com", "proton.me", "infinito.it", "katamail.com",
    "supereva.it", "telecomitalia.it", "interfree.it", "hotmail.fr", "hotmail.de", "yahoo.fr", "yahoo.de", "outlook.fr", "blu.it",
];
/// How many of those, from the first, are long enough that a slip can be told from another domain.
const TELLING: usize = 24;
/// Real domains that lie one letter from a provider.
#[rustfmt::skip]
const REAL: [&str; 26] = [
    "mail.com", "email.com", "ymail.com", "gmx.com", "gmx.it", "fmail.com", "hotmail.fr", "hotmail.de", "hotmail.es", "hotmail.be",
    "yahoo.fr", "yahoo.de", "yahoo.es", "yahoo.in", "outlook.fr", "outlook.de", "outlook.es", "libera.it", "posta.it", "alicea.it",
    "virgilio.com", "vodafone.de", "vodafone.com", "tiscali.com", "poste.com", "alice.fr",
];
/// Ends that are no ends, and what was meant.
#[rustfmt::skip]
const ENDS: [(&str, &str); 26] = [
    ("con", "com"), ("cmo", "com"), ("ocm", "com"), ("vom", "com"), ("xom", "com"), ("comm", "com"), ("coom", "com"), ("conm", "com"),
    ("cpm", "com"), ("cim", "com"), ("c0m", "com"), ("coml", "com"), ("ti", "it"), ("itt", "it"), ("iit", "it"), ("i", "it"), ("ut", "it"),
    ("ot", "it"), ("itit", "it"), ("nte", "net"), ("nett", "net"), ("ner", "net"), ("ogr", "org"), ("orgg", "org"), ("ue", "eu"), ("euu", "eu"),
];

/// The address that was probably meant, for one with a slip: `gmial.com`, `libero.ti`, `gmail.con`, a comma for a dot, two
/// `@`, a space inside. `None` for an address in which nothing looks wrong, or where nothing better is near.
pub fn proposal(text: &str) -> Option<String> {
    let written = text.trim().trim_matches(['<', '>', ';', ',', '.', '"']);
    let written = written.strip_prefix("mailto:").unwrap_or(written);
    if written.is_empty() || written.len() > 254 {
        return None;
    }
    let close: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let close = close.replace("@@", "@").replace("(at)", "@").replace("[at]", "@");
    let (local, domain) = match close.split_once('@') {
        Some((local, domain)) if !domain.contains('@') => (local.to_owned(), domain.to_owned()),
        Some(_) => return None,
        None => without_at(&close)?,
    };
    let local = local.replace(',', ".").replace("..", ".");
    let local = local.trim_matches('.').trim_start_matches("www.");
    let domain = meant(&domain.to_lowercase());
    let proposed = Address::parse(&format!("{local}@{domain}")).ok()?;
    let is_another = Address::parse(text).map_or(true, |address| address.key() != proposed.key());
    is_another.then(|| proposed.as_str().to_owned())
}

/// `mario.rossi#gmail.com`, `mario.rossigmail.com`: the provider is known, the `@` is missing.
fn without_at(text: &str) -> Option<(String, String)> {
    let small = text.to_lowercase();
    let provider = PROVIDERS[..TELLING].iter().find(|provider| small.ends_with(**provider))?;
    let local = text[..text.len() - provider.len()].trim_end_matches(['#', '§', 'ò', '"', '/']);
    (local.len() > 2 && !local.ends_with(['.', '-', '_'])).then(|| (local.to_owned(), (*provider).to_owned()))
}

/// The domain that was meant, or the same.
fn meant(domain: &str) -> String {
    let domain: String = domain.replace([',', ';', ':'], ".");
    let domain = domain.trim_matches('.').replace("..", ".");
    if PROVIDERS.contains(&domain.as_str()) || REAL.contains(&domain.as_str()) {
        return domain;
    }
    let domain = match domain.rsplit_once('.') {
        Some((stem, end)) => match ENDS.iter().find(|(wrong, _)| *wrong == end) {
            Some((_, right)) => format!("{stem}.{right}"),
            None => domain,
        },
        // The end is missing, or its dot: "gmail", "liberoit".
        None => {
            let whole = PROVIDERS[..TELLING]
                .iter()
                .find(|provider| provider.split('.').next() == Some(&domain) || provider.replace('.', "") == domain);
            return whole.map_or(domain, |provider| (*provider).to_owned());
        }
    };
    if PROVIDERS.contains(&domain.as_str()) || REAL.contains(&domain.as_str()) {
        return domain;
    }
    match PROVIDERS[..TELLING].iter().find(|provider| is_one_slip_from(&domain, provider)) {
        Some(provider) => (*provider).to_owned(),
        None => domain,
    }
}

/// Whether one letter is missing, too many, another, or two neighbours have changed places.
fn is_one_slip_from(typed: &str, meant: &str) -> bool {
    let (typed, meant): (Vec<char>, Vec<char>) = (typed.chars().collect(), meant.chars().collect());
    let same = typed.iter().zip(&meant).take_while(|(one, other)| one == other).count();
    let (typed, meant) = (&typed[same..], &meant[same..]);
    match (typed.len(), meant.len()) {
        (0, 0) => false,
        (left, right) if left == right => {
            typed[1..] == meant[1..] || left > 1 && typed[0] == meant[1] && typed[1] == meant[0] && typed[2..] == meant[2..]
        }
        (left, right) if left == right + 1 => typed[1..] == *meant,
        (left, right) if left + 1 == right => *typed == meant[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::proposal;

    #[test]
    fn slips_get_a_proposal() {
        for (typed, meant) in [
            ("mario@gmial.com", "mario@gmail.com"),
            ("mario@gmai.com", "mario@gmail.com"),
            ("mario@gnail.com", "mario@gmail.com"),
            ("mario@gmail.con", "mario@gmail.com"),
            ("mario@gmail.co", "mario@gmail.com"),
            ("mario@gmail,com", "mario@gmail.com"),
            ("mario@gmail..com", "mario@gmail.com"),
            ("mario@gmailcom", "mario@gmail.com"),
            ("mario@gmail", "mario@gmail.com"),
            ("mario@hotmial.it", "mario@hotmail.it"),
            ("Mario.Rossi@hotmal.com", "Mario.Rossi@hotmail.com"),
            ("mario@libero.ti", "mario@libero.it"),
            ("mario@liberoit", "mario@libero.it"),
            ("mario@libeo.it", "mario@libero.it"),
            ("mario@tiscalli.it", "mario@tiscali.it"),
            ("mario@yaho.it", "mario@yahoo.it"),
            ("mario@virgillio.it", "mario@virgilio.it"),
            ("mario @ gmail.com", "mario@gmail.com"),
            ("mario@@gmail.com", "mario@gmail.com"),
            ("mario,rossi@rossi.it", "mario.rossi@rossi.it"),
            ("info@rossi,it", "info@rossi.it"),
            ("info@rossi.itt", "info@rossi.it"),
            ("info@rossi.con", "info@rossi.com"),
            ("mario.rossigmail.com", "mario.rossi@gmail.com"),
            ("www.mario@rossi.it", "mario@rossi.it"),
            ("mario@rossi.it.", "mario@rossi.it"),
        ] {
            assert_eq!(proposal(typed).as_deref(), Some(meant), "{typed}");
            assert_eq!(proposal(meant), None, "{meant}");
        }
    }

    #[test]
    fn what_looks_right_is_left_alone() {
        for address in [
            "mario@gmail.com",
            "MARIO@GMAIL.COM",
            "mario@rossi.it",
            "mario@mail.com",
            "mario@email.it",
            "mario@hotmail.fr",
            "mario@tin.it",
            "mario@tim.it",
            "mario@live.it",
            "mario@alicia.it.example",
            "info@officinamartini.eu",
            "rossi@pec.it",
            "mario",
            "mario rossi",
            "",
            "a@b@c.it",
        ] {
            assert_eq!(proposal(address), None, "{address}");
        }
    }
}
