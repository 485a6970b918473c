//! When Italy works.

use super::{easter, holidays, is_working_day, next_working_day};
use kernel::Date;

fn date(text: &str) -> Date {
    text.parse().expect("a date of the test")
}

#[test]
fn easter_moves() {
    for (year, day) in [
        (1961, "1961-04-02"),
        (2000, "2000-04-23"),
        (2008, "2008-03-23"),
        (2011, "2011-04-24"),
        (2024, "2024-03-31"),
        (2026, "2026-04-05"),
        (2038, "2038-04-25"),
    ] {
        assert_eq!(easter(year), Some(date(day)));
    }
}

#[test]
fn saint_francis_is_a_holiday_since_2026() {
    let keys = |year| holidays(year).iter().map(|holiday| holiday.key).collect::<Vec<_>>();
    assert_eq!(keys(2025).len(), 12);
    assert_eq!(keys(2026).len(), 13);
    assert!(!keys(2025).contains(&"holiday-saint-francis") && keys(2026).contains(&"holiday-saint-francis"));
    assert!(is_working_day(date("2024-10-04"), None) && !is_working_day(date("2027-10-04"), None));
    assert!(holidays(2026).windows(2).all(|pair| pair[0].date < pair[1].date));
    assert!(holidays(0).is_empty());
}

#[test]
fn christmas_of_2026_is_a_long_one() {
    assert_eq!(next_working_day(date("2026-12-24"), None), date("2026-12-28"));
    assert_eq!(next_working_day(date("2026-04-03"), None), date("2026-04-07"));
    assert_eq!(next_working_day(date("2026-11-20"), None), date("2026-11-23"));
    assert_eq!(next_working_day(date("9999-12-31"), None), date("9999-12-31"));
}

#[test]
fn a_town_rests_on_the_day_of_its_patron() {
    let ranieri = Some((6, 17));
    assert!(is_working_day(date("2026-06-17"), None) && !is_working_day(date("2026-06-17"), ranieri));
    assert_eq!(next_working_day(date("2026-06-16"), ranieri), date("2026-06-18"));
}

#[test]
fn a_working_day_is_a_weekday_that_is_no_holiday() {
    for year in 2001..2100 {
        let all: Vec<_> = holidays(year).iter().map(|holiday| holiday.date).collect();
        let mut day = Date::new(year, 1, 1).expect("a day");
        while day.parts().0 == year {
            let weekend = matches!(day.days().rem_euclid(7), 2 | 3);
            assert_eq!(is_working_day(day, None), !weekend && !all.contains(&day), "{day}");
            day = day.plus_days(1);
        }
    }
}
