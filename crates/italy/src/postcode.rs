//! CAP: five digits, kept as text for their leading zeros.

use crate::compact::{compact, digits_only};
use kernel::Say;
use std::fmt;

/// An Italian postcode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

impl Postcode {
    /// Reads a CAP; `I-56121` and `IT-56121` too.
    ///
    /// Errors: `error-postcode` (not five digits, or all of them zero).
    pub fn parse(text: &str) -> Result<Postcode, Say> {
        let refused = const { Say::new("error-postcode") };
        let code = compact(text, 64).ok_or(refused.clone())?;
        let digits = code.strip_prefix("IT").or_else(|| code.strip_prefix('I')).unwrap_or(&code);
        if digits.len() != 5 || !digits_only(digits) || digits == "00000" {
            return Err(refused);
        }
        Ok(Postcode(digits.to_owned()))
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
