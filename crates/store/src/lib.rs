//! The only crate with database drivers: SQLite and PostgreSQL behind one door, with one behaviour.
//!
//! A [`Store`] runs work over a [`Tx`]: reads in parallel, writes as one transaction each. The same statements,
//! with `?` for values, run on both databases; what differs between them is decided here.

mod cells;
mod coerce;
mod conflict;
mod erased;
mod postgres;
mod rows;
mod search;
mod settings;
mod shape;
mod sqlite;
mod statement;
mod store;
mod topics;
mod tx;

pub mod files;
#[cfg(feature = "testing")]
pub mod testing;

pub use cells::Cell;
pub use coerce::coerce;
pub use rows::{Row, Rows};
pub use search::{search_expression, search_matches, search_query};
pub use settings::{Mode, Place, Settings};
pub use shape::ShapeReport;
pub use statement::{Dialect, Statement};
pub use store::{Store, Work};
pub use topics::{EVERYTHING, Topics};
pub use tx::Tx;
