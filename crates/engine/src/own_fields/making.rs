//! Making a field: its key from its words, its column beside the others.

use super::{ENTITY, KEY, LABEL, OWN_FIELD, kinds};
use crate::Engine;
use kernel::{Error, Result, Say};
use meta::{Entity, Record};
use store::{Dialect, Statement, Tx};

/// Bytes of a key at most; with what stands around it, the name of an index stays whole.
const MOST: usize = 40;
/// How many fields of the same words an entity may have had.
const ATTEMPTS: usize = 99;

impl Engine {
    /// Gives a new field its key, and its entity the column; an index follows for one that became sortable. Columns are never
    /// dropped, and a column that was there before is another field's, gone perhaps: its values are not for this one.
    pub(crate) async fn shape_own_field(&self, tx: &mut Tx, record: &mut Record) -> Result<()> {
        let model = self.model();
        let entity = model.entity(record.get(&ENTITY)).cloned().ok_or(Error::NotFound)?;
        if !record.get(&KEY).is_empty() {
            return self.column(tx, &entity, record).await.map(|_| ());
        }
        let slug = slug(record.get(&LABEL)).ok_or_else(|| Error::invalid(LABEL.field.key, Say::new("error-own-field-words")))?;
        for attempt in 1..=ATTEMPTS {
            let ending = if attempt == 1 { String::new() } else { format!("_{attempt}") };
            let kept: String = slug.chars().take(MOST - ending.len()).collect();
            let key = format!("{}{ending}", kept.trim_end_matches('_'));
            if self.key_is_taken(tx, &entity, &key).await? {
                continue;
            }
            record.put(KEY.id(), key.into());
            if self.column(tx, &entity, record).await? {
                return Ok(());
            }
        }
        Err(Error::invalid(LABEL.field.key, Say::new("error-taken")))
    }

    async fn key_is_taken(&self, tx: &mut Tx, entity: &Entity, key: &str) -> Result<bool> {
        if entity.fields.iter().any(|field| field.key == key || field.column() == key || field.compared_column() == key) {
            return Ok(true);
        }
        let sql = format!("SELECT 1 FROM \"{OWN_FIELD}\" WHERE \"entity\" = ? AND \"key\" = ?");
        Ok(!tx.rows(&Statement::new(sql, vec![entity.key.into(), key.into()])).await?.is_empty())
    }

    /// Makes column and index as far as they are missing; whether the column was.
    async fn column(&self, tx: &mut Tx, entity: &Entity, record: &Record) -> Result<bool> {
        let field = kinds::described(&self.model(), record)?;
        let mut described = Entity::clone(entity);
        described.fields.retain(|known| known.key != field.key);
        described.fields.push(field);
        let mut table = described.table();
        if tx.dialect() == Dialect::Postgres {
            // An index that is built without blocking waits for every transaction there is, this one too: it follows the commit.
            table.indexes.clear();
        }
        let report = self.inside.store.shape_within(tx, &[table]).await?;
        Ok(report.columns.contains(&format!("{}.{}", entity.key, field.column())))
    }
}

/// The key that follows from words: `x_`, then their letters and digits without accents. What is no letter of ours leaves no
/// trace; nothing where nothing is left.
fn slug(words: &str) -> Option<String> {
    let folded = kernel::fold(words);
    let parts: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    let key: String = format!("x_{}", parts.join("_")).chars().take(MOST).collect();
    (!parts.is_empty()).then(|| key.trim_end_matches('_').to_owned())
}

#[cfg(test)]
mod tests;
