//! Whom a text means.

use super::*;

fn person_of(number: i64) -> Id {
    Id::from_number(number).expect("an id")
}

fn staff() -> Vec<(Id, String)> {
    let names = ["Giulia Conti", "Giulio Conti", "Marco", "Marco Bini", "Nicolò D’Àvila"];
    names.iter().enumerate().map(|(place, name)| (person_of(1_000_000 + place as i64), (*name).to_owned())).collect()
}

fn means(text: &str) -> Vec<usize> {
    let staff = staff();
    let found = people(&resolved(text, &staff, &[]));
    found.iter().map(|id| staff.iter().position(|(known, _)| known == id).expect("one of ours")).collect()
}

#[test]
fn a_whole_name_or_the_beginning_of_one_alone_means_somebody() {
    for (text, wanted) in [
        ("@Giulia Conti, puoi?", vec![0]),
        ("senti @giulia conti", vec![0]),
        ("@Giulia domani", vec![0]),
        ("@Giuli", vec![]),
        ("@Marco Bini e @Marco", vec![3, 2]),
        ("@Marcolino", vec![]),
        ("(@nicolo d’avila)", vec![4]),
        ("scrivi a info@giulia.it o a@Giulia", vec![]),
        ("@", vec![]),
        ("@@Giulia", vec![]),
        ("@nessuno", vec![]),
    ] {
        assert_eq!(means(text), wanted, "{text}");
    }
}

#[test]
fn what_is_stored_reads_as_it_was_written_and_stays_when_it_is_written_again() {
    let staff = staff();
    for text in ["@Giulia Conti: chiamare", "prima\n@Marco Bini\ndopo", "nessuno qui @[rotto](x) @[", "à@[x](y) 🙂@Giulia Conti"] {
        let stored = resolved(text, &staff, &[]);
        assert_eq!(resolved(&stored, &staff, &[]), stored, "{text}");
        let again = resolved(&plain(&stored), &staff, &people(&stored));
        assert_eq!(again, stored, "{text}");
    }
    // Of two with one name, the one who was meant before is meant again.
    let twins = [(person_of(5_000_001), "Anna Neri".to_owned()), (person_of(5_000_002), "Anna Neri".to_owned())];
    assert_eq!(people(&resolved("@Anna Neri", &twins, &[])), []);
    assert_eq!(people(&resolved("@Anna Neri", &twins, &[twins[1].0])), [twins[1].0]);
    // Another name is no disguise.
    let masked = resolved(&format!("@[La direzione]({})", twins[0].0), &twins, &[]);
    assert_eq!(plain(&masked), "@Anna Neri");
}
