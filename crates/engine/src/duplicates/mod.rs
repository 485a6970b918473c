//! Doubles: two records of one entity that speak of one and the same.
//!
//! An entity says what its records are compared by ([`meta::Entity::compared`]); how two values are compared follows from the kind of
//! field, and how much each says is learned from the data itself (`matching`). Whatever is a key ([`meta::Field::matching`]) says by
//! itself that a record exists already.
//!
//! [`finding`](Engine::alike) answers for one record, before it is made or for one that is there: candidates by an index that is kept
//! with every write (`keys`), compared by the weights. A scan reads all of them and puts the pairs into the queue, where people say
//! what they are; what was called different is remembered.

mod automatic;
mod coming;
mod evidence;
mod finding;
mod keys;
mod queue;
mod reading;
mod scanning;
mod scheme;
mod settings;
mod weighing;

pub use coming::{Coming, Like, Likening, Looked};
pub use evidence::{Evidence, Says};
pub use finding::{Alike, Twin};
pub(crate) use queue::say;
pub use queue::{Asking, Queued, State, Two};
pub use scanning::{Found, Progress, Scanning};
pub use settings::{LEAST_MERGED, Matters, Settings, Standing};
pub(crate) use weighing::Held;

use crate::area::Slice;
use meta::shape::ColumnType::{Int, Link, Moment, Text};
use meta::shape::Table;

/// What a commit announces that moved the queue.
pub(crate) const TOPIC: &str = "duplicate";

/// What finding doubles registers.
pub(crate) fn slice() -> Slice {
    Slice::new("duplicates")
        .job(scanning::Scan)
        .job(scanning::Nightly)
        .job(keys::Fill)
        .job(automatic::Merge)
        .every("41 3 * * *", scanning::NIGHTLY)
}

/// What stands beside the records.
pub(crate) fn tables() -> Vec<Table> {
    vec![
        // Under which keys a record is looked for; a key says of which entity it is.
        Table::new("duplicate_key", &[("key", Int), ("record", Link)]).key(&["key", "record"]),
        // Stretches of records that have none yet, made many at once.
        Table::new("duplicate_late", &[("entity", Text), ("first", Link), ("last", Link)]).key(&["entity", "first"]),
        Table::new(
            "duplicate_pair",
            &[
                ("a", Link),
                ("b", Link),
                ("entity", Text),
                ("state", Text),
                ("score", Int),
                ("rank", Int),
                ("evidence", Text),
                ("found_at", Moment),
                ("decided_at", Moment),
                ("decided_by", Link),
            ],
        )
        .key(&["a", "b"])
        .index(&["b"])
        .index(&["entity", "state", "rank"]),
        // What was learned of an entity, what administrators make of it, and how its last scan went.
        Table::new("duplicate_setting", &[("entity", Text), ("key", Text), ("value", Text)]).key(&["entity", "key"]),
    ]
}
