//! Workbooks (XLSX), one sheet of them, streamed. Cells are the text that the sheet shows; a formula is what it last
//! came to and is never reckoned. A document that defines anything for itself is refused.

use crate::manner::lettered;
use crate::numbers::{Shape, built_in};
use crate::parts::{Parts, Unpacked};
use crate::{Encoding, Guard, Heading, MOST_COLUMNS, MOST_ROW, Manner, Row, Survey, TOP, csv_row, fault, glimpse};
use kernel::{Error, Result, Say};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek};

/// Most bytes of the parts, unpacked: those that describe, the texts of cells (all held in memory), a sheet (streamed).
const MOST_DESCRIBING: u64 = 16 << 20;
const MOST_STRINGS: u64 = 128 << 20;
const MOST_SHEET: u64 = 4 << 30;
/// Most texts that cells share, sheets, and styles of cells.
const MOST_TEXTS: usize = 8_000_000;
const MOST_SHEETS: usize = 1_000;
const MOST_STYLES: usize = 65_536;
/// Most rows of a sheet.
const MOST_ROWS: u64 = 1_048_576;
/// Most bytes of one tag or one text, and of one row with all its marks.
const MOST_EVENT: usize = 1 << 20;
const MOST_MARKED: u64 = 8 << 20;
/// Elements within elements.
const MOST_DEEP: usize = 64;

/// Reads that stop where one piece of a document grows beyond what it may.
struct Metered<R> {
    source: R,
    left: usize,
    spent: bool,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.source.read(bytes)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            self.spent = true;
            return Err(io::Error::other("too long"));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.source.consume(amount);
    }
}

/// A document, event by event.
struct Xml<R> {
    reader: Reader<Metered<R>>,
    bytes: Vec<u8>,
    deep: usize,
}

impl<R: BufRead> Xml<R> {
    fn new(source: R) -> Xml<R> {
        Xml { reader: Reader::from_reader(Metered { source, left: MOST_EVENT, spent: false }), bytes: Vec::new(), deep: 0 }
    }

    /// The next event; errors name the row.
    fn next(&mut self, line: u64) -> Result<Event<'_>> {
        self.bytes.clear();
        self.reader.get_mut().left = MOST_EVENT;
        let event = match self.reader.read_event_into(&mut self.bytes) {
            Ok(event) => event,
            Err(_) if self.reader.get_ref().spent => return Err(fault("error-import-row-long", line)),
            Err(_) => return Err(fault("error-import-workbook", line)),
        };
        match event {
            Event::Start(_) => self.deep += 1,
            Event::End(_) => self.deep = self.deep.saturating_sub(1),
            // It breaks off.
            Event::Eof if self.deep > 0 => return Err(fault("error-import-workbook", line)),
            Event::DocType(_) => return Err(fault("error-import-workbook", line)),
            _ => {}
        }
        if self.deep > MOST_DEEP {
            return Err(fault("error-import-workbook", line));
        }
        Ok(event)
    }

    fn position(&self) -> u64 {
        self.reader.buffer_position()
    }
}

/// An attribute, by the name after its prefix.
fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().into_inner() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// The letters of an event that is text.
fn letters(event: &Event, text: &mut String) {
    match event {
        Event::Text(piece) => text.push_str(&piece.xml10_content()),
        Event::CData(piece) => text.push_str(&piece.xml10_content()),
        Event::GeneralRef(reference) => match reference.resolve_char_ref() {
            Ok(Some(letter)) => text.push(letter),
            _ => text.push_str(match reference.xml10_content().as_ref() {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "quot" => "\"",
                "apos" => "'",
                // Nothing else is defined.
                _ => "",
            }),
        },
        _ => {}
    }
}

/// A text without what a document can't hold as letters: `_x000D_` is such a one.
fn plain(text: String) -> String {
    if !text.contains("_x") && !text.contains('\0') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.get(2..6).filter(|_| rest.as_bytes().get(6) == Some(&b'_')).and_then(|code| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(letter) => {
                out.push(letter);
                rest = &rest[7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    out.push_str(rest);
    out.retain(|letter| letter != '\0');
    out
}

/// The texts that cells share.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// `most` is at least the length of all of them together.
    fn read(source: impl BufRead, most: u64) -> Result<Strings> {
        let mut xml = Xml::new(source);
        let mut strings = Strings { text: String::with_capacity(most as usize), ends: Vec::new() };
        let (mut text, mut taken, mut aside) = (String::new(), false, 0_usize);
        loop {
            if strings.ends.len() > MOST_TEXTS {
                return Err(fault("error-import-workbook-large", 1));
            }
            let event = xml.next(1)?;
            match &event {
                Event::Start(tag) => match tag.local_name().into_inner() {
                    "si" => text.clear(),
                    "t" => taken = aside == 0,
                    "rPh" => aside += 1,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().into_inner() == "si" => strings.ends.push(strings.text.len() as u32),
                Event::End(tag) => match tag.local_name().into_inner() {
                    "si" => {
                        strings.text.push_str(&plain(std::mem::take(&mut text)));
                        strings.ends.push(strings.text.len() as u32);
                    }
                    "t" => taken = false,
                    "rPh" => aside = aside.saturating_sub(1),
                    _ => {}
                },
                Event::Eof => return Ok(strings),
                event if taken => {
                    letters(event, &mut text);
                    if text.len() > MOST_ROW {
                        return Err(fault("error-import-row-long", 1));
                    }
                }
                _ => {}
            }
        }
    }

    fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(begin as usize..end as usize)
    }
}

/// How the cells of each style show their numbers.
#[derive(Default)]
struct Styles {
    /// The format of each style.
    formats: Vec<u32>,
    shapes: HashMap<u32, Shape>,
}

impl Styles {
    fn read(source: impl BufRead) -> Result<Styles> {
        let mut xml = Xml::new(source);
        let mut styles = Styles::default();
        let mut cells = false;
        loop {
            match xml.next(1)? {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().into_inner() {
                    "numFmt" => {
                        let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                        if let (Some(id), Some(code)) = (id, attribute(&tag, "formatCode")) {
                            styles.shapes.insert(id, Shape::of(&code));
                        }
                    }
                    "cellXfs" => cells = true,
                    "xf" if cells && styles.formats.len() < MOST_STYLES => {
                        let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                        styles.shapes.entry(id).or_insert_with(|| Shape::of(built_in(id)));
                        styles.formats.push(id);
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().into_inner() == "cellXfs" => cells = false,
                Event::Eof => return Ok(styles),
                _ => {}
            }
        }
    }
}

/// A sheet of a workbook.
struct Sheet {
    name: String,
    part: String,
    shows: bool,
}

/// What a workbook says of itself.
struct Book {
    parts: Parts,
    sheets: Vec<Sheet>,
    strings: Option<String>,
    styles: Option<String>,
    from_1904: bool,
}

/// Identity, kind and target of what a part leads to.
fn relations(file: &mut (impl Read + Seek), parts: &Parts, of: &str) -> Result<Vec<(String, String, String)>> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let Some(part) = parts.named(&format!("{inside}_rels/{name}.rels")) else { return Ok(Vec::new()) };
    let mut xml = Xml::new(part.open(&mut *file, MOST_DESCRIBING)?);
    let mut found = Vec::new();
    loop {
        match xml.next(1)? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().into_inner() == "Relationship" => {
                let [id, kind, target] = ["Id", "Type", "Target"].map(|name| attribute(&tag, name).unwrap_or_default());
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                let target = match target.strip_prefix('/') {
                    Some(whole) => whole.to_owned(),
                    None => format!("{inside}{target}"),
                };
                if found.len() < MOST_SHEETS * 2 {
                    found.push((id, kind, direct(&target)));
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// A path without steps back.
fn direct(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split(['/', '\\']) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

impl Book {
    fn open(file: &mut (impl Read + Seek)) -> Result<Book> {
        let parts = Parts::of(file)?;
        let broken = || fault("error-import-workbook", 1);
        let root = relations(file, &parts, "")?.into_iter().find(|(_, kind, _)| kind == "officeDocument");
        let main = root.map_or_else(|| "xl/workbook.xml".to_owned(), |(.., target)| target);
        let leads = relations(file, &parts, &main)?;
        let to = |kind: &str| leads.iter().find(|(_, of, _)| of == kind).map(|(.., target)| target.clone());
        let (strings, styles) = (to("sharedStrings"), to("styles"));
        let mut book = Book { sheets: Vec::new(), strings, styles, from_1904: false, parts };
        let mut xml = Xml::new(book.parts.named(&main).ok_or_else(broken)?.open(&mut *file, MOST_DESCRIBING)?);
        loop {
            match xml.next(1)? {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().into_inner() {
                    "workbookPr" => book.from_1904 = attribute(&tag, "date1904").is_some_and(|said| matches!(said.as_str(), "1" | "true")),
                    "sheet" if book.sheets.len() < MOST_SHEETS => {
                        let id = attribute(&tag, "id").unwrap_or_default();
                        // A sheet that is a picture of numbers has no rows.
                        if let Some((.., part)) = leads.iter().find(|(known, kind, _)| *known == id && kind == "worksheet") {
                            let shows = attribute(&tag, "state").is_none_or(|state| state == "visible");
                            let name = attribute(&tag, "name").unwrap_or_default();
                            book.sheets.push(Sheet { name, part: part.clone(), shows });
                        }
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        drop(xml);
        if book.sheets.is_empty() { Err(broken()) } else { Ok(book) }
    }

    /// The sheet of this name, or the first that shows.
    fn sheet(&self, name: Option<&str>) -> Result<&Sheet> {
        let found = match name {
            Some(name) => self.sheets.iter().find(|sheet| kernel::fold(&sheet.name) == kernel::fold(name)),
            None => self.sheets.iter().find(|sheet| sheet.shows).or(self.sheets.first()),
        };
        found.ok_or_else(|| {
            let names: Vec<&str> = self.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            Error::invalid("sheet", Say::new("error-import-sheet").with("name", name.unwrap_or("")).with("names", names.join(", ")))
        })
    }

    fn cells<R: Read + Seek>(&self, mut file: R, sheet: &Sheet) -> Result<Cells<R>> {
        let part = |name: &Option<String>| name.as_deref().and_then(|name| self.parts.named(name));
        let strings = match part(&self.strings) {
            Some(part) => Strings::read(part.open(&mut file, MOST_STRINGS)?, part.size())?,
            None => Strings::default(),
        };
        let styles = match part(&self.styles) {
            Some(part) => Styles::read(part.open(&mut file, MOST_DESCRIBING)?)?,
            None => Styles::default(),
        };
        let part = self.parts.named(&sheet.part).ok_or_else(|| fault("error-import-workbook", 1))?;
        let xml = Xml::new(part.open(file, MOST_SHEET)?);
        Ok(Cells { xml, strings, styles, from_1904: self.from_1904, line: 0, counted: 0, merged: Vec::new() })
    }
}

/// A range of cells that show as one: its first row and column, its last.
type Range = (u64, usize, u64, usize);

/// The cells of a sheet, row by row.
struct Cells<R> {
    xml: Xml<BufReader<Unpacked<R>>>,
    strings: Strings,
    styles: Styles,
    from_1904: bool,
    line: u64,
    counted: u64,
    /// Ranges near the top that show as one cell; complete only at the end.
    merged: Vec<Range>,
}

/// A cell being read.
#[derive(Default)]
struct Cell {
    column: usize,
    kind: String,
    style: usize,
    text: String,
}

/// Where a cell stands, as `B5` says: column and row, from nought and from one.
fn place(reference: &str) -> Option<(usize, u64)> {
    let digits = reference.find(|letter: char| letter.is_ascii_digit())?;
    let (letters, row) = reference.split_at(digits);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0, |column, letter| {
        let letter = letter.to_ascii_uppercase();
        letter.is_ascii_uppercase().then(|| column * 26 + usize::from(letter - b'A') + 1)
    })?;
    Some((column - 1, row.parse().ok().filter(|row| *row >= 1)?))
}

impl<R: Read> Cells<R> {
    /// The next row that has cells; none at the end.
    fn next(&mut self) -> Result<Option<(u64, Vec<String>)>> {
        let mut cells: Vec<String> = Vec::new();
        let mut cell: Option<Cell> = None;
        let (mut next, mut size, mut taken, mut aside) = (0_usize, 0_usize, false, 0_usize);
        let mut began = self.xml.position();
        loop {
            let line = self.line.max(1);
            if self.xml.position() - began > MOST_MARKED {
                return Err(fault("error-import-row-long", line));
            }
            let event = self.xml.next(line)?;
            match &event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let empty = matches!(event, Event::Empty(_));
                    match tag.local_name().into_inner() {
                        "row" => {
                            // Rows go down; one that does not say where it stands follows the one before.
                            let said = attribute(tag, "r").and_then(|row| row.parse().ok());
                            self.line = said.filter(|row| *row > self.line).unwrap_or(self.line + 1);
                            self.counted += 1;
                            if self.counted > MOST_ROWS || self.line > MOST_ROWS {
                                let say = Say::new("error-import-rows-many").with("line", self.line).with("most", MOST_ROWS);
                                return Err(Error::invalid("file", say));
                            }
                            (next, size) = (0, 0);
                            cells.clear();
                            began = self.xml.position();
                        }
                        "c" => {
                            let column = attribute(tag, "r").and_then(|reference| place(&reference)).map_or(next, |(column, _)| column);
                            if column >= MOST_COLUMNS {
                                let say = Say::new("error-import-columns-many").with("line", line).with("most", MOST_COLUMNS);
                                return Err(Error::invalid("file", say.with("columns", column + 1)));
                            }
                            next = column + 1;
                            let style = attribute(tag, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
                            let kind = attribute(tag, "t").unwrap_or_default();
                            cell = (!empty).then(|| Cell { column, kind, style, text: String::new() });
                        }
                        "v" | "t" if !empty => taken = aside == 0,
                        "rPh" if !empty => aside += 1,
                        "mergeCell" => {
                            let range = attribute(tag, "ref").unwrap_or_default();
                            let (from, to) = range.split_once(':').unwrap_or((&range, &range));
                            if let (Some((left, top)), Some((right, bottom))) = (place(from), place(to))
                                && self.merged.len() < MOST_COLUMNS
                                && top <= 2 * TOP as u64
                            {
                                self.merged.push((top, left, bottom, right.min(MOST_COLUMNS)));
                            }
                        }
                        _ => {}
                    }
                }
                Event::End(tag) => match tag.local_name().into_inner() {
                    "v" | "t" => taken = false,
                    "rPh" => aside = aside.saturating_sub(1),
                    "c" => {
                        if let Some(cell) = cell.take() {
                            let column = cell.column;
                            let text = shown(cell, &self.strings, &self.styles, self.from_1904)
                                .ok_or_else(|| fault("error-import-workbook", line))?;
                            size += text.len();
                            if size > MOST_ROW {
                                return Err(fault("error-import-row-long", line));
                            }
                            if cells.len() <= column {
                                cells.resize(column + 1, String::new());
                            }
                            cells[column] = text;
                        }
                    }
                    "row" if cells.iter().any(|cell| !cell.trim().is_empty()) => return Ok(Some((self.line, cells))),
                    _ => {}
                },
                Event::Eof => return Ok(None),
                event if taken => {
                    if let Some(cell) = &mut cell {
                        letters(event, &mut cell.text);
                        if cell.text.len() > MOST_ROW {
                            return Err(fault("error-import-row-long", line));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// What a cell shows; none where it names a text that is not there.
fn shown(cell: Cell, strings: &Strings, styles: &Styles, from_1904: bool) -> Option<String> {
    Some(match cell.kind.as_str() {
        _ if cell.text.is_empty() => String::new(),
        "s" => strings.get(cell.text.trim().parse().ok()?)?.to_owned(),
        "str" | "inlineStr" | "e" => plain(cell.text),
        "b" => if matches!(cell.text.trim(), "1" | "true") { "VERO" } else { "FALSO" }.to_owned(),
        "d" => iso(&cell.text),
        _ => {
            let shape = styles.formats.get(cell.style).and_then(|format| styles.shapes.get(format));
            shape.unwrap_or(&Shape::General).show(&cell.text, from_1904)
        }
    })
}

/// A day that a cell writes as ISO does, as people read it.
fn iso(text: &str) -> String {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, of_month] = parts.as_slice() else { return text.to_owned() };
    let time = time.get(..5).filter(|time| *time != "00:00").map(|time| format!(" {time}")).unwrap_or_default();
    format!("{of_month}/{month}/{year}{time}")
}

/// A row as CSV, which answers it.
fn row(line: u64, cells: Vec<String>) -> Row {
    let mut raw = String::new();
    csv_row(&mut raw, ';', Guard::Off, cells.iter().map(String::as_str));
    raw.truncate(raw.trim_end_matches("\r\n").len());
    Row { line, raw, cells }
}

/// What a workbook is: its sheets, the header of the one that is read and how many rows follow it.
pub(crate) fn surveyed(file: &mut (impl Read + Seek), manner: &Manner, survey: &mut Survey) -> Result<()> {
    let book = Book::open(file)?;
    let sheet = book.sheet(manner.sheet.as_deref())?;
    let mut cells = book.cells(file, sheet)?;
    let mut top: Vec<(u64, Vec<String>)> = Vec::new();
    let mut said = None;
    let (mut rows, mut width) = (0_u64, 0);
    while let Some((line, row)) = cells.next()? {
        rows += 1;
        width = width.max(row.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1));
        if said.is_none() && matches!(manner.heading, Heading::Line(wanted) if line >= wanted) {
            said = Some((line, row.clone(), rows));
        }
        if top.len() < TOP {
            top.push((line, row));
        }
    }
    let (named, before) = match manner.heading {
        Heading::Found => {
            let (line, names, before) = header(&top, &cells.merged).ok_or_else(|| fault("error-import-empty", 1))?;
            (row(line, names), before)
        }
        Heading::Line(wanted) => {
            let (line, names, before) = said.ok_or_else(|| fault("error-import-header-line", wanted))?;
            (row(line, named(names)), before)
        }
        Heading::Missing if rows == 0 => return Err(fault("error-import-empty", 1)),
        Heading::Missing => (lettered(width, ';'), 0),
    };
    survey.encoding = Encoding::Utf8 { mark: true };
    survey.delimiter = ';';
    survey.sheets = book.sheets.iter().map(|sheet| sheet.name.clone()).collect();
    survey.sheet = sheet.name.clone();
    survey.header = named;
    survey.rows = rows - before;
    survey.top = top.into_iter().map(|(line, cells)| glimpse(&row(line, cells))).collect();
    Ok(())
}

/// Names without the spaces around them and without empty ones at their end.
fn named(names: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
    while names.last().is_some_and(|name| name.is_empty()) {
        names.pop();
    }
    names
}

/// The header among the first rows of a sheet: its last line, its names, and how many rows end with it. Titles that
/// stand above it are passed over; where names are gathered under cells that reach over several columns, both belong.
fn header(top: &[(u64, Vec<String>)], merged: &[Range]) -> Option<(u64, Vec<String>, u64)> {
    let filled = |row: &(u64, Vec<String>)| row.1.iter().filter(|cell| !cell.trim().is_empty()).count();
    let widest = top.iter().map(filled).max()?;
    let at = top.iter().position(|row| filled(row) * 2 > widest || gathers(row.0, merged))?;
    let (line, names) = &top[at];
    let mut names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
    let below = top.get(at + 1).filter(|(next, _)| *next == line + 1 && gathers(*line, merged));
    let (line, before) = match below {
        None => (*line, at + 1),
        Some((next, lower)) => {
            for (first, left, last, right) in merged.iter().filter(|(first, ..)| first == line) {
                let name = names.get(*left).cloned().unwrap_or_default();
                if names.len() <= *right {
                    names.resize(right + 1, String::new());
                }
                if first == last {
                    (*left..=*right).for_each(|column| names[column].clone_from(&name));
                }
            }
            if names.len() < lower.len() {
                names.resize(lower.len(), String::new());
            }
            for (name, lower) in names.iter_mut().zip(lower) {
                *name = format!("{name} {}", lower.trim()).trim().to_owned();
            }
            (*next, at + 2)
        }
    };
    Some((line, named(names), before as u64))
}

/// Whether a row has at least two names, or one beside others, that reach over several columns of that row alone.
fn gathers(line: u64, merged: &[Range]) -> bool {
    let wide = merged.iter().filter(|(first, left, last, right)| *first == line && last == first && right > left).count();
    let tall = merged.iter().any(|(first, _, last, _)| *first == line && *last == line + 1);
    wide > 1 || wide == 1 && tall
}

/// The rows of a sheet after its header.
pub(crate) struct SheetRows<R> {
    cells: Cells<R>,
    header: u64,
    width: usize,
}

pub(crate) fn rows<R: Read + Seek>(mut file: R, survey: &Survey) -> Result<SheetRows<R>> {
    let book = Book::open(&mut file)?;
    let sheet = book.sheet(Some(&survey.sheet))?;
    Ok(SheetRows { cells: book.cells(file, sheet)?, header: survey.header.line, width: survey.header.cells.len() })
}

impl<R: Read> SheetRows<R> {
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>> {
        while let Some((line, mut cells)) = self.cells.next()? {
            if line <= self.header {
                continue;
            }
            while cells.len() > self.width && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                cells.pop();
            }
            if cells.len() < self.width {
                cells.resize(self.width, String::new());
            }
            return Ok(Some(row(line, cells)));
        }
        Ok(None)
    }
}
