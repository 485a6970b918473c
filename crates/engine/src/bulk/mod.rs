//! Bulk: one action on a selection of records, under one changeset.

mod actions;

pub use actions::{BulkAction, BulkRun};
