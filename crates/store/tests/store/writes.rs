//! One change, one commit; and those who fail disturb nobody.

use crate::{add, count, id, sql, stores};
use kernel::error::{Conflict, Error};
use kernel::{Moment, Say, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::Statement;

fn named(number: i64, name: &str) -> Statement {
    sql("INSERT INTO person (id, name, removed_at) VALUES (?, ?, ?)", vec![id(number).into(), name.into(), Moment::from_millis(1).into()])
}

fn refused() -> Error {
    Error::Forbidden(Say::new("no"))
}

#[tokio::test]
async fn what_is_taken_is_named_alike() {
    for store in stores().await {
        add(&store, 1, "Anna").await.expect("Anna");
        let taken = |field: &str| Conflict::Taken { field: field.to_owned() };
        match add(&store, 2, "Anna").await {
            Err(Error::Conflict(conflict)) => assert_eq!(conflict, taken("person.name"), "{store:?}"),
            other => panic!("{other:?}"),
        }
        match add(&store, 1, "Bruno").await {
            Err(Error::Conflict(conflict)) => assert_eq!(conflict, taken("person.id"), "{store:?}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn many_at_once_are_all_kept_but_the_one_that_fails() {
    for store in stores().await {
        let tasks: Vec<_> = (1..=100)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .write(move |tx| {
                            Box::pin(async move {
                                tx.execute(&named(number, &number.to_string())).await?;
                                if number % 10 == 0 { Err(refused()) } else { Ok(()) }
                            })
                        })
                        .await
                })
            })
            .collect();
        let mut failed = 0;
        for task in tasks {
            failed += usize::from(task.await.expect("no panic").is_err());
        }
        assert_eq!(failed, 10);
        assert_eq!(count(&store).await, 90, "{store:?}");
    }
}

#[tokio::test]
async fn requests_that_arrive_together_share_a_commit() {
    let store = store::testing::sqlite().await;
    store.shape(&[crate::people()]).await.expect("the shape");
    // While the first holds the writer, the others gather.
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let first = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |_| {
                    let _ = gate.recv();
                    Box::pin(async { Ok(()) })
                })
                .await
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    let others: Vec<_> = (1..=20)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |tx| {
                        Box::pin(async move {
                            tx.execute(&named(number, &number.to_string())).await?;
                            // Rows of the others that are not yet committed are seen only within one transaction.
                            tx.rows(&sql("SELECT count(*) FROM person", vec![])).await.map(|rows| rows.first().map_or(0, |row| row.int(0)))
                        })
                    })
                    .await
            })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    assert_eq!(count(&store).await, 0);
    open.send(()).expect("the writer waits");
    first.await.expect("no panic").expect("the first");
    let mut seen = Vec::new();
    for other in others {
        seen.push(other.await.expect("no panic").expect("a write"));
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_panic_is_an_error_and_no_more() {
    for store in stores().await {
        for _ in 0..5 {
            let outcome = store
                .write(|tx| {
                    Box::pin(async move {
                        tx.execute(&named(1, "Anna")).await?;
                        if tx.dialect() == tx.dialect() {
                            panic!("on purpose");
                        }
                        Ok(())
                    })
                })
                .await;
            assert!(matches!(&outcome, Err(Error::Internal(cause)) if cause.contains("on purpose")), "{outcome:?}");
            let outcome = store.read(|_| Box::pin(async move { if id(1) == id(1) { panic!("on purpose") } else { Ok(()) } })).await;
            assert!(matches!(outcome, Err(Error::Internal(_))));
        }
        assert_eq!(count(&store).await, 0);
        add(&store, 1, "Anna").await.expect("the store works on");
    }
}

#[tokio::test]
async fn work_that_waits_for_the_world_is_refused_on_sqlite() {
    let store = store::testing::sqlite().await;
    let outcome = store
        .write(|_| {
            Box::pin(async move {
                std::future::pending::<()>().await;
                Ok(())
            })
        })
        .await;
    assert!(matches!(outcome, Err(Error::Internal(_))));
    store.health().await.expect("the store works on");
}

#[tokio::test]
async fn a_savepoint_undoes_only_itself() {
    for store in stores().await {
        store
            .write(|tx| {
                Box::pin(async move {
                    tx.execute(&named(1, "Anna")).await?;
                    let taken = tx
                        .savepoint(|tx| {
                            Box::pin(async move {
                                tx.execute(&named(2, "Bruno")).await?;
                                tx.savepoint(|tx| Box::pin(async move { tx.execute(&named(3, "Carla")).await })).await?;
                                tx.execute(&named(4, "Anna")).await
                            })
                        })
                        .await;
                    assert!(matches!(taken, Err(Error::Conflict(_))), "{taken:?}");
                    tx.savepoint(|tx| Box::pin(async move { tx.execute(&named(5, "Dario")).await })).await?;
                    Ok(())
                })
            })
            .await
            .expect("a write");
        let names = store.read(|tx| Box::pin(async move { tx.rows(&sql("SELECT name FROM person ORDER BY id", vec![])).await })).await;
        let names: Vec<_> = names.expect("names").iter().map(|row| row.text(0).to_owned()).collect();
        assert_eq!(names, ["Anna", "Dario"], "{store:?}");
    }
}

#[tokio::test]
async fn a_failure_that_is_passed_over_loses_the_write() {
    for store in stores().await {
        add(&store, 1, "Anna").await.expect("Anna");
        let outcome = store
            .write(|tx| {
                Box::pin(async move {
                    tx.execute(&named(2, "Bruno")).await?;
                    let _ = tx.execute(&named(3, "Anna")).await;
                    Ok(())
                })
            })
            .await;
        assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
        assert_eq!(count(&store).await, 1, "{store:?}");
    }
}

#[tokio::test]
async fn a_read_writes_nothing() {
    for store in stores().await {
        let outcome = store.read(|tx| Box::pin(async move { tx.execute(&named(1, "Anna")).await })).await;
        assert!(matches!(outcome, Err(Error::Internal(_))));
        assert_eq!(count(&store).await, 0);
    }
}

#[tokio::test]
async fn a_snapshot_sees_one_moment() {
    for store in stores().await {
        let (started, start) = tokio::sync::oneshot::channel::<()>();
        let (wrote, written) = tokio::sync::oneshot::channel::<()>();
        let reader = store.clone();
        let seen = tokio::spawn(async move {
            reader
                .read_snapshot(move |tx| {
                    Box::pin(async move {
                        let count = sql("SELECT count(*) FROM person", vec![]);
                        let before = tx.rows(&count).await?.first().map(|row| row.int(0));
                        let _ = started.send(());
                        // A reading thread of SQLite may be held up; a task must not be.
                        let _ = if tx.dialect() == store::Dialect::Sqlite { written.blocking_recv() } else { written.await };
                        let after = tx.rows(&count).await?.first().map(|row| row.int(0));
                        Ok((before, after))
                    })
                })
                .await
        });
        start.await.expect("the reader has begun");
        add(&store, 1, "Anna").await.expect("Anna");
        assert_eq!(count(&store).await, 1);
        wrote.send(()).expect("the reader waits");
        assert_eq!(seen.await.expect("no panic").expect("a read"), (Some(0), Some(0)), "{store:?}");
    }
}

#[tokio::test]
async fn what_is_announced_is_heard_after_the_commit() {
    for store in stores().await {
        let mut topics = store.listen().await;
        let said = store.write(|tx| {
            Box::pin(async move {
                tx.announce("never").await?;
                Err::<(), _>(refused())
            })
        });
        assert!(said.await.is_err());
        store
            .write(|tx| {
                Box::pin(async move {
                    let inner = tx
                        .savepoint(|tx| {
                            Box::pin(async move {
                                tx.announce("undone").await?;
                                Err::<(), _>(refused())
                            })
                        })
                        .await;
                    assert!(inner.is_err());
                    tx.announce("account:1").await
                })
            })
            .await
            .expect("a write");
        let heard = tokio::time::timeout(std::time::Duration::from_secs(5), topics.next()).await.expect("in time");
        assert_eq!(heard.as_deref(), Some("account:1"), "{store:?}");
    }
}

#[tokio::test]
async fn a_request_that_goes_away_leaves_nothing_half_done() {
    for store in stores().await {
        let begun = Arc::new(AtomicUsize::new(0));
        for number in 1..=20 {
            let counted = begun.clone();
            let write = store.write(move |tx| {
                Box::pin(async move {
                    counted.fetch_add(1, Ordering::SeqCst);
                    tx.execute(&named(number * 2, &format!("a{number}"))).await?;
                    tx.execute(&named(number * 2 + 1, &format!("b{number}"))).await
                })
            });
            let _ = tokio::time::timeout(std::time::Duration::from_micros(300 * number as u64), write).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let people = count(&store).await;
        assert_eq!(people, 2 * begun.load(Ordering::SeqCst) as i64, "{store:?}");
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_survived() {
    let store = store::testing::sqlite().await;
    store.shape(&[crate::people()]).await.expect("the shape");
    add(&store, 1, "Anna").await.expect("Anna");
    let limited = |pages: i64| {
        store.write(move |tx| Box::pin(async move { tx.rows(&sql(&format!("PRAGMA max_page_count = {pages}"), vec![])).await }))
    };
    limited(1).await.expect("a limit: as many pages as there are");
    let outcome = store
        .write(|tx| {
            Box::pin(async move {
                let photo = sql("UPDATE person SET photo = ?", vec![Value::Bytes(vec![1; 500_000])]);
                tx.execute(&photo).await
            })
        })
        .await;
    assert!(matches!(&outcome, Err(Error::Unavailable(say)) if say.key == "error-disk-full"), "{outcome:?}");
    assert_eq!(count(&store).await, 1);
    limited(1_000_000).await.expect("room again");
    add(&store, 2, "Bruno").await.expect("the store works on");
}

#[tokio::test]
async fn reads_that_take_too_long_are_broken_off() {
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        store::Settings { patience: std::time::Duration::from_millis(200), ..store::Settings::sqlite(folder.path().join("a.db")) };
    let store = store::Store::open(settings).await.expect("a store");
    let outcome = store.read(move |tx| Box::pin(async move { tx.rows(&sql(endless, vec![])).await })).await;
    assert!(matches!(outcome, Err(Error::Busy(1))), "{outcome:?}");
    store.health().await.expect("the store works on");
    if let Some(store) = store::testing::postgres_with(|settings| settings.patience = std::time::Duration::from_millis(200)).await {
        for slow in ["SELECT pg_sleep(20)", "SELECT count(*) FROM generate_series(1, 1000000000)"] {
            let begun = std::time::Instant::now();
            let outcome = store.read(move |tx| Box::pin(async move { tx.rows(&sql(slow, vec![])).await })).await;
            assert!(matches!(outcome, Err(Error::Busy(1))), "{outcome:?}");
            assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
        }
        store.health().await.expect("the store works on");
    }
}
