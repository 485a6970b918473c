//! Statements on a connection of PostgreSQL.

use super::cell::{Bound, Given};
use super::{Lease, translate};
use crate::cells::Cell;
use crate::statement::Statement;
use crate::tx::Shared;
use deadpool_postgres::Object;
use futures_util::TryStreamExt;
use kernel::{Error, Result, Value};
use meta::shape::ColumnType;
use std::pin::pin;
use std::sync::Arc;

/// Prepared statements a connection keeps before it forgets them all.
const STATEMENTS: usize = 512;

pub(crate) async fn fetch(
    lease: &mut Lease,
    statement: &Statement,
    kinds: Option<&[ColumnType]>,
    shared: &Arc<Shared>,
) -> Result<Vec<Vec<Value>>> {
    let client = lease.client()?;
    let read = async {
        let prepared = prepare(client, &shared.placeholders.numbered(&statement.sql)).await?;
        let mut rows = pin!(client.query_raw(&prepared, parameters(&statement.values)).await?);
        let width = prepared.columns().len();
        let mut found = Vec::new();
        while let Some(row) = rows.try_next().await? {
            let mut values = Vec::with_capacity(width);
            for column in 0..width {
                let Given(value) = row.try_get(column)?;
                values.push(match kinds.and_then(|kinds| kinds.get(column)) {
                    Some(kind) => crate::coerce(value, *kind),
                    None => value,
                });
            }
            found.push(values);
        }
        Ok((found, width))
    };
    let (found, width) = read.await.map_err(|error| said(error, statement, shared))?;
    match kinds {
        Some(kinds) if kinds.len() != width => {
            Err(Error::Internal(format!("{} kinds for {width} columns in: {}", kinds.len(), statement.sql)))
        }
        _ => Ok(found),
    }
}

pub(crate) async fn execute(lease: &mut Lease, statement: &Statement, shared: &Arc<Shared>) -> Result<u64> {
    let client = lease.client()?;
    let run = async {
        let prepared = prepare(client, &shared.placeholders.numbered(&statement.sql)).await?;
        client.execute_raw(&prepared, parameters(&statement.values)).await
    };
    run.await.map_err(|error| said(error, statement, shared))
}

pub(crate) async fn control(lease: &mut Lease, sql: &str, shared: &Arc<Shared>) -> Result<()> {
    lease.client()?.batch_execute(sql).await.map_err(|error| translate(error, &shared.uniques))
}

/// Prepared once per connection; statements whose text varies without end can't fill the server's memory.
pub(super) async fn prepare(client: &Object, sql: &str) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
    if client.statement_cache.size() >= STATEMENTS {
        client.statement_cache.clear();
    }
    client.prepare_cached(sql).await
}

fn parameters(values: &[Value]) -> Vec<Bound<'_>> {
    values.iter().map(|value| Bound(Cell::Value(value))).collect()
}

/// An error of ours is told with the statement it came from; values stay out of the log.
fn said(error: tokio_postgres::Error, statement: &Statement, shared: &Shared) -> Error {
    match translate(error, &shared.uniques) {
        Error::Internal(cause) => Error::Internal(format!("{cause} in: {}", statement.sql)),
        other => other,
    }
}
