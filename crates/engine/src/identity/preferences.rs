//! What each person decides for himself, beside what his browser remembers: texts by name.

use crate::Engine;
use crate::principal::Principal;
use kernel::{Error, Result, Say, Value};
use store::Statement;

/// The text that stands under his letters.
pub const SIGNATURE: &str = "signature";
/// A text is no longer than this.
const MOST_LETTERS: usize = 2_000;

impl Engine {
    /// What somebody decided under a name; empty where he decided nothing.
    pub async fn preference(&self, who: &Principal, key: &'static str) -> Result<String> {
        let asked =
            Statement::new("SELECT \"value\" FROM \"preference\" WHERE \"user\" = ? AND \"key\" = ?", vec![who.user.into(), key.into()]);
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move { Ok(tx.rows(&asked).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default()) })
            })
            .await
    }

    /// Decides it. `Invalid` where the text is too long.
    pub async fn prefer(&self, who: &Principal, key: &'static str, value: &str) -> Result<()> {
        let Some(user) = who.user else { return Err(Error::NotFound) };
        if value.chars().count() > MOST_LETTERS {
            return Err(Error::invalid(key, Say::new("error-too-long").with("most", MOST_LETTERS)));
        }
        let sql = "INSERT INTO \"preference\" (\"user\", \"key\", \"value\") VALUES (?, ?, ?) ON CONFLICT (\"user\", \"key\") DO UPDATE SET \"value\" = excluded.\"value\"";
        let put = Statement::new(sql, vec![Value::Link(user), key.into(), value.replace('\0', "").into()]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&put).await.map(|_| ()) })).await
    }
}
