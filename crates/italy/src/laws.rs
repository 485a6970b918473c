//! Laws that hold for whatever is typed.

use crate::check_letter::check_letter;
use crate::{Address, Iban, Phone, Postcode, RecipientCode, TaxCode, VatNumber, legal_form, phone_digits, provinces};
use kernel::Date;
use proptest::prelude::*;

/// Eleven digits of which the last checks the others.
fn vat_number() -> impl Strategy<Value = String> {
    ("[0-9]{10}").prop_filter("a number of its own", |stem| !stem.starts_with("0000000")).prop_map(|stem| {
        let sum: u32 = stem
            .bytes()
            .map(|byte| u32::from(byte - b'0'))
            .enumerate()
            .map(|(index, digit)| if index % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
            .sum();
        format!("{stem}{}", (10 - sum % 10) % 10)
    })
}

/// A person's code, the digits as digits.
fn tax_code() -> impl Strategy<Value = String> {
    ("[A-Z]{6}", 0u8..100, "[ABCDEHLMPRST]", (1u8..=28, prop::bool::ANY), "[A-MZ][0-9]{3}").prop_map(
        |(name, year, month, (day, female), place)| {
            let stem = format!("{name}{year:02}{month}{:02}{place}", day + if female { 40 } else { 0 });
            format!("{stem}{}", char::from(check_letter(stem.as_bytes())))
        },
    )
}

/// The code with letters for the digits of which the mask has a bit.
fn omocode(code: &str, mask: u8) -> String {
    let mut bytes = code.as_bytes()[..15].to_vec();
    for (bit, place) in [6, 7, 9, 10, 12, 13, 14].into_iter().enumerate() {
        if mask >> bit & 1 == 1 {
            bytes[place] = b"LMNPQRSTUV"[usize::from(bytes[place] - b'0')];
        }
    }
    bytes.push(check_letter(&bytes));
    String::from_utf8(bytes).expect("letters and digits")
}

/// An Italian number as written, with its canonical form.
fn phone() -> impl Strategy<Value = (String, String)> {
    let number = prop_oneof![
        (prop::sample::select(vec!["02", "06", "050", "081", "0586", "0444", "011", "0121"]), "[1-9][0-9]{5}"),
        (prop::sample::select(vec!["333", "347", "320", "389", "392"]), "[0-9]{7}"),
    ];
    (number, prop::sample::select(vec!["", "+39", "+39 ", "0039", "0039 "]), prop::sample::select(vec!["", " ", "/", "-", "."]))
        .prop_map(|((area, rest), country, mark)| (format!("{country}{area}{mark}{rest}"), format!("+39{area}{rest}")))
}

proptest! {
    #[test]
    fn every_vat_number_with_its_check_digit_is_one(number in vat_number()) {
        let parsed = VatNumber::parse(&number).expect(&number);
        prop_assert_eq!(parsed.as_str(), &number);
        prop_assert_eq!(VatNumber::parse(&format!("IT {}.{}", &number[..4], &number[4..])), Ok(parsed));
    }

    #[test]
    fn no_vat_number_survives_a_wrong_digit(number in vat_number(), place in 0usize..11, step in 1u8..10) {
        let mut bytes = number.into_bytes();
        bytes[place] = b'0' + (bytes[place] - b'0' + step) % 10;
        let wrong = String::from_utf8(bytes).expect("digits");
        prop_assert!(VatNumber::parse(&wrong).is_err());
        prop_assert!(TaxCode::parse(&wrong).is_err());
    }

    #[test]
    fn all_hundred_and_twenty_eight_twins_of_a_code_are_the_same_person(code in tax_code()) {
        let today = Date::new(2026, 11, 22).expect("a day");
        let original = TaxCode::parse(&code).expect(&code);
        for mask in 0..128 {
            let twin = TaxCode::parse(&omocode(&code, mask)).expect("valid");
            prop_assert_eq!(twin.without_omocodia(), code.as_str());
            prop_assert_eq!(twin.birth_date(today), original.birth_date(today));
            prop_assert_eq!((twin.sex(), twin.place_code()), (original.sex(), original.place_code()));
        }
    }

    #[test]
    fn a_code_with_another_check_letter_is_none(code in tax_code(), step in 1u8..26) {
        let last = b'A' + (code.as_bytes()[15] - b'A' + step) % 26;
        let wrong = format!("{}{}", &code[..15], char::from(last));
        prop_assert!(TaxCode::parse(&wrong).is_err());
    }

    #[test]
    fn an_italian_account_with_one_wrong_digit_is_none(account in "[0-9]{10}[0-9A-Z]{12}", place in 4usize..26, step in 1u8..10) {
        let bban = format!("{}{account}", char::from(check_letter(account.as_bytes())));
        let sum = format!("{bban}IT00").bytes().fold(0u32, |rest, byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
        });
        let iban = format!("IT{:02}{bban}", 98 - sum);
        let parsed = Iban::parse(&iban).expect(&iban);
        prop_assert_eq!(Iban::parse(&parsed.for_people()), Ok(parsed));
        let mut bytes = iban.into_bytes();
        if bytes[place].is_ascii_digit() {
            bytes[place] = b'0' + (bytes[place] - b'0' + step) % 10;
            let wrong = String::from_utf8(bytes).expect("letters and digits");
            prop_assert!(Iban::parse(&wrong).is_err());
        }
    }

    #[test]
    fn a_phone_has_one_form_and_shows_as_itself((written, canonical) in phone()) {
        let phone = Phone::parse(&written).expect(&written);
        prop_assert_eq!(phone.as_str(), &canonical);
        prop_assert_eq!(&Phone::parse(phone.as_str()).expect("canonical"), &phone);
        prop_assert_eq!(&Phone::parse(&phone.for_people()).expect("as shown"), &phone);
        prop_assert_eq!(Phone::split(&written), vec![written.as_str()]);
    }

    #[test]
    fn numbers_joined_are_split_again(
        phones in prop::collection::vec(phone(), 1..5),
        mark in prop::sample::select(vec![" - ", "; ", ", ", " / ", "\n", " cell. ", " o ", "|"]),
    ) {
        let written: Vec<&str> = phones.iter().map(|(written, _)| written.as_str()).collect();
        let cell = written.join(mark);
        prop_assert_eq!(Phone::split(&cell), written);
    }

    #[test]
    fn canonical_forms_are_their_own(text in "[ A-Za-z0-9.@/+-]{0,34}") {
        if let Ok(vat) = VatNumber::parse(&text) { prop_assert_eq!(VatNumber::parse(vat.as_str()), Ok(vat)); }
        if let Ok(code) = RecipientCode::parse(&text) { prop_assert_eq!(RecipientCode::parse(code.as_str()), Ok(code)); }
        if let Ok(code) = Postcode::parse(&text) { prop_assert_eq!(Postcode::parse(code.as_str()), Ok(code)); }
        if let Ok(address) = Address::parse(&text) { prop_assert_eq!(Address::parse(address.as_str()), Ok(address)); }
        if let Ok(phone) = Phone::parse(&text) && phone.extension().is_empty() { prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone)); }
    }

    #[test]
    fn an_address_has_one_key(local in "[a-zA-Z0-9]{1,10}", domain in "[a-zA-Z0-9]{1,10}\\.[a-zA-Z]{2,5}") {
        let text = format!("{local}@{domain}");
        let address = Address::parse(&text).expect(&text);
        prop_assert_eq!(address.key(), Address::parse(&text.to_uppercase()).expect("valid").key());
        prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
    }

    #[test]
    fn no_text_panics(text in "\\PC*|[-+0-9 ()/.;,\n]*|[A-Za-z0-9&., '’èÈß]*") {
        let _ = VatNumber::parse(&text);
        let _ = TaxCode::parse(&text);
        let _ = RecipientCode::parse(&text);
        let _ = Iban::parse(&text);
        let _ = Postcode::parse(&text);
        let _ = Address::parse(&text);
        let _ = provinces::find(&text);
        let _ = phone_digits(&text);
        let (stem, form) = legal_form::split(&text);
        prop_assert!(text.contains(stem) && (form.is_some() || stem == text.trim()));
        let _ = Phone::parse(&text).map(|phone| phone.for_people());
        for piece in Phone::split(&text) {
            prop_assert!(text.contains(piece) && piece.bytes().any(|byte| byte.is_ascii_digit()));
            let _ = Phone::parse(piece);
        }
    }

    #[test]
    fn no_bytes_panic(text: String) {
        let _ = (VatNumber::parse(&text), TaxCode::parse(&text), Iban::parse(&text), Address::parse(&text));
        let _ = (Phone::parse(&text), Phone::split(&text), legal_form::split(&text), provinces::find(&text));
    }
}
