//! What is to become of several records: which stays, which go, and whose value stands in each field.

use super::groups::{Group, groups};
use super::proposal::default_of;
use super::{Values, wrong};
use kernel::{Error, Id, Result, Say, Value};
use meta::{Entity, Field, FieldId, Record};

/// Most records that go into one at once.
pub const MOST_GONE: usize = 10;

/// Whose value stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Pick {
    /// That of this record.
    Of(Id),
    /// All of them: the terms of every record, the texts one after the other.
    United,
    /// One that somebody typed: a value for each field of the group.
    Typed(Vec<(FieldId, Value)>),
}

/// What is to be merged, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The record that stays, and the version that was seen of it.
    pub kept: (Id, Option<i64>),
    /// Those that go into it, with the versions that were seen; one to [`MOST_GONE`].
    pub gone: Vec<(Id, Option<i64>)>,
    /// Whose value stands, by the name of a field or of a group of them (`address`); by default where nothing is said.
    pub picks: Vec<(String, Pick)>,
}

/// What a merge did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Its changeset, by which it is taken back.
    pub changeset: Id,
    /// The record that stayed.
    pub kept: Id,
    /// Its version now.
    pub version: i64,
    /// How many records moved, by entity.
    pub moved: Vec<(&'static str, u64)>,
}

impl Plan {
    /// These go into that one, whatever their versions, every field by default.
    pub fn new(kept: Id, gone: impl IntoIterator<Item = Id>) -> Plan {
        Plan { kept: (kept, None), gone: gone.into_iter().map(|id| (id, None)).collect(), picks: Vec::new() }
    }

    /// The same with a choice for a field.
    pub fn pick(mut self, field: &str, pick: Pick) -> Plan {
        self.picks.push((field.to_owned(), pick));
        self
    }

    pub(super) fn gone_ids(&self) -> Vec<Id> {
        self.gone.iter().map(|(id, _)| *id).collect()
    }

    /// One to ten others, each once.
    pub(super) fn examine(&self) -> Result<()> {
        let mut ids = self.gone_ids();
        ids.push(self.kept.0);
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < count || count < 2 || self.gone.len() > MOST_GONE {
            return Err(wrong("gone", Say::new("error-merge-count").with("most", MOST_GONE + 1)));
        }
        Ok(())
    }

    /// The values that the record which stays gets, where they are others than its own, and those that were typed for it. The
    /// records: the one that stays first, whole. What is known to whoever merges says which fields he may choose.
    pub(super) fn values(&self, entity: &Entity, known: &Entity, records: &[Record]) -> Result<(Values, Values)> {
        let (mut values, mut typed) = (Vec::new(), Vec::new());
        let groups = groups(entity);
        for (key, _) in &self.picks {
            let open = groups.iter().find(|group| group.key == key).is_some_and(|group| group.open(known));
            if !open {
                let shown = known.knows(key) || groups.iter().any(|group| group.key == key && group.shown(known));
                let say = Say::new(if shown { "error-read-only" } else { "error-unknown-field" });
                return Err(wrong(if shown { key } else { "" }, say));
            }
        }
        let ids: Vec<Id> = records.iter().map(|record| record.id).collect();
        let Some(kept) = records.first() else { return Err(Error::NotFound) };
        for group in &groups {
            let picked = self.picks.iter().find(|(key, _)| key == group.key).map(|(_, pick)| pick.clone());
            let pick = picked.unwrap_or_else(|| default_of(group, records).0);
            if let Pick::Typed(given) = pick {
                if let Some((_, field)) = given.iter().map(|(id, _)| (id, group.field(*id))).find(|(_, field)| field.is_none()) {
                    let _: Option<&Field> = field;
                    return Err(wrong(group.key, Say::new("error-unknown-field")));
                }
                typed.extend(given);
                continue;
            }
            for field in &group.fields {
                let value = group.merged(field, &pick, records).ok_or_else(|| wrong(group.key, Say::new("error-merge-of")))?;
                // Nobody leads to what he became.
                let value = match value.link() {
                    Some(id) if ids.contains(&id) && !field.required => Value::Empty,
                    _ => value,
                };
                if *kept.value(field.id) != value {
                    values.push((field.id, value));
                }
            }
        }
        Ok((values, typed))
    }
}

impl Group {
    /// The value of one of its fields that a choice comes to; none for a record that is not among them.
    pub(super) fn merged(&self, field: &Field, pick: &Pick, records: &[Record]) -> Option<Value> {
        match pick {
            Pick::Of(id) => records.iter().find(|record| record.id == *id).map(|record| record.value(field.id).clone()),
            Pick::United => self.united(field, records),
            Pick::Typed(given) => given.iter().find(|(id, _)| *id == field.id).map(|(_, value)| value.clone()),
        }
    }
}
