//! The portable form of an installation: what it is made of, its tables row by row, its files, and at the end the counts
//! and sums of all of it. The same for both databases.

use super::cells::{self, broken};
use super::sealed::{Opening, Sealing, from_disk};
use super::tally::Tally;
use crate::files::{Digest, Files};
use kernel::{Error, Moment, Result, Value};
use meta::shape::{Column, ColumnType, Table, TableIndex};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};

/// The number of the form.
const FORMAT: u32 = 1;
/// Longer parts are not read: nobody writes them.
const MOST_BYTES: usize = 256 << 20;
/// Bytes of a file in one part.
const FILE_PART: usize = 1 << 20;

/// What a backup says of itself before anything else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The number of the form.
    pub format: u32,
    /// The version of the program that wrote it.
    pub version: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// On which database.
    pub database: String,
    /// The installation, by a name that nobody else has.
    pub installation: String,
    tables: Vec<Shape>,
}

/// What it says at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Count and sum of each table, in the order of the manifest.
    pub tables: Vec<(String, Tally)>,
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Totals {
    /// Rows of all tables together.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, tally)| tally.rows).sum()
    }
}

/// A table, as the manifest has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Shape {
    name: String,
    columns: Vec<(String, String)>,
    primary: Vec<String>,
    indexes: Vec<(String, Vec<String>, bool, bool)>,
    searchable: bool,
}

const KINDS: [(&str, ColumnType); 7] = [
    ("text", ColumnType::Text),
    ("int", ColumnType::Int),
    ("bool", ColumnType::Bool),
    ("date", ColumnType::Date),
    ("moment", ColumnType::Moment),
    ("link", ColumnType::Link),
    ("bytes", ColumnType::Bytes),
];

impl Shape {
    fn of(table: &Table) -> Shape {
        let kind = |kind: ColumnType| KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
        Shape {
            name: table.name.clone(),
            columns: table.columns.iter().map(|column| (column.name.clone(), kind(column.kind).to_owned())).collect(),
            primary: table.primary.clone(),
            indexes: table.indexes.iter().map(|index| (index.name.clone(), index.columns.clone(), index.unique, index.living)).collect(),
            searchable: table.searchable,
        }
    }

    fn table(&self) -> Result<Table> {
        let column = |(name, kind): &(String, String)| {
            let kind = KINDS.iter().find(|(known, _)| known == kind).ok_or_else(broken)?.1;
            Ok(Column { name: name.clone(), kind })
        };
        let index = |(name, columns, unique, living): &(String, Vec<String>, bool, bool)| TableIndex {
            name: name.clone(),
            columns: columns.clone(),
            unique: *unique,
            living: *living,
        };
        Ok(Table {
            name: self.name.clone(),
            columns: self.columns.iter().map(column).collect::<Result<_>>()?,
            primary: self.primary.clone(),
            indexes: self.indexes.iter().map(index).collect(),
            searchable: self.searchable,
            // Whoever opens the place guards it.
            guard: None,
        })
    }
}

impl Manifest {
    /// Of these tables.
    pub(super) fn new(tables: &[Table], at: Moment, database: &str, installation: String) -> Manifest {
        Manifest {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: at.millis(),
            database: database.to_owned(),
            installation,
            tables: tables.iter().map(Shape::of).collect(),
        }
    }

    /// The tables.
    pub(super) fn tables(&self) -> Result<Vec<Table>> {
        self.tables.iter().map(Shape::table).collect()
    }
}

/// A part of the form.
pub(super) enum Part {
    /// Rows of the table at this place of the manifest.
    Rows(usize, Vec<Vec<Value>>),
    /// A file begins: its digest and size.
    File(Digest),
    /// Bytes of it.
    Bytes(Vec<u8>),
    /// The end.
    End(Totals),
}

const MANIFEST: u8 = b'M';
const ROWS: u8 = b'T';
const FILE: u8 = b'F';
const BYTES: u8 = b'B';
const END: u8 = b'E';

/// Writes the form.
pub(super) struct Writer<W: Write> {
    out: Sealing<W>,
    totals: Totals,
    raw: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins with the manifest.
    pub(super) fn new(out: Sealing<W>, manifest: &Manifest) -> Result<Writer<W>> {
        let tables = manifest.tables.iter().map(|table| (table.name.clone(), Tally::default())).collect();
        let mut writer = Writer { out, totals: Totals { tables, ..Totals::default() }, raw: Vec::new() };
        let manifest = serde_json::to_vec(manifest).map_err(Error::internal)?;
        writer.part(MANIFEST, &[], &manifest)?;
        Ok(writer)
    }

    /// Rows of the table at this place.
    pub(super) fn rows(&mut self, place: usize, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
        self.raw.clear();
        let (_, tally) = self.totals.tables.get_mut(place).ok_or_else(broken)?;
        for row in rows {
            let begin = self.raw.len();
            cells::write(row, &table.columns, &mut self.raw);
            tally.add(&self.raw[begin..]);
        }
        let packed = lz4_flex::block::compress_prepend_size(&self.raw);
        let mut head = [0; 8];
        head[..4].copy_from_slice(&(place as u32).to_le_bytes());
        head[4..].copy_from_slice(&(rows.len() as u32).to_le_bytes());
        self.part(ROWS, &head, &packed)
    }

    /// A whole file.
    pub(super) fn file(&mut self, files: &Files, digest: &Digest) -> Result<()> {
        let mut file = files.open(digest)?;
        self.part(FILE, &[], digest.as_str().as_bytes())?;
        let mut bytes = vec![0; FILE_PART];
        loop {
            let length = file.read(&mut bytes).map_err(|error| from_disk(&error))?;
            if length == 0 {
                self.totals.files += 1;
                return Ok(());
            }
            self.totals.bytes += length as u64;
            self.part(BYTES, &[], &bytes[..length])?;
        }
    }

    /// Ends; gives what it was written into, and the totals.
    pub(super) fn finish(mut self) -> Result<(W, Totals)> {
        let totals = serde_json::to_vec(&self.totals).map_err(Error::internal)?;
        self.part(END, &[], &totals)?;
        let inner = self.out.finish().map_err(|error| from_disk(&error))?;
        Ok((inner, self.totals))
    }

    fn part(&mut self, kind: u8, head: &[u8], body: &[u8]) -> Result<()> {
        let length = u32::try_from(head.len() + body.len()).map_err(Error::internal)?;
        let mut write = || {
            self.out.write_all(&[kind])?;
            self.out.write_all(&length.to_le_bytes())?;
            self.out.write_all(head)?;
            self.out.write_all(body)
        };
        write().map_err(|error| from_disk(&error))
    }
}

/// Reads the form.
pub(super) struct Reader<R: Read> {
    inner: Opening<R>,
    pub(super) manifest: Manifest,
    pub(super) tables: Vec<Table>,
}

impl<R: Read> Reader<R> {
    /// Begins with the manifest. `Unavailable` with `error-backup-newer` for a form that this version does not know.
    pub(super) fn new(mut inner: Opening<R>) -> Result<Reader<R>> {
        let (kind, body) = part(&mut inner)?;
        if kind != MANIFEST {
            return Err(broken());
        }
        let manifest: Manifest = serde_json::from_slice(&body).map_err(|_| broken())?;
        if manifest.format != FORMAT {
            return Err(Error::Unavailable(kernel::Say::new("error-backup-newer").with("version", &manifest.version)));
        }
        let tables = manifest.tables()?;
        Ok(Reader { inner, manifest, tables })
    }

    /// The next part. After the end there is none, and nothing may follow it.
    pub(super) fn next(&mut self) -> Result<Part> {
        let (kind, body) = part(&mut self.inner)?;
        match kind {
            ROWS => {
                let (head, packed) = body.split_at_checked(8).ok_or_else(broken)?;
                let whole = |bytes: &[u8]| bytes.iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
                let (place, count) = (whole(&head[..4]), whole(&head[4..]));
                if packed.get(..4).map(whole).is_none_or(|size| size > MOST_BYTES) {
                    return Err(broken());
                }
                let raw = lz4_flex::block::decompress_size_prepended(packed).map_err(|_| broken())?;
                let table = self.tables.get(place).ok_or_else(broken)?;
                let mut rest = raw.as_slice();
                let mut rows = Vec::new();
                for _ in 0..count {
                    rows.push(cells::read(&table.columns, &mut rest)?);
                }
                if rest.is_empty() { Ok(Part::Rows(place, rows)) } else { Err(broken()) }
            }
            FILE => {
                let digest = std::str::from_utf8(&body).ok().and_then(|text| text.parse().ok()).ok_or_else(broken)?;
                Ok(Part::File(digest))
            }
            BYTES => Ok(Part::Bytes(body)),
            END => {
                let totals = serde_json::from_slice(&body).map_err(|_| broken())?;
                if self.inner.is_at_end() { Ok(Part::End(totals)) } else { Err(broken()) }
            }
            _ => Err(broken()),
        }
    }
}

fn part(inner: &mut impl Read) -> Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    inner.read_exact(&mut head).map_err(|error| from_disk(&error))?;
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length > MOST_BYTES {
        return Err(broken());
    }
    let mut body = vec![0; length];
    inner.read_exact(&mut body).map_err(|error| from_disk(&error))?;
    Ok((head[0], body))
}
