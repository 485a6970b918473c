//! One piece of work's hold on the database.

use crate::cells::{Cell, Sheet};
use crate::postgres::Lease;
use crate::rows::Rows;
use crate::statement::{Dialect, Placeholders, Statement};
use crate::store::Work;
use crate::{conflict::Uniques, postgres, sqlite};
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::shape::{Column, ColumnType};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the transactions of one store share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) uniques: Uniques,
    pub(crate) placeholders: Placeholders,
    /// The texts of statements, once a test listens to them.
    #[cfg(feature = "testing")]
    pub(crate) heard: std::sync::Mutex<Option<std::collections::BTreeSet<Arc<str>>>>,
}

pub(crate) enum Back {
    Sqlite(rusqlite::Connection),
    Postgres(Lease),
}

/// What the work may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads, each statement for itself.
    Read,
    /// Reads of one moment.
    Snapshot,
    /// A transaction.
    Write,
}

/// One piece of work's hold on the database: for reads, or as one transaction.
///
/// After a statement failed, a write is lost as a whole, on both databases, unless the statement ran inside a [`Tx::savepoint`].
pub struct Tx {
    pub(crate) back: Back,
    pub(crate) shared: Arc<Shared>,
    pub(crate) kind: Kind,
    /// A statement failed: nothing more is done, and nothing committed.
    pub(crate) broken: bool,
    pub(crate) depth: u32,
    /// Announced so far, for this node's listeners; PostgreSQL keeps its own.
    pub(crate) topics: Vec<String>,
    /// Whether somebody's write waits behind this one; where nobody can wait, there is nothing to ask.
    pub(crate) waiting: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Tx {
    pub(crate) fn new(back: Back, shared: Arc<Shared>, kind: Kind) -> Tx {
        Tx { back, shared, kind, broken: false, depth: 0, topics: Vec::new(), waiting: None }
    }

    /// Which database speaks.
    pub fn dialect(&self) -> Dialect {
        match self.back {
            Back::Sqlite(_) => Dialect::Sqlite,
            Back::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Whether a person waits to write while this transaction goes on: long work ends its slice then.
    pub fn keeps_waiting(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting())
    }

    /// All rows, as the database gives them.
    pub async fn rows(&mut self, statement: &Statement) -> Result<Rows> {
        self.fetch(statement, None).await.map(Rows)
    }

    /// All rows, in the declared shapes of their columns.
    pub async fn rows_as(&mut self, statement: &Statement, kinds: &[ColumnType]) -> Result<Vec<Vec<Value>>> {
        self.fetch(statement, Some(kinds)).await
    }

    /// The first row, as the database gives it.
    pub async fn row(&mut self, statement: &Statement) -> Result<Option<Vec<Value>>> {
        Ok(self.fetch(statement, None).await?.into_iter().next())
    }

    /// The first row, in the declared shapes of its columns.
    pub async fn row_as(&mut self, statement: &Statement, kinds: &[ColumnType]) -> Result<Option<Vec<Value>>> {
        Ok(self.fetch(statement, Some(kinds)).await?.into_iter().next())
    }

    /// Runs a statement; how many rows it touched.
    pub async fn execute(&mut self, statement: &Statement) -> Result<u64> {
        self.ready()?;
        self.may_write()?;
        refuse_nul(&statement.values)?;
        #[cfg(feature = "testing")]
        self.shared.hear(&statement.sql);
        let outcome = match &mut self.back {
            Back::Sqlite(connection) => sqlite::execute(connection, statement, &self.shared.uniques),
            Back::Postgres(lease) => postgres::execute(lease, statement, &self.shared).await,
        };
        self.noted(outcome)
    }

    /// Writes many rows by the fastest way the database has. Empty values become the column's own empty.
    pub async fn insert_many(&mut self, table: &str, columns: &[Column], rows: Vec<Vec<Value>>) -> Result<()> {
        if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
            return Err(Error::internal(format_args!("{table}: {} values for {} columns", row.len(), columns.len())));
        }
        self.insert_cells(table, columns, rows.iter().flatten().map(Cell::Value).collect()).await
    }

    /// The same, from cells that are only lent: one row after the other.
    pub async fn insert_cells(&mut self, table: &str, columns: &[Column], mut cells: Vec<Cell<'_>>) -> Result<()> {
        self.ready()?;
        self.may_write()?;
        if cells.is_empty() || columns.is_empty() {
            return Ok(());
        }
        if !cells.len().is_multiple_of(columns.len()) {
            return Err(Error::internal(format_args!("{table}: {} cells for {} columns", cells.len(), columns.len())));
        }
        for (cell, column) in cells.iter_mut().zip(columns.iter().cycle()) {
            if cell.text().is_some_and(has_nul) {
                return Err(nul_in(&column.name));
            }
            *cell = cell.fitted(column.kind);
        }
        let sheet = Sheet::new(columns, cells);
        let outcome = match &mut self.back {
            Back::Sqlite(connection) => sqlite::insert_many(connection, table, &sheet, &self.shared.uniques),
            Back::Postgres(lease) => postgres::insert_many(lease, table, &sheet, &self.shared).await,
        };
        self.noted(outcome)
    }

    /// Runs work whose failure undoes only itself. Outside of a transaction it is just run.
    pub async fn savepoint<T, F>(&mut self, work: F) -> Result<T>
    where
        F: for<'s> FnOnce(&'s mut Tx) -> Work<'s, T>,
    {
        if self.kind == Kind::Read {
            return work(self).await;
        }
        self.ready()?;
        let name = format!("inner{}", self.depth);
        let announced = self.topics.len();
        self.control(&format!("SAVEPOINT {name}")).await?;
        self.depth += 1;
        let outcome = work(self).await;
        self.depth -= 1;
        let outcome = if self.broken { outcome.and(Err(swallowed())) } else { outcome };
        match outcome {
            Ok(value) => {
                self.control(&format!("RELEASE SAVEPOINT {name}")).await?;
                Ok(value)
            }
            Err(error) => {
                self.topics.truncate(announced);
                // If even this fails the transaction stays broken, and is rolled back as a whole.
                self.control(&format!("ROLLBACK TO SAVEPOINT {name}")).await?;
                self.control(&format!("RELEASE SAVEPOINT {name}")).await?;
                self.broken = false;
                Err(error)
            }
        }
    }

    /// Whether it may write: what it reads then may be its own, and never be committed.
    pub fn writes(&self) -> bool {
        self.kind == Kind::Write
    }

    /// The present moment by the database's clock, which all nodes share.
    pub async fn now(&mut self) -> Result<Moment> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Dialect::Postgres => "SELECT clock_timestamp()",
        };
        let rows = self.rows(&Statement::new(sql, Vec::new())).await?;
        rows.first().and_then(|row| row.moment(0)).ok_or_else(|| Error::internal("the database has no clock"))
    }

    /// Tells every listener of every node, once this is committed.
    pub async fn announce(&mut self, topic: &str) -> Result<()> {
        self.may_write()?;
        if !self.topics.iter().any(|known| known == topic) {
            self.topics.push(topic.to_owned());
        }
        Ok(())
    }

    /// All search words in one statement, where the database has arrays.
    pub(crate) async fn put_words(&mut self, companion: &str, words: BTreeMap<Id, String>) -> Result<()> {
        self.ready()?;
        self.may_write()?;
        let outcome = match &mut self.back {
            Back::Sqlite(_) => Err(Error::internal("search words in arrays are for PostgreSQL")),
            Back::Postgres(lease) => postgres::put_words(lease, companion, words, &self.shared).await,
        };
        self.noted(outcome)
    }

    async fn fetch(&mut self, statement: &Statement, kinds: Option<&[ColumnType]>) -> Result<Vec<Vec<Value>>> {
        self.ready()?;
        refuse_nul(&statement.values)?;
        #[cfg(feature = "testing")]
        self.shared.hear(&statement.sql);
        let outcome = match &mut self.back {
            Back::Sqlite(connection) => sqlite::fetch(connection, statement, kinds, &self.shared.uniques),
            Back::Postgres(lease) => postgres::fetch(lease, statement, kinds, &self.shared).await,
        };
        self.noted(outcome)
    }

    /// A statement that steers the transaction.
    pub(crate) async fn control(&mut self, sql: &str) -> Result<()> {
        let outcome = match &mut self.back {
            Back::Sqlite(connection) => sqlite::control(connection, sql, &self.shared.uniques),
            Back::Postgres(lease) => postgres::control(lease, sql, &self.shared).await,
        };
        self.noted(outcome)
    }

    /// PostgreSQL refuses every statement after a failed one; so that a slice behaves alike on both, SQLite does too.
    fn ready(&self) -> Result<()> {
        if self.broken { Err(Error::internal("a statement came after one that failed; a savepoint was needed")) } else { Ok(()) }
    }

    fn may_write(&self) -> Result<()> {
        if self.kind == Kind::Write { Ok(()) } else { Err(Error::internal("a read can't write")) }
    }

    fn noted<T>(&mut self, outcome: Result<T>) -> Result<T> {
        self.broken |= outcome.is_err() && self.kind != Kind::Read;
        outcome
    }
}

/// A failure that the work hid can't be committed: PostgreSQL would have rolled back.
pub(crate) fn swallowed() -> Error {
    Error::internal("a failed statement was passed over; a savepoint was needed")
}

fn has_nul(text: &str) -> bool {
    text.as_bytes().contains(&0)
}

fn nul_in(field: &str) -> Error {
    Error::invalid(field, Say::new("error-text-nul"))
}

/// PostgreSQL can't hold the character NUL in text: neither database gets it.
fn refuse_nul(values: &[Value]) -> Result<()> {
    for value in values {
        if let Value::Text(text) = value
            && has_nul(text)
        {
            return Err(nul_in(""));
        }
    }
    Ok(())
}
