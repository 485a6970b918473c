//! Vocabularies of the company's own, for its own fields: beside those that the product speaks of.

use super::VOCABULARIES;
use engine::{Change, Statement, Tx, Work};
use kernel::{Error, Result, Say};
use meta::entity::Visibility;
use meta::fields::{Code, Text, code, text};
use meta::{Entity, entity};

entity! { "vocabulary" {
    /// In Italian.
    ITALIAN: Text = text("italian").required().search().sortable(),
    /// In English; the Italian words where it is empty.
    ENGLISH: Text = text("english"),
    /// The stable key by which fields and terms name it, made from the words.
    KEY: Code = code("key").read_only(),
}}

pub(super) fn vocabulary() -> Entity {
    Entity::new("vocabulary", "vocabularies", fields())
        .titled(&ITALIAN)
        .seen(Visibility::Administrators)
        .columns(&["italian", "english", "key"])
        .section("vocabulary", &["italian", "english"])
}

/// A new vocabulary gets its key from its Italian words; one that something speaks of stays.
pub(super) fn keyed<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            return unused(tx, change.after.get(&KEY)).await;
        }
        if change.creates() {
            let made = super::key(change.after.get(&ITALIAN)).map_err(|say| Error::invalid("italian", say))?;
            if VOCABULARIES.contains(&made.as_str()) || is_there(tx, &made).await? {
                return Err(Error::invalid("italian", Say::new("error-taken")));
            }
            change.put(KEY.id(), made);
        }
        Ok(())
    })
}

/// Whether the company has a vocabulary of this key.
pub(super) async fn is_there(tx: &mut Tx, key: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM \"vocabulary\" WHERE \"key\" = ? AND \"removed_at\" IS NULL";
    Ok(!tx.rows(&Statement::new(sql, vec![key.into()])).await?.is_empty())
}

async fn unused(tx: &mut Tx, key: &str) -> Result<()> {
    for sql in [
        "SELECT 1 FROM \"term\" WHERE \"vocabulary\" = ? AND \"removed_at\" IS NULL LIMIT 1",
        "SELECT 1 FROM \"own_field\" WHERE \"vocabulary\" = ? AND \"removed_at\" IS NULL LIMIT 1",
    ] {
        if !tx.rows(&Statement::new(sql, vec![key.into()])).await?.is_empty() {
            return Err(Error::invalid("", Say::new("error-vocabulary-used")));
        }
    }
    Ok(())
}
