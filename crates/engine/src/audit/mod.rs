//! The audit: who came in, was refused, saw, exported and administered what, in a table that is only added to. Its rows are
//! gathered in batches, and the digest of each batch holds that of the one before: a row that was changed, or is gone, is
//! found by `scheda check`.

mod asking;
mod chain;
mod writing;

pub use asking::{Asked, Listed};
pub(crate) use writing::{Auditing, begin};

use kernel::{Id, Moment};
use meta::shape::ColumnType::{Int, Link, Moment as At, Text};
use meta::shape::Table;

/// What is to be kept of something that happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Who did it; none where nobody was known.
    pub user: Option<Id>,
    /// What it was: a short name, `sign-in`, `export`.
    pub event: String,
    /// By which way: the pages, the API, the command line.
    pub through: String,
    /// The entity it is about; empty where it is about none.
    pub entity: String,
    /// The record it is about.
    pub record: Option<Id>,
    /// What else is to be known; without what only the record itself may say.
    pub detail: String,
    /// From which network address; empty where there is none.
    pub address: String,
    /// Whether it is kept once an hour for the same person, event and record, however often it happens.
    pub hourly: bool,
}

impl Entry {
    /// That this happened.
    pub fn new(event: impl Into<String>) -> Entry {
        Entry { event: event.into(), ..Entry::default() }
    }
}

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its identity; later ones are larger.
    pub id: Id,
    /// When.
    pub at: Moment,
    /// What.
    pub entry: Entry,
}

/// The tables of the audit.
pub(crate) fn tables() -> Vec<Table> {
    let mut audit = Table::new(
        "audit",
        &[
            ("id", Link),
            ("at", At),
            ("user", Link),
            ("event", Text),
            ("through", Text),
            ("entity", Text),
            ("record", Link),
            ("detail", Text),
            ("address", Text),
            ("once", Text),
            ("digest", Text),
            ("batch", Int),
        ],
    )
    .index(&["user", "id"])
    .index(&["event", "id"])
    .index(&["record", "id"])
    .index(&["batch", "id"])
    .unique(&["once"]);
    // What may happen again has none.
    if let Some(once) = audit.indexes.last_mut() {
        once.living = true;
    }
    let chain = Table::new("audit_chain", &[("number", Int), ("at", At), ("rows", Int), ("previous", Text), ("digest", Text)]);
    vec![audit, chain]
}
