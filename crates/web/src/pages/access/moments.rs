//! Moments as one's own pages say them, by the clock of the company.

use crate::pages::reader::Reader;
use kernel::{Moment, Value};
use meta::Kind;

/// The day of a moment.
pub(crate) fn day(reader: &Reader, at: Moment) -> String {
    Kind::Date.behaviour().show(&Value::Date(at.date(&reader.reading.zone)), &reader.reading)
}

/// The day and the hour.
pub(crate) fn hour(reader: &Reader, at: Moment) -> String {
    format!("{}, {}", day(reader, at), crate::pages::card::clock(at, reader))
}
