//! The one in-memory shape of a record.

use crate::field::{Field, FieldId, Key, Typed};
use kernel::{Id, Moment, Value};
use std::sync::Arc;

/// Which fields a record carries, and where. Shared by all records of a result.
#[derive(Debug, Clone)]
pub struct Carried {
    /// The entity's key.
    pub entity: &'static str,
    /// The fields, in the order of the values.
    pub fields: Vec<Field>,
    /// Their identities, close together: values are looked up by them all the time.
    ids: Vec<FieldId>,
    /// The values of a record in which nothing was put yet.
    blank: Vec<Value>,
}

impl Carried {
    /// Records of an entity that carry these fields.
    pub fn new(entity: &'static str, fields: Vec<Field>) -> Carried {
        let ids = fields.iter().map(|field| field.id).collect();
        let blank = fields.iter().map(|field| field.kind.empty()).collect();
        Carried { entity, fields, ids, blank }
    }

    /// The values of a record in which nothing was put yet.
    pub fn blank(&self) -> Vec<Value> {
        self.blank.clone()
    }

    /// Where a field's value stands.
    pub fn slot(&self, id: FieldId) -> Option<usize> {
        self.ids.iter().position(|known| *known == id)
    }

    /// The field with this name, and where its value stands.
    pub fn named(&self, key: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.key == key)
    }
}

/// A record: its values, and the lines it owns where they were asked for.
#[derive(Debug, Clone)]
pub struct Record {
    /// Which fields it carries.
    pub carried: Arc<Carried>,
    /// Its identity.
    pub id: Id,
    /// Its version: 1 when created, one more at every change.
    pub version: i64,
    /// The values, in the order of `carried`.
    pub values: Vec<Value>,
    /// Owned lines, by relation.
    pub lines: Vec<(&'static str, Vec<Record>)>,
    /// What whoever it was read for may not do with it, although he may with others.
    pub beyond: Beyond,
}

/// What lies beyond somebody's reach, of a record that he sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Changing it.
    pub change: bool,
    /// Removing it.
    pub remove: bool,
    /// Changing what outside sources keep of it.
    pub kept: Vec<Arc<Keeping>>,
}

/// What an outside source keeps of the records that it brings: nobody else changes these fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeping {
    /// The source.
    pub source: Id,
    /// What it is called.
    pub label: String,
    /// The fields.
    pub fields: Vec<FieldId>,
}

static NOTHING: Value = Value::Empty;

impl Record {
    /// A value by the field's identity; the empty value where the record does not carry it.
    pub fn value(&self, id: FieldId) -> &Value {
        self.carried.slot(id).and_then(|slot| self.values.get(slot)).unwrap_or(&NOTHING)
    }

    /// A typed value.
    pub fn get<T: Typed>(&self, key: &Key<T>) -> T::Out<'_> {
        T::read(self.value(key.field.id))
    }

    /// A value by the field's name; the empty value where there is none.
    pub fn named(&self, key: &str) -> &Value {
        self.carried.named(key).and_then(|(slot, _)| self.values.get(slot)).unwrap_or(&NOTHING)
    }

    /// The outside source that keeps a field of it, as far as that was read with it; none where everybody may change it.
    pub fn keeper(&self, field: FieldId) -> Option<&Keeping> {
        self.beyond.kept.iter().map(|keeping| &**keeping).find(|keeping| keeping.fields.contains(&field))
    }

    /// Puts a value where the record carries the field.
    pub fn put(&mut self, id: FieldId, value: Value) {
        if let Some(slot) = self.carried.slot(id) {
            self.values[slot] = value;
        }
    }

    /// Takes out what whoever reads it may not know: of a secret field, and of one that his roles hide, nothing stays.
    pub fn keep_secrets(&mut self) {
        let carried = self.carried.clone();
        for (field, value) in carried.fields.iter().zip(&mut self.values).filter(|(field, _)| field.secret) {
            *value = field.kind.empty();
        }
        self.lines.iter_mut().flat_map(|(_, lines)| lines).for_each(Record::keep_secrets);
    }

    /// The entity's key.
    pub fn entity(&self) -> &'static str {
        self.carried.entity
    }

    /// The lines of a relation; none where they were not asked for.
    pub fn lines(&self, relation: &str) -> &[Record] {
        self.lines.iter().find(|(key, _)| *key == relation).map_or(&[], |(_, lines)| lines)
    }

    /// When it was put in the trash, if it was.
    pub fn removed_at(&self) -> Option<Moment> {
        self.named("removed_at").moment()
    }
}
