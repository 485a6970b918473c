//! What holds for any records: the same from both sides, nobody more alike than oneself, and no text that is too much.

use matching::{Prepared, Scan, Scheme, Trait, Weights};
use proptest::prelude::*;

const TRAITS: [Trait; 19] = [
    Trait::PersonName,
    Trait::GivenName,
    Trait::Surname,
    Trait::CompanyName,
    Trait::TradeName,
    Trait::Employer,
    Trait::Associate,
    Trait::Identifier,
    Trait::Phone,
    Trait::Email,
    Trait::WebSite,
    Trait::Street,
    Trait::HouseNumber,
    Trait::City,
    Trait::Postcode,
    Trait::Province,
    Trait::Date,
    Trait::Code,
    Trait::Text,
];

fn scheme() -> Scheme {
    let names: Vec<String> = TRAITS.iter().map(|about| format!("{about:?}")).collect();
    let fields: Vec<(&str, Trait)> = names.iter().map(String::as_str).zip(TRAITS).collect();
    Scheme::new(&fields)
}

/// Texts as they come, and such as values look like.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        ".{0,300}",
        "[a-dA-D' .@&/0-3àòß-]{0,30}",
        "(Officina|Panificio|Rossi|Rosi|Mario|Maria|D'Angelo|srl|S\\.r\\.l\\.|di|O\\.M\\.R\\.| |\\.){1,8}",
        "(Via|V\\.le|Roma|XX Settembre|S\\.P\\. 12|,| |12|180/A|bis|int\\. 3){1,6}",
        "(\\+39|0039|0|3|33|050|/|-| |123456){1,8}",
        "(info|mario|rossi|@|\\.|gmail\\.com|rossi\\.it){1,6}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{10,11}|[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]",
    ]
}

fn record() -> impl Strategy<Value = Vec<(usize, String)>> {
    proptest::collection::vec((0..TRAITS.len() + 1, text()), 0..14)
}

fn prepared(values: &[(usize, String)]) -> Prepared {
    let values: Vec<(usize, &str)> = values.iter().map(|(place, text)| (*place, text.as_str())).collect();
    scheme().prepare(&values)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn comparing_is_the_same_from_both_sides(a in record(), b in record()) {
        let (a, b) = (prepared(&a), prepared(&b));
        let weights = Weights::new(&scheme());
        prop_assert_eq!(weights.compare(&a, &b), weights.compare(&b, &a));
        let score = weights.score(&a, &b);
        prop_assert!((0.0..=1.0).contains(&score));
        prop_assert_eq!(score, weights.compare(&a, &b).score);
    }

    #[test]
    fn nobody_is_more_like_a_record_than_itself(a in record(), b in record()) {
        let (a, b) = (prepared(&a), prepared(&b));
        let weights = Weights::new(&scheme());
        prop_assert!(weights.score(&a, &a) >= weights.score(&a, &b), "{:?} {:?}", weights.compare(&a, &a), weights.compare(&a, &b));
    }

    #[test]
    fn keys_are_few_and_each_stands_there_once(a in record()) {
        let keys = prepared(&a).keys();
        let mut once = keys.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), keys.len());
        prop_assert!(keys.len() <= 160);
    }

    #[test]
    fn a_record_is_found_again_however_its_values_stand(a in record(), turn in 0_usize..14) {
        let mut turned = a.clone();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        let (a, turned) = (prepared(&a), prepared(&turned));
        let score = Weights::new(&scheme()).score(&a, &turned);
        prop_assert!(score.is_finite());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn any_scan_ends_and_tells_each_pair_once(records in proptest::collection::vec(record(), 0..40)) {
        let mut scan = Scan::new(&scheme());
        for (number, record) in records.iter().enumerate() {
            scan.push(number, &prepared(record));
        }
        let weights = scan.learn();
        let pairs = scan.run(&weights, 0.5, 2, |_| true);
        let mut told: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair.a.min(pair.b), pair.a.max(pair.b))).collect();
        let all = told.len();
        told.sort_unstable();
        told.dedup();
        prop_assert_eq!(told.len(), all);
        for pair in &pairs {
            prop_assert!(pair.a != pair.b && pair.score >= 0.3);
            prop_assert!(!scan.explain(&weights, pair).evidence.is_empty());
        }
        // Given up at once, it tells nothing.
        prop_assert!(scan.run(&weights, 0.5, 2, |_| false).is_empty());
    }
}
