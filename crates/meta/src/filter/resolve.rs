//! A test made ready for one kind of value: operands folded, relative days turned into dates, days into
//! stretches of moments. SQL and memory both start from here, which is why they agree.

use super::time::Present;
use super::{Operand, Test};
use crate::fields::{Family, Kind};
use kernel::{Date, Moment, Value, fold};

/// A test ready to be compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Ready {
    /// The value is empty.
    Empty,
    /// The value is one of these; an empty one among them means "or empty".
    OneOf(Vec<Value>),
    /// The compared text contains this.
    Contains(String),
    /// The compared text starts with this.
    Starts(String),
    /// The value is not empty, where its kind knows emptiness, and lies in one of these stretches.
    Ranges(Vec<Range>),
    /// Nothing passes.
    Never,
}

/// A stretch of values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Range {
    /// The lower end, and whether it belongs.
    pub from: Option<(Value, bool)>,
    /// The upper end, and whether it belongs.
    pub to: Option<(Value, bool)>,
}

/// The value as it is compared: folded for text with a twin.
pub fn compared(kind: Kind, value: &Value) -> Value {
    match value {
        Value::Text(text) if kind.folded() => Value::Text(fold(text)),
        other => other.clone(),
    }
}

/// Makes a test ready for a kind.
pub fn ready(test: &Test, kind: Kind, present: &Present) -> Ready {
    let text = |text: &str| if kind.folded() { fold(text) } else { text.to_owned() };
    match test {
        Test::Empty => Ready::Empty,
        Test::Contains(part) => Ready::Contains(text(part)),
        Test::Starts(part) => Ready::Starts(text(part)),
        Test::Includes(key) => Ready::Contains(format!("|{key}|")),
        Test::Is(operand) => equal(std::slice::from_ref(operand), kind, present),
        Test::In(operands) => equal(operands, kind, present),
        Test::Less(operand) => range(None, Some((operand, false)), kind, present),
        Test::AtMost(operand) => range(None, Some((operand, true)), kind, present),
        Test::More(operand) => range(Some((operand, false)), None, kind, present),
        Test::AtLeast(operand) => range(Some((operand, true)), None, kind, present),
        Test::Between(from, to) => range(Some((from, true)), Some((to, true)), kind, present),
        Test::Within(span) => {
            let (from, to) = span.days(present);
            Ready::Ranges(vec![if kind == Kind::Moment {
                moments(Some(from), Some(to), present)
            } else {
                Range { from: Some((Value::Date(from), true)), to: Some((Value::Date(to), false)) }
            }])
        }
    }
}

fn equal(operands: &[Operand], kind: Kind, present: &Present) -> Ready {
    if kind == Kind::Moment {
        let mut ranges = Vec::new();
        for operand in operands {
            match instant(operand, present) {
                Some(Instant::Day(day)) => ranges.push(moments(Some(day), Some(day.plus_days(1)), present)),
                Some(Instant::Moment(moment)) => {
                    let end = Some((Value::Moment(moment), true));
                    ranges.push(Range { from: end.clone(), to: end });
                }
                None => {}
            }
        }
        return if ranges.is_empty() { Ready::Never } else { Ready::Ranges(ranges) };
    }
    let values: Vec<Value> = operands.iter().filter_map(|operand| plain(operand, kind, present)).collect();
    if values.is_empty() { Ready::Never } else { Ready::OneOf(values) }
}

fn plain(operand: &Operand, kind: Kind, present: &Present) -> Option<Value> {
    match operand {
        Operand::Value(value) => Some(compared(kind, value)),
        Operand::Point(point) => Some(Value::Date(point.day(present))),
        Operand::Me => present.me.map(Value::Link),
    }
}

fn range(from: Option<(&Operand, bool)>, to: Option<(&Operand, bool)>, kind: Kind, present: &Present) -> Ready {
    if kind == Kind::Moment {
        // A whole day as an upper end that belongs reaches to the start of the next day, and so on.
        let end = |side: Option<(&Operand, bool)>, lower: bool| -> Result<Option<(Value, bool)>, ()> {
            let Some((operand, belongs)) = side else { return Ok(None) };
            match instant(operand, present).ok_or(())? {
                Instant::Moment(moment) => Ok(Some((Value::Moment(moment), belongs))),
                Instant::Day(day) => {
                    let edge = if belongs == lower { day } else { day.plus_days(1) };
                    Ok(Some((Value::Moment(edge.start(&present.zone)), lower)))
                }
            }
        };
        return match (end(from, true), end(to, false)) {
            (Ok(from), Ok(to)) => Ready::Ranges(vec![Range { from, to }]),
            _ => Ready::Never,
        };
    }
    let end = |side: Option<(&Operand, bool)>| match side {
        None => Ok(None),
        Some((operand, belongs)) => match plain(operand, kind, present) {
            Some(Value::Empty) | None => Err(()),
            Some(value) => Ok(Some((value, belongs))),
        },
    };
    match (end(from), end(to)) {
        (Ok(from), Ok(to)) => Ready::Ranges(vec![Range { from, to }]),
        _ => Ready::Never,
    }
}

enum Instant {
    Day(Date),
    Moment(Moment),
}

fn instant(operand: &Operand, present: &Present) -> Option<Instant> {
    match operand {
        Operand::Value(Value::Date(day)) => Some(Instant::Day(*day)),
        Operand::Value(Value::Moment(moment)) => Some(Instant::Moment(*moment)),
        Operand::Point(point) => Some(Instant::Day(point.day(present))),
        _ => None,
    }
}

fn moments(from: Option<Date>, to: Option<Date>, present: &Present) -> Range {
    Range {
        from: from.map(|day| (Value::Moment(day.start(&present.zone)), true)),
        to: to.map(|day| (Value::Moment(day.start(&present.zone)), false)),
    }
}

impl Ready {
    /// Whether a value, already in its compared form, passes.
    pub fn passes(&self, value: &Value, kind: Kind) -> bool {
        match self {
            Ready::Never => false,
            Ready::Empty => value.is_empty(),
            Ready::OneOf(values) => values.iter().any(|one| one == value || (one.is_empty() && value.is_empty())),
            Ready::Contains(part) => value.text().contains(part.as_str()),
            Ready::Starts(part) => value.text().starts_with(part.as_str()),
            Ready::Ranges(ranges) => !(kind.nullable() && matches!(value, Value::Empty)) && ranges.iter().any(|range| range.holds(value)),
        }
    }
}

impl Range {
    fn holds(&self, value: &Value) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let above = self.from.as_ref().is_none_or(|(end, belongs)| match order(value, end) {
            Some(Greater) => true,
            Some(Equal) => *belongs,
            _ => false,
        });
        above
            && self.to.as_ref().is_none_or(|(end, belongs)| match order(value, end) {
                Some(Less) => true,
                Some(Equal) => *belongs,
                _ => false,
            })
    }
}

/// The order of two values of one shape; binary for text.
pub fn order(one: &Value, other: &Value) -> Option<std::cmp::Ordering> {
    match (one, other) {
        (Value::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
        (Value::Link(a), Value::Link(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The least text greater than every text that starts with this; `None` where there is none.
pub fn after_prefix(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(other as u32 + 1),
        };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// Whether a kind offers this test.
pub fn offered(test: &Test, kind: Kind) -> bool {
    use Family::{Answer, Keys, ManyKeys, Numbers, Records, Times, Words};
    let family = kind.family();
    match test {
        Test::Empty => family != Answer,
        Test::Is(_) | Test::In(_) => family != ManyKeys,
        Test::Contains(_) | Test::Starts(_) => family == Words,
        Test::Includes(_) => family == ManyKeys,
        Test::Less(_) | Test::AtMost(_) | Test::More(_) | Test::AtLeast(_) | Test::Between(..) => matches!(family, Numbers | Times | Words),
        Test::Within(_) => family == Times,
    }
    .then_some(())
    .is_some_and(|()| !matches!(family, Keys | Records) || matches!(test, Test::Empty | Test::Is(_) | Test::In(_)))
}
