//! Names of people as Italians write them: capitals, particles, accents, titles, and which of them is the family's.

use crate::letters::{accented, capital, capitals as capital_letters, is_of_one_case, is_roman, small as small_letters, tidy};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Given names, folded, one a line. From python-codicefiscale (MIT), with names of today added; see `data/NOTICE.md`.
static GIVEN: LazyLock<HashSet<&str>> = LazyLock::new(|| given_names().collect());
/// The family names that most people in Italy have, folded, one a line.
static FAMILY: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../data/family.txt").lines().collect());

/// Titles by their letters, and as they are written.
#[rustfmt::skip]
const TITLES: [(&str, &str); 62] = [
    ("sig", "Sig."), ("signor", "Sig."), ("signore", "Sig."), ("sigra", "Sig.ra"), ("signora", "Sig.ra"), ("sigrina", "Sig.na"),
    ("signa", "Sig.na"), ("signorina", "Sig.na"), ("sigg", "Sigg."), ("dott", "Dott."), ("dottor", "Dott."), ("dottore", "Dott."),
    ("dr", "Dott."), ("dottssa", "Dott.ssa"), ("dottoressa", "Dott.ssa"), ("drssa", "Dott.ssa"), ("dssa", "Dott.ssa"),
    ("ing", "Ing."), ("ingegner", "Ing."), ("ingegnere", "Ing."), ("avv", "Avv."), ("avvocato", "Avv."), ("avvto", "Avv."),
    ("arch", "Arch."), ("architetto", "Arch."), ("geom", "Geom."), ("geometra", "Geom."), ("rag", "Rag."), ("ragionier", "Rag."),
    ("ragioniere", "Rag."), ("prof", "Prof."), ("professor", "Prof."), ("professore", "Prof."), ("profssa", "Prof.ssa"),
    ("professoressa", "Prof.ssa"), ("perind", "Per. Ind."), ("peragr", "Per. Agr."), ("pi", "P.I."), ("cav", "Cav."),
    ("cavaliere", "Cav."), ("cavuff", "Cav. Uff."), ("comm", "Comm."), ("commendatore", "Comm."), ("gruff", "Gr. Uff."), ("on", "On."),
    ("onorevole", "On."), ("sen", "Sen."), ("mons", "Mons."), ("monsignor", "Mons."), ("rev", "Rev."), ("not", "Not."),
    ("notaio", "Not."), ("gen", "Gen."), ("col", "Col."), ("cap", "Cap."), ("ten", "Ten."), ("mar", "Mar."), ("mr", "Mr"),
    ("mrs", "Mrs"), ("ms", "Ms"), ("miss", "Miss"), ("spettle", "Spett.le"),
];
/// Words of courtesy before a title, which say nothing of who it is.
const COURTESY: [&str; 11] =
    ["egr", "egregio", "egregia", "gent", "gentmo", "gentma", "gentile", "gentilissimo", "gentilissima", "illmo", "chmo"];
/// Titles of these letters are words or names as well, and count only with their dot.
const DOTTED: [&str; 13] = ["on", "cap", "mar", "not", "col", "gen", "ten", "comm", "pi", "sen", "rev", "miss", "gentile"];

/// What stands before a family name as a part of it.
const PARTICLES: [&str; 39] = [
    "de", "di", "da", "del", "dei", "de'", "della", "dello", "delle", "degli", "dal", "dalla", "dalle", "dallo", "dai", "la", "lo", "li",
    "le", "van", "von", "der", "den", "ter", "zu", "dos", "das", "do", "du", "des", "el", "al", "bin", "ben", "mac", "mc", "san", "santa",
    "sant",
];
/// Particles that stay small behind another word, as other languages write them.
const SMALL: [&str; 9] = ["der", "den", "ter", "zu", "von", "und", "dos", "das", "y"];

/// A name taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Titles before or behind it, each in one writing, with a space between; or nothing.
    pub title: String,
    /// The given name or names.
    pub given: String,
    /// The family name.
    pub family: String,
}

/// The name with capitals, accents and apostrophes as they should be: `DE SANTIS NICOLO'` becomes `De Santis Nicolò`.
/// Words that have both capitals and small letters stay as they are: whoever writes `DeRosa` means it.
pub fn capitals(text: &str) -> String {
    let tidied = tidy(text);
    let mut name = String::with_capacity(tidied.len());
    for word in tidied.split(' ').map(accented) {
        if !name.is_empty() {
            name.push(' ');
        }
        let small = small_letters(&word);
        if word.chars().count() > 1 && !is_of_one_case(&word) {
            name.push_str(&word);
        } else if matches!(small.as_str(), "ii" | "iii") && is_roman(&small) {
            name.push_str(&capital_letters(&small));
        } else if !name.is_empty() && SMALL.contains(&small.as_str()) {
            name.push_str(&small);
        } else if let Some(rest) = small.strip_prefix("mc").filter(|rest| rest.chars().count() > 2 && rest.chars().all(char::is_alphabetic))
        {
            name.push_str("Mc");
            name.push_str(&capital(rest));
        } else {
            name.push_str(&capital(&small));
        }
    }
    name
}

/// The titles of a name, each in one writing, and what remains as it was: `("Dott.", "Rossi Mario")` of "Rossi dott. Mario".
/// Courtesies ("Egr.") go with them. A name that is nothing but a title is left as it is.
pub fn titles(text: &str) -> (String, String) {
    let tidied = tidy(text);
    let words: Vec<&str> = tidied.split(' ').collect();
    let (mut titles, mut rest): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut place = 0;
    while place < words.len() {
        let bare = |word: &str| -> String { kernel::fold(word).chars().filter(char::is_ascii_alphabetic).collect() };
        let is_last = place + 1 == words.len();
        // "Per. Ind." and "Cav. Uff." are two words.
        let pair = words.get(place + 1).map(|next| bare(words[place]) + &bare(next));
        let two = pair.and_then(|pair| TITLES.iter().find(|(letters, label)| *letters == pair && label.contains(' ')));
        if let Some((_, label)) = two {
            titles.push(label);
            place += 2;
            continue;
        }
        let letters = bare(words[place]);
        let written = words[place].trim_matches(['(', ')', ',']);
        let counts = (place == 0 || is_last || written.contains('.') || words[place].starts_with('('))
            && (!DOTTED.contains(&letters.as_str()) || written.contains('.'))
            && !written.contains(['\'', '-']);
        if counts && let Some((_, label)) = TITLES.iter().find(|(known, _)| *known == letters) {
            // "Dott. Ing." stays two titles, the same one twice is one.
            if !titles.contains(label) {
                titles.push(label);
            }
        } else if !(counts && COURTESY.contains(&letters.as_str()) || letters.is_empty() && matches!(written, "" | "." | "/")) {
            rest.push(words[place].trim_matches(','));
        }
        place += 1;
    }
    rest.retain(|word| !word.is_empty());
    if rest.is_empty() {
        return (String::new(), tidied);
    }
    // A comma between family and given names is kept: it says which is which.
    let rest = if tidied.contains(',') && titles.is_empty() { tidied.clone() } else { rest.join(" ") };
    (titles.join(" "), rest)
}

/// Takes a whole name apart where it is plain which part is whose: by the comma of "Rossi, Mario", by particles, and by the given
/// and family names of Italy. Capitals become as they should be. `None` where it could be either way.
pub fn split(text: &str) -> Option<Name> {
    let (title, rest) = titles(text);
    if let Some((family, given)) = rest.split_once(',') {
        let (family, given) = (family.trim(), given.trim());
        return (!family.is_empty() && !given.is_empty() && !given.contains(',')).then(|| Name {
            title,
            given: capitals(given),
            family: capitals(family),
        });
    }
    let units = units(&rest);
    let count = units.len();
    if !(2..=5).contains(&count) || rest.chars().any(|c| c.is_ascii_digit() || matches!(c, '&' | '/' | '@')) {
        return None;
    }
    let mut readings: Vec<(i32, usize, bool)> = Vec::new();
    for families in 1..count.min(4) {
        for first in [true, false] {
            let (family, given) = if first { units.split_at(families) } else { (&units[count - families..], &units[..count - families]) };
            let score: i32 = given.iter().map(|unit| unit.as_given()).sum::<i32>()
                + family.iter().map(|unit| unit.as_family()).sum::<i32>()
                - 2 * (families as i32 - 1);
            readings.push((score, families, first));
        }
    }
    readings.sort_by_key(|(score, ..)| -score);
    let (best, families, first) = readings[0];
    if best < 3 || readings.get(1).is_some_and(|(next, ..)| best - next < 2) {
        return None;
    }
    let join = |units: &[Unit<'_>]| capitals(&units.iter().map(|unit| unit.text).collect::<Vec<_>>().join(" "));
    let (family, given) = if first { units.split_at(families) } else { (&units[count - families..], &units[..count - families]) };
    Some(Name { title, given: join(given), family: join(family) })
}

/// Whether given and family name stand in each other's field, and plainly so.
pub fn are_swapped(given: &str, family: &str) -> bool {
    let (first, second) = (units(given), units(family));
    let score = |given: &[Unit<'_>], family: &[Unit<'_>]| {
        given.iter().map(|unit| unit.as_given()).sum::<i32>() + family.iter().map(|unit| unit.as_family()).sum::<i32>()
    };
    !first.is_empty() && !second.is_empty() && score(&second, &first) - score(&first, &second) >= 4
}

/// The given names that people in Italy have, folded, in the order of the alphabet.
pub fn given_names() -> impl Iterator<Item = &'static str> {
    include_str!("../data/given.txt").lines()
}

/// Whether it is a given name that many people in Italy have, in any writing.
pub fn is_given(name: &str) -> bool {
    GIVEN.contains(letters(name).as_str())
}

/// Whether it is a family name that many people in Italy have, in any writing.
pub fn is_family(name: &str) -> bool {
    FAMILY.contains(letters(name).as_str())
}

fn letters(name: &str) -> String {
    kernel::fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A word of a name, with the particles before it.
struct Unit<'a> {
    text: &'a str,
    particle: bool,
}

impl Unit<'_> {
    /// How well it would be a given name.
    fn as_given(&self) -> i32 {
        match (self.particle, is_given(self.text), is_family(self.text)) {
            (true, ..) => -3,
            (_, true, _) => 2,
            // An initial.
            _ if self.text.ends_with('.') => 1,
            (_, false, true) => -2,
            _ => -1,
        }
    }

    /// How well it would be a family name.
    fn as_family(&self) -> i32 {
        match (self.particle, is_given(self.text), is_family(self.text)) {
            (true, ..) => 2,
            (_, _, true) => 2,
            (_, true, false) => -2,
            _ if self.text.ends_with('.') => -2,
            _ => 1,
        }
    }
}

fn units(name: &str) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    let (mut from, mut place, mut particle) = (0, 0, false);
    for word in name.split(' ') {
        let end = place + word.len();
        let small = small_letters(word);
        let joined = ["d'", "dell'", "dall'", "dall’", "d’", "lo'", "o'"]
            .iter()
            .any(|prefix| small.len() > prefix.len() && small.starts_with(prefix));
        if word.is_empty() {
            if from == place {
                from += 1;
            }
        } else if PARTICLES.contains(&small.as_str()) && end < name.len() {
            particle = true;
        } else {
            units.push(Unit { text: &name[from..end], particle: particle || joined });
            (from, particle) = (end + 1, false);
        }
        place = end + 1;
    }
    units
}

#[cfg(test)]
mod tests;
