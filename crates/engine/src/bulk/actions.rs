//! Actions that slices register: each says what becomes of one record of a selection.

use crate::Engine;
use crate::principal::{Principal, Verb};
use crate::write::{Act, Slicing};
use meta::{Entity, Record};
use store::Work;

/// What an action does with one record: the acts to be written for it. It reads what it needs through the slice of work,
/// with the rights of whoever asked for it, and may be run again after an interruption: what it wrote before is there then.
pub type BulkRun = for<'s, 't> fn(&'s mut Slicing<'t>, &'s Record) -> Work<'s, Vec<Act>>;

/// An action on any selection of an entity's records.
#[derive(Clone, Copy)]
pub struct BulkAction {
    /// Its name: in addresses and, as `bulk-{key}`, in the words.
    pub key: &'static str,
    /// Whose records are selected.
    pub entity: &'static str,
    /// What somebody has to be allowed to be offered it: a verb, with an entity.
    pub needs: (Verb, &'static str),
    /// What becomes of one record.
    pub run: BulkRun,
}

impl Engine {
    /// The registered actions on an entity's records that somebody may choose.
    pub fn bulk_actions(&self, who: &Principal, entity: &Entity) -> Vec<BulkAction> {
        let model = self.model();
        let may = |action: &&BulkAction| model.entity(action.needs.1).is_some_and(|needed| who.may(action.needs.0, needed));
        self.inside.bulk_actions.iter().filter(|action| action.entity == entity.key).filter(may).copied().collect()
    }
}

impl std::fmt::Debug for BulkAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BulkAction({} of {})", self.key, self.entity)
    }
}
