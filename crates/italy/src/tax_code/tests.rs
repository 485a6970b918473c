//! Codice fiscale: what it says of a person, also when letters stand for its digits.

use super::{Sex, TaxCode};
use kernel::Date;

fn code(text: &str) -> TaxCode {
    TaxCode::parse(text).expect(text)
}

fn key(text: &str) -> String {
    TaxCode::parse(text).expect_err(text).key.into_owned()
}

fn date(text: &str) -> Date {
    text.parse().expect("a date of the test")
}

#[test]
fn mario_rossi_of_turin_and_all_who_share_his_code() {
    for variant in [
        "RSSMRA80T10L219B",
        "RSSMRA80T10L21VQ",
        "RSSMRA80T10L2M9M",
        "RSSMRA80T10LN19Q",
        "RSSMRA80T1LL219E",
        "RSSMRA80TM0L219M",
        "RSSMRAULTMLLNMVM",
    ] {
        let code = code(variant);
        assert_eq!(code.as_str(), variant);
        assert_eq!(code.birth_date(date("2026-11-22")), Some(date("1980-12-10")));
        assert_eq!((code.sex(), code.place_code().as_deref()), (Some(Sex::Male), Some("L219")));
        assert_eq!(code.without_omocodia(), "RSSMRA80T10L219B");
        assert!(code.matches_name("Mario", "Rossi") && !code.matches_name("Maria Grazia", "Rossi"));
    }
    assert_eq!(key("RSSMRA80T10L219A"), "error-tax-code-check");
}

#[test]
fn names_with_accents_apostrophes_and_few_letters() {
    for (text, given, family, born, sex) in [
        ("DLAMGR75C45H501X", "Maria Grazia", "D'Alò", "1975-03-05", Sex::Female),
        ("FOXLIX01A01F205B", "Li", "Fo", "2001-01-01", Sex::Male),
        ("DSNGFR76B29F839T", "Gianfranco", "De Santis", "1976-02-29", Sex::Male),
        ("NIXVEA99T71L424J", "Éva", "Nì", "1999-12-31", Sex::Female),
    ] {
        let code = code(text);
        assert!(code.matches_name(given, family), "{given} {family}");
        assert_eq!((code.birth_date(date("2026-11-22")), code.sex()), (Some(date(born)), Some(sex)));
    }
}

#[test]
fn the_century_is_the_last_in_which_the_person_can_have_been_born() {
    let li = code("FOXLIX01A01F205B");
    assert_eq!(li.birth_date(date("2001-01-01")), Some(date("2001-01-01")));
    assert_eq!(li.birth_date(date("2000-12-31")), Some(date("1901-01-01")));
}

#[test]
fn companies_and_provisional_codes_have_eleven_digits() {
    let company = code("00743110157");
    assert!(!company.is_of_a_person() && company.matches_name("anything", "at all"));
    assert_eq!((company.sex(), company.place_code(), company.birth_date(date("2026-11-22"))), (None, None, None));
    assert_eq!(company.without_omocodia(), "00743110157");
    assert_eq!(key("00743110158"), "error-tax-code-check");
}

#[test]
fn each_fault_is_named() {
    assert_eq!(key(""), "error-tax-code-length");
    assert_eq!(key("RSSMRA80T10L219"), "error-tax-code-length");
    assert_eq!(key("RSSMRA80T1è"), "error-tax-code-characters");
    assert_eq!(key("RSSMRA80T10L2199"), "error-tax-code-characters");
    assert_eq!(key("RSSMRA80T10LA19B"), "error-tax-code-characters");
    assert_eq!(key("RSSMRA80T32L219B"), "error-tax-code-date");
    assert_eq!(key("RSSMRA80F10L219B"), "error-tax-code-date");
    assert_eq!(key("RSSMRA81B29L219B"), "error-tax-code-date");
    assert_eq!(code(" rss mra 80t10 l219b ").as_str(), "RSSMRA80T10L219B");
}
