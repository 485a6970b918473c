//! Coordinates of an account: the best that is known, and what becomes of them when it moves.

use crate::accounts::entity as account;
use engine::{Draft, Engine, Principal, Through};
use kernel::{Error, Id, Value};
use meta::FieldId;

const HAND: &str = "43.7231,10.4017";

async fn change(engine: &Engine, who: &Principal, id: Id, values: &[(FieldId, &str)]) -> engine::Outcome {
    let values = values.iter().map(|(field, value)| (*field, Value::from(*value))).collect();
    let entity = engine.entity("account").expect("accounts");
    engine.change(who, &entity, id, None, values, Vec::new()).await.expect("a change")
}

/// The best coordinates, and where they come from.
async fn stands(engine: &Engine, who: &Principal, id: Id) -> (String, String) {
    let (record, _) = engine.show(who, &engine.entity("account").expect("accounts"), id).await.expect("it is there");
    (record.get(&account::LOCATION.best).to_owned(), record.value(account::LOCATION.origin.id()).text().to_owned())
}

fn pair(place: &str, origin: &str) -> (String, String) {
    (place.to_owned(), origin.to_owned())
}

async fn made(engine: &Engine, who: &Principal) -> Id {
    let draft = Draft::new("account")
        .with(account::NAME.id(), "Alfa")
        .with(account::ADDRESS.street.id(), "Via Santa Maria 5")
        .with(account::ADDRESS.city.id(), "Pisa")
        .with(account::ADDRESS.province.id(), "PI");
    engine.create(who, draft).await.expect("an account").id()
}

#[tokio::test]
async fn what_is_set_by_hand_is_better_than_what_was_found_and_that_than_the_comune() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let id = made(&engine, &who).await;
        let (comune, from) = stands(&engine, &who, id).await;
        assert!(comune.starts_with("43.7") && comune.contains(",10.4") && from == "comune", "{comune} {from}");
        change(&engine, &who, id, &[(account::LOCATION.found.id(), "43.7,10.4"), (account::LOCATION.found_as.id(), "street")]).await;
        assert_eq!(stands(&engine, &who, id).await, pair("43.7,10.4", "street"));
        change(&engine, &who, id, &[(account::LOCATION.by_hand.id(), HAND)]).await;
        assert_eq!(stands(&engine, &who, id).await, pair(HAND, "hand"));
        change(&engine, &who, id, &[(account::LOCATION.by_hand.id(), "")]).await;
        assert_eq!(stands(&engine, &who, id).await, pair("43.7,10.4", "street"));
        // What is abroad, and nowhere, has none of a comune.
        change(&engine, &who, id, &[(account::ADDRESS.country.id(), "DE")]).await;
        assert_eq!(stands(&engine, &who, id).await, pair("", ""));
    }
}

#[tokio::test]
async fn coordinates_fall_away_with_their_address_and_come_back_with_it() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let id = made(&engine, &who).await;
        let address = &account::ADDRESS;
        change(&engine, &who, id, &[(account::LOCATION.by_hand.id(), HAND)]).await;
        // The same place in another writing, or said more fully.
        for (field, value) in [
            (address.street.id(), "V. SANTA MARIA, n. 5"),
            (address.street.id(), "Via Santa Maria 5"),
            (address.street.id(), "Via Santa Maria 5 int. 3, c/o Studio Neri"),
            (address.postcode.id(), "56126"),
            (address.city.id(), "PISA"),
            (address.province.id(), ""),
            (address.country.id(), "IT"),
            (account::REMARKS.id(), "sentito al telefono"),
        ] {
            change(&engine, &who, id, &[(field, value)]).await;
            assert_eq!(stands(&engine, &who, id).await, pair(HAND, "hand"), "{value}");
        }
        // Another place: what was set falls away, unless it is set anew in the same change.
        for (field, value) in [
            (address.street.id(), "Via Santa Maria 7"),
            (address.street.id(), "Via San Martino 7"),
            (address.postcode.id(), "56125"),
            (address.city.id(), "Livorno"),
            (address.country.id(), "FR"),
        ] {
            let moved = change(&engine, &who, id, &[(field, value)]).await;
            assert_ne!(stands(&engine, &who, id).await.1, "hand", "{value}");
            engine.undo(&who, moved.changeset).await.expect("undone");
            assert_eq!(stands(&engine, &who, id).await, pair(HAND, "hand"), "{value}, undone");
        }
        change(&engine, &who, id, &[(address.city.id(), "Lucca"), (account::LOCATION.by_hand.id(), "43.84,10.5")]).await;
        assert_eq!(stands(&engine, &who, id).await, pair("43.84,10.5", "hand"));
    }
}

#[tokio::test]
async fn an_input_writes_no_coordinates_that_the_program_keeps() {
    let (engine, _) = engine::testing::both(|| vec![crate::area()]).await.remove(0);
    let entity = engine.entity("account").expect("accounts");
    let user = engine.entity("user").expect("users");
    let by_field = |field: &str| user.field(field).expect("a field").id;
    let draft = Draft::new("user")
        .with(by_field("name"), "Ada")
        .with(by_field("email"), "ada@example.it")
        .with(by_field("roles"), "|administrator|");
    let ada = engine.create(&engine.system(Through::CommandLine), draft).await.expect("somebody").id();
    let who = engine.principal_of(ada, Through::Pages).await.expect("an answer").expect("somebody");
    let id = made(&engine, &who).await;
    for field in [account::LOCATION.found.id(), account::LOCATION.found_as.id(), account::LOCATION.best.id()] {
        let refused = engine.change(&who, &entity, id, None, vec![(field, Value::from(HAND))], Vec::new()).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}
