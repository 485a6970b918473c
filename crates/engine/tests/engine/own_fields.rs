//! The company's own fields while everybody goes on writing, on two nodes.

use crate::shop::{self, Shop, customer, shops};
use engine::own_fields::{ENTITY, KIND, LABEL, OWN_FIELD, SEARCHED, UNIQUE};
use engine::{Draft, Engine};
use kernel::{Id, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Another node; on SQLite there is only one.
async fn other_node(shop: &Shop) -> Engine {
    if shop.engine.store().dialect() == engine::Dialect::Sqlite {
        return shop.engine.clone();
    }
    engine::testing::engine(shop.engine.store().clone(), vec![shop::area(&shop.jobs)]).await.0
}

fn field(words: &str, kind: &str) -> Draft {
    Draft::new(OWN_FIELD).with(LABEL.id(), words).with(ENTITY.id(), "customer").with(KIND.id(), kind)
}

/// Writes customers one after the other until it is told to stop: creates each, and changes it. Gives those it wrote.
async fn writing(engine: Engine, who: engine::Principal, name: String, stop: Arc<AtomicBool>, count: Arc<AtomicUsize>) -> Vec<Id> {
    let mut written = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let entity = engine.entity("customer").expect("customers");
        let drafts = vec![customer(&format!("{name} {}", written.len()))];
        // Made ready before a field may come or go, written after.
        let acts = engine.made_ahead(&who, drafts).expect("made ahead");
        tokio::task::yield_now().await;
        let id = engine.write(&who, "test", acts).await.expect("no write is refused").id();
        let other = vec![(shop::NAME.id(), Value::from(format!("{name} {} srl", written.len())))];
        engine.change(&who, &entity, id, None, other, Vec::new()).await.expect("no change is refused");
        let (record, _) = engine.show(&who, &entity, id).await.expect("no question fails");
        assert_eq!(record.get(&shop::NAME), format!("{name} {} srl", written.len()));
        written.push(id);
        count.fetch_add(1, Ordering::SeqCst);
    }
    written
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_comes_and_goes_on_two_nodes_and_no_write_is_lost() {
    for shop in shops().await {
        let other = other_node(&shop).await;
        let stop = Arc::new(AtomicBool::new(false));
        let written = Arc::new(AtomicUsize::new(0));
        let mut writers = Vec::new();
        for (place, engine) in [&shop.engine, &other, &shop.engine, &other].into_iter().enumerate() {
            writers.push(tokio::spawn(writing(engine.clone(), shop.anna.clone(), format!("Ditta {place}"), stop.clone(), written.clone())));
        }
        let mut keys = Vec::new();
        for (words, kind) in [("Cella frigorifera", "text"), ("Pezzi", "whole"), ("Cella frigorifera", "date")] {
            let id = shop.engine.create(&shop.admin, field(words, kind)).await.expect("a field").id();
            let known =
                shop.entity("customer").fields.iter().find(|field| field.key.starts_with("x_") && !keys.contains(&field.key)).copied();
            let own = known.expect("at once on the node that made it");
            keys.push(own.key);
            // Whoever asks the other node in the next moment knows it there, although nobody told that node yet.
            let user = shop.anna.user.expect("a person");
            let asking = other.principal_of(user, engine::Through::Pages).await.expect("an answer").expect("an active one");
            let there = asking.entity("customer").expect("customers").field(own.key).copied();
            let there = there.unwrap_or_else(|| panic!("{shop:?}: the other node does not know {}", own.key));
            let draft = customer(&format!("Con {words} {kind}"));
            let made = other.create(&shop.anna, draft).await.expect("a customer").id();
            let value = own.kind.parse(if kind == "date" { "31/12/2026" } else { "12" }, &reading()).expect("a value");
            let values = vec![(there.id, value.clone())];
            other.change(&shop.anna, &other.entity("customer").expect("customers"), made, None, values, Vec::new()).await.expect("written");
            // Whoever asks anew asks with the descriptions of the moment.
            let anna = shop.engine.principal_of(user, engine::Through::Pages).await;
            let anna = anna.expect("an answer").expect("an active one");
            let (record, _) = shop.engine.show(&anna, &shop.entity("customer"), made).await.expect("the customer");
            assert_eq!(record.value(own.id), &value, "{shop:?}");
            if kind == "text" {
                let entity = shop.entity(OWN_FIELD);
                other.remove(&shop.admin, &entity, id, None).await.expect("the field goes");
                assert!(other.entity("customer").expect("customers").field(own.key).is_none());
            }
        }
        // The words of the first were free again; its column was not.
        assert_eq!(keys, ["x_cella_frigorifera", "x_pezzi", "x_cella_frigorifera_2"]);
        // However slow the machine is, enough of them come while fields do.
        for _ in 0..500 {
            if written.load(Ordering::SeqCst) > 20 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.store(true, Ordering::SeqCst);
        let mut count = 0;
        for writer in writers {
            for id in writer.await.expect("every request was answered") {
                let (record, _) = shop.engine.show(&shop.anna, &shop.entity("customer"), id).await.expect("no write is lost");
                assert_eq!(record.version, 2);
                count += 1;
            }
        }
        assert!(count > 20, "{shop:?}: only {count} were written meanwhile");
    }
}

fn reading() -> meta::Reading {
    meta::Reading { language: kernel::Language::Italian, zone: kernel::Zone::rome() }
}

/// What a field holds is found from the moment on in which it became searched, also where it was written before; and found no more
/// by it afterwards, or once the field is gone.
#[tokio::test]
async fn a_field_that_becomes_searched_later_is_found_by_what_it_holds() {
    for shop in shops().await {
        let own = shop.engine.create(&shop.admin, field("Cella frigorifera", "text")).await.expect("a field").id();
        let cell = *shop.entity("customer").field("x_cella_frigorifera").expect("the field");
        let mut made = Vec::new();
        for place in 0..450 {
            made.push(customer(&format!("Ditta {place}")).with(cell.id, format!("polo{place}")));
        }
        let acts = made.into_iter().map(engine::Act::Create).collect();
        shop.engine.write(&shop.anna, "test", acts).await.expect("customers");
        let found = async |words: &str| {
            shop.engine.search(&shop.admin, words, 10).await.expect("an answer").iter().map(|group| group.found.len()).sum::<usize>()
        };
        let works = async || while shop.engine.work_once().await.expect("the jobs run") {};
        let entity = shop.entity(OWN_FIELD);
        let searched = async |on: bool| {
            let values = vec![(SEARCHED.id(), Value::from(on))];
            shop.engine.change(&shop.admin, &entity, own, None, values, Vec::new()).await.expect("changed");
            works().await;
        };
        assert_eq!(found("polo7").await, 0);
        searched(true).await;
        assert_eq!((found("polo449").await, found("polo7").await), (1, 10), "the last and the first slice");
        shop.engine.remove(&shop.admin, &entity, own, None).await.expect("removed");
        works().await;
        assert_eq!(found("polo449").await, 0);
        shop.engine.restore(&shop.admin, &entity, own).await.expect("back");
        works().await;
        assert_eq!(found("polo449").await, 1);
        searched(false).await;
        assert_eq!((found("polo449").await, found("ditta").await), (0, 10));
    }
}

/// An index that can't be built is no secret: the job says why, is tried again, and is done once it can be.
#[tokio::test]
async fn an_index_that_fails_is_told_and_tried_again() {
    for shop in shops().await {
        if shop.engine.store().dialect() == engine::Dialect::Sqlite {
            // There it is built in the transaction that makes the field.
            continue;
        }
        let unique = field("Matricola", "text").with(UNIQUE.id(), true);
        shop.engine.create(&shop.admin, unique).await.expect("a field");
        let number = *shop.entity("customer").field("x_matricola").expect("the field");
        let mut twins = Vec::new();
        for name in ["Ditta A", "Ditta B"] {
            twins.push(shop.engine.create(&shop.anna, customer(name).with(number.id, "M1")).await.expect("no index yet").id());
        }
        assert!(shop.engine.work_once().await.expect("a job"));
        let waiting = shop.engine.jobs_in(&shop.admin, engine::operating::JobState::Waiting, 10).await.expect("the jobs");
        let told = waiting.iter().find(|job| job.kind == "build-indexes").expect("it waits to be tried again");
        assert!(told.error.contains("x_matricola"), "{told:?}");
        let other = vec![(number.id, Value::from("M2"))];
        shop.engine.change(&shop.anna, &shop.entity("customer"), twins[1], None, other, Vec::new()).await.expect("changed");
        shop.engine.run_job_again(&shop.admin, told.id).await.expect("again");
        while shop.engine.work_once().await.expect("a job") {}
        let double = shop.engine.create(&shop.anna, customer("Ditta C").with(number.id, "M1")).await;
        assert!(matches!(double, Err(kernel::Error::Conflict(_)) | Err(kernel::Error::Invalid(_))), "{double:?}");
    }
}
