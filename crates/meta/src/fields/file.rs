//! A file: what is in it (by the digest under which it is kept), how it is called, how large it is, what it is. Written by
//! whoever received it, never by an input.

use super::text::Words;
use super::whole::Number;
use super::{Behaviour, Code, Family, Kind, Reading, Text, Whole, code, text};
use crate::field::{Described, Field, Key};
use crate::shape::ColumnType;
use kernel::{Language, Say, Value};
use serde_json::Value as Json;

/// A file, in four parts.
#[derive(Debug)]
pub struct FileParts {
    /// The digest of its bytes; empty where there is no file.
    pub digest: Key<Words>,
    /// What it was called where it came from, made harmless.
    pub name: Text,
    /// Its size in bytes.
    pub size: Whole,
    /// Its media type, as we found it.
    pub media: Code,
}

/// Describes a file named `file`.
pub const fn file() -> FileParts {
    FileParts {
        digest: Key::new("file.digest", Kind::File).read_only(),
        name: text("file.name").search().sortable().read_only(),
        size: Key::<Number>::new("file.size", Kind::Size).sortable().read_only(),
        media: code("file.media").read_only(),
    }
}

impl FileParts {
    /// Belonging to an entity.
    pub const fn within(self, entity: &'static str) -> FileParts {
        FileParts {
            digest: self.digest.within(entity),
            name: self.name.within(entity),
            size: self.size.within(entity),
            media: self.media.within(entity),
        }
    }
}

impl Described for FileParts {
    fn fields(&self) -> Vec<Field> {
        vec![self.digest.field, self.name.field, self.size.field, self.media.field]
    }
}

pub(super) struct FileKind;

impl Behaviour for FileKind {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Keys
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        let digest = input.len() == 64 && input.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digest { Ok(Value::Text(input.to_owned())) } else { Err(Say::new("error-digest")) }
    }
}

pub(super) struct SizeKind;

impl Behaviour for SizeKind {
    fn column(&self) -> ColumnType {
        ColumnType::Int
    }

    fn family(&self) -> Family {
        Family::Numbers
    }

    fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say> {
        super::whole::WholeKind.parse(input, reading)
    }

    fn from_json(&self, json: &Json) -> Result<Value, Say> {
        super::whole::WholeKind.from_json(json)
    }

    fn to_json(&self, value: &Value) -> Json {
        Json::from(value.int())
    }

    fn show(&self, value: &Value, reading: &Reading) -> String {
        for_people(value.int(), reading.language)
    }

    fn write(&self, value: &Value) -> String {
        value.int().to_string()
    }

    fn schema(&self) -> Json {
        super::whole::WholeKind.schema()
    }
}

/// Bytes as people say them: «640 byte», «12 KB», «1,4 MB»; a thousand and twenty-four of each make the next.
pub fn for_people(bytes: i64, language: Language) -> String {
    let comma = if language == Language::Italian { ',' } else { '.' };
    let tenths = |unit: i64| bytes.saturating_mul(10).saturating_add(unit / 2) / unit;
    match bytes {
        ..1_024 if bytes == 1 => "1 byte".to_owned(),
        ..1_024 => format!("{bytes} {}", if language == Language::Italian { "byte" } else { "bytes" }),
        1_024..1_048_576 => format!("{} KB", (bytes + 512) / 1_024),
        1_048_576..1_073_741_824 => format!("{}{comma}{} MB", tenths(1 << 20) / 10, tenths(1 << 20) % 10),
        _ => format!("{}{comma}{} GB", tenths(1 << 30) / 10, tenths(1 << 30) % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::for_people;
    use kernel::Language::{English, Italian};

    #[test]
    fn sizes_are_said_as_people_say_them() {
        for (bytes, said) in [(0, "0 byte"), (640, "640 byte"), (12_300, "12 KB"), (1_468_006, "1,4 MB"), (52_428_800, "50,0 MB")] {
            assert_eq!(for_people(bytes, Italian), said);
        }
        assert_eq!((for_people(1, English), for_people(3_221_225_472, English)), ("1 byte".to_owned(), "3.0 GB".to_owned()));
    }
}
