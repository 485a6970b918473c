//! The fields of an import's run, one line each.

use meta::fields::{Choices, Code, Text, Whole, choice, code, text, whole};
use meta::{Entity, choices, entity};

choices! {
    /// How far a run has come.
    State {
        /// Whole batches are in; asked for again with the same file, it goes on.
        Running = "running" amber,
        /// Every row was looked at.
        Done = "done" green,
    }
}

entity! { "import_run" {
    /// The file's name.
    FILE: Text = text("file").required().sortable(),
    /// What was imported.
    TARGET: Code = code("target").required(),
    /// SHA-256 of the file.
    DIGEST: Code = code("digest").matching(),
    /// SHA-256 of everything else that decides what is written: mapping, mode, keys, defaults.
    OPTIONS: Code = code("options"),
    /// How far it has come.
    STATE: Choices<State> = choice::<State>("state").required().default("running"),
    /// Under which all of it stands in the history: what an undo undoes.
    CHANGESET: Code = code("changeset"),
    /// Rows of the file.
    ROWS: Whole = whole("rows"),
    /// Rows looked at so far.
    DONE: Whole = whole("done"),
    /// Records created from rows.
    CREATED: Whole = whole("created"),
    /// Records that got other values.
    UPDATED: Whole = whole("updated"),
    /// Records that had all of it already.
    UNCHANGED: Whole = whole("unchanged"),
    /// Rows left out by the mode.
    SKIPPED: Whole = whole("skipped"),
    /// Rows that can't become a record.
    ERRORS: Whole = whole("errors"),
    /// Values kept as remarks, because their field refused them.
    WARNINGS: Whole = whole("warnings"),
}}

/// The entity of runs.
pub const IMPORT_RUN: &str = "import_run";

/// The description of runs. Their counts move with every batch, so they have no history of their own.
pub fn import_run() -> Entity {
    Entity::new(IMPORT_RUN, "import_runs", fields()).titled(&FILE).inner().untracked()
}
