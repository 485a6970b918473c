use super::*;

#[test]
fn a_sentence_is_said_in_both_languages_with_its_plural() {
    let words = Words::load(&[
        "# a comment\nfound = { it = \"{ $most -> [one] Una riga *[other] { $most } righe }\", en = \"{ $most -> [one] One line *[other] { $most } lines }\" }",
        "account-one = { it = \"Azienda\", en = \"Account\" }",
    ])
    .unwrap();
    assert_eq!(words.get("account-one", Language::Italian), "Azienda");
    assert_eq!(words.get("nobody-knows", Language::English), "nobody-knows");
    assert_eq!(words.first(&["field-x-y", "account-one"], Language::English), "Account");
    assert_eq!(words.say(&Say::new("found").with("most", 1), Language::English), "One line");
    assert_eq!(words.say(&Say::new("found").with("most", 3), Language::Italian), "3 righe");
    assert_eq!(words.with("found", Language::Italian, &[("most", "007")]), "007 righe");
}

#[test]
fn words_that_nobody_can_say_are_found_at_the_start() {
    for wrong in ["a = { it = \"x\" }", "a = \"x\"", "a = { it = \"{ $\", en = \"x\" }", "a b"] {
        assert!(Words::load(&[wrong]).is_err(), "{wrong}");
    }
    let twice = "a = { it = \"x\", en = \"x\" }";
    assert!(Words::load(&[twice, twice]).is_err());
}
