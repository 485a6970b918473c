//! Files of rows and of cards, read one row after the other in bounded memory: text between delimiters, workbooks,
//! vCards. Whatever the file, it gives a header and rows of cells, each with the line it stands at.
//!
//! A file is surveyed first, to its end: its digest, what it is, whether its rows can be told apart. So a broken file
//! is refused with the line of its fault before anything is written.

pub mod cards;
mod csv;
mod guard;
mod headers;
mod manner;
mod numbers;
mod parts;
mod text;
mod workbook;

#[cfg(test)]
mod tests;

pub use guard::{Guard, csv_row, is_guarded, unguarded};
pub use headers::{ERROR_COLUMNS, signature};
pub use manner::{DELIMITERS, Heading, Manner, letters};
pub use text::Encoding;

use csv::Csv;
use kernel::{Error, Result, Say};
use std::io::{Read, Seek, SeekFrom};

/// Longest row, in bytes of UTF-8.
pub const MOST_ROW: usize = 1 << 20;
/// Most columns.
pub const MOST_COLUMNS: usize = 1_000;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text with cells between delimiters.
    Text,
    /// A workbook (XLSX), of which one sheet is read.
    Workbook,
    /// vCards, of which each is a row.
    Cards,
}

/// What a file is, found out by reading it to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// What it is.
    pub kind: Kind,
    /// The encoding of its text, and of files that answer it; UTF-8 for a workbook.
    pub encoding: Encoding,
    /// What stands between two cells of it, or of a file that answers it.
    pub delimiter: char,
    /// The names of a workbook's sheets, in its order.
    pub sheets: Vec<String>,
    /// The sheet that is read; nothing for other files.
    pub sheet: String,
    /// How many rows follow the header.
    pub rows: u64,
    /// The header; at line nought where the file has none.
    pub header: Row,
    /// The beginning of its first rows in which something stands, the header among them. None of cards.
    pub top: Vec<Row>,
}

/// First rows that a survey keeps.
const TOP: usize = 20;
/// Cells, and letters of each, that it keeps of them.
const GLIMPSED_CELLS: usize = 40;
const GLIMPSED_LETTERS: usize = 200;

impl Survey {
    /// What the file is, for people: its encoding, `XLSX` or `vCard`.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Text => self.encoding.name(),
            Kind::Workbook => "XLSX",
            Kind::Cards => "vCard",
        }
    }
}

/// A row of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line it begins at, or the row of the sheet; the first is 1.
    pub line: u64,
    /// As it stands in the file, without the end of its line; of a sheet as CSV with `;`.
    pub raw: String,
    /// Its cells.
    pub cells: Vec<String>,
}

impl Row {
    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// A fault of the file itself, with its line.
pub(crate) fn fault(key: &'static str, line: u64) -> Error {
    Error::invalid("file", Say::new(key).with("line", line))
}

pub(crate) fn unreadable(error: std::io::Error) -> Error {
    Error::Unavailable(Say::new("error-import-unreadable").with("reason", error))
}

/// Reads a file to its end and says what it is; of a workbook the first sheet that shows.
///
/// Errors, with `line`: `error-import-empty`, `error-import-not-text`, `error-import-quote` (quotes never closed),
/// `error-import-row-long`, `error-import-columns-many`, `error-import-header-twice` (`name`); of workbooks
/// `error-import-workbook` (it can't be read), `error-import-workbook-old` (of a kind from before XLSX, or with a password),
/// `error-import-workbook-large`, `error-import-rows-many`; of cards `error-import-card` (one is never closed).
pub fn survey(file: &mut (impl Read + Seek)) -> Result<Survey> {
    survey_as(file, &Manner::default())
}

/// The same, read as somebody says. Errors: also `error-import-sheet` (`name`, `names`), where there is no such sheet, and
/// `error-import-header-line` (`line`), where no row stands at the line of the header or below it.
pub fn survey_as(file: &mut (impl Read + Seek), manner: &Manner) -> Result<Survey> {
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let (digest, kind, encoding) = text::bytes_of(file, manner.encoding)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let delimiter = manner.delimiter.unwrap_or(';');
    let (sheets, sheet, top) = (Vec::new(), String::new(), Vec::new());
    let mut survey = Survey { digest, kind, encoding, delimiter, sheets, sheet, rows: 0, header: Row::default(), top };
    match kind {
        Kind::Text => text_surveyed(file, manner, &mut survey)?,
        Kind::Workbook => workbook::surveyed(file, manner, &mut survey)?,
        Kind::Cards => cards::surveyed(file, &mut survey)?,
    }
    let header = &survey.header;
    for (place, name) in header.cells.iter().enumerate() {
        let name = kernel::fold(name);
        if !name.is_empty() && header.cells[..place].iter().any(|other| kernel::fold(other) == name) {
            let say = Say::new("error-import-header-twice").with("line", header.line).with("name", &header.cells[place]);
            return Err(Error::invalid("file", say));
        }
    }
    Ok(survey)
}

/// As much of a row as is shown: a row may be a megabyte.
fn glimpse(row: &Row) -> Row {
    let cells = row.cells.iter().take(GLIMPSED_CELLS).map(|cell| cell.chars().take(GLIMPSED_LETTERS).collect());
    Row { line: row.line, raw: String::new(), cells: cells.collect() }
}

fn text_surveyed(file: &mut impl Read, manner: &Manner, survey: &mut Survey) -> Result<()> {
    let mut rows = Csv::new(file, survey.encoding, manner.delimiter);
    let mut header = None;
    let (mut width, mut counted) = (0, 0);
    // Row by row as far as the top; what follows is only counted.
    while header.is_none() || survey.top.len() < TOP {
        let Some(row) = rows.next_row()? else { break };
        if row.is_blank() {
            continue;
        }
        width = width.max(row.cells.len());
        let names = match manner.heading {
            Heading::Found => true,
            Heading::Line(line) => row.line >= line,
            Heading::Missing => false,
        };
        if header.is_none() && names {
            header = Some(row.clone());
        } else if header.is_some() || manner.heading == Heading::Missing {
            counted += 1;
        }
        if survey.top.len() < TOP {
            survey.top.push(glimpse(&row));
        }
        if manner.heading == Heading::Missing && survey.top.len() == TOP {
            break;
        }
    }
    survey.delimiter = rows.delimiter();
    if survey.top.is_empty() {
        return Err(fault("error-import-empty", 1));
    }
    while let Some((blank, cells)) = rows.skip_row()? {
        counted += u64::from(!blank);
        width = width.max(if blank { 0 } else { cells });
    }
    survey.rows = counted;
    survey.header = match (header, manner.heading) {
        (Some(header), _) => header,
        (None, Heading::Line(line)) => return Err(fault("error-import-header-line", line)),
        (None, _) => manner::lettered(width, survey.delimiter),
    };
    Ok(())
}

/// The rows after the header of a surveyed file.
pub fn rows<R: Read + Seek>(mut file: R, survey: &Survey) -> Result<Rows<R>> {
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok(Rows(match survey.kind {
        Kind::Text => {
            let mut rows = Csv::new(file, survey.encoding, Some(survey.delimiter));
            if survey.header.line > 0 {
                while let Some(row) = rows.next_row()? {
                    if row.line == survey.header.line {
                        break;
                    }
                }
            }
            Source::Text(rows)
        }
        Kind::Workbook => Source::Sheet(Box::new(workbook::rows(file, survey)?)),
        Kind::Cards => Source::Cards(cards::Cards::new(file, survey.encoding)),
    }))
}

/// The rows of a file, one after the other.
pub struct Rows<R>(Source<R>);

enum Source<R> {
    Text(Csv<R>),
    Sheet(Box<workbook::SheetRows<R>>),
    Cards(cards::Cards<R>),
}

impl<R: Read + Seek> Rows<R> {
    /// The next row; none at the end. A row in which nothing stands is a row with one empty cell.
    pub fn next_row(&mut self) -> Result<Option<Row>> {
        match &mut self.0 {
            Source::Text(rows) => rows.next_row(),
            Source::Sheet(rows) => rows.next_row(),
            Source::Cards(cards) => cards.next_row(),
        }
    }
}
