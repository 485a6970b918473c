//! Whole tables: read in the order of their key, and filled.

use super::cells;
use super::tally::Tally;
use kernel::{Result, Value};
use meta::shape::{Column, ColumnType, Table};
use meta::sql::Sql;
use store::{Statement, Store, Tx};

/// Rows that are read or written at once.
pub(super) const SOME: usize = 2_000;

/// Where the reading of a table stands.
pub(super) struct Scan {
    table: Table,
    kinds: Vec<ColumnType>,
    /// The key of the last row; none before the first.
    after: Option<Vec<Value>>,
    ended: bool,
}

impl Scan {
    /// Before the first row.
    pub(super) fn new(table: Table) -> Scan {
        Scan { kinds: table.columns.iter().map(|column| column.kind).collect(), table, after: None, ended: false }
    }

    /// The next rows; none behind the last.
    pub(super) async fn next(&mut self, tx: &mut Tx) -> Result<Vec<Vec<Value>>> {
        if self.ended {
            return Ok(Vec::new());
        }
        let statement = self.statement();
        let rows = tx.rows_as(&statement, &self.kinds).await?;
        self.ended = rows.len() < SOME;
        if let Some(last) = rows.last() {
            let key = self.table.primary.iter().filter_map(|name| self.table.columns.iter().position(|column| column.name == *name));
            self.after = Some(key.filter_map(|place| last.get(place).cloned()).collect());
        }
        Ok(rows)
    }

    fn statement(&self) -> Statement {
        let mut sql = Sql::new();
        sql.push("SELECT ");
        list(&mut sql, self.table.columns.iter().map(|column| column.name.as_str()));
        sql.push(" FROM ").name(&self.table.name);
        if let Some(after) = &self.after {
            sql.push(" WHERE (");
            list(&mut sql, self.table.primary.iter().map(String::as_str));
            sql.push(") > (");
            for (place, value) in after.iter().enumerate() {
                sql.push(if place > 0 { ", " } else { "" }).bind(value.clone());
            }
            sql.push(")");
        }
        sql.push(" ORDER BY ");
        list(&mut sql, self.table.primary.iter().map(String::as_str));
        sql.push(" LIMIT ").number(SOME as i64);
        Statement::new(sql.text, sql.values)
    }
}

fn list<'n>(sql: &mut Sql, names: impl Iterator<Item = &'n str>) {
    for (place, name) in names.enumerate() {
        sql.push(if place > 0 { ", " } else { "" }).name(name);
    }
}

/// The next rows of a scan, each time in a reading of their own: for a place that nobody else writes into.
pub(super) async fn some(store: &Store, mut scan: Scan) -> Result<(Scan, Vec<Vec<Value>>)> {
    store
        .read(move |tx| {
            Box::pin(async move {
                let rows = scan.next(tx).await?;
                Ok((scan, rows))
            })
        })
        .await
}

/// Count and sum of what a table holds.
pub(super) async fn tally(store: &Store, table: &Table) -> Result<Tally> {
    let table = table.clone();
    store
        .read_snapshot(move |tx| {
            Box::pin(async move {
                let (mut scan, mut tally, mut bytes) = (Scan::new(table.clone()), Tally::default(), Vec::new());
                loop {
                    let rows = scan.next(tx).await?;
                    if rows.is_empty() {
                        return Ok(tally);
                    }
                    for row in &rows {
                        bytes.clear();
                        cells::write(row, &table.columns, &mut bytes);
                        tally.add(&bytes);
                    }
                }
            })
        })
        .await
}

/// Adds rows to a table.
pub(super) async fn fill(store: &Store, table: &Table, rows: Vec<Vec<Value>>) -> Result<()> {
    let (name, columns): (String, Vec<Column>) = (table.name.clone(), table.columns.clone());
    store.write(move |tx| Box::pin(async move { tx.insert_many(&name, &columns, rows).await })).await
}

/// The same tables without what slows their filling down.
pub(super) fn bare(tables: &[Table]) -> Vec<Table> {
    let bare = |table: &Table| {
        let mut bare = table.clone();
        bare.indexes.clear();
        bare.guard = None;
        bare
    };
    tables.iter().map(bare).collect()
}
