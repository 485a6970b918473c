//! A line of text, compared and sorted by its folded twin.

use super::{Behaviour, Family, Kind, Reading};
use crate::field::{Key, Typed};
use crate::shape::ColumnType;
use kernel::{Say, Value};

/// A line of text.
pub type Text = Key<Words>;

/// Reads as `&str`.
#[derive(Debug)]
pub enum Words {}

impl Typed for Words {
    type Out<'r> = &'r str;

    fn read(value: &Value) -> &str {
        value.text()
    }
}

/// Describes a line of text.
pub const fn text(key: &'static str) -> Text {
    Key::new(key, Kind::Text)
}

pub(super) struct TextKind;

impl Behaviour for TextKind {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Words
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        Ok(Value::Text(one_line(input)))
    }
}

/// The text on one line: control characters and line ends become spaces.
pub(super) fn one_line(input: &str) -> String {
    if input.chars().any(char::is_control) {
        input.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
    } else {
        input.to_owned()
    }
}
