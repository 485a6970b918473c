//! Statements on a connection of SQLite.

use super::faults::translate;
use crate::cells::{Cell, Sheet};
use crate::conflict::Uniques;
use crate::statement::{Statement, quoted, quoted_list};
use kernel::{Date, Error, Id, Moment, Result, Value};
use meta::shape::{Column, ColumnType};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Date(date) => ToSqlOutput::Owned(rusqlite::types::Value::Text(date.to_string())),
            other => ToSqlOutput::Borrowed(lent(other)),
        })
    }
}

/// A value without a copy; a date has no form to lend.
fn lent(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Empty | Value::Date(_) => ValueRef::Null,
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Int(number) => ValueRef::Integer(*number),
        Value::Bool(answer) => ValueRef::Integer(i64::from(*answer)),
        Value::Moment(moment) => ValueRef::Integer(moment.millis()),
        Value::Link(id) => ValueRef::Integer(id.number()),
        Value::Bytes(bytes) => ValueRef::Blob(bytes),
    }
}

/// A cell that is lent for a row.
struct Lent<'v>(Cell<'v>);

impl ToSql for Lent<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self.0 {
            Cell::Value(Value::Date(date)) => Ok(ToSqlOutput::Owned(rusqlite::types::Value::Text(date.to_string()))),
            Cell::Value(value) => Ok(ToSqlOutput::Borrowed(lent(value))),
            Cell::Text(text) => Ok(ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))),
            Cell::Number(number) => Ok(ToSqlOutput::Borrowed(ValueRef::Integer(number))),
            Cell::Nothing => Ok(ToSqlOutput::Borrowed(ValueRef::Null)),
        }
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

/// Row by row by one prepared statement: a statement of several rows keeps a journal of its own, which costs more than
/// stepping anew.
pub(crate) fn insert_many(connection: &Connection, table: &str, sheet: &Sheet<'_>, uniques: &Uniques) -> Result<()> {
    let run = || -> rusqlite::Result<()> {
        let mut prepared = connection.prepare_cached(&insertion(table, &sheet.columns))?;
        for row in sheet.rows() {
            for (place, cell) in row.iter().enumerate() {
                prepared.raw_bind_parameter(place + 1, Lent(*cell))?;
            }
            prepared.raw_execute()?;
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

fn insertion(table: &str, columns: &[&Column]) -> String {
    let row = vec!["?"; columns.len()].join(",");
    let names = quoted_list(columns.iter().map(|column| column.name.as_str()));
    format!("INSERT INTO {} ({names}) VALUES ({row})", quoted(table))
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
