//! Statements on a connection of SQLite.

use super::faults::translate;
use crate::conflict::Uniques;
use crate::statement::{Statement, quoted, quoted_list};
use kernel::{Date, Error, Id, Moment, Result, Value};
use meta::shape::{Column, ColumnType};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

/// Rows written by one statement: a few share the cost of stepping it, more gain nothing.
const ROWS_AT_ONCE: usize = 16;

struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Empty => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Value::Bool(answer) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*answer))),
            Value::Date(date) => ToSqlOutput::Owned(rusqlite::types::Value::Text(date.to_string())),
            Value::Moment(moment) => ToSqlOutput::Borrowed(ValueRef::Integer(moment.millis())),
            Value::Link(id) => ToSqlOutput::Borrowed(ValueRef::Integer(id.number())),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

pub(crate) fn fetch(
    connection: &Connection,
    statement: &Statement,
    kinds: Option<&[ColumnType]>,
    uniques: &Uniques,
) -> Result<Vec<Vec<Value>>> {
    let read = || -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        let width = prepared.column_count();
        if let Some(kinds) = kinds
            && kinds.len() != width
        {
            return Err(rusqlite::Error::InvalidColumnIndex(width));
        }
        bind(&mut prepared, statement.values.iter())?;
        let mut rows = prepared.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values = Vec::with_capacity(width);
            for column in 0..width {
                let raw = row.get_ref(column)?;
                values.push(match kinds {
                    Some(kinds) => shaped(raw, kinds[column]),
                    None => as_given(raw),
                });
            }
            found.push(values);
        }
        Ok(found)
    };
    read().map_err(|error| said(error, statement, uniques))
}

pub(crate) fn execute(connection: &Connection, statement: &Statement, uniques: &Uniques) -> Result<u64> {
    let run = || -> rusqlite::Result<usize> {
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        bind(&mut prepared, statement.values.iter())?;
        prepared.raw_execute()
    };
    run().map(|touched| touched as u64).map_err(|error| said(error, statement, uniques))
}

pub(crate) fn insert_many(connection: &Connection, table: &str, columns: &[Column], rows: &[Vec<Value>], uniques: &Uniques) -> Result<()> {
    let run = || -> rusqlite::Result<()> {
        let (many, rest) = rows.as_chunks::<ROWS_AT_ONCE>();
        if !many.is_empty() {
            let mut prepared = connection.prepare_cached(&insertion(table, columns, ROWS_AT_ONCE))?;
            for rows in many {
                bind(&mut prepared, rows.iter().flatten())?;
                prepared.raw_execute()?;
            }
        }
        if !rest.is_empty() {
            let mut prepared = connection.prepare_cached(&insertion(table, columns, 1))?;
            for row in rest {
                bind(&mut prepared, row.iter())?;
                prepared.raw_execute()?;
            }
        }
        Ok(())
    };
    run().map_err(|error| translate(error, uniques))
}

pub(crate) fn control(connection: &Connection, sql: &str, uniques: &Uniques) -> Result<()> {
    let run = || -> rusqlite::Result<()> {
        let mut prepared = connection.prepare_cached(sql)?;
        prepared.raw_execute().map(|_| ())
    };
    run().map_err(|error| translate(error, uniques))
}

fn insertion(table: &str, columns: &[Column], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(","));
    let names = quoted_list(columns.iter().map(|column| column.name.as_str()));
    // OR FAIL: what a failed statement had done goes with its whole transaction or savepoint, as everything does after
    // a failure; so it need not keep a journal of its own.
    format!("INSERT OR FAIL INTO {} ({names}) VALUES {}", quoted(table), vec![row; rows].join(","))
}

fn bind<'v>(prepared: &mut CachedStatement<'_>, values: impl Iterator<Item = &'v Value>) -> rusqlite::Result<()> {
    let mut bound = 0;
    for value in values {
        bound += 1;
        prepared.raw_bind_parameter(bound, Bound(value))?;
    }
    let wanted = prepared.parameter_count();
    if bound == wanted { Ok(()) } else { Err(rusqlite::Error::InvalidParameterCount(bound, wanted)) }
}

/// An error of ours is told with the statement it came from; values stay out of the log.
fn said(error: rusqlite::Error, statement: &Statement, uniques: &Uniques) -> Error {
    match translate(error, uniques) {
        Error::Internal(cause) => Error::Internal(format!("{cause} in: {}", statement.sql)),
        other => other,
    }
}

fn as_given(raw: ValueRef<'_>) -> Value {
    match raw {
        ValueRef::Null => Value::Empty,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Int(number.round() as i64),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

fn shaped(raw: ValueRef<'_>, kind: ColumnType) -> Value {
    match (kind, raw) {
        (ColumnType::Text, ValueRef::Text(text)) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        (ColumnType::Int, ValueRef::Integer(number)) => Value::Int(number),
        (ColumnType::Bool, ValueRef::Integer(number)) => Value::Bool(number != 0),
        (ColumnType::Link, ValueRef::Integer(number)) => Id::from_number(number).map_or(Value::Empty, Value::Link),
        (ColumnType::Moment, ValueRef::Integer(millis)) => Value::Moment(Moment::from_millis(millis)),
        (ColumnType::Date, ValueRef::Text(text)) => {
            std::str::from_utf8(text).ok().and_then(|text| text.parse::<Date>().ok()).map_or(Value::Empty, Value::Date)
        }
        (kind, raw) => crate::coerce(as_given(raw), kind),
    }
}
