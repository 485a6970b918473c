//! A whole number; never empty: 0 until somebody says otherwise.

use super::{Behaviour, Family, Kind, Reading};
use crate::field::{Key, Typed};
use crate::shape::ColumnType;
use kernel::{Say, Scaled, Value};
use serde_json::Value as Json;

/// A whole number.
pub type Whole = Key<Number>;

/// Reads as `i64`.
#[derive(Debug)]
pub enum Number {}

impl Typed for Number {
    type Out<'r> = i64;

    fn read(value: &Value) -> i64 {
        value.int()
    }
}

/// Describes a whole number.
pub const fn whole(key: &'static str) -> Whole {
    Key::new(key, Kind::Whole)
}

pub(super) struct WholeKind;

impl Behaviour for WholeKind {
    fn column(&self) -> ColumnType {
        ColumnType::Int
    }

    fn family(&self) -> Family {
        Family::Numbers
    }

    fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say> {
        super::money::number(input, 0, reading).map(Value::Int).ok_or(Say::new("error-whole"))
    }

    fn from_json(&self, json: &Json) -> Result<Value, Say> {
        match json {
            Json::Number(number) => number.as_i64().map(Value::Int),
            Json::String(text) => Scaled::parse(text, 0).map(|number| Value::Int(number.units)),
            _ => None,
        }
        .ok_or(Say::new("error-whole"))
    }

    fn to_json(&self, value: &Value) -> Json {
        Json::from(value.int())
    }

    fn show(&self, value: &Value, reading: &Reading) -> String {
        Scaled { units: value.int(), scale: 0 }.for_people(reading.language)
    }

    fn write(&self, value: &Value) -> String {
        value.int().to_string()
    }

    fn schema(&self) -> Json {
        serde_json::json!({ "type": "integer", "format": "int64", "minimum": -(super::MOST_NUMBER as i64), "maximum": super::MOST_NUMBER })
    }
}
