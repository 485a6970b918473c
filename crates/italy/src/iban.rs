//! IBAN: the bank account of any country that uses it, with the Italian parts named.

use crate::check_letter::check_letter;
use crate::compact::{compact, digits_only};
use kernel::Say;
use std::fmt;

/// How long an account number is, by country, as the SWIFT registry has it.
#[rustfmt::skip]
const LENGTHS: [(&str, usize); 88] = [
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22), ("BI", 27), ("BR", 29),
    ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27), ("DK", 18), ("DO", 28), ("EE", 20), ("EG", 29),
    ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27), ("GB", 22), ("GE", 22), ("GI", 23), ("GL", 18), ("GR", 27), ("GT", 28),
    ("HN", 28), ("HR", 21), ("HU", 28), ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26), ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20),
    ("LB", 28), ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22), ("MK", 19),
    ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28), ("NL", 18), ("NO", 15), ("OM", 23), ("PK", 24), ("PL", 28), ("PS", 29),
    ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("RU", 33), ("SA", 24), ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24),
    ("SM", 27), ("SO", 23), ("ST", 25), ("SV", 28), ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20),
];

/// An account number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(String);

impl Iban {
    /// Reads an IBAN, with or without spaces, also after the word `IBAN`.
    ///
    /// Errors: `error-iban-characters`, `error-iban-country` (no country that uses IBANs, `country`), `error-iban-length`
    /// (`expected` for that country), `error-iban-check` (a character is wrong), `error-iban-structure` (the Italian
    /// parts: CIN, ABI, CAB, account).
    pub fn parse(text: &str) -> Result<Iban, Say> {
        let mut code =
            compact(text.trim_start_matches("IBAN").trim_start_matches(':'), 64).ok_or(const { Say::new("error-iban-characters") })?;
        if code.starts_with("IBAN") {
            code.drain(..4);
        }
        let Some((country, check)) = code.get(..2).zip(code.get(2..4)) else { return Err(Say::new("error-iban-length")) };
        let Some((_, expected)) = LENGTHS.iter().find(|(known, _)| *known == country) else {
            return Err(Say::new("error-iban-country").with("country", country));
        };
        if code.len() != *expected {
            return Err(Say::new("error-iban-length").with("expected", expected));
        }
        // 00, 01 and 99 would pass the sum, but are never issued.
        if !digits_only(check) || matches!(check, "00" | "01" | "99") || remainder(code.as_bytes()) != 1 {
            return Err(Say::new("error-iban-check"));
        }
        if matches!(country, "IT" | "SM") && !has_italian_structure(code.as_bytes()) {
            return Err(Say::new("error-iban-structure"));
        }
        Ok(Iban(code))
    }

    /// The canonical form, without spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two letters of the country.
    pub fn country(&self) -> &str {
        &self.0[..2]
    }

    /// The bank, of an Italian account.
    pub fn abi(&self) -> Option<&str> {
        (self.country() == "IT").then(|| &self.0[5..10])
    }

    /// The branch, of an Italian account.
    pub fn cab(&self) -> Option<&str> {
        (self.country() == "IT").then(|| &self.0[10..15])
    }

    /// In groups of four, as banks print it.
    pub fn for_people(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 5 / 4);
        for (place, letter) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push(' ');
            }
            text.push(letter);
        }
        text
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The remainder by 97 with the first four characters moved to the end and letters counted from 10.
fn remainder(code: &[u8]) -> u32 {
    code[4..].iter().chain(&code[..4]).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    })
}

/// CIN (a letter that checks what follows), ABI and CAB of five digits, twelve characters of account.
fn has_italian_structure(code: &[u8]) -> bool {
    code[5..15].iter().all(u8::is_ascii_digit) && check_letter(&code[5..]) == code[4]
}

#[cfg(test)]
mod tests;
