//! The place in a list, as opaque text: sealed for its entity and its order, so that nobody makes one up.

use engine::Sorting;
use kernel::{Date, Error, Id, Moment, Result, Say, Value};
use meta::query::Cursor;

use crate::seal::Seal;

/// Sealed places are good for one list in one order.
pub(crate) fn purpose(entity: &str, sort: &[Sorting]) -> String {
    let mut purpose = format!("cursor {entity}");
    for sorting in sort {
        purpose.push(if sorting.descending { '-' } else { '+' });
        purpose.push_str(sorting.field);
    }
    purpose
}

/// The place as text.
pub(crate) fn write(seal: &Seal, purpose: &str, cursor: &Cursor) -> String {
    let mut bytes = vec![u8::from(cursor.backward)];
    bytes.extend(cursor.id.number().to_be_bytes());
    for value in &cursor.values {
        match value {
            Value::Text(text) => put(&mut bytes, b't', text.as_bytes()),
            Value::Int(number) => put(&mut bytes, b'i', &number.to_be_bytes()),
            Value::Bool(answer) => put(&mut bytes, b'b', &[u8::from(*answer)]),
            Value::Date(date) => put(&mut bytes, b'd', date.to_string().as_bytes()),
            Value::Moment(moment) => put(&mut bytes, b'm', &moment.millis().to_be_bytes()),
            Value::Link(id) => put(&mut bytes, b'l', &id.number().to_be_bytes()),
            Value::Empty | Value::Bytes(_) => put(&mut bytes, b'0', &[]),
        }
    }
    seal.seal(purpose, &bytes)
}

/// The place that a text stands for; `Invalid` unless this list, in this order, gave it.
pub(crate) fn read(seal: &Seal, purpose: &str, text: &str) -> Result<Cursor> {
    let opened = seal.open(purpose, text).and_then(|bytes| unpack(&bytes));
    opened.ok_or_else(|| Error::invalid("cursor", Say::new("error-cursor")))
}

fn put(bytes: &mut Vec<u8>, tag: u8, value: &[u8]) {
    bytes.push(tag);
    bytes.extend((value.len() as u32).to_be_bytes());
    bytes.extend(value);
}

fn unpack(bytes: &[u8]) -> Option<Cursor> {
    let (head, mut rest) = bytes.split_at_checked(9)?;
    let id = Id::from_number(number(&head[1..])?)?;
    let mut values = Vec::new();
    while !rest.is_empty() {
        let (head, tail) = rest.split_at_checked(5)?;
        let length = u32::from_be_bytes(head[1..].try_into().ok()?) as usize;
        let (value, tail) = tail.split_at_checked(length)?;
        values.push(match head[0] {
            b't' => Value::Text(String::from_utf8(value.to_vec()).ok()?),
            b'i' => Value::Int(number(value)?),
            b'b' => Value::Bool(*value.first()? == 1),
            b'd' => Value::Date(std::str::from_utf8(value).ok()?.parse::<Date>().ok()?),
            b'm' => Value::Moment(Moment::from_millis(number(value)?)),
            b'l' => Value::Link(Id::from_number(number(value)?)?),
            b'0' => Value::Empty,
            _ => return None,
        });
        rest = tail;
    }
    Some(Cursor { values, id, backward: head[0] == 1 })
}

fn number(bytes: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests;
