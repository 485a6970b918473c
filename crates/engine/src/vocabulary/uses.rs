//! Where terms are in use: counts over all fields of a vocabulary, as the system sees them, and who holds a certain one.

use super::TERM;
use crate::Engine;
use crate::principal::Principal;
use crate::write::Writing;
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::terms;
use meta::sql::Sql;
use meta::{Entity, Field, Kind, Model, Record};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Statement, Tx};

/// How often the terms of a vocabulary stand in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermUses {
    /// The entity of the field.
    pub entity: &'static str,
    /// The field.
    pub field: &'static str,
    /// Whether it holds several terms.
    pub several: bool,
    /// Living records by the key of a term; a key that nobody holds is not among them.
    pub counts: HashMap<String, i64>,
}

/// The fields that hold terms of a vocabulary, by their entity.
pub(crate) fn places(model: &Model, vocabulary: &str) -> Vec<(Arc<Entity>, Vec<Field>)> {
    let holds = |field: &&Field| matches!(field.kind, Kind::Vocabulary(of) | Kind::Vocabularies(of) if of == vocabulary);
    let of = |entity: &Arc<Entity>| (entity.clone(), entity.fields.iter().filter(holds).copied().collect::<Vec<_>>());
    model.entities().map(of).filter(|(_, fields)| !fields.is_empty()).collect()
}

/// Those of an entity's records that hold a term, living or in the trash, in the order of their identities.
fn holding(entity: &Entity, fields: &[Field], key: &str, after: Option<Id>, most: i64) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"id\" > ").bind(after.map_or(Value::Int(0), Value::Link));
    for (place, field) in fields.iter().enumerate() {
        sql.push(if place == 0 { " AND (" } else { " OR " }).name(&field.column());
        match field.kind {
            // Keys are letters, digits and dashes.
            Kind::Vocabularies(_) => sql.push(" LIKE ").bind(format!("%|{key}|%")),
            _ => sql.push(" = ").bind(key.to_owned()),
        };
    }
    sql.push(") ORDER BY \"id\" LIMIT ").number(most);
    sql
}

/// The records of an entity that hold a term, beyond one of them.
pub(crate) async fn holders(tx: &mut Tx, entity: &Entity, fields: &[Field], key: &str, after: Option<Id>, most: i64) -> Result<Vec<Id>> {
    let sql = holding(entity, fields, key, after, most);
    let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
    Ok(rows.iter().filter_map(|row| row.link(0)).collect())
}

/// The entity of a record that holds a term, living or in the trash.
pub(crate) async fn held_by(tx: &mut Tx, model: &Model, vocabulary: &str, key: &str) -> Result<Option<&'static str>> {
    for (entity, fields) in places(model, vocabulary) {
        if !holders(tx, &entity, &fields, key, None, 1).await?.is_empty() {
            return Ok(Some(entity.key));
        }
    }
    Ok(None)
}

/// Vocabulary and key of a term.
pub(crate) fn named(term: &Record) -> (String, String) {
    (term.named("vocabulary").text().to_owned(), term.named("key").text().to_owned())
}

impl Engine {
    /// How often each term of a vocabulary is in use, field by field: living records, also those that the asker may not see,
    /// because nobody could tell otherwise whether a term is needed.
    ///
    /// Errors: forbidden for whoever administers nothing.
    pub async fn term_uses(&self, who: &Principal, vocabulary: &str) -> Result<Vec<TermUses>> {
        who.administers()?;
        let places = places(&self.model(), vocabulary);
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let mut uses = Vec::new();
                    for (entity, fields) in places {
                        for field in fields {
                            let mut sql = Sql::new();
                            sql.push("SELECT ").name(&field.column()).push(", COUNT(*) FROM ").name(entity.key);
                            sql.push(" WHERE \"removed_at\" IS NULL AND ")
                                .name(&field.column())
                                .push(" <> '' GROUP BY ")
                                .name(&field.column());
                            let several = matches!(field.kind, Kind::Vocabularies(_));
                            let mut counts: HashMap<String, i64> = HashMap::new();
                            for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
                                // What stands in a field of several is as many terms as it names.
                                for key in terms(row.text(0)) {
                                    *counts.entry(key.to_owned()).or_default() += row.int(1);
                                }
                            }
                            uses.push(TermUses { entity: entity.key, field: field.key, several, counts });
                        }
                    }
                    Ok(uses)
                })
            })
            .await
    }

    /// How many records hold a term, living or in the trash, by their entities; none of those that hold it nowhere.
    ///
    /// Errors: forbidden for whoever administers nothing.
    pub async fn term_holders(&self, who: &Principal, vocabulary: &str, key: &str) -> Result<Vec<(&'static str, i64)>> {
        who.administers()?;
        let (places, key) = (places(&self.model(), vocabulary), key.to_owned());
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let mut held = Vec::new();
                    for (entity, fields) in places {
                        let sql = holding(&entity, &fields, &key, None, i64::from(i32::MAX));
                        let counted = Statement::new(format!("SELECT COUNT(*) FROM ({}) AS held", sql.text), sql.values);
                        let count = crate::asking::one_number(tx, &counted).await?;
                        if count > 0 {
                            held.push((entity.key, count));
                        }
                    }
                    Ok(held)
                })
            })
            .await
    }

    /// Refuses to put a term in the trash that a record holds, also one in the trash: it can be retired. A rule of the
    /// program and an undoing know what they do.
    pub(crate) async fn refuse_held(&self, tx: &mut Tx, writing: &Writing, term: &Record) -> Result<()> {
        if writing.beyond_inputs() || term.carried.entity != TERM {
            return Ok(());
        }
        let (vocabulary, key) = named(term);
        match held_by(tx, &self.model(), &vocabulary, &key).await? {
            Some(_) => Err(Error::invalid("", Say::new("error-term-used").with("name", term.named("italian").text()))),
            None => Ok(()),
        }
    }
}
