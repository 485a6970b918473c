//! Where a note stands, and by what it is known.

use super::entity::{ABOUT, ACCOUNT, SUBJECT, TEXT};
use crate::contacts::entity::place;
use engine::{Draft, Engine, Happening, Principal, Stretch, Through};
use kernel::{Error, Id, Value};

async fn put(engine: &Engine, who: &Principal, draft: Draft) -> Id {
    engine.create(who, draft).await.expect("a record").id()
}

fn note(about: Id, text: &str) -> Draft {
    Draft::new("note").with(TEXT.id(), text).with(ABOUT.record.id(), about)
}

async fn standing(engine: &Engine, who: &Principal, entity: &str, card: Id) -> Vec<String> {
    let stretch = Stretch { kinds: vec!["note"], limit: 50, ..Stretch::default() };
    let timeline = engine.timeline(who, &engine.entity(entity).expect("an entity"), card, stretch).await.expect("a timeline");
    let text = |happening: &Happening| match happening {
        Happening::Record { record, .. } => Some(record.get(&TEXT).to_owned()),
        Happening::Change(_) => None,
    };
    timeline.happenings.iter().filter_map(text).collect()
}

#[tokio::test]
async fn a_note_stands_on_the_account_too() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let account = async |name: &str| put(&engine, &who, Draft::new("account").with(crate::accounts::NAME.id(), name)).await;
        let (first, second) = (account("Alfa").await, account("Beta").await);
        let contact = put(&engine, &who, Draft::new("contact").with(crate::contacts::entity::NAME.family.id(), "Rossi")).await;
        let site = Draft::new("site").with(crate::sites::entity::NAME.id(), "Magazzino").with(crate::sites::entity::ACCOUNT.id(), first);
        let site = put(&engine, &who, site).await;
        put(&engine, &who, note(contact, "senza azienda")).await;
        for (at, inactive, main) in [(first, true, true), (second, false, false)] {
            let draft = Draft::new("account_contact").with(place::ACCOUNT.id(), at).with(place::CONTACT.id(), contact);
            put(&engine, &who, draft.with(place::INACTIVE.id(), inactive).with(place::MAIN.id(), main)).await;
        }
        put(&engine, &who, note(first, "sul cliente")).await;
        put(&engine, &who, note(site, "sulla sede")).await;
        put(&engine, &who, note(contact, "sul referente")).await;
        assert_eq!(standing(&engine, &who, "account", first).await, ["sulla sede", "sul cliente"]);
        assert_eq!(standing(&engine, &who, "account", second).await, ["sul referente"]);
        assert_eq!(standing(&engine, &who, "contact", contact).await, ["sul referente", "senza azienda"]);
        assert_eq!(standing(&engine, &who, "site", site).await, ["sulla sede"]);
        let nowhere = engine.create(&who, note(engine.id(), "altrove")).await;
        assert!(matches!(nowhere, Err(Error::Invalid(problems)) if problems[0].field == "about"));
        let of = Draft::new("note").with(TEXT.id(), "di niente");
        assert!(matches!(engine.create(&who, of).await, Err(Error::Invalid(problems)) if problems[0].field == "about"));
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_note_is_known_by_its_first_line() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let account = put(&engine, &who, Draft::new("account").with(crate::accounts::NAME.id(), "Alfa")).await;
        let notes = engine.entity("note").expect("notes");
        for (text, subject) in
            [("\n  Sentito ieri  \nalle 10", "Sentito ieri".to_owned()), (&"à".repeat(200), format!("{}…", "à".repeat(80)))]
        {
            let id = put(&engine, &who, note(account, text)).await;
            let (record, _) = engine.show(&who, &notes, id).await.expect("the note");
            assert_eq!(record.get(&SUBJECT), subject);
            assert_eq!((record.get(&ACCOUNT), record.named("about_kind")), (Some(account), &Value::from("account")));
        }
    }
}
