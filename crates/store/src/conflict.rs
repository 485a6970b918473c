//! Which field a broken unique index is about, said alike by both databases.

use kernel::{Error, error::Conflict};
use meta::shape::Table;
use std::collections::HashMap;
use std::sync::RwLock;

/// For every unique index and primary key, the `table.column` to name.
#[derive(Debug, Default)]
pub(crate) struct Uniques(RwLock<HashMap<String, String>>);

impl Uniques {
    /// Learns the indexes of these tables, by their physical names.
    pub(crate) fn learn(&self, tables: &[Table]) {
        let mut known = self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        for table in tables {
            known.insert(format!("{}_pkey", table.name), named(&table.name, table.primary.iter().map(String::as_str)));
            for index in table.indexes.iter().filter(|index| index.unique) {
                let field = named(&table.name, index.columns.iter().map(String::as_str));
                known.insert(crate::shape::index_name(&index.name), field);
            }
        }
    }

    fn by_index(&self, index: &str) -> Option<String> {
        self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(index).cloned()
    }

    /// From SQLite's `UNIQUE constraint failed: table.column, table.column` or `…: index 'name'`.
    pub(crate) fn named_by_sqlite(&self, message: &str) -> Error {
        let about = message.rsplit_once("failed: ").map_or(message, |(_, about)| about);
        if let Some(index) = about.strip_prefix("index '") {
            let index = index.trim_end_matches('\'');
            return taken(self.by_index(index).unwrap_or_else(|| index.to_owned()));
        }
        let columns = about.split(", ").filter_map(|column| column.split_once('.'));
        let table = about.split('.').next().unwrap_or_default();
        taken(named(table, columns.map(|(_, column)| column)))
    }

    /// From PostgreSQL's constraint, or its detail `Key (column, column)=(…) …` when the constraint is unknown.
    pub(crate) fn named_by_postgres(&self, table: &str, constraint: &str, detail: &str) -> Error {
        taken(self.by_index(constraint).unwrap_or_else(|| {
            let columns = detail.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(columns, _)| columns);
            named(table, columns.split(", ").map(|column| column.trim_matches('"')))
        }))
    }
}

fn taken(field: String) -> Error {
    Error::Conflict(Conflict::Taken { field })
}

/// The first column that is not the trash mark.
fn named<'c>(table: &str, columns: impl Iterator<Item = &'c str>) -> String {
    let mut first = None;
    for column in columns {
        if column != "removed_at" {
            first = Some(column);
            break;
        }
    }
    format!("{table}.{}", first.unwrap_or("removed_at"))
}
