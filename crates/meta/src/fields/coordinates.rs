//! A place on the Earth: latitude and longitude in degrees, as `italy` reads and writes them.

use super::text::{Words, one_line};
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Say, Value};

/// Latitude and longitude.
pub type Coordinates = Key<Words>;

/// Describes latitude and longitude.
pub const fn coordinates(key: &'static str) -> Coordinates {
    Key::new(key, Kind::Coordinates)
}

pub(super) struct CoordinatesKind;

impl Behaviour for CoordinatesKind {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Words
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        italy::Coordinates::parse(&one_line(input)).map(|place| Value::Text(place.to_string()))
    }

    fn show(&self, value: &Value, _: &Reading) -> String {
        italy::Coordinates::parse(value.text()).map_or_else(|_| value.text().to_owned(), |place| place.for_people())
    }
}
