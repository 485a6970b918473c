//! An identifier in its canonical form: tax numbers, codes. Its check makes it canonical; it is compared as it is.

use super::text::{Words, one_line};
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Say, Value};

/// An identifier.
pub type Code = Key<Words>;

/// Describes an identifier.
pub const fn code(key: &'static str) -> Code {
    Key::new(key, Kind::Code)
}

pub(super) struct CodeKind;

impl Behaviour for CodeKind {
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
