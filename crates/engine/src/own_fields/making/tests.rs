use super::slug;

#[test]
fn a_key_is_made_of_letters_whatever_the_words() {
    let keys = [
        ("Colore preferito", "x_colore_preferito"),
        ("Capacità (m³)", "x_capacita_m3"),
        ("id; drop table account --", "x_id_drop_table_account"),
        ("select", "x_select"),
        ("x')--", "x_x"),
    ];
    for (words, key) in keys {
        assert_eq!(slug(words).as_deref(), Some(key), "{words}");
    }
    assert_eq!(slug("«»"), None);
    // Cyrillic letters that look like ours are none of ours.
    assert_eq!(slug("\u{430}\u{441}\u{441}ount").as_deref(), Some("x_ount"));
    let long = slug(&"lunghissimo ".repeat(20)).expect("a key");
    assert!(long.len() <= 40 && !long.ends_with('_'), "{long}");
}
