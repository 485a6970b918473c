//! Signatures by which a receiver knows that a message is ours and came unchanged (DKIM: RFC 6376, and RFC 8463 for Ed25519).

mod canon;
mod key;

pub use key::{Algorithm, Key, make};

use crate::smtp::Refused;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use canon::Canon;
use kernel::Moment;
use ring::digest::{SHA256, digest};
use std::fmt;

/// The headers that a signature covers: those that say what a message is, from whom, and how to have no more of them. RFC 8058 wants
/// the last two, or nobody is let go with one click.
pub const COVERED: [&str; 14] = [
    "From",
    "Reply-To",
    "Subject",
    "Date",
    "To",
    "Cc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];
/// Headers that nobody may add a second of.
const ONCE: [&str; 2] = ["From", "Subject"];
/// How long a line of a signature may be.
const WIDTH: usize = 76;

/// Signs for a domain, with one key or several: each makes a signature of its own.
pub struct Signer {
    domain: String,
    headers: Vec<String>,
    keys: Vec<(String, Key)>,
}

impl Signer {
    /// For a domain; covers the headers that are named and there ([`COVERED`]). `Unfit` for a domain or a header that is none, and
    /// where `From` is not among them.
    pub fn new(domain: &str, headers: &[&str]) -> Result<Signer, Refused> {
        let token = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !headers.iter().all(token) || !headers.iter().any(|name| name.eq_ignore_ascii_case("From")) {
            return Err(unfit("headers that can't be signed"));
        }
        let headers = headers.iter().map(|name| (*name).to_owned()).collect();
        Ok(Signer { domain: named(domain)?, headers, keys: Vec::new() })
    }

    /// The same, with a key that stands in the DNS at `selector._domainkey.domain`.
    pub fn with(mut self, selector: &str, key: Key) -> Result<Signer, Refused> {
        self.keys.push((named(selector)?, key));
        Ok(self)
    }

    /// A message with its signatures in front of it, made at a moment. Lines count as they go out: whatever ends them, it is CRLF
    /// there. `Unfit` where it says not whom it is from.
    pub fn sign(&self, message: &[u8], at: Moment) -> Result<Vec<u8>, Refused> {
        let canon = Canon::of(message);
        let hash = STANDARD.encode(digest(&SHA256, &canon.body));
        let (names, covered) = self.covered(&canon)?;
        let mut signed = Vec::with_capacity(message.len() + self.keys.len() * 1024);
        for (selector, key) in &self.keys {
            let mut header = format!(
                "DKIM-Signature: v=1; a={}; c=relaxed/relaxed;\r\n\td={};\r\n\ts={}; t={};\r\n\th=",
                key.algorithm().name(),
                self.domain,
                selector,
                at.millis().div_euclid(1000).max(0)
            );
            folded(names.iter().map(String::as_str), &mut header);
            header += &format!(";\r\n\tbh={hash};\r\n\tb=");
            // It covers itself too, as if it had no signature yet.
            let mut data = covered.clone();
            canon::header(&header, &mut data);
            let signature = STANDARD.encode(key.sign(&data)?);
            folded(pieces(&signature), &mut header);
            header += "\r\n";
            signed.extend_from_slice(header.as_bytes());
        }
        signed.extend_from_slice(message);
        Ok(signed)
    }

    /// The names as the signature lists them, with their colons, and the headers that they stand for.
    fn covered(&self, canon: &Canon<'_>) -> Result<(Vec<String>, Vec<u8>), Refused> {
        let (mut names, mut data) = (Vec::new(), Vec::with_capacity(1024));
        for name in &self.headers {
            // Of several with one name the last comes first (RFC 6376, 5.4.2).
            let of_name = canon.headers(name).rev().inspect(|header| data.extend_from_slice(header)).count();
            if of_name == 0 && name.eq_ignore_ascii_case("From") {
                return Err(unfit("a message from nobody"));
            }
            // A name that is listed once more than it is there can't be added.
            let more = usize::from(ONCE.iter().any(|once| name.eq_ignore_ascii_case(once)));
            names.extend(std::iter::repeat_n(format!("{name}:"), of_name + more));
        }
        if let Some(last) = names.last_mut() {
            last.pop();
        }
        Ok((names, data))
    }
}

/// Writes pieces one after the other, on as many lines as they need.
fn folded<'p>(pieces: impl Iterator<Item = &'p str>, header: &mut String) {
    for piece in pieces {
        let line = header.rfind('\n').map_or(0, |end| end + 1);
        if header.len() - line + piece.len() > WIDTH {
            header.push_str("\r\n\t ");
        }
        header.push_str(piece);
    }
}

/// A code in pieces that fit on a line.
fn pieces(code: &str) -> impl Iterator<Item = &str> {
    (0..code.len()).step_by(72).map(|start| &code[start..code.len().min(start + 72)])
}

/// A name of the DNS.
fn named(name: &str) -> Result<String, Refused> {
    let ascii = idna::domain_to_ascii(name).map_err(|_| unfit("a domain that is none"))?;
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let fits = ascii.len() <= 253 && ascii.split('.').all(|label| (1..=63).contains(&label.len()) && label.bytes().all(sign));
    if fits { Ok(ascii) } else { Err(unfit("a domain that is none")) }
}

fn unfit(cause: &str) -> Refused {
    Refused::Unfit(cause.to_owned())
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {:?})", self.domain, self.keys)
    }
}

#[cfg(test)]
mod tests;
