//! A list as somebody loads it, and what is said by it.

use super::{Entry, Postcodes, Unread};
use crate::places::{Part, Why, by_code, doubts, find};

/// Comune, hamlet, province and CAP of each row.
fn list(rows: &[[&str; 4]]) -> Postcodes {
    let mut list = Postcodes::default();
    for [city, hamlet, province, postcode] in rows {
        list.add(Entry { postcode, code: "", city, hamlet, province }).unwrap_or_else(|why| panic!("{city} {hamlet} {postcode}: {why:?}"));
    }
    list
}

fn tuscan() -> Postcodes {
    list(&[
        ["Pontedera", "", "PI", "56025"],
        ["CASCINA", "", "Pisa", "56021"],
        ["Cascina", "", "PI", "56023"],
        ["Pisa", "", "PI", "56121-56128"],
        ["", "Tirrenia", "PI", "56128"],
        ["", "Il Romito", "PI", "56025"],
        ["", "Il Romito", "LI", "57015"],
        // The zeros that a spreadsheet took, and a place by itself that is a comune after all.
        ["", "Roma", "RM", "118"],
        ["Casalecchio di Reno", "Ceretolo", "", "40033"],
    ])
}

fn at(name: &str) -> &'static crate::places::Comune {
    find(name, "").unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn rows_are_understood_however_they_name_a_comune() {
    let list = tuscan();
    assert_eq!(list.of(at("Cascina")).collect::<Vec<_>>(), ["56021", "56023"]);
    assert_eq!(list.of(at("Pisa")).count(), 8);
    assert_eq!(list.of(at("Roma")).collect::<Vec<_>>(), ["00118"]);
    assert_eq!(list.counts(), (14, 5, 4));
    assert_eq!((list.only(at("Pontedera")), list.only(at("Cascina")), list.only(at("Milano"))), (Some("56025"), None, None));
    assert_eq!(list.of_hamlet("TIRRENIA", "").map(|(province, caps)| (province, caps.len())), Some(("PI", 1)));
    assert_eq!(list.of_hamlet("il romito", "LI").map(|(_, caps)| caps.iter().cloned().collect::<String>()), Some("57015".to_owned()));
    assert_eq!(list.of_hamlet("Il Romito", ""), None, "there are two");
    assert!(list.of_hamlet("Ceretolo", "BO").is_some(), "the comune says the province");
    let mut by_code_alone = Postcodes::default();
    for (code, postcode) in [("G843", "56025"), ("50008", "56021"), ("050008", "56023")] {
        by_code_alone.add(Entry { postcode, code, ..Entry::default() }).expect(code);
    }
    assert_eq!(by_code_alone.counts(), (3, 2, 0));
    assert_eq!(Postcodes::read(&list.written()), list);
    assert_eq!(Postcodes::read("nonsense\nXX/where 1\n"), Postcodes::default());
}

#[test]
fn rows_that_say_nothing_are_said() {
    let mut list = Postcodes::default();
    for (entry, why) in [
        (Entry { city: "Pisa", ..Entry::default() }, Unread::Postcode),
        (Entry { city: "Pisa", postcode: "561xx", ..Entry::default() }, Unread::Postcode),
        (Entry { city: "Pisa", postcode: "56121-91000", ..Entry::default() }, Unread::Postcode),
        (Entry { city: "Pisa", postcode: "5a", ..Entry::default() }, Unread::Postcode),
        (Entry { city: "Atlantide", postcode: "56121", ..Entry::default() }, Unread::Place),
        (Entry { hamlet: "Da qualche parte", postcode: "56121", ..Entry::default() }, Unread::Place),
        (Entry { postcode: "56121", ..Entry::default() }, Unread::Place),
    ] {
        assert_eq!(list.add(entry), Err(why), "{entry:?}");
    }
    assert!(list.is_empty() && list.written().is_empty());
}

#[test]
fn by_the_list_more_is_worth_a_look() {
    let list = tuscan();
    let said = |cap, city, province| {
        doubts(cap, city, province, &list)
            .into_iter()
            .map(|doubt| (doubt.part, doubt.why, doubt.proposal.unwrap_or(doubt.range)))
            .collect::<Vec<_>>()
    };
    assert_eq!(said("56025", "Pontedera", "PI"), []);
    assert_eq!(said("", "Pontedera", "PI"), [(Part::Postcode, Why::Missing, "56025".to_owned())]);
    assert_eq!(said("56031", "Pontedera", "PI"), [(Part::Postcode, Why::OtherPostcode, "56025".to_owned())]);
    assert_eq!(said("", "Cascina", "PI"), [], "it has two");
    assert_eq!(said("56031", "Cascina", "PI"), [(Part::Postcode, Why::OtherPostcode, "56021, 56023".to_owned())]);
    assert_eq!(said("56025", "Cascina", "PI"), [], "a hamlet of that CAP may lie there");
    assert_eq!(said("56100", "Pisa", "PI"), [], "what the whole city had");
    assert_eq!(said("56031", "Pisa", "PI"), [(Part::Postcode, Why::OtherPostcode, "56121–56128".to_owned())]);
    assert_eq!(said("00140", "Roma", "RM"), [], "a list that knows a part of a city takes nothing from it");
    assert_eq!(said("20900", "Monza", "MB"), [], "who is not in the list is judged as without it");
    // Hamlets: known by the list alone.
    assert_eq!(said("56128", "Tirrenia", "PI"), []);
    assert_eq!(said("", "Tirrenia", "PI"), [(Part::Postcode, Why::Missing, "56128".to_owned())]);
    assert_eq!(
        said("56100", "Tirrenia", ""),
        [(Part::Province, Why::Missing, "PI".to_owned()), (Part::Postcode, Why::OtherPostcode, "56128".to_owned())]
    );
    assert_eq!(said("57015", "Il Romito", ""), [], "which of the two is not known");
    assert!(by_code("G843").is_some_and(|pontedera| list.fits(pontedera, "56025") && !list.fits(pontedera, "57015")));
}
