//! The search companion of a table: the folded words of each record, found by their beginnings.
//!
//! Words are letters and digits only, here and in what is asked, so that nothing a person types means anything to
//! either database's search language.

use crate::statement::{Dialect, Statement, quoted};
use crate::tx::Tx;
use kernel::{Id, Result, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Words of one record at most, and letters of one word: what PostgreSQL holds, with room to spare.
const WORDS: usize = 4_000;
const LETTERS: usize = 60;
/// Words of one question at most.
const ASKED: usize = 12;

impl Tx {
    /// Sets the words of a record: folded, separated by spaces.
    pub async fn search_put(&mut self, table: &str, id: Id, words: &str) -> Result<()> {
        self.search_put_many(table, &[(id, words)]).await
    }

    /// Sets the words of many records.
    pub async fn search_put_many<W: AsRef<str> + Sync>(&mut self, table: &str, records: &[(Id, W)]) -> Result<()> {
        self.search_put_as(table, records, "INSERT OR REPLACE").await
    }

    /// Sets the words of many records that have none yet: nothing old is looked for.
    pub async fn search_put_new<W: AsRef<str> + Sync>(&mut self, table: &str, records: &[(Id, W)]) -> Result<()> {
        self.search_put_as(table, records, "INSERT").await
    }

    async fn search_put_as<W: AsRef<str> + Sync>(&mut self, table: &str, records: &[(Id, W)], insert: &str) -> Result<()> {
        // The last words of a record that stands twice, as PostgreSQL takes a record once in a statement.
        let mut latest = BTreeMap::new();
        for (id, words) in records {
            latest.insert(*id, distinct(words.as_ref()));
        }
        for (id, _) in latest.extract_if(.., |_, words| words.is_empty()) {
            if insert != "INSERT" {
                self.search_remove(table, id).await?;
            }
        }
        if latest.is_empty() {
            return Ok(());
        }
        let companion = companion(table);
        match self.dialect() {
            Dialect::Sqlite => {
                let sql: Arc<str> = format!("{insert} INTO {companion} (rowid, words) VALUES (?, ?)").into();
                for (id, words) in latest {
                    self.execute(&Statement::new(sql.clone(), vec![Value::Link(id), words.into()])).await?;
                }
                Ok(())
            }
            Dialect::Postgres => self.put_words(&companion, latest).await,
        }
    }

    /// Forgets the words of a record.
    pub async fn search_remove(&mut self, table: &str, id: Id) -> Result<()> {
        let key = match self.dialect() {
            Dialect::Sqlite => "rowid",
            Dialect::Postgres => "id",
        };
        self.execute(&Statement::new(format!("DELETE FROM {} WHERE {key} = ?", companion(table)), vec![Value::Link(id)])).await?;
        Ok(())
    }
}

/// The companion's quoted name.
pub(crate) fn companion(table: &str) -> String {
    quoted(&companion_name(table))
}

pub(crate) fn companion_name(table: &str) -> String {
    format!("{table}_search")
}

/// A condition for a WHERE over a table's `id`, with one `?` that takes a [`search_expression`].
pub fn search_matches(dialect: Dialect, table: &str) -> String {
    format!("\"id\" IN ({})", matching(dialect, table))
}

/// What to bind in [`search_matches`]: every word must begin one of the record's words. Without any word nothing matches.
pub fn search_expression<W: AsRef<str>>(dialect: Dialect, words: &[W]) -> String {
    let terms: Vec<String> = words.iter().flat_map(|words| tokens(words.as_ref())).take(ASKED).collect();
    match dialect {
        Dialect::Sqlite if terms.is_empty() => "\"\"".to_owned(),
        Dialect::Sqlite => terms.iter().map(|term| format!("\"{term}\"*")).collect::<Vec<_>>().join(" "),
        Dialect::Postgres => terms.iter().map(|term| format!("'{term}':*")).collect::<Vec<_>>().join(" & "),
    }
}

/// The ids of the records whose words begin with all of these, the newest first.
pub fn search_query<W: AsRef<str>>(dialect: Dialect, table: &str, words: &[W], limit: usize) -> Statement {
    let key = match dialect {
        Dialect::Sqlite => "rowid",
        Dialect::Postgres => "id",
    };
    let sql = format!("{} ORDER BY {key} DESC LIMIT ?", matching(dialect, table));
    Statement::new(sql, vec![search_expression(dialect, words).into(), Value::Int(limit as i64)])
}

fn matching(dialect: Dialect, table: &str) -> String {
    let companion = companion(table);
    match dialect {
        Dialect::Sqlite => format!("SELECT rowid FROM {companion} WHERE {companion} MATCH ?"),
        Dialect::Postgres => format!("SELECT id FROM {companion} WHERE words @@ CAST(CAST(? AS text) AS tsquery)"),
    }
}

/// The letters-and-digits parts of a text.
fn tokens(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.to_lowercase().chars().take(LETTERS).collect())
}

/// The words of a record, each once, in their order.
fn distinct(words: &str) -> String {
    // What the engine hands over is folded already; only what somebody else writes has to be made so.
    let lower = if words.chars().any(char::is_uppercase) { Cow::Owned(words.to_lowercase()) } else { Cow::Borrowed(words) };
    let parts = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut parts: Vec<&str> = parts
        .map(|word| match word.char_indices().nth(LETTERS) {
            Some((end, _)) => &word[..end],
            None => word,
        })
        .take(WORDS)
        .collect();
    parts.sort_unstable();
    parts.dedup();
    parts.join(" ")
}
