//! Codice fiscale: sixteen characters for people, eleven digits for companies and provisional ones.

use crate::check_letter::check_letter;
use crate::compact::{compact, digits_only};
use crate::vat_number::check_digit_holds;
use kernel::{Date, Say};
use std::fmt;

/// Where the digits of a person's code stand; any of them may be a letter, to tell apart two people with the same code.
const DIGIT_PLACES: [usize; 7] = [6, 7, 9, 10, 12, 13, 14];
/// The letters that stand for the digits 0 to 9 in such a code (*omocodia*).
const DIGIT_LETTERS: &[u8; 10] = b"LMNPQRSTUV";
/// The months, January first.
const MONTHS: &[u8; 12] = b"ABCDEHLMPRST";

/// A codice fiscale.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxCode(String);

/// The sex that a person's code declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Maschio.
    Male,
    /// Femmina.
    Female,
}

impl TaxCode {
    /// Reads a codice fiscale, in either case, with or without spaces.
    ///
    /// Errors: `error-tax-code-length` (neither 16 characters nor 11 digits), `error-tax-code-characters` (a letter
    /// or a digit where it can't be), `error-tax-code-date` (no such day of birth), `error-tax-code-check`.
    pub fn parse(text: &str) -> Result<TaxCode, Say> {
        let code = compact(text, 64).ok_or(const { Say::new("error-tax-code-characters") })?;
        match code.len() {
            11 if !digits_only(&code) => Err(Say::new("error-tax-code-length")),
            11 if !check_digit_holds(code.as_bytes()) => Err(Say::new("error-tax-code-check")),
            11 => Ok(TaxCode(code)),
            16 => TaxCode::of_a_person(code),
            _ => Err(Say::new("error-tax-code-length")),
        }
    }

    fn of_a_person(code: String) -> Result<TaxCode, Say> {
        let plain = decoded(code.as_bytes()).ok_or(const { Say::new("error-tax-code-characters") })?;
        if birth(&plain)
            .is_none_or(|(year, month, day, _)| Date::new(1900 + year, month, day).or(Date::new(2000 + year, month, day)).is_none())
        {
            return Err(Say::new("error-tax-code-date"));
        }
        if check_letter(&code.as_bytes()[..15]) != code.as_bytes()[15] {
            return Err(Say::new("error-tax-code-check"));
        }
        Ok(TaxCode(code))
    }

    /// The canonical form: as issued, so an omocode keeps its letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has the form that only people's codes have.
    pub fn is_of_a_person(&self) -> bool {
        self.0.len() == 16
    }

    /// The code as it was before letters took the place of digits, with its own check letter: the same for everybody
    /// who would have had the same code. The code itself, if it is of eleven digits.
    pub fn without_omocodia(&self) -> String {
        let Some(mut plain) = decoded(self.0.as_bytes()) else { return self.0.clone() };
        plain[15] = check_letter(&plain[..15]);
        plain.iter().map(|byte| char::from(*byte)).collect()
    }

    /// The day of birth, in the century that makes the person youngest without being born after today.
    /// `None` for a code of eleven digits.
    pub fn birth_date(&self, today: Date) -> Option<Date> {
        let (year, month, day, _) = birth(&decoded(self.0.as_bytes())?)?;
        let this_century = Date::new(2000 + year, month, day).filter(|date| *date <= today);
        this_century.or_else(|| Date::new(1900 + year, month, day)).or_else(|| Date::new(2000 + year, month, day))
    }

    /// The sex; `None` for a code of eleven digits.
    pub fn sex(&self) -> Option<Sex> {
        birth(&decoded(self.0.as_bytes())?).map(|(_, _, _, sex)| sex)
    }

    /// The code of the municipality or country of birth, such as `H501` for Rome; `None` for a code of eleven digits.
    pub fn place_code(&self) -> Option<String> {
        decoded(self.0.as_bytes()).map(|plain| plain[11..15].iter().map(|byte| char::from(*byte)).collect())
    }

    /// Whether a person of this name would have this code. Good for a warning only: names change, the code does not.
    /// A code of eleven digits says nothing about names and always agrees.
    pub fn matches_name(&self, given: &str, family: &str) -> bool {
        let Some(written) = self.0.as_bytes().get(..6).filter(|_| self.is_of_a_person()) else { return true };
        written[..3] == name_letters(family, false) && written[3..] == name_letters(given, true)
    }
}

impl fmt::Display for TaxCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The sixteen characters with digits where digits belong; `None` if a letter or a digit stands where it can't.
fn decoded(code: &[u8]) -> Option<[u8; 16]> {
    let mut plain: [u8; 16] = code.try_into().ok()?;
    for place in DIGIT_PLACES {
        if !plain[place].is_ascii_digit() {
            plain[place] = b'0' + DIGIT_LETTERS.iter().position(|letter| *letter == plain[place])? as u8;
        }
    }
    let letters = [0, 1, 2, 3, 4, 5, 8, 11, 15];
    letters.iter().all(|place| plain[*place].is_ascii_uppercase()).then_some(plain)
}

/// Year in its century, month, day, sex.
fn birth(plain: &[u8; 16]) -> Option<(i16, i8, i8, Sex)> {
    let two = |place: usize| (plain[place] - b'0') * 10 + plain[place + 1] - b'0';
    let month = MONTHS.iter().position(|letter| *letter == plain[8])? + 1;
    let (day, sex) = match two(9) {
        day @ 1..=31 => (day, Sex::Male),
        day @ 41..=71 => (day - 40, Sex::Female),
        _ => return None,
    };
    Some((i16::from(two(6)), month as i8, day as i8, sex))
}

/// The three letters for a name: consonants, then vowels, then X. A given name of four consonants or more skips its second.
fn name_letters(name: &str, given: bool) -> [u8; 3] {
    let folded = kernel::fold(name);
    let letters = || folded.bytes().filter(u8::is_ascii_lowercase).map(|byte| byte.to_ascii_uppercase());
    let is_vowel = |byte: &u8| b"AEIOU".contains(byte);
    let many = given && letters().filter(|byte| !is_vowel(byte)).count() >= 4;
    let consonants = letters().filter(|byte| !is_vowel(byte)).enumerate().filter(|(index, _)| !(many && *index == 1)).map(|(_, byte)| byte);
    let mut chosen = consonants.chain(letters().filter(is_vowel)).chain([b'X'; 3]);
    [(); 3].map(|()| chosen.next().unwrap_or(b'X'))
}

#[cfg(test)]
mod tests;
