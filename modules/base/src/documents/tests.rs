//! Where a document stands, and how its versions count.

use super::entity::{ABOUT, ACCOUNT, FILE, NUMBER, TITLE, document, version};
use engine::files::{Kept, Received};
use engine::{Act, Draft, Engine, Principal, Through};
use kernel::{Error, Id, Value};

async fn put(engine: &Engine, who: &Principal, draft: Draft) -> Id {
    engine.create(who, draft).await.expect("a record").id()
}

fn received(engine: &Engine, name: &str, bytes: &[u8]) -> Received {
    let digest = engine.files().expect("a place for files").put(bytes).expect("a file");
    Received { kept: Kept { digest, size: bytes.len() as u64 }, name: name.to_owned(), media: "text/plain" }
}

/// What makes a file the next version of a document.
fn next(engine: &Engine, id: Id, name: &str, bytes: &[u8]) -> Vec<Act> {
    let file = received(engine, name, bytes);
    let mut draft = Draft::new("document_version").with(version::DOCUMENT.id(), id);
    draft.values.extend(file.values(&version::document_version()));
    let change = Act::Change { entity: "document", id, version: None, values: file.values(&document()), lines: Vec::new() };
    vec![change, Act::Create(draft)]
}

#[tokio::test]
async fn a_document_stands_on_the_account_too() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let account = put(&engine, &who, Draft::new("account").with(crate::accounts::NAME.id(), "Alfa")).await;
        let site = Draft::new("site").with(crate::sites::entity::NAME.id(), "Magazzino").with(crate::sites::entity::ACCOUNT.id(), account);
        let site = put(&engine, &who, site).await;
        let draft = |title: &str, card: Id| Draft::new("document").with(TITLE.id(), title).with(ABOUT.record.id(), card);
        let plan = put(&engine, &who, draft("Planimetria", site)).await;
        let (record, _) = engine.show(&who, &engine.entity("document").expect("documents"), plan).await.expect("the document");
        assert_eq!((record.get(&ACCOUNT), record.get(&ABOUT.kind), record.get(&NUMBER)), (Some(account), "site", 0));
        let nowhere = engine.create(&who, draft("Altrove", engine.id())).await;
        assert!(matches!(nowhere, Err(Error::Invalid(problems)) if problems[0].field == "about"));
        // It goes with its site, and comes back with it.
        let sites = engine.entity("site").expect("sites");
        engine.remove(&who, &sites, site, None).await.expect("removed");
        let documents = engine.entity("document").expect("documents");
        assert!(matches!(engine.show(&who, &documents, plan).await, Err(Error::NotFound)));
        engine.restore(&who, &sites, site).await.expect("restored");
        engine.show(&who, &documents, plan).await.expect("back again");
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn versions_count_and_undoing_gives_the_file_before() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let account = put(&engine, &who, Draft::new("account").with(crate::accounts::NAME.id(), "Alfa")).await;
        let id = put(&engine, &who, Draft::new("document").with(TITLE.id(), "Listino").with(ABOUT.record.id(), account)).await;
        let documents = engine.entity("document").expect("documents");
        let now = async || {
            let (record, _) = engine.show(&who, &documents, id).await.expect("the document");
            (record.get(&NUMBER), record.get(&FILE.name).to_owned())
        };
        engine.write_received(&who, "change", next(&engine, id, "uno.txt", b"uno")).await.expect("a version");
        let second = engine.write_received(&who, "change", next(&engine, id, "due.txt", b"due")).await.expect("a version");
        assert_eq!(now().await, (2, "due.txt".to_owned()));
        // The same bytes under another name are another version; they are kept once.
        let third = engine.write_received(&who, "change", next(&engine, id, "tre.txt", b"due")).await.expect("a version");
        assert_eq!(now().await, (3, "tre.txt".to_owned()));
        for (outcome, before) in [(third, (2, "due.txt".to_owned())), (second, (1, "uno.txt".to_owned()))] {
            assert!(engine.undo(&who, outcome.changeset).await.expect("undone").left.is_empty());
            assert_eq!(now().await, before);
        }
        // A number that was given is not given again.
        engine.write_received(&who, "change", next(&engine, id, "quattro.txt", b"quattro")).await.expect("a version");
        assert_eq!(now().await, (4, "quattro.txt".to_owned()));
        let by_hand = vec![(FILE.name.id(), Value::from("altro.exe"))];
        let ada = Principal { user: Some(engine.id()), ..who.clone() };
        assert!(
            matches!(engine.change(&ada, &documents, id, None, by_hand, Vec::new()).await, Err(Error::Invalid(_))),
            "nobody writes it by hand"
        );
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}
