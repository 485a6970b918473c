//! From what a database gives to the shape a column was declared with.

use kernel::{Date, Id, Moment, Value};
use meta::shape::ColumnType;

/// The raw value of either database in the declared shape. NULL becomes the kind's empty value:
/// `""`, 0, no, or [`Value::Empty`].
pub fn coerce(value: Value, kind: ColumnType) -> Value {
    match kind {
        ColumnType::Text => match value {
            Value::Text(_) => value,
            other => Value::Text(as_text(other)),
        },
        ColumnType::Int => Value::Int(as_int(&value)),
        ColumnType::Bool => Value::Bool(as_bool(&value)),
        ColumnType::Date => as_date(&value).map_or(Value::Empty, Value::Date),
        ColumnType::Moment => as_moment(&value).map_or(Value::Empty, Value::Moment),
        ColumnType::Link => as_link(&value).map_or(Value::Empty, Value::Link),
        ColumnType::Bytes => match value {
            Value::Text(text) => Value::Bytes(text.into_bytes()),
            Value::Bytes(_) => value,
            _ => Value::Empty,
        },
    }
}

fn as_text(value: Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text,
        Value::Int(number) => number.to_string(),
        Value::Bool(answer) => i64::from(answer).to_string(),
        Value::Date(date) => date.to_string(),
        Value::Moment(moment) => moment.millis().to_string(),
        Value::Link(id) => id.number().to_string(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

pub(crate) fn as_int(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Bool(answer) => i64::from(*answer),
        Value::Link(id) => id.number(),
        Value::Moment(moment) => moment.millis(),
        Value::Text(text) => text.parse().unwrap_or(0),
        Value::Empty | Value::Date(_) | Value::Bytes(_) => 0,
    }
}

pub(crate) fn as_bool(value: &Value) -> bool {
    match value {
        Value::Bool(answer) => *answer,
        Value::Int(number) => *number != 0,
        _ => false,
    }
}

pub(crate) fn as_link(value: &Value) -> Option<Id> {
    match value {
        Value::Link(id) => Some(*id),
        Value::Int(number) => Id::from_number(*number),
        _ => None,
    }
}

pub(crate) fn as_moment(value: &Value) -> Option<Moment> {
    match value {
        Value::Moment(moment) => Some(*moment),
        Value::Int(millis) => Some(Moment::from_millis(*millis)),
        _ => None,
    }
}

pub(crate) fn as_date(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}
