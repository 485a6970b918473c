//! Where the data is, and who may be there.

use crate::{add, count, people};
use kernel::Error;
use store::{Settings, Store};

#[tokio::test]
async fn one_serves_and_others_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::sqlite(folder.path().join("data/scheda.db"));
    let serving = Store::open(settings.clone()).await.expect("a store");
    serving.shape(&[people()]).await.expect("the shape");
    add(&serving, 1, "Anna").await.expect("Anna");
    match Store::open(settings.clone()).await {
        Err(Error::Unavailable(say)) => assert_eq!(say.key, "error-data-in-use"),
        other => panic!("{other:?}"),
    }
    let reading = Store::open(settings.clone().reading()).await.expect("a reader");
    assert_eq!(count(&reading).await, 1);
    assert!(matches!(add(&reading, 2, "Bruno").await, Err(Error::Unavailable(_))));
    add(&serving, 2, "Bruno").await.expect("Bruno");
    assert_eq!(count(&reading).await, 2);
    serving.close().await;
    assert!(matches!(add(&serving, 3, "Carla").await, Err(Error::Unavailable(_))));
    assert!(matches!(serving.health().await, Err(Error::Unavailable(_))));
    assert_eq!(count(&reading).await, 2);
    let again = Store::open(settings).await.expect("the folder is free");
    assert_eq!(count(&again).await, 2);
}

#[tokio::test]
async fn a_server_that_is_away_is_said() {
    match Store::open(Settings::postgres("postgres://nobody@127.0.0.1:9/none", None)).await {
        Err(Error::Unavailable(say)) => assert_eq!(say.key, "error-database-away"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_said_and_replaced() {
    if let Some(store) = store::testing::postgres().await {
        store.shape(&[people()]).await.expect("the shape");
        let outcome = store
            .write(|tx| {
                Box::pin(async move { tx.rows(&crate::sql("SELECT pg_terminate_backend(pg_backend_pid())", vec![])).await.map(|_| ()) })
            })
            .await;
        match outcome {
            Err(Error::Unavailable(say)) => assert_eq!(say.key, "error-database-away"),
            other => panic!("{other:?}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        add(&store, 1, "Anna").await.expect("a new connection");
    }
}
