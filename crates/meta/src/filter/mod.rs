//! The one filter tree of the product: lists, views, visibility, rules, the API.
//!
//! A tree of *and / or / not* over tests of fields (of the record or along to-one links) and of measures over
//! children. It has a text form (`text → tree → text` is the identity), compiles to SQL, and evaluates on
//! records in memory with the same answer: empty equals empty, `not` is the plain complement.

pub mod compile;
pub mod evaluate;
pub mod parse;
pub mod print;
pub mod renaming;
pub mod resolve;
pub mod time;

#[cfg(test)]
mod tests;

use crate::field::Key;
use kernel::{Id, Value};
use time::{Point, Span};

/// Deepest nesting of a filter.
pub const MOST_DEPTH: usize = 8;
/// Most tests in a filter.
pub const MOST_TESTS: usize = 200;
/// Most values in a list.
pub const MOST_VALUES: usize = 1_000;
/// Longest text.
pub const MOST_BYTES: usize = 20_000;

/// A condition on a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of these hold; of none, everything does.
    All(Vec<Filter>),
    /// One of these holds; of none, nothing does.
    Any(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// A field passes a test.
    Test(Path, Test),
    /// A measure over children passes a test.
    Measure(Box<Measure>, Test),
    /// There is a child for which this holds.
    Has(&'static str, Box<Filter>),
    /// The record that a link leads to passes this. Visibility alone says it: it has no text form to be read from.
    Along(&'static str, Box<Filter>),
}

/// The way to a field: links to step along, then the field's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Links, from the record on; `link/entity` where a link may lead to one of several entities.
    pub links: Vec<&'static str>,
    /// The field's name; `id` for the record's identity.
    pub field: &'static str,
}

/// A number, text or time reckoned over the children of a relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What is reckoned.
    pub what: What,
    /// The relation.
    pub relation: &'static str,
    /// The children's field; none for a count.
    pub field: Option<&'static str>,
    /// Which children.
    pub filter: Filter,
}

/// What is reckoned over children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// How many.
    Count,
    /// The sum; of none, 0.
    Sum,
    /// The least value; of none, empty.
    Min,
    /// The greatest value; of none, empty.
    Max,
    /// The value of the child created first; of what happens, the one that happened first.
    First,
    /// The value of the child created last; of what happens, the one that happened last.
    Last,
}

/// A test of one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Equal; folded for text.
    Is(Operand),
    /// Equal to one of these.
    In(Vec<Operand>),
    /// The text contains this.
    Contains(String),
    /// The text starts with this.
    Starts(String),
    /// One of many keys is this.
    Includes(String),
    /// Nothing was put there.
    Empty,
    /// Smaller, earlier.
    Less(Operand),
    /// Not greater.
    AtMost(Operand),
    /// Greater, later.
    More(Operand),
    /// Not smaller.
    AtLeast(Operand),
    /// Between both, included.
    Between(Operand, Operand),
    /// Within a stretch of time relative to today.
    Within(Span),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A value of the field's own kind; for a moment also a whole day.
    Value(Value),
    /// A day relative to today.
    Point(Point),
    /// The person who asks.
    Me,
}

impl Filter {
    /// Everything.
    pub fn everything() -> Filter {
        Filter::All(Vec::new())
    }

    /// Nothing.
    pub fn nothing() -> Filter {
        Filter::Any(Vec::new())
    }

    /// Whether it lets everything through.
    pub fn is_everything(&self) -> bool {
        matches!(self, Filter::All(all) if all.is_empty())
    }

    /// Both.
    pub fn and(self, other: Filter) -> Filter {
        match (self, other) {
            (first, second) if first.is_everything() => second,
            (first, second) if second.is_everything() => first,
            (Filter::All(mut all), Filter::All(more)) => {
                all.extend(more);
                Filter::All(all)
            }
            (Filter::All(mut all), second) => {
                all.push(second);
                Filter::All(all)
            }
            (first, second) => Filter::All(vec![first, second]),
        }
    }

    /// The opposite.
    pub fn negate(self) -> Filter {
        Filter::Not(Box::new(self))
    }

    /// The record with this identity.
    pub fn id(id: Id) -> Filter {
        Filter::Test(Path { links: Vec::new(), field: "id" }, Test::Is(Operand::Value(Value::Link(id))))
    }

    /// A field equal to a value.
    pub fn is(field: &'static str, value: impl Into<Value>) -> Filter {
        Filter::Test(Path::of(field), Test::Is(Operand::Value(value.into())))
    }

    /// A field equal to one of some values.
    pub fn is_in(field: &'static str, values: impl IntoIterator<Item = Value>) -> Filter {
        Filter::Test(Path::of(field), Test::In(values.into_iter().map(Operand::Value).collect()))
    }

    /// How deep it is nested, and how many tests it has.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Filter::All(parts) | Filter::Any(parts) => {
                parts.iter().map(Filter::size).fold((1, 0), |(depth, tests), (d, t)| (depth.max(d + 1), tests + t))
            }
            Filter::Not(inner) => {
                let (depth, tests) = inner.size();
                (depth + 1, tests)
            }
            Filter::Test(..) => (1, 1),
            Filter::Measure(measure, _) => {
                let (depth, tests) = measure.filter.size();
                (depth + 1, tests + 1)
            }
            Filter::Has(_, inner) | Filter::Along(_, inner) => {
                let (depth, tests) = inner.size();
                (depth + 1, tests + 1)
            }
        }
    }
}

impl Path {
    /// A field of the record itself.
    pub fn of(field: &'static str) -> Path {
        Path { links: Vec::new(), field }
    }
}

impl<T> Key<T> {
    /// Equal to a value.
    pub fn is(&self, value: impl Into<Value>) -> Filter {
        Filter::is(self.field.key, value)
    }

    /// Equal to one of some values.
    pub fn is_in(&self, values: impl IntoIterator<Item = Value>) -> Filter {
        Filter::is_in(self.field.key, values)
    }

    /// Nothing was put there.
    pub fn is_empty(&self) -> Filter {
        Filter::Test(Path::of(self.field.key), Test::Empty)
    }
}
