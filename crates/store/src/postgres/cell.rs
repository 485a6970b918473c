//! A value in the server's binary forms.

use super::numeric;
use crate::cells::Cell;
use bytes::BytesMut;
use kernel::{Date, Moment, Value};
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Days and milliseconds from 1970 to 2000, where the server's time begins.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MILLIS: i64 = 946_684_800_000;

type Fault = Box<dyn Error + Sync + Send>;

/// A parameter, adapted to the type the server wants at its place.
#[derive(Debug)]
pub(super) struct Bound<'v>(pub(super) Cell<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        let value = match self.0 {
            Cell::Value(value) => value,
            Cell::Text(text) if as_text(wanted) => return text.to_sql(wanted, out),
            Cell::Text(_) => return Err(misfit("a text", wanted)),
            Cell::Number(number) => return number_to_sql(number, wanted, out),
            Cell::Nothing => return Ok(IsNull::Yes),
        };
        let number = match value {
            Value::Empty => return Ok(IsNull::Yes),
            Value::Text(text) if as_text(wanted) => return text.as_str().to_sql(wanted, out),
            Value::Bytes(bytes) if *wanted == Type::BYTEA => return bytes.as_slice().to_sql(wanted, out),
            Value::Date(date) => match *wanted {
                Type::DATE => return (date.days() - EPOCH_DAYS).to_sql(&Type::INT4, out),
                _ if as_text(wanted) => return date.to_string().to_sql(wanted, out),
                _ => return Err(misfit(shape(value), wanted)),
            },
            Value::Moment(moment) if matches!(*wanted, Type::TIMESTAMPTZ | Type::TIMESTAMP) => {
                let micros = moment.millis().saturating_sub(EPOCH_MILLIS).saturating_mul(1000);
                return micros.to_sql(&Type::INT8, out);
            }
            Value::Moment(moment) => moment.millis(),
            Value::Int(number) => *number,
            Value::Bool(answer) => i64::from(*answer),
            Value::Link(id) => id.number(),
            Value::Text(_) | Value::Bytes(_) => return Err(misfit(shape(value), wanted)),
        };
        number_to_sql(number, wanted, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A number in the form of the type the server wants.
fn number_to_sql(number: i64, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
    match *wanted {
        Type::INT8 => number.to_sql(wanted, out),
        Type::INT4 => i32::try_from(number)?.to_sql(wanted, out),
        Type::INT2 => i16::try_from(number)?.to_sql(wanted, out),
        Type::BOOL => (number != 0).to_sql(wanted, out),
        Type::FLOAT8 => (number as f64).to_sql(wanted, out),
        Type::NUMERIC => {
            numeric::write(number, out);
            Ok(IsNull::No)
        }
        _ if as_text(wanted) => number.to_string().to_sql(wanted, out),
        _ => Err(misfit("a number", wanted)),
    }
}

/// A value as the server gives it.
pub(super) struct Given(pub(super) Value);

impl<'r> FromSql<'r> for Given {
    fn from_sql(kind: &Type, raw: &'r [u8]) -> Result<Given, Fault> {
        Ok(Given(match *kind {
            Type::INT8 => Value::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(kind, raw)?)),
            Type::INT2 => Value::Int(i64::from(i16::from_sql(kind, raw)?)),
            Type::OID => Value::Int(i64::from(u32::from_sql(kind, raw)?)),
            Type::BOOL => Value::Bool(bool::from_sql(kind, raw)?),
            Type::DATE => Date::from_days(i32::from_sql(&Type::INT4, raw)?.saturating_add(EPOCH_DAYS)).map_or(Value::Empty, Value::Date),
            Type::TIMESTAMPTZ | Type::TIMESTAMP => {
                let micros = i64::from_sql(&Type::INT8, raw)?;
                Value::Moment(Moment::from_millis(micros.div_euclid(1000).saturating_add(EPOCH_MILLIS)))
            }
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::NUMERIC => Value::Int(numeric::read(raw)?),
            Type::FLOAT8 => Value::Int(f64::from_sql(kind, raw)?.round() as i64),
            Type::FLOAT4 => Value::Int(f32::from_sql(kind, raw)?.round() as i64),
            Type::VOID => Value::Empty,
            _ if as_text(kind) => Value::Text(std::str::from_utf8(raw)?.to_owned()),
            _ => return Err(format!("a column of type {kind} can't be read").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Given, Fault> {
        Ok(Given(Value::Empty))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn as_text(kind: &Type) -> bool {
    matches!(*kind, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
}

/// What a value is, without the value: messages go to the log.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::Empty => "nothing",
        Value::Text(_) => "a text",
        Value::Int(_) => "a number",
        Value::Bool(_) => "a yes or no",
        Value::Date(_) => "a date",
        Value::Moment(_) => "a moment",
        Value::Link(_) => "a link",
        Value::Bytes(_) => "bytes",
    }
}

fn misfit(shape: &str, wanted: &Type) -> Fault {
    format!("{shape} was bound where {wanted} is wanted").into()
}
