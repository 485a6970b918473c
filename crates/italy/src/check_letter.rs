//! The check letter that the codice fiscale and the CIN of a bank account share.

/// What a character counts for in an odd place, by its value: digits and letters alike start at 0.
const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// The letter for a code of digits and capital letters; other characters count as 0.
pub(crate) fn check_letter(code: &[u8]) -> u8 {
    let mut sum = 0;
    for (index, byte) in code.iter().enumerate() {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A',
            _ => 0,
        };
        // The first place is odd, as people count.
        sum += if index % 2 == 0 { ODD[usize::from(value)] } else { u32::from(value) };
    }
    b'A' + (sum % 26) as u8
}
