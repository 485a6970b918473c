//! The record of a bulk action: how far it is, and what became of it. Its requester sees it, and administrators.

use meta::entity::{Granted, Visibility};
use meta::fields::{Choices, Code, Link, LongText, Whole, choice, code, link, long_text, whole};
use meta::{Entity, choices, entity};

choices! {
    /// How far a bulk action has come.
    State {
        /// It is being worked off.
        Running = "running" amber,
        /// Every record was looked at.
        Done = "done" green,
        /// Somebody ended it before.
        Stopped = "stopped" grey,
        /// It is being undone.
        Undoing = "undoing" amber,
        /// It was undone, but for what somebody changed since.
        Undone = "undone" grey,
    }
}

entity! { "bulk" {
    /// Whose records: the key of an entity.
    TARGET: Code = code("target").required(),
    /// What is done: `change`, `remove`, `restore`, or the key of a registered action.
    ACTION: Code = code("action").required(),
    /// How: values and terms, as JSON.
    DETAILS: LongText = long_text("details"),
    /// The list the records were chosen in, as its address says it.
    LIST: LongText = long_text("list"),
    /// Which of its records: `these`, by hand, or `all` that its filter selected.
    CHOSEN: Code = code("chosen"),
    /// How far it has come.
    STATE: Choices<State> = choice::<State>("state").required().default("running"),
    /// Under which all of it stands in the history: what an undoing undoes.
    CHANGESET: Code = code("changeset").matching(),
    /// How many records were selected.
    TOTAL: Whole = whole("total"),
    /// How many of them were looked at.
    DONE: Whole = whole("done"),
    /// How many got other values, or went into the trash or out of it.
    CHANGED: Whole = whole("changed"),
    /// How many had all of it already.
    UNCHANGED: Whole = whole("unchanged"),
    /// How many were refused.
    REFUSED: Whole = whole("refused"),
    /// How many records a registered action created.
    CREATED: Whole = whole("created"),
    /// How many records its undoing looked at.
    UNDONE: Whole = whole("undone"),
    /// How many values and records its undoing left, because somebody changed them since.
    LEFT: Whole = whole("left"),
    /// Who asked for it.
    OWNER: Link = link("owner", "user"),
}}

/// The entity of bulk actions.
pub const BULK: &str = "bulk";

/// Its description. The counts move with every slice, so it has no history of its own.
pub(crate) fn bulk() -> Entity {
    Entity::new(BULK, "bulks", fields()).titled(&ACTION).seen(Visibility::Owner("owner")).granted(Granted::Watched).inner().untracked()
}
