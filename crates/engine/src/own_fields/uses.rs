//! What uses a field: views, segments, the conditions of other fields.

use super::{KEY, LABEL, OWN_FIELD};
use crate::Engine;
use crate::write::Writing;
use kernel::{Error, Id, Result, Say};
use meta::Record;
use meta::sql::Sql;
use store::{Statement, Tx};

/// A record that speaks of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The key of its entity: `view`, `segment`, `own_field`.
    pub entity: &'static str,
    /// Which one.
    pub id: Id,
    /// What it is called.
    pub name: String,
}

/// Where a field may be spoken of: entity, its name, the texts.
const PLACES: [(&str, &str, &[&str]); 3] = [
    (crate::views::VIEW, "name", &["question"]),
    (crate::segments::SEGMENT, "name", &["filter"]),
    (OWN_FIELD, "label", &["visible_when", "required_when", "read_only_when"]),
];

impl Engine {
    /// What uses an own field: all that would stop to work without it.
    pub async fn uses_of_own_field(&self, record: &Record) -> Result<Vec<Use>> {
        let (engine, record) = (self.clone(), record.clone());
        self.inside.store.read(move |tx| Box::pin(async move { engine.uses_in(tx, &record).await })).await
    }

    async fn uses_in(&self, tx: &mut Tx, record: &Record) -> Result<Vec<Use>> {
        let key = record.get(&KEY);
        let mut uses = Vec::new();
        for (entity, name, texts) in PLACES {
            let mut sql = Sql::new();
            sql.push("SELECT \"id\", ").name(name);
            for text in texts {
                sql.push(", ").name(text);
            }
            sql.push(" FROM ").name(entity).push(" WHERE \"removed_at\" IS NULL ORDER BY \"id\"");
            for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
                let speaks = (0..texts.len()).any(|place| names(row.text(place + 2), key));
                if let Some(id) = row.link(0).filter(|id| speaks && *id != record.id) {
                    uses.push(Use { entity, id, name: row.text(1).to_owned() });
                }
            }
        }
        Ok(uses)
    }

    /// Refuses to remove what is used; whoever was told what uses it, and insists, does it by a rule of the program.
    pub(crate) async fn refuse_used(&self, tx: &mut Tx, writing: &Writing, record: &Record) -> Result<()> {
        if writing.by_rule || writing.undoes.is_some() {
            return Ok(());
        }
        let uses = self.uses_in(tx, record).await?;
        if uses.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = uses.iter().take(10).map(|one| format!("«{}»", one.name)).collect();
        let say = Say::new("error-own-field-used").with("name", record.get(&LABEL)).with("uses", names.join(", "));
        Err(Error::invalid("", say.with("count", uses.len())))
    }
}

/// Whether a text names a field: its key, not as a part of a longer one.
fn names(text: &str, key: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(key).any(|(place, _)| {
        let (before, after) = (text[..place].chars().next_back(), text[place + key.len()..].chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}
