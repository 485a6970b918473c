//! Fuzz targets of identifiers and phones: whatever is given, nothing panics, and what is taken is taken again.

use italy::places::{Entry, Postcodes, by_code, doubts};
use italy::{Address, Phone, RecipientCode, TaxCode, VatNumber};
use proptest::prelude::*;

fn written() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9 +./()-]{0,40}", "[A-Z0-9 ]{0,20}", "(IT|it|DE)?[0-9. ]{9,15}", "\\PC{0,40}", "[a-z.@ ;,<>-]{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn phones(text in written()) {
        for piece in Phone::split(&text) {
            prop_assert!(text.contains(piece));
            if let Ok(phone) = Phone::parse(piece) {
                let again = Phone::parse(phone.as_str()).expect("its own form");
                prop_assert_eq!(again.as_str(), phone.as_str());
                prop_assert!(!phone.for_people().is_empty());
            }
        }
    }

    #[test]
    fn tax_numbers(text in written()) {
        if let Ok(number) = VatNumber::parse(&text) {
            let again = VatNumber::parse(number.as_str()).expect("its own form");
            prop_assert_eq!(again.as_str(), number.as_str());
        }
        if let Ok(code) = TaxCode::parse(&text) {
            let again = TaxCode::parse(code.as_str()).expect("its own form");
            prop_assert_eq!(again.as_str(), code.as_str());
        }
        let _ = RecipientCode::parse(&text);
    }

    #[test]
    fn rows_of_a_list_of_postcodes(rows in proptest::collection::vec((written(), written(), written(), written()), 0..6)) {
        let mut list = Postcodes::default();
        for (postcode, city, hamlet, province) in &rows {
            for (postcode, city, province) in [(postcode.as_str(), city.as_str(), province.as_str()), ("56025", "Pontedera", "PI")] {
                let _ = list.add(Entry { postcode, code: province, city, hamlet, province });
            }
        }
        prop_assert_eq!(&Postcodes::read(&list.written()), &list);
        if let Some(pontedera) = by_code("G843") {
            prop_assert!(list.of(pontedera).all(|cap| cap.len() == 5 && list.fits(pontedera, cap)));
        }
        for (postcode, city, _, province) in &rows {
            doubts(postcode, city, province, &list);
        }
    }

    #[test]
    fn addresses(text in written()) {
        if let Ok(address) = Address::parse(&text) {
            let again = Address::parse(address.as_str()).expect("its own form");
            prop_assert_eq!(again.as_str(), address.as_str());
        }
    }
}
