//! The kinds of fields, one file each: column, parsing, JSON, showing, operators.
//!
//! A new kind is a file here, a variant of [`Kind`], a line in [`Kind::behaviour`], and a file in `web/fields`.

mod choice;
mod code;
mod composite;
mod coordinates;
mod date;
mod email;
pub mod file;
mod link;
mod long_text;
mod moment;
mod money;
mod percent;
mod phone;
mod text;
mod vocabulary;
mod web;
mod whole;
mod yes_no;

pub use choice::{Choice, Choices, Chosen, choice};
pub use code::{Code, code};
pub use composite::{Address, PersonName, address, person_name};
pub use coordinates::{Coordinates, coordinates};
pub use date::{DateOnly, date};
pub use email::{Email, email};
pub use file::{FileParts, file};
pub use link::{About, Link, about, link};
pub use long_text::{LongText, long_text};
pub use moment::{MomentOf, moment};
pub use money::{Amount, money};
pub use percent::{Percent, percent};
pub use phone::{Phone, phone};
pub use text::{Text, text};
pub use vocabulary::{Vocabularies, Vocabulary, stored, term_key, terms, vocabularies, vocabulary};
pub use web::{Web, web};
pub use whole::{Whole, whole};
pub use yes_no::{YesNo, yes_no};

use crate::shape::ColumnType;
use kernel::{Language, Say, Value, Zone};
use serde_json::Value as Json;

/// The greatest number a field takes, either way: fifteen digits, which JSON and spreadsheets carry exactly and of
/// which thousands can be summed.
pub const MOST_NUMBER: u64 = 999_999_999_999_999;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// An identifier in its canonical form, compared as it is.
    Code,
    /// One of the keys that the code knows.
    Choice(&'static [Choice]),
    /// One term of a vocabulary that the company owns.
    Vocabulary(&'static str),
    /// Several terms of a vocabulary.
    Vocabularies(&'static str),
    /// Yes or no.
    YesNo,
    /// A whole number.
    Whole,
    /// Euro cents.
    Money,
    /// Hundredths of a percent.
    Percent,
    /// A day.
    Date,
    /// A point in time.
    Moment,
    /// An e-mail address.
    Email,
    /// A phone number in E.164.
    Phone,
    /// A web address.
    Web,
    /// Latitude and longitude, in degrees.
    Coordinates,
    /// A file, by the digest of what is in it.
    File,
    /// A number of bytes.
    Size,
    /// A link to a record of this entity.
    Link(&'static str),
    /// A link to a record of one of these entities; a sibling field `…_kind` says which.
    About(&'static [&'static str]),
}

/// How a person reads: what parsing and showing depend on.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The language, which decides formats of numbers and dates.
    pub language: Language,
    /// The company's zone, in which moments are shown.
    pub zone: Zone,
}

/// The families of operators a kind offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// is, in, contains, starts with, empty, and order by the folded text.
    Words,
    /// is, in, empty.
    Keys,
    /// has, has any of, empty: for many keys in one field.
    ManyKeys,
    /// is.
    Answer,
    /// is, in, order, between, empty (which is zero).
    Numbers,
    /// is, order, between, relative time, empty.
    Times,
    /// is, in, empty, and a step to the other record's fields.
    Records,
}

/// What each kind's file says.
pub trait Behaviour {
    /// How the value is stored.
    fn column(&self) -> ColumnType;
    /// The operators it offers.
    fn family(&self) -> Family;
    /// Reads what a person typed, or a cell of an import. Empty input is handled before.
    fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say>;
    /// Reads a JSON attribute. `null` is handled before.
    #[expect(clippy::wrong_self_convention, reason = "from JSON, by the rules of this kind")]
    fn from_json(&self, json: &Json) -> Result<Value, Say> {
        match json {
            Json::String(text) => self.parse(text, &Reading { language: Language::English, zone: Zone::rome() }),
            _ => Err(Say::new("error-text-expected")),
        }
    }
    /// The JSON attribute.
    fn to_json(&self, value: &Value) -> Json {
        Json::String(value.text().to_owned())
    }
    /// The words for a person; choices and links give their key, which the page turns into words.
    fn show(&self, value: &Value, _reading: &Reading) -> String {
        value.text().to_owned()
    }
    /// The canonical text in filters, addresses and exports of the API.
    fn write(&self, value: &Value) -> String {
        value.text().to_owned()
    }
    /// The JSON schema of the attribute, for OpenAPI.
    fn schema(&self) -> Json {
        serde_json::json!({ "type": "string" })
    }
}

impl Kind {
    /// The file that says how this kind behaves.
    pub fn behaviour(&self) -> &dyn Behaviour {
        match self {
            Kind::Text => &text::TextKind,
            Kind::LongText => &long_text::LongTextKind,
            Kind::Code => &code::CodeKind,
            Kind::Choice(choices) => choices,
            Kind::Vocabulary(_) => &vocabulary::OneTerm,
            Kind::Vocabularies(_) => &vocabulary::ManyTerms,
            Kind::YesNo => &yes_no::YesNoKind,
            Kind::Whole => &whole::WholeKind,
            Kind::Money => &money::MoneyKind,
            Kind::Percent => &percent::PercentKind,
            Kind::Date => &date::DateKind,
            Kind::Moment => &moment::MomentKind,
            Kind::Email => &email::EmailKind,
            Kind::Phone => &phone::PhoneKind,
            Kind::Web => &web::WebKind,
            Kind::Coordinates => &coordinates::CoordinatesKind,
            Kind::File => &file::FileKind,
            Kind::Size => &file::SizeKind,
            Kind::Link(_) | Kind::About(_) => &link::LinkKind,
        }
    }

    /// How the value is stored.
    pub fn column(&self) -> ColumnType {
        self.behaviour().column()
    }

    /// The operators it offers.
    pub fn family(&self) -> Family {
        self.behaviour().family()
    }

    /// Whether a folded twin stands beside the column.
    pub fn folded(&self) -> bool {
        matches!(self, Kind::Text | Kind::LongText | Kind::Email | Kind::Web)
    }

    /// Whether the column may be NULL, which stands for empty.
    pub fn nullable(&self) -> bool {
        self.column().nullable()
    }

    /// The value that stands for "nothing was put here".
    pub fn empty(&self) -> Value {
        match self.column() {
            ColumnType::Text => Value::Text(String::new()),
            ColumnType::Int => Value::Int(0),
            ColumnType::Bool => Value::Bool(false),
            _ => Value::Empty,
        }
    }

    /// Reads what a person typed, or a cell of an import; empty input is the empty value.
    pub fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say> {
        let input = if matches!(self, Kind::LongText) { input } else { input.trim() };
        if input.is_empty() {
            return Ok(self.empty());
        }
        self.limit(input)?;
        self.exact(self.behaviour().parse(input, reading)?)
    }

    /// Reads a JSON attribute; `null` is the empty value.
    pub fn from_json(&self, json: &Json) -> Result<Value, Say> {
        if json.is_null() {
            return Ok(self.empty());
        }
        if let Json::String(text) = json {
            if text.is_empty() {
                return Ok(self.empty());
            }
            self.limit(text)?;
        }
        self.exact(self.behaviour().from_json(json)?)
    }

    /// The JSON attribute; empty dates and links are `null`.
    pub fn to_json(&self, value: &Value) -> Json {
        if matches!(value, Value::Empty) { Json::Null } else { self.behaviour().to_json(value) }
    }

    /// Refuses numbers beyond [`MOST_NUMBER`].
    fn exact(&self, value: Value) -> Result<Value, Say> {
        match value {
            Value::Int(number) if number.unsigned_abs() > MOST_NUMBER => Err(Say::new(match self {
                Kind::Money => "error-money",
                Kind::Percent => "error-percent",
                _ => "error-whole",
            })),
            value => Ok(value),
        }
    }

    fn limit(&self, input: &str) -> Result<(), Say> {
        let most = match self {
            Kind::LongText => 100_000,
            Kind::Text | Kind::Code => 500,
            _ => 2_000,
        };
        if input.contains('\0') {
            return Err(Say::new("error-nul"));
        }
        if input.chars().count() > most {
            return Err(Say::new("error-too-long").with("most", most));
        }
        Ok(())
    }
}
