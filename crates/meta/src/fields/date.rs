//! A day.

use super::{Behaviour, Family, Kind, Reading};
use crate::field::{Key, Typed};
use crate::shape::ColumnType;
use kernel::{Date, Language, Say, Value};

/// A day.
pub type DateOnly = Key<Day>;

/// Reads as `Option<Date>`.
#[derive(Debug)]
pub enum Day {}

impl Typed for Day {
    type Out<'r> = Option<Date>;

    fn read(value: &Value) -> Option<Date> {
        value.date()
    }
}

/// Describes a day.
pub const fn date(key: &'static str) -> DateOnly {
    Key::new(key, Kind::Date)
}

pub(super) struct DateKind;

impl Behaviour for DateKind {
    fn column(&self) -> ColumnType {
        ColumnType::Date
    }

    fn family(&self) -> Family {
        Family::Times
    }

    fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say> {
        if let Ok(date) = input.parse() {
            return Ok(Value::Date(date));
        }
        match reading.language {
            Language::Italian | Language::English => Date::from_italian(input).map(Value::Date),
        }
        .ok_or(Say::new("error-date"))
    }

    fn to_json(&self, value: &Value) -> serde_json::Value {
        serde_json::Value::String(self.write(value))
    }

    fn show(&self, value: &Value, _: &Reading) -> String {
        value.date().map(for_people).unwrap_or_default()
    }

    fn write(&self, value: &Value) -> String {
        value.date().map(|date| date.to_string()).unwrap_or_default()
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": ["string", "null"], "format": "date" })
    }
}

/// `gg/mm/aaaa`, in both languages: the company is Italian.
pub(super) fn for_people(date: Date) -> String {
    let (year, month, day) = date.parts();
    format!("{day:02}/{month:02}/{year:04}")
}
