//! Bringing the database to the descriptions: additive, repeatable, nothing dropped.

mod guard;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::statement::{Dialect, Statement, quoted, quoted_list};
use crate::tx::Tx;
use kernel::Result;
use meta::shape::{Column, ColumnType, Table, TableIndex};
use std::collections::{HashMap, HashSet};

/// What had to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShapeReport {
    /// Tables.
    pub tables: Vec<String>,
    /// Columns, as `table.column`.
    pub columns: Vec<String>,
    /// Indexes.
    pub indexes: Vec<String>,
    /// Tables that got their search companion.
    pub searches: Vec<String>,
    /// Tables that are guarded from now on, or otherwise than before.
    pub guards: Vec<String>,
    /// Indexes that could not be made over the data there is, with the reason.
    pub refused: Vec<(String, String)>,
}

impl ShapeReport {
    /// Whether nothing was missing.
    pub fn is_empty(&self) -> bool {
        *self == ShapeReport::default()
    }
}

/// What there is already.
#[derive(Debug, Default)]
struct Present {
    /// Columns by table.
    tables: HashMap<String, HashSet<String>>,
    indexes: HashSet<String>,
    /// Guards, each by its name and the table it stands at.
    guards: Vec<(String, String)>,
}

/// Whether the database lacks a table or a column of these: it was last shaped by an older version.
pub(crate) async fn is_behind(tx: &mut Tx, tables: &[Table]) -> Result<bool> {
    let columns = match tx.dialect() {
        Dialect::Sqlite => sqlite::COLUMNS,
        Dialect::Postgres => postgres::COLUMNS,
    };
    let rows = tx.rows(&Statement::new(columns, Vec::new())).await?;
    let present: HashSet<(&str, &str)> = rows.iter().map(|row| (row.text(0), row.text(1))).collect();
    let mut wanted = tables.iter().flat_map(|table| table.columns.iter().map(|column| (table.name.as_str(), column.name.as_str())));
    Ok(wanted.any(|column| !present.contains(&column)))
}

/// The physical name of an index: PostgreSQL cuts names after 63 bytes, and two cut ones could be the same.
pub(crate) fn index_name(declared: &str) -> String {
    if declared.len() <= 60 {
        return declared.to_owned();
    }
    let hash = fingerprint(declared);
    let kept: String = declared
        .chars()
        .scan(0, |length, letter| {
            *length += letter.len_utf8();
            (*length <= 50).then_some(letter)
        })
        .collect();
    format!("{kept}_{hash:08x}")
}

/// FNV-1a: the same number for ever, on every machine.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A column as it stands in CREATE TABLE and ADD COLUMN: with an empty value for the rows there are.
fn column(dialect: Dialect, column: &Column) -> String {
    let kind = match (dialect, column.kind) {
        (Dialect::Sqlite, ColumnType::Text) => "TEXT NOT NULL DEFAULT ''",
        (Dialect::Sqlite, ColumnType::Int | ColumnType::Bool) => "INTEGER NOT NULL DEFAULT 0",
        (Dialect::Sqlite, ColumnType::Date) => "TEXT",
        (Dialect::Sqlite, ColumnType::Moment | ColumnType::Link) => "INTEGER",
        (Dialect::Sqlite, ColumnType::Bytes) => "BLOB",
        (Dialect::Postgres, ColumnType::Text) => "text COLLATE \"C\" NOT NULL DEFAULT ''",
        (Dialect::Postgres, ColumnType::Int) => "bigint NOT NULL DEFAULT 0",
        (Dialect::Postgres, ColumnType::Bool) => "boolean NOT NULL DEFAULT false",
        (Dialect::Postgres, ColumnType::Date) => "date",
        (Dialect::Postgres, ColumnType::Moment) => "timestamptz",
        (Dialect::Postgres, ColumnType::Link) => "bigint",
        (Dialect::Postgres, ColumnType::Bytes) => "bytea",
    };
    format!("{} {kind}", quoted(&column.name))
}

fn create_table(dialect: Dialect, table: &Table) -> String {
    let number_key = match table.primary.as_slice() {
        [only] => table.columns.iter().any(|c| c.name == *only && matches!(c.kind, ColumnType::Int | ColumnType::Link)),
        _ => false,
    };
    let mut parts: Vec<String> = Vec::new();
    for described in &table.columns {
        if number_key && table.primary.contains(&described.name) {
            let kind = match dialect {
                Dialect::Sqlite => "INTEGER PRIMARY KEY",
                Dialect::Postgres => "bigint PRIMARY KEY",
            };
            parts.push(format!("{} {kind}", quoted(&described.name)));
        } else {
            parts.push(column(dialect, described));
        }
    }
    if !number_key && !table.primary.is_empty() {
        parts.push(format!("PRIMARY KEY ({})", quoted_list(table.primary.iter().map(String::as_str))));
    }
    // STRICT: a value of another shape is refused, as PostgreSQL refuses it.
    let kind = match dialect {
        Dialect::Sqlite if number_key || table.primary.is_empty() => " STRICT",
        Dialect::Sqlite => " STRICT, WITHOUT ROWID",
        Dialect::Postgres => "",
    };
    format!("CREATE TABLE {} ({}){kind}", quoted(&table.name), parts.join(", "))
}

fn create_index(dialect: Dialect, table: &Table, index: &TableIndex, concurrently: bool) -> String {
    let kind_of = |name: &str| table.columns.iter().find(|column| column.name == name).map(|column| column.kind);
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|name| {
            // SQLite sorts NULL first; an index of PostgreSQL serves such an order only if it is told so.
            let key = table.primary.contains(name);
            let nulls_first = dialect == Dialect::Postgres && !key && kind_of(name).is_some_and(ColumnType::nullable);
            format!("{}{}", quoted(name), if nulls_first { " NULLS FIRST" } else { "" })
        })
        .collect();
    let mut conditions = Vec::new();
    if index.living {
        if kind_of("removed_at").is_some() {
            conditions.push("\"removed_at\" IS NULL".to_owned());
        }
        if index.unique
            && let Some(first) = index.columns.first()
            && let Some(kind) = kind_of(first)
        {
            let filled = match kind {
                ColumnType::Text => "<> ''",
                ColumnType::Int => "<> 0",
                ColumnType::Bool => "IS NOT NULL",
                ColumnType::Date | ColumnType::Moment | ColumnType::Link | ColumnType::Bytes => "IS NOT NULL",
            };
            conditions.push(format!("{} {filled}", quoted(first)));
        }
    }
    format!(
        "CREATE {}INDEX {}{} ON {} ({}){}",
        if index.unique { "UNIQUE " } else { "" },
        if concurrently { "CONCURRENTLY " } else { "" },
        quoted(&index_name(&index.name)),
        quoted(&table.name),
        columns.join(", "),
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) },
    )
}
