//! Numbers from cards, sheets and memory.

use super::{Kind, Phone, phone_digits};

fn phone(text: &str) -> Phone {
    Phone::parse(text).unwrap_or_else(|say| panic!("{text}: {say}"))
}

fn key(text: &str) -> String {
    Phone::parse(text).expect_err(text).key.into_owned()
}

#[test]
fn a_landline_keeps_its_zero_however_it_is_written() {
    for text in [
        "050 123456",
        "050/123456",
        "050-12.34.56",
        "(050) 123456",
        "+39 050 123456",
        "0039 050 123456",
        "+39(0)50 123456",
        "39 050 123456",
        "+0039050123456",
    ] {
        assert_eq!((phone(text).as_str(), phone(text).kind()), ("+39050123456", Kind::Landline), "{text}");
        assert_eq!(phone(text).for_people(), "050 123456");
    }
}

#[test]
fn each_sort_of_number_is_shown_as_people_know_it() {
    for (text, kind, shown) in [
        ("021234567", Kind::Landline, "02 1234567"),
        ("06555123", Kind::Landline, "06 555123"),
        ("0586 920486", Kind::Landline, "0586 920486"),
        ("3331234567", Kind::Mobile, "333 123 4567"),
        ("337123456", Kind::Mobile, "337 123 456"),
        ("3931234567", Kind::Mobile, "393 123 4567"),
        ("393931234567", Kind::Mobile, "393 123 4567"),
        ("800 123456", Kind::Free, "800 123 456"),
        ("803116", Kind::Free, "803 116"),
        ("199 123 456", Kind::Premium, "199 123 456"),
        ("892424", Kind::Premium, "892 424"),
        ("899123456", Kind::Premium, "899 123 456"),
        ("848123456", Kind::Other, "848 123 456"),
    ] {
        assert_eq!((phone(text).kind(), phone(text).for_people().as_str()), (kind, shown), "{text}");
        assert!(phone(text).is_italian());
    }
}

#[test]
fn abroad_the_tables_of_the_world_decide() {
    let london = phone("0044 (0)20 7946-0958");
    assert_eq!((london.as_str(), london.kind(), london.for_people().as_str()), ("+442079460958", Kind::Landline, "+44 20 7946 0958"));
    assert!(!london.is_italian());
    assert_eq!(phone("+49 1512 3456789").kind(), Kind::Mobile);
    assert_eq!((phone("+378 0549 886377").as_str(), phone("+378 0549 886377").kind()), ("+3780549886377", Kind::Landline));
    assert_eq!(key("+44 1"), "error-phone-country");
    assert_eq!(key("+999 123456789"), "error-phone-country");
}

#[test]
fn the_number_within_the_company_is_kept_apart() {
    let desk = phone("050 123456 int. 12");
    assert_eq!((desk.as_str(), desk.extension(), desk.for_people().as_str()), ("+39050123456", "12", "050 123456 int. 12"));
    assert_eq!(phone("050 123456 ext 7").extension(), "7");
}

#[test]
fn each_fault_is_named() {
    for (text, expected) in [
        ("", "error-phone-short"),
        ("+", "error-phone-short"),
        ("050", "error-phone-short"),
        ("112", "error-phone-short"),
        ("non ha telefono", "error-phone-characters"),
        ("050 12345x", "error-phone-characters"),
        ("050+123456", "error-phone-characters"),
        ("0044", "error-phone-country"),
        ("50 123456", "error-phone-unknown"),
        ("0500 1", "error-phone-short"),
        ("333 12345678", "error-phone-unknown"),
        ("+39 333 12", "error-phone-unknown"),
        ("050 123456 789012", "error-phone-long"),
        ("1234567890123456789", "error-phone-long"),
    ] {
        assert_eq!(key(text), expected, "{text}");
    }
}

#[test]
fn one_cell_holds_many_numbers() {
    for (cell, pieces) in [
        ("02/123456 - 333.1234567", vec!["02/123456", "333.1234567"]),
        ("050 131 762 ; +39 328 1234567", vec!["050 131 762", "+39 328 1234567"]),
        ("00390573375980 - 00393884539235", vec!["00390573375980", "00393884539235"]),
        ("081-931.988 - 331-562.6634", vec!["081-931.988", "331-562.6634"]),
        ("(044) 4032061 - 329-251.4862", vec!["(044) 4032061", "329-251.4862"]),
        ("0444404163 - +39 337 1348630", vec!["0444404163", "+39 337 1348630"]),
        ("023 482 36 - (382) 3320899", vec!["023 482 36", "(382) 3320899"]),
        ("050123456/3331234567", vec!["050123456", "3331234567"]),
        ("050 123456 333 1234567", vec!["050 123456", "333 1234567"]),
        ("050 123456, 050 123457", vec!["050 123456", "050 123457"]),
        ("050 12 34 56", vec!["050 12 34 56"]),
        ("06 - 555 123", vec!["06 - 555 123"]),
        ("347-12 34 567", vec!["347-12 34 567"]),
        ("06 1234 - 06 1235", vec!["06 1234", "06 1235"]),
        ("tel. 050 123456 cell. 333 1234567", vec!["050 123456", "333 1234567"]),
        ("Uff: 050/123456\nAb: 050/654321", vec!["050/123456", "050/654321"]),
        ("050 123456 int. 12 - 333 1234567", vec!["050 123456 int. 12", "333 1234567"]),
        ("+39050123456+393331234567", vec!["+39050123456", "+393331234567"]),
        ("050 123456 (Mario) 333 1234567 (Anna)", vec!["050 123456", "333 1234567"]),
        ("+44 20 7946 0958 / 02 1234567", vec!["+44 20 7946 0958", "02 1234567"]),
        ("123", vec!["123"]),
        ("", vec![]),
        ("nessuno", vec![]),
        (" - / ", vec![]),
    ] {
        assert_eq!(Phone::split(cell), pieces, "{cell:?}");
    }
}

#[test]
fn searching_goes_by_digits() {
    assert_eq!(phone_digits("+39 050/12.34.56"), "39050123456");
    assert_eq!(phone_digits("050123456"), "050123456");
    assert_eq!(phone_digits("è"), "");
}
