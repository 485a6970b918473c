//! Partita IVA, and the VAT numbers of other countries of the European Union.

use crate::compact::{compact, digits_only};
use kernel::Say;
use std::fmt;

/// Countries whose VAT numbers are taken as written. Greece writes EL; XI is Northern Ireland.
const COUNTRIES: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "LT", "LU", "LV", "MT", "NL", "PL", "PT",
    "RO", "SE", "SI", "SK", "XI",
];

/// A VAT number: eleven digits for Italy, two letters and the rest for another country of the Union.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VatNumber(String);

impl VatNumber {
    /// Reads a VAT number as people write it: with or without `IT`, with spaces, dots, dashes.
    ///
    /// Errors: `error-vat-characters` (something that is no letter or digit), `error-vat-length` (not eleven digits),
    /// `error-vat-check-digit` (a digit is wrong), `error-vat-country` (letters of no country of the Union, `country`).
    pub fn parse(text: &str) -> Result<VatNumber, Say> {
        let mut code = compact(text, 64).ok_or(const { Say::new("error-vat-characters") })?;
        if code.starts_with("IT") {
            code.drain(..2);
        }
        if digits_only(&code) {
            return if code.len() != 11 {
                Err(Say::new("error-vat-length"))
            } else if !check_digit_holds(code.as_bytes()) {
                Err(Say::new("error-vat-check-digit"))
            } else {
                Ok(VatNumber(code))
            };
        }
        VatNumber::foreign(code)
    }

    fn foreign(mut code: String) -> Result<VatNumber, Say> {
        if code.starts_with("GR") {
            code.replace_range(..2, "EL");
        }
        let (country, rest) = code.split_at_checked(2).unwrap_or((&code, ""));
        if country.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(Say::new("error-vat-characters"));
        }
        if !COUNTRIES.contains(&country) {
            return Err(Say::new("error-vat-country").with("country", country));
        }
        if !(2..=12).contains(&rest.len()) {
            return Err(Say::new("error-vat-length"));
        }
        // Every country's numbers have digits: without this, a word that begins like one would pass.
        if !rest.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(Say::new("error-vat-characters"));
        }
        Ok(VatNumber(code))
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two letters of the country, `IT` for a partita IVA.
    pub fn country(&self) -> &str {
        if self.is_italian() { "IT" } else { &self.0[..2] }
    }

    /// Whether it is a partita IVA.
    pub fn is_italian(&self) -> bool {
        digits_only(&self.0)
    }

    /// Whether the office that issued a partita IVA (digits 8 to 10) is a known one. Good for a warning, never for a
    /// refusal: the list of offices is not published as closed. A foreign number has no office and is never doubtful.
    pub fn office_known(&self) -> bool {
        if !self.is_italian() {
            return true;
        }
        let office = self.0[7..10].bytes().fold(0, |number, byte| number * 10 + u32::from(byte - b'0'));
        matches!(office, 1..=100 | 120 | 121 | 888 | 999)
    }
}

impl fmt::Display for VatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether eleven digits are a partita IVA, or the codice fiscale of a company: Luhn, and a number of its own.
pub(crate) fn check_digit_holds(digits: &[u8]) -> bool {
    if digits.len() != 11 || digits[..7].iter().all(|byte| *byte == b'0') {
        return false;
    }
    let mut sum = 0;
    for (index, byte) in digits.iter().enumerate() {
        let digit = u32::from(byte - b'0');
        sum += match (index % 2, digit) {
            (0, digit) => digit,
            (_, digit @ 0..=4) => digit * 2,
            (_, digit) => digit * 2 - 9,
        };
    }
    sum % 10 == 0
}

#[cfg(test)]
mod tests;
