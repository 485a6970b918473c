//! Days and moments, as Italians write them and as machines do.

use super::{Date, Moment, Zone};
use proptest::prelude::*;

fn date(text: &str) -> Date {
    text.parse().expect("a date of the test")
}

#[test]
fn italians_write_the_day_first() {
    for text in ["22/11/2026", "22.11.2026", "22-11-2026", " 22/11/26 ", "22 / 11 / 2026"] {
        assert_eq!(Date::from_italian(text), Some(date("2026-11-22")), "{text}");
    }
    assert_eq!(Date::from_italian("1/2/49"), Some(date("2049-02-01")));
    assert_eq!(Date::from_italian("1/2/50"), Some(date("1950-02-01")));
    for text in
        ["", "22/11", "22/13/2026", "29/02/2025", "2026-11-22", "22/11/2026/1", "1/1/5", "1/1/026", "+1/1/2026", "1/1/0000", "1//2026"]
    {
        assert_eq!(Date::from_italian(text), None, "{text}");
    }
}

#[test]
fn machines_write_the_year_first_and_nothing_else() {
    for text in ["2026-1-22", "2026-11-31", "20261122", "2026/11/22", "0000-01-01", "-001-01-01", "2026-11-2é", "+026-11-22", ""] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
}

#[test]
fn the_end_of_a_short_month_stands_for_its_missing_days() {
    assert_eq!(date("2026-01-31").plus_months(1), date("2026-02-28"));
    assert_eq!(date("2024-02-29").plus_months(12), date("2025-02-28"));
    assert_eq!(date("2026-03-31").plus_months(-1), date("2026-02-28"));
}

#[test]
fn the_calendar_has_two_ends() {
    assert_eq!(date("2026-11-22").plus_days(i64::MAX), date("9999-12-31"));
    assert_eq!(date("2026-11-22").plus_days(i64::MIN), date("0001-01-01"));
    assert_eq!(date("2026-11-22").plus_months(i64::MIN), date("0001-01-01"));
    assert_eq!(Date::from_days(i32::MIN), None);
}

#[test]
fn a_day_in_rome_begins_before_it_does_in_greenwich() {
    let rome = Zone::rome();
    assert_eq!(date("2026-11-22").start(&rome).to_string(), "2026-11-21T23:00:00.000Z");
    assert_eq!(date("2026-07-01").start(&rome).to_string(), "2026-06-30T22:00:00.000Z");
    // The day on which clocks go forward has 23 hours, the one on which they go back has 25.
    let hours = |day: &str| (date(day).plus_days(1).start(&rome).millis() - date(day).start(&rome).millis()) / 3_600_000;
    assert_eq!((hours("2026-03-29"), hours("2026-10-25")), (23, 25));
    assert!(Zone::named("Europe/Atlantis").is_none());
}

proptest! {
    #[test]
    fn a_date_survives_being_written_and_counted(days in -719_162i32..=2_932_896) {
        let day = Date::from_days(days).expect("in the calendar");
        prop_assert_eq!(day.to_string().parse(), Ok(day));
        prop_assert_eq!(day.days(), days);
        let (year, month, of_month) = day.parts();
        prop_assert_eq!(Date::from_italian(&format!("{of_month:02}/{month:02}/{year:04}")), Some(day));
        prop_assert_eq!(day.plus_days(1).plus_days(-1), if days == 2_932_896 { day.plus_days(-1) } else { day });
    }

    #[test]
    fn texts_sort_like_dates(one in -719_162i32..=2_932_896, two in -719_162i32..=2_932_896) {
        let text = |days| Date::from_days(days).expect("in the calendar").to_string();
        prop_assert_eq!(one.cmp(&two), text(one).cmp(&text(two)));
    }

    #[test]
    fn a_moment_survives_being_written(millis in -62_000_000_000_000i64..253_000_000_000_000) {
        let moment = Moment::from_millis(millis);
        prop_assert_eq!(moment.to_string().parse(), Ok(moment));
    }

    #[test]
    fn a_moment_lies_in_its_day(millis in -2_000_000_000_000i64..4_000_000_000_000) {
        let (rome, moment) = (Zone::rome(), Moment::from_millis(millis));
        let day = moment.date(&rome);
        prop_assert!(day.start(&rome) <= moment && moment < day.plus_days(1).start(&rome));
    }

    #[test]
    fn no_text_and_no_step_panics(text in "[-0-9/. ]*|.*", step: i64) {
        let _ = Date::from_italian(&text);
        let _ = text.parse::<Date>();
        let _ = text.parse::<Moment>();
        let day = date("2026-11-22");
        let _ = (day.plus_days(step), day.plus_months(step), Moment::from_millis(step).to_string(), Moment::from_millis(step).date(&Zone::rome()));
    }
}
