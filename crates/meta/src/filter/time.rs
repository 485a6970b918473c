//! Relative time: days and stretches reckoned from today, in the company's zone.

use kernel::{Date, Id, Moment, Zone};

/// What evaluating a filter depends on besides the data.
#[derive(Debug, Clone)]
pub struct Present {
    /// The day it is for the company.
    pub today: Date,
    /// The company's zone.
    pub zone: Zone,
    /// The person who asks, if it is one.
    pub me: Option<Id>,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks, from Monday.
    Week,
    /// Months.
    Month,
    /// Quarters.
    Quarter,
    /// Years.
    Year,
}

impl Unit {
    /// All of them.
    pub const ALL: [Unit; 5] = [Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year];

    /// Its word in the text form, singular.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Quarter => "quarter",
            Unit::Year => "year",
        }
    }

    /// A day moved by so many of these.
    pub fn shift(self, day: Date, count: i64) -> Date {
        match self {
            Unit::Day => day.plus_days(count),
            Unit::Week => day.plus_days(count * 7),
            Unit::Month => day.plus_months(count),
            Unit::Quarter => day.plus_months(count * 3),
            Unit::Year => day.plus_months(count * 12),
        }
    }

    /// The first day of the one that a day is in.
    pub fn start(self, day: Date) -> Date {
        let (year, month, _) = day.parts();
        let first = |month: i8| Date::new(year, month, 1).unwrap_or(day);
        match self {
            Unit::Day => day,
            Unit::Week => day.plus_days(-i64::from(day.civil().weekday().to_monday_zero_offset())),
            Unit::Month => first(month),
            Unit::Quarter => first((month - 1) / 3 * 3 + 1),
            Unit::Year => first(1),
        }
    }
}

/// A day relative to today: so many units away, back where negative. Today is 0 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// How many, at most 10,000 either way.
    pub count: i64,
    /// Of what.
    pub unit: Unit,
}

impl Point {
    /// Today.
    pub const TODAY: Point = Point { count: 0, unit: Unit::Day };

    /// The day it is.
    pub fn day(self, present: &Present) -> Date {
        self.unit.shift(present.today, self.count)
    }
}

/// A stretch of days relative to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The last so many units, today included.
    Last(i64, Unit),
    /// The next so many units, today included.
    Next(i64, Unit),
    /// The whole unit that many away from the one today is in: 0 this, -1 the previous, 1 the following.
    Whole(i64, Unit),
}

impl Span {
    /// The first day, and the day after the last one.
    pub fn days(self, present: &Present) -> (Date, Date) {
        let today = present.today;
        match self {
            Span::Last(count, unit) => (unit.shift(today, -count).plus_days(1), today.plus_days(1)),
            Span::Next(count, unit) => (today, unit.shift(today, count)),
            Span::Whole(away, unit) => {
                let start = unit.shift(unit.start(today), away);
                (start, unit.shift(start, 1))
            }
        }
    }

    /// The first moment, and the first one after it.
    pub fn moments(self, present: &Present) -> (Moment, Moment) {
        let (from, to) = self.days(present);
        (from.start(&present.zone), to.start(&present.zone))
    }
}
