//! The days on which Italy does not work.

use kernel::Date;

/// A national holiday of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// The key of its name in the words of the slices, such as `holiday-epiphany`.
    pub key: &'static str,
}

/// The holidays whose day never changes: month, day, since which year, key.
const FIXED: [(i8, i8, i16, &str); 11] = [
    (1, 1, 0, "holiday-new-year"),
    (1, 6, 0, "holiday-epiphany"),
    (4, 25, 0, "holiday-liberation"),
    (5, 1, 0, "holiday-labour"),
    (6, 2, 0, "holiday-republic"),
    (8, 15, 0, "holiday-assumption"),
    // Law 151 of 8 October 2025, applied from the year after.
    (10, 4, 2026, "holiday-saint-francis"),
    (11, 1, 0, "holiday-all-saints"),
    (12, 8, 0, "holiday-immaculate"),
    (12, 25, 0, "holiday-christmas"),
    (12, 26, 0, "holiday-saint-stephen"),
];

/// The national holidays of a year in order, by today's rules (before 2001 some were different).
/// Empty for a year that the calendar does not have.
pub fn holidays(year: i16) -> Vec<Holiday> {
    let mut days: Vec<Holiday> = FIXED
        .iter()
        .filter(|(_, _, since, _)| year >= *since)
        .filter_map(|(month, day, _, key)| Some(Holiday { date: Date::new(year, *month, *day)?, key }))
        .collect();
    if let Some(date) = easter(year) {
        days.push(Holiday { date, key: "holiday-easter" });
        days.push(Holiday { date: date.plus_days(1), key: "holiday-easter-monday" });
    }
    days.sort_by_key(|holiday| holiday.date);
    days
}

/// Whether people work: Monday to Friday, no national holiday, not the feast of the town's patron (month, day).
pub fn is_working_day(date: Date, patron: Option<(i8, i8)>) -> bool {
    let (year, month, day) = date.parts();
    let weekend = date.civil().weekday().to_monday_zero_offset() >= 5;
    let fixed = || FIXED.iter().any(|(m, d, since, _)| (*m, *d) == (month, day) && year >= *since);
    // Easter itself is a Sunday.
    let pasquetta = || easter(year).is_some_and(|easter| easter.plus_days(1) == date);
    !weekend && patron != Some((month, day)) && !fixed() && !pasquetta()
}

/// The first working day after this one.
pub fn next_working_day(date: Date, patron: Option<(i8, i8)>) -> Date {
    let mut next = date.plus_days(1);
    // No run of holidays is longer than a week; the bound is for the last days of the calendar.
    for _ in 0..14 {
        if is_working_day(next, patron) {
            break;
        }
        next = next.plus_days(1);
    }
    next
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
pub fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::new(year, month as i8, day as i8)
}

#[cfg(test)]
mod tests;
