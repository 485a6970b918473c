//! Bank accounts.

use super::Iban;

fn key(text: &str) -> String {
    Iban::parse(text).expect_err(text).key.into_owned()
}

#[test]
fn an_italian_account_names_its_bank() {
    for text in ["IT60X0542811101000000123456", "it60 x054 2811 1010 0000 0123 456", "IBAN: IT60 X 05428 11101 000000123456"] {
        let iban = Iban::parse(text).expect(text);
        assert_eq!(iban.as_str(), "IT60X0542811101000000123456");
        assert_eq!((iban.country(), iban.abi(), iban.cab()), ("IT", Some("05428"), Some("11101")));
        assert_eq!(iban.for_people(), "IT60 X054 2811 1010 0000 0123 456");
    }
}

#[test]
fn other_countries_have_their_lengths() {
    for valid in [
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "GB82WEST12345698765432",
        "SM86U0322509800000000270100",
        "NO9386011117947",
    ] {
        assert_eq!(Iban::parse(valid).expect(valid).abi(), None);
    }
}

#[test]
fn each_fault_is_named() {
    assert_eq!(key("IT60X0542811101000000123457"), "error-iban-check");
    assert_eq!(key("IT60X054281110100000012345"), "error-iban-length");
    assert_eq!(key("US64SVBKUS6S3300958879"), "error-iban-country");
    assert_eq!(key("IT60X05428111010000001234è"), "error-iban-characters");
    assert_eq!(key(""), "error-iban-length");
    assert_eq!(key("I"), "error-iban-length");
    // The sum of all is right, the letter of the bank is not.
    assert_eq!(key("IT64Y0542811101000000123456"), "error-iban-structure");
}
