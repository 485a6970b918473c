//! Phone numbers, e-mail addresses and sites, brought to what tells them apart.

use crate::text::{Words, table};
use kernel::fold;
use std::sync::LazyLock;

/// Providers at whose domains anybody has an address.
const FREE: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "libero.it",
    "virgilio.it",
    "alice.it",
    "tin.it",
    "tim.it",
    "tiscali.it",
    "tiscalinet.it",
    "hotmail.it",
    "hotmail.com",
    "live.it",
    "live.com",
    "outlook.it",
    "outlook.com",
    "msn.com",
    "yahoo.it",
    "yahoo.com",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "email.it",
    "inwind.it",
    "iol.it",
    "interfree.it",
    "fastwebnet.it",
    "teletu.it",
    "vodafone.it",
    "aruba.it",
    "pec.it",
    "legalmail.it",
    "arubapec.it",
    "postecert.it",
    "poste.it",
    "gmx.com",
    "gmx.net",
    "gmx.de",
    "aol.com",
    "protonmail.com",
    "proton.me",
    "katamail.com",
    "supereva.it",
    "jumpy.it",
    "blu.it",
    "infinito.it",
    "lycos.it",
    "excite.it",
    "pecimprese.it",
    "mypec.eu",
    "kataweb.it",
    "wind.it",
    "windtre.it",
    "web.de",
    "t-online.de",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "bluewin.ch",
    "mail.com",
    "mail.ru",
    "yandex.ru",
];

/// Names of mailboxes that every company has.
const ROLES: &[&str] = &[
    "info",
    "amministrazione",
    "segreteria",
    "ufficio",
    "commerciale",
    "vendite",
    "acquisti",
    "contabilita",
    "direzione",
    "posta",
    "mail",
    "email",
    "contatti",
    "contatto",
    "studio",
    "pec",
    "sales",
    "office",
    "admin",
    "hello",
    "contact",
    "ordini",
    "fatture",
    "fatturazione",
    "assistenza",
    "supporto",
    "support",
    "marketing",
    "hr",
    "personale",
    "reception",
    "prenotazioni",
    "booking",
    "negozio",
    "shop",
    "azienda",
    "clienti",
    "servizi",
    "tecnico",
    "magazzino",
    "logistica",
    "export",
    "noreply",
    "webmaster",
    "staff",
    "team",
    "amm",
    "uff",
    "ammin",
];

/// Each number of a text: a letter (`m` for a mobile, `p` for any other) and its digits, without the prefix of Italy and without
/// zeros at the front, which get lost.
pub(crate) fn phones(text: &str, mut each: impl FnMut(String)) {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits <= 11 || text.trim_start().starts_with('+') && digits <= 12 {
        each(phone(text));
    } else {
        for part in italy::Phone::split(text) {
            each(phone(part));
        }
    }
}

fn phone(text: &str) -> String {
    let mut digits = String::with_capacity(16);
    digits.push('p');
    digits.extend(text.chars().filter(char::is_ascii_digit));
    let mut number = &digits[1..];
    let mut prefixed = text.trim_start().starts_with('+');
    if let Some(rest) = number.strip_prefix("00") {
        (number, prefixed) = (rest, true);
    }
    if let Some(rest) = number.strip_prefix("39")
        && (prefixed || number.len() >= 11)
    {
        number = rest;
    }
    let mobile = number.starts_with('3') && (9..=10).contains(&number.len());
    let bare = number.trim_start_matches('0');
    if !(5..=15).contains(&bare.len()) || bare.bytes().all(|byte| byte == bare.as_bytes()[0]) || "1234567890".starts_with(bare) {
        return String::new();
    }
    let mut phone = String::with_capacity(bare.len() + 1);
    phone.push(if mobile { 'm' } else { 'p' });
    phone.push_str(bare);
    phone
}

/// An address of e-mail in its plain form, behind a digit that says whether the mailbox is a company's (1) and whether anybody may have
/// an address there (2); nothing, if it is none.
pub(crate) fn email(text: &str) -> Option<String> {
    let lower = fold(text.trim().trim_matches(['"', '\'', '.']));
    let bare = lower.strip_prefix("mailto:").unwrap_or(&lower);
    let (local, domain) = bare.rsplit_once('@')?;
    let local = local.split('+').next().unwrap_or(local);
    let domain = domain.trim_matches('.');
    if local.is_empty() || !domain.contains('.') && domain.len() < 4 || local.contains('@') {
        return None;
    }
    let mut email = String::with_capacity(bare.len());
    if matches!(domain, "gmail.com" | "googlemail.com") {
        email.push(if is_role(local.as_bytes()) { '3' } else { '2' });
        email.extend(local.chars().filter(|letter| *letter != '.'));
        email.push_str("@gmail.com");
    } else {
        let kind = u8::from(is_role(local.as_bytes())) + 2 * u8::from(is_free(domain.as_bytes()));
        email.push(char::from(b'0' + kind));
        email.push_str(local);
        email.push('@');
        email.push_str(domain);
    }
    Some(email)
}

/// The domain of a site, without what every site has before it; nothing for pages at places where everybody has one.
pub(crate) fn site(text: &str) -> Option<String> {
    let lower = fold(text.trim());
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = bare.split(['/', '?', '#', ':', ' ']).next().unwrap_or("").trim_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    if labels.len() < 2 || labels.iter().any(|label| label.is_empty()) {
        return None;
    }
    let domain = labels[labels.len() - 2..].join(".");
    let shared =
        ["facebook.com", "instagram.com", "linkedin.com", "google.com", "twitter.com", "youtube.com", "paginegialle.it", "wixsite.com"];
    (!shared.contains(&domain.as_str()) && !is_free(domain.as_bytes())).then_some(domain)
}

static FREE_DOMAINS: LazyLock<Words<()>> = LazyLock::new(|| table(FREE));
static ROLE_NAMES: LazyLock<Words<()>> = LazyLock::new(|| table(ROLES));

/// Whether anybody may have an address at that domain.
fn is_free(domain: &[u8]) -> bool {
    FREE_DOMAINS.contains_key(domain)
}

/// Whether a mailbox of this name is a company's and not somebody's: `info`, `info2`.
fn is_role(local: &[u8]) -> bool {
    let name = local.iter().rposition(u8::is_ascii_alphabetic).map_or(local, |last| &local[..=last]);
    ROLE_NAMES.contains_key(name)
}

/// An address of e-mail, taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Email<'a> {
    /// All of it.
    pub(crate) whole: &'a [u8],
    /// What stands before the `@`.
    pub(crate) local: &'a [u8],
    /// What stands after it.
    pub(crate) domain: &'a [u8],
    /// The part of the domain that is somebody's own: of `mail.rossi.it`, `rossi.it`.
    pub(crate) own_domain: &'a [u8],
    /// Whether the mailbox is a company's and not somebody's.
    pub(crate) role: bool,
    /// Whether anybody may have an address at the domain.
    pub(crate) free: bool,
}

impl<'a> Email<'a> {
    /// Takes apart what [`email`] made.
    pub(crate) fn of(piece: &'a [u8]) -> Email<'a> {
        let (kind, whole) = piece.split_first().map_or((0, piece), |(kind, whole)| (kind.wrapping_sub(b'0'), whole));
        let at = whole.iter().rposition(|byte| *byte == b'@').unwrap_or(whole.len());
        let domain = whole.get(at + 1..).unwrap_or(&[]);
        let mut dots = domain.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.').map(|(place, _)| place);
        let own_domain = dots.nth(1).map_or(domain, |place| &domain[place + 1..]);
        Email { whole, local: &whole[..at], domain, own_domain, role: kind & 1 == 1, free: kind & 2 == 2 }
    }
}
