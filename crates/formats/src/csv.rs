//! Rows of text: cells between delimiters, quoted or not, as people and programs leave them.

use crate::text::{Encoding, Text};
use crate::{DELIMITERS, MOST_COLUMNS, MOST_ROW, Row, fault};
use kernel::{Error, Result, Say};
use std::io::Read;

/// The rows of a file, one after the other.
///
/// Lenient where people are: a quote inside an unquoted cell is a letter, and so is one inside a quoted cell that
/// no delimiter follows (`"Bar "Da Mario" s.n.c.";`).
pub(crate) struct Csv<R> {
    source: Text<R>,
    delimiter: Option<char>,
    /// Whether the line that may say the delimiter is behind.
    begun: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: the end of the cell, or half of a doubled quote.
    Closing,
}

impl<R: Read> Csv<R> {
    pub(crate) fn new(file: R, encoding: Encoding, delimiter: Option<char>) -> Csv<R> {
        Csv { source: Text::new(file, encoding), delimiter, begun: false }
    }

    /// Finds the delimiter out, unless it is known.
    fn delimited(&mut self) -> Result<()> {
        if !self.begun {
            self.begun = true;
            // Passed over even where the delimiter is known: it is no row.
            let said = self.said_outright()?;
            self.delimiter = Some(self.delimiter.or(said).unwrap_or_else(|| self.find_delimiter()));
        }
        Ok(())
    }

    pub(crate) fn delimiter(&self) -> char {
        self.delimiter.unwrap_or(';')
    }

    /// The next row; none at the end. A row in which nothing stands is a row with one empty cell.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>> {
        self.delimited()?;
        let line = self.source.line;
        let mut ends = Vec::new();
        let Some((from, to)) = self.span(&mut ends)? else { return Ok(None) };
        let raw = &self.source.text[from..to];
        let mut cells = Vec::with_capacity(ends.len() + 1);
        let mut begin = 0;
        for end in ends.into_iter().chain([raw.len()]) {
            cells.push(cell(&raw[begin..end]));
            begin = end + 1;
        }
        Ok(Some(Row { line, raw: raw.to_owned(), cells }))
    }

    /// Passes over the next row; tells whether it is blank, and how many cells it has.
    pub(crate) fn skip_row(&mut self) -> Result<Option<(bool, usize)>> {
        let mut ends = Vec::new();
        let delimiter = self.delimiter();
        let span = self.span(&mut ends)?;
        let blank =
            |(from, to): (usize, usize)| self.source.text[from..to].chars().all(|c| c == delimiter || c == '"' || c.is_whitespace());
        Ok(span.map(|span| (blank(span), ends.len() + 1)))
    }

    /// Where the next row stands in the text, and where its cells end within it.
    fn span(&mut self, ends: &mut Vec<usize>) -> Result<Option<(usize, usize)>> {
        let delimiter = self.delimiter() as u8;
        let began = self.source.line;
        let mut quote_line = began;
        let mut state = State::Start;
        let mut place = 0;
        loop {
            while let Some(byte) = self.source.text.as_bytes().get(self.source.at + place).copied() {
                let ends_row = matches!(byte, b'\n' | b'\r');
                if ends_row && state != State::Quoted {
                    // A line ends with `\r\n`, `\n` or, on old machines, `\r`: the second byte must be there to tell.
                    if byte == b'\r' && self.source.at + place + 1 == self.source.text.len() && !self.source.ended {
                        break;
                    }
                    let from = self.source.at;
                    let both = byte == b'\r' && self.source.text.as_bytes().get(from + place + 1) == Some(&b'\n');
                    self.source.at += place + 1 + usize::from(both);
                    self.source.line += 1;
                    return self.counted(ends, began, from, from + place).map(Some);
                }
                state = match (state, byte) {
                    (State::Start, b'"') => {
                        quote_line = self.source.line;
                        State::Quoted
                    }
                    (State::Quoted, b'"') => State::Closing,
                    (State::Closing, b'"') => State::Quoted,
                    (State::Quoted, _) => {
                        self.source.line += u64::from(byte == b'\n');
                        State::Quoted
                    }
                    (_, byte) if byte == delimiter => {
                        ends.push(place);
                        State::Start
                    }
                    (State::Closing, b' ') => State::Closing,
                    (State::Closing, _) => State::Quoted,
                    (State::Start | State::Plain, _) => State::Plain,
                };
                place += 1;
            }
            if place > MOST_ROW {
                let key = if state == State::Quoted { "error-import-quote" } else { "error-import-row-long" };
                return Err(fault(key, if state == State::Quoted { quote_line } else { began }));
            }
            if !self.source.more()? {
                let (from, to) = (self.source.at, self.source.text.len());
                if state == State::Quoted {
                    return Err(fault("error-import-quote", quote_line));
                }
                if from == to {
                    return Ok(None);
                }
                self.source.at = to;
                return self.counted(ends, began, from, to).map(Some);
            }
        }
    }

    fn counted(&self, ends: &[usize], line: u64, from: usize, to: usize) -> Result<(usize, usize)> {
        if ends.len() >= MOST_COLUMNS {
            let say = Say::new("error-import-columns-many").with("line", line).with("most", MOST_COLUMNS).with("columns", ends.len() + 1);
            return Err(Error::invalid("file", say));
        }
        Ok((from, to))
    }

    /// The delimiter that the first line says, as Excel's own does; that line is behind then.
    fn said_outright(&mut self) -> Result<Option<char>> {
        while !self.source.text.contains(['\n', '\r']) && self.source.text.len() <= MOST_ROW && self.source.more()? {}
        let said = self.source.text.strip_prefix("sep=").and_then(|rest| rest.chars().next());
        let said = said.filter(|said| DELIMITERS.contains(said));
        if said.is_some() {
            self.source.at = self.source.text.find('\n').map_or(self.source.text.len(), |end| end + 1);
            self.source.line += 1;
        }
        Ok(said)
    }

    /// The mark that stands most often in the first line, outside of quotes.
    fn find_delimiter(&self) -> char {
        let line = self.source.text.trim_start().lines().next().unwrap_or("");
        let mut quoted = false;
        let mut counts = DELIMITERS.map(|mark| (mark, 0_usize));
        for letter in line.chars() {
            quoted ^= letter == '"';
            if !quoted && let Some((_, count)) = counts.iter_mut().find(|(mark, _)| *mark == letter) {
                *count += 1;
            }
        }
        // Of equals the first: a header of one column has none of them.
        counts.iter().rev().max_by_key(|(_, count)| *count).map_or(';', |(mark, _)| *mark)
    }
}

/// What a cell holds, without the quotes around it.
fn cell(raw: &str) -> String {
    let Some(inner) = raw.strip_prefix('"') else { return raw.to_owned() };
    let inner = inner.trim_end_matches(' ');
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if inner.contains("\"\"") { inner.replace("\"\"", "\"") } else { inner.to_owned() }
}
