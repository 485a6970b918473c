//! Numbers by which somebody is registered, days and codes, brought to one way of writing.

use italy::{TaxCode, VatNumber};
use kernel::fold;

/// A number in a register: a letter (`v` if its check digit holds, `n` if it is none that we know) and the number, in capitals,
/// without what separates, without the letters of omocodia. Nothing for what only fills a cell.
pub(crate) fn identifier(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(char::is_ascii_alphanumeric).take(40).map(|letter| letter.to_ascii_uppercase()).collect();
    let first = *compact.as_bytes().first()?;
    if compact.len() < 5 || compact.bytes().all(|byte| byte == first) || !compact.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bare = compact.strip_prefix("IT").filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or(&compact);
    if matches!(bare, "12345678901" | "01234567890" | "12345678903") {
        return None;
    }
    let numeric = bare.bytes().all(|byte| byte.is_ascii_digit());
    if numeric && bare.len() == 10 {
        // Spreadsheets lose the zero at the front.
        let whole = format!("0{bare}");
        if VatNumber::parse(&whole).is_ok() {
            return Some(format!("v{whole}"));
        }
    }
    if bare.len() == 16
        && !numeric
        && let Ok(code) = TaxCode::parse(bare)
    {
        return Some(format!("v{}", code.without_omocodia()));
    }
    let known = bare.len() == 11 && numeric && VatNumber::parse(bare).is_ok();
    Some(format!("{}{bare}", if known { 'v' } else { 'n' }))
}

/// A day as eight digits, year first; what is none that we know, as its digits.
pub(crate) fn date(text: &str) -> String {
    let parts: Vec<&str> = text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty()).take(6).collect();
    match parts[..] {
        [year, month, day, ..] if year.len() == 4 => format!("{year}{month:0>2}{day:0>2}"),
        [day, month, year, ..] if year.len() == 4 => format!("{year}{month:0>2}{day:0>2}"),
        [day, month, year, ..] if year.len() == 2 => {
            format!("{}{year}{month:0>2}{day:0>2}", if year > "30" { 19 } else { 20 })
        }
        _ => parts.concat(),
    }
}

/// A code without what separates.
pub(crate) fn code(text: &str) -> String {
    fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}
