//! Laws of one writing: done twice it is as done once, and nothing that somebody typed is lost.

use crate::{company_name, email, person_name, street};
use proptest::prelude::*;

/// Text as people type it: words that the rules know, words that nobody knows, and marks, in any order.
fn typed() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => prop::sample::select(vec![
            "Rossi", "MARIO", "de", "DI", "della", "D'", "d'angelo", "Nicolo'", "mc", "MCDONALD", "Dott.", "ssa", "Ing", "srl", "S.r.l.", "S. r. l.",
            "spa", "& C.", "e", "snc", "soc.", "coop.", "a r.l.", "di", "unipersonale", "IN", "LIQUIDAZIONE", "(srl)", "via", "V.le", "P.zza", "c.so",
            "S.P.", "ss", "12", "12/a", "12a", "n.", "n°", "n.12", "bis", "km", "12+300", "12,3", "int.", "3", "scala", "B", "snc", "s.n.c.", "c/o",
            "presso", "XX", "ii", "Settembre", "dell'", "Sant'", "F.lli", "G.", "3M", "A2A", "BMW", ",", "-", "–", "’", "\"", "(", ")", "ò", "É",
            "Loc.", "Zona", "Industriale", "Str.", "Prov.",
        ]).prop_map(str::to_owned),
        1 => "[a-zA-Zàèìòù'.]{1,9}",
        1 => "[0-9]{1,5}[a-z]{0,2}",
    ];
    prop::collection::vec((word, prop::sample::select(vec![" ", " ", " ", "  ", "", ", "])), 0..8)
        .prop_map(|words| words.into_iter().map(|(word, gap)| word + gap).collect())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![4 => typed(), 1 => "\\PC{0,40}"]
}

/// Letters and digits without accents and case.
fn letters(text: &str) -> String {
    kernel::fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn digits(text: &str) -> Vec<char> {
    let mut digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    digits.sort_unstable();
    digits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_persons_name_keeps_every_letter_and_settles_at_once(text in any_text()) {
        let once = person_name::capitals(&text);
        prop_assert_eq!(person_name::capitals(&once), once.clone());
        prop_assert_eq!(letters(&once), letters(&text));
    }

    #[test]
    fn a_name_taken_apart_has_all_its_words(text in any_text()) {
        if let Some(name) = person_name::split(&text) {
            let (_, rest) = person_name::titles(&text);
            let mut parts: Vec<char> = letters(&format!("{}{}", name.given, name.family)).chars().collect();
            let mut whole: Vec<char> = letters(&rest).chars().collect();
            parts.sort_unstable();
            whole.sort_unstable();
            prop_assert_eq!(parts, whole);
            prop_assert!(!name.given.is_empty() && !name.family.is_empty());
        }
    }

    #[test]
    fn a_company_keeps_every_letter_that_is_not_its_form_and_settles_at_once(text in any_text()) {
        let once = company_name::canonical(&text);
        prop_assert_eq!(company_name::canonical(&once), once.clone());
        prop_assert_eq!(digits(&once), digits(&text));
        let stem = |name: &str| letters(crate::legal_form::split(&crate::letters::tidy(name)).0);
        if crate::legal_form::written(&crate::letters::tidy(&text)).is_none() {
            prop_assert_eq!(letters(&once), letters(&text));
        } else {
            prop_assert!(letters(&once).starts_with(&stem(&text)), "{} of {}", once, text);
        }
    }

    #[test]
    fn a_street_keeps_every_digit_and_settles_at_once(text in any_text()) {
        let once = street::canonical(&text);
        prop_assert_eq!(street::canonical(&once), once.clone(), "from {}", text);
        prop_assert_eq!(digits(&once), digits(&text));
    }

    #[test]
    fn what_is_proposed_for_an_address_is_one_and_needs_no_other(text in "[a-zA-Z.,@ ]{0,12}@?[a-z,]{0,8}[.,]?(com|it|con|ti|co)?") {
        if let Some(proposed) = email::proposal(&text) {
            prop_assert!(crate::Address::parse(&proposed).is_ok());
            prop_assert_eq!(email::proposal(&proposed), None);
        }
    }
}
