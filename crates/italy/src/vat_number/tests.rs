//! Partita IVA as it comes from invoices, business cards and foreign customers.

use super::VatNumber;

fn key(text: &str) -> String {
    VatNumber::parse(text).expect_err(text).key.into_owned()
}

#[test]
fn known_numbers_hold_and_their_neighbours_do_not() {
    for valid in ["00743110157", "12345670785", "00488410010", "00905811006", "01234560108", "01234561015", "01234561205"] {
        assert_eq!(VatNumber::parse(valid).expect(valid).as_str(), valid);
    }
    for wrong in ["00743110158", "12345670786", "00488410011", "00905811007"] {
        assert_eq!(key(wrong), "error-vat-check-digit");
    }
    assert_eq!(key("00000000000"), "error-vat-check-digit");
    assert_eq!(key("1234567890"), "error-vat-length");
    assert_eq!(key(""), "error-vat-length");
    assert_eq!(key("IT"), "error-vat-length");
    assert_eq!(key("ABCDEFGHIJK"), "error-vat-country");
    assert_eq!(key("0074311015X"), "error-vat-characters");
    assert_eq!(key("007431101?7"), "error-vat-characters");
}

#[test]
fn people_write_it_with_country_spaces_and_dots() {
    for text in ["IT00743110157", "it 00743110157", "007.431.101.57", " 00743 110157 ", "IT-00743110157"] {
        assert_eq!(VatNumber::parse(text).expect(text).to_string(), "00743110157");
    }
}

#[test]
fn an_unknown_office_is_a_warning_only() {
    assert!(VatNumber::parse("01234560108").expect("valid").office_known());
    assert!(!VatNumber::parse("01234561015").expect("valid").office_known());
    assert!(VatNumber::parse("01234561205").expect("valid").office_known());
}

#[test]
fn the_union_is_taken_as_written() {
    for (text, canonical, country) in [
        ("de 123.456.789", "DE123456789", "DE"),
        ("ATU57194903", "ATU57194903", "AT"),
        ("FR 61 954506077", "FR61954506077", "FR"),
        ("GR123456789", "EL123456789", "EL"),
    ] {
        let number = VatNumber::parse(text).expect(text);
        assert_eq!((number.as_str(), number.country(), number.is_italian(), number.office_known()), (canonical, country, false, true));
    }
    assert_eq!(key("US123456789"), "error-vat-country");
    assert_eq!(key("DE1"), "error-vat-length");
    assert_eq!(key("DE1234567890123"), "error-vat-length");
    assert_eq!(key("DESIGN"), "error-vat-characters");
}
