//! The provinces, as columns of other programs name them.

use super::{PROVINCES, by_name, by_sigla, find};

#[test]
fn there_are_a_hundred_and_ten_and_each_is_found_by_letters_and_name() {
    assert_eq!(PROVINCES.iter().filter(|province| province.ceased.is_none()).count(), 110);
    for province in &PROVINCES {
        assert_eq!(by_sigla(province.sigla), Some(province), "letters are given once");
        let named = by_name(province.name).expect(province.name);
        assert!(named == province || province.now == Some(named.sigla), "{}", province.name);
        for also in province.also {
            assert_eq!(by_name(also), Some(province), "{also}");
        }
    }
}

#[test]
fn every_region_has_its_number_of_provinces() {
    let count = |region| PROVINCES.iter().filter(|province| province.region == region && province.ceased.is_none()).count();
    for (region, provinces) in [
        ("Piemonte", 8),
        ("Valle d'Aosta", 1),
        ("Lombardia", 12),
        ("Trentino-Alto Adige", 2),
        ("Veneto", 7),
        ("Friuli-Venezia Giulia", 4),
        ("Liguria", 4),
        ("Emilia-Romagna", 9),
        ("Toscana", 10),
        ("Umbria", 2),
        ("Marche", 5),
        ("Lazio", 5),
        ("Abruzzo", 4),
        ("Molise", 2),
        ("Campania", 5),
        ("Puglia", 6),
        ("Basilicata", 2),
        ("Calabria", 5),
        ("Sicilia", 9),
        ("Sardegna", 8),
    ] {
        assert_eq!(count(region), provinces, "{region}");
    }
}

#[test]
fn names_are_found_however_they_are_written() {
    for (text, sigla) in [
        ("pi", "PI"),
        ("(PI)", "PI"),
        (" Pisa ", "PI"),
        ("FORLI' CESENA", "FC"),
        ("Forlì-Cesena", "FC"),
        ("reggio emilia", "RE"),
        ("Reggio di Calabria", "RC"),
        ("L’Aquila", "AQ"),
        ("Monza e Brianza", "MB"),
        ("Bolzano/Bozen", "BZ"),
        ("Olbia-Tempio", "OT"),
        ("Provincia di Lucca", "LU"),
        ("PESARO-URBINO", "PU"),
    ] {
        assert_eq!(find(text).map(|province| province.sigla), Some(sigla), "{text}");
    }
    for nothing in ["", "e", "Atlantide", "XX", "()"] {
        assert_eq!(find(nothing), None, "{nothing}");
    }
}

#[test]
fn ceased_letters_lead_to_those_of_today() {
    let pesaro = by_sigla("PS").expect("known");
    assert_eq!((pesaro.ceased, pesaro.now), (Some(1999), Some("PU")));
    assert_eq!(by_sigla("SU").and_then(|sud| sud.ceased), Some(2025));
}
