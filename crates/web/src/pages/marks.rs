//! The parts of a text that answer to the words of a search, marked.

use crate::pages::html;
use kernel::fold;

/// Digits from which a word is a number that people write with punctuation in between.
const DIALLED: usize = 5;

/// The words to mark: those of the search, and an Italian phone number also without its prefix.
pub(crate) fn words(asked: &str) -> Vec<String> {
    let mut words = meta::words::asked(asked);
    let national: Vec<String> =
        words.iter().filter(|word| is_number(word)).filter_map(|word| word.strip_prefix("39")).map(str::to_owned).collect();
    words.extend(national);
    words
}

/// Adds a text, escaped, with what begins one of its words as asked inside `<mark>`.
pub(crate) fn write(out: &mut String, text: &str, words: &[String]) {
    let (mut from, mut place, mut inside) = (0, 0, false);
    while let Some(letter) = text[place..].chars().next() {
        let begins = letter.is_alphanumeric() && !inside;
        // A sign that stands over the letter before belongs to its word.
        inside = letter.is_alphanumeric() || inside && folded(letter).is_empty() && !letter.is_whitespace();
        let reached = if begins { words.iter().filter_map(|word| reach(&text[place..], word)).max() } else { None };
        let Some(length) = reached else {
            place += letter.len_utf8();
            continue;
        };
        html::text(out, &text[from..place]);
        out.push_str("<mark>");
        html::text(out, &text[place..place + length]);
        out.push_str("</mark>");
        place += length;
        from = place;
    }
    html::text(out, &text[from..]);
}

/// How far into a text a word reaches that begins there.
fn reach(text: &str, word: &str) -> Option<usize> {
    let mut rest = word;
    for (place, letter) in text.char_indices() {
        if rest.is_empty() {
            return Some(place);
        }
        if is_number(word) && matches!(letter, ' ' | '-' | '/' | '.' | '(' | ')' | '\u{a0}') {
            continue;
        }
        if letter.is_whitespace() {
            return None;
        }
        rest = rest.strip_prefix(folded(letter).as_str())?;
    }
    rest.is_empty().then_some(text.len())
}

fn is_number(word: &str) -> bool {
    word.len() >= DIALLED && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn folded(letter: char) -> String {
    fold(letter.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests;
