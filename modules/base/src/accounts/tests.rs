//! The life of an account: each step dated, kept, and read by whoever may see the account.

use super::{STAGE, STAGE_SINCE, STEP};
use engine::{Act, Asked, Draft, Engine, Principal, Through};
use kernel::{Id, Value};

const DAY: i64 = 24 * 60 * 60 * 1_000;

async fn steps(engine: &Engine, who: &Principal, account: Id) -> Vec<String> {
    let entity = engine.entity(STEP).expect("steps");
    let filter = meta::Filter::is("account", Value::Link(account));
    let asked = Asked { fields: vec!["stage", "day"], ..Asked::new(entity).filtered(filter) };
    let listed = engine.list(who, asked).await.expect("a list");
    listed.records.iter().map(|step| format!("{} {:?}", step.named("stage").text(), step.named("day"))).collect()
}

#[tokio::test]
async fn each_step_has_its_day() {
    for (engine, clock) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let entity = engine.entity("account").expect("accounts");
        let first = engine.today();
        let account = engine.create(&who, Draft::new("account").with(super::NAME.id(), "Alfa")).await.expect("an account").id();
        let put = async |values: Vec<(meta::FieldId, Value)>| {
            let act = Act::Change { entity: "account", id: account, version: None, values, lines: Vec::new() };
            engine.write(&who, "change", vec![act]).await.expect("a change")
        };
        clock.pass(3 * DAY);
        let third = engine.today();
        put(vec![(STAGE.id(), Value::from("lead"))]).await;
        clock.pass(DAY);
        // What leaves the stage alone dates nothing.
        put(vec![(super::REMARKS.id(), Value::from("sentito al telefono"))]).await;
        put(vec![(STAGE.id(), Value::from("lead"))]).await;
        let said = |stage: &str, day| format!("{stage} {:?}", Value::Date(day));
        assert_eq!(
            steps(&engine, &who, account).await,
            [said("lead", third), said("suspect", first)],
            "the newest first, wherever they stand"
        );
        let (record, _) = engine.show(&who, &entity, account).await.expect("the account");
        assert_eq!(record.value(STAGE_SINCE.id()), &Value::Date(third));
        // An undone step is a step too: the account stands where it stood, from today.
        clock.pass(DAY);
        let won = put(vec![(STAGE.id(), Value::from("customer"))]).await;
        engine.undo(&who, won.changeset).await.expect("undone");
        let (record, _) = engine.show(&who, &entity, account).await.expect("the account");
        assert_eq!(record.value(STAGE.id()).text(), "lead");
    }
}
