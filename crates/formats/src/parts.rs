//! The parts of an archive, found through its directory. What the directory says of sizes is checked before anything
//! is unpacked, and held to while it is; nothing is ever written anywhere, so a link is a part like any other.

use crate::fault;
use flate2::read::DeflateDecoder;
use kernel::Result;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Most parts of an archive, and the longest directory of them.
const MOST_PARTS: u64 = 10_000;
const MOST_DIRECTORY: u64 = 4 << 20;

/// A part of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    name: String,
    offset: u64,
    packed: u64,
    size: u64,
    method: u16,
}

/// All parts of an archive.
#[derive(Debug)]
pub(crate) struct Parts(Vec<Part>);

fn broken() -> kernel::Error {
    fault("error-import-workbook", 1)
}

fn number(bytes: &[u8], at: usize, length: usize) -> Result<u64> {
    let bytes = bytes.get(at..at + length).ok_or_else(broken)?;
    Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn read(file: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at)).map_err(crate::unreadable)?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).map_err(crate::unreadable)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(broken()) }
}

impl Parts {
    /// Reads the directory, which stands at the end of the file.
    pub(crate) fn of(file: &mut (impl Read + Seek)) -> Result<Parts> {
        let length = file.seek(SeekFrom::End(0)).map_err(crate::unreadable)?;
        let tail = length.min(22 + 65_535);
        let end = read(file, length - tail, tail)?;
        let at = end.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or_else(broken)?;
        let (mut count, mut size, mut offset) = (number(&end, at + 10, 2)?, number(&end, at + 12, 4)?, number(&end, at + 16, 4)?);
        // Archives that may be longer than four gigabytes keep these elsewhere.
        if let Some(locator) = at.checked_sub(20).filter(|at| end[*at..].starts_with(b"PK\x06\x07")) {
            let wide = read(file, number(&end, locator + 8, 8)?, 56)?;
            if !wide.starts_with(b"PK\x06\x06") {
                return Err(broken());
            }
            (count, size, offset) = (number(&wide, 32, 8)?, number(&wide, 40, 8)?, number(&wide, 48, 8)?);
        }
        if count > MOST_PARTS || size > MOST_DIRECTORY || offset > length || size > length - offset {
            return Err(broken());
        }
        let directory = read(file, offset, size)?;
        let mut parts = Vec::new();
        let mut at = 0;
        for _ in 0..count {
            if number(&directory, at, 4)? != 0x0201_4b50 {
                return Err(broken());
            }
            let field = |offset: usize, length: usize| number(&directory, at + offset, length);
            let (named, extra, comment) = (field(28, 2)? as usize, field(30, 2)? as usize, field(32, 2)? as usize);
            let name = directory.get(at + 46..at + 46 + named).ok_or_else(broken)?;
            let mut part = Part {
                name: String::from_utf8_lossy(name).replace('\\', "/"),
                offset: field(42, 4)?,
                packed: field(20, 4)?,
                size: field(24, 4)?,
                method: field(10, 2)? as u16,
            };
            let more = directory.get(at + 46 + named..at + 46 + named + extra).ok_or_else(broken)?;
            part.widened(more)?;
            let sealed = field(8, 2)? & 1 == 1;
            // What is sealed, or packed in another way, is as if it were not there.
            if !sealed && matches!(part.method, 0 | 8) && part.packed <= length && part.offset <= length {
                parts.push(part);
            }
            at += 46 + named + extra + comment;
        }
        Ok(Parts(parts))
    }

    /// The part of this name; names differ by their letters, not by capitals.
    pub(crate) fn named(&self, name: &str) -> Option<&Part> {
        self.0.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }
}

impl Part {
    /// Sizes that do not fit into four bytes stand in a field of their own.
    fn widened(&mut self, mut more: &[u8]) -> Result<()> {
        while more.len() >= 4 {
            let (kind, length) = (number(more, 0, 2)?, number(more, 2, 2)? as usize);
            let field = more.get(4..4 + length).ok_or_else(broken)?;
            if kind == 1 {
                let mut at = 0;
                for value in [&mut self.size, &mut self.packed, &mut self.offset] {
                    if *value == 0xffff_ffff {
                        *value = number(field, at, 8)?;
                        at += 8;
                    }
                }
            }
            more = &more[4 + length..];
        }
        Ok(())
    }

    /// How many bytes it holds, unpacked, as it says.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// What the part holds, unpacked as it is read. Error: `error-import-workbook-large`, where it says that it holds
    /// more than `most` bytes; whoever reads more than it says gets an error of the reader.
    pub(crate) fn open<R: Read + Seek>(&self, mut file: R, most: u64) -> Result<BufReader<Unpacked<R>>> {
        if self.size > most {
            return Err(fault("error-import-workbook-large", 1));
        }
        let head = read(&mut file, self.offset, 30)?;
        if !head.starts_with(b"PK\x03\x04") {
            return Err(broken());
        }
        let begin = self.offset + 30 + number(&head, 26, 2)? + number(&head, 28, 2)?;
        file.seek(SeekFrom::Start(begin)).map_err(crate::unreadable)?;
        let packed = file.take(self.packed);
        let source = if self.method == 8 { Packed::Deflated(DeflateDecoder::new(packed)) } else { Packed::Stored(packed) };
        Ok(BufReader::with_capacity(64 * 1024, Unpacked { source, left: self.size }))
    }
}

enum Packed<R> {
    Stored(io::Take<R>),
    Deflated(DeflateDecoder<io::Take<R>>),
}

/// A part being unpacked.
pub(crate) struct Unpacked<R> {
    source: Packed<R>,
    left: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.source {
            Packed::Stored(source) => source.read(bytes)?,
            Packed::Deflated(source) => source.read(bytes)?,
        };
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other("a part is longer than it says"))?;
        Ok(read)
    }
}
