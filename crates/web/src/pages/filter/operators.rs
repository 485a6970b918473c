//! The operators of the builder: everyday words for the tests of a filter, by the family of the kind.

use kernel::Value;
use meta::fields::Family;
use meta::filter::resolve::offered;
use meta::filter::time::{Span, Unit};
use meta::filter::{Operand, Test};
use meta::{Field, Kind};

/// An operator, as the form sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Is,
    IsNot,
    In,
    NotIn,
    Contains,
    NotContains,
    Starts,
    NotStarts,
    Includes,
    NotIncludes,
    Empty,
    NotEmpty,
    Less,
    AtMost,
    More,
    AtLeast,
    Between,
    Last,
    NotLast,
    Next,
    NotNext,
    Whole,
    NotWhole,
    LongerAgo,
    HasSome,
    HasNone,
}

impl Operator {
    const ALL: [(Operator, &'static str); 26] = [
        (Operator::Is, "is"),
        (Operator::IsNot, "is-not"),
        (Operator::In, "in"),
        (Operator::NotIn, "not-in"),
        (Operator::Contains, "contains"),
        (Operator::NotContains, "not-contains"),
        (Operator::Starts, "starts"),
        (Operator::NotStarts, "not-starts"),
        (Operator::Includes, "includes"),
        (Operator::NotIncludes, "not-includes"),
        (Operator::Empty, "empty"),
        (Operator::NotEmpty, "not-empty"),
        (Operator::Less, "less"),
        (Operator::AtMost, "at-most"),
        (Operator::More, "more"),
        (Operator::AtLeast, "at-least"),
        (Operator::Between, "between"),
        (Operator::Last, "last"),
        (Operator::NotLast, "not-last"),
        (Operator::Next, "next"),
        (Operator::NotNext, "not-next"),
        (Operator::Whole, "whole"),
        (Operator::NotWhole, "not-whole"),
        (Operator::LongerAgo, "longer-ago"),
        (Operator::HasSome, "has-some"),
        (Operator::HasNone, "has-none"),
    ];

    /// Its word in the form.
    pub(super) fn key(self) -> &'static str {
        Operator::ALL.iter().find(|(operator, _)| *operator == self).map_or("is", |(_, key)| key)
    }

    /// The operator of this word.
    pub(super) fn read(key: &str) -> Option<Operator> {
        Operator::ALL.iter().find(|(_, known)| *known == key).map(|(operator, _)| *operator)
    }

    /// The operator of this word where it fits a field; the first that the field offers otherwise.
    pub(super) fn chosen(key: &str, field: &Field) -> Operator {
        let first = operators(field.kind).first().copied().unwrap_or(Operator::Empty);
        Operator::read(key).filter(|operator| operator.fits(field.kind)).unwrap_or(first)
    }

    /// Whether the kind offers such a test.
    pub(super) fn fits(self, kind: Kind) -> bool {
        let value = || Operand::Value(Value::Empty);
        let test = match self.plain().0 {
            Operator::Is => Test::Is(value()),
            Operator::In => Test::In(Vec::new()),
            Operator::Contains => Test::Contains(String::new()),
            Operator::Starts => Test::Starts(String::new()),
            Operator::Includes => Test::Includes(String::new()),
            Operator::Empty => Test::Empty,
            Operator::Less => Test::Less(value()),
            Operator::AtMost => Test::AtMost(value()),
            Operator::More => Test::More(value()),
            Operator::AtLeast => Test::AtLeast(value()),
            Operator::Between => Test::Between(value(), value()),
            Operator::Last | Operator::Next | Operator::Whole | Operator::LongerAgo => Test::Within(Span::Whole(0, Unit::Day)),
            _ => return false,
        };
        offered(&test, kind)
    }

    /// The operator of a test that is not turned round.
    pub(super) fn of(test: &Test) -> Option<Operator> {
        Some(match test {
            Test::Is(_) => Operator::Is,
            Test::In(_) => Operator::In,
            Test::Contains(_) => Operator::Contains,
            Test::Starts(_) => Operator::Starts,
            Test::Includes(_) => Operator::Includes,
            Test::Empty => Operator::Empty,
            Test::Less(_) => Operator::Less,
            Test::AtMost(_) => Operator::AtMost,
            Test::More(_) => Operator::More,
            Test::AtLeast(_) => Operator::AtLeast,
            Test::Between(..) => Operator::Between,
            Test::Within(Span::Last(..)) => Operator::Last,
            Test::Within(Span::Next(..)) => Operator::Next,
            Test::Within(Span::Whole(..)) => Operator::Whole,
        })
    }

    const OPPOSITES: [(Operator, Operator); 9] = [
        (Operator::Is, Operator::IsNot),
        (Operator::In, Operator::NotIn),
        (Operator::Contains, Operator::NotContains),
        (Operator::Starts, Operator::NotStarts),
        (Operator::Includes, Operator::NotIncludes),
        (Operator::Empty, Operator::NotEmpty),
        (Operator::Last, Operator::NotLast),
        (Operator::Next, Operator::NotNext),
        (Operator::Whole, Operator::NotWhole),
    ];

    /// The opposite, where it has words of its own.
    pub(super) fn negated(self) -> Option<Operator> {
        Operator::OPPOSITES.iter().find(|(plain, _)| *plain == self).map(|(_, opposite)| *opposite)
    }

    /// The operator that it turns round, and whether it does.
    pub(super) fn plain(self) -> (Operator, bool) {
        Operator::OPPOSITES.iter().find(|(_, opposite)| *opposite == self).map_or((self, false), |(plain, _)| (*plain, true))
    }

    /// The message of its words for a kind: times have their own.
    pub(super) fn words(self, kind: Kind) -> String {
        let family = kind.family();
        let own = match (self, family) {
            (Operator::Less | Operator::More | Operator::AtMost | Operator::AtLeast, Family::Times) => "-time",
            (Operator::Less | Operator::More, Family::Words) => "-word",
            _ => "",
        };
        format!("operator-{}{own}", self.key())
    }
}

/// The operators that a kind offers, the most asked first.
pub(super) fn operators(kind: Kind) -> &'static [Operator] {
    use Operator::{
        AtLeast, AtMost, Between, Contains, Empty, In, Includes, Is, IsNot, Last, Less, LongerAgo, More, Next, NotContains, NotEmpty,
        NotIn, NotIncludes, NotLast, NotStarts, Starts, Whole,
    };
    match kind.family() {
        Family::Words => {
            &[Is, IsNot, In, NotIn, Contains, NotContains, Starts, NotStarts, Empty, NotEmpty, Less, AtMost, More, AtLeast, Between]
        }
        Family::Keys | Family::Records => &[Is, IsNot, In, NotIn, Empty, NotEmpty],
        Family::ManyKeys => &[Includes, NotIncludes, Empty, NotEmpty],
        Family::Answer => &[Is],
        Family::Numbers => &[Is, IsNot, More, AtLeast, Less, AtMost, Between, In, NotIn, Empty, NotEmpty],
        Family::Times => &[Last, Whole, Next, LongerAgo, Is, Less, More, AtLeast, AtMost, Between, NotLast, Empty, NotEmpty],
    }
}
