//! Several lines of text.

use super::text::Words;
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Say, Value};

/// Several lines of text.
pub type LongText = Key<Words>;

/// Describes several lines of text.
pub const fn long_text(key: &'static str) -> LongText {
    Key::new(key, Kind::LongText)
}

pub(super) struct LongTextKind;

impl Behaviour for LongTextKind {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Words
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        Ok(Value::Text(input.replace("\r\n", "\n").trim_end().to_owned()))
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": "string", "maxLength": 100_000 })
    }
}
