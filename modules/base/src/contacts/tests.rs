//! Where a contact works: the first of his places, whatever happens to them.

use super::entity::{ACCOUNT, ACCOUNT_CONTACT, NAME, place};
use engine::{Act, Draft, Engine, Principal, Statement, Through, Tx};
use kernel::{Id, Result, Value};
use store::Dialect;

async fn put(engine: &Engine, who: &Principal, draft: Draft) -> Id {
    engine.create(who, draft).await.expect("a record").id()
}

async fn at(engine: &Engine, who: &Principal, contact: Id) -> (Option<Id>, i64) {
    let (record, _) = engine.show(who, &engine.entity("contact").expect("contacts"), contact).await.expect("the contact");
    (record.get(&ACCOUNT), record.version)
}

fn placed(account: Id, contact: Id) -> Draft {
    Draft::new(ACCOUNT_CONTACT).with(place::ACCOUNT.id(), account).with(place::CONTACT.id(), contact)
}

async fn change(engine: &Engine, who: &Principal, id: Id, values: Vec<(meta::FieldId, Value)>) {
    let places = engine.entity(ACCOUNT_CONTACT).expect("places");
    engine.change(who, &places, id, None, values, Vec::new()).await.expect("a change");
}

#[tokio::test]
async fn the_account_of_a_contact_follows_his_places() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let account = async |name: &str| put(&engine, &who, Draft::new("account").with(crate::accounts::NAME.id(), name)).await;
        let person = async |name: &str| put(&engine, &who, Draft::new("contact").with(NAME.family.id(), name)).await;
        let (alfa, beta) = (account("Alfa").await, account("Beta").await);
        let (rossi, verdi) = (person("Rossi").await, person("Verdi").await);
        assert_eq!(at(&engine, &who, rossi).await, (None, 1));
        let first = put(&engine, &who, placed(alfa, rossi)).await;
        let second = put(&engine, &who, placed(beta, rossi)).await;
        // The first of them, and no change of the contact himself.
        assert_eq!(at(&engine, &who, rossi).await, (Some(alfa), 1));
        change(&engine, &who, second, vec![(place::MAIN.id(), Value::Bool(true))]).await;
        assert_eq!(at(&engine, &who, rossi).await.0, Some(beta), "where he is the one to turn to");
        change(&engine, &who, second, vec![(place::INACTIVE.id(), Value::Bool(true))]).await;
        assert_eq!(at(&engine, &who, rossi).await.0, Some(alfa), "where he still is");
        // The place becomes another's.
        change(&engine, &who, first, vec![(place::CONTACT.id(), verdi.into())]).await;
        assert_eq!((at(&engine, &who, rossi).await.0, at(&engine, &who, verdi).await.0), (Some(beta), Some(alfa)));
        // Into the trash with its account, and back.
        let accounts = engine.entity("account").expect("accounts");
        engine.remove(&who, &accounts, alfa, None).await.expect("a removal");
        assert_eq!(at(&engine, &who, verdi).await.0, None);
        engine.restore(&who, &accounts, alfa).await.expect("a restoring");
        assert_eq!(at(&engine, &who, verdi).await.0, Some(alfa));
        let places = engine.entity(ACCOUNT_CONTACT).expect("places");
        let removed = engine.remove(&who, &places, first, None).await.expect("a removal");
        assert_eq!(at(&engine, &who, verdi).await.0, None);
        engine.undo(&who, removed.changeset).await.expect("an undoing");
        assert_eq!(at(&engine, &who, verdi).await.0, Some(alfa));
        // Made together with his places, in whatever order they stand.
        for places_first in [false, true] {
            let neri = engine.id();
            let last = placed(alfa, neri).with(place::INACTIVE.id(), true);
            let mut acts = vec![last, placed(alfa, neri), placed(beta, neri).with(place::MAIN.id(), true)];
            let contact = Draft { id: Some(neri), ..Draft::new("contact").with(NAME.family.id(), "Neri") };
            acts.insert(if places_first { 3 } else { 0 }, contact);
            engine.write(&who, "create", acts.into_iter().map(Act::Create).collect()).await.expect("a commit");
            assert_eq!(at(&engine, &who, neri).await, (Some(beta), 1));
        }
        assert_eq!(engine.examine().await.expect("an examination"), Vec::<String>::new());
    }
}

/// A database of an earlier version learns it when it is opened.
#[tokio::test]
async fn contacts_that_were_there_learn_their_account() {
    for (engine, _) in engine::testing::both(|| vec![crate::area()]).await {
        let who = engine.system(Through::CommandLine);
        let alfa = put(&engine, &who, Draft::new("account").with(crate::accounts::NAME.id(), "Alfa")).await;
        let rossi = put(&engine, &who, Draft::new("contact").with(NAME.family.id(), "Rossi")).await;
        put(&engine, &who, placed(alfa, rossi)).await;
        // On PostgreSQL the tables belong to a role that no test is.
        if engine.store().dialect() == Dialect::Sqlite {
            engine.store().write(|tx| Box::pin(without_account(tx))).await.expect("an earlier version");
        }
        let (later, _) = engine::testing::engine(engine.store().clone(), vec![crate::area()]).await;
        assert_eq!(at(&later, &who, rossi).await, (Some(alfa), 1));
        let spoilt = Statement::new("UPDATE \"contact\" SET \"account\" = NULL", Vec::new());
        later.store().write(move |tx| Box::pin(async move { tx.execute(&spoilt).await })).await.expect("a spoiling");
        assert_eq!(later.examine().await.expect("an examination"), ["contact.account: 1 say something else than accounts"]);
    }
}

/// The table as it was before there was the column.
async fn without_account(tx: &mut Tx) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        let indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'contact' AND sql LIKE '%\"account\"%'";
        let indexes: Vec<String> = tx.rows(&Statement::new(indexes, Vec::new())).await?.iter().map(|row| row.text(0).to_owned()).collect();
        for index in indexes {
            tx.execute(&Statement::new(format!("DROP INDEX \"{index}\""), Vec::new())).await?;
        }
    }
    tx.execute(&Statement::new("ALTER TABLE \"contact\" DROP COLUMN \"account\"", Vec::new())).await?;
    Ok(())
}
