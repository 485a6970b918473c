//! The shape on SQLite: one transaction of the writer.

use super::guard::{dropping, guarding};
use super::{Present, ShapeReport, column, create_index, create_table, index_name};
use crate::search::{companion, companion_name};
use crate::statement::{Dialect, Statement, quoted};
use crate::tx::Tx;
use kernel::Result;
use meta::shape::Table;

/// Every column there is, with its table before it.
pub(crate) const COLUMNS: &str = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";

pub(crate) async fn shape(tx: &mut Tx, tables: &[Table]) -> Result<ShapeReport> {
    let present = present(tx).await?;
    let mut report = ShapeReport::default();
    for table in tables {
        match present.tables.get(&table.name) {
            None => {
                run(tx, create_table(Dialect::Sqlite, table)).await?;
                report.tables.push(table.name.clone());
            }
            Some(known) => {
                for missing in table.columns.iter().filter(|column| !known.contains(&column.name)) {
                    run(tx, format!("ALTER TABLE {} ADD COLUMN {}", quoted(&table.name), column(Dialect::Sqlite, missing))).await?;
                    report.columns.push(format!("{}.{}", table.name, missing.name));
                }
            }
        }
        for index in table.indexes.iter().filter(|index| !present.indexes.contains(&index_name(&index.name))) {
            let sql = create_index(Dialect::Sqlite, table, index, false);
            match tx.savepoint(|tx| Box::pin(async move { run(tx, sql).await })).await {
                Ok(()) => report.indexes.push(index_name(&index.name)),
                Err(error @ kernel::Error::Conflict(_)) => report.refused.push((index_name(&index.name), error.to_string())),
                Err(error) => return Err(error),
            }
        }
        if table.searchable && !present.tables.contains_key(&companion_name(&table.name)) {
            run(tx, create_companion(&table.name)).await?;
            report.searches.push(table.name.clone());
        }
        let guarding = guarding(Dialect::Sqlite, table, &present, "");
        if !guarding.is_empty() {
            report.guards.push(table.name.clone());
        }
        for sql in guarding {
            run(tx, sql).await?;
        }
    }
    Ok(report)
}

/// Takes the guards of these tables away.
pub(crate) async fn unguard(tx: &mut Tx, tables: &[Table]) -> Result<()> {
    let present = present(tx).await?;
    for sql in tables.iter().flat_map(|table| dropping(Dialect::Sqlite, table, &present)) {
        run(tx, sql).await?;
    }
    Ok(())
}

/// Only which record has which word is kept: no positions, no copy of the text. The short beginnings, which many
/// records share, have indexes of their own.
fn create_companion(table: &str) -> String {
    format!(
        "CREATE VIRTUAL TABLE {} USING fts5(words, content='', contentless_delete=1, detail=none, prefix='2 3', tokenize='unicode61 remove_diacritics 0')",
        companion(table)
    )
}

async fn present(tx: &mut Tx) -> Result<Present> {
    let mut present = Present::default();
    for row in tx.rows(&Statement::new(COLUMNS, Vec::new())).await?.iter() {
        present.tables.entry(row.text(0).to_owned()).or_default().insert(row.text(1).to_owned());
    }
    let sql = "SELECT name FROM sqlite_master WHERE type = 'index'";
    for row in tx.rows(&Statement::new(sql, Vec::new())).await?.iter() {
        present.indexes.insert(row.text(0).to_owned());
    }
    let sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'";
    for row in tx.rows(&Statement::new(sql, Vec::new())).await?.iter() {
        present.guards.push((row.text(0).to_owned(), row.text(1).to_owned()));
    }
    Ok(present)
}

async fn run(tx: &mut Tx, sql: String) -> Result<()> {
    tx.execute(&Statement::new(sql, Vec::new())).await.map(|_| ())
}
