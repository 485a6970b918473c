//! A link to one other record: of a given entity, or *about* one of several.

use super::{Behaviour, Family, Kind, Reading};
use crate::field::{Described, Field, Key, Typed};
use crate::shape::ColumnType;
use kernel::{Id, Say, Value};

/// A link to a record of one entity.
pub type Link = Key<Other>;

/// Reads as `Option<Id>`.
#[derive(Debug)]
pub enum Other {}

impl Typed for Other {
    type Out<'r> = Option<Id>;

    fn read(value: &Value) -> Option<Id> {
        value.link()
    }
}

/// Describes a link to a record of an entity.
pub const fn link(key: &'static str, entity: &'static str) -> Link {
    Key::new(key, Kind::Link(entity))
}

/// A link to a record of one of several entities, and which of them.
#[derive(Debug)]
pub struct About {
    /// The record.
    pub record: Link,
    /// The key of its entity.
    pub kind: super::Code,
}

/// Describes a link about one of several entities: `key` and `key_kind`.
pub const fn about(key: &'static str, kind_key: &'static str, entities: &'static [&'static str]) -> About {
    About { record: Key::new(key, Kind::About(entities)).read_only(), kind: Key::new(kind_key, Kind::Code).read_only() }
}

impl About {
    /// Said by whoever writes the record, not by the place it is written at. A hook of the entity says which entity it is.
    pub const fn chosen(mut self) -> About {
        self.record.field.read_only = false;
        self
    }

    /// It leads somewhere.
    pub const fn required(mut self) -> About {
        self.record.field.required = true;
        self
    }

    /// Belonging to an entity.
    pub const fn within(self, entity: &'static str) -> About {
        About { record: self.record.within(entity), kind: self.kind.within(entity) }
    }
}

impl Described for About {
    fn fields(&self) -> Vec<Field> {
        vec![self.record.field, self.kind.field]
    }
}

pub(super) struct LinkKind;

impl Behaviour for LinkKind {
    fn column(&self) -> ColumnType {
        ColumnType::Link
    }

    fn family(&self) -> Family {
        Family::Records
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        input.parse().map(Value::Link).map_err(|_| Say::new("error-link"))
    }

    fn to_json(&self, value: &Value) -> serde_json::Value {
        serde_json::Value::String(self.write(value))
    }

    fn show(&self, value: &Value, _: &Reading) -> String {
        self.write(value)
    }

    fn write(&self, value: &Value) -> String {
        value.link().map(|id| id.to_string()).unwrap_or_default()
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": ["string", "null"], "pattern": "^[0-9A-HJKMNP-TV-Za-z]{13}$", "description": "The id of a record." })
    }
}
