//! Yes or no; never empty: no until somebody says yes.

use super::{Behaviour, Family, Kind, Reading};
use crate::field::{Key, Typed};
use crate::shape::ColumnType;
use kernel::{Language, Say, Value};
use serde_json::Value as Json;

/// Yes or no.
pub type YesNo = Key<Answer>;

/// Reads as `bool`.
#[derive(Debug)]
pub enum Answer {}

impl Typed for Answer {
    type Out<'r> = bool;

    fn read(value: &Value) -> bool {
        value.bool()
    }
}

/// Describes a yes or no.
pub const fn yes_no(key: &'static str) -> YesNo {
    Key::new(key, Kind::YesNo)
}

pub(super) struct YesNoKind;

impl Behaviour for YesNoKind {
    fn column(&self) -> ColumnType {
        ColumnType::Bool
    }

    fn family(&self) -> Family {
        Family::Answer
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        match kernel::fold(input).as_str() {
            "yes" | "si" | "s" | "y" | "true" | "1" | "x" | "on" | "vero" => Ok(Value::Bool(true)),
            "no" | "n" | "false" | "0" | "off" | "falso" => Ok(Value::Bool(false)),
            _ => Err(Say::new("error-yes-no")),
        }
    }

    fn from_json(&self, json: &Json) -> Result<Value, Say> {
        json.as_bool().map(Value::Bool).ok_or(Say::new("error-yes-no"))
    }

    fn to_json(&self, value: &Value) -> Json {
        Json::Bool(value.bool())
    }

    fn show(&self, value: &Value, reading: &Reading) -> String {
        match (value.bool(), reading.language) {
            (true, Language::Italian) => "Sì",
            (true, Language::English) => "Yes",
            (false, _) => "No",
        }
        .to_owned()
    }

    fn write(&self, value: &Value) -> String {
        if value.bool() { "yes" } else { "no" }.to_owned()
    }

    fn schema(&self) -> Json {
        serde_json::json!({ "type": "boolean" })
    }
}
