//! Addresses as an envelope has them (RFC 5321, 4.1.2). What is none is never written: a line break in it would be a command.

use std::borrow::Cow;

/// How long the part before the @ may be, in bytes.
const LOCAL: usize = 64;
/// How long a domain may be.
const DOMAIN: usize = 255;
/// How long an address may be: a path of 256 without its brackets.
const WHOLE: usize = 254;
/// How long a part of a domain may be.
const LABEL: usize = 63;

/// An address for an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// As it is written between the brackets.
    pub(crate) text: String,
    /// Whether it goes beyond ASCII, which only some servers take (RFC 6531).
    pub(crate) wide: bool,
}

impl Path {
    /// Nobody: where a message comes from that never comes back.
    pub(crate) fn none() -> Path {
        Path { text: String::new(), wide: false }
    }

    /// Reads an address. A domain beyond ASCII becomes punycode, which every server knows.
    pub(crate) fn read(address: &str) -> Option<Path> {
        let (local, domain) = address.rsplit_once('@')?;
        if local.len() > LOCAL || !is_local(local) {
            return None;
        }
        let domain = if domain.is_ascii() { Cow::Borrowed(domain) } else { Cow::Owned(idna::domain_to_ascii(domain).ok()?) };
        // What a domain becomes is looked at, not what it was: a wide «＞» becomes a «>».
        let fits = domain.len() <= DOMAIN && local.len() + 1 + domain.len() <= WHOLE;
        (fits && is_domain(&domain)).then(|| Path { text: format!("{local}@{domain}"), wide: !local.is_ascii() })
    }
}

/// Letters and signs of an atom (RFC 5322, 3.2.3), in any order of dots, since there are such mailboxes; or the same, and a few signs
/// more, between quotes.
fn is_local(local: &str) -> bool {
    let bare = |c: char| is_plain(c) && !"\"(),:;<>@[\\]".contains(c);
    let quoted = |c: char| is_plain(c) && !"\"\\<>".contains(c);
    match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) => inside.chars().all(quoted),
        None => !local.is_empty() && local.chars().all(bare),
    }
}

/// Names, or an address in square brackets.
fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !literal.is_empty() && literal.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-".contains(&byte));
    }
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    domain.split('.').all(|label| (1..=LABEL).contains(&label.len()) && label.bytes().all(sign))
}

/// Neither space nor anything that can't be seen.
fn is_plain(c: char) -> bool {
    !c.is_control() && !c.is_whitespace()
}

#[cfg(test)]
mod tests;
