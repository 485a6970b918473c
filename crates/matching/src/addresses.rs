//! Streets, house numbers and towns, brought to what tells one door from another.

use crate::text::{Words, table};
use kernel::fold::fold_into;
use std::sync::LazyLock;

/// Words for kinds of streets, as they are written, and what they stand for; left out of what is compared.
const KINDS: &[&str] = &[
    "via",
    "v",
    "viale",
    "vle",
    "vl",
    "piazza",
    "pza",
    "pzza",
    "pz",
    "piaz",
    "piazzale",
    "ple",
    "ple",
    "pzle",
    "piazzetta",
    "pta",
    "corso",
    "cso",
    "c",
    "co",
    "largo",
    "lgo",
    "lg",
    "vicolo",
    "vic",
    "vico",
    "vlo",
    "strada",
    "str",
    "sda",
    "localita",
    "loc",
    "localit",
    "frazione",
    "fraz",
    "fr",
    "contrada",
    "cda",
    "ctr",
    "contr",
    "borgo",
    "bgo",
    "salita",
    "sal",
    "traversa",
    "trav",
    "lungomare",
    "regione",
    "reg",
    "zona",
    "industriale",
    "ind",
    "rotonda",
    "galleria",
    "gall",
    "calle",
    "campo",
    "rione",
    "villaggio",
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "place",
    "pl",
    "close",
    "cl",
    "drive",
    "dr",
    "court",
    "ct",
    "crescent",
    "cres",
    "cct",
    "circuit",
    "parkway",
    "pwy",
];

/// Roads that have numbers instead of names: the letters before the number.
const NUMBERED: &[(&str, &str)] = &[
    ("sp", "provinciale"),
    ("ss", "statale"),
    ("sr", "regionale"),
    ("sc", "comunale"),
    ("prov", "provinciale"),
    ("prov.le", "provinciale"),
    ("provle", "provinciale"),
    ("stat", "statale"),
];

/// Little words of names of streets, which one writes and another leaves out.
const LITTLE: &[&str] = &[
    "di", "del", "dello", "della", "dei", "degli", "delle", "il", "lo", "la", "i", "gli", "le", "da", "al", "alla", "e", "n", "nr", "num",
    "numero", "civ", "civico", "the",
];

/// After these words stands what lies inside of a house.
const INSIDE: &[&str] = &["int", "interno", "scala", "sc", "piano", "pal", "palazzina", "presso", "co", "apt", "appartamento"];

static KIND_WORDS: LazyLock<Words<()>> = LazyLock::new(|| table(KINDS));
static LITTLE_WORDS: LazyLock<Words<()>> = LazyLock::new(|| table(LITTLE));

/// A street without the word for its kind, and the number of the house.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Street {
    /// The words of its name, folded, separated by single spaces.
    pub(crate) name: String,
    /// The digits of the number: `180` of `180/A bis`; empty if there is none.
    pub(crate) number: String,
}

/// Reads what a person wrote as a street.
pub(crate) fn street(text: &str) -> Street {
    let mut folded = String::with_capacity(text.len() + 8);
    fold_into(text, &mut folded);
    let mut words = words_of(&folded);
    // What lies inside the house stands after its number.
    if let Some(inside) = words.iter().enumerate().position(|(place, word)| {
        place >= 2 && INSIDE.contains(&word.as_str()) && words[place - 1].bytes().any(|byte| byte.is_ascii_digit())
    }) {
        words.truncate(inside);
    }
    let number = house_number(&mut words);
    let before = words.clone();
    let numbered = |word: &str| NUMBERED.iter().find(|(short, _)| *short == word).map(|(_, long)| *long);
    if let Some(first) = words.first_mut()
        && let Some(long) = numbered(first)
    {
        *first = long.to_owned();
    }
    words.retain(|word| !KIND_WORDS.contains_key(word.as_bytes()) && !LITTLE_WORDS.contains_key(word.as_bytes()) && word != "snc");
    if words.is_empty() {
        words = before;
    }
    Street { name: words.join(" "), number }
}

/// The words of a town, without its province in brackets.
pub(crate) fn town(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    let bare = folded.split(['(', '[']).next().unwrap_or("");
    let words = words_of(bare);
    let mut name = String::with_capacity(bare.len());
    for word in words {
        let word = match word.as_str() {
            "s" | "ss" | "san" | "santo" | "santa" | "sant" => "s",
            "reggio" => "reggio",
            other => other,
        };
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

/// The digits of a house number.
pub(crate) fn digits_of_number(text: &str) -> String {
    let digits: String = text.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

fn words_of(folded: &str) -> Vec<String> {
    let mut words = Vec::with_capacity(8);
    let mut word = String::new();
    let mut letters = folded.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek();
        if letter.is_alphanumeric() {
            word.push(letter);
            continue;
        }
        let binds = match letter {
            '.' => {
                word.len() <= 3 && word.chars().all(char::is_alphabetic) && next.is_some_and(|next| next.is_alphabetic()) && word.len() < 2
            }
            '\'' => (1..=6).contains(&word.len()) && next.is_some_and(|next| next.is_alphanumeric()),
            _ => false,
        };
        if !binds && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Takes the number of the house out of the words: at the end (`via roma 180 bis`), or where nothing stands there before the name
/// (`180 roma street`).
fn house_number(words: &mut Vec<String>) -> String {
    let numeric = |word: &str| word.as_bytes().first().is_some_and(u8::is_ascii_digit);
    let suffix = |word: &str| {
        matches!(word, "bis" | "ter" | "quater" | "snc") || word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let mut last = words.len();
    while last > 1 && suffix(&words[last - 1]) {
        last -= 1;
    }
    if last >= 2 && numeric(&words[last - 1]) {
        let mut place = last - 1;
        // `12/14`, `45/2`: the first of them.
        while place >= 2
            && numeric(&words[place - 1])
            && !NUMBERED.iter().any(|(short, long)| [short, long].contains(&&words[place - 2].as_str()))
        {
            place -= 1;
        }
        let number = digits_of_number(&words[place]);
        words.truncate(place);
        return number;
    }
    if words.len() >= 3 && numeric(&words[0]) {
        let number = digits_of_number(&words[0]);
        words.remove(0);
        return number;
    }
    String::new()
}
