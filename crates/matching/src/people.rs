//! Given names of Italy, by which people are told from companies where both stand in one field.

use crate::names::registered;
use crate::text::{Words, distance, table};
use crate::trades;
use italy::person_name::given_names;
use std::sync::LazyLock;

/// Names that are given to people, in the order of the alphabet, and to be looked up.
static GIVEN: LazyLock<(Vec<&'static str>, Words<()>)> = LazyLock::new(|| {
    let names: Vec<&'static str> = given_names().collect();
    let table = table(&names);
    (names, table)
});

/// Whether words are a person's name: two of them, one a given name (perhaps mistyped) or an initial, or three of which two are; and
/// none that says what a company does.
pub(crate) fn is_a_person(name: &str) -> bool {
    let mut words = name.split(' ');
    let (Some(first), Some(second), third, None) = (words.next(), words.next(), words.next(), words.next()) else { return false };
    if name.split(' ').any(|word| trades::of(word.as_bytes()).is_some()) || name.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match third {
        None => {
            is_given(first.as_bytes())
                || is_given(second.as_bytes())
                || (first.len() == 1) != (second.len() == 1)
                || nearly_given(first)
                || nearly_given(second)
        }
        Some(third) => {
            is_given(first.as_bytes()) && is_given(second.as_bytes()) || is_given(second.as_bytes()) && is_given(third.as_bytes())
        }
    }
}

/// Whether a word is given to people as a name, or what they are called by.
pub(crate) fn is_given(word: &[u8]) -> bool {
    GIVEN.1.contains_key(word) || registered(word).is_some()
}

fn nearly_given(word: &str) -> bool {
    let Some(first) = word.get(..1).filter(|_| word.len() >= 5) else { return false };
    let given = &GIVEN.0;
    let from = given.partition_point(|given| &given[..1] < first);
    given[from..].iter().take_while(|given| given.starts_with(first)).any(|given| distance(given.as_bytes(), word.as_bytes(), 1).is_some())
}
