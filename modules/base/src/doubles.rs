//! Doubles among the records of this area: found before they are made, found by a scan, told only to whoever may change both.

use crate::accounts::{self, ADDRESS};
use crate::addresses::PHONE;
use crate::addresses::entity::phones;
use engine::duplicates::{Asking, Scanning, Settings, State, Two};
use engine::identity::users;
use engine::{Act, Created, Draft, Engine, Principal, Through};
use kernel::{Error, Id};
use meta::Entity;
use std::sync::Arc;

const DAY: i64 = 24 * 60 * 60 * 1_000;

async fn person(engine: &Engine, name: &str, role: &str) -> Principal {
    let draft = Draft::new("user")
        .with(users::NAME.id(), name)
        .with(users::EMAIL.id(), format!("{name}@scheda.example"))
        .with(users::ROLES.id(), format!("|{role}|"));
    let id = engine.create(&engine.system(Through::CommandLine), draft).await.expect("a user").id();
    engine.principal_of(id, Through::Pages).await.expect("an answer").expect("a person")
}

fn firm(name: &str, street: &str, city: &str, number: &str) -> Draft {
    let mut draft = Draft::new("account").with(accounts::NAME.id(), name).with(ADDRESS.street.id(), street).with(ADDRESS.city.id(), city);
    if !number.is_empty() {
        draft.lines = vec![("phones", vec![Draft::new(PHONE).with(phones::NUMBER.id(), number)])];
    }
    draft
}

fn rossi() -> Draft {
    firm("Officine Meccaniche Rossi S.r.l.", "Via Aurelia Nord 12", "Pisa", "+39050131762")
}

fn rossi_again() -> Draft {
    firm("OFFICINE MECCANICHE ROSSI SRL", "v. Aurelia Nord, 12", "Pisa", "")
}

async fn queue(engine: &Engine, who: &Principal, entity: &Arc<Entity>, state: State) -> Vec<Two> {
    let pairs = engine.duplicates(who, entity, Asking { state, ..Asking::default() }).await.expect("the queue");
    let counted = engine.count_duplicates(who, entity, Asking { state, ..Asking::default() }, 100).await.expect("a count");
    assert_eq!(counted.number, pairs.len() as i64, "as many are counted as are seen");
    pairs.into_iter().map(|queued| queued.pair).collect()
}

async fn work_off(engine: &Engine) {
    while engine.work_once().await.expect("a job") {}
}

#[tokio::test]
async fn two_of_one_firm_are_found_by_a_scan_and_called_different_for_good() {
    for (engine, clock) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        let first = engine.create(&system, rossi()).await.expect("Rossi").id();
        let second = engine.create(&system, rossi_again()).await.expect("Rossi again").id();
        engine.create(&system, firm("Pasticceria Bianchi", "Piazza Dante 3", "Lucca", "+390583112233")).await.expect("Bianchi");
        let pair = Two::new(first, second).expect("two");
        engine.begin_duplicate_scan(&system, &entity).await.expect("begun");
        engine.begin_duplicate_scan(&system, &entity).await.expect("asked for twice, done once");
        work_off(&engine).await;
        assert_eq!(queue(&engine, &system, &entity, State::Open).await, [pair]);
        let standing = engine.duplicate_standing(&entity).await.expect("a standing").expect("one");
        assert_eq!((standing.read, standing.pairs, standing.percent), (3, 1, 100));
        assert!(standing.ended > 0);

        engine.decide_duplicates(&system, &entity, &[pair], State::Different).await.expect("said");
        assert_eq!(queue(&engine, &system, &entity, State::Open).await, []);
        assert_eq!(queue(&engine, &system, &entity, State::Different).await, [pair]);
        clock.pass(DAY);
        engine.store_duplicates(&system, &entity, Scanning::default(), |found| panic!("asked again: {found:?}")).await.expect("scanned");
        assert_eq!(queue(&engine, &system, &entity, State::Different).await, [pair], "remembered");
        let read = |found| panic!("told again: {found:?}");
        engine.scan_duplicates(&system, &entity, Scanning::default(), |_| {}, read).await.expect("scanned");
        let alike = engine.alike(&system, &rossi_again(), Some(second)).await.expect("alike");
        assert_eq!(alike, [], "nor is it told of the one that the other is different from");

        engine.decide_duplicates(&system, &entity, &[pair], State::Open).await.expect("taken back");
        assert_eq!(queue(&engine, &system, &entity, State::Open).await, [pair]);
        engine.remove(&system, &entity, second, None).await.expect("removed");
        assert_eq!(queue(&engine, &system, &entity, State::Open).await, [], "one of them is not there");
        assert!(matches!(engine.decide_duplicates(&system, &entity, &[pair], State::Different).await, Err(Error::NotFound)));
    }
}

#[tokio::test]
async fn nobody_learns_of_what_he_may_not_see() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        let (anna, bruno) = (person(&engine, "anna", "agent").await, person(&engine, "bruno", "agent").await);
        let reader = person(&engine, "rita", "reader").await;
        let annas = engine.create(&anna, rossi()).await.expect("Anna's").id();
        let brunos = engine.create(&bruno, rossi_again()).await.expect("Bruno's").id();
        let pair = Two::new(annas, brunos).expect("two");
        engine.store_duplicates(&system, &entity, Scanning::default(), |_| {}).await.expect("scanned");
        assert_eq!(queue(&engine, &system, &entity, State::Open).await, [pair]);
        for one in [&anna, &bruno] {
            assert_eq!(queue(&engine, one, &entity, State::Open).await, []);
            let said = engine.decide_duplicates(one, &entity, &[pair], State::Different).await;
            assert!(matches!(said, Err(Error::NotFound)), "{said:?}");
        }
        assert!(engine.duplicates(&reader, &entity, Asking::default()).await.is_err(), "who changes nothing decides nothing");
        assert!(engine.begin_duplicate_scan(&anna, &entity).await.is_err(), "scans are for administrators");
        // Of what is alike Anna is told where she sees it, Bruno where he does; a key in common is told without saying whose.
        let found = |twins: Vec<engine::Twin>| -> Vec<(String, Option<Id>)> {
            twins.into_iter().map(|twin| (twin.field, twin.record.map(|(id, _)| id))).collect()
        };
        let like = firm("Officine Mecaniche Rossi", "Via Aurelia Nord 12", "Pisa", "");
        assert_eq!(found(engine.alike(&anna, &like, None).await.expect("alike")), [(String::new(), Some(annas))]);
        assert_eq!(found(engine.alike(&bruno, &like, None).await.expect("alike")), [(String::new(), Some(brunos))]);
        let called = firm("Tutt’altro", "", "", "+39050131762");
        assert_eq!(found(engine.alike(&bruno, &called, None).await.expect("alike")), [("phones.number".to_owned(), None)]);
    }
}

#[tokio::test]
async fn what_is_alike_is_told_before_it_is_made_and_may_be_made_anyway() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let first = engine.create(&system, rossi()).await.expect("Rossi").id();
        let Created::Exists(twins) = engine.create_once(&system, rossi_again(), Vec::new(), false, None).await.expect("an answer") else {
            panic!("nothing was said")
        };
        let [twin] = twins.as_slice() else { panic!("{twins:?}") };
        assert_eq!((twin.field.as_str(), twin.record.as_ref().map(|(id, _)| *id)), ("", Some(first)));
        let alike = twin.alike.as_ref().expect("why");
        assert!(alike.score > 5_000 && alike.evidence.iter().any(|one| one.field == "name" && one.speaks_for()), "{alike:?}");
        assert_eq!(alike.place, "Pisa");
        let made = engine.create_once(&system, rossi_again(), Vec::new(), true, None).await.expect("an answer");
        assert!(matches!(made, Created::Now(_)));
        let other = firm("Pasticceria Bianchi", "Piazza Dante 3", "Lucca", "+390583112233");
        assert!(matches!(engine.create_once(&system, other, Vec::new(), false, None).await, Ok(Created::Now(_))));
    }
}

#[tokio::test]
async fn what_came_in_together_is_known_once_the_job_ran_and_what_changed_after_the_night() {
    for (engine, clock) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        let names = (0..80).map(|number| Act::Create(firm(&format!("Ditta numero {number}"), "", "", "")));
        let acts = names.chain([Act::Create(rossi()), Act::Create(rossi_again())]).collect();
        let made = engine.write(&system, "import", acts).await.expect("made");
        let ids: Vec<Id> = made.records.iter().rev().take(2).map(|(id, _)| *id).collect();
        let like = firm("Officine Mecaniche Rossi", "Via Aurelia Nord 12", "Pisa", "");
        assert_eq!(engine.alike(&system, &like, None).await.expect("alike"), [], "left to the job");
        work_off(&engine).await;
        assert_eq!(engine.alike(&system, &like, None).await.expect("alike").len(), 2);

        engine.store_duplicates(&system, &entity, Scanning::default(), |_| {}).await.expect("scanned");
        let pair = Two::new(ids[0], ids[1]).expect("two");
        assert!(queue(&engine, &system, &entity, State::Open).await.contains(&pair));
        engine.schedule_due().await.expect("the first turn is noted");
        clock.pass(DAY);
        let values = vec![
            (accounts::NAME.id(), "Fioraio Verdi".into()),
            (ADDRESS.street.id(), "Via Roma 1".into()),
            (ADDRESS.city.id(), "Bari".into()),
        ];
        engine.change(&system, &entity, ids[0], None, values, vec![("phones", Vec::new())]).await.expect("another firm now");
        engine.create(&system, firm("Fioraio Verdi di Ada Verdi", "Via Roma 1", "Bari", "")).await.expect("its double");
        clock.pass(DAY);
        engine.schedule_due().await.expect("due");
        work_off(&engine).await;
        let open = queue(&engine, &system, &entity, State::Open).await;
        assert!(!open.contains(&pair), "no longer alike");
        assert!(open.iter().any(|pair| pair.a == ids[0] || pair.b == ids[0]), "and like another: {open:?}");
    }
}

#[tokio::test]
async fn a_scan_that_is_cut_off_leaves_the_queue_as_it_was() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        let first = engine.create(&system, rossi()).await.expect("Rossi").id();
        let second = engine.create(&system, rossi_again()).await.expect("Rossi again").id();
        let pair = Two::new(first, second).expect("two");
        engine.store_duplicates(&system, &entity, Scanning::default(), |_| {}).await.expect("scanned");
        for patience in [0, 1, 3, 9] {
            let scanning = engine.store_duplicates(&system, &entity, Scanning::default(), |_| {});
            let _ = tokio::time::timeout(std::time::Duration::from_millis(patience), scanning).await;
            assert_eq!(queue(&engine, &system, &entity, State::Open).await, [pair]);
        }
        engine.store_duplicates(&system, &entity, Scanning::default(), |_| {}).await.expect("whole again");
        assert_eq!(queue(&engine, &system, &entity, State::Open).await, [pair]);
    }
}

#[tokio::test]
async fn what_administrators_make_of_a_field_decides() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        engine.create(&system, firm("Gelateria Neri", "", "Arezzo", "+390575998877")).await.expect("Neri");
        let same_phone = firm("Gelateria Neri", "", "Arezzo", "+390575998877");
        let score = async || {
            let twins = engine.alike(&system, &same_phone, None).await.expect("alike");
            twins[0].alike.as_ref().expect("compared").score
        };
        let before = score().await;
        let matters = ["name", "phones.number", "address"].map(|name| (name.to_owned(), engine::duplicates::Matters::NotAtAll));
        let settings = Settings { matters: matters.into(), ..Settings::default() };
        engine.put_duplicate_settings(&system, &entity, settings).await.expect("said");
        assert!(score().await < before && score().await < 5_000, "nothing is left that speaks for it");
        for wrong in [Settings { ask: 0, ..Settings::default() }, Settings { ask: 10_001, ..Settings::default() }] {
            assert!(matches!(engine.put_duplicate_settings(&system, &entity, wrong).await, Err(Error::Invalid(_))));
        }
        let anna = person(&engine, "anna", "agent").await;
        assert!(engine.put_duplicate_settings(&anna, &entity, Settings::default()).await.is_err());
    }
}

/// Somebody's settings that merge what is as likely one as this, in ten-thousandths.
async fn merge_from(engine: &Engine, entity: &Arc<Entity>, merge: i64) {
    let settings = Settings { merge, ..Settings::default() };
    engine.put_duplicate_settings(&engine.system(Through::CommandLine), entity, settings).await.expect("said");
}

/// Three of one firm, and a double of another that two people look after.
#[tokio::test]
async fn what_is_sure_is_merged_without_asking_where_administrators_want_it() {
    for (engine, clock) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        let (anna, bruno) = (person(&engine, "anna", "agent").await, person(&engine, "bruno", "agent").await);
        let sure = |name: &str| firm(name, "Via Aurelia Nord 12", "Pisa", "+39050131762");
        let make = async |who: &Principal, draft: Draft| match engine.create_once(who, draft, Vec::new(), true, None).await {
            Ok(Created::Now(made)) => made.id(),
            other => panic!("not made: {other:?}"),
        };
        let rossi: Vec<Id> = [
            make(&system, sure("Officine Meccaniche Rossi S.r.l.")).await,
            make(&system, sure("OFFICINE MECCANICHE ROSSI SRL")).await,
            make(&system, sure("Officine Mecaniche Rossi")).await,
        ]
        .into();
        let bianchi = || firm("Pasticceria Bianchi di Ada Bianchi", "Piazza Dante 3", "Lucca", "+390583112233");
        let (annas, brunos) = (make(&anna, bianchi()).await, make(&bruno, bianchi()).await);
        for number in 0..40 {
            let other = firm(["Forno", "Bar", "Edicola", "Garage"][number % 4], &format!("Via {number}"), "Prato", "");
            make(&system, other).await;
        }
        let living = async || {
            let mut living = Vec::new();
            for id in &rossi {
                let shown = engine.show(&system, &entity, *id).await;
                living.extend(shown.is_ok_and(|(record, _)| record.removed_at().is_none()).then_some(*id));
            }
            living
        };
        engine.begin_duplicate_scan(&system, &entity).await.expect("begun");
        work_off(&engine).await;
        assert_eq!(living().await, rossi, "as installed nothing is merged");
        assert_eq!(engine.merge_sure_duplicates(&system, &entity).await.expect("asked"), 0);
        assert!(matches!(engine.merge_sure_duplicates(&anna, &entity).await, Err(Error::Forbidden(_))));
        for wrong in [1, 9_499, 10_001] {
            let settings = Settings { merge: wrong, ..Settings::default() };
            assert!(matches!(engine.put_duplicate_settings(&system, &entity, settings).await, Err(Error::Invalid(_))), "{wrong}");
        }

        merge_from(&engine, &entity, 9_900).await;
        engine.begin_duplicate_scan(&system, &entity).await.expect("begun");
        work_off(&engine).await;
        let [kept] = living().await[..] else { panic!("not one: {:?}", living().await) };
        let told = engine.merged_by_itself(&system, &entity, 10).await.expect("told");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|told| told.may_end && !told.ended));
        let pair = Two::new(annas, brunos).expect("two");
        assert_eq!(queue(&engine, &system, &entity, State::Open).await, [pair], "what two people look after is theirs to decide");

        // Taken apart, they are two for good.
        let last = told.iter().find(|told| told.kept == kept).expect("the merge of the one that stayed");
        let back = engine.unmerge(&system, last.merge).await.expect("apart").back;
        clock.pass(DAY);
        engine.begin_duplicate_scan(&system, &entity).await.expect("begun");
        work_off(&engine).await;
        let living = living().await;
        assert!(living.contains(&kept) && back.iter().all(|id| living.contains(id)), "{living:?}");
    }
}

/// What was likely when it was found is compared again before it is merged.
#[tokio::test]
async fn what_is_not_sure_any_more_is_not_merged() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        let first = engine.create(&system, rossi()).await.expect("Rossi").id();
        let mut again = rossi();
        again.values.retain(|(id, _)| *id != accounts::NAME.id());
        let again = again.with(accounts::NAME.id(), "OFFICINE MECCANICHE ROSSI SRL");
        let second = engine.create(&system, again).await.expect("Rossi again").id();
        engine.store_duplicates(&system, &entity, Scanning::default(), |_| {}).await.expect("scanned");
        merge_from(&engine, &entity, 9_900).await;
        let asked = Asking { least: 9_900, ..Asking::default() };
        assert_eq!(engine.count_duplicates(&system, &entity, asked, 10).await.expect("counted").number, 1);
        let values = vec![(accounts::NAME.id(), "Fioraio Verdi".into()), (ADDRESS.street.id(), "Via Roma 1".into())];
        engine.change(&system, &entity, second, None, values, vec![("phones", Vec::new())]).await.expect("another firm now");
        assert_eq!(engine.merge_sure_duplicates(&system, &entity).await.expect("asked"), 0);
        for id in [first, second] {
            assert!(engine.show(&system, &entity, id).await.expect("there").0.removed_at().is_none());
        }
        assert_eq!(engine.count_duplicates(&system, &entity, asked, 10).await.expect("counted").number, 0, "and the queue says so");
    }
}
