//! Filters that name a record which went name the one that it became: in views, segments, rules that share, conditions.

use crate::Engine;
use crate::own_fields::OWN_FIELD;
use crate::rights::SHARING_RULE;
use crate::segments::SEGMENT;
use crate::views::VIEW;
use crate::write::Act;
use form_urlencoded::Serializer;
use kernel::{Id, Result, Value};
use meta::filter::parse::parse;
use meta::filter::print::print;
use meta::sql::Sql;
use meta::{Entity, Model};
use store::{Statement, Tx};

/// Where records are named: entity, the field that says whose records are meant, texts.
const TEXTS: [(&str, &str, &[&str]); 4] = [
    (VIEW, "list", &["question"]),
    (SEGMENT, "list", &["filter"]),
    (SHARING_RULE, "entity", &["filter"]),
    (OWN_FIELD, "entity", &["visible_when", "required_when", "read_only_when"]),
];

impl Engine {
    /// The changes of what names one of these records.
    pub(super) async fn naming_another(&self, tx: &mut Tx, gone: &[Id], kept: Id) -> Result<Vec<Act>> {
        let model = self.model();
        let mut acts = Vec::new();
        for (key, of, texts) in TEXTS {
            let Some(entity) = model.entity(key) else { continue };
            let mut sql = Sql::new();
            sql.push("SELECT \"id\", ").name(of);
            for text in texts {
                sql.push(", ").name(text);
            }
            sql.push(" FROM ").name(key).push(" WHERE \"removed_at\" IS NULL ORDER BY \"id\"");
            let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
            for row in rows.iter() {
                let (Some(id), Some(target)) = (row.link(0), model.entity(row.text(1))) else { continue };
                let mut values = Vec::new();
                for (place, text) in texts.iter().enumerate() {
                    let Some(field) = entity.field(text) else { continue };
                    let known = row.text(place + 2);
                    let other = match *text {
                        "question" => of_address(known, &model, target, gone, kept),
                        _ => of_filter(known, &model, target, gone, kept),
                    };
                    values.extend(other.map(|other| (field.id, Value::from(other))));
                }
                if !values.is_empty() {
                    acts.push(Act::Change { entity: key, id, version: None, values, lines: Vec::new() });
                }
            }
        }
        Ok(acts)
    }
}

/// The text of a filter with the other record; nothing where it names none of these, or is no filter any more.
fn of_filter(text: &str, model: &Model, entity: &Entity, gone: &[Id], kept: Id) -> Option<String> {
    if !gone.iter().any(|id| text.contains(&id.to_string())) {
        return None;
    }
    let filter = parse(text, model, entity).ok()?;
    let other = filter.with_other_record(gone, kept);
    (other != filter).then(|| print(&other, model, entity))
}

/// The address of a list with the other record in its filter.
fn of_address(question: &str, model: &Model, entity: &Entity, gone: &[Id], kept: Id) -> Option<String> {
    let mut other = Serializer::new(String::new());
    let mut named = false;
    for (name, value) in form_urlencoded::parse(question.as_bytes()) {
        let filter = if name == "filter" { of_filter(&value, model, entity, gone, kept) } else { None };
        named |= filter.is_some();
        other.append_pair(&name, filter.as_deref().unwrap_or(&value));
    }
    named.then(|| other.finish())
}
