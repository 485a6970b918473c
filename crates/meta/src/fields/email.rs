//! An e-mail address: the domain in lower case, compared by its folded twin.

use super::text::Words;
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Say, Value};

/// An e-mail address.
pub type Email = Key<Words>;

/// Describes an e-mail address.
pub const fn email(key: &'static str) -> Email {
    Key::new(key, Kind::Email)
}

pub(super) struct EmailKind;

impl Behaviour for EmailKind {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Words
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        italy::email::Address::parse(input).map(|address| Value::Text(address.as_str().to_owned()))
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": "string", "maxLength": 254 })
    }
}
