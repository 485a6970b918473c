//! A phone number: E.164 inside, written for people as they dial it.

use super::text::Words;
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Say, Value};

/// A phone number.
pub type Phone = Key<Words>;

/// Describes a phone number.
pub const fn phone(key: &'static str) -> Phone {
    Key::new(key, Kind::Phone)
}

pub(super) struct PhoneKind;

impl Behaviour for PhoneKind {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Words
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        italy::Phone::parse(input).map(|phone| Value::Text(phone.as_str().to_owned()))
    }

    fn show(&self, value: &Value, _: &Reading) -> String {
        match italy::Phone::parse(value.text()) {
            Ok(phone) => phone.for_people(),
            Err(_) => value.text().to_owned(),
        }
    }
}
