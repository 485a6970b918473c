//! The cells of rows to be written, lent by whoever holds their values.

use kernel::Value;
use meta::shape::{Column, ColumnType};

/// One cell.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'v> {
    /// A value as it is.
    Value(&'v Value),
    /// A text made for the row.
    Text(&'v str),
    /// A number, the identity of a record, a moment in milliseconds where the database keeps those.
    Number(i64),
    /// What the column has for nothing.
    Nothing,
}

impl Cell<'_> {
    /// Whether the column's own "nothing" says the same.
    pub(crate) fn is_nothing(self) -> bool {
        match self {
            Cell::Value(value) => value.is_empty(),
            Cell::Text(text) => text.is_empty(),
            Cell::Number(number) => number == 0,
            Cell::Nothing => true,
        }
    }

    /// The same, with an empty value in the form its column wants.
    pub(crate) fn fitted(self, kind: ColumnType) -> Self {
        match self {
            Cell::Value(Value::Empty) | Cell::Nothing => match kind {
                ColumnType::Text => Cell::Text(""),
                ColumnType::Int | ColumnType::Bool => Cell::Number(0),
                _ => Cell::Nothing,
            },
            other => other,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            Cell::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// From so many rows on, columns in which none of them has anything are left out: the table has its own nothing.
const MANY: usize = 16;

/// Rows of one table: their cells, one row after the other.
pub(crate) struct Sheet<'v> {
    pub(crate) columns: Vec<&'v Column>,
    pub(crate) cells: Vec<Cell<'v>>,
}

impl<'v> Sheet<'v> {
    pub(crate) fn new(columns: &'v [Column], cells: Vec<Cell<'v>>) -> Sheet<'v> {
        let width = columns.len();
        let all = Sheet { columns: columns.iter().collect(), cells };
        if all.cells.len() < MANY * width {
            return all;
        }
        let mut used = vec![false; width];
        for row in all.rows() {
            for (used, cell) in used.iter_mut().zip(row) {
                *used |= !cell.is_nothing();
            }
        }
        if used.iter().all(|used| *used) || !used.iter().any(|used| *used) {
            return all;
        }
        let kept = all.cells.iter().zip(used.iter().cycle()).filter(|(_, used)| **used).map(|(cell, _)| *cell).collect();
        let columns = columns.iter().zip(&used).filter(|(_, used)| **used).map(|(column, _)| column).collect();
        Sheet { columns, cells: kept }
    }

    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, Cell<'v>> {
        self.cells.chunks_exact(self.columns.len())
    }

    pub(crate) fn count(&self) -> usize {
        self.cells.len() / self.columns.len()
    }
}
