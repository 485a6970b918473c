//! Tags: brought in by whoever writes a record, known by one key however they are written.

use super::{FIELD, TAGS};
use engine::{Act, Draft, Engine, Principal, Through};
use kernel::{Error, Id, Value};

async fn account(engine: &Engine, who: &Principal, name: &str, tags: &str) -> Id {
    let field = engine.entity("account").expect("accounts").field(FIELD).expect("tags").id;
    engine.create(who, Draft::new("account").with(crate::accounts::NAME.id(), name).with(field, tags)).await.expect("an account").id()
}

fn words(engine: &Engine) -> Vec<String> {
    let model = engine.model();
    let mut words: Vec<String> =
        model.terms.iter().filter(|((of, _), _)| of == TAGS).map(|((_, key), term)| format!("{key}={}", term.italian)).collect();
    words.sort();
    words
}

#[tokio::test]
async fn words_become_tags_once() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let bring = async |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            engine.bring_terms(&who, TAGS, &words).await
        };
        assert_eq!(bring(&["VIP", "Da richiamare", "vip"]).await.expect("keys"), ["vip", "da-richiamare", "vip"]);
        assert_eq!(bring(&["Vip!", "però"]).await.expect("keys"), ["vip", "pero"]);
        assert!(matches!(bring(&["!!!"]).await, Err(Error::Invalid(_))));
        assert_eq!(words(&engine), ["da-richiamare=Da richiamare", "pero=però", "vip=VIP"]);
        // By its key alone, as programs and files write it, also twice in one act.
        let field = engine.entity("account").expect("accounts").field(FIELD).expect("tags").id;
        let draft =
            |name: &str| Act::Create(Draft::new("account").with(crate::accounts::NAME.id(), name).with(field, "|grande-cliente|vip|"));
        engine.write(&who, "create", vec![draft("Alfa"), draft("Beta")]).await.expect("both");
        engine.load_terms().await.expect("terms");
        assert_eq!(words(&engine), ["da-richiamare=Da richiamare", "grande-cliente=grande cliente", "pero=però", "vip=VIP"]);
        // And where several records that were there before are given a new one at once.
        let mut changes = Vec::new();
        for name in ["Gamma", "Delta", "Epsilon"] {
            let id = account(&engine, &who, name, "").await;
            changes.push(Act::Change { entity: "account", id, version: None, values: vec![(field, "|fiera|".into())], lines: Vec::new() });
        }
        engine.write(&who, "change", changes).await.expect("all of them");
        let terms = engine::Asked::new(engine.entity("term").expect("terms")).filtered(crate::vocabularies::KEY.is("fiera"));
        assert_eq!(engine.list(&who, terms).await.expect("a list").records.len(), 1);
    }
}

#[tokio::test]
async fn an_agent_brings_in_a_tag_and_writes_no_other_word() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        use engine::identity::users;
        let system = engine.system(Through::CommandLine);
        let user = Draft::new("user")
            .with(users::NAME.id(), "Giulia")
            .with(users::EMAIL.id(), "giulia@example.it")
            .with(users::ROLES.id(), "|agent|");
        let user = engine.create(&system, user).await.expect("a user").id();
        let giulia = engine.principal_of(user, Through::Pages).await.expect("a person").expect("active");
        let mine = account(&engine, &giulia, "Alfa", "|nuova|").await;
        engine.load_terms().await.expect("terms");
        assert_eq!(words(&engine), ["nuova=nuova"]);
        let term = Draft::new("term").with(crate::vocabularies::VOCABULARY.id(), "sector").with(crate::vocabularies::ITALIAN.id(), "Altro");
        assert!(matches!(engine.create(&giulia, term).await, Err(Error::Forbidden(_))));
        // Found by it.
        let entity = engine.entity("account").expect("accounts");
        let filter = meta::filter::parse::parse("tags includes \"nuova\"", &engine.model(), &entity).expect("a filter");
        let asked = engine::Asked { fields: vec![FIELD], ..engine::Asked::new(entity).filtered(filter) };
        let found = engine.list(&giulia, asked).await.expect("a list");
        assert_eq!(found.records.iter().map(|record| record.id).collect::<Vec<_>>(), [mine]);
        assert_eq!(found.records[0].named(FIELD), &Value::from("|nuova|"));
    }
}
