//! Bytes as text: which encoding they have, found out, and their letters one piece after the other.

use crate::{Kind, fault, unreadable};
use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use kernel::Result;
use sha2::{Digest, Sha256};
use std::io::Read;

const CHUNK: usize = 64 * 1024;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Those that somebody may say, by [`Encoding::key`].
    pub const KEYS: [&str; 3] = ["utf-8", "utf-16", "windows-1252"];

    /// The encoding that a word names: `utf-8`, `utf-16`, `windows-1252`. Which byte of UTF-16 stands first its mark says.
    pub fn parse(key: &str) -> Option<Encoding> {
        match key.to_ascii_lowercase().as_str() {
            "utf-8" => Some(Encoding::Utf8 { mark: false }),
            "utf-16" => Some(Encoding::Utf16Le),
            "windows-1252" => Some(Encoding::Windows1252),
            _ => None,
        }
    }

    /// The word that names it.
    pub fn key(self) -> &'static str {
        match self {
            Encoding::Utf8 { .. } => "utf-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "utf-16",
            Encoding::Windows1252 => "windows-1252",
        }
    }

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

/// Digest and encoding, from all the bytes: an accent may stand only in the last row. What somebody says of the encoding holds.
pub(crate) fn bytes_of(file: &mut impl Read, said: Option<Encoding>) -> Result<(String, Kind, Encoding)> {
    let said_wide = said.is_some_and(|said| matches!(said, Encoding::Utf16Le | Encoding::Utf16Be));
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut first = Vec::new();
    let mut line = 1_u64;
    let mut is_utf8 = true;
    let mut carried: Vec<u8> = Vec::with_capacity(4);
    let mut wide = None;
    let mut archive = false;
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
            archive = is_archive(&first)?;
        }
        if archive || wide.is_some() || said_wide {
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
    let encoding = match said {
        None => found(wide, is_utf8 && carried.is_empty(), &first),
        Some(Encoding::Utf16Le | Encoding::Utf16Be) => wide.or(said).unwrap_or(Encoding::Utf16Le),
        Some(Encoding::Utf8 { .. }) => Encoding::Utf8 { mark: first.starts_with(MARK) },
        Some(said) => said,
    };
    let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((digest, if archive { Kind::Workbook } else { kind(&first, encoding) }, encoding))
}

const MARK: &[u8] = b"\xef\xbb\xbf";

fn found(wide: Option<Encoding>, is_utf8: bool, first: &[u8]) -> Encoding {
    match wide {
        Some(wide) => wide,
        None if is_utf8 => Encoding::Utf8 { mark: first.starts_with(MARK) },
        None => Encoding::Windows1252,
    }
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

/// Whether it is an archive, as workbooks are. Files that people choose by mistake are told by how they begin.
fn is_archive(first: &[u8]) -> Result<bool> {
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06") {
        return Ok(true);
    }
    if first.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(fault("error-import-workbook-old", 1));
    }
    let others: [&[u8]; 5] = [b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b"];
    if others.iter().any(|other| first.starts_with(other)) { Err(fault("error-import-not-text", 1)) } else { Ok(false) }
}

/// Cards are told by their first line.
fn kind(first: &[u8], encoding: Encoding) -> Kind {
    let (text, ..) = match encoding {
        Encoding::Utf16Le => UTF_16LE.decode(first),
        Encoding::Utf16Be => UTF_16BE.decode(first),
        _ => WINDOWS_1252.decode(first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first)),
    };
    let line = text.trim_start().lines().next().unwrap_or("").trim_end();
    if line.eq_ignore_ascii_case("BEGIN:VCARD") { Kind::Cards } else { Kind::Text }
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

/// The text of a file, decoded as it is read.
pub(crate) struct Text<R> {
    file: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// What is decoded and not yet let go.
    pub(crate) text: String,
    /// How far in it we are.
    pub(crate) at: usize,
    /// The line there.
    pub(crate) line: u64,
    /// Whether the file is read to its end.
    pub(crate) ended: bool,
}

impl<R: Read> Text<R> {
    pub(crate) fn new(file: R, encoding: Encoding) -> Text<R> {
        Text { file, decoder: encoding.decoder(), bytes: vec![0; CHUNK], text: String::new(), at: 0, line: 1, ended: false }
    }

    /// Decodes some more of the file; whether there was any. What was read before is let go.
    pub(crate) fn more(&mut self) -> Result<bool> {
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

    /// Appends the next line to what is given, without its end; whether there was one, and whether it was longer than
    /// `most` bytes: the rest of it is read and let go.
    pub(crate) fn line_into(&mut self, line: &mut String, most: usize) -> Result<Option<bool>> {
        let (mut taken, mut cut) = (0, false);
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(['\n', '\r']);
            let piece = &rest[..end.unwrap_or(rest.len())];
            let mut keep = piece.len().min(most - taken);
            while !piece.is_char_boundary(keep) {
                keep -= 1;
            }
            cut |= keep < piece.len();
            line.push_str(&piece[..keep]);
            taken = if cut { most } else { taken + keep };
            let (length, any) = (piece.len(), !piece.is_empty());
            self.at += length;
            if end.is_some() {
                let both = self.text[self.at..].starts_with("\r\n");
                // Whether a line ends with both is told only when the second is there.
                if self.text.as_bytes()[self.at] == b'\r' && self.at + 1 == self.text.len() && !self.ended {
                    self.more()?;
                    continue;
                }
                self.at += if both { 2 } else { 1 };
                self.line += 1;
                return Ok(Some(cut));
            }
            if !self.more()? {
                return Ok((any || taken > 0 || cut).then_some(cut));
            }
        }
    }
}
