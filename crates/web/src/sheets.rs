//! Values as cells of a sheet: what a person reads there, and an import reads back.

pub use formats::{Guard, csv_row};

use engine::Engine;
use kernel::{Id, Result, Value};
use meta::{Field, Kind, Reading};
use std::collections::HashMap;

/// Whether CSV files that go out keep sheets from reckoning with their cells.
pub async fn guard(engine: &Engine) -> Result<Guard> {
    Ok(if engine.guards_csv().await? { Guard::On } else { Guard::Off })
}

/// A value as a cell: what a person reads in a sheet, and an import reads back.
pub fn cell(field: &Field, value: &Value, titles: &HashMap<Id, String>, reading: &Reading) -> String {
    match (field.kind, value) {
        (_, value) if value.is_empty() => String::new(),
        (Kind::Money, Value::Int(cents)) => kernel::Money(*cents).to_string().replace('.', ","),
        (Kind::Whole, Value::Int(number)) => number.to_string(),
        (Kind::Link(_), Value::Link(id)) => titles.get(id).cloned().unwrap_or_else(|| id.to_string()),
        (Kind::YesNo | Kind::Date | Kind::Moment, value) => field.kind.behaviour().show(value, reading),
        (Kind::Vocabularies(_), value) => field.kind.behaviour().write(value).trim_matches('|').replace('|', ", "),
        (kind, value) => kind.behaviour().write(value),
    }
}
