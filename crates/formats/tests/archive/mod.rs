//! Files as nobody should write them, for tests: archives, and what never ends.

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::{Read, Seek, SeekFrom, Write};

/// A part of an archive: its name, what it holds packed, how long it says it is, and the mode of its file.
pub struct Packed {
    name: &'static str,
    bytes: Vec<u8>,
    pub size: u32,
    pub mode: u32,
}

/// A part, packed piece by piece.
pub fn packed(name: &'static str, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Packed {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let mut size = 0;
    for piece in pieces {
        size += piece.as_ref().len() as u32;
        encoder.write_all(piece.as_ref()).expect("packed");
    }
    Packed { name, bytes: encoder.finish().expect("packed"), size, mode: 0o100_644 }
}

/// An archive of these parts.
pub fn archive(parts: &[Packed]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for part in parts {
        let offset = file.len() as u32;
        let mut common = Vec::new();
        for number in [20_u16, 0, 8, 0, 0] {
            common.extend(number.to_le_bytes());
        }
        for number in [0, part.bytes.len() as u32, part.size] {
            common.extend(number.to_le_bytes());
        }
        common.extend((part.name.len() as u16).to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(part.name.as_bytes());
        file.extend(&part.bytes);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((part.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(part.name.as_bytes());
    }
    let at = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend((parts.len() as u16).to_le_bytes().repeat(2));
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(at.to_le_bytes());
    file.extend([0, 0]);
    file
}

const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const LEADS: &str = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A workbook with this sheet, and these texts.
pub fn book(sheet: Packed, strings: Option<Packed>) -> Vec<u8> {
    let mut parts = vec![packed("xl/workbook.xml", [BOOK]), packed("xl/_rels/workbook.xml.rels", [LEADS]), sheet];
    parts.extend(strings);
    archive(&parts)
}

/// The sheet of such a workbook.
pub fn sheet(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Packed {
    packed("xl/worksheets/sheet1.xml", pieces)
}

/// So many bytes, made as they are read: the first, then a piece over and over again.
pub struct Endless {
    first: &'static str,
    piece: Vec<u8>,
    at: u64,
    size: u64,
    /// How many of them were read, over all.
    pub read: u64,
}

impl Endless {
    /// A file of that size.
    pub fn new(first: &'static str, piece: impl Into<Vec<u8>>, size: u64) -> Endless {
        Endless { first, piece: piece.into(), at: 0, size, read: 0 }
    }
}

impl Read for Endless {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let first = self.first.as_bytes();
        let rest = match first.get(self.at as usize..) {
            Some(rest) if !rest.is_empty() => rest,
            _ => &self.piece[((self.at as usize) - first.len()) % self.piece.len()..],
        };
        let length = rest.len().min(bytes.len()).min((self.size - self.at) as usize);
        bytes[..length].copy_from_slice(&rest[..length]);
        self.at += length as u64;
        self.read += length as u64;
        Ok(length)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        if let SeekFrom::Start(place) = to {
            self.at = place;
        }
        Ok(self.at)
    }
}
