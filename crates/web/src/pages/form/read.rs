//! Reading a form: every field that was sent, all that is wrong with them at once.

use super::entered::{offered, offered_lines, writes};
use super::lines;
use crate::form::Fields;
use crate::pages::card::written;
use crate::pages::filter::within::{Within, belongs};
use crate::pages::layout::Item;
use crate::pages::reader::Reader;
use engine::{Asked, Lines};
use kernel::{Problem, Problems, Result, Say, Value};
use meta::fields::term_key;
use meta::filter::Filter;
use meta::{Entity, Field, FieldId, Kind, Reading, Record, Relation};
use std::collections::HashMap;

/// A record as it was entered.
pub(super) struct Read {
    pub(super) values: Vec<(FieldId, Value)>,
    pub(super) lines: Lines,
    pub(super) problems: Problems,
}

/// Reads the fields and the lines of a record. What the reader left to the other side of a conflict is left out.
pub(super) async fn record(reader: &Reader, entity: &Entity, fields: &Fields, known: Option<&Record>) -> Result<Read> {
    these(reader, offered(reader, entity), offered_lines(entity), fields, known).await
}

/// The same of one item, whatever else was sent.
pub(super) async fn item(reader: &Reader, item: &Item<'_>, fields: &Fields, known: Option<&Record>) -> Result<Read> {
    let (offered, lines) = match item {
        Item::Field(field) => (vec![*field], Vec::new()),
        Item::Parts(_, parts) => (parts.clone(), Vec::new()),
        Item::Lines(relation) => (Vec::new(), vec![*relation]),
    };
    let offered = offered.into_iter().filter(|field| writes(reader, field)).collect();
    these(reader, offered, lines, fields, known).await
}

async fn these(reader: &Reader, offered: Vec<&Field>, relations: Vec<&Relation>, fields: &Fields, known: Option<&Record>) -> Result<Read> {
    let mut problems = Vec::new();
    let mut values = Vec::new();
    for field in offered {
        if left_to_them(fields, field.key) {
            continue;
        }
        if let Some(filter) = Within::of(reader, field, fields, known, "", true).await? {
            if fields.0.iter().any(|(name, _)| belongs(field, name)) {
                match filter.written(reader) {
                    Ok(text) => values.push((field.id, text.into())),
                    Err(say) => problems.push(Problem { field: field.key.to_owned(), say }),
                }
            }
        } else {
            one(reader, field, field.key, fields, &mut values, &mut problems).await?;
        }
    }
    let mut read = Vec::new();
    for relation in relations {
        if left_to_them(fields, relation.key) {
            continue;
        }
        if let Some(drafts) = lines::read(reader, relation, fields, known, &mut problems) {
            read.push((relation.key, drafts));
        }
    }
    Ok(Read { values, lines: read, problems })
}

/// Reads the fields of an entity under names that begin alike.
pub(super) async fn values(reader: &Reader, entity: &Entity, fields: &Fields, prefix: &str) -> Result<(Vec<(FieldId, Value)>, Problems)> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for field in entity.fields.iter().filter(|field| writes(reader, field) && !matches!(field.kind, Kind::Link(_))) {
        one(reader, field, &format!("{prefix}{}", field.key), fields, &mut values, &mut problems).await?;
    }
    Ok((values, problems))
}

fn left_to_them(fields: &Fields, key: &str) -> bool {
    fields.get(&format!("decide.{key}")) == Some("theirs")
}

/// Reads one field under a name.
pub(super) async fn one(
    reader: &Reader,
    field: &Field,
    name: &str,
    fields: &Fields,
    values: &mut Vec<(FieldId, Value)>,
    problems: &mut Problems,
) -> Result<()> {
    let Some(text) = fields.get(name) else { return Ok(()) };
    let read = match field.kind {
        Kind::Link(target) => link(reader, &[target], text, fields.get(&format!("{name}.text"))).await?,
        Kind::About(targets) => link(reader, targets, text, fields.get(&format!("{name}.text"))).await?,
        Kind::Vocabularies(_) => {
            let mut keys: Vec<String> = fields.all(name).map(str::to_owned).collect();
            let mut lost = None;
            // What is written in words becomes a term when all the rest is right.
            for word in written(fields.get(&format!("{name}.new")).filter(|_| field.open).unwrap_or_default()) {
                match term_key(&word) {
                    Some(key) => keys.push(key),
                    None => lost = Some(Say::new("error-term").with("term", word)),
                }
            }
            match lost {
                Some(say) => Err(say),
                None => field.kind.parse(&keys.join("|"), &reader.reading),
            }
        }
        _ => checked(field, text, &reader.reading),
    };
    match read {
        Ok(value) if field.required && value.is_empty() => {
            problems.push(Problem { field: name.to_owned(), say: Say::new("error-required") })
        }
        Ok(value) => values.push((field.id, value)),
        Err(say) => problems.push(Problem { field: name.to_owned(), say }),
    }
    Ok(())
}

/// A value in its canonical form, or what is wrong with it.
pub(super) fn checked(field: &Field, text: &str, reading: &Reading) -> Result<Value, Say> {
    let value = field.kind.parse(text, reading)?;
    match (field.check, &value) {
        (Some(check), Value::Text(text)) if !text.is_empty() => check(text).map(Value::Text),
        _ => Ok(value),
    }
}

/// A link by what was chosen, or by what was written where nothing was chosen for it.
pub(crate) async fn link(reader: &Reader, targets: &[&'static str], chosen: &str, written: Option<&str>) -> Result<Result<Value, Say>> {
    let chosen = chosen.trim();
    let Some(written) = written.map(str::trim) else { return Ok(Kind::Link("").parse(chosen, &reader.reading)) };
    if written.is_empty() {
        return Ok(Ok(Value::Empty));
    }
    if let Ok(id) = chosen.parse() {
        let mut names = HashMap::new();
        for target in targets {
            names.extend(reader.web.engine().names(&reader.who, target, vec![id]).await?);
        }
        match names.get(&id) {
            Some(name) if name.trim() == written => return Ok(Ok(Value::Link(id))),
            // Led there before, and its name may not be seen: it stays.
            None if written == reader.speech.say("link-unseen") => return Ok(Ok(Value::Link(id))),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for target in targets {
        let entity = reader.who.entity(target)?;
        let asked = Asked { limit: 2, ..Asked::new(entity.clone()).filtered(Filter::is(entity.title, written)) };
        found.extend(reader.web.engine().list(&reader.who, asked).await?.records);
    }
    Ok(match found.as_slice() {
        [only] => Ok(Value::Link(only.id)),
        [] => Err(Say::new("form-link-unknown")),
        _ => Err(Say::new("form-link-several")),
    })
}
