//! A ledger that shouts, made readable: seen before, done as it was seen, interrupted, undone, on both databases.

use super::{NORMALISE, options};
use crate::accounts::entity as account;
use crate::contacts::entity as contact;
use engine::{Bulk, Doing, Draft, Engine, Options, Principal, Selection, Through};
use kernel::{Id, Value};
use meta::{FieldId, Record};

fn rules(all: bool) -> Vec<(FieldId, Value)> {
    let all_of = [options::PEOPLE.id(), options::COMPANIES.id(), options::FORMS.id(), options::STREETS.id(), options::PLACES.id()];
    all_of.into_iter().map(|rule| (rule, Value::Bool(all))).collect()
}

fn asked(of: &engine::BulkAction, values: Vec<(FieldId, Value)>) -> Options {
    Options { values: values.into_iter().filter(|(id, _)| of.fields().any(|field| field.id == *id)).collect(), place: 0 }
}

async fn shouting(engine: &Engine, who: &Principal, name: &str, street: &str, city: &str) -> Id {
    let draft = Draft::new("account")
        .with(account::NAME.id(), name)
        .with(account::ADDRESS.street.id(), street)
        .with(account::ADDRESS.city.id(), city);
    engine.create(who, draft).await.expect("an account").id()
}

async fn shown(engine: &Engine, who: &Principal, entity: &str, id: Id) -> Record {
    engine.show(who, &engine.entity(entity).expect("it is there"), id).await.expect("it is there").0
}

#[tokio::test]
async fn what_is_foreseen_is_done_and_undone_and_done_twice_it_changes_nothing() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let ada = engine.system(Through::CommandLine);
        let loud = shouting(&engine, &ada, "OFFICINA ROSSI SRL", "V.LE ROMA N.12 A", "FORLI'").await;
        let well = shouting(&engine, &ada, "Ferramenta Neri S.p.A.", "", "").await;
        let abroad = Draft::new("account")
            .with(account::NAME.id(), "Müller GmbH")
            .with(account::ADDRESS.street.id(), "RINGSTR. 12")
            .with(account::ADDRESS.country.id(), "DE");
        let abroad = engine.create(&ada, abroad).await.expect("an account").id();
        let entity = engine.entity("account").expect("accounts");
        let action = engine.bulk_action("account", NORMALISE).expect("an action").clone();
        let none = engine.foresee(&ada, &action, &asked(&action, rules(false)), None, 100).await.expect("foreseen");
        assert_eq!((none.looked, none.records.len()), (3, 0), "no rule, no change");
        let foreseen = engine.foresee(&ada, &action, &asked(&action, rules(true)), None, 100).await.expect("foreseen");
        assert_eq!(foreseen.looked, 3);
        let [(record, rewrites)] = foreseen.records.as_slice() else { panic!("one: {:?}", foreseen.records.len()) };
        assert_eq!(record.id, loud);
        let becomes = |field: FieldId| rewrites.iter().find(|rewrite| rewrite.field == field).map(|rewrite| rewrite.value.text());
        assert_eq!(becomes(account::NAME.id()), Some("Officina Rossi S.r.l."));
        assert_eq!(becomes(account::ADDRESS.street.id()), Some("Viale Roma 12/A"));
        assert_eq!(becomes(account::ADDRESS.city.id()), Some("Forlì"));
        assert_eq!(becomes(account::ADDRESS.province.id()), Some("FC"));
        // In steps: the second begins where the first ended.
        let first = engine.foresee(&ada, &action, &asked(&action, rules(true)), None, 1).await.expect("foreseen");
        let rest = engine.foresee(&ada, &action, &asked(&action, rules(true)), first.next, 100).await.expect("foreseen");
        assert_eq!((first.looked, rest.looked, first.records.len() + rest.records.len()), (1, 2, 1));

        let doing = Doing::Registered { key: NORMALISE.to_owned(), options: asked(&action, rules(true)).values };
        let everything = Bulk {
            entity: entity.clone(),
            selection: Selection::These(vec![loud, well, abroad]),
            doing,
            list: String::new(),
            confirmed: None,
            once: None,
        };
        let boss = person(&engine).await;
        let begun = engine.begin_bulk(&boss, everything.clone()).await.expect("begun");
        // Two work it off at once, as after a kill another takes it up.
        let (one, other) = tokio::join!(engine.work_off(&boss, begun.id), engine.work_off(&boss, begun.id));
        one.and(other).expect("worked off");
        let report = engine.bulk_report(&boss, begun.id).await.expect("a report");
        use engine::bulk::entity as row;
        assert_eq!([&row::CHANGED, &row::UNCHANGED, &row::REFUSED].map(|count| report.record.get(count)), [1, 2, 0]);
        let record = shown(&engine, &ada, "account", loud).await;
        assert_eq!(record.get(&account::NAME), "Officina Rossi S.r.l.");
        assert_eq!(record.get(&account::ADDRESS.city), "Forlì");
        assert_eq!(shown(&engine, &ada, "account", abroad).await.get(&account::ADDRESS.street), "RINGSTR. 12", "abroad is abroad");
        let again = engine.begin_bulk(&boss, everything).await.expect("begun");
        engine.work_off(&boss, again.id).await.expect("worked off");
        let again = engine.bulk_report(&boss, again.id).await.expect("a report");
        assert_eq!(again.record.get(&row::CHANGED), 0, "twice is once");
        let undone = engine.undo_bulk(&boss, begun.id).await.expect("undone").expect("at once");
        assert_eq!(undone.left, Vec::new());
        assert_eq!(shown(&engine, &ada, "account", loud).await.get(&account::NAME), "OFFICINA ROSSI SRL");
    }
}

async fn person(engine: &Engine) -> Principal {
    use engine::identity::users;
    let draft = Draft::new("user")
        .with(users::NAME.id(), "Ada")
        .with(users::EMAIL.id(), "ada@example.it")
        .with(users::ROLES.id(), "|administrator|");
    let id = engine.create(&engine.system(Through::CommandLine), draft).await.expect("a user").id();
    engine.principal_of(id, Through::Pages).await.expect("an answer").expect("a person")
}

#[tokio::test]
async fn people_get_titles_out_of_their_names_and_stand_in_the_right_field() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let ada = engine.system(Through::CommandLine);
        let action = engine.bulk_action("contact", NORMALISE).expect("an action").clone();
        let parts = [contact::NAME.salutation.id(), contact::NAME.given.id(), contact::NAME.family.id()];
        let cases = [
            (["", "NICOLO'", "DE SANTIS"], ["", "Nicolò", "De Santis"]),
            (["", "Dott. Mario", "ROSSI"], ["Dott.", "Mario", "Rossi"]),
            // A title that has no place stays where it is.
            (["Sig.", "Dott. Mario", "ROSSI"], ["Sig.", "Dott. Mario", "Rossi"]),
            (["", "Rossi", "Mario"], ["", "Mario", "Rossi"]),
            (["", "Mario", "Franco"], ["", "Mario", "Franco"]),
            (["", "", "ROSSI"], ["", "", "Rossi"]),
        ];
        let mut made = Vec::new();
        for (typed, _) in cases {
            let draft = parts.into_iter().zip(typed).fold(Draft::new("contact"), |draft, (part, text)| draft.with(part, text));
            made.push(engine.create(&ada, draft).await.expect("a contact").id());
        }
        let foreseen = engine.foresee(&ada, &action, &asked(&action, rules(true)), None, 100).await.expect("foreseen");
        for (id, (typed, meant)) in made.into_iter().zip(cases) {
            let rewrites = foreseen.records.iter().find(|(record, _)| record.id == id).map_or(&[][..], |(_, rewrites)| rewrites);
            let after: Vec<&str> = parts
                .into_iter()
                .zip(typed)
                .map(|(part, typed)| rewrites.iter().find(|rewrite| rewrite.field == part).map_or(typed, |rewrite| rewrite.value.text()))
                .collect();
            assert_eq!(after, meant, "{typed:?}");
        }
    }
}
