//! A statement: SQL with `?` for its values, in either database's dialect.

use kernel::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub use meta::sql::Dialect;

/// SQL and its values. Placeholders are `?` in both dialects.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text; `?` outside of quotes stands for the next value.
    pub sql: Arc<str>,
    /// The values, in the order of the placeholders.
    pub values: Vec<Value>,
}

impl Statement {
    /// A statement with these values.
    pub fn new(sql: impl Into<Arc<str>>, values: Vec<Value>) -> Self {
        Statement { sql: sql.into(), values }
    }
}

/// How many translations are remembered before the memory is emptied.
const REMEMBERED: usize = 2048;

/// The `?` of our statements as the `$1` PostgreSQL wants, each text translated once.
#[derive(Debug, Default)]
pub(crate) struct Placeholders(Mutex<HashMap<Arc<str>, Arc<str>>>);

impl Placeholders {
    pub(crate) fn numbered(&self, sql: &Arc<str>) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(done) = known.get(sql) {
            return done.clone();
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let done: Arc<str> = number_placeholders(sql).into();
        known.insert(sql.clone(), done.clone());
        done
    }
}

/// Numbers the placeholders outside of `'text'` and `"names"`; doubled quotes close and open again, which comes to the same.
pub(crate) fn number_placeholders(sql: &str) -> String {
    let mut numbered = String::with_capacity(sql.len() + 16);
    let mut quote = None;
    let mut count = 0;
    for letter in sql.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, '?') => {
                count += 1;
                numbered.push('$');
                numbered.push_str(&count.to_string());
                continue;
            }
            _ => {}
        }
        numbered.push(letter);
    }
    numbered
}

/// A name in double quotes. Names come from declarations; a quote in one is doubled all the same.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names in double quotes, with commas between.
pub(crate) fn quoted_list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}
