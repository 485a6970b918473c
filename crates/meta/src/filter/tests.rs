//! Relative time: what people mean by a stretch of days, told for days on which it is not obvious.

use super::resolve::{Range, Ready, after_prefix, ready};
use super::time::{Point, Present, Span, Unit};
use super::{Operand, Test};
use crate::fields::Kind;
use kernel::{Date, Moment, Value, Zone};

fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|_| panic!("{text} is a day"))
}

fn at(text: &str) -> Moment {
    text.parse().unwrap_or_else(|_| panic!("{text} is a moment"))
}

fn present(today: &str) -> Present {
    Present { today: day(today), zone: Zone::rome(), me: None }
}

#[test]
fn stretches_of_days() {
    for (today, span, from, until) in [
        // A Sunday, when the clock goes forward.
        ("2026-03-29", Span::Whole(0, Unit::Week), "2026-03-23", "2026-03-30"),
        ("2026-03-30", Span::Whole(0, Unit::Week), "2026-03-30", "2026-04-06"),
        ("2026-03-29", Span::Whole(-1, Unit::Week), "2026-03-16", "2026-03-23"),
        ("2026-03-29", Span::Last(7, Unit::Day), "2026-03-23", "2026-03-30"),
        ("2026-03-29", Span::Next(7, Unit::Day), "2026-03-29", "2026-04-05"),
        ("2026-03-29", Span::Last(0, Unit::Day), "2026-03-30", "2026-03-30"),
        ("2026-03-31", Span::Last(1, Unit::Month), "2026-03-01", "2026-04-01"),
        ("2026-01-31", Span::Next(1, Unit::Month), "2026-01-31", "2026-02-28"),
        ("2026-01-15", Span::Whole(-1, Unit::Month), "2025-12-01", "2026-01-01"),
        ("2026-01-15", Span::Whole(-1, Unit::Quarter), "2025-10-01", "2026-01-01"),
        ("2026-05-31", Span::Whole(1, Unit::Quarter), "2026-07-01", "2026-10-01"),
        ("2024-02-29", Span::Whole(1, Unit::Year), "2025-01-01", "2026-01-01"),
        ("2024-02-29", Span::Last(1, Unit::Year), "2023-03-01", "2024-03-01"),
    ] {
        assert_eq!(span.days(&present(today)), (day(from), day(until)), "{span:?} on {today}");
    }
    assert_eq!(Point { count: -3, unit: Unit::Month }.day(&present("2026-05-31")), day("2026-02-28"));
    assert_eq!(Point { count: 1, unit: Unit::Year }.day(&present("2024-02-29")), day("2025-02-28"));
}

#[test]
fn a_day_of_moments_is_as_long_as_it_is_in_rome() {
    for (today, from, until) in
        [("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    {
        let range = Range { from: Some((Value::Moment(at(from)), true)), to: Some((Value::Moment(at(until)), false)) };
        for test in [
            Test::Is(Operand::Value(Value::Date(day(today)))),
            Test::Is(Operand::Point(Point::TODAY)),
            Test::Within(Span::Whole(0, Unit::Day)),
        ] {
            assert_eq!(ready(&test, Kind::Moment, &present(today)), Ready::Ranges(vec![range.clone()]), "{test:?}");
        }
    }
}

/// Up to the last day of the calendar, and beyond it, there is no way back to 1970.
#[test]
fn the_calendar_ends_without_a_jump() {
    let last = Test::AtMost(Operand::Value(Value::Date(day("9999-12-31"))));
    let Ready::Ranges(ranges) = ready(&last, Kind::Moment, &present("2026-03-29")) else { panic!("a range") };
    assert!(Ready::Ranges(ranges).passes(&Value::Moment(at("2026-03-29T10:00:00Z")), Kind::Moment));
    for count in [-10_000, 10_000] {
        for unit in Unit::ALL {
            for span in [Span::Whole(count, unit), Span::Last(count.abs(), unit), Span::Next(count.abs(), unit)] {
                let (from, until) = span.days(&present("2026-03-29"));
                assert!(from <= until, "{span:?}");
                let (from, until) = span.moments(&present("2026-03-29"));
                assert!(from <= until, "{span:?}");
            }
        }
    }
}

#[test]
fn what_begins_with_a_text_lies_before_the_next() {
    for (prefix, end) in
        [("a", Some("b")), ("az", Some("a{")), ("a\u{10FFFF}", Some("b")), ("\u{10FFFF}", None), ("", None), ("\u{D7FF}", Some("\u{E000}"))]
    {
        assert_eq!(after_prefix(prefix).as_deref(), end, "{prefix:?}");
    }
}
