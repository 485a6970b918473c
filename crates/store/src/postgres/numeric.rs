//! The server's `numeric`, which sums of numbers have, to and from whole numbers.

use bytes::{BufMut, BytesMut};

const NEGATIVE: u16 = 0x4000;
const POSITIVE: u16 = 0;

/// Writes a whole number: digits in base 10,000, the most significant first.
pub(super) fn write(number: i64, out: &mut BytesMut) {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    while rest > 0 {
        digits.push((rest % 10_000) as i16);
        rest /= 10_000;
    }
    out.put_u16(digits.len() as u16);
    out.put_i16(digits.len() as i16 - 1);
    out.put_u16(if number < 0 { NEGATIVE } else { POSITIVE });
    out.put_u16(0);
    digits.iter().rev().for_each(|digit| out.put_i16(*digit));
}

/// Reads a number, rounded to the nearest whole one, halves away from zero.
pub(super) fn read(raw: &[u8]) -> Result<i64, &'static str> {
    const BROKEN: &str = "a broken numeric";
    let word = |place: usize| raw.get(place * 2..place * 2 + 2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]])).ok_or(BROKEN);
    let count = usize::from(word(0)?);
    let weight = i32::from(word(1)? as i16);
    let sign = word(2)?;
    if sign != POSITIVE && sign != NEGATIVE {
        return Err("a numeric that is no number");
    }
    let mut whole: i128 = 0;
    for place in 0..=weight.max(-1) {
        let digit = if (place as usize) < count { word(4 + place as usize)? } else { 0 };
        whole = whole.checked_mul(10_000).and_then(|w| w.checked_add(i128::from(digit))).ok_or("a numeric too large")?;
    }
    let after = weight + 1;
    if after >= 0 && (after as usize) < count && word(4 + after as usize)? >= 5_000 {
        whole += 1;
    }
    i64::try_from(if sign == NEGATIVE { -whole } else { whole }).map_err(|_| "a numeric too large")
}
