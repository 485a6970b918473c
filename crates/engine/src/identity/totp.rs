//! The codes of authenticator apps: six digits every thirty seconds (RFC 6238, RFC 4226), from a seed that app and server share.

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Moment, Result};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// How long a code holds.
const STEP_SECONDS: i64 = 30;
/// A phone's clock may be this many steps off, either way.
const SLACK: i64 = 1;
/// Bytes of a seed, as many as the digest has.
pub(super) const SEED: usize = 20;

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes in the letters that apps and people read (RFC 4648, without padding).
pub(super) fn letters(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(LETTERS[(held >> bits & 31) as usize] as char);
        }
    }
    if bits > 0 {
        text.push(LETTERS[(held << (5 - bits) & 31) as usize] as char);
    }
    text
}

/// The bytes of such letters; none where one is no letter of it.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0u32, 0);
    for letter in text.bytes() {
        let place = LETTERS.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        held = held << 5 | place as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 255) as u8);
        }
    }
    Some(bytes)
}

/// The step that a moment is in.
pub(super) fn step(now: Moment) -> i64 {
    now.millis() / 1000 / STEP_SECONDS
}

/// The code of a step.
pub(super) fn code(seed: &[u8], step: i64) -> Result<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).map_err(kernel::Error::internal)?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let four = [digest[offset], digest[offset + 1], digest[offset + 2], digest[offset + 3]];
    Ok(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
}

/// The step whose code this is, among those that hold now.
pub(super) fn step_of(seed: &[u8], given: &str, now: Moment) -> Result<Option<i64>> {
    let here = step(now);
    let mut found = None;
    for step in here - SLACK..=here + SLACK {
        if bool::from(code(seed, step)?.as_bytes().ct_eq(given.as_bytes())) {
            found = Some(step);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238, appendix B, in six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let seed = b"12345678901234567890";
        for (seconds, wanted) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000_i64, "353130")] {
            assert_eq!(code(seed, step(Moment::from_millis(seconds * 1000))).expect("a code"), wanted);
        }
    }

    /// The vectors of RFC 4648.
    #[test]
    fn letters_are_those_of_the_standard() {
        for (plain, wanted) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(letters(plain.as_bytes()), wanted);
            assert_eq!(bytes(wanted).expect("bytes"), plain.as_bytes());
        }
        assert_eq!(bytes("M1"), None);
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off() {
        let (seed, now) = (b"12345678901234567890", Moment::from_millis(1_772_442_000_000));
        let here = step(now);
        for (off, holds) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let given = code(seed, here + off).expect("a code");
            assert_eq!(step_of(seed, &given, now).expect("an answer"), holds.then_some(here + off), "{off}");
        }
    }
}
