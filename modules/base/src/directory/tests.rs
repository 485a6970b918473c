//! Names of a bought list become leads, shared out; whoever is a customer already is left; all of it can be taken back.

use super::entity as entry;
use super::{DIRECTORY_ENTRY, EXTRACT, options};
use crate::accounts::entity as account;
use engine::bulk::Report;
use engine::bulk::entity::{self as row, State as Stands};
use engine::identity::users::{self, teams};
use engine::{Asked, Bulk, Doing, Draft, Engine, Principal, Selection, Sorting, Through};
use kernel::{Error, Id, Result, Value};
use meta::{FieldId, Filter};
use std::collections::HashMap;

async fn person(engine: &Engine, name: &str, role: &str) -> Principal {
    let draft = Draft::new("user")
        .with(users::NAME.id(), name)
        .with(users::EMAIL.id(), format!("{name}@example.it"))
        .with(users::ROLES.id(), format!("|{role}|"));
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

/// Begins an extraction of names and works it off, as its pages do.
async fn extract(engine: &Engine, who: &Principal, ids: &[Id], options: Vec<(FieldId, Value)>) -> Result<Report> {
    let doing = Doing::Registered { key: EXTRACT.to_owned(), options };
    let entity = engine.entity(DIRECTORY_ENTRY)?;
    let asked = Bulk { entity, selection: Selection::These(ids.to_vec()), doing, list: String::new(), confirmed: None, once: None };
    let begun = engine.begin_bulk(who, asked).await?;
    engine.work_off(who, begun.id).await?;
    engine.bulk_report(who, begun.id).await
}

fn counts(report: &Report) -> [i64; 4] {
    [&row::CHANGED, &row::UNCHANGED, &row::REFUSED, &row::CREATED].map(|count| report.record.get(count))
}

/// For one person, as a lead.
fn owned(owner: Option<Id>) -> Vec<(FieldId, Value)> {
    vec![(options::OWNER.id(), owner.into()), (options::STAGE.id(), "lead".into())]
}

/// The names there are, in the order in which they came.
async fn names(engine: &Engine, who: &Principal) -> Vec<Id> {
    let sort = vec![Sorting { field: "id", descending: false }];
    let asked = Asked { limit: 200, sort, ..Asked::new(engine.entity(DIRECTORY_ENTRY).expect("names")) };
    engine.list(who, asked).await.expect("a list").records.iter().map(|record| record.id).collect()
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
async fn names_become_leads_of_a_team_in_turn_and_are_taken_back_at_once() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let mara = person(&engine, "mara", "manager").await;
        let people =
            [person(&engine, "anna", "agent").await, person(&engine, "bruno", "agent").await, person(&engine, "rita", "reader").await];
        let team = engine.create(&system, Draft::new("team").with(teams::NAME.id(), "Telefono")).await.expect("a team").id();
        let users = engine.entity("user").expect("users");
        for one in &people {
            let values = vec![(users::TEAM_OF.id(), Value::Link(team))];
            engine.change(&system, &users, one.user.expect("a person"), None, values, Vec::new()).await.expect("of the team");
        }
        list(&engine, &mara, 25).await;
        // The third is a customer already, by its phone.
        let mut known = Draft::new("account").with(account::NAME.id(), "Officina Tre");
        let number = Draft::new("phone").with(crate::addresses::entity::phones::NUMBER.id(), "+39050120002");
        known.lines.push(("phones", vec![number]));
        let known = engine.create(&mara, known).await.expect("a customer").id();
        let asked = vec![
            (options::TEAM.id(), team.into()),
            (options::STAGE.id(), "prospect".into()),
            (options::TAGS.id(), "|primavera|".into()),
            (options::CAMPAIGN.id(), "Primavera".into()),
        ];
        let ids = names(&engine, &mara).await;
        let extracted = extract(&engine, &mara, &ids[..20], asked).await.expect("extracted");
        // Nineteen accounts, each with its person and the place of that.
        assert_eq!(counts(&extracted), [20, 0, 0, 57]);
        assert_eq!(states(&engine, &mara).await, HashMap::from([("free".into(), 5), ("extracted".into(), 19), ("known".into(), 1)]));
        assert_eq!((count(&engine, &mara, "account").await, count(&engine, &mara, "contact").await), (20, 19));
        let accounts = engine.entity("account").expect("accounts");
        let of = async |one: &Principal| {
            engine.count(&mara, &accounts, &account::OWNER.is(one.user), false, None).await.expect("a count").number
        };
        assert_eq!([of(&people[0]).await, of(&people[1]).await, of(&people[2]).await], [9, 10, 0], "in turn; none for who only reads");
        let entries = engine.entity(DIRECTORY_ENTRY).expect("names");
        let (third, _) = engine.show(&mara, &entries, ids[2]).await.expect("the third");
        assert_eq!(third.named("account").link(), Some(known));
        let (first, _) = engine.show(&mara, &entries, ids[0]).await.expect("the first");
        assert_eq!(first.named("extracted_by").link(), mara.user);
        let (lead, _) = engine.show(&mara, &accounts, first.named("account").link().expect("a lead")).await.expect("it is there");
        assert_eq!((lead.get(&account::NAME), lead.named("stage").text()), ("Officina 00 S.r.l.", "prospect"));
        assert_eq!((lead.get(&account::REMARKS), lead.named("tags").text()), ("Primavera\nMeccanica Toscana", "|primavera|"));
        assert_eq!(lead.lines("phones").len(), 1);
        // Asked for twice, it is done once.
        let again = extract(&engine, &mara, &ids[..20], owned(mara.user)).await.expect("extracted");
        assert_eq!(counts(&again), [0, 20, 0, 0]);
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
        let undone = engine.undo_bulk(&mara, extracted.record.id).await.expect("undone").expect("at once");
        assert_eq!(undone.left, Vec::new());
        assert_eq!(states(&engine, &mara).await, HashMap::from([("free".into(), 25)]));
        assert_eq!((count(&engine, &mara, "account").await, count(&engine, &mara, "contact").await), (1, 0));
    }
}

/// More than anybody waits for: all of the list, by a job, taken back by another.
#[tokio::test]
async fn any_number_of_names_is_extracted_by_a_job() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let mara = person(&engine, "mara", "manager").await;
        list(&engine, &mara, 620).await;
        let doing = Doing::Registered { key: EXTRACT.to_owned(), options: owned(mara.user) };
        let entity = engine.entity(DIRECTORY_ENTRY).expect("names");
        let selection = Selection::All(Filter::everything());
        let asked = Bulk { entity, selection, doing, list: String::new(), confirmed: Some(620), once: None };
        let begun = engine.begin_bulk(&mara, asked).await.expect("begun");
        while engine.work_once().await.expect("jobs") {}
        let report = engine.bulk_report(&mara, begun.id).await.expect("a report");
        assert_eq!((report.state, counts(&report)), (Stands::Done, [620, 0, 0, 1_860]));
        assert_eq!(count(&engine, &mara, "account").await, 620);
        assert_eq!(engine.undo_bulk(&mara, begun.id).await.expect("begun"), None);
        while engine.work_once().await.expect("jobs") {}
        assert_eq!(engine.bulk_report(&mara, begun.id).await.expect("a report").state, Stands::Undone);
        assert_eq!((count(&engine, &mara, "account").await, count(&engine, &mara, "contact").await), (0, 0));
        assert_eq!(states(&engine, &mara).await.keys().map(String::as_str).collect::<Vec<_>>(), ["free"]);
    }
}

#[tokio::test]
async fn only_an_extraction_makes_leads_and_only_for_people_who_may_work_on_them() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let mara = person(&engine, "mara", "manager").await;
        let (anna, rita) = (person(&engine, "anna", "agent").await, person(&engine, "rita", "reader").await);
        list(&engine, &mara, 3).await;
        let ids = names(&engine, &mara).await;
        // A bought list is not browsed by agents, and read only by whoever only reads.
        for who in [&anna, &rita] {
            assert!(matches!(extract(&engine, who, &ids, owned(mara.user)).await, Err(Error::Forbidden(_) | Error::NotFound)));
        }
        let wrong = async |options: Vec<(FieldId, Value)>| match extract(&engine, &mara, &ids, options).await {
            Err(Error::Invalid(problems)) => (problems[0].field.clone(), problems[0].say.key.to_string()),
            other => panic!("{other:?}"),
        };
        let told = |field: &str, key: &str| (field.to_owned(), key.to_owned());
        assert_eq!(wrong(owned(None)).await, told("owner", "error-extraction-owner"));
        assert_eq!(wrong(owned(Some(engine.id()))).await, told("owner", "error-extraction-person"));
        assert_eq!(wrong(owned(rita.user)).await, told("owner", "error-extraction-person"));
        assert_eq!(wrong(vec![(options::OWNER.id(), mara.user.into())]).await, told("stage", "error-required"));
        assert_eq!(
            wrong(vec![(options::STAGE.id(), "lead".into()), (entry::NAME.id(), "x".into())]).await,
            told("options", "error-unknown-field")
        );
        let nowhere = vec![(options::STAGE.id(), "lead".into()), (options::TEAM.id(), engine.id().into())];
        assert_eq!(wrong(nowhere).await, told("team", "error-link"));
        let entries = engine.entity(DIRECTORY_ENTRY).expect("names");
        let put = async |id: Id, values: Vec<(FieldId, Value)>| engine.change(&mara, &entries, id, None, values, Vec::new()).await;
        assert!(put(ids[0], vec![(entry::STATE.id(), "extracted".into())]).await.is_err());
        assert!(put(ids[0], vec![(entry::ACCOUNT.id(), Value::Empty)]).await.is_err());
        assert!(put(ids[0], vec![(entry::STATE.id(), "discarded".into())]).await.is_err(), "why?");
        put(ids[0], vec![(entry::STATE.id(), "discarded".into()), (entry::REASON.id(), "ha chiuso".into())]).await.expect("discarded");
        let extracted = extract(&engine, &mara, &ids, owned(anna.user)).await.expect("extracted");
        assert_eq!(counts(&extracted), [2, 0, 1, 6]);
        assert_eq!((extracted.refusals[0].record, extracted.refusals[0].reason.say.key.as_ref()), (ids[0], "error-extraction-free"));
        // What was extracted is not set free by hand.
        assert!(put(ids[1], vec![(entry::STATE.id(), "free".into())]).await.is_err());
        // Whoever gets them is gone meanwhile: each name says so, and stays free.
        let doing = Doing::Registered { key: EXTRACT.to_owned(), options: owned(anna.user) };
        list(&engine, &mara, 1).await;
        let fresh = names(&engine, &mara).await[3];
        let asked = Bulk {
            entity: entries.clone(),
            selection: Selection::These(vec![fresh]),
            doing,
            list: String::new(),
            confirmed: None,
            once: None,
        };
        let begun = engine.begin_bulk(&mara, asked).await.expect("begun");
        let users = engine.entity("user").expect("users");
        let system = engine.system(Through::CommandLine);
        let gone = vec![(users::ACTIVE.id(), Value::Bool(false))];
        engine.change(&system, &users, anna.user.expect("anna"), None, gone, Vec::new()).await.expect("gone");
        engine.work_off(&mara, begun.id).await.expect("worked off");
        let report = engine.bulk_report(&mara, begun.id).await.expect("a report");
        assert_eq!((counts(&report), report.refusals[0].reason.say.key.as_ref()), ([0, 0, 1, 0], "error-extraction-person"));
    }
}
