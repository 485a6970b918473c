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

#[test]
fn the_company_says_a_sentence_with_a_number_in_its_own_forms() {
    let pattern = "Restano { $count -> [0] nessuna voce *[other] { $number } voci [one] 1 voce } in { $name }";
    let shape = Shape::read(pattern).expect("a choice");
    assert_eq!(shape.variables, ["name", "number", "count"]);
    let texts: Vec<&str> = shape.forms.iter().map(|form| form.text.as_str()).collect();
    assert_eq!(texts, ["Restano nessuna voce in { $name }", "Restano { $number } voci in { $name }", "Restano 1 voce in { $name }"]);
    let own = ["".to_owned(), "{$number} righe, [one] e *[other] comprese".to_owned(), "una riga sola".to_owned()];
    let stored = shape.stored(&own);
    assert_eq!(shape.texts(&stored), own);
    let formed = shape.formed(&stored, &shape.variables).expect("what fits");
    let say = |count: &str| formed.said(&[("count", count), ("number", count), ("name", "{ $count } <b>")]);
    assert_eq!(say("0"), "Restano nessuna voce in { $count } <b>", "what it leaves empty is the product's, and a value is only a value");
    assert_eq!(say("1"), "una riga sola");
    assert_eq!(say("1000000"), "1000000 righe, [one] e *[other] comprese");
    assert_eq!(say("molte"), "molte righe, [one] e *[other] comprese");
    assert_eq!(shape.stored(&["".to_owned(), "".to_owned(), "".to_owned()]), "");
}

#[test]
fn braces_that_are_no_placeholder_of_the_message_are_refused() {
    let variables = ["count".to_owned(), "name".to_owned()];
    for right in ["", "niente", "{ $count } e {$name}", "[one] *[other] -> $count"] {
        assert!(Shape::examine(right, &variables).is_ok(), "{right}");
    }
    for wrong in [
        "{",
        "}",
        "{ count }",
        "{ $ }",
        "{ $altro }",
        "{ $count",
        "{ { $count } }",
        "{ NUMBER($count) }",
        "{ \"x\" }",
        "{ $count -> [one] x *[other] y }",
        "{ -brand }",
        "{ message.attr }",
        "{ $count } }",
    ] {
        assert!(Shape::examine(wrong, &variables).is_err(), "{wrong}");
    }
}

#[test]
fn every_message_of_ours_can_be_said_otherwise() {
    let words = Words::of_platform_and(&[]).expect("words");
    for place in [0, 1] {
        let inside = words.bundles[place].has_message("own-fields-count") && words.shapes[place].contains_key("own-fields-count");
        assert!(inside);
    }
    let all = words.plain[0].len() + words.shapes[0].len();
    assert_eq!(words.product().count(), all, "what has something inside in one language has it in the other");
}

#[test]
fn a_wording_that_does_not_fit_falls_back_to_the_words_of_the_product() {
    let words =
        Words::load(&["found = { it = \"{ $most -> [one] Una riga *[other] { $most } righe }\", en = \"{ $most } lines\" }"]).unwrap();
    let spoken = |italian: &str, english: &str| {
        let spoken = HashMap::from([("found".to_owned(), [italian.to_owned(), english.to_owned()])]);
        let mut model = Model::default();
        model.spoken = Arc::new(spoken);
        words.follow(&model);
        [Language::Italian, Language::English].map(|language| words.with("found", language, &[("most", "3")]))
    };
    assert_eq!(spoken("{\"other\":\"{ $most } voci\"}", "{ $most } items"), ["3 voci", "3 items"]);
    assert_eq!(spoken("{\"other\":\"{ $altro } voci\"}", "{ $most"), ["3 righe", "3 lines"]);
    assert_eq!(spoken("non è JSON", "{ NUMBER($most) }"), ["3 righe", "3 lines"]);
    assert_eq!(spoken("", "only words"), ["3 righe", "only words"]);
}
