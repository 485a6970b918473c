//! What is searched is found, however it was typed.

use super::{fold, words};
use proptest::prelude::*;

#[test]
fn accents_case_and_typography_do_not_matter() {
    for (written, folded) in [
        ("  Società   Agricola\u{a0}È Buono ", "societa agricola e buono"),
        ("Dell’Orto & Figli", "dell'orto & figli"),
        ("Sant´Angelo", "sant'angelo"),
        ("Sant`Angelo", "sant'angelo"),
        ("Müller – Straße", "muller - strasse"),
        ("STRAẞE", "strasse"),
        ("Œuvre Æsir Øre Łódź", "oeuvre aesir ore lodz"),
        ("ﬁnale № 5", "finale no 5"),
        ("a\0b", "ab"),
        ("", ""),
    ] {
        assert_eq!(fold(written), folded, "{written:?}");
    }
}

#[test]
fn words_are_runs_of_letters_and_digits() {
    assert_eq!(words("D'Alò S.r.l., via Roma 12/B").collect::<Vec<_>>(), ["d", "alo", "s", "r", "l", "via", "roma", "12", "b"]);
    assert_eq!(words("...").count(), 0);
    assert_eq!(words(&"à".repeat(100)).next().map(|word| word.len()), Some(40));
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "\\PC*|[ÀàßẞŁłİ´`’–Œ \t\\u{a0}\\u{301}a-zA-Z]*") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn any_characters_fold_for_good(text: String) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    /// The mark joins the text to the general path, and folds to nothing by itself.
    #[test]
    fn plain_text_takes_a_shorter_way_to_the_same_end(text in "[\\x00-\\x7fÀ-ÿ]*") {
        prop_assert_eq!(fold(&format!("\u{301}{text}")), fold(&text));
    }

    #[test]
    fn folded_text_has_no_space_to_spare(text: String) {
        let folded = fold(&text);
        prop_assert_eq!(folded.trim(), &folded);
        prop_assert!(!folded.contains("  "));
    }
}
