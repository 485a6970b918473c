//! Capitals, accents and apostrophes of Italian text, word by word.

/// Words of one syllable whose apostrophe says that something was cut off, not that an accent was wanted.
const CUT: [&str; 15] = ["de", "ca", "po", "mo", "fra", "be", "da", "ne", "co", "va", "fa", "sta", "vo", "san", "dei"];
/// Words that end in an acute accent, unlike most that end in `e`.
const ACUTE: [&str; 9] = ["jose", "andre", "rene", "desire", "salome", "perche", "poiche", "dosse", "aime"];
/// What is written together with the next word by an apostrophe.
pub(crate) const ELIDED: [&str; 15] =
    ["d", "l", "dell", "dall", "nell", "sull", "all", "coll", "sant", "quell", "un", "o", "j", "degl", "bell"];

/// Text with one space between words and one sort of apostrophe and quote: `D’ Angelo` becomes `D'Angelo`.
pub(crate) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        let elided = tidied.ends_with('\'') && {
            let last = tidied.rsplit([' ', '-']).next().unwrap_or("");
            ELIDED.contains(&last.trim_end_matches('\'').to_lowercase().as_str()) && word.starts_with(char::is_alphabetic)
        };
        if !tidied.is_empty() && !elided {
            tidied.push(' ');
        }
        tidied.extend(word.chars().filter(|c| !is_unseen(*c)).map(|c| match c {
            '’' | '‘' | '`' | '´' | 'ʼ' | '′' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            '–' | '—' | '‑' => '-',
            other => other,
        }));
    }
    tidied.trim().to_owned()
}

/// What a rule makes of a text once it makes nothing more of it: a word that was changed may be read otherwise by its neighbours.
pub(crate) fn settled(text: &str, rule: fn(&str) -> String) -> String {
    const MOST_ROUNDS: usize = 8;
    let mut text = rule(text);
    for _ in 0..MOST_ROUNDS {
        let again = rule(&text);
        if again == text {
            break;
        }
        text = again;
    }
    text
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// A word whose accent was typed as an apostrophe, with its accent: `Nicolo'` becomes `Nicolò`, `de'` stays.
pub(crate) fn accented(word: &str) -> String {
    let Some(stem) = word.strip_suffix('\'').filter(|stem| !stem.ends_with('\'')) else { return word.to_owned() };
    let small = stem.to_lowercase();
    let accent = match small.chars().next_back() {
        Some('a') => 'à',
        Some('e') if ACUTE.contains(&small.as_str()) => 'é',
        Some('e') => 'è',
        Some('i') => 'ì',
        Some('o') => 'ò',
        Some('u') => 'ù',
        _ => return word.to_owned(),
    };
    if CUT.contains(&small.as_str()) || small.chars().count() < 2 || small.contains('\'') && CUT.contains(&after_apostrophe(&small)) {
        return word.to_owned();
    }
    let capital = stem.chars().next_back().is_some_and(char::is_uppercase);
    let mut text: String = stem.chars().take(stem.chars().count() - 1).collect();
    text.extend(if capital { accent.to_uppercase().collect::<Vec<_>>() } else { vec![accent] });
    text
}

fn after_apostrophe(small: &str) -> &str {
    small.rsplit('\'').next().unwrap_or("")
}

/// Whether capitals say nothing: all letters are of one case, and there are two or more.
pub(crate) fn is_of_one_case(text: &str) -> bool {
    let (mut capitals, mut small) = (0, 0);
    for c in text.chars() {
        capitals += usize::from(c.is_uppercase() && small_of(c) != c);
        small += usize::from(c.is_lowercase() && capital_of(c) != c);
    }
    small == 0 && capitals > 1 || capitals == 0 && small > 0
}

/// The word with a capital at its beginning and after what parts it inside: `D'ANGELO-ROSSI` becomes `D'Angelo-Rossi`.
pub(crate) fn capital(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut begins = true;
    for c in word.chars() {
        text.push(if begins { capital_of(c) } else { small_of(c) });
        begins = !c.is_alphanumeric();
    }
    text
}

/// The text in small letters; a letter that would become several stays as it is.
pub(crate) fn small(text: &str) -> String {
    text.chars().map(small_of).collect()
}

/// The text in capitals; a letter that would become several stays as it is.
pub(crate) fn capitals(text: &str) -> String {
    text.chars().map(capital_of).collect()
}

fn small_of(c: char) -> char {
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) if one.to_uppercase().eq([c]) => one,
        _ => c,
    }
}

fn capital_of(c: char) -> char {
    let mut capital = c.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(one), None) if one.to_lowercase().eq([c]) => one,
        _ => c,
    }
}

/// Whether it is a number as kings, popes and dates have it, of two letters or more: `II`, `XXV`.
pub(crate) fn is_roman(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    let bytes = word.as_bytes();
    if !(2..=7).contains(&bytes.len()) || bytes.iter().any(|byte| !matches!(byte, b'I' | b'V' | b'X')) {
        return false;
    }
    let tens = bytes.iter().take_while(|byte| **byte == b'X').count();
    tens <= 3 && matches!(&bytes[tens..], b"" | b"I" | b"II" | b"III" | b"IV" | b"V" | b"VI" | b"VII" | b"VIII" | b"IX")
}

#[cfg(test)]
mod tests {
    use super::{accented, capital, is_roman, tidy};

    #[test]
    fn apostrophes_become_accents_where_an_accent_was_meant() {
        for (typed, meant) in [
            ("Nicolo'", "Nicolò"),
            ("FORLI'", "FORLÌ"),
            ("Cantu'", "Cantù"),
            ("LIBERTA'", "LIBERTÀ"),
            ("Jose'", "José"),
            ("Mose'", "Mosè"),
            ("D'Alo'", "D'Alò"),
            ("de'", "de'"),
            ("Ca'", "Ca'"),
            ("Fra'", "Fra'"),
            ("dell'", "dell'"),
            ("Rossi", "Rossi"),
        ] {
            assert_eq!(accented(typed), meant);
        }
    }

    #[test]
    fn text_is_tidied() {
        assert_eq!(tidy("  D’ Angelo\u{a0}\t«Il  Sole» "), "D'Angelo \"Il Sole\"");
        assert_eq!(tidy("SANT' ANGELO"), "SANT'ANGELO");
        assert_eq!(tidy("Nicolo' Rossi"), "Nicolo' Rossi");
    }

    #[test]
    fn numbers_of_kings_are_told_from_words() {
        assert!(["II", "XX", "XXV", "iv", "XXIII"].iter().all(|word| is_roman(word)));
        assert!(["I", "MI", "IIII", "VV", "CIVIC", "DI", "XXXX"].iter().all(|word| !is_roman(word)));
        assert_eq!(capital("D'ANGELO-rossi"), "D'Angelo-Rossi");
    }
}
