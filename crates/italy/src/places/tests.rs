//! Comuni as letterheads name them, and as tax codes remember them.

use super::{BirthPlace, Part, Postcodes, Why, birth_place, by_code, doubts, find, living, named};
use crate::{TaxCode, provinces};
use kernel::Date;

#[test]
fn every_comune_of_today_has_a_province_of_today_and_nearly_all_a_place_and_a_postcode() {
    let comuni: Vec<_> = living().collect();
    assert!((7_800..8_000).contains(&comuni.len()), "{}", comuni.len());
    for comune in &comuni {
        assert!(comune.province().is_some_and(|province| province.ceased.is_none()), "{} {}", comune.name(), comune.sigla());
        assert!(comune.istat.is_empty() || comune.istat.len() == 6);
        assert!(!super::postcodes::beginnings(comune.sigla()).is_empty(), "{}", comune.sigla());
        if let Some((latitude, longitude)) = comune.place() {
            assert!((35.0..47.2).contains(&latitude) && (6.5..18.6).contains(&longitude), "{} {latitude} {longitude}", comune.name());
        }
    }
    assert!(comuni.iter().filter(|comune| comune.place().is_none()).count() < 10);
    let cities: Vec<_> = comuni.iter().filter_map(|comune| Some((comune, comune.postcodes()?))).collect();
    assert_eq!(cities.len(), 41);
    for (comune, (first, last)) in cities {
        assert!(first < last && comune.can_have_postcode(first) && comune.can_have_postcode(last), "{}", comune.name());
    }
}

#[test]
fn spans_follow_one_another() {
    for comune in &super::TABLE.comuni {
        for pair in comune.spans.windows(2) {
            assert!(pair[1].until.is_some_and(|until| pair[0].from.is_none_or(|from| until < from)), "{} {:?}", comune.code, comune.spans);
        }
    }
}

#[test]
fn a_comune_is_found_however_its_accents_and_apostrophes_are_written() {
    for (typed, province, name) in [
        ("Forlì", "", "Forlì"),
        ("Forli'", "", "Forlì"),
        ("FORLI", "", "Forlì"),
        ("Cantu'", "", "Cantù"),
        ("Reggio Emilia", "", "Reggio nell'Emilia"),
        ("Reggio nell’Emilia", "", "Reggio nell'Emilia"),
        ("Reggio Calabria", "", "Reggio di Calabria"),
        ("S. Giuliano Terme", "PI", "San Giuliano Terme"),
        ("L'AQUILA", "", "L'Aquila"),
        ("Bolzano/Bozen", "", "Bolzano"),
        ("Bozen", "", "Bolzano"),
        ("Corigliano Calabro", "", "Corigliano-Rossano"),
        ("Milano (MI)", "", "Milano"),
        ("Castro", "LE", "Castro"),
        ("Castro", "Bergamo", "Castro"),
        ("Sant'Angelo Lodigiano", "LO", "Sant'Angelo Lodigiano"),
        ("Carbonia", "SU", "Carbonia"),
        ("Carbonia", "CI", "Carbonia"),
    ] {
        assert_eq!(find(typed, province).map(|comune| comune.name()), Some(name), "{typed} {province}");
    }
    assert_eq!(find("Castro", "").map(|comune| comune.code), None, "there are two");
    assert_eq!(find("Springfield", ""), None.map(|comune: &super::Comune| comune));
    assert!(named("").is_empty());
}

impl PartialEq for super::Comune {
    fn eq(&self, other: &super::Comune) -> bool {
        self.code == other.code
    }
}

#[test]
fn ended_comuni_lead_to_those_of_today() {
    let old = by_code("D005").expect("Corigliano Calabro");
    assert!(!old.is_living());
    assert_eq!(old.spans[0].until, Date::new(2018, 3, 30));
    assert_eq!(old.today().map(|comune| comune.name()), Some("Corigliano-Rossano"));
    assert_eq!(by_code("H501").map(|rome| (rome.name(), rome.istat, rome.region())), Some(("Roma", "058091", "Lazio")));
    assert!(by_code("Z999").is_none());
}

#[test]
fn a_postcode_fits_or_it_does_not() {
    let fits = |cap, name| find(name, "").is_some_and(|comune| comune.can_have_postcode(cap));
    assert!(fits("20162", "Milano") && fits("20100", "Milano") && fits("35031", "Abano Terme"));
    assert!(!fits("00162", "Milano") && !fits("35031", "Milano"));
    assert!(!fits("20121", "Rho"), "a CAP of Milan is Milan's");
    assert!(fits("30030", "Venezia"), "a hamlet");
    assert_eq!(super::postcodes::provinces_of("23").collect::<Vec<_>>(), ["LC", "SO"]);
}

#[test]
fn what_does_not_go_together_is_said_with_what_would() {
    let said = |cap, city, province| {
        doubts(cap, city, province, &Postcodes::default())
            .into_iter()
            .map(|doubt| (doubt.part, doubt.why, doubt.proposal.unwrap_or(doubt.range)))
            .collect::<Vec<_>>()
    };
    assert_eq!(said("20162", "Milano", "MI"), []);
    assert_eq!(said("00140", "Roma", "RM"), []);
    assert_eq!(said("47121", "Forli'", "Forlì-Cesena"), []);
    assert_eq!(said("35031", "Abano Terme", "PD"), []);
    assert_eq!(said("45031", "Abano Terme", "PD"), [(Part::Postcode, Why::OtherPostcode, "35…".to_owned())]);
    assert_eq!(said("00100", "Milano", "MI"), [(Part::Postcode, Why::OtherPostcode, "20121–20162".to_owned())]);
    assert_eq!(said("35031", "Abano Terme", "VI"), [(Part::Province, Why::OtherProvince, "PD".to_owned())]);
    assert_eq!(said("35031", "Abano Terme", ""), [(Part::Province, Why::Missing, "PD".to_owned())]);
    assert_eq!(said("", "Abano Terme", "PD"), []);
    assert_eq!(
        said("24063", "Castro", ""),
        [(Part::Province, Why::Missing, "BG".to_owned())],
        "of two with one name the one that the CAP means"
    );
    assert_eq!(said("24063", "Castro", "LE"), [(Part::Postcode, Why::OtherPostcode, "73…".to_owned())]);
    assert_eq!(said("", "Milano", "MI"), []);
    assert_eq!(said("20121", "Milnao", "MI"), [(Part::City, Why::NearlyNamed, "Milano".to_owned())]);
    assert_eq!(said("87064", "Corigliano Calabro", "CS"), [(Part::City, Why::OtherName, "Corigliano-Rossano".to_owned())]);
    assert_eq!(said("39100", "Bozen", "BZ"), []);
    for (cap, city, province) in
        [("", "", ""), ("12345", "Marina di Sotto", "MI"), ("SW1A", "London", ""), ("20121", "", "MI"), ("75001", "Paris", "")]
    {
        assert_eq!(said(cap, city, province), [], "{city}");
    }
}

#[test]
fn a_tax_code_says_where_somebody_was_born_under_the_name_of_that_day() {
    let today = Date::new(2026, 6, 1).expect("a day");
    let born = |code: &str| birth_place(&TaxCode::parse(code).expect(code), today);
    assert_eq!(born("RSSMRA80T10L219B"), Some(BirthPlace { name: "Torino", province: "TO" }));
    assert_eq!(born("RSSMRAULTMLLNMVM"), Some(BirthPlace { name: "Torino", province: "TO" }), "letters for digits");
    assert_eq!(born("DLAMGR75C45H501X"), Some(BirthPlace { name: "Roma", province: "RM" }));
    assert_eq!(born("00743110157"), None);
    assert!(provinces::by_sigla("RM").is_some());
}
