//! A row as bytes: the same bytes for the same values, whichever database they were read from.

use kernel::{Date, Error, Id, Moment, Result, Value};
use meta::shape::{Column, ColumnType};

/// Writes a row at the end of some bytes.
pub(super) fn write(row: &[Value], columns: &[Column], out: &mut Vec<u8>) {
    for (value, column) in row.iter().zip(columns) {
        if column.kind.nullable() {
            out.push(u8::from(!matches!(value, Value::Empty)));
        }
        match value {
            Value::Empty if column.kind.nullable() => {}
            Value::Empty => number(0, out),
            Value::Text(text) => bytes(text.as_bytes(), out),
            Value::Bytes(some) => bytes(some, out),
            Value::Int(whole) => number(zigzag(*whole), out),
            Value::Bool(answer) => number(u64::from(*answer), out),
            Value::Moment(moment) => number(zigzag(moment.millis()), out),
            Value::Link(id) => number(zigzag(id.number()), out),
            Value::Date(date) => number(zigzag(i64::from(date.days())), out),
        }
    }
}

/// Reads a row from the beginning of some bytes, which then begin behind it.
pub(super) fn read(columns: &[Column], from: &mut &[u8]) -> Result<Vec<Value>> {
    columns.iter().map(|column| cell(column.kind, from)).collect()
}

fn cell(kind: ColumnType, from: &mut &[u8]) -> Result<Value> {
    if kind.nullable() && take(from, 1)? == [0] {
        return Ok(Value::Empty);
    }
    Ok(match kind {
        ColumnType::Text => {
            let text = std::str::from_utf8(some(from)?).map_err(|_| broken())?;
            Value::Text(text.to_owned())
        }
        ColumnType::Bytes => Value::Bytes(some(from)?.to_vec()),
        ColumnType::Int => Value::Int(whole(from)?),
        ColumnType::Bool => Value::Bool(counted(from)? != 0),
        ColumnType::Moment => Value::Moment(Moment::from_millis(whole(from)?)),
        ColumnType::Link => Value::Link(Id::from_number(whole(from)?).ok_or_else(broken)?),
        ColumnType::Date => Value::Date(i32::try_from(whole(from)?).ok().and_then(Date::from_days).ok_or_else(broken)?),
    })
}

/// What does not read as it was written.
pub(super) fn broken() -> Error {
    Error::Unavailable(kernel::Say::new("error-backup-broken"))
}

fn zigzag(whole: i64) -> u64 {
    ((whole << 1) ^ (whole >> 63)) as u64
}

fn whole(from: &mut &[u8]) -> Result<i64> {
    let number = counted(from)?;
    Ok((number >> 1) as i64 ^ -((number & 1) as i64))
}

/// Seven bits in a byte, the low ones first.
fn number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn counted(from: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(from, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(broken())
}

fn bytes(some: &[u8], out: &mut Vec<u8>) {
    number(some.len() as u64, out);
    out.extend_from_slice(some);
}

fn some<'b>(from: &mut &'b [u8]) -> Result<&'b [u8]> {
    let length = usize::try_from(counted(from)?).map_err(|_| broken())?;
    take(from, length)
}

fn take<'b>(from: &mut &'b [u8], length: usize) -> Result<&'b [u8]> {
    let (taken, rest) = from.split_at_checked(length).ok_or_else(broken)?;
    *from = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn columns() -> Vec<Column> {
        use ColumnType::{Bool, Bytes, Int, Link, Moment, Text};
        [Text, Int, Bool, ColumnType::Date, Moment, Link, Bytes]
            .into_iter()
            .enumerate()
            .map(|(place, kind)| Column { name: format!("c{place}"), kind })
            .collect()
    }

    fn or_empty(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        prop_oneof![Just(Value::Empty), value]
    }

    proptest! {
        #[test]
        fn a_row_reads_as_it_was_written(
            text in ".{0,40}", whole in any::<i64>(), answer in any::<bool>(),
            day in or_empty((-700_000_i32..2_000_000).prop_filter_map("a day", |days| Date::from_days(days).map(Value::Date))),
            moment in or_empty(any::<i64>().prop_map(|millis| Value::Moment(Moment::from_millis(millis)))),
            link in or_empty((1..i64::MAX).prop_filter_map("an id", |id| Id::from_number(id).map(Value::Link))),
            some in or_empty(prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes)),
        ) {
            let row = vec![Value::Text(text), Value::Int(whole), Value::Bool(answer), day, moment, link, some];
            let mut written = Vec::new();
            write(&row, &columns(), &mut written);
            let mut rest = written.as_slice();
            prop_assert_eq!(read(&columns(), &mut rest).expect("the row"), row);
            prop_assert!(rest.is_empty());
            // What is cut off is an error, and never a panic.
            for end in 0..written.len() {
                prop_assert!(read(&columns(), &mut &written[..end]).is_err());
            }
        }
    }
}
