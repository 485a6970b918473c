//! What names something in a filter names another one: in views, segments, rules that share, conditions.

use crate::own_fields::OWN_FIELD;
use crate::rights::SHARING_RULE;
use crate::segments::SEGMENT;
use crate::views::VIEW;
use crate::write::Act;
use form_urlencoded::Serializer;
use kernel::{Result, Value};
use meta::filter::parse::parse;
use meta::filter::print::print;
use meta::sql::Sql;
use meta::{Entity, Filter, Model};
use store::{Statement, Tx};

/// Where filters stand: entity, the field that says whose records are meant, texts.
const TEXTS: [(&str, &str, &[&str]); 4] = [
    (VIEW, "list", &["question"]),
    (SEGMENT, "list", &["filter"]),
    (SHARING_RULE, "entity", &["filter"]),
    (OWN_FIELD, "entity", &["visible_when", "required_when", "read_only_when"]),
];

/// What is named otherwise from now on.
pub(crate) trait Renamed {
    /// Whether a text may name it: what says no is not read.
    fn may_stand_in(&self, text: &str) -> bool;

    /// A filter on records of an entity that names the other.
    fn filter(&self, filter: &Filter, model: &Model, entity: &Entity) -> Filter;
}

/// The changes of whatever names it.
pub(crate) async fn naming_another(tx: &mut Tx, model: &Model, renamed: &(impl Renamed + Sync)) -> Result<Vec<Act>> {
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
                let other =
                    if *text == "question" { of_address(known, model, target, renamed) } else { of_filter(known, model, target, renamed) };
                values.extend(other.map(|other| (field.id, Value::from(other))));
            }
            if !values.is_empty() {
                acts.push(Act::Change { entity: key, id, version: None, values, lines: Vec::new() });
            }
        }
    }
    Ok(acts)
}

/// The text of a filter that names the other; nothing where it names nothing of the kind, or is no filter any more.
fn of_filter(text: &str, model: &Model, entity: &Entity, renamed: &impl Renamed) -> Option<String> {
    if !renamed.may_stand_in(text) {
        return None;
    }
    let filter = parse(text, model, entity).ok()?;
    let other = renamed.filter(&filter, model, entity);
    (other != filter).then(|| print(&other, model, entity))
}

/// The address of a list whose filter names the other.
fn of_address(question: &str, model: &Model, entity: &Entity, renamed: &impl Renamed) -> Option<String> {
    let mut other = Serializer::new(String::new());
    let mut named = false;
    for (name, value) in form_urlencoded::parse(question.as_bytes()) {
        let filter = if name == "filter" { of_filter(&value, model, entity, renamed) } else { None };
        named |= filter.is_some();
        other.append_pair(&name, filter.as_deref().unwrap_or(&value));
    }
    named.then(|| other.finish())
}
