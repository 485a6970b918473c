//! A percentage in hundredths of a percent; never empty: 0 until somebody says otherwise. In JSON a decimal text, `"12.5"`.

use super::whole::Number;
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Language, Say, Scaled, Value};
use serde_json::Value as Json;

/// A percentage.
pub type Percent = Key<Number>;

/// Describes a percentage.
pub const fn percent(key: &'static str) -> Percent {
    Key::new(key, Kind::Percent)
}

pub(super) struct PercentKind;

/// Reads a percentage as people write it, with or without its sign. Nobody groups its thousands, so a point is a point.
fn read(input: &str, language: Language) -> Option<Scaled> {
    let bare: String = input.chars().filter(|letter| !letter.is_whitespace() && *letter != '%').collect();
    match language {
        Language::Italian => Scaled::parse(&bare.replacen(',', ".", 1), 2),
        Language::English => Scaled::parse(&bare, 2),
    }
}

impl Behaviour for PercentKind {
    fn column(&self) -> ColumnType {
        ColumnType::Int
    }

    fn family(&self) -> Family {
        Family::Numbers
    }

    fn parse(&self, input: &str, reading: &Reading) -> Result<Value, Say> {
        read(input, reading.language).map(|number| Value::Int(number.units)).ok_or(Say::new("error-percent"))
    }

    fn from_json(&self, json: &Json) -> Result<Value, Say> {
        match json {
            Json::String(text) => Scaled::parse(text, 2),
            Json::Number(number) => Scaled::parse(&number.to_string(), 2),
            _ => None,
        }
        .map(|number| Value::Int(number.units))
        .ok_or(Say::new("error-percent"))
    }

    fn to_json(&self, value: &Value) -> Json {
        Json::String(self.write(value))
    }

    fn show(&self, value: &Value, reading: &Reading) -> String {
        match reading.language {
            Language::Italian => format!("{} %", bare(value, Language::Italian)),
            Language::English => format!("{}%", bare(value, Language::English)),
        }
    }

    fn write(&self, value: &Value) -> String {
        trimmed(Scaled { units: value.int(), scale: 2 }.to_string(), '.')
    }

    fn schema(&self) -> Json {
        serde_json::json!({ "type": "string", "pattern": "^-?[0-9]{1,13}(\\.[0-9]{1,2})?$", "example": "12.5" })
    }
}

/// The number as people write it, without its sign.
fn bare(value: &Value, language: Language) -> String {
    let point = if language == Language::Italian { ',' } else { '.' };
    trimmed(Scaled { units: value.int(), scale: 2 }.for_people(language), point)
}

/// Without the zeros that say nothing: `12,5`, `30`.
fn trimmed(number: String, point: char) -> String {
    match number.contains(point) {
        true => number.trim_end_matches('0').trim_end_matches(point).to_owned(),
        false => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Zone;

    fn reading(language: Language) -> Reading {
        Reading { language, zone: Zone::rome() }
    }

    #[test]
    fn people_write_percentages_with_and_without_sign() {
        let italian = reading(Language::Italian);
        for (input, units) in [("12,5", 1_250), ("12.5 %", 1_250), ("30%", 3_000), ("33.33", 3_333), ("0,05", 5), ("100", 10_000)] {
            assert_eq!(Kind::Percent.parse(input, &italian), Ok(Value::Int(units)), "{input}");
        }
        for input in ["12,555", "metà", "33.333", "1,2,3", "%"] {
            assert!(Kind::Percent.parse(input, &italian).is_err(), "{input}");
        }
        assert_eq!(Kind::Percent.parse("12.5%", &reading(Language::English)), Ok(Value::Int(1_250)));
    }

    #[test]
    fn they_are_shown_without_zeros_that_say_nothing() {
        let kind = Kind::Percent.behaviour();
        assert_eq!(kind.show(&Value::Int(1_250), &reading(Language::Italian)), "12,5 %");
        assert_eq!(kind.show(&Value::Int(10_000), &reading(Language::English)), "100%");
        for units in [0, 5, 50, 1_250, 3_333, 3_000, 10_000, -250] {
            let text = kind.write(&Value::Int(units));
            assert_eq!(Kind::Percent.from_json(&Json::String(text.clone())), Ok(Value::Int(units)), "{text}");
        }
    }
}
