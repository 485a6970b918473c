//! Tags: what the company calls its customers, contacts and sites. Whoever may write a record may bring in a new one.

#[cfg(test)]
mod tests;

use engine::{Act, Change, Draft, Slice, Statement, Tx, Work};
use kernel::Value;
use meta::fields::terms;

/// The vocabulary of tags.
pub const TAGS: &str = "tag";

/// The field of tags, in every entity that has one.
pub const FIELD: &str = "tags";

/// What tags register.
pub fn slice() -> Slice {
    let slice = Slice::new("tags").words(include_str!("words.toml"));
    ["account", "contact", "site"].into_iter().fold(slice, |slice, entity| slice.hook(entity, known))
}

/// A tag that comes by its key alone, from a program or a file, is a term from now on.
fn known<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let before: Vec<&str> = change.before.iter().flat_map(|before| terms(before.named(FIELD).text())).collect();
        let asked = |act: &Act, key: &str| match act {
            Act::Create(draft) => draft.value(crate::vocabularies::KEY.id()).is_some_and(|known| known.text() == key),
            _ => false,
        };
        let fresh: Vec<String> = terms(change.after.named(FIELD).text())
            .filter(|key| !before.contains(key) && !change.more.iter().any(|act| asked(act, key)))
            .map(str::to_owned)
            .collect();
        for key in fresh {
            let sql = "SELECT 1 FROM \"term\" WHERE \"vocabulary\" = ? AND \"key\" = ? AND \"removed_at\" IS NULL";
            if tx.rows(&Statement::new(sql, vec![Value::from(TAGS), Value::from(key.as_str())])).await?.is_empty() {
                let draft = Draft::new("term")
                    .with(crate::vocabularies::VOCABULARY.id(), TAGS)
                    .with(crate::vocabularies::ITALIAN.id(), key.replace('-', " "))
                    .with(crate::vocabularies::KEY.id(), key);
                change.more.push(Act::Create(draft));
            }
        }
        Ok(())
    })
}
