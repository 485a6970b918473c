//! The items of a section: fields, composite values, owned lines.

use meta::{Entity, Field, Relation, Section};

/// An item of a section.
pub(crate) enum Item<'e> {
    /// A field.
    Field(&'e Field),
    /// The parts of a composite value, under its name.
    Parts(&'static str, Vec<&'e Field>),
    /// The lines of an owned relation.
    Lines(&'e Relation),
}

impl<'e> Item<'e> {
    /// Its name in the section.
    pub(crate) fn key(&self) -> &'e str {
        match self {
            Item::Field(field) => field.key,
            Item::Parts(key, _) => key,
            Item::Lines(relation) => relation.key,
        }
    }

    /// The names under which the history knows it.
    pub(crate) fn touched(&self) -> Vec<&'e str> {
        match self {
            Item::Parts(_, parts) => parts.iter().filter(|part| !part.secret).map(|part| part.key).collect(),
            one => vec![one.key()],
        }
    }
}

/// The item of this name, in whichever section it stands, or in none.
pub(crate) fn item<'e>(entity: &'e Entity, key: &str) -> Option<Item<'e>> {
    entity.layout.iter().flat_map(|section| items(entity, section)).chain(unplaced(entity)).find(|item| item.key() == key)
}

/// The items that stand in no section, because the company leaves them out.
pub(crate) fn unplaced(entity: &Entity) -> Vec<Item<'_>> {
    named(entity, &entity.unplaced)
}

/// The items of a section, in its order.
pub(crate) fn items<'e>(entity: &'e Entity, section: &Section) -> Vec<Item<'e>> {
    named(entity, &section.fields)
}

fn named<'e>(entity: &'e Entity, keys: &[&'static str]) -> Vec<Item<'e>> {
    keys.iter()
        .filter_map(|key| {
            if let Some(field) = entity.field(key) {
                return (!field.secret).then_some(Item::Field(field));
            }
            if let Some(relation) = entity.relation(key) {
                return relation.owned.then_some(Item::Lines(relation));
            }
            let prefix = format!("{key}.");
            let parts: Vec<&Field> = entity.fields.iter().filter(|field| field.key.starts_with(&prefix)).collect();
            (!parts.is_empty()).then_some(Item::Parts(key, parts))
        })
        .collect()
}
