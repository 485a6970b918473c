//! Money in euro cents; never empty: 0 until somebody says otherwise. In JSON a decimal text, `"1234.50"`.

use super::whole::Number;
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Language, Say, Scaled, Value};
use serde_json::Value as Json;

/// Money.
pub type Amount = Key<Number>;

/// Describes money.
pub const fn money(key: &'static str) -> Amount {
    Key::new(key, Kind::Money)
}

pub(super) struct MoneyKind;

/// Reads a number as the reader's language writes it.
pub(super) fn number(input: &str, scale: u8, reading: &Reading) -> Option<i64> {
    match reading.language {
        Language::Italian => Scaled::parse_italian(input, scale),
        Language::English => Scaled::parse(&input.replace([',', ' ', '€', '\u{a0}'], ""), scale),
    }
    .map(|number| number.units)
}

impl Behaviour for MoneyKind {
    fn column(&self) -> ColumnType {
        ColumnType::Int
    }

    fn family(&self) -> Family {
        Family::Numbers
    }

    fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say> {
        number(input, 2, reading).map(Value::Int).ok_or(Say::new("error-money"))
    }

    fn from_json(&self, json: &Json) -> Result<Value, Say> {
        match json {
            Json::String(text) => Scaled::parse(text, 2),
            Json::Number(number) => Scaled::parse(&number.to_string(), 2),
            _ => None,
        }
        .map(|amount| Value::Int(amount.units))
        .ok_or(Say::new("error-money"))
    }

    fn to_json(&self, value: &Value) -> Json {
        Json::String(self.write(value))
    }

    fn show(&self, value: &Value, reading: &Reading) -> String {
        let amount = Scaled { units: value.int(), scale: 2 }.for_people(reading.language);
        match reading.language {
            Language::Italian => format!("{amount} €"),
            Language::English => format!("€{amount}"),
        }
    }

    fn write(&self, value: &Value) -> String {
        Scaled { units: value.int(), scale: 2 }.to_string()
    }

    fn schema(&self) -> Json {
        serde_json::json!({ "type": "string", "pattern": "^-?[0-9]{1,13}(\\.[0-9]{1,2})?$", "example": "1234.50" })
    }
}
