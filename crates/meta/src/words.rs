//! The words under which a value is found, and those that a person asks for.

use crate::fields::Kind;
use kernel::Value;
use kernel::fold::{fold_into, words};

/// Letters of a word that are kept.
const LETTERS: usize = 40;

/// Adds the words of a value, folded, each followed by a space. A phone is found with and without its country's
/// prefix, whatever stands between its digits.
pub fn kept(kind: Kind, value: &Value, into: &mut String) {
    let text = value.text();
    if kind == Kind::Phone {
        let start = into.len();
        into.extend(text.chars().filter(char::is_ascii_digit));
        if into.len() == start {
            return;
        }
        into.push(' ');
        if let Some(national) = text.strip_prefix("+39") {
            into.push_str(national);
            into.push(' ');
        }
        return;
    }
    // Folded where it stands, then everything between the words becomes one space.
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        match word.char_indices().nth(LETTERS) {
            Some((end, _)) => into.push_str(&word[..end]),
            None => into.push_str(word),
        }
        into.push(' ');
    }
}

/// Adds the words under which a number of a series is found besides: its digits in one, as who asks for `2026/000123` is
/// understood, and its numbers without the zeros before them.
pub fn numbered(value: &Value, into: &mut String) {
    let runs = || value.text().split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    let plain: Vec<&str> = runs().map(|run| run.trim_start_matches('0')).collect();
    for words in [runs().collect::<String>(), plain.concat()].iter().map(String::as_str).chain(plain.iter().copied()) {
        if !words.is_empty() {
            into.push_str(words);
            into.push(' ');
        }
    }
}

/// Letters of a question at most.
const MOST_LETTERS: usize = 200;

/// The words of a question. Digits with the punctuation of a phone number between them are one word.
pub fn asked(text: &str) -> Vec<String> {
    // Nobody asks with more letters than these; the rest would only cost time.
    let shortened: String = text.trim().chars().take(MOST_LETTERS).collect();
    let trimmed = without_country(shortened.as_str());
    let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
    let dialled =
        digits.len() >= 5 && trimmed.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '/' | '.' | '(' | ')' | '\u{a0}'));
    if dialled {
        return vec![match digits.strip_prefix("00") {
            Some(abroad) if dials_abroad(trimmed, &digits) => abroad.to_owned(),
            _ => digits,
        }];
    }
    words(trimmed).take(8).collect()
}

/// A partita IVA is kept without the country that many write before it.
fn without_country(text: &str) -> &str {
    let country = text.get(..2).filter(|country| country.eq_ignore_ascii_case("it"));
    let Some(rest) = country.and_then(|_| text.get(2..)).map(str::trim_start) else { return text };
    let bare = rest.len() >= 5 && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.'));
    if bare { rest } else { text }
}

/// Whether two noughts begin a number abroad, and not a partita IVA, of which many begin with two as well.
fn dials_abroad(written: &str, digits: &str) -> bool {
    match digits.len() {
        12.. => true,
        11 => !italy::VatNumber::parse(digits).is_ok_and(|number| number.is_italian()),
        _ => digits.starts_with("0039") || written.len() > digits.len(),
    }
}

#[cfg(test)]
mod tests;
