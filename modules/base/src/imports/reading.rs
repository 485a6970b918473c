//! Reading a file of rows: encoding and delimiter found out, whatever size it has, in bounded memory.
//!
//! A file is surveyed first, to its end: its digest, its encoding, its delimiter, whether its rows can be told
//! apart. So a broken file is refused with the line of its fault before anything is written.

use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use kernel::{Error, Result, Say};
use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};

/// Longest row, in bytes of UTF-8.
pub const MOST_ROW: usize = 1 << 20;
/// Most columns.
pub const MOST_COLUMNS: usize = 1_000;
const CHUNK: usize = 64 * 1024;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with a byte order mark or not.
    Utf8 {
        /// Whether a byte order mark stands first.
        mark: bool,
    },
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252: what Outlook and most programs of Italian administrations write.
    Windows1252,
}

impl Encoding {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 { .. } => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Windows1252 => "Windows-1252",
        }
    }

    /// What stands before the text.
    pub fn mark(self) -> &'static [u8] {
        match self {
            Encoding::Utf8 { mark: true } => b"\xef\xbb\xbf",
            Encoding::Utf16Le => b"\xff\xfe",
            Encoding::Utf16Be => b"\xfe\xff",
            _ => b"",
        }
    }

    /// The text in this encoding, for files that answer in the encoding they came in.
    pub fn encode(self, text: &str, bytes: &mut Vec<u8>) {
        match self {
            Encoding::Utf8 { .. } => bytes.extend_from_slice(text.as_bytes()),
            Encoding::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Encoding::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Encoding::Windows1252 => bytes.extend_from_slice(&WINDOWS_1252.encode(text).0),
        }
    }

    fn decoder(self) -> Decoder {
        match self {
            Encoding::Utf8 { .. } => UTF_8.new_decoder_with_bom_removal(),
            Encoding::Utf16Le => UTF_16LE.new_decoder_with_bom_removal(),
            Encoding::Utf16Be => UTF_16BE.new_decoder_with_bom_removal(),
            Encoding::Windows1252 => WINDOWS_1252.new_decoder_without_bom_handling(),
        }
    }
}

/// What a file is, found out by reading it to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// Its encoding.
    pub encoding: Encoding,
    /// What stands between two cells.
    pub delimiter: char,
    /// How many rows follow the header.
    pub rows: u64,
    /// The header.
    pub header: Row,
}

/// A row of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line it begins at; the first is 1.
    pub line: u64,
    /// As it stands in the file, without the end of its line.
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
fn fault(key: &'static str, line: u64) -> Error {
    Error::invalid("file", Say::new(key).with("line", line))
}

fn unreadable(error: std::io::Error) -> Error {
    Error::Unavailable(Say::new("error-import-unreadable").with("reason", error))
}

/// Reads a file to its end and says what it is.
///
/// Errors, with `line`: `error-import-empty`, `error-import-workbook` (a sheet of Excel), `error-import-not-text`,
/// `error-import-quote` (quotes never closed), `error-import-row-long`, `error-import-columns-many`,
/// `error-import-header-twice` (`name`).
pub fn survey(file: &mut (impl Read + Seek)) -> Result<Survey> {
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let (digest, encoding) = bytes_of(file)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut rows = Rows::new(&mut *file, encoding, None);
    let header = loop {
        match rows.next_row()? {
            None => return Err(fault("error-import-empty", 1)),
            Some(row) if row.is_blank() => continue,
            Some(row) => break row,
        }
    };
    for (place, name) in header.cells.iter().enumerate() {
        let name = kernel::fold(name);
        if !name.is_empty() && header.cells[..place].iter().any(|other| kernel::fold(other) == name) {
            let say = Say::new("error-import-header-twice").with("line", header.line).with("name", &header.cells[place]);
            return Err(Error::invalid("file", say));
        }
    }
    let mut count = 0;
    while let Some(blank) = rows.skip_row()? {
        count += u64::from(!blank);
    }
    Ok(Survey { digest, encoding, delimiter: rows.delimiter(), rows: count, header })
}

/// The rows after the header of a surveyed file.
pub fn rows<R: Read + Seek>(mut file: R, survey: &Survey) -> Result<Rows<R>> {
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut rows = Rows::new(file, survey.encoding, Some(survey.delimiter));
    while let Some(row) = rows.next_row()? {
        if row.line == survey.header.line {
            break;
        }
    }
    Ok(rows)
}

/// Digest and encoding, from all the bytes: an accent may stand only in the last row.
fn bytes_of(file: &mut impl Read) -> Result<(String, Encoding)> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut first = Vec::new();
    let mut line = 1_u64;
    let mut is_utf8 = true;
    let mut carried: Vec<u8> = Vec::with_capacity(4);
    let mut wide = None;
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        let bytes = &chunk[..read];
        hash.update(bytes);
        if first.len() < 4096 {
            first.extend_from_slice(&bytes[..read.min(4096)]);
            wide = wide_encoding(&first);
            known_as_other(&first)?;
        }
        if wide.is_some() {
            continue;
        }
        if let Some(nul) = bytes.iter().position(|byte| *byte == 0) {
            let before = bytes[..nul].iter().filter(|byte| **byte == b'\n').count() as u64;
            return Err(fault("error-import-not-text", line + before));
        }
        line += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        is_utf8 = is_utf8 && still_utf8(&mut carried, bytes);
    }
    if first.is_empty() {
        return Err(fault("error-import-empty", 1));
    }
    let encoding = match wide {
        Some(wide) => wide,
        None if is_utf8 && carried.is_empty() => Encoding::Utf8 { mark: first.starts_with(b"\xef\xbb\xbf") },
        None => Encoding::Windows1252,
    };
    let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((digest, encoding))
}

/// UTF-16 by its mark, or by the zero bytes beside nearly every letter.
fn wide_encoding(first: &[u8]) -> Option<Encoding> {
    if first.starts_with(b"\xff\xfe") {
        return Some(Encoding::Utf16Le);
    }
    if first.starts_with(b"\xfe\xff") {
        return Some(Encoding::Utf16Be);
    }
    let pairs = first.chunks_exact(2);
    let count = pairs.len();
    let (low, high) = pairs.fold((0, 0), |(low, high), pair| (low + usize::from(pair[1] == 0), high + usize::from(pair[0] == 0)));
    let most = |zeros: usize, others: usize| count >= 4 && zeros * 10 >= count * 8 && others * 10 < count;
    if most(low, high) {
        Some(Encoding::Utf16Le)
    } else if most(high, low) {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// Files that people choose by mistake, told by how they begin.
fn known_as_other(first: &[u8]) -> Result<()> {
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(fault("error-import-workbook", 1));
    }
    let others: [&[u8]; 5] = [b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b"];
    if others.iter().any(|other| first.starts_with(other)) { Err(fault("error-import-not-text", 1)) } else { Ok(()) }
}

/// Whether the bytes may still be UTF-8; a letter cut by the chunk's end is carried on.
fn still_utf8(carried: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !carried.is_empty() && !rest.is_empty() {
        carried.push(rest[0]);
        rest = &rest[1..];
        match std::str::from_utf8(carried) {
            Ok(_) => carried.clear(),
            Err(error) if error.error_len().is_none() => {}
            Err(_) => return false,
        }
    }
    match std::str::from_utf8(rest) {
        Ok(_) => true,
        Err(error) if error.error_len().is_none() => {
            carried.extend_from_slice(&rest[error.valid_up_to()..]);
            true
        }
        Err(_) => false,
    }
}

/// The rows of a file, one after the other.
///
/// Lenient where people are: a quote inside an unquoted cell is a letter, and so is one inside a quoted cell that
/// no delimiter follows (`"Bar "Da Mario" s.n.c.";`).
pub struct Rows<R> {
    file: R,
    decoder: Decoder,
    delimiter: Option<char>,
    bytes: Vec<u8>,
    text: String,
    at: usize,
    line: u64,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: the end of the cell, or half of a doubled quote.
    Closing,
}

impl<R: Read> Rows<R> {
    fn new(file: R, encoding: Encoding, delimiter: Option<char>) -> Rows<R> {
        Rows { file, decoder: encoding.decoder(), delimiter, bytes: vec![0; CHUNK], text: String::new(), at: 0, line: 1, ended: false }
    }

    /// Finds the delimiter out, unless it is known.
    fn delimited(&mut self) -> Result<()> {
        if self.delimiter.is_none() {
            self.delimiter = Some(self.find_delimiter()?);
        }
        Ok(())
    }

    fn delimiter(&self) -> char {
        self.delimiter.unwrap_or(';')
    }

    /// The next row; none at the end. A row in which nothing stands is a row with one empty cell.
    pub fn next_row(&mut self) -> Result<Option<Row>> {
        self.delimited()?;
        let line = self.line;
        let mut ends = Vec::new();
        let Some((from, to)) = self.span(&mut ends)? else { return Ok(None) };
        let raw = &self.text[from..to];
        let mut cells = Vec::with_capacity(ends.len() + 1);
        let mut begin = 0;
        for end in ends.into_iter().chain([raw.len()]) {
            cells.push(cell(&raw[begin..end]));
            begin = end + 1;
        }
        Ok(Some(Row { line, raw: raw.to_owned(), cells }))
    }

    /// Passes over the next row; tells whether it is blank.
    fn skip_row(&mut self) -> Result<Option<bool>> {
        let mut ends = Vec::new();
        let delimiter = self.delimiter();
        Ok(self.span(&mut ends)?.map(|(from, to)| self.text[from..to].chars().all(|c| c == delimiter || c == '"' || c.is_whitespace())))
    }

    /// Where the next row stands in the text, and where its cells end within it.
    fn span(&mut self, ends: &mut Vec<usize>) -> Result<Option<(usize, usize)>> {
        let delimiter = self.delimiter() as u8;
        let began = self.line;
        let mut quote_line = began;
        let mut state = State::Start;
        let mut place = 0;
        loop {
            while let Some(byte) = self.text.as_bytes().get(self.at + place).copied() {
                let ends_row = matches!(byte, b'\n' | b'\r');
                if ends_row && state != State::Quoted {
                    // A line ends with `\r\n`, `\n` or, on old machines, `\r`: the second byte must be there to tell.
                    if byte == b'\r' && self.at + place + 1 == self.text.len() && !self.ended {
                        break;
                    }
                    let from = self.at;
                    let both = byte == b'\r' && self.text.as_bytes().get(from + place + 1) == Some(&b'\n');
                    self.at += place + 1 + usize::from(both);
                    self.line += 1;
                    return self.counted(ends, began, from, from + place).map(Some);
                }
                state = match (state, byte) {
                    (State::Start, b'"') => {
                        quote_line = self.line;
                        State::Quoted
                    }
                    (State::Quoted, b'"') => State::Closing,
                    (State::Closing, b'"') => State::Quoted,
                    (State::Quoted, _) => {
                        self.line += u64::from(byte == b'\n');
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
            if !self.more()? {
                let (from, to) = (self.at, self.text.len());
                if state == State::Quoted {
                    return Err(fault("error-import-quote", quote_line));
                }
                if from == to {
                    return Ok(None);
                }
                self.at = to;
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

    /// Decodes some more of the file; whether there was any. What was read before is let go.
    fn more(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.text.drain(..self.at);
        self.at = 0;
        let before = self.text.len();
        while self.text.len() == before && !self.ended {
            let read = match self.file.read(&mut self.bytes) {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            self.ended = read == 0;
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(3 * CHUNK);
            self.text.reserve(room);
            let _ = self.decoder.decode_to_string(&self.bytes[..read], &mut self.text, self.ended);
        }
        if self.text[before..].contains('\0') {
            return Err(fault("error-import-not-text", self.line));
        }
        // At the end a lonely `\r` still waits to be told from `\r\n`.
        Ok(self.text.len() > before || self.at < self.text.len() && self.text.ends_with('\r'))
    }

    /// The mark that stands most often in the first line, outside of quotes.
    fn find_delimiter(&mut self) -> Result<char> {
        while !self.text.contains(['\n', '\r']) && self.text.len() <= MOST_ROW && self.more()? {}
        // Excel's own line says it outright.
        if let Some(rest) = self.text.strip_prefix("sep=")
            && let Some(said) = rest.chars().next().filter(|said| [';', ',', '\t', '|'].contains(said))
        {
            let end = self.text.find('\n').map_or(self.text.len(), |end| end + 1);
            self.at = end;
            self.line += 1;
            return Ok(said);
        }
        let line = self.text.trim_start().lines().next().unwrap_or("");
        let mut quoted = false;
        let mut counts = [(';', 0_usize), (',', 0), ('\t', 0), ('|', 0)];
        for letter in line.chars() {
            quoted ^= letter == '"';
            if !quoted && let Some((_, count)) = counts.iter_mut().find(|(mark, _)| *mark == letter) {
                *count += 1;
            }
        }
        // Of equals the first: a header of one column has none of them.
        Ok(counts.iter().rev().max_by_key(|(_, count)| *count).map_or(';', |(mark, _)| *mark))
    }
}

/// What a cell holds, without the quotes around it.
fn cell(raw: &str) -> String {
    let Some(inner) = raw.strip_prefix('"') else { return raw.to_owned() };
    let inner = inner.trim_end_matches(' ');
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if inner.contains("\"\"") { inner.replace("\"\"", "\"") } else { inner.to_owned() }
}
