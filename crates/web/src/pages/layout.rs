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

/// The items of a section, in its order.
pub(crate) fn items<'e>(entity: &'e Entity, section: &Section) -> Vec<Item<'e>> {
    section
        .fields
        .iter()
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
