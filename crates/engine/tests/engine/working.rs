//! Jobs and the schedule: once over many workers, again after a failure, by another when its worker is gone.

use crate::shop::{Shop, customer, shops};
use engine::Engine;
use engine::testing::StandingClock;
use kernel::{Error, Id, Value};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

async fn job(shop: &Shop, id: Id) -> (String, i64, i64, String) {
    let sql = store::Statement::new("SELECT \"state\", \"attempts\", \"epoch\", \"error\" FROM \"job\" WHERE \"id\" = ?", vec![id.into()]);
    let rows = shop.engine.store().read(move |tx| Box::pin(async move { tx.rows(&sql).await })).await.expect("the job");
    let row = rows.first().expect("a job");
    (row.text(0).to_owned(), row.int(1), row.int(2), row.text(3).to_owned())
}

/// Another node over the same data; the embedded database has only one.
async fn other_node(shop: &Shop) -> (Engine, Arc<StandingClock>) {
    if shop.engine.store().dialect() == store::Dialect::Sqlite {
        return (shop.engine.clone(), shop.clock.clone());
    }
    engine::testing::engine(shop.engine.store().clone(), vec![crate::shop::area(&shop.jobs)]).await
}

fn runs(shop: &Shop) -> usize {
    shop.jobs.runs.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_done_once_over_many_workers() {
    for shop in shops().await {
        let (other, _) = other_node(&shop).await;
        for place in 0..20 {
            shop.enqueue(&place.to_string(), None).await;
        }
        let workers = (0..6).map(|place| {
            let engine = if place % 2 == 0 { shop.engine.clone() } else { other.clone() };
            tokio::spawn(async move { while engine.work_once().await.expect("a worker") {} })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.expect("no panic");
        }
        let mut payloads = shop.jobs.payloads.lock().expect("payloads").clone();
        payloads.sort();
        payloads.dedup();
        assert_eq!((runs(&shop), payloads.len()), (20, 20), "{shop:?}");
        assert_eq!(shop.number("SELECT count(*) FROM \"job\" WHERE \"state\" = 'done'").await, 20);
        assert!(!shop.engine.work_once().await.expect("nothing left"));
    }
}

#[tokio::test]
async fn a_failed_job_is_tried_again_later_and_not_for_ever() {
    for shop in shops().await {
        for payload in ["fail", "panic"] {
            let id = shop.enqueue(payload, None).await;
            assert!(shop.engine.work_once().await.expect("it fails"));
            let (state, attempts, _, error) = job(&shop, id).await;
            assert_eq!((state.as_str(), attempts), ("waiting", 1));
            assert!(error.contains(if payload == "fail" { "it failed" } else { "panic" }), "{error}");
            assert!(!shop.engine.work_once().await.expect("not yet"), "it waits first");
            let mut waits = Vec::new();
            for _ in 0..20 {
                let wait = format!("SELECT \"run_at\" FROM \"job\" WHERE \"id\" = {}", id.number());
                let run_at = moment(&shop, &wait).await;
                waits.push(run_at - moment(&shop, now(&shop)).await);
                shop.sql(
                    "UPDATE \"job\" SET \"run_at\" = ? WHERE \"id\" = ?",
                    vec![Value::Moment(kernel::Moment::from_millis(0)), id.into()],
                )
                .await;
                if !shop.engine.work_once().await.expect("it fails") {
                    break;
                }
            }
            assert!(waits.windows(2).take(9).all(|pair| pair[1] > pair[0] + pair[0] / 2), "each wait is longer: {waits:?}");
            let (state, attempts, ..) = job(&shop, id).await;
            assert_eq!((state.as_str(), attempts), ("failed", 12));
        }
        // A job that goes on has failed in nothing.
        let before = runs(&shop);
        shop.jobs.runs.store(0, Ordering::SeqCst);
        let id = shop.enqueue("again", None).await;
        while shop.engine.work_once().await.expect("it goes on") {}
        assert_eq!((runs(&shop), job(&shop, id).await.0.as_str(), job(&shop, id).await.1), (4, "done", 1), "{before}");
    }
}

fn now(shop: &Shop) -> &'static str {
    match shop.engine.store().dialect() {
        store::Dialect::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)",
        store::Dialect::Postgres => "SELECT clock_timestamp()",
    }
}

async fn moment(shop: &Shop, sql: &str) -> i64 {
    let statement = store::Statement::new(sql, Vec::new());
    let rows = shop.engine.store().read(move |tx| Box::pin(async move { tx.rows(&statement).await })).await.expect("a moment");
    rows.first().and_then(|row| row.moment(0)).expect("a moment").millis()
}

/// A worker that was gone for too long finds its job taken over, and does not settle what is no longer its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_worker_is_gone_is_taken_over() {
    for shop in shops().await {
        let id = shop.enqueue("slow", None).await;
        let first = {
            let engine = shop.engine.clone();
            tokio::spawn(async move { engine.work_once().await })
        };
        while runs(&shop) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(!shop.engine.work_once().await.expect("it is held"), "{shop:?}: nobody takes it while it is held");
        // Its lease runs out.
        shop.sql(
            "UPDATE \"job\" SET \"leased_until\" = ? WHERE \"id\" = ?",
            vec![Value::Moment(kernel::Moment::from_millis(0)), id.into()],
        )
        .await;
        let second = {
            let engine = shop.engine.clone();
            tokio::spawn(async move { engine.work_once().await })
        };
        while runs(&shop) == 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(first.await.expect("no panic").expect("it ends"));
        assert_eq!(job(&shop, id).await.0, "running", "{shop:?}: the first settles nothing");
        assert!(second.await.expect("no panic").expect("it ends"));
        let (state, attempts, epoch, _) = job(&shop, id).await;
        assert_eq!((state.as_str(), attempts, epoch), ("done", 2, 2));
        // One that ends its process every time is given up.
        shop.sql(
            "UPDATE \"job\" SET \"state\" = 'running', \"attempts\" = 12, \"leased_until\" = ? WHERE \"id\" = ?",
            vec![Value::Moment(kernel::Moment::from_millis(0)), id.into()],
        )
        .await;
        assert!(!shop.engine.work_once().await.expect("nothing to do"));
        assert_eq!(job(&shop, id).await.0, "failed");
    }
}

#[tokio::test]
async fn a_job_in_the_name_of_somebody_who_left_fails() {
    for shop in shops().await {
        let anna = shop.anna.user.expect("a user");
        let id = shop.enqueue("x", Some(anna)).await;
        shop.sql("UPDATE \"user\" SET \"active\" = ? WHERE \"id\" = ?", vec![Value::Bool(false), anna.into()]).await;
        assert!(shop.engine.work_once().await.expect("a worker goes on"));
        let (state, attempts, _, error) = job(&shop, id).await;
        assert_eq!((state.as_str(), attempts, error.as_str(), runs(&shop)), ("failed", 1, "not found", 0), "{shop:?}");
    }
}

/// Enqueued in a transaction that came to nothing, a job was never there.
#[tokio::test]
async fn a_job_comes_with_its_commit() {
    for shop in shops().await {
        let engine = shop.engine.clone();
        let lost = shop.engine.store().write(move |tx| {
            Box::pin(async move {
                engine.enqueue(tx, "note", "x".to_owned(), None).await?;
                Err::<(), _>(kernel::Error::NotFound)
            })
        });
        assert!(lost.await.is_err());
        assert!(!shop.engine.work_once().await.expect("nothing to do"));
        let engine = shop.engine.clone();
        let unknown =
            shop.engine.store().write(move |tx| Box::pin(async move { engine.enqueue(tx, "nobody's", String::new(), None).await }));
        assert!(unknown.await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schedule_fires_once_over_two_nodes() {
    for shop in shops().await {
        let (other, clock) = other_node(&shop).await;
        let hourly = "SELECT count(*) FROM \"job\" WHERE \"kind\" = 'hourly'";
        let due = async || {
            let both = [shop.engine.clone(), other.clone(), shop.engine.clone(), other.clone()]
                .map(|engine| tokio::spawn(async move { engine.schedule_due().await }));
            for one in both {
                one.await.expect("no panic").expect("the schedule");
            }
        };
        due().await;
        assert_eq!(shop.number(hourly).await, 0, "not before its time");
        for hour in 1..4 {
            shop.clock.pass(3_600_000);
            clock.pass(3_600_000);
            due().await;
            due().await;
            assert_eq!(shop.number(hourly).await, hour, "{shop:?}");
        }
        // After a long night there is one run, not one for each hour.
        shop.clock.pass(30 * 3_600_000);
        clock.pass(30 * 3_600_000);
        due().await;
        assert_eq!(shop.number(hourly).await, 4);
        while shop.engine.work_once().await.expect("a job") {}
        assert_eq!(shop.jobs.scheduled.load(Ordering::SeqCst), 4);
    }
}

/// Numbers of nodes differ, are given back, and keep ids apart.
#[tokio::test]
async fn ids_are_unique_over_two_nodes() {
    for shop in shops().await {
        if shop.engine.store().dialect() == store::Dialect::Sqlite {
            continue;
        }
        let (other, _) = other_node(&shop).await;
        let mut ids: Vec<Id> = shop.engine.ids(5_000).chain(other.ids(5_000)).collect();
        for _ in 0..2_000 {
            ids.extend([shop.engine.id(), other.id()]);
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 14_000);
        let held = "SELECT count(*) FROM \"node\" WHERE \"leased_until\" > clock_timestamp()";
        assert_eq!(shop.number(held).await, 2);
    }
}

/// A node whose number another one got writes nothing before it has a new one, and goes on with that.
#[tokio::test]
async fn a_node_that_lost_its_number_takes_another() {
    for shop in shops().await {
        if shop.engine.store().dialect() == store::Dialect::Sqlite {
            continue;
        }
        let node = |id: Id| id.number() >> 12 & 1023;
        let before = node(shop.engine.id());
        shop.engine.hold_number().await.expect("held");
        assert_eq!(node(shop.engine.id()), before);
        // It slept for so long that another took its number, and all the others are taken too.
        shop.sql("UPDATE \"node\" SET \"holder\" = 'another'", Vec::new()).await;
        let fill = "INSERT INTO \"node\" (\"number\", \"leased_until\", \"holder\") \
                    SELECT n, clock_timestamp() + interval '1 hour', 'others' FROM generate_series(1, 1023) AS n WHERE n <> ";
        shop.sql(&format!("{fill}{before}"), Vec::new()).await;
        assert!(shop.engine.hold_number().await.is_err());
        let refused = shop.engine.create(&shop.anna, customer("a")).await;
        assert!(matches!(&refused, Err(Error::Unavailable(say)) if say.key == "error-no-number"), "{refused:?}");
        let engine = shop.engine.clone();
        let enqueued = shop.engine.store().write(move |tx| Box::pin(async move { engine.enqueue(tx, "note", String::new(), None).await }));
        assert!(matches!(enqueued.await, Err(Error::Unavailable(_))));
        assert!(shop.engine.hold_number().await.is_err(), "still none");
        shop.sql("DELETE FROM \"node\" WHERE \"number\" = 700", Vec::new()).await;
        shop.engine.hold_number().await.expect("a new one");
        assert_eq!(node(shop.create(&shop.anna, customer("a")).await), 700);
        shop.engine.hold_number().await.expect("held");
        assert_eq!(node(shop.engine.id()), 700);
        shop.engine.close().await;
    }
}
