//! Codice destinatario: where the exchange system delivers an electronic invoice.

use crate::compact::compact;
use kernel::Say;
use std::fmt;

/// A codice destinatario.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecipientCode(String);

/// What a codice destinatario says of its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// A company or a professional with a channel of their own: seven characters.
    Private,
    /// An office of the public administration: six characters.
    PublicOffice,
    /// `0000000`: a consumer, or somebody who is reached by PEC.
    NoChannel,
    /// `XXXXXXX`: somebody abroad.
    Abroad,
}

impl RecipientCode {
    /// Reads a codice destinatario, in either case, with or without spaces.
    ///
    /// Errors: `error-recipient-code` (not six or seven letters and digits).
    pub fn parse(text: &str) -> Result<RecipientCode, Say> {
        compact(text, 64).filter(|code| matches!(code.len(), 6 | 7)).map(RecipientCode).ok_or(const { Say::new("error-recipient-code") })
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose it is.
    pub fn recipient(&self) -> Recipient {
        match self.0.as_str() {
            "0000000" => Recipient::NoChannel,
            "XXXXXXX" => Recipient::Abroad,
            code if code.len() == 6 => Recipient::PublicOffice,
            _ => Recipient::Private,
        }
    }
}

impl fmt::Display for RecipientCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
