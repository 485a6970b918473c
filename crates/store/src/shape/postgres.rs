//! The shape on PostgreSQL: by the role that owns the tables, one node at a time, without blocking those that serve.

use super::guard::{dropping, guarding};
use super::{Present, ShapeReport, column, create_index, create_table, index_name};
use crate::conflict::Uniques;
use crate::postgres::{config, translate};
use crate::search::{companion, companion_name};
use crate::statement::{Dialect, quoted};
use crate::tx::Shared;
use kernel::{Error, Result};
use meta::shape::{Table, TableIndex};
use std::time::Duration;
use tokio_postgres::{Client, NoTls};

/// The advisory lock of those that shape: "scheda" in letters' numbers.
const LOCK: i64 = 0x7363_6865_6461;
/// How often a lock that people's work holds is asked for again.
const ATTEMPTS: usize = 10;

/// Every column there is, with its table before it.
pub(crate) const COLUMNS: &str = "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped";

pub(crate) async fn shape(url: &str, shape_url: Option<&str>, tables: &[Table], shared: &Shared) -> Result<ShapeReport> {
    let serving = match shape_url {
        Some(_) => config(url)?.get_user().map(str::to_owned),
        None => None,
    };
    let (shaping, connection) = Shaping::connect(shape_url.unwrap_or(url), shared).await?;
    let outcome = shaping.shape(tables, serving.as_deref()).await;
    // Closing the connection also frees the advisory lock.
    drop(shaping);
    let _ = connection.await;
    outcome
}

/// Takes the guards of these tables away.
pub(crate) async fn unguard(url: &str, shape_url: Option<&str>, tables: &[Table], shared: &Shared) -> Result<()> {
    let (shaping, connection) = Shaping::connect(shape_url.unwrap_or(url), shared).await?;
    let outcome = shaping.unguard(tables).await;
    drop(shaping);
    let _ = connection.await;
    outcome
}

struct Shaping<'s> {
    client: Client,
    uniques: &'s Uniques,
}

impl<'s> Shaping<'s> {
    async fn connect(url: &str, shared: &'s Shared) -> Result<(Shaping<'s>, tokio::task::JoinHandle<()>)> {
        let (client, connection) = config(url)?.connect(NoTls).await.map_err(|error| translate(error, &shared.uniques))?;
        let connection = tokio::spawn(async move {
            // What it fails with is said by the statement that fails.
            let _ = connection.await;
        });
        Ok((Shaping { client, uniques: &shared.uniques }, connection))
    }

    /// Settles the connection, and waits for the other nodes that shape.
    async fn begin(&self) -> Result<()> {
        self.run("SET timezone = 'UTC'; SET statement_timeout = 0; SET lock_timeout = 3000; SET client_min_messages = warning").await?;
        self.take_turn().await
    }

    async fn unguard(&self, tables: &[Table]) -> Result<()> {
        self.begin().await?;
        let present = self.present().await?;
        for sql in tables.iter().flat_map(|table| dropping(Dialect::Postgres, table, &present)) {
            self.run_patiently(&sql).await?;
        }
        Ok(())
    }

    async fn shape(&self, tables: &[Table], serving: Option<&str>) -> Result<ShapeReport> {
        self.begin().await?;
        let present = self.present().await?;
        let mut report = ShapeReport::default();
        for table in tables {
            self.shape_table(table, &present, &mut report).await?;
        }
        self.guard(tables, &present, &mut report).await?;
        if let Some(role) = serving {
            self.grant(tables, role).await?;
        }
        Ok(report)
    }

    /// Asking again and again, not waiting inside a statement: its snapshot would hold up the other node's index.
    async fn take_turn(&self) -> Result<()> {
        loop {
            let row = self.client.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await.map_err(|error| self.fault(error))?;
            if row.try_get::<_, bool>(0).map_err(|error| self.fault(error))? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn shape_table(&self, table: &Table, present: &Present, report: &mut ShapeReport) -> Result<()> {
        let known = present.tables.get(&table.name);
        let mut batch = Vec::new();
        match known {
            None => {
                batch.push(create_table(Dialect::Postgres, table));
                // Nobody uses the table yet: its indexes come with it.
                for index in &table.indexes {
                    batch.push(create_index(Dialect::Postgres, table, index, false));
                    report.indexes.push(index_name(&index.name));
                }
                report.tables.push(table.name.clone());
            }
            Some(known) => {
                for missing in table.columns.iter().filter(|column| !known.contains(&column.name)) {
                    batch.push(format!("ALTER TABLE {} ADD COLUMN {}", quoted(&table.name), column(Dialect::Postgres, missing)));
                    report.columns.push(format!("{}.{}", table.name, missing.name));
                }
            }
        }
        if table.searchable && !present.tables.contains_key(&companion_name(&table.name)) {
            let companion = companion(&table.name);
            let index = quoted(&index_name(&format!("{}_search_by_words", table.name)));
            batch.push(format!("CREATE TABLE {companion} (id bigint PRIMARY KEY, words tsvector NOT NULL)"));
            batch.push(format!("CREATE INDEX {index} ON {companion} USING gin (words)"));
            report.searches.push(table.name.clone());
        }
        if !batch.is_empty() {
            self.run_patiently(&format!("BEGIN; {}; COMMIT", batch.join("; "))).await?;
        }
        if known.is_some() {
            for index in table.indexes.iter().filter(|index| !present.indexes.contains(&index_name(&index.name))) {
                self.add_index(table, index, report).await?;
            }
        }
        Ok(())
    }

    async fn add_index(&self, table: &Table, index: &TableIndex, report: &mut ShapeReport) -> Result<()> {
        let name = index_name(&index.name);
        let filled = self
            .client
            .query_one(&format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(&table.name)), &[])
            .await
            .and_then(|row| row.try_get::<_, bool>(0))
            .map_err(|error| self.fault(error))?;
        match self.run_patiently(&create_index(Dialect::Postgres, table, index, filled)).await {
            Ok(()) => report.indexes.push(name),
            Err(error @ Error::Conflict(_)) => {
                // What was begun concurrently is left behind, invalid.
                self.run(&format!("DROP INDEX IF EXISTS {}", quoted(&name))).await?;
                report.refused.push((name, error.to_string()));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Guards the tables that are only added to; all of them are there by then, since one may speak of another.
    async fn guard(&self, tables: &[Table], present: &Present, report: &mut ShapeReport) -> Result<()> {
        if tables.iter().all(|table| table.guard.is_none()) {
            return Ok(());
        }
        let asked = self.client.query_one("SELECT current_schema()::text", &[]).await;
        let schema: String = asked.and_then(|row| row.try_get(0)).map_err(|error| self.fault(error))?;
        for table in tables {
            let guarding = guarding(Dialect::Postgres, table, present, &schema);
            if !guarding.is_empty() {
                self.run_patiently(&format!("BEGIN; {}; COMMIT", guarding.join("; "))).await?;
                report.guards.push(table.name.clone());
            }
        }
        Ok(())
    }

    async fn present(&self) -> Result<Present> {
        let mut present = Present::default();
        for row in self.client.query(COLUMNS, &[]).await.map_err(|error| self.fault(error))? {
            present.tables.entry(row.get(0)).or_default().insert(row.get(1));
        }
        let indexes = "SELECT c.relname::text, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
            WHERE c.relnamespace = current_schema()::regnamespace";
        for row in self.client.query(indexes, &[]).await.map_err(|error| self.fault(error))? {
            let name: String = row.get(0);
            if row.get(1) {
                present.indexes.insert(name);
            } else {
                // Left behind by a node that was stopped while it built it.
                self.run(&format!("DROP INDEX IF EXISTS {}", quoted(&name))).await?;
            }
        }
        // One that was switched off guards nothing.
        let guards = "SELECT t.tgname::text, c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
            WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgenabled = 'O'";
        for row in self.client.query(guards, &[]).await.map_err(|error| self.fault(error))? {
            present.guards.push((row.get(0), row.get(1)));
        }
        Ok(present)
    }

    /// The serving role reads and writes rows, and nothing else.
    async fn grant(&self, tables: &[Table], role: &str) -> Result<()> {
        let mut names: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
        names.extend(tables.iter().filter(|table| table.searchable).map(|table| companion_name(&table.name)));
        let missing = "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace \
            AND c.relname = ANY ($1::text[]) AND NOT (has_table_privilege($2::text, c.oid, 'SELECT') AND has_table_privilege($2::text, c.oid, 'INSERT') \
            AND has_table_privilege($2::text, c.oid, 'UPDATE') AND has_table_privilege($2::text, c.oid, 'DELETE'))";
        let rows = self.client.query(missing, &[&names, &role]).await.map_err(|error| self.fault(error))?;
        let tables: Vec<String> = rows.iter().map(|row| quoted(row.get(0))).collect();
        if tables.is_empty() {
            return Ok(());
        }
        self.run_patiently(&format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", tables.join(", "), quoted(role))).await
    }

    async fn run(&self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.map_err(|error| self.fault(error))
    }

    /// Lets people's work go first: gives up quickly, and asks again.
    async fn run_patiently(&self, sql: &str) -> Result<()> {
        let mut attempts = 1;
        loop {
            match self.run(sql).await {
                Err(Error::Busy(_)) if attempts < ATTEMPTS => {
                    attempts += 1;
                    let _ = self.client.batch_execute("ROLLBACK").await;
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                outcome => return outcome,
            }
        }
    }

    fn fault(&self, error: tokio_postgres::Error) -> Error {
        translate(error, self.uniques)
    }
}
