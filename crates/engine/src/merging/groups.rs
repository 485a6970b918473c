//! What is chosen together: the parts of an address are of one record, a step of its life goes with its day, a link with the
//! entity it leads to.

use kernel::Value;
use meta::fields::{Choice, stored, terms};
use meta::{Entity, Field, FieldId, Kind, Record};

/// Fields that are chosen together, by the name of the first up to the dot.
#[derive(Debug, Clone)]
pub struct Group {
    /// The name of it.
    pub key: &'static str,
    /// The fields, as the entity has them.
    pub fields: Vec<Field>,
}

/// The groups of an entity's own fields. What follows from others, is counted, or says again what a relation says, is not chosen.
pub(super) fn groups(entity: &Entity) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for field in &entity.fields {
        let mirrored = entity.mirrors.iter().any(|mirror| mirror.field == field.key);
        if field.system || field.computed.is_some() || field.series.is_some() || field.secret || mirrored {
            continue;
        }
        let key = belongs(entity, field);
        match groups.iter_mut().find(|group| group.key == key) {
            Some(group) => group.fields.push(*field),
            None => groups.push(Group { key, fields: vec![*field] }),
        }
    }
    groups
}

/// The name of the group that a field stands in.
fn belongs(entity: &Entity, field: &Field) -> &'static str {
    if let Some((whole, _)) = field.key.split_once('.') {
        return whole;
    }
    if tells_where(entity, field)
        && let Some((address, _)) = entity.fields.iter().find_map(|part| part.key.split_once('.').filter(|(_, part)| *part == "city"))
    {
        return address;
    }
    for suffix in ["_since", "_kind"] {
        let Some(other) = field.key.strip_suffix(suffix).and_then(|key| entity.field(key)) else { continue };
        let goes = match suffix {
            "_since" => matches!(other.kind, Kind::Choice(_)) && field.kind == Kind::Date,
            _ => matches!(other.kind, Kind::About(_)),
        };
        if goes {
            return other.key;
        }
    }
    field.key
}

/// Whether a field says where an address is, or how well that is known: it is of no other address.
fn tells_where(entity: &Entity, field: &Field) -> bool {
    let of = field.key.strip_suffix("_as").and_then(|key| entity.field(key)).unwrap_or(field);
    of.kind == Kind::Coordinates
}

impl Group {
    /// One of its fields.
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Its only field, or the one that the others go with.
    pub fn first(&self) -> &Field {
        self.fields.iter().find(|field| field.key == self.key).unwrap_or(&self.fields[0])
    }

    /// Whether whoever this description is for sees all of it.
    pub fn shown(&self, known: &Entity) -> bool {
        self.fields.iter().all(|field| known.field(field.key).is_some_and(|field| !field.secret))
    }

    /// Whether he may choose it: he writes its fields himself, or they go with one that he writes.
    pub fn open(&self, known: &Entity) -> bool {
        self.shown(known) && known.field(self.first().key).is_some_and(|field| field.writable())
    }

    /// How much of it a record says.
    pub(super) fn filled(&self, record: &Record) -> usize {
        self.fields.iter().filter(|field| !record.value(field.id).is_empty()).count()
    }

    /// Whether two records say the same in it.
    pub fn same(&self, one: &Record, other: &Record) -> bool {
        self.fields.iter().all(|field| one.value(field.id) == other.value(field.id))
    }

    /// Whether all of them can stand beside one another.
    pub fn unites(&self) -> bool {
        matches!(self.first().kind, Kind::Vocabularies(_) | Kind::LongText)
    }

    /// The choices of a life's step; none where it is something else.
    pub(super) fn steps(&self) -> Option<&'static [Choice]> {
        match self.first().kind {
            Kind::Choice(choices) if self.fields.len() > 1 => Some(choices),
            _ => None,
        }
    }

    /// The values of all records together: every term once, every text that is not within another.
    pub(super) fn united(&self, field: &Field, records: &[Record]) -> Option<Value> {
        let values = || records.iter().map(|record| record.value(field.id).text());
        match field.kind {
            Kind::Vocabularies(_) => Some(Value::Text(stored(values().flat_map(terms)))),
            Kind::LongText => {
                let mut texts: Vec<&str> = Vec::new();
                for text in values().map(str::trim).filter(|text| !text.is_empty()) {
                    if !texts.iter().any(|known| known.contains(text)) {
                        texts.retain(|known| !text.contains(known));
                        texts.push(text);
                    }
                }
                match (texts.as_slice(), values().next()) {
                    // What stands alone stands as it was written.
                    ([only], Some(own)) if own.trim() == *only => Some(own.into()),
                    _ => Some(Value::Text(texts.join("\n\n"))),
                }
            }
            _ => None,
        }
    }
}
