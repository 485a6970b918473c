//! Phone numbers: read as Italians write them, kept in the international form.
//!
//! Italian numbers have rules of their own here, since nearly all are Italian and an import reads thousands a second;
//! the library with the tables of the world is asked only about the others.

mod abroad;
mod italian;
mod split;

use kernel::Say;
use std::borrow::Cow;
use std::fmt;

/// A phone number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone {
    e164: String,
    kind: Kind,
    extension: String,
}

/// What sort of line it is, as far as the number tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A line at a place. Abroad also one of which the number does not tell whether it is mobile.
    Landline,
    /// A mobile.
    Mobile,
    /// Free for who calls: 800, 803.
    Free,
    /// Dear for who calls: 199, 892, 899.
    Premium,
    /// Shared cost, personal numbers, calls over the internet.
    Other,
}

impl Phone {
    /// Reads one number: `02/1234567`, `(050) 123.456`, `+39 333-1234567`, `0039…`, `+44 20 7946 0958`; also with the
    /// number within the company (`050 123456 int. 12`). Without a prefix it is Italian.
    ///
    /// Errors: `error-phone-characters` (letters, or other things that no number has), `error-phone-short`,
    /// `error-phone-long`, `error-phone-unknown` (no number of Italy begins or is long like this),
    /// `error-phone-country` (no number of that country is like this).
    pub fn parse(text: &str) -> Result<Phone, Say> {
        let (number, extension) = extension_off(text);
        let digits = Digits::of(number)?;
        let (e164, kind) = if digits.international {
            match digits.as_str().strip_prefix("39") {
                Some(national) => with_prefix(national, italian::kind(national).ok_or(const { Say::new("error-phone-unknown") })?),
                None => abroad::recognise(digits.as_str())?,
            }
        } else {
            let national = italian::national(digits.as_str());
            with_prefix(national, italian::kind(national).ok_or_else(|| refusal(national))?)
        };
        Ok(Phone { e164, kind, extension: extension.to_owned() })
    }

    /// The numbers that stand together in one cell, as written, without the words around them:
    /// `02/123456 - cell. 333.1234567` is two. What looks like no number at all is left out; what looks like one
    /// but is wrong is given as it stands, so that its fault can be shown.
    pub fn split(text: &str) -> Vec<&str> {
        split::split(text)
    }

    /// The canonical form: `+39050123456`. An Italian landline keeps its 0. Without the extension.
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// What sort of line it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The number within the company, or nothing.
    pub fn extension(&self) -> &str {
        &self.extension
    }

    /// Whether it is a number of Italy.
    pub fn is_italian(&self) -> bool {
        self.italian().is_some()
    }

    fn italian(&self) -> Option<&str> {
        self.e164.strip_prefix("+39")
    }

    /// As a person reads it: `050 123456`, `333 123 4567`, `+44 20 7946 0958`.
    pub fn for_people(&self) -> String {
        let mut text = match self.italian() {
            Some(national) => italian::for_people(national, self.kind),
            None => abroad::for_people(&self.e164),
        };
        if !self.extension.is_empty() {
            text.push_str(" int. ");
            text.push_str(&self.extension);
        }
        text
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.e164)
    }
}

/// The digits of a text, by which numbers are searched however they are written.
pub fn phone_digits(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.bytes().filter(u8::is_ascii_digit).map(char::from).collect())
    }
}

fn with_prefix(national: &str, kind: Kind) -> (String, Kind) {
    let mut e164 = String::with_capacity(3 + national.len());
    e164.push_str("+39");
    e164.push_str(national);
    (e164, kind)
}

fn refusal(national: &str) -> Say {
    Say::new(match national.len() {
        0..=5 => "error-phone-short",
        12.. => "error-phone-long",
        _ => "error-phone-unknown",
    })
}

/// The number and, if the text names one, the number within the company.
fn extension_off(text: &str) -> (&str, &str) {
    let trimmed = text.trim();
    let without = trimmed.trim_end_matches(|c: char| c.is_ascii_digit());
    let extension = &trimmed[without.len()..];
    let named = without.trim_end_matches(['.', ':', ' ']);
    let word = named.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_extension = ["int", "interno", "ext", "est", "x"].iter().any(|known| known.eq_ignore_ascii_case(&named[word.len()..]));
    if is_extension && (1..=6).contains(&extension.len()) { (word, extension) } else { (trimmed, "") }
}

/// The digits of one number, without what separates them.
struct Digits {
    bytes: [u8; Digits::MOST],
    from: usize,
    to: usize,
    international: bool,
}

impl Digits {
    /// The longest number of the world has 15 digits; 00 may stand before it, and a needless 0 after the country.
    const MOST: usize = 18;

    fn of(text: &str) -> Result<Digits, Say> {
        let mut digits = Digits { bytes: [0; Digits::MOST], from: 0, to: 0, international: false };
        for letter in text.chars() {
            match letter {
                '0'..='9' if digits.to == Digits::MOST => return Err(Say::new("error-phone-long")),
                '0'..='9' => {
                    digits.bytes[digits.to] = letter as u8;
                    digits.to += 1;
                }
                '+' | '＋' if digits.to == 0 && !digits.international => digits.international = true,
                '/'
                | '\\'
                | '-'
                | '.'
                | '('
                | ')'
                | '['
                | ']'
                | '_'
                | '\''
                | '‐'..='―'
                | '−'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{feff}' => {}
                space if space.is_whitespace() => {}
                _ => return Err(Say::new("error-phone-characters")),
            }
        }
        if digits.to == 0 {
            return Err(Say::new("error-phone-short"));
        }
        // `0039…`, and the `+0039…` of who writes both.
        if digits.as_str().starts_with("00") {
            digits.international = true;
            digits.from = 2;
        }
        if digits.international && digits.to - digits.from > 16 {
            return Err(Say::new("error-phone-long"));
        }
        Ok(digits)
    }

    fn as_str(&self) -> &str {
        // Only ASCII digits were put there.
        std::str::from_utf8(&self.bytes[self.from..self.to]).unwrap_or("")
    }
}

#[cfg(test)]
mod tests;
