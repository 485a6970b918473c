//! How a file is read where somebody knows better than what is found out.

use crate::text::Encoding;
use serde::{Deserialize, Serialize};

/// Where the names of the columns stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heading {
    /// In the first row that is one; of a sheet, below its titles.
    #[default]
    Found,
    /// In the row that begins at this line, or the next one that is not blank. What stands above is passed over.
    Line(u64),
    /// Nowhere: the columns are called A, B, C and so on, and the first row is a row like the others.
    Missing,
}

/// How a file is read. What is not said is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manner {
    /// The encoding of its text. Of a workbook it says nothing.
    pub encoding: Option<Encoding>,
    /// What stands between two cells, in text.
    pub delimiter: Option<char>,
    /// The sheet of a workbook, by its name; the first that shows where none is named.
    pub sheet: Option<String>,
    /// Where the names of the columns stand. Cards have theirs always.
    pub heading: Heading,
}

impl Manner {
    /// The same, with what another says where this one says nothing.
    pub fn or(self, other: &Manner) -> Manner {
        Manner {
            encoding: self.encoding.or(other.encoding),
            delimiter: self.delimiter.or(other.delimiter),
            sheet: self.sheet.or_else(|| other.sheet.clone()),
            heading: if self.heading == Heading::Found { other.heading } else { self.heading },
        }
    }
}

/// What can stand between two cells.
pub const DELIMITERS: [char; 4] = [';', ',', '\t', '|'];

/// What a column without a name is called, by its place from nought: A, B, …, Z, AA, AB.
pub fn letters(place: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = place + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The header of a file that has none, so many columns wide; at no line.
pub(crate) fn lettered(width: usize, delimiter: char) -> crate::Row {
    let cells: Vec<String> = (0..width).map(letters).collect();
    crate::Row { line: 0, raw: cells.join(&delimiter.to_string()), cells }
}
