use super::{asked, kept};
use crate::fields::Kind;
use kernel::Value;

/// Whether what was written finds a value, as the databases do: every word begins one of its words.
fn finds(written: &str, kind: Kind, value: &str) -> bool {
    let mut words = String::new();
    kept(kind, &Value::from(value), &mut words);
    let asked = asked(written);
    !asked.is_empty() && asked.iter().all(|word| words.split(' ').any(|one| one.starts_with(word.as_str())))
}

#[test]
fn a_phone_is_found_however_it_is_written() {
    for written in ["3331234567", "333 123 4567", "333/1234567", "+39 333 123 4567", "0039 333 123 4567", "(333) 123-4567", "333 12"] {
        assert!(finds(written, Kind::Phone, "+393331234567"), "{written}");
    }
    assert!(finds("0044 20 7946", Kind::Phone, "+442079460018") && finds("00442079460018", Kind::Phone, "+442079460018"));
    assert!(finds("0039050", Kind::Phone, "+39050123456"));
    assert!(!finds("333 765", Kind::Phone, "+393331234567"));
}

#[test]
fn a_partita_iva_is_found_with_its_noughts_and_its_country() {
    for written in ["00743110157", "007431101", "00743", "IT00743110157", "it 00743110157", "IT 007 431 101 57", "IT00743"] {
        assert!(finds(written, Kind::Code, "00743110157"), "{written}");
    }
    // Two noughts and no partita IVA: a number abroad.
    assert_eq!(asked("00390501234"), ["390501234"]);
    assert_eq!(asked("it solutions"), ["it", "solutions"]);
}

#[test]
fn a_pec_is_found_by_its_parts_or_whole() {
    for written in ["officina.rossi@pec.it", "OFFICINA.ROSSI", "rossi pec", "rossi@pec"] {
        assert!(finds(written, Kind::Email, "officina.rossi@pec.it"), "{written}");
    }
}
