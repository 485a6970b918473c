//! The numbering plan of Italy: how numbers begin, and how long they are.

use super::Kind;

/// Which third digits follow the second, for each of the landline prefixes `0` + first + second: one bit for each digit.
/// A row is the first digit after the 0, a column the second. Rows 2 and 6 are Milan and Rome, where all follow.
#[rustfmt::skip]
const AREAS: [[u16; 10]; 10] = {
    const ALL: u16 = 0x3ff;
    const NONE: u16 = 0;
    const fn of(digits: &[u8]) -> u16 {
        let (mut bits, mut place) = (0, 0);
        while place < digits.len() {
            bits |= 1 << (digits[place] - b'0');
            place += 1;
        }
        bits
    }
    [
        [NONE; 10],
        [ALL, ALL, of(b"12345"), of(b"1"), of(b"1234"), ALL, of(b"1356"), of(b"12345"), of(b"23457"), ALL],
        [ALL; 10],
        [ALL, ALL, of(b"1234"), of(b"12"), of(b"123456"), ALL, of(b"23459"), of(b"1234567"), of(b"123456"), ALL],
        [ALL, ALL, of(b"123456789"), of(b"123456789"), of(b"245"), ALL, of(b"12345"), of(b"1234"), of(b"1"), ALL],
        [ALL, ALL, of(b"12345"), of(b"23456"), of(b"12345679"), ALL, of(b"456"), of(b"1234578"), of(b"345678"), ALL],
        [ALL; 10],
        [ALL, ALL, of(b"12"), of(b"1234567"), of(b"2346"), ALL, of(b"13569"), of(b"13456"), of(b"123459"), ALL],
        [ALL, ALL, of(b"34578"), of(b"12356"), NONE, ALL, of(b"12345"), of(b"12345"), of(b"12345"), ALL],
        [ALL, ALL, of(b"12345"), of(b"12345"), of(b"12"), ALL, of(b"12345678"), of(b"123456"), of(b"12345"), ALL],
    ]
};

/// Whether the national number of an Italian phone can exist, and what sort of line it is.
pub(super) fn kind(national: &str) -> Option<Kind> {
    let bytes = national.as_bytes();
    if !(6..=11).contains(&bytes.len()) {
        return None;
    }
    let begins = |prefix: &str| national.starts_with(prefix);
    let kind = match (bytes[0], bytes.len()) {
        (b'0', _) => {
            let [first, second, third] = [1, 2, 3].map(|place: usize| usize::from(bytes[place] - b'0'));
            return if begins("0878") && bytes.len() == 9 {
                Some(Kind::Premium)
            } else {
                (AREAS[first][second] >> third & 1 == 1).then_some(Kind::Landline)
            };
        }
        (b'3', 9) if bytes[1] >= b'2' => Kind::Mobile,
        (b'3', 10) if bytes[1] >= b'1' => Kind::Mobile,
        (b'8', 9) if begins("800") => Kind::Free,
        (b'8', 6) if begins("803") => Kind::Free,
        (b'8', 9) if begins("840") || begins("848") => Kind::Other,
        (b'8', 6) if begins("841") || begins("847") => Kind::Other,
        (b'8', 6) if begins("892") || begins("893") || begins("894") || begins("895") => Kind::Premium,
        (b'8', 8) if begins("894") => Kind::Premium,
        (b'8', 9) if begins("899") => Kind::Premium,
        (b'8', 10) if begins("893") || begins("895") => Kind::Premium,
        (b'1', 9) if begins("144") || begins("163") || begins("164") || begins("166") || begins("199") => Kind::Premium,
        (b'1', 9 | 10) if begins("178") => Kind::Other,
        (b'4', 10) if begins("43") => Kind::Mobile,
        (b'5', 10) if begins("55") => Kind::Other,
        _ => return None,
    };
    Some(kind)
}

/// A number written without `+`, without the country if `39` can only be that: `393331234567`, but not `3931234567`.
pub(super) fn national(digits: &str) -> &str {
    match digits.strip_prefix("39") {
        Some(rest) if kind(digits).is_none() && kind(rest).is_some() => rest,
        _ => digits,
    }
}

/// As Italians write it.
pub(super) fn for_people(national: &str, kind: Kind) -> String {
    let bytes = national.as_bytes();
    let mut text = String::with_capacity(national.len() + 2);
    let cuts: &[usize] = match kind {
        Kind::Landline => match bytes {
            [b'0', b'2' | b'6', ..] => &[2],
            [b'0', _, b'0' | b'1' | b'5' | b'9', ..] => &[3],
            _ => &[4],
        },
        _ if national.len() <= 6 => &[3],
        _ => &[3, 6],
    };
    let mut from = 0;
    for cut in cuts {
        text.push_str(&national[from..*cut]);
        text.push(' ');
        from = *cut;
    }
    text.push_str(&national[from..]);
    text
}
