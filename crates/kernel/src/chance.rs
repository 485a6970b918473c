//! Randomness as an argument.

use std::fmt;

/// Where random bytes come from. Only the binary makes a [`SystemChance`].
pub trait Chance: Send + Sync + fmt::Debug {
    /// Fills the slice with bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(clippy::disallowed_methods, reason = "the one place where the ambient source is read")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system gives no random bytes: {error}");
        }
    }
}

impl dyn Chance + '_ {
    /// A secret of 256 bits in 43 letters safe in addresses and headers.
    pub fn secret(&self) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        let mut text = String::with_capacity(43);
        let (mut held, mut bits) = (0u32, 0);
        for byte in bytes {
            held = held << 8 | u32::from(byte);
            bits += 8;
            while bits >= 6 {
                bits -= 6;
                text.push(LETTERS[(held >> bits & 63) as usize] as char);
            }
        }
        text.push(LETTERS[(held << (6 - bits) & 63) as usize] as char);
        text
    }
}

#[cfg(test)]
mod tests;
