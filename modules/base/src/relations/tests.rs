//! How Alfa, Beta and their people are bound, read from either side.

use super::entity::{RELATION, RELATION_TYPE, relation as of, relation_type as kind};
use super::install;
use crate::accounts;
use crate::contacts::entity as contact;
use engine::identity::users;
use engine::{Act, Asked, Draft, Engine, Outcome, Principal, Through};
use kernel::{Error, Id, Result, Value};
use meta::Filter;

async fn account(engine: &Engine, who: &Principal, name: &str) -> Id {
    engine.create(who, Draft::new("account").with(accounts::NAME.id(), name)).await.expect("an account").id()
}

async fn words(engine: &Engine, who: &Principal, label: &str) -> Id {
    let asked = Asked::new(engine.entity(RELATION_TYPE).expect("types")).filtered(kind::LABEL.is(label));
    engine.list(who, asked).await.expect("a list").records.first().unwrap_or_else(|| panic!("no {label}")).id
}

async fn bind(engine: &Engine, who: &Principal, one: Id, label: &str, other: Id) -> Result<Outcome> {
    let said = words(engine, &engine.system(Through::CommandLine), label).await;
    let draft = Draft::new(RELATION).with(of::PARTY.record.id(), one).with(of::TYPE.id(), said).with(of::COUNTERPARTY.record.id(), other);
    engine.create(who, draft).await
}

#[track_caller]
fn refused(outcome: Result<Outcome>, field: &str) {
    match outcome {
        Err(Error::Invalid(problems)) => assert_eq!(problems[0].field, field, "{problems:?}"),
        other => panic!("{field}: {other:?}"),
    }
}

async fn count(engine: &Engine, who: &Principal, entity: &str) -> i64 {
    engine.count(who, &engine.entity(entity).expect("an entity"), &Filter::everything(), false, None).await.expect("a count").number
}

#[tokio::test]
async fn each_type_reads_either_way_and_both_rows_change_together() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        assert_eq!(install(&engine, &who).await.expect("installed"), 9);
        assert_eq!(install(&engine, &who).await.expect("installed once"), 0);
        // Four of them read alike from either side.
        assert_eq!(count(&engine, &who, RELATION_TYPE).await, 14);
        let entity = engine.entity(RELATION_TYPE).expect("types");
        let back = words(&engine, &who, "è controllata da").await;
        let values = vec![(kind::LABEL.id(), Value::from("appartiene a"))];
        engine.change(&who, &entity, back, None, values, Vec::new()).await.expect("renamed");
        let (there, _) = engine.show(&who, &entity, words(&engine, &who, "controlla").await).await.expect("the other");
        assert_eq!(there.get(&kind::INVERSE), "appartiene a");
        let values = vec![(kind::RETIRED.id(), Value::Bool(true))];
        engine.change(&who, &entity, there.id, None, values, Vec::new()).await.expect("retired");
        let (back, _) = engine.show(&who, &entity, back).await.expect("the first");
        assert!(back.get(&kind::RETIRED));
        assert_eq!(count(&engine, &who, RELATION_TYPE).await, 14);
    }
}

#[tokio::test]
async fn two_are_bound_once_at_a_time_and_nobody_to_himself() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        install(&engine, &who).await.expect("installed");
        let (alfa, beta) = (account(&engine, &who, "Alfa S.p.A.").await, account(&engine, &who, "Beta S.r.l.").await);
        let rossi = engine.create(&who, Draft::new("contact").with(contact::NAME.family.id(), "Rossi")).await.expect("a contact").id();
        let made = bind(&engine, &who, alfa, "controlla", beta).await.expect("bound");
        refused(bind(&engine, &who, alfa, "controlla", beta).await, "type");
        refused(bind(&engine, &who, beta, "è controllata da", alfa).await, "type");
        bind(&engine, &who, beta, "controlla", alfa).await.expect("a strange group, but another relation");
        refused(bind(&engine, &who, alfa, "controlla", alfa).await, "counterparty");
        refused(bind(&engine, &who, alfa, "controlla", rossi).await, "type");
        bind(&engine, &who, rossi, "è consulente di", alfa).await.expect("a person and a company");
        // What is over may begin again.
        let entity = engine.entity(RELATION).expect("relations");
        let ended = vec![(of::UNTIL.id(), Value::Date(engine.today().plus_days(-1)))];
        engine.change(&who, &entity, made.id(), None, ended, Vec::new()).await.expect("ended");
        let said = words(&engine, &who, "controlla").await;
        let again = Draft::new(RELATION)
            .with(of::PARTY.record.id(), alfa)
            .with(of::TYPE.id(), said)
            .with(of::COUNTERPARTY.record.id(), beta)
            .with(of::SINCE.id(), Value::Date(engine.today()));
        engine.create(&who, again).await.expect("again");
        // A type in use stays; an account takes its relations along into the trash and brings them back.
        let types = engine.entity(RELATION_TYPE).expect("types");
        assert!(matches!(engine.remove(&who, &types, said, None).await, Err(Error::Forbidden(_))));
        let accounts = engine.entity("account").expect("accounts");
        let removed = engine.remove(&who, &accounts, beta, None).await.expect("removed");
        assert_eq!(count(&engine, &who, RELATION).await, 1);
        engine.undo(&who, removed.changeset).await.expect("undone");
        assert_eq!(count(&engine, &who, RELATION).await, 4);
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

/// A2: whoever sees one end alone learns nothing of the relation, nor may make one to what he does not see (A7).
#[tokio::test]
async fn a_relation_is_seen_by_whoever_sees_both_ends() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let system = engine.system(Through::CommandLine);
        install(&engine, &system).await.expect("installed");
        let mut people = Vec::new();
        for (name, role) in [("anna", "agent"), ("bruno", "agent"), ("mara", "manager")] {
            let draft = Draft::new("user")
                .with(users::NAME.id(), name)
                .with(users::EMAIL.id(), format!("{name}@example.it"))
                .with(users::ROLES.id(), format!("|{role}|"));
            let id = engine.create(&system, draft).await.expect("a user").id();
            people.push(engine.principal_of(id, Through::Pages).await.expect("an answer").expect("a person"));
        }
        let [anna, bruno, mara] = people.as_slice() else { panic!("three") };
        let (alfa, beta) = (account(&engine, anna, "Alfa").await, account(&engine, bruno, "Beta").await);
        refused(bind(&engine, anna, alfa, "controlla", beta).await, "counterparty");
        let made = bind(&engine, mara, alfa, "controlla", beta).await.expect("the manager sees both").id();
        let entity = engine.entity(RELATION).expect("relations");
        for (who, seen) in [(anna, 0), (bruno, 0), (mara, 1)] {
            assert_eq!(count(&engine, who, RELATION).await, seen, "{}", who.name);
            assert_eq!(engine.show(who, &entity, made).await.is_ok(), seen == 1, "{}", who.name);
        }
        let act = Act::Remove { entity: RELATION, id: made, version: None };
        assert!(matches!(engine.write(anna, "remove", vec![act]).await, Err(Error::NotFound)));
        // With Beta in her hands she sees it.
        let accounts = engine.entity("account").expect("accounts");
        let given = vec![(crate::accounts::entity::OWNER.id(), anna.user.into())];
        engine.change(mara, &accounts, beta, None, given, Vec::new()).await.expect("given to her");
        assert_eq!((count(&engine, anna, RELATION).await, count(&engine, bruno, RELATION).await), (1, 0));
    }
}
