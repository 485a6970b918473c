//! Time as an argument: moments, dates, the company's zone, and the clock they come from.

use jiff::civil;
use std::fmt;
use std::str::FromStr;

/// Where "now" comes from. Only the binary makes a [`SystemClock`]; everything else is handed one.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the ambient clock is read")]
    fn now(&self) -> Moment {
        Moment(jiff::Timestamp::now().as_millisecond())
    }
}

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

impl Moment {
    /// No earlier one is read: the start of the year 1, wherever that is. Databases reach about as far.
    const FIRST: Moment = Moment(-62_135_596_800_000 - 86_400_000);

    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Moment {
        Moment(millis)
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment moved by so many milliseconds.
    pub const fn plus_millis(self, millis: i64) -> Moment {
        Moment(self.0.saturating_add(millis))
    }

    /// The date and time of day in a zone.
    pub fn in_zone(self, zone: &Zone) -> civil::DateTime {
        self.timestamp().to_zoned(zone.0.clone()).datetime()
    }

    /// The date in a zone.
    pub fn date(self, zone: &Zone) -> Date {
        Date(self.in_zone(zone).date())
    }

    /// With its zone, for arithmetic on the calendar.
    pub fn zoned(self, zone: &Zone) -> jiff::Zoned {
        self.timestamp().to_zoned(zone.0.clone())
    }

    /// From a moment with its zone.
    pub fn from_zoned(zoned: &jiff::Zoned) -> Moment {
        Moment(zoned.timestamp().as_millisecond())
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
    }
}

/// RFC 3339 in UTC with milliseconds, as the API shows it.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is no date or moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotATime;

impl FromStr for Moment {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Moment, NotATime> {
        let moment = text.parse::<jiff::Timestamp>().map(|t| Moment(t.as_millisecond())).map_err(|_| NotATime)?;
        if moment < Moment::FIRST { Err(NotATime) } else { Ok(moment) }
    }
}

/// A day of the calendar, without a time or a zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// From year, month and day; `None` if there is no such day, or the year is not 1 to 9999.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Date> {
        if year < 1 { None } else { civil::Date::new(year, month, day).ok().map(Date) }
    }

    /// Year, month, day.
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The calendar's own type, for arithmetic.
    pub fn civil(self) -> civil::Date {
        self.0
    }

    /// From the calendar's own type.
    pub fn from_civil(date: civil::Date) -> Date {
        Date(date)
    }

    /// Days since 1970-01-01, negative before.
    pub fn days(self) -> i32 {
        (self.0 - civil::date(1970, 1, 1)).get_days()
    }

    /// The day so many days after 1970-01-01.
    pub fn from_days(days: i32) -> Option<Date> {
        civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok().filter(|date| date.year() >= 1).map(Date)
    }

    /// The day so many days later, or earlier; stays within the calendar.
    pub fn plus_days(self, days: i64) -> Date {
        Date::within(self.0.saturating_add(jiff::SignedDuration::from_hours(24 * days.clamp(-8_000_000, 8_000_000))))
    }

    /// The day so many months later, or earlier; the end of a shorter month where the day is missing.
    pub fn plus_months(self, months: i64) -> Date {
        Date::within(self.0.saturating_add(jiff::Span::new().months(months.clamp(-200_000, 200_000))))
    }

    /// No day is before the year 1: what could not be written could not be read again.
    fn within(date: civil::Date) -> Date {
        Date(date.max(civil::date(1, 1, 1)))
    }

    /// Midnight at the start of this day in a zone.
    pub fn start(self, zone: &Zone) -> Moment {
        // The last days of the calendar begin after the last moment there is: they begin with it.
        let last = || Moment(jiff::Timestamp::MAX.as_millisecond());
        self.0.to_zoned(zone.0.clone()).map_or_else(|_| last(), |zoned| Moment(zoned.timestamp().as_millisecond()))
    }

    /// `gg/mm/aaaa` read as Italians write it; also with dots or dashes, or a two-digit year (up to 2049).
    pub fn from_italian(text: &str) -> Option<Date> {
        let mut parts = text.trim().split(['/', '.', '-']);
        let mut number = || parts.next().map(str::trim).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        let day = number()?.parse().ok()?;
        let month = number()?.parse().ok()?;
        let written = number()?;
        let mut year: i16 = written.parse().ok()?;
        if parts.next().is_some() || !matches!(written.len(), 2 | 4) {
            return None;
        }
        if written.len() == 2 {
            year += if year < 50 { 2000 } else { 1900 };
        }
        Date::new(year, month, day)
    }
}

/// `aaaa-mm-gg`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Date {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Date, NotATime> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
            return Err(NotATime);
        }
        let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i16>().ok()).flatten();
        let (Some(year), Some(month), Some(day)) = (number(&text[..4]), number(&text[5..7]), number(&text[8..])) else {
            return Err(NotATime);
        };
        Date::new(year, month as i8, day as i8).ok_or(NotATime)
    }
}

/// The zone in which the company shows and reckons days.
#[derive(Clone)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// By its IANA name, from the bundled tables; `None` if there is no such zone.
    pub fn named(name: &str) -> Option<Zone> {
        jiff::tz::TimeZone::get(name).ok().map(Zone)
    }

    /// Europe/Rome, the default.
    pub fn rome() -> Zone {
        Zone::named("Europe/Rome").unwrap_or(Zone(jiff::tz::TimeZone::UTC))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

#[cfg(test)]
mod tests;
