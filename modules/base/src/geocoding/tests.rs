//! What of an address is asked, and which answer is taken.

use super::address::{chosen, line, mark, sought};
use crate::accounts::entity as account;
use crate::addresses::coordinates::{Precision, located};
use engine::geocoding::{Grade, Spot};
use engine::{Draft, Through};
use meta::Record;

async fn record(street: &str, cap: &str, city: &str, country: &str) -> Record {
    let (engine, _) = engine::testing::both(|| vec![crate::area()]).await.remove(0);
    let who = engine.system(Through::CommandLine);
    let address = &account::ADDRESS;
    let draft = Draft::new("account")
        .with(account::NAME.id(), "Segreta S.r.l.")
        .with(address.street.id(), street)
        .with(address.postcode.id(), cap)
        .with(address.city.id(), city)
        .with(address.country.id(), country);
    let id = engine.create(&who, draft).await.expect("an account").id();
    engine.show(&who, &engine.entity("account").expect("accounts"), id).await.expect("it is there").0
}

fn spot(latitude: f64, longitude: f64, grade: Grade) -> Spot {
    Spot { latitude, longitude, grade, name: String::new() }
}

#[tokio::test]
async fn nobodys_name_is_asked_for() {
    let asked = sought(&record("V.le Italia n. 12/A int. 3, c/o Studio Segreto", "56126", "Pisa", "").await, &account::ADDRESS);
    let asked = asked.expect("a question");
    assert_eq!((asked.street.as_str(), asked.city.as_str(), asked.country.as_str()), ("12/A Viale Italia", "Pisa", "IT"));
    assert!(!format!("{asked:?}").to_lowercase().contains("segret"), "{asked:?}");
    for (street, said) in [("Via Roma snc", "Via Roma"), ("presso Rossi", ""), ("12", ""), ("Hauptstraße 5", "5 Hauptstraße")] {
        assert_eq!(line(street), said, "{street}");
    }
    assert_eq!(sought(&record("", "56126", "Pisa", "").await, &account::ADDRESS), None, "the comune is known already");
    assert_eq!(sought(&record("Via Roma 1", "56126", "", "").await, &account::ADDRESS), None);
    assert!(sought(&record("", "", "Berlin", "DE").await, &account::ADDRESS).is_some());
    assert_eq!(mark(&asked).len(), 32);
}

#[tokio::test]
async fn what_says_no_more_than_the_comune_or_lies_elsewhere_is_not_taken() {
    let of = located("account").expect("fields");
    let pisa = record("Via Roma 1", "56126", "Pisa", "").await;
    let taken = |answers: &[Spot]| chosen(&pisa, &of, answers).map(|(place, precision)| (place.to_string(), precision));
    let (far, town) = (spot(45.46, 9.19, Grade::House), spot(43.71, 10.4, Grade::Town));
    assert_eq!(taken(&[far.clone(), town.clone()]), None);
    assert_eq!(taken(&[spot(43.71, 10.4, Grade::Region)]), None);
    let street = spot(43.72, 10.39, Grade::Street);
    assert_eq!(taken(&[far, town.clone(), street]), Some(("43.72,10.39".to_owned(), Precision::Street)));
    assert_eq!(taken(&[spot(43.72, 10.39, Grade::Quarter)]), Some(("43.72,10.39".to_owned(), Precision::Place)));
    // Abroad a town is better than nothing.
    let berlin = record("", "", "Berlin", "DE").await;
    let found = chosen(&berlin, &of, &[spot(52.52, 13.4, Grade::Town)]);
    assert_eq!(found.map(|(_, precision)| precision), Some(Precision::Place));
}
