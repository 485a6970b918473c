//! The street line of an Italian address, taken apart and in one writing.

use crate::letters::{accented, capital, capitals as capital_letters, is_of_one_case, is_roman, settled, small as small_letters, tidy};
use std::fmt;

/// Sorts of street by their letters, and as they are written; the longest first where one begins another.
#[rustfmt::skip]
const SORTS: [(&str, &str); 98] = [
    ("via", "Via"), ("v", "Via"), ("vle", "Viale"), ("viale", "Viale"), ("vial", "Viale"), ("piazza", "Piazza"), ("pzza", "Piazza"),
    ("pza", "Piazza"), ("pz", "Piazza"), ("p", "Piazza"), ("piazzale", "Piazzale"), ("pzle", "Piazzale"), ("ple", "Piazzale"),
    ("pzzale", "Piazzale"), ("piazzetta", "Piazzetta"), ("pzzetta", "Piazzetta"), ("pzta", "Piazzetta"), ("ptta", "Piazzetta"),
    ("corso", "Corso"), ("cso", "Corso"), ("largo", "Largo"), ("lgo", "Largo"), ("vicolo", "Vicolo"), ("vic", "Vicolo"),
    ("vco", "Vicolo"), ("vlo", "Vicolo"), ("strada", "Strada"), ("str", "Strada"), ("stradaprovinciale", "Strada Provinciale"),
    ("strprov", "Strada Provinciale"), ("stradaprov", "Strada Provinciale"), ("strprovle", "Strada Provinciale"),
    ("sp", "Strada Provinciale"), ("stradastatale", "Strada Statale"), ("strstat", "Strada Statale"), ("strstatale", "Strada Statale"),
    ("stradastat", "Strada Statale"), ("ss", "Strada Statale"), ("strprovinciale", "Strada Provinciale"),
    ("stradaregionale", "Strada Regionale"), ("sr", "Strada Regionale"), ("stradacomunale", "Strada Comunale"), ("sc", "Strada Comunale"),
    ("strcom", "Strada Comunale"), ("stradavicinale", "Strada Vicinale"), ("strvic", "Strada Vicinale"), ("localita", "Località"),
    ("loc", "Località"), ("locta", "Località"), ("locl", "Località"), ("frazione", "Frazione"), ("fraz", "Frazione"), ("fr", "Frazione"),
    ("fz", "Frazione"), ("contrada", "Contrada"), ("cda", "Contrada"), ("ctr", "Contrada"), ("contr", "Contrada"), ("ctrda", "Contrada"),
    ("borgo", "Borgo"), ("bgo", "Borgo"), ("borgata", "Borgata"), ("bta", "Borgata"), ("regione", "Regione"), ("reg", "Regione"),
    ("calle", "Calle"), ("campo", "Campo"), ("campiello", "Campiello"), ("fondamenta", "Fondamenta"), ("salita", "Salita"),
    ("sal", "Salita"), ("discesa", "Discesa"), ("scalinata", "Scalinata"), ("galleria", "Galleria"), ("gall", "Galleria"),
    ("lungomare", "Lungomare"), ("lungarno", "Lungarno"), ("lungotevere", "Lungotevere"), ("lgt", "Lungotevere"),
    ("lungadige", "Lungadige"), ("lungolago", "Lungolago"), ("lungopo", "Lungo Po"), ("traversa", "Traversa"), ("trav", "Traversa"),
    ("tv", "Traversa"), ("rione", "Rione"), ("rampa", "Rampa"), ("riva", "Riva"), ("riviera", "Riviera"), ("rotonda", "Rotonda"),
    ("circonvallazione", "Circonvallazione"), ("circonv", "Circonvallazione"), ("circne", "Circonvallazione"), ("cascina", "Cascina"),
    ("casc", "Cascina"), ("zonaindustriale", "Zona Industriale"), ("zi", "Zona Industriale"), ("zonaartigianale", "Zona Artigianale"),
];
/// Sorts that only count with a dot in them, or another word would be taken for one.
const DOTTED: [&str; 16] = ["v", "p", "sp", "ss", "sr", "sc", "fr", "zi", "reg", "sal", "tv", "fz", "pz", "bta", "vic", "str"];
/// Sorts that are a road with a number of its own.
const ROADS: [&str; 4] = ["Strada Provinciale", "Strada Statale", "Strada Regionale", "Strada Comunale"];
/// Words that stay small within the name of a street.
#[rustfmt::skip]
const SMALL: [&str; 40] = [
    "di", "del", "dello", "della", "dei", "degli", "delle", "da", "dal", "dallo", "dalla", "dai", "dagli", "dalle", "a", "al", "allo",
    "alla", "ai", "agli", "alle", "in", "nel", "nella", "nei", "sul", "sulla", "sui", "sulle", "e", "ed", "per", "con", "tra", "fra",
    "presso", "su", "d", "de'", "von",
];
/// The same before an apostrophe.
const SMALL_ELIDED: [&str; 6] = ["dell'", "d'", "all'", "nell'", "sull'", "dall'"];
/// Prepositions that are lowered also where somebody wrote them with a capital; the others begin family names (Di Vittorio).
const LOWERED: [&str; 10] = ["del", "dello", "della", "dei", "degli", "delle", "alla", "alle", "dalla", "sul"];
/// Inner parts of a house by their letters, and as they are written.
#[rustfmt::skip]
const INNER: [(&str, &str); 26] = [
    ("int", "int."), ("interno", "int."), ("interni", "int."), ("sc", "scala"), ("scala", "scala"), ("piano", "piano"), ("pal", "palazzina"),
    ("palazzina", "palazzina"), ("palaz", "palazzina"), ("edificio", "edificio"), ("edif", "edificio"), ("ed", "edificio"),
    ("lotto", "lotto"), ("blocco", "blocco"), ("app", "app."), ("appartamento", "app."), ("appto", "app."), ("ufficio", "ufficio"),
    ("uff", "ufficio"), ("capannone", "capannone"), ("capann", "capannone"), ("stabile", "stabile"), ("isolato", "isolato"),
    ("torre", "torre"), ("fabbricato", "fabbricato"), ("padiglione", "padiglione"),
];
/// What a house number is written with before it.
const NUMBER_MARKS: [&str; 8] = ["n", "n°", "nr", "num", "numero", "civ", "civico", "no"];

/// A street line taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Street {
    /// The sort of street (*denominazione urbanistica generica*), written out: `Via`, `Viale`, `Strada Provinciale`; or nothing.
    pub sort: String,
    /// What it is called, the number of the road included: `Vittorio Emanuele II`, `12`.
    pub name: String,
    /// The house number with its letter: `12`, `12/A`, `35/bis`, `12-14`; `snc` where there is none; or nothing.
    pub number: String,
    /// The kilometre: `12+300`; or nothing.
    pub kilometre: String,
    /// Staircase, floor, door: `scala B`, `int. 3`, in the order in which they were written.
    pub inner: Vec<String>,
    /// Behind "c/o" or "presso": with whom; or nothing.
    pub at: String,
}

impl Street {
    /// Takes a line apart. Whatever it does not understand stays in the name: no letter and no digit is lost, but for
    /// the marks before a number ("n.", "civico") and what an abbreviation stands for.
    pub fn parse(text: &str) -> Street {
        let text = tidy(text);
        let (line, at) = beside(&text);
        let mut street = Street { at, ..Street::default() };
        let words: Vec<String> = pieces(&line);
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some((taken, sort)) = sort(&words) {
            street.sort = sort.to_owned();
            words.drain(..taken);
        }
        let is_road = ROADS.contains(&street.sort.as_str());
        street.take_tail(&mut words, is_road);
        while words.last().is_some_and(|word| matches!(*word, "," | "-" | ";")) {
            words.pop();
        }
        street.name = name(&words, street.sort.is_empty());
        street
    }

    /// Takes off the end, piece by piece, what is no name.
    fn take_tail(&mut self, words: &mut Vec<&str>, is_road: bool) {
        // A road keeps its own number, any street a word.
        let kept = if is_road && words.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit())) { 1 } else { 0 };
        let least = kept.max(usize::from(!self.sort.is_empty()));
        loop {
            while words.last().is_some_and(|word| matches!(*word, "," | ";" | "-")) && words.len() > least {
                words.pop();
            }
            let count = words.len();
            let back = |steps: usize| count.checked_sub(steps).filter(|place| *place >= kept).map_or("", |place| words[place]);
            let (last, before) = (back(1), back(2));
            if last.is_empty() {
                return;
            }
            if let Some(label) = inner_label(before)
                && is_inner(last)
                && count > 2
            {
                self.inner.insert(0, format!("{label} {}", capital_letters(last)));
                words.truncate(count - 2);
            } else if self.number.is_empty() && is_without(last) && count > least {
                "snc".clone_into(&mut self.number);
                words.truncate(count - 1);
            } else if self.kilometre.is_empty() && is_kilometre(before) && last.starts_with(|c: char| c.is_ascii_digit()) {
                last.clone_into(&mut self.kilometre);
                words.truncate(count - 2);
            } else if self.kilometre.is_empty()
                && last.len() > 2
                && last.get(..2).is_some_and(|mark| mark.eq_ignore_ascii_case("km"))
                && last[2..].starts_with(|c: char| c.is_ascii_digit() || c == '.')
                && last[2..].contains(|c: char| c.is_ascii_digit())
            {
                last[2..].trim_start_matches('.').clone_into(&mut self.kilometre);
                words.truncate(count - 1);
            } else if self.number.is_empty()
                && count > least.max(1)
                && let Some((taken, number)) = number(words, kept)
                && count - taken >= least
            {
                self.number = number;
                words.truncate(count - taken);
                while words.last().is_some_and(|word| *word == "," || is_number_mark(word)) && words.len() > least {
                    words.pop();
                }
            } else {
                return;
            }
        }
    }
}

impl fmt::Display for Street {
    /// In one writing: `Via Giuseppe Garibaldi 43/A scala B int. 3, c/o Studio Rossi`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::with_capacity(6);
        parts.extend([&self.sort, &self.name].into_iter().filter(|part| !part.is_empty()).cloned());
        if !self.kilometre.is_empty() {
            parts.push(format!("km {}", self.kilometre));
        }
        if !self.number.is_empty() {
            parts.push(self.number.clone());
        }
        parts.extend(self.inner.iter().cloned());
        let line = parts.join(" ");
        match (line.is_empty(), self.at.is_empty()) {
            (_, true) => f.write_str(&line),
            (true, false) => write!(f, "c/o {}", self.at),
            (false, false) => write!(f, "{line}, c/o {}", self.at),
        }
    }
}

/// The line in one writing.
pub fn canonical(text: &str) -> String {
    settled(text, |text| Street::parse(text).to_string())
}

/// The line without "c/o …", and with whom.
fn beside(text: &str) -> (String, String) {
    let small = text.to_ascii_lowercase();
    let found = ["c/o", "presso"].iter().find_map(|mark| {
        let place = small.find(mark)?;
        let begins = place == 0 || small[..place].ends_with([' ', ',', '(', '-']);
        let after = &small[place + mark.len()..];
        (begins && after.starts_with([' ', '.', ':'])).then_some((place, place + mark.len()))
    });
    let Some((from, to)) = found else { return (text.to_owned(), String::new()) };
    let trim = |text: &str| text.trim_matches([' ', ',', '-', '(', ')', ':', '.']).to_owned();
    let (before, after) = (trim(&text[..from]), text[to..].trim_start_matches([' ', '.', ':']));
    if before.is_empty() {
        match after.split_once(',') {
            Some((at, line)) if !trim(line).is_empty() => (line.trim().to_owned(), trim_at(at)),
            _ => (String::new(), trim_at(after)),
        }
    } else {
        (text[..from].trim_end_matches([' ', ',', '-', '(']).to_owned(), trim_at(after))
    }
}

fn trim_at(at: &str) -> String {
    at.trim_matches([' ', ',', ')']).to_owned()
}

/// Words, with commas as words of their own and numbers parted from the dot before them ("n.12", "int.3", "km.12").
fn pieces(line: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        for (place, part) in word.split(',').enumerate() {
            let digits_both_sides = place > 0
                && part.starts_with(|c: char| c.is_ascii_digit())
                && pieces.last().is_some_and(|last: &String| last.chars().all(|c| c.is_ascii_digit() || c == '.'))
                && pieces.len() > 1
                && is_kilometre(&pieces[pieces.len() - 2]);
            if digits_both_sides {
                let last = pieces.pop().unwrap_or_default();
                pieces.push(format!("{last},{part}"));
                continue;
            }
            if place > 0 {
                pieces.push(",".to_owned());
            }
            part_pieces(part, &mut pieces);
        }
    }
    pieces
}

fn part_pieces(part: &str, pieces: &mut Vec<String>) {
    if part.is_empty() {
        return;
    }
    // "V.le.Roma" and "P.zza.Dante" are left; "n.12", "Via.Roma" and "C.so.Italia" are parted behind a known mark.
    for (place, _) in part.match_indices(['.', '°']) {
        let end = place + part[place..].chars().next().map_or(1, char::len_utf8);
        let (head, tail) = (&part[..end], &part[end..]);
        if tail.is_empty() {
            continue;
        }
        let letters = letters_of(head);
        let opens_number = tail.starts_with(|c: char| c.is_ascii_digit());
        let is_mark = NUMBER_MARKS.contains(&letters.as_str()) || letters == "km" || INNER.iter().any(|(known, _)| *known == letters);
        let is_sort = pieces.is_empty()
            && tail.chars().take_while(|c| c.is_alphabetic()).count() > 3
            && SORTS.iter().any(|(known, _)| *known == letters);
        let is_road = pieces.is_empty() && opens_number && matches!(letters.as_str(), "sp" | "ss" | "sr" | "sc");
        if opens_number && is_mark || is_sort || is_road {
            pieces.push(head.to_owned());
            part_pieces(tail, pieces);
            return;
        }
    }
    pieces.push(part.to_owned());
}

fn letters_of(word: &str) -> String {
    kernel::fold(word).chars().filter(char::is_ascii_alphabetic).collect()
}

/// How many words say the sort of street, and which it is.
fn sort(words: &[&str]) -> Option<(usize, &'static str)> {
    for taken in (1..=2.min(words.len().saturating_sub(1))).rev() {
        let head = &words[..taken];
        if head.iter().any(|word| word.contains(|c: char| c.is_ascii_digit()) || *word == "," || word.contains(['-', '/'])) {
            continue;
        }
        let letters: String = head.iter().map(|word| letters_of(word)).collect();
        let is_dotted = head.iter().all(|word| word.contains('.'))
            || (letters.len() == 2 && words.get(taken).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())));
        if let Some((_, sort)) =
            SORTS.iter().find(|(known, _)| *known == letters).filter(|_| !DOTTED.contains(&letters.as_str()) || is_dotted)
        {
            return Some((taken, sort));
        }
    }
    // A line that is nothing but "S.P.12".
    None
}

fn inner_label(word: &str) -> Option<&'static str> {
    if word.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let letters = letters_of(word);
    let dotted = !matches!(letters.as_str(), "ed" | "sc" | "app" | "pal") || word.contains('.');
    INNER.iter().find(|(known, _)| *known == letters).map(|(_, label)| *label).filter(|_| dotted)
}

/// A number, or a letter or two: `3`, `3/A`, `B`, `B2`.
fn is_inner(word: &str) -> bool {
    let has_digit = word.contains(|c: char| c.is_ascii_digit());
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-')) && (has_digit && letters <= 2 || letters <= 1)
}

fn is_without(word: &str) -> bool {
    let letters = letters_of(word);
    !word.contains(|c: char| c.is_ascii_digit()) && (letters == "snc" || letters == "sn" && word.contains(['.', '/']))
}

/// The mark alone: "km0" is a word of its own.
fn is_kilometre(word: &str) -> bool {
    letters_of(word) == "km" && !word.contains(|c: char| c.is_ascii_digit())
}

fn is_number_mark(word: &str) -> bool {
    let small = small_letters(word);
    NUMBER_MARKS.contains(&small.trim_end_matches(['.', ':', '°', 'º'])) && (small != "no")
}

/// How many words at the end are a house number, and the number in one writing.
fn number(words: &[&str], kept: usize) -> Option<(usize, String)> {
    let count = words.len();
    let last = words[count - 1];
    if let Some(number) = written_number(last) {
        // "12 / 14" and "12 - 14" are a stretch of houses.
        if count >= kept + 4
            && matches!(words[count - 2], "/" | "-")
            && let Some(from) = written_number(words[count - 3])
        {
            return Some((3, format!("{from}{}{number}", words[count - 2])));
        }
        return Some((1, number));
    }
    let before = *words.get(count.checked_sub(2)?).filter(|_| count >= kept + 2)?;
    let (mark, parts) = if matches!(before, "/" | "-") {
        (true, count.checked_sub(3).filter(|place| *place >= kept))
    } else {
        (false, count.checked_sub(2))
    };
    let stem = words[parts?];
    if !stem.chars().all(|c| c.is_ascii_digit()) || stem.is_empty() || stem.len() > 5 {
        return None;
    }
    let letter = last.trim_matches('/').to_lowercase();
    let is_letter = letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_ordinal = matches!(letter.as_str(), "bis" | "ter" | "quater");
    match (is_letter, is_ordinal) {
        // A small "e" or "a" between words was no letter of a house; at the end it is one.
        (true, _) => Some((if mark { 3 } else { 2 }, format!("{stem}/{}", capital_letters(&letter)))),
        (_, true) => Some((if mark { 3 } else { 2 }, format!("{stem}/{letter}"))),
        _ => None,
    }
}

/// `12`, `12/a`, `12a`, `35bis`, `12-14`, `12/14`, `12/A-B` in one writing; `None` for anything else.
fn written_number(word: &str) -> Option<String> {
    let word = word.trim_end_matches('.');
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if !(1..=5).contains(&digits) {
        return None;
    }
    let (stem, rest) = word.split_at(digits);
    if rest.is_empty() {
        return Some(stem.to_owned());
    }
    let tail = rest.trim_start_matches(['/', '-', '\\']);
    let (parted, small) = (tail.len() < rest.len(), tail.to_lowercase());
    if rest.len() - tail.len() > 1 || tail.is_empty() || !tail.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-')) {
        return None;
    }
    if matches!(small.as_str(), "bis" | "ter" | "quater") {
        return Some(format!("{stem}/{small}"));
    }
    let letters = tail.chars().filter(|c| c.is_ascii_alphabetic()).count();
    let begins_with_digit = tail.starts_with(|c: char| c.is_ascii_digit());
    match (parted, begins_with_digit, letters) {
        (true, true, 0..=3) => Some(format!("{stem}{}{}", &rest[..1].replace('\\', "/"), capital_letters(tail))),
        (_, false, 1..=2) => Some(format!("{stem}/{}", capital_letters(tail))),
        _ => None,
    }
}

fn name(words: &[&str], begins: bool) -> String {
    let whole = words.join(" ");
    let one_case = is_of_one_case(&whole);
    let mut name = String::with_capacity(whole.len());
    for word in words {
        if *word == "," {
            name.push(',');
            continue;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        let first = begins && name.is_empty();
        name.push_str(&name_word(&accented(word), one_case, first));
    }
    name.trim_matches([' ', ',']).to_owned()
}

fn name_word(word: &str, one_case: bool, first: bool) -> String {
    let small = small_letters(word);
    if small == "f.lli" {
        return "Fratelli".to_owned();
    }
    if is_roman(word) {
        return capital_letters(word);
    }
    if !first {
        if SMALL.contains(&small.as_str()) && (one_case || word == small || LOWERED.contains(&small.as_str())) {
            return small;
        }
        if let Some(elided) = SMALL_ELIDED.iter().find(|elided| small.len() > elided.len() && small.starts_with(**elided)) {
            // "D'Annunzio" is a family; "d'Assisi" is not: a capital that somebody wrote stays.
            let written = word.starts_with(|c: char| c.is_uppercase()) && !one_case && *elided == "d'";
            let rest = &word[elided.len()..];
            let rest = if is_of_one_case(rest) { capital(rest) } else { rest.to_owned() };
            return if written { format!("D'{rest}") } else { format!("{elided}{rest}") };
        }
    }
    if word.contains('.') && word.chars().filter(|c| c.is_alphabetic()).count() <= 3 && word.ends_with('.') {
        return capital(word);
    }
    if word.chars().count() == 1 || is_of_one_case(word) && (one_case || word == small || word.chars().count() > 4) {
        capital(word)
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests;
