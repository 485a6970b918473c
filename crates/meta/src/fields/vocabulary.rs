//! Terms of a vocabulary that the company owns: rows with stable keys, which can be retired but not lost.
//! Several terms of one field are stored as `|a|b|`, sorted.

use super::text::{Words, one_line};
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Say, Value};
use serde_json::Value as Json;

/// One term.
pub type Vocabulary = Key<Words>;

/// Several terms.
pub type Vocabularies = Key<Words>;

/// Describes a term of a vocabulary.
pub const fn vocabulary(key: &'static str, vocabulary: &'static str) -> Vocabulary {
    Key::new(key, Kind::Vocabulary(vocabulary))
}

/// Describes several terms of a vocabulary.
pub const fn vocabularies(key: &'static str, vocabulary: &'static str) -> Vocabularies {
    Key::new(key, Kind::Vocabularies(vocabulary))
}

/// The terms of a stored value.
pub fn terms(stored: &str) -> impl Iterator<Item = &str> {
    stored.split('|').filter(|term| !term.is_empty())
}

/// The stored value of these terms.
pub fn stored<'t>(terms: impl IntoIterator<Item = &'t str>) -> String {
    let mut sorted: Vec<&str> = terms.into_iter().filter(|term| !term.is_empty()).collect();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.is_empty() { String::new() } else { format!("|{}|", sorted.join("|")) }
}

/// A term's key: folded, with dashes for what is no letter or digit. `None` where nothing is left.
pub fn term_key(words: &str) -> Option<String> {
    let parts: Vec<String> = kernel::fold::words(words).collect();
    let key: String = parts.join("-").chars().take(60).collect();
    (!key.is_empty()).then_some(key)
}

fn is_key(text: &str) -> bool {
    term_key(text).is_some_and(|key| key == text)
}

pub(super) struct OneTerm;

impl Behaviour for OneTerm {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Keys
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        if is_key(input) { Ok(Value::Text(one_line(input))) } else { Err(Say::new("error-term").with("term", input)) }
    }
}

pub(super) struct ManyTerms;

impl Behaviour for ManyTerms {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::ManyKeys
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        let keys: Vec<&str> = input.split([',', ';', '|', '\n']).map(str::trim).filter(|key| !key.is_empty()).collect();
        match keys.iter().find(|key| !is_key(key)) {
            Some(wrong) => Err(Say::new("error-term").with("term", wrong)),
            None => Ok(Value::Text(stored(keys))),
        }
    }

    fn from_json(&self, json: &Json) -> Result<Value, Say> {
        let Json::Array(items) = json else { return Err(Say::new("error-list-expected")) };
        let mut keys = Vec::new();
        for item in items {
            match item.as_str() {
                Some(key) if is_key(key) => keys.push(key),
                _ => return Err(Say::new("error-term").with("term", item)),
            }
        }
        if keys.len() > 100 {
            return Err(Say::new("error-too-long").with("most", 100));
        }
        Ok(Value::Text(stored(keys)))
    }

    fn to_json(&self, value: &Value) -> Json {
        Json::Array(terms(value.text()).map(|term| Json::String(term.to_owned())).collect())
    }

    fn show(&self, value: &Value, _: &Reading) -> String {
        terms(value.text()).collect::<Vec<_>>().join(", ")
    }

    fn schema(&self) -> Json {
        serde_json::json!({ "type": "array", "items": { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" }, "maxItems": 100 })
    }
}
