//! Amounts, as Italians write them and as machines do.

use super::{Money, Scaled};
use crate::Language;
use proptest::prelude::*;

fn italian(text: &str) -> Option<i64> {
    Scaled::parse_italian(text, 2).map(|amount| amount.units)
}

#[test]
fn an_accountant_types_amounts_in_many_ways() {
    for (text, cents) in [
        ("1.234,50", 123_450),
        ("1234,5", 123_450),
        ("1234", 123_400),
        ("€ 1.234", 123_400),
        ("1.234.567,89", 123_456_789),
        ("-1.234,50 €", -123_450),
        ("1234.50", 123_450),
        ("0.5", 50),
        (",5", 50),
        ("12,", 1_200),
        ("1 234,50", 123_450),
        ("1'234,50", 123_450),
        ("22%", 2_200),
        ("10,5000", 1_050),
    ] {
        assert_eq!(italian(text), Some(cents), "{text}");
    }
}

#[test]
fn what_could_be_misread_is_refused() {
    for text in ["", "-", ",", "1.23,50", "1,234.50", "12.34.567", "1.2345,6", "10,505", "abc", "1,2,3", "--5", "99999999999999999999"] {
        assert_eq!(italian(text), None, "{text}");
    }
}

#[test]
fn thousands_never_begin_with_a_zero() {
    assert_eq!(Scaled::parse_italian("0.125", 3).map(|eighth| eighth.units), Some(125));
    assert_eq!(Scaled::parse_italian("0.125", 4).map(|eighth| eighth.units), Some(1_250));
    assert_eq!(italian("0.125"), None, "cents can't hold it, and it is not 125 euro");
    assert_eq!(italian("1.125"), Some(112_500));
}

#[test]
fn each_language_has_its_marks() {
    let amount = Scaled { units: -123_456_705, scale: 2 };
    assert_eq!(amount.for_people(Language::Italian), "-1.234.567,05");
    assert_eq!(amount.for_people(Language::English), "-1,234,567.05");
    assert_eq!(amount.to_string(), "-1234567.05");
    assert_eq!(Money(5).to_string(), "0.05");
    assert_eq!(Money(i64::MIN).to_string(), "-92233720368547758.08");
    assert_eq!(Scaled { units: 42, scale: 0 }.to_string(), "42");
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(units in -i64::MAX..=i64::MAX, scale in 0u8..=9) {
        let amount = Scaled { units, scale };
        prop_assert_eq!(Scaled::parse(&amount.to_string(), scale), Some(amount));
    }

    #[test]
    fn what_an_italian_reads_is_what_an_italian_types(units in -i64::MAX..=i64::MAX, scale in 0u8..=9) {
        let amount = Scaled { units, scale };
        prop_assert_eq!(Scaled::parse_italian(&amount.for_people(Language::Italian), scale), Some(amount));
    }

    #[test]
    fn a_plain_number_of_two_decimals_is_never_misread(units in -10_000_000_000i64..10_000_000_000) {
        prop_assert_eq!(italian(&Money(units).to_string()), Some(units));
    }

    #[test]
    fn no_text_panics(text in "[-+0-9.,€ %']*|.*", scale in 0u8..=9) {
        let _ = Scaled::parse(&text, scale);
        let _ = Scaled::parse_italian(&text, scale);
    }
}
