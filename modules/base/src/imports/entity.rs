//! The fields of an import's run, one line each.

use meta::entity::{Granted, Visibility};
use meta::fields::{
    Choices, Code, FileParts, Link, LongText, MomentOf, Text, Whole, choice, code, file, link, long_text, moment, text, whole,
};
use meta::{Entity, choices, entity};

choices! {
    /// How far a run has come.
    State {
        /// It is being made ready: nothing is written yet.
        Draft = "draft" grey,
        /// It is tried out: what would be written is counted.
        Checking = "checking" amber,
        /// It was tried out, and waits to be begun.
        Checked = "checked" grey,
        /// Whole batches are in; asked for again with the same file, it goes on.
        Running = "running" amber,
        /// Every row was looked at.
        Done = "done" green,
        /// Somebody ended it before.
        Stopped = "stopped" grey,
        /// It could not go on.
        Failed = "failed" red,
        /// It is being undone.
        Undoing = "undoing" amber,
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
    /// Consents written into the ledger.
    CONSENTS: Whole = whole("consents"),
    /// Consents left out, because the ledger knows something newer.
    CONSENTS_LEFT: Whole = whole("consents_left"),
    /// Rows that are alike to a record, or to a row before them.
    ALIKE: Whole = whole("alike"),
    /// Records that its schedule brought before and that the file has no longer.
    MISSING: Whole = whole("missing"),
    /// How many values and records its undoing left, because somebody changed them since.
    LEFT: Whole = whole("left"),
    /// Who imports.
    OWNER: Link = link("owner", "user"),
    /// The scheduled import that it came of.
    SCHEDULE: Link = link("schedule", "import_schedule"),
    /// What tells the header of the file from others: what was chosen for one holds for the next of the same program.
    SIGNATURE: Code = code("signature").matching(),
    /// What was chosen in the pages, as JSON.
    PLAN: LongText = long_text("plan"),
    /// Why it could not go on: a sentence, as JSON.
    REASON: LongText = long_text("reason"),
    /// When the first record was written.
    BEGUN_AT: MomentOf = moment("begun_at"),
    /// When the last one was.
    ENDED_AT: MomentOf = moment("ended_at"),
    /// The file, for as long as it is kept.
    KEPT: FileParts = file(),
}}

/// The entity of runs.
pub const IMPORT_RUN: &str = "import_run";

/// The description of runs. Their counts move with every batch, so they have no history of their own.
pub fn import_run() -> Entity {
    Entity::new(IMPORT_RUN, "import_runs", fields())
        .titled(&FILE)
        .seen(Visibility::Owner("owner"))
        .granted(Granted::Watched)
        .inner()
        .told_at("/imports")
        .untracked()
}

/// What is to be said of a row of a run.
pub mod fault {
    use super::{Choices, Code, Entity, Granted, Link, LongText, Text, Visibility, Whole, choice, code, link, long_text, text, whole};

    meta::choices! {
        /// How grave it is.
        Grave {
            /// The row does not come in.
            Error = "error" red,
            /// A value stays in the remarks.
            Warning = "warning" amber,
            /// It is alike to a record, or to a row before it.
            Alike = "alike" amber,
            /// The schedule brought it before, and the file has it no longer.
            Missing = "missing" amber,
            /// The undoing left it, because somebody changed it since.
            Left = "left" grey,
        }
    }

    meta::entity! { "import_fault" {
        /// The run.
        RUN: Link = link("run", "import_run").required(),
        /// The line of the file.
        LINE: Whole = whole("line"),
        /// How grave it is.
        GRAVE: Choices<Grave> = choice::<Grave>("grave").required(),
        /// The column, or the field; empty for the row as a whole.
        HEADING: Text = text("heading"),
        /// The value as it stands in the file.
        VALUE: LongText = long_text("value"),
        /// The sentence, as JSON.
        SAYS: LongText = long_text("says"),
        /// What the undoing left, or what the row is alike to.
        RECORD: Code = code("record"),
    }}

    /// The entity of what is to be said of rows.
    pub const IMPORT_FAULT: &str = "import_fault";

    /// Its description.
    pub fn import_fault() -> Entity {
        Entity::new(IMPORT_FAULT, "import_faults", fields())
            .titled(&HEADING)
            .seen(Visibility::Through("run"))
            .granted(Granted::Watched)
            .index(&["run", "grave", "line"])
            .inner()
            .untracked()
    }
}
