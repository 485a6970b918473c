//! A whole result set, as the database gave it, read tolerantly of either database's forms.

use crate::coerce::{as_bool, as_date, as_int, as_link, as_moment};
use kernel::{Date, Id, Moment, Value};

/// All rows of a result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows(pub(crate) Vec<Vec<Value>>);

impl Rows {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Row by row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> + DoubleEndedIterator {
        self.0.iter().map(|values| Row(values))
    }

    /// The first row.
    pub fn first(&self) -> Option<Row<'_>> {
        self.0.first().map(|values| Row(values))
    }

    /// The raw values.
    pub fn into_values(self) -> Vec<Vec<Value>> {
        self.0
    }
}

/// One row. A column that is missing reads as empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'r>(&'r [Value]);

impl<'r> Row<'r> {
    /// The raw values of the row.
    pub fn values(&self) -> &'r [Value] {
        self.0
    }

    /// The raw value of a column.
    pub fn value(&self, column: usize) -> &'r Value {
        self.0.get(column).unwrap_or(&Value::Empty)
    }

    /// A number; 0 for NULL.
    pub fn int(&self, column: usize) -> i64 {
        as_int(self.value(column))
    }

    /// A text; `""` for NULL.
    pub fn text(&self, column: usize) -> &'r str {
        self.value(column).text()
    }

    /// Yes or no; no for NULL.
    pub fn bool(&self, column: usize) -> bool {
        as_bool(self.value(column))
    }

    /// The record linked to, if any.
    pub fn link(&self, column: usize) -> Option<Id> {
        as_link(self.value(column))
    }

    /// A moment, if any.
    pub fn moment(&self, column: usize) -> Option<Moment> {
        as_moment(self.value(column))
    }

    /// A day, if any.
    pub fn date(&self, column: usize) -> Option<Date> {
        as_date(self.value(column))
    }

    /// Bytes; none for NULL.
    pub fn bytes(&self, column: usize) -> &'r [u8] {
        match self.value(column) {
            Value::Bytes(bytes) => bytes,
            Value::Text(text) => text.as_bytes(),
            _ => &[],
        }
    }
}
