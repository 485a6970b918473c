//! Which record a row is about: found by keys, for a whole batch with one question per key.

use super::rows::Ready;
use crate::contacts::ACCOUNT_CONTACT;
use engine::{Statement, Tx};
use kernel::{Error, Id, Result, Say, Value};
use meta::filter::resolve::compared;
use meta::shape::ColumnType;
use meta::sql::Sql;
use meta::{Entity, Field, Model};
use std::collections::HashMap;

/// A key by which rows find their records.
#[derive(Debug, Clone)]
pub(super) enum Key {
    /// The record's own identity.
    Id,
    /// Fields that are all the same.
    Fields(Vec<Field>),
    /// One of the phones or e-mails, of the record itself or of a person at it.
    Line { child: &'static str, field: Field, of_contact: bool },
}

/// Reads keys such as `vat_number`, `emails.address`, `name+address.city`.
///
/// Errors: `error-import-key` (`name`), for what is no field of text, e-mail, phone or code.
pub(super) fn keys(model: &Model, entity: &Entity, written: &[String]) -> Result<Vec<Key>> {
    written.iter().map(|key| one(model, entity, key.trim()).ok_or_else(|| unknown(key))).collect()
}

fn unknown(key: &str) -> Error {
    Error::invalid("key", Say::new("error-import-key").with("name", key))
}

fn one(model: &Model, entity: &Entity, key: &str) -> Option<Key> {
    if key == "id" {
        return Some(Key::Id);
    }
    let line = |entity: &Entity, relation: &str, of_contact: bool| {
        let relation = entity.relation(relation).filter(|relation| relation.owned)?;
        let child = model.child(relation)?;
        let field = child.fields.iter().find(|field| field.matching)?;
        Some(Key::Line { child: relation.child, field: *field, of_contact })
    };
    match key {
        "emails" | "emails.address" => line(entity, "emails", false),
        "phones" | "phones.number" => line(entity, "phones", false),
        "contact.emails" | "contact.emails.address" if entity.key == "account" => line(model.entity("contact")?, "emails", true),
        "contact.phones" | "contact.phones.number" if entity.key == "account" => line(model.entity("contact")?, "phones", true),
        fields => {
            let fields: Option<Vec<Field>> = fields
                .split('+')
                .map(|name| entity.field(name.trim()).filter(|field| field.kind.column() == ColumnType::Text && !field.secret).copied())
                .collect();
            // The question is asked by the field that has an index.
            fields.map(|mut fields| {
                fields.sort_by_key(|field| !(field.matching || field.unique || field.sortable));
                Key::Fields(fields)
            })
        }
    }
}

/// What stands between the values of one key.
const BETWEEN: char = '\u{1f}';

impl Key {
    /// The values that a row has of this key, as compared.
    pub(super) fn values(&self, ready: &Ready) -> Vec<String> {
        match self {
            Key::Id => ready.id.iter().map(|id| id.to_string()).collect(),
            Key::Fields(fields) => {
                let mut whole = String::new();
                for (place, field) in fields.iter().enumerate() {
                    let value = ready.root.value(field.id).map(|value| compared(field.kind, value)).unwrap_or_default();
                    if value.text().is_empty() {
                        return Vec::new();
                    }
                    if place > 0 {
                        whole.push(BETWEEN);
                    }
                    whole.push_str(value.text());
                }
                vec![whole]
            }
            Key::Line { child, field, of_contact } => {
                let pieces: Vec<_> = match of_contact {
                    false => vec![&ready.root],
                    true => ready.contacts.iter().collect(),
                };
                let reaches = pieces.into_iter().flat_map(|piece| if *child == "email" { &piece.emails } else { &piece.phones });
                reaches.map(|reach| compared(field.kind, &Value::from(reach.text.as_str())).text().to_owned()).collect()
            }
        }
    }

    /// The living records that have one of these values, the oldest first.
    pub(super) async fn find(&self, tx: &mut Tx, entity: &Entity, values: &[String]) -> Result<HashMap<String, Vec<Id>>> {
        let mut found: HashMap<String, Vec<Id>> = HashMap::new();
        if values.is_empty() {
            return Ok(found);
        }
        for some in values.chunks(500) {
            let (sql, width) = self.question(entity, some);
            for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
                let Some(id) = row.link(0) else { continue };
                let value = match self {
                    Key::Id => id.to_string(),
                    _ => (1..=width).map(|place| row.text(place)).collect::<Vec<_>>().join("\u{1f}"),
                };
                let ids = found.entry(value).or_default();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        if matches!(self, Key::Id) {
            // What was merged since the file was written is what it became.
            let lost: Vec<Id> = values.iter().filter(|value| !found.contains_key(*value)).filter_map(|value| value.parse().ok()).collect();
            found.extend(engine::merging::led_to(tx, &lost).await?.into_iter().map(|(was, id)| (was.to_string(), vec![id])));
        }
        found.values_mut().for_each(|ids| ids.sort_unstable());
        Ok(found)
    }

    fn question(&self, entity: &Entity, values: &[String]) -> (Sql, usize) {
        let mut sql = Sql::new();
        let width = match self {
            Key::Id => {
                sql.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"removed_at\" IS NULL AND \"id\"");
                let ids: Vec<Id> = values.iter().filter_map(|value| value.parse().ok()).collect();
                meta::query::among(&ids, &mut sql);
                return (sql, 0);
            }
            Key::Fields(fields) => {
                sql.push("SELECT \"id\"");
                for field in fields {
                    sql.push(", ").name(&field.compared_column());
                }
                sql.push(" FROM ").name(entity.key).push(" WHERE \"removed_at\" IS NULL AND ").name(&fields[0].compared_column());
                fields.len()
            }
            Key::Line { child, field, of_contact: false } => {
                sql.push("SELECT \"parent\", ").name(&field.compared_column()).push(" FROM ").name(child);
                sql.push(" WHERE \"removed_at\" IS NULL AND \"parent_kind\" = ").bind(entity.key).push(" AND ");
                sql.name(&field.compared_column());
                1
            }
            Key::Line { child, field, of_contact: true } => {
                sql.push("SELECT p.\"account\", l.").name(&field.compared_column()).push(" FROM ").name(child).push(" AS l JOIN ");
                sql.name(ACCOUNT_CONTACT).push(" AS p ON p.\"contact\" = l.\"parent\" AND p.\"removed_at\" IS NULL ");
                sql.push("WHERE l.\"removed_at\" IS NULL AND l.\"parent_kind\" = 'contact' AND l.").name(&field.compared_column());
                1
            }
        };
        sql.push(" IN (");
        for (place, value) in values.iter().enumerate() {
            let lead = value.split(BETWEEN).next().unwrap_or(value);
            sql.push(if place > 0 { "," } else { "" }).bind(lead);
        }
        sql.push(")");
        (sql, width)
    }
}
