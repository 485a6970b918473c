//! When a field is shown, asked and writable: filters on the record that holds it.

use crate::entity::{Entity, Relation};
use crate::filter::evaluate::{Evaluate, World};
use crate::filter::time::Present;
use crate::{Field, Filter, Model, Record};
use kernel::Id;

/// The conditions of a field; none is always.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    /// It is shown, asked and writable only where this holds.
    pub visible: Option<Filter>,
    /// A value must be given where this holds.
    pub required: Option<Filter>,
    /// Nobody gives it another value where this holds.
    pub read_only: Option<Filter>,
}

impl Conditions {
    /// Whether they say nothing.
    pub fn is_empty(&self) -> bool {
        *self == Conditions::default()
    }

    /// The fields of the record that they ask, each once.
    pub fn asked(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        for filter in [&self.visible, &self.required, &self.read_only].into_iter().flatten() {
            filter.asks(&mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A record by itself: nothing around it is there.
struct Alone;

impl World for Alone {
    fn record(&self, _: &str, _: Id) -> Option<&Record> {
        None
    }

    fn children(&self, _: &Relation, _: Id) -> Vec<&Record> {
        Vec::new()
    }
}

impl Filter {
    /// Whether the record alone answers it: nothing is asked along links or of children.
    pub fn is_of_record(&self) -> bool {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().all(Filter::is_of_record),
            Filter::Not(inner) => inner.is_of_record(),
            Filter::Test(path, _) => path.links.is_empty(),
            Filter::Measure(..) | Filter::Has(..) | Filter::Along(..) => false,
        }
    }

    /// Adds the fields that it asks of a record by itself.
    fn asks(&self, found: &mut Vec<&'static str>) {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| part.asks(found)),
            Filter::Not(inner) => inner.asks(found),
            Filter::Test(path, _) => found.push(path.field),
            Filter::Measure(..) | Filter::Has(..) | Filter::Along(..) => {}
        }
    }

    /// Whether it holds for a record by itself. A filter that no longer fits the descriptions holds for none.
    pub fn holds_for(&self, model: &Model, entity: &Entity, record: &Record, present: &Present) -> bool {
        Evaluate { model, present, world: &Alone }.holds(self, entity, record).unwrap_or(false)
    }
}

/// How a field stands in a form of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It may be given a value.
    Open,
    /// It has to be given one.
    Required,
    /// Its value stays as it is.
    Fixed,
    /// It is neither shown nor asked.
    Hidden,
}

impl Model {
    /// Whether a field of a record is shown to people and asked from them, as the record stands.
    pub fn shows(&self, field: &Field, entity: &Entity, record: &Record, present: &Present) -> bool {
        self.stands(field, entity, record, None, present) != Stands::Hidden
    }

    /// How a field stands in a record that is being written; `before` is the record as it was, where it was there. What is
    /// being written may be fixed only where something stood before, and not where a value is missing that has to be given.
    pub fn stands(&self, field: &Field, entity: &Entity, record: &Record, before: Option<&Record>, present: &Present) -> Stands {
        let Some(conditions) = self.conditions.get(&field.id) else { return Stands::Open };
        let holds =
            |filter: &Option<Filter>, record: &Record| filter.as_ref().map(|filter| filter.holds_for(self, entity, record, present));
        let required = holds(&conditions.required, record) == Some(true);
        let missing = required && record.value(field.id).is_empty();
        let fixed = |before: &Record| {
            holds(&conditions.read_only, before) == Some(true) || !missing && holds(&conditions.read_only, record) == Some(true)
        };
        match () {
            () if holds(&conditions.visible, record) == Some(false) => Stands::Hidden,
            () if before.is_some_and(fixed) => Stands::Fixed,
            () if required => Stands::Required,
            () => Stands::Open,
        }
    }
}
