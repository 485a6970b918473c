//! People's writes go before the slices of long work.

use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test]
async fn people_go_before_slices() {
    let store = store::testing::sqlite().await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let note = |name: &'static str| {
        let order = order.clone();
        move || order.lock().expect("a list").push(name)
    };
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
    tokio::time::sleep(Duration::from_millis(30)).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let (store, note) = (store.clone(), note("slice"));
        tasks.push(tokio::spawn(async move {
            store
                .write_slice(move |_| {
                    note();
                    Box::pin(async { Ok(()) })
                })
                .await
        }));
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    for _ in 0..5 {
        let (store, note) = (store.clone(), note("person"));
        tasks.push(tokio::spawn(async move {
            store
                .write(move |_| {
                    note();
                    Box::pin(async { Ok(()) })
                })
                .await
        }));
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    open.send(()).expect("the writer waits");
    first.await.expect("no panic").expect("the first");
    for task in tasks {
        task.await.expect("no panic").expect("a write");
    }
    let order = order.lock().expect("a list");
    assert_eq!(*order, ["person", "person", "person", "person", "person", "slice", "slice", "slice"]);
}
