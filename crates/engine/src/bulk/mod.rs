//! Bulk: one action on a selection of records, under one changeset.
//!
//! The selection is frozen when it is asked for: the identities that were chosen, or those that the filter selects then, so
//! that nothing is done twice when a record no longer answers the filter. A job works it off in slices, with the rights its
//! requester has at that time, and each slice notes in its own commit how far it came: whoever is killed goes on there. A
//! record that may not be changed is refused alone, with its reason. Undoing it is undoing its changeset.

mod actions;
mod beginning;
mod doing;
pub mod entity;
mod foreseeing;
mod job;
mod merging;
mod report;
mod sweeping;
mod undoing;

#[cfg(doc)]
use crate::Engine;
pub use actions::{BulkAction, BulkExamine, BulkRun, Options};
pub use beginning::{Begun, Bulk, Selection};
pub use doing::{Doing, Terms};
pub use entity::BULK;
pub use foreseeing::{BulkRewrites, Foreseen, Rewrite};
pub use report::{Reason, Refusal, Report};
pub use sweeping::TOLD_DAYS;
pub(crate) use undoing::{undoes, undone};

use crate::area::Slice;

/// So many records are done at once, while the asker waits; more of them are left to the job.
pub const AT_ONCE: i64 = 100;

/// What bulk registers.
pub(crate) fn slice() -> Slice {
    Slice::new("bulk").entity(entity::bulk()).job(job::WorkOff).job(undoing::UndoBulk).job(merging::MergeTerms)
}
