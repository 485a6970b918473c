//! The place where a page of a list begins, in its address: sealed, since it is handed to the database as it is.

use super::address::ListAddress;
use crate::Web;
use kernel::{Date, Id, Moment, Value};
use meta::Entity;
use meta::query::Cursor;

/// A place belongs to one order of one entity: anywhere else it means nothing.
fn purpose(entity: &Entity, address: &ListAddress) -> String {
    format!("list {} {}", entity.key, address.sort)
}

/// A place as a text.
pub(super) fn seal(web: &Web, entity: &Entity, address: &ListAddress, cursor: &Cursor) -> String {
    let mut text = format!("{}{}", if cursor.backward { '-' } else { '+' }, cursor.id);
    for value in &cursor.values {
        text.push('\0');
        match value {
            Value::Text(words) => {
                text.push('t');
                text.push_str(words);
            }
            Value::Int(number) => text.push_str(&format!("i{number}")),
            Value::Bool(answer) => text.push_str(if *answer { "b1" } else { "b0" }),
            Value::Date(date) => text.push_str(&format!("d{date}")),
            Value::Moment(moment) => text.push_str(&format!("m{}", moment.millis())),
            Value::Link(id) => text.push_str(&format!("l{id}")),
            Value::Empty | Value::Bytes(_) => text.push('e'),
        }
    }
    web.seal().seal(&purpose(entity, address), text.as_bytes())
}

/// The place in an address; from the start where it is none of ours.
pub(super) fn open(web: &Web, entity: &Entity, address: &ListAddress) -> Option<Cursor> {
    if address.cursor.is_empty() {
        return None;
    }
    let text = String::from_utf8(web.seal().open(&purpose(entity, address), &address.cursor)?).ok()?;
    let mut parts = text.split('\0');
    let first = parts.next()?;
    let id: Id = first.get(1..)?.parse().ok()?;
    let values = parts.map(value).collect::<Option<Vec<Value>>>()?;
    Some(Cursor { values, id, backward: first.starts_with('-') })
}

fn value(part: &str) -> Option<Value> {
    let rest = part.get(1..)?;
    Some(match part.as_bytes().first()? {
        b't' => Value::Text(rest.to_owned()),
        b'i' => Value::Int(rest.parse().ok()?),
        b'b' => Value::Bool(rest == "1"),
        b'd' => Value::Date(rest.parse::<Date>().ok()?),
        b'm' => Value::Moment(Moment::from_millis(rest.parse().ok()?)),
        b'l' => Value::Link(rest.parse().ok()?),
        _ => Value::Empty,
    })
}
