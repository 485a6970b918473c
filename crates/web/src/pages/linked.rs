//! A text that people wrote, with what can be followed made a link: web addresses, e-mail addresses, phone numbers.
//!
//! Everything is escaped; nothing but http, https, mailto and tel is ever led to.

use crate::pages::html;
use engine::mentions::{self, Piece};
use kernel::Id;
use meta::{Kind, Reading};
use std::collections::HashMap;

/// The longest of each that is looked for, in bytes: a text is read once, whatever stands in it.
const MOST_WEB: usize = 2_000;
const MOST_EMAIL: usize = 254;
const MOST_PHONE: usize = 40;

/// The same with the people whom it mentions, each by the name he has now, where it is known.
pub(crate) fn write_mentioning(out: &mut String, text: &str, reading: &Reading, names: &HashMap<Id, String>, me: Option<Id>) {
    for piece in mentions::pieces(text) {
        match piece {
            Piece::Text(text) => write(out, text, reading),
            Piece::Person(name, id) => {
                out.push_str(if me == Some(id) { "<span class=\"mention me\">@" } else { "<span class=\"mention\">@" });
                html::text(out, names.get(&id).map_or(name, String::as_str));
                out.push_str("</span>");
            }
        }
    }
}

/// Adds a text; line ends stay as they are.
pub(crate) fn write(out: &mut String, text: &str, reading: &Reading) {
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        // A link begins where a word begins.
        let found = if before.is_none_or(|letter: char| !letter.is_alphanumeric() && !"@._-+/".contains(letter)) {
            let near = |most: usize| &rest[..rest.floor_char_boundary(most)];
            web(near(MOST_WEB)).or_else(|| email(near(MOST_EMAIL))).or_else(|| phone(near(MOST_PHONE), reading))
        } else {
            None
        };
        match found {
            Some((address, length)) => {
                let said = &rest[..length];
                out.push_str("<a");
                html::attribute(out, "href", &address);
                if address.starts_with("http") {
                    out.push_str(" rel=\"noopener noreferrer nofollow\" target=\"_blank\"");
                }
                out.push('>');
                html::text(out, said);
                out.push_str("</a>");
                before = said.chars().next_back();
                rest = &rest[length..];
            }
            None => {
                let end = plain(rest).unwrap_or(first.len_utf8());
                html::text(out, &rest[..end]);
                before = rest[..end].chars().next_back();
                rest = &rest[end..];
            }
        }
    }
}

/// Letters that no link begins with, up to the next that might.
fn plain(text: &str) -> Option<usize> {
    let Some(end) = text.find(char::is_alphanumeric) else { return Some(text.len()) };
    let end = if text[..end].ends_with('+') { end - 1 } else { end };
    if end > 0 {
        return Some(end);
    }
    // Nothing begins here: nor does it within the word.
    text.find(|letter: char| !letter.is_alphanumeric()).or(Some(text.len())).filter(|end| *end > 0)
}

/// `https://…`, without the sign that ends the sentence.
fn web(text: &str) -> Option<(String, usize)> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))?;
    let end = text.find(|letter: char| letter.is_whitespace() || letter.is_control() || "<>\"«»“”".contains(letter)).unwrap_or(text.len());
    let mut address = &text[..end];
    while let Some(last) = address.chars().next_back() {
        let closes = last == ')' && !address.contains('(') || last == ']' && !address.contains('[');
        if !closes && !".,;:!?'’*_".contains(last) {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    let host = address.get(scheme.len()..)?.chars().next()?;
    host.is_alphanumeric().then(|| (address.to_owned(), address.len()))
}

/// `mario.rossi@example.it`.
fn email(text: &str) -> Option<(String, usize)> {
    let name = text.find(|letter: char| !letter.is_ascii_alphanumeric() && !"._%+-".contains(letter)).unwrap_or(text.len());
    let domain = text.get(name..)?.strip_prefix('@').filter(|_| name > 0)?;
    let end = domain.find(|letter: char| !letter.is_ascii_alphanumeric() && !".-".contains(letter)).unwrap_or(domain.len());
    let domain = domain[..end].trim_end_matches(['.', '-']);
    let last = domain.rsplit('.').next().unwrap_or_default();
    if !domain.contains('.') || domain.starts_with(['.', '-']) || domain.contains("..") || last.len() < 2 {
        return None;
    }
    let length = name + 1 + domain.len();
    Some((format!("mailto:{}", &text[..length]), length))
}

/// A number that a phone would take: of Italy with its 0 or its 3, of anywhere with a `+`. Days, tax numbers and amounts
/// are none.
fn phone(text: &str, reading: &Reading) -> Option<(String, usize)> {
    let begins = text.starts_with('+') || text.starts_with('0') || text.starts_with('3');
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"+ /.-()".contains(letter)).unwrap_or(text.len());
    // One line, one number: two spaces end it.
    let end = text[..end].find("  ").unwrap_or(end);
    let number = text[..end].trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let mut follows = text[number.len()..].trim_start_matches(' ').chars();
    let follows = (follows.next(), follows.next());
    let amount = matches!(follows, (Some('€' | '%'), _)) || matches!(follows, (Some(','), Some(digit)) if digit.is_ascii_digit());
    let word = text[number.len()..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '@');
    if !begins || amount || word {
        return None;
    }
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let separated = number.contains([' ', '/', '-', '.']);
    let length = if number.starts_with('+') { 8..=15 } else { 8..=11 };
    if !length.contains(&digits) || digits == 11 && !separated || is_day(number) {
        return None;
    }
    let read = Kind::Phone.parse(number, reading).ok()?;
    Some((format!("tel:{}", read.text()), number.len()))
}

/// `12/11/2026`, `2026-11-12`.
fn is_day(number: &str) -> bool {
    let parts: Vec<usize> = number.split(['/', '.', '-']).map(str::len).collect();
    matches!(parts.as_slice(), [1..=2, 1..=2, 2 | 4] | [4, 1..=2, 1..=2])
}

#[cfg(test)]
mod tests;
