//! The audit: who came in, was refused, saw, exported and administered what, in a table that is only added to. Its rows are
//! gathered in batches, and the digest of each batch holds that of the one before: a row that was changed, or is gone, is
//! found by `scheda check`. The database itself refuses to change a row, or to let one go that is younger than half a year. What is
//! older than the company wants to keep goes by whole batches, from the oldest on, and an anchor says how far that went.

mod asking;
mod chain;
mod letting_go;
mod writing;

pub use asking::{Asked, Listed};
pub(crate) use letting_go::slice;
pub use letting_go::{Anchor, Extent, KEPT_MONTHS};
pub(crate) use writing::{Auditing, begin};

use kernel::{Id, Moment};
use meta::shape::ColumnType::{Int, Link, Moment as At, Text};
use meta::shape::{Guard, LettingGo, Table};

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

/// By which way the command line comes, as [`Entry::through`] says it.
pub const COMMAND_LINE: &str = "command-line";
/// By which way a job comes.
pub const JOB: &str = "job";

/// No database lets a row go that is younger, in days: half a year, whichever months it has.
const YOUNG_DAYS: i64 = 180;

/// What the database itself allows of a table of the audit.
fn guard(number: &'static str, closed_by: Option<&'static str>) -> Guard {
    let up_to = ("audit_anchor", "number");
    Guard { closed_by, letting_go: Some(LettingGo { number, up_to, at: "at", days: YOUNG_DAYS }) }
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
    // How far the audit was let go: a row for each time, of which the last one counts.
    let anchor = Table::new("audit_anchor", &[("number", Int), ("at", At), ("rows", Int), ("until", At), ("digest", Text)]);
    vec![
        audit.guarded(guard("batch", Some("batch"))),
        chain.guarded(guard("number", None)),
        anchor.guarded(Guard { closed_by: None, letting_go: None }),
    ]
}
