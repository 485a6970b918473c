//! What an entity's fields mean to whoever compares: from their kinds, so that a description says no more than which they are.

use crate::write::Draft;
use kernel::Value;
use matching::{Prepared, Scheme, Trait};
use meta::{Entity, Field, FieldId, Kind, Model, Record};
use std::borrow::Cow;
use std::sync::Arc;

/// An entity as its records are compared.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    /// How the fields are called in the scheme, and where they stand in a record.
    slots: Arc<[Slot]>,
    pub(super) scheme: Arc<Scheme>,
}

#[derive(Debug, Clone)]
struct Slot {
    name: String,
    relation: Option<&'static str>,
    field: FieldId,
}

impl Compared {
    /// An entity as a model knows it; none where it is compared by nothing.
    pub(super) fn of(model: &Model, entity: &Entity) -> Option<Compared> {
        if entity.compared.is_empty() {
            return None;
        }
        let (mut slots, mut fields) = (Vec::new(), Vec::new());
        for (relation, field) in entity.compared.iter().flat_map(|name| model.compared(entity, name)) {
            let Some(about) = about(entity, field) else { continue };
            let name = relation.map_or_else(|| field.key.to_owned(), |relation| format!("{}.{}", relation.key, field.key));
            fields.push((name.clone(), about));
            slots.push(Slot { name, relation: relation.map(|relation| relation.key), field: field.id });
        }
        let fields: Vec<(&str, Trait)> = fields.iter().map(|(name, about)| (name.as_str(), *about)).collect();
        Some(Compared { scheme: Arc::new(Scheme::new(&fields)), slots: slots.into() })
    }

    /// The names of what is compared, in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| slot.name.as_str())
    }

    /// A record with its lines, made ready.
    pub(super) fn of_record(&self, record: &Record) -> Prepared {
        let mut values: Vec<(usize, Cow<'_, str>)> = Vec::with_capacity(self.slots.len() + 4);
        for (place, slot) in self.slots.iter().enumerate() {
            match slot.relation {
                None => values.extend(said(record.value(slot.field)).map(|text| (place, text))),
                Some(relation) => {
                    values.extend(record.lines(relation).iter().filter_map(|line| Some((place, said(line.value(slot.field))?))));
                }
            }
        }
        self.ready(&values)
    }

    /// What a draft holds, made ready.
    pub(super) fn of_draft(&self, draft: &Draft) -> Prepared {
        let mut values: Vec<(usize, Cow<'_, str>)> = Vec::with_capacity(self.slots.len() + 4);
        for (place, slot) in self.slots.iter().enumerate() {
            let of = |draft: &'_ Draft| draft.value(slot.field).cloned();
            match slot.relation {
                None => values.extend(of(draft).as_ref().and_then(said).map(|text| (place, Cow::Owned(text.into_owned())))),
                Some(relation) => {
                    let lines = draft.lines.iter().filter(|(key, _)| *key == relation).flat_map(|(_, lines)| lines);
                    for value in lines.filter_map(of) {
                        values.extend(said(&value).map(|text| (place, Cow::Owned(text.into_owned()))));
                    }
                }
            }
        }
        self.ready(&values)
    }

    fn ready(&self, values: &[(usize, Cow<'_, str>)]) -> Prepared {
        let values: Vec<(usize, &str)> = values.iter().map(|(place, text)| (*place, text.as_ref())).collect();
        self.scheme.prepare(&values)
    }
}

/// A value as a comparison reads it.
fn said(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Value::Date(date) => Some(Cow::Owned(date.to_string())),
        Value::Link(id) => Some(Cow::Owned(id.to_string())),
        _ => None,
    }
}

/// What a field is about; nothing of what says nothing about who it is.
fn about(entity: &Entity, field: &Field) -> Option<Trait> {
    let part = field.key.split_once('.').map_or("", |(_, part)| part);
    match (field.kind, part) {
        (Kind::Phone, _) => Some(Trait::Phone),
        (Kind::Email, _) => Some(Trait::Email),
        (Kind::Web, _) => Some(Trait::WebSite),
        (Kind::Date, _) => Some(Trait::Date),
        (_, "given") => Some(Trait::GivenName),
        (_, "family") => Some(Trait::Surname),
        (_, "street") => Some(Trait::Street),
        (_, "postcode") => Some(Trait::Postcode),
        (_, "city") => Some(Trait::City),
        (_, "province") => Some(Trait::Province),
        (_, "salutation" | "country") => None,
        // What has a rule of its own is a number that one subject has; the same place says much, another nothing.
        (Kind::Code, _) if field.check.is_some() => Some(Trait::Identifier),
        (Kind::Code | Kind::Link(_), _) => Some(Trait::Code),
        (Kind::Text, _) if field.key == entity.title => Some(Trait::CompanyName),
        (Kind::Text, _) => Some(Trait::TradeName),
        _ => None,
    }
}
