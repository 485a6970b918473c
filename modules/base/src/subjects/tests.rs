//! Who looks after an account, and for how much of it.

use super::entity::{self as subject, attachment as at};
use crate::accounts;
use engine::{Draft, Engine, Principal, Through};
use kernel::{Date, Error, Id, Result, Value};

async fn named(engine: &Engine, who: &Principal, name: &str, kind: &str) -> Id {
    let draft = Draft::new(subject::SUBJECT).with(subject::NAME.id(), name).with(subject::KIND.id(), kind);
    engine.create(who, draft).await.expect("a subject").id()
}

fn attached(account: Id, subject: Id, share: i64) -> Draft {
    Draft::new(subject::ACCOUNT_SUBJECT)
        .with(at::ACCOUNT.id(), account)
        .with(at::SUBJECT.id(), subject)
        .with(at::ROLE.id(), "agent")
        .with(at::SHARE.id(), share)
}

fn day(month: i8, day: i8) -> Value {
    Value::Date(Date::new(2027, month, day).expect("a day"))
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T>, field: &str) -> String {
    match outcome {
        Err(Error::Invalid(problems)) => {
            assert_eq!(problems[0].field, field, "{problems:?}");
            format!("{:?}", problems[0].say)
        }
        other => panic!("{field}: {other:?}"),
    }
}

#[tokio::test]
async fn conti_and_ferri_share_a_customer_and_no_more_than_all_of_it() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let account = engine.create(&who, Draft::new("account").with(accounts::NAME.id(), "Alfa S.r.l.")).await.expect("an account").id();
        let conti = named(&engine, &who, "Giulia Conti", "person").await;
        let ferri = named(&engine, &who, "Marco Ferri", "person").await;
        let sala = named(&engine, &who, "Luca Sala", "person").await;
        let main = attached(account, conti, 6_000).with(at::MAIN.id(), true);
        engine.create(&who, main.clone()).await.expect("Conti has sixty");
        refused(engine.create(&who, main).await, "subject");
        refused(engine.create(&who, attached(account, ferri, 4_001)).await, "share");
        refused(engine.create(&who, attached(account, ferri, 4_000).with(at::MAIN.id(), true)).await, "main");
        let first = attached(account, ferri, 4_000).with(at::SINCE.id(), day(1, 1)).with(at::UNTIL.id(), day(6, 30));
        engine.create(&who, first).await.expect("Ferri has forty for half a year");
        // Sala follows him on the next day, and can't begin a day earlier.
        refused(engine.create(&who, attached(account, sala, 4_000).with(at::SINCE.id(), day(6, 30))).await, "share");
        engine.create(&who, attached(account, sala, 4_000).with(at::SINCE.id(), day(7, 1))).await.expect("Sala follows");
        // In another role all of it is left; nothing ends before it begins.
        let operator = attached(account, sala, 10_000).with(at::ROLE.id(), "operator").with(at::MAIN.id(), true);
        engine.create(&who, operator).await.expect("the operator");
        let wrong =
            attached(account, sala, 0).with(at::ROLE.id(), "referrer").with(at::SINCE.id(), day(3, 2)).with(at::UNTIL.id(), day(3, 1));
        refused(engine.create(&who, wrong).await, "until");
        refused(engine.create(&who, attached(account, sala, 10_001).with(at::ROLE.id(), "referrer")).await, "share");
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn people_work_for_agencies_and_never_in_a_circle() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let entity = engine.entity(subject::SUBJECT).expect("subjects");
        let put = async |id: Id, field: meta::FieldId, value: Value| {
            engine.change(&who, &entity, id, None, vec![(field, value)], Vec::new()).await
        };
        let (agency, branch) = (named(&engine, &who, "Rete Tirreno", "agency").await, named(&engine, &who, "Tirreno Pisa", "agency").await);
        let conti = named(&engine, &who, "Giulia Conti", "person").await;
        let works_for = subject::AGENCY.id();
        put(branch, works_for, agency.into()).await.expect("a branch");
        put(conti, works_for, branch.into()).await.expect("works there");
        refused(put(agency, works_for, branch.into()).await, "agency");
        refused(put(agency, works_for, agency.into()).await, "agency");
        refused(put(branch, works_for, conti.into()).await, "agency");
        refused(put(branch, subject::KIND.id(), "person".into()).await, "kind");
    }
}
