//! Mentions: `@Giulia Conti` in a text that somebody writes on a card. It is stored with the person it means,
//! `@[Giulia Conti](0123456789ABC)`: search and files still read the name, and another name later keeps the link.

use kernel::{Id, fold};

/// The longest name that is looked for, in letters.
const MOST_LETTERS: usize = 120;

/// A piece of a text with mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text as it is.
    Text(&'t str),
    /// Somebody: the name he had when it was written, and who he is.
    Person(&'t str, Id),
}

/// The pieces of a text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut begin, mut from) = (0, 0);
    while let Some(place) = text[from..].find("@[").map(|place| from + place) {
        match person(&text[place + 1..]) {
            Some((name, id, length)) => {
                if begin < place {
                    pieces.push(Piece::Text(&text[begin..place]));
                }
                pieces.push(Piece::Person(name, id));
                begin = place + 1 + length;
                from = begin;
            }
            None => from = place + 2,
        }
    }
    if begin < text.len() {
        pieces.push(Piece::Text(&text[begin..]));
    }
    pieces
}

/// A text as people write it: names without what stands for their persons.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Person(name, _) => {
                out.push('@');
                out.push_str(name);
            }
        }
    }
    out
}

/// The people that a text mentions, each once.
pub fn people(text: &str) -> Vec<Id> {
    let mut people = Vec::new();
    for piece in pieces(text) {
        if let Piece::Person(_, id) = piece
            && !people.contains(&id)
        {
            people.push(id);
        }
    }
    people
}

/// The text with everybody in it who is meant by his name, or by a beginning of it that nobody else shares. Of several, one
/// that was `known` in the text before is meant again.
pub(crate) fn resolved(text: &str, people: &[(Id, String)], known: &[Id]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(letter) = rest.chars().next() {
        let begins = letter == '@' && before.is_none_or(|before| !before.is_alphanumeric() && !"._-+@/".contains(before));
        if begins {
            let after = &rest[1..];
            let found = match person(after) {
                Some((name, id, length)) => {
                    // By whatever name he is called there, it is his own that stands.
                    let own = people.iter().find(|(other, _)| *other == id).map_or(name, |(_, own)| own.as_str());
                    Some((own.to_owned(), id, length))
                }
                None => meant(after, people, known),
            };
            if let Some((name, id, length)) = found {
                let name: String = name.chars().map(|letter| if "[]()\n\r".contains(letter) { ' ' } else { letter }).collect();
                out.push_str(&format!("@[{name}]({id})"));
                rest = &after[length..];
                before = Some(')');
                continue;
            }
        }
        out.push(letter);
        before = Some(letter);
        rest = &rest[letter.len_utf8()..];
    }
    out
}

/// `[Giulia Conti](0123456789ABC)`: name, person, length.
fn person(text: &str) -> Option<(&str, Id, usize)> {
    let inside = text.strip_prefix('[')?;
    let near = &inside[..inside.floor_char_boundary(MOST_LETTERS * 4)];
    let end = near.find([']', '\n'])?;
    let name = &inside[..end];
    let id = inside[end..].strip_prefix("](")?;
    let close = id[..id.floor_char_boundary(20)].find(')')?;
    (!name.is_empty()).then_some(())?;
    Some((name, id[..close].parse().ok()?, 1 + end + 2 + close + 1))
}

/// Whom the words after an `@` mean: by the longest whole name, or by the beginning of one name alone.
fn meant(text: &str, people: &[(Id, String)], known: &[Id]) -> Option<(String, Id, usize)> {
    let one = |found: Vec<&(Id, String)>, length: usize| {
        let again: Vec<&&(Id, String)> = found.iter().filter(|(id, _)| known.contains(id)).collect();
        match (found.as_slice(), again.as_slice()) {
            ([only], _) => Some((only.1.clone(), only.0, length)),
            (_, [only]) => Some((only.1.clone(), only.0, length)),
            _ => None,
        }
    };
    let said = |letters: usize| {
        let end = text.char_indices().nth(letters).map_or(text.len(), |(end, _)| end);
        let whole = text.chars().count() >= letters && !text[end..].starts_with(char::is_alphanumeric);
        (&text[..end], whole)
    };
    let mut longest: Vec<&(Id, String)> = Vec::new();
    let mut length = 0;
    for person in people {
        let letters = person.1.chars().count();
        let (written, whole) = said(letters);
        if letters == 0 || letters > MOST_LETTERS || !whole || fold(written) != fold(&person.1) {
            continue;
        }
        if written.len() > length {
            (longest, length) = (Vec::new(), written.len());
        }
        if written.len() == length {
            longest.push(person);
        }
    }
    if !longest.is_empty() {
        return one(longest, length);
    }
    // Two words say more than one.
    let word = |from: usize| {
        let end = text[from..].find(|letter: char| !letter.is_alphanumeric() && !"'’-".contains(letter));
        end.map_or(text.len(), |end| from + end)
    };
    let first = word(0);
    let second = if text[first..].starts_with(' ') { word(first + 1) } else { first };
    for end in [second, first] {
        let said = fold(&text[..end]);
        if said.chars().count() < 2 {
            continue;
        }
        let beginning: Vec<&(Id, String)> = people.iter().filter(|(_, name)| fold(name).starts_with(&said)).collect();
        if !beginning.is_empty() {
            return one(beginning, end);
        }
    }
    None
}

#[cfg(test)]
mod tests;
