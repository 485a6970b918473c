//! The whole of an installation in one sealed file: written at one moment while others work on, read into an empty place
//! of either database, and proved by counts and sums.

mod cells;
mod filling;
mod form;
mod moving;
mod reading;
mod sealed;
mod tables;
mod tally;
mod writing;

pub use filling::{Filling, Vacancy, is_unfinished, vacancy};
pub use form::{Manifest, Totals};
pub use moving::silently;
pub use reading::{read, restore};
pub use sealed::Key;
pub use tally::Tally;
pub use writing::Progress;

use meta::shape::Table;

/// The table with what the installation knows of itself.
pub(crate) const INSTALLATION: &str = "installation";

/// What belongs to running processes, and to nobody else: left out of a backup. Whoever is signed in signs in anew.
const OF_PROCESSES: [&str; 2] = ["node", "session"];

/// The tables that are carried over.
pub(crate) fn carried(tables: Vec<Table>) -> Vec<Table> {
    tables.into_iter().filter(|table| !OF_PROCESSES.contains(&table.name.as_str())).collect()
}
