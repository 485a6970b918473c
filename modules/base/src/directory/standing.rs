//! What becomes of a name: people discard it, with a reason, and take it up again; only an extraction makes it a lead.

use super::entity::{EXTRACTED_AT, REASON, STATE, State};
use engine::{Change, Tx, Work};
use kernel::{Error, Say};

/// A name is extracted by an extraction alone, and what was extracted stays so.
pub(super) fn of_an_entry<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() || change.restores() {
            return Ok(());
        }
        let state = change.after.get(&STATE);
        if state == Some(State::Discarded) && change.after.get(&REASON).trim().is_empty() {
            return Err(Error::invalid("reason", Say::new("error-discarded-why")));
        }
        if !change.changes(STATE.id()) {
            return Ok(());
        }
        // The moment is written by an extraction, and taken away again by its undoing: no input reaches it.
        let by_extraction = change.changes(EXTRACTED_AT.id());
        let of_extraction = |state| matches!(state, Some(State::Extracted | State::Known));
        let before = change.before.as_ref().and_then(|before| before.get(&STATE));
        if !by_extraction && (of_extraction(state) || of_extraction(before)) {
            return Err(Error::invalid("state", Say::new("error-extracted-only")));
        }
        Ok(())
    })
}
