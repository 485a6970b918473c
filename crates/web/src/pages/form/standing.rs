//! How a record stands as it was entered, as far as the conditions of its fields ask: what is not shown is not asked, and what
//! others depend on is asked about again while somebody writes.

use super::Form;
use super::entered::{initial, writes};
use crate::fields::{Face, Sight, described};
use crate::form::Fields;
use crate::pages::reader::Reader;
use kernel::{Id, Value};
use meta::filter::time::Present;
use meta::{Carried, Entity, Field, Kind, Record, Stands};
use std::collections::HashMap;
use std::sync::Arc;

/// The record as it was entered; none where no field of its entity depends on it.
pub(super) struct Standing(Option<(Record, Present)>);

impl Standing {
    /// What a form says so far. What its reader may not write is as it was, whatever was sent.
    pub(super) fn of(form: &Form<'_>) -> Standing {
        let model = &form.reader.model;
        if !form.entity.fields.iter().any(|field| model.conditions.contains_key(&field.id)) {
            return Standing(None);
        }
        let present = form.reader.web.engine().present(&form.reader.who);
        let mut record = form.record.cloned().unwrap_or_else(|| blank(&form.entity.carried));
        for field in form.entity.fields.iter().filter(|field| writes(form.reader, field)) {
            let fixed = |stood: &Record| model.stands(field, form.entity, stood, Some(stood), &present) == Stands::Fixed;
            let value = entered(form, field).filter(|_| !form.record.is_some_and(fixed));
            if let Some(value) = value {
                record.put(field.id, value);
            }
        }
        Standing(Some((record, present)))
    }

    /// How a field stands; none of one that has no conditions.
    pub(super) fn stands(&self, form: &Form<'_>, field: &Field) -> Option<Stands> {
        let (record, present) = self.0.as_ref().filter(|_| form.reader.model.conditions.contains_key(&field.id))?;
        Some(form.reader.model.stands(field, form.entity, record, form.record, present))
    }

    /// The value of a field as it stands, and whether it was entered only now.
    pub(super) fn value(&self, form: &Form<'_>, field: &Field) -> (Value, bool) {
        let value = self.0.as_ref().map_or(Value::Empty, |(record, _)| record.value(field.id).clone());
        let new = form.record.is_none_or(|record| *record.value(field.id) != value);
        (value, new)
    }
}

/// A record in which nothing was entered yet.
pub(super) fn blank(carried: &Arc<Carried>) -> Record {
    Record {
        values: carried.blank(),
        carried: carried.clone(),
        id: Id::SYSTEM,
        version: 1,
        lines: Vec::new(),
        beyond: meta::Beyond::default(),
    }
}

/// The controls of a form that others depend on, as far as its reader writes them.
pub(super) fn decisive(reader: &Reader, entity: &Entity) -> Vec<&'static str> {
    let mut keys = Vec::new();
    for field in entity.fields.iter().filter(|field| writes(reader, field)) {
        keys.extend(reader.model.conditions.get(&field.id).map(|conditions| conditions.asked()).unwrap_or_default());
        keys.extend(follows(field));
    }
    keys.retain(|key| entity.field(key).is_some_and(|field| writes(reader, field)));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The field of the same record from which it follows what a field may hold.
pub(super) fn follows(field: &Field) -> Option<&'static str> {
    field.selects.map(|selects| selects.of).or_else(|| described::follows(field))
}

/// What was entered, with what stands or begins in fields that were not asked until now.
pub(super) fn completed(
    reader: &Reader,
    entity: &Entity,
    record: Option<&Record>,
    fields: &Fields,
    titles: &HashMap<Id, String>,
) -> Fields {
    let mut all = fields.clone();
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles };
    for field in &entity.fields {
        let placed = !entity.unplaced.contains(&field.key);
        let depends = placed && reader.model.conditions.contains_key(&field.id) && writes(reader, field);
        if depends && fields.get(field.key).is_none() {
            let value = record.map_or_else(|| initial(reader, field), |record| record.value(field.id).clone());
            all.0.extend(Face::new(field, &reader.speech).entered(&value, &sight));
        }
    }
    all
}

/// The value of a field as it was entered; none where it was not, or can't be read.
pub(super) fn entered(form: &Form<'_>, field: &Field) -> Option<Value> {
    let texts: Vec<&str> = form.fields.all(field.key).collect();
    // A box that is ticked is sent after the one that says that it is there.
    let text = match field.kind {
        Kind::Vocabularies(_) => texts.join("|"),
        _ => (*texts.last()?).to_owned(),
    };
    (!texts.is_empty()).then(|| field.kind.parse(&text, &form.reader.reading).ok()).flatten()
}
