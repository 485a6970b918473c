//! People as address books and ledgers write them.

use super::{Name, are_swapped, capitals, is_family, is_given, split, titles};

#[test]
fn capitals_accents_and_particles_are_as_they_should_be() {
    for (typed, meant) in [
        ("DE SANTIS NICOLO'", "De Santis Nicolò"),
        ("de santis nicolo'", "De Santis Nicolò"),
        ("D'ANGELO", "D'Angelo"),
        ("d’ angelo", "D'Angelo"),
        ("D'ALO' MARIA GRAZIA", "D'Alò Maria Grazia"),
        ("DELL'ACQUA", "Dell'Acqua"),
        ("LO RUSSO", "Lo Russo"),
        ("la rosa", "La Rosa"),
        ("DELLA VALLE", "Della Valle"),
        ("McDonald", "McDonald"),
        ("MCDONALD", "McDonald"),
        ("MACRI'", "Macrì"),
        ("O'CONNOR", "O'Connor"),
        ("VAN DER BERG", "Van der Berg"),
        ("LUDWIG VON BRAUN", "Ludwig von Braun"),
        ("ANNA-MARIA", "Anna-Maria"),
        ("M. ROSSI", "M. Rossi"),
        ("G.B. TIEPOLO", "G.B. Tiepolo"),
        ("DeRosa", "DeRosa"),
        ("de' medici", "De' Medici"),
        ("JOSE'", "José"),
        ("giovanni  paolo ii", "Giovanni Paolo II"),
        ("ÈVA", "Èva"),
        ("müller", "Müller"),
        ("Rossi", "Rossi"),
        ("", ""),
    ] {
        assert_eq!(capitals(typed), meant, "{typed}");
        assert_eq!(capitals(meant), meant, "again: {typed}");
    }
}

#[test]
fn titles_are_taken_off_and_kept() {
    for (typed, title, rest) in [
        ("Dott. Mario Rossi", "Dott.", "Mario Rossi"),
        ("DOTT MARIO ROSSI", "Dott.", "MARIO ROSSI"),
        ("Egr. Sig. Rossi Mario", "Sig.", "Rossi Mario"),
        ("Gent.ma Sig.ra Bianchi Anna", "Sig.ra", "Bianchi Anna"),
        ("Rossi dott. Mario", "Dott.", "Rossi Mario"),
        ("Rossi Mario (ing.)", "Ing.", "Rossi Mario"),
        ("Rossi Mario, avv.", "Avv.", "Rossi Mario"),
        ("Dott. Ing. Luca Verdi", "Dott. Ing.", "Luca Verdi"),
        ("dott.ssa Laura Neri", "Dott.ssa", "Laura Neri"),
        ("Dr. Laura Neri", "Dott.", "Laura Neri"),
        ("Per. Ind. Carlo Gallo", "Per. Ind.", "Carlo Gallo"),
        ("Ing", "", "Ing"),
        ("Cap Marco", "", "Cap Marco"),
        ("Gentile Marco", "", "Gentile Marco"),
        ("Mario Rossi", "", "Mario Rossi"),
        ("Rossi, Mario", "", "Rossi, Mario"),
    ] {
        assert_eq!(titles(typed), (title.to_owned(), rest.to_owned()), "{typed}");
    }
}

#[test]
fn the_order_is_said_where_it_is_plain() {
    for (typed, given, family) in [
        ("ROSSI MARIO", "Mario", "Rossi"),
        ("Mario Rossi", "Mario", "Rossi"),
        ("DE SANTIS NICOLO'", "Nicolò", "De Santis"),
        ("Nicolò De Santis", "Nicolò", "De Santis"),
        ("D'Alò Maria Grazia", "Maria Grazia", "D'Alò"),
        ("Maria Grazia D'Alò", "Maria Grazia", "D'Alò"),
        ("Rossi, Mario", "Mario", "Rossi"),
        ("PALOMBINI GIUSEPPE", "Giuseppe", "Palombini"),
        ("Giuseppe Palombini", "Giuseppe", "Palombini"),
        ("Mario Franco", "Mario", "Franco"),
        ("Rosa Antonio", "Antonio", "Rosa"),
        ("Sig. Lo Russo Salvatore", "Salvatore", "Lo Russo"),
        ("DELLA VALLE ANNA MARIA", "Anna Maria", "Della Valle"),
    ] {
        let name = split(typed).expect(typed);
        assert_eq!((name.given.as_str(), name.family.as_str()), (given, family), "{typed}");
    }
    assert_eq!(split("Dott. Rossi Mario"), Some(Name { title: "Dott.".to_owned(), given: "Mario".to_owned(), family: "Rossi".to_owned() }));
    for doubtful in ["Mario Paolo", "Rossi", "Ufficio Acquisti", "Qwert Zxcvb", "Rossi Bianchi", "Rossi & Figli", ""] {
        assert_eq!(split(doubtful), None, "{doubtful}");
    }
}

#[test]
fn names_in_each_others_field_are_noticed() {
    assert!(are_swapped("Rossi", "Mario"));
    assert!(are_swapped("DE SANTIS", "NICOLO'"));
    assert!(!are_swapped("Mario", "Rossi"));
    assert!(!are_swapped("Mario", "Franco"));
    assert!(!are_swapped("Franco", "Mario") || is_family("Franco"));
    assert!(!are_swapped("Mario", ""));
    assert!(!are_swapped("Qwert", "Zxcvb"));
    assert!(is_given("NICOLO'") && is_family("de luca") && !is_given("Rossi"));
}
