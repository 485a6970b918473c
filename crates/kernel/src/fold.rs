//! Folding: the form in which text is searched and sorted, so that both databases agree.
//!
//! Lower case, without accents, spaces run together, typographic apostrophes and dashes made plain.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The version of the rules below. Stored beside the data; a change of it refolds everything.
pub const VERSION: i64 = 1;

/// The folded twin of a text.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Appends the folded twin of a text.
pub fn fold_into(text: &str, folded: &mut String) {
    let start = folded.len();
    if text.is_ascii() {
        folded.reserve(text.len());
        for byte in text.bytes() {
            plain(folded, start, byte as char);
        }
    } else if text.chars().all(|letter| letter.is_ascii() || italian(letter).is_some()) {
        for letter in text.chars() {
            plain(folded, start, italian(letter).unwrap_or(letter));
        }
    } else {
        // By itself the acute accent decomposes to a space; people type it as an apostrophe.
        let apostrophes = text.chars().map(|c| if c == '´' { '\'' } else { c });
        for letter in apostrophes.nfkd().filter(|c| !is_combining_mark(*c)) {
            match letter {
                '’' | '‘' | 'ʼ' | '`' => push(folded, start, '\''),
                '“' | '”' | '«' | '»' => push(folded, start, '"'),
                '–' | '—' | '‐' | '‑' => push(folded, start, '-'),
                'ß' | 'ẞ' => folded.push_str("ss"),
                'æ' | 'Æ' => folded.push_str("ae"),
                'œ' | 'Œ' => folded.push_str("oe"),
                'ø' | 'Ø' => folded.push('o'),
                'đ' | 'Đ' => folded.push('d'),
                'ł' | 'Ł' => folded.push('l'),
                other => {
                    for lower in other.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c)) {
                        push(folded, start, lower);
                    }
                }
            }
        }
    }
    if folded.len() > start && folded.ends_with(' ') {
        folded.pop();
    }
}

/// The letter without its accent, for those of Italian and its neighbours: what the rules for all letters come to, at once.
fn italian(letter: char) -> Option<char> {
    Some(match letter {
        'À'..='Å' | 'à'..='å' => 'a',
        'Ç' | 'ç' => 'c',
        'È'..='Ë' | 'è'..='ë' => 'e',
        'Ì'..='Ï' | 'ì'..='ï' => 'i',
        'Ñ' | 'ñ' => 'n',
        'Ò'..='Ö' | 'ò'..='ö' => 'o',
        'Ù'..='Ü' | 'ù'..='ü' => 'u',
        'Ý' | 'ý' | 'ÿ' => 'y',
        _ => return None,
    })
}

/// A letter of plain text.
fn plain(folded: &mut String, start: usize, letter: char) {
    match letter {
        '`' => folded.push('\''),
        '!'..='~' => folded.push(letter.to_ascii_lowercase()),
        other => push(folded, start, other),
    }
}

fn push(folded: &mut String, start: usize, letter: char) {
    if letter == '\0' {
        return;
    }
    if letter.is_whitespace() {
        if folded.len() > start && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else {
        folded.push(letter);
    }
}

/// The words of a text, folded, as search knows them: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(40).collect())
        .collect::<Vec<String>>()
        .into_iter()
}

#[cfg(test)]
mod tests;
