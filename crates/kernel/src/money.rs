//! Scaled integers: money in cents, prices in ten-thousandths, any decimal with a fixed scale.

use std::fmt;

/// An amount in euro cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(pub i64);

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Scaled { units: self.0, scale: 2 }.fmt(f)
    }
}

/// A decimal as whole units of 10^-scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scaled {
    /// The whole number of units.
    pub units: i64,
    /// Digits after the point, 0 to 9.
    pub scale: u8,
}

/// Plain, with a point: `-1234.50`.
impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "", ".")
    }
}

impl Scaled {
    /// Reads `1234.5` or `-0.25`; `None` if it is no number, has too many decimals, or is too large.
    pub fn parse(text: &str, scale: u8) -> Option<Scaled> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let decimals = if decimals.len() > scale as usize { decimals.trim_end_matches('0') } else { decimals };
        if whole.len() + decimals.len() == 0 || !only_digits(whole) || !only_digits(decimals) || decimals.len() > scale as usize {
            return None;
        }
        let mut units: i64 = 0;
        for byte in whole.bytes().chain(decimals.bytes()) {
            units = units.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
        }
        for _ in decimals.len()..scale as usize {
            units = units.checked_mul(10)?;
        }
        Some(Scaled { units: if negative { -units } else { units }, scale })
    }

    /// Reads a number as Italians write it: `1.234,50`, `1234,5`, `€ 1.234`; and the plain form where it can't be misread.
    pub fn parse_italian(text: &str, scale: u8) -> Option<Scaled> {
        let bare: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '€' | '\'' | '\u{a0}' | '%')).collect();
        if bare.contains(',') {
            let (whole, decimals) = bare.rsplit_once(',')?;
            if !grouped(whole) {
                return None;
            }
            return Scaled::parse(&format!("{}.{}", whole.replace('.', ""), decimals), scale);
        }
        if bare.contains('.') && grouped(&bare) {
            return Scaled::parse(&bare.replace('.', ""), scale);
        }
        Scaled::parse(&bare, scale)
    }

    /// As a person reads it: `1.234,50` in Italian, `1,234.50` in English.
    pub fn for_people(self, language: crate::Language) -> String {
        let mut text = String::new();
        let (group, point) = match language {
            crate::Language::Italian => (".", ","),
            crate::Language::English => (",", "."),
        };
        let _ = self.write(&mut text, group, point);
        text
    }

    fn write(self, f: &mut impl fmt::Write, group: &str, point: &str) -> fmt::Result {
        let divisor = 10u64.pow(u32::from(self.scale));
        let size = self.units.unsigned_abs();
        if self.units < 0 {
            f.write_char('-')?;
        }
        let whole = (size / divisor).to_string();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                f.write_str(group)?;
            }
            f.write_char(digit)?;
        }
        if self.scale > 0 {
            write!(f, "{point}{:0width$}", size % divisor, width = self.scale as usize)?;
        }
        Ok(())
    }
}

/// Whether the dots of a whole part stand where thousands end: `1.234`, `12.345.678`, and also none at all.
/// Nobody writes thousands after a zero: `0.125` is an eighth.
fn grouped(whole: &str) -> bool {
    let mut parts = whole.trim_start_matches(['-', '+']).split('.');
    let first = parts.next().unwrap_or("");
    let mut rest = parts.peekable();
    (rest.peek().is_none() || ((1..=3).contains(&first.len()) && !first.starts_with('0'))) && rest.all(|part| part.len() == 3)
}

#[cfg(test)]
mod tests;
