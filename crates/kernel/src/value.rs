//! A value of a field, as records hold it and databases store it.

use crate::{Date, Id, Moment};

/// One value. Which of the shapes a field has, its kind says; empty dates and links are [`Value::Empty`],
/// empty text is `Text("")`, an absent number is `Int(0)`, an absent yes/no is `Bool(false)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No date, no link.
    #[default]
    Empty,
    /// Text, choices, codes, e-mails; many choices as `|a|b|`.
    Text(String),
    /// Whole numbers, and money, prices, percents and decimals as scaled units.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// A day.
    Date(Date),
    /// A point in time.
    Moment(Moment),
    /// A link to another record.
    Link(Id),
    /// Bytes, for compressed images; no field has this kind.
    Bytes(Vec<u8>),
}

impl Value {
    /// The text, or `""` for any other shape.
    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The number, or 0 for any other shape.
    pub fn int(&self) -> i64 {
        match self {
            Value::Int(number) => *number,
            _ => 0,
        }
    }

    /// The answer, or no for any other shape.
    pub fn bool(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    /// The day, if there is one.
    pub fn date(&self) -> Option<Date> {
        match self {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// The moment, if there is one.
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Value::Moment(moment) => Some(*moment),
            _ => None,
        }
    }

    /// The record linked to, if there is one.
    pub fn link(&self) -> Option<Id> {
        match self {
            Value::Link(id) => Some(*id),
            _ => None,
        }
    }

    /// Whether nothing was ever put here: the two-valued logic's "empty".
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Empty => true,
            Value::Text(text) => text.is_empty(),
            Value::Int(number) => *number == 0,
            Value::Bool(answer) => !answer,
            Value::Bytes(bytes) => bytes.is_empty(),
            Value::Date(_) | Value::Moment(_) | Value::Link(_) => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(answer: bool) -> Value {
        Value::Bool(answer)
    }
}

impl From<Id> for Value {
    fn from(id: Id) -> Value {
        Value::Link(id)
    }
}

impl From<Option<Id>> for Value {
    fn from(id: Option<Id>) -> Value {
        id.map_or(Value::Empty, Value::Link)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Value {
        Value::Date(date)
    }
}

impl From<Moment> for Value {
    fn from(moment: Moment) -> Value {
        Value::Moment(moment)
    }
}
