use super::Pattern;
use kernel::Date;

fn day() -> Date {
    Date::new(2026, 3, 9).expect("a day")
}

#[test]
fn numbers_are_written_as_the_pattern_says() {
    for (pattern, written, period) in [
        ("{year}/{number:6}", "2026/000123", "2026"),
        ("T{year:2}{month}-{number:3}", "T2603-123", "2026-03"),
        ("{number}", "123", ""),
        (" Prot. n. {number:2} ", "Prot. n. 123", ""),
        ("{year:4}-{number:12}", "2026-000000000123", "2026"),
    ] {
        let read = Pattern::parse(pattern).expect(pattern);
        assert_eq!((read.write(day(), 123).as_str(), read.period(day()).as_str()), (written, period), "{pattern}");
    }
}

#[test]
fn what_gives_no_numbers_is_no_pattern() {
    for (wrong, said) in [
        ("", "error-series-number"),
        ("{year}", "error-series-number"),
        ("{number}{number:3}", "error-series-number"),
        ("{month}/{number}", "error-series-month"),
        ("{day}/{number}", "error-series-pattern"),
        ("{number:0}", "error-series-pattern"),
        ("{number:13}", "error-series-pattern"),
        ("{number:+6}", "error-series-pattern"),
        ("{number", "error-series-pattern"),
        ("}{number}", "error-series-pattern"),
        ("{è}{number}", "error-series-pattern"),
        ("a\nb{number}", "error-series-pattern"),
        (&"x".repeat(41), "error-too-long"),
    ] {
        assert_eq!(Pattern::parse(wrong).expect_err(wrong).key, said, "{wrong}");
    }
}
