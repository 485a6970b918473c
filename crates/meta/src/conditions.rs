//! When a field is shown, asked and writable: filters on the record that holds it.

use crate::entity::{Entity, Relation};
use crate::filter::evaluate::{Evaluate, World};
use crate::filter::time::Present;
use crate::{Filter, Model, Record};
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

    /// Whether it holds for a record by itself. A filter that no longer fits the descriptions holds for none.
    pub fn holds_for(&self, model: &Model, entity: &Entity, record: &Record, present: &Present) -> bool {
        Evaluate { model, present, world: &Alone }.holds(self, entity, record).unwrap_or(false)
    }
}

impl Model {
    /// Whether a field of a record is shown to people and asked from them, as the record stands.
    pub fn shows(&self, field: &crate::Field, entity: &Entity, record: &Record, present: &Present) -> bool {
        let visible = self.conditions.get(&field.id).and_then(|conditions| conditions.visible.as_ref());
        visible.is_none_or(|visible| visible.holds_for(self, entity, record, present))
    }
}
