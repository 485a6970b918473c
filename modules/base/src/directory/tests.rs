//! Names of a bought list become leads, shared out; whoever is a customer already is left; all of it can be taken back.

use super::entity as entry;
use super::{DIRECTORY_ENTRY, Extraction, extract};
use crate::accounts::entity as account;
use engine::identity::users;
use engine::{Asked, Draft, Engine, Principal, Sorting, Through};
use kernel::{Error, Id, Value};
use meta::Filter;
use std::collections::HashMap;

async fn person(engine: &Engine, name: &str, role: &str) -> Principal {
    let draft =
        Draft::new("user").with(users::NAME.id(), name).with(users::EMAIL.id(), format!("{name}@example.it")).with(users::ROLE.id(), role);
    let id = engine.create(&engine.system(Through::CommandLine), draft).await.expect("a user").id();
    engine.principal_of(id, Through::Pages).await.expect("an answer").expect("a person")
}

async fn list(engine: &Engine, who: &Principal, names: usize) {
    for place in 0..names {
        let draft = Draft::new(DIRECTORY_ENTRY)
            .with(entry::NAME.id(), format!("Officina {place:02} S.r.l."))
            .with(entry::CONTACT_FAMILY.id(), "Rossi")
            .with(entry::CONTACT_GIVEN.id(), "Mario")
            .with(entry::PHONE.id(), format!("+3905012{place:04}"))
            .with(entry::ADDRESS.city.id(), if place % 2 == 0 { "Pisa" } else { "Livorno" })
            .with(entry::LIST.id(), "Meccanica Toscana");
        engine.create(who, draft).await.expect("a name");
    }
}

fn asked(owners: Vec<Id>, most: usize) -> Extraction {
    Extraction {
        filter: Filter::everything(),
        sort: vec![Sorting { field: "name", descending: false }],
        most,
        owners,
        stage: "lead".to_owned(),
        source: String::new(),
        campaign: "Primavera".to_owned(),
    }
}

async fn states(engine: &Engine, who: &Principal) -> HashMap<String, usize> {
    let listed =
        engine.list(who, Asked { limit: 200, ..Asked::new(engine.entity(DIRECTORY_ENTRY).expect("names")) }).await.expect("a list");
    let mut states = HashMap::new();
    for record in &listed.records {
        *states.entry(record.named("state").text().to_owned()).or_default() += 1;
    }
    states
}

async fn count(engine: &Engine, who: &Principal, entity: &str) -> i64 {
    engine.count(who, &engine.entity(entity).expect("an entity"), &Filter::everything(), false, None).await.expect("a count").number
}

#[tokio::test]
async fn twenty_names_become_leads_of_two_agents_and_are_taken_back_at_once() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let mara = person(&engine, "mara", "manager").await;
        let (anna, bruno) = (person(&engine, "anna", "agent").await, person(&engine, "bruno", "agent").await);
        list(&engine, &mara, 25).await;
        // The third is a customer already, by its phone.
        let mut known = Draft::new("account").with(account::NAME.id(), "Officina Tre");
        let number = Draft::new("phone").with(crate::addresses::entity::phones::NUMBER.id(), "+39050120002");
        known.lines.push(("phones", vec![number]));
        let known = engine.create(&mara, known).await.expect("a customer").id();
        let owners = vec![anna.user.expect("anna"), bruno.user.expect("bruno")];
        let extracted = extract(&engine, &mara, asked(owners, 20)).await.expect("extracted");
        assert_eq!((extracted.leads, extracted.known, extracted.left), (19, 1, 0));
        assert_eq!(states(&engine, &mara).await, HashMap::from([("free".into(), 5), ("extracted".into(), 19), ("known".into(), 1)]));
        assert_eq!((count(&engine, &mara, "account").await, count(&engine, &mara, "contact").await), (20, 19));
        assert_eq!((count(&engine, &anna, "account").await, count(&engine, &bruno, "account").await), (10, 9));
        let names = engine.entity(DIRECTORY_ENTRY).expect("names");
        let first = Asked { fields: vec!["account", "extracted_by"], limit: 3, ..Asked::new(names.clone()) };
        let first = engine.list(&mara, first).await.expect("a list");
        assert_eq!(first.records[2].named("account").link(), Some(known));
        assert_eq!(first.records[0].named("extracted_by").link(), mara.user);
        let lead = first.records[0].named("account").link().expect("a lead");
        let (lead, _) = engine.show(&anna, &engine.entity("account").expect("accounts"), lead).await.expect("hers");
        assert_eq!((lead.get(&account::NAME), lead.named("stage").text()), ("Officina 00 S.r.l.", "lead"));
        assert_eq!(lead.get(&account::REMARKS), "Primavera\nMeccanica Toscana");
        assert_eq!(lead.lines("phones").len(), 1);
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
        let undone = engine.undo(&mara, extracted.changeset).await.expect("undone");
        assert_eq!(undone.left, Vec::new());
        assert_eq!(states(&engine, &mara).await, HashMap::from([("free".into(), 25)]));
        assert_eq!((count(&engine, &mara, "account").await, count(&engine, &mara, "contact").await), (1, 0));
    }
}

#[tokio::test]
async fn only_an_extraction_makes_leads_and_only_for_people_who_are_there() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let mara = person(&engine, "mara", "manager").await;
        let (anna, rita) = (person(&engine, "anna", "agent").await, person(&engine, "rita", "reader").await);
        list(&engine, &mara, 2).await;
        let owner = mara.user.expect("mara");
        // A bought list is not browsed by agents, and read only by whoever only reads.
        assert!(matches!(extract(&engine, &anna, asked(vec![owner], 1)).await, Err(Error::NotFound)));
        assert!(matches!(extract(&engine, &rita, asked(vec![owner], 1)).await, Err(Error::Forbidden(_))));
        assert!(matches!(extract(&engine, &mara, asked(Vec::new(), 1)).await, Err(Error::Invalid(_))));
        assert!(matches!(extract(&engine, &mara, asked(vec![engine.id()], 1)).await, Err(Error::Invalid(_))));
        let wrong = Extraction { stage: "customer".to_owned(), ..asked(vec![owner], 1) };
        assert!(matches!(extract(&engine, &mara, wrong).await, Err(Error::Invalid(_))));
        let names = engine.entity(DIRECTORY_ENTRY).expect("names");
        let one = engine.list(&mara, Asked::new(names.clone())).await.expect("a list").records[0].id;
        let put = async |values: Vec<(meta::FieldId, Value)>| engine.change(&mara, &names, one, None, values, Vec::new()).await;
        assert!(put(vec![(entry::STATE.id(), "extracted".into())]).await.is_err());
        assert!(put(vec![(entry::ACCOUNT.id(), Value::Empty)]).await.is_err());
        assert!(put(vec![(entry::STATE.id(), "discarded".into())]).await.is_err(), "why?");
        put(vec![(entry::STATE.id(), "discarded".into()), (entry::REASON.id(), "ha chiuso".into())]).await.expect("discarded");
        let extracted = extract(&engine, &mara, asked(vec![owner], 10)).await.expect("extracted");
        assert_eq!((extracted.leads, extracted.known, extracted.left), (1, 0, 0));
        // What was extracted is not set free by hand.
        let other =
            engine.list(&mara, Asked::new(names.clone()).filtered(entry::STATE.is("extracted"))).await.expect("a list").records[0].id;
        let free = vec![(entry::STATE.id(), Value::from("free"))];
        assert!(engine.change(&mara, &names, other, None, free, Vec::new()).await.is_err());
    }
}
