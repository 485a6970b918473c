//! Live: who hears what, and until when.

use crate::house::{House, deactivate, houses};
use kernel::Clock;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// Reads until the text has come, or the stream ends; gives all that came.
async fn until(stream: &mut TcpStream, text: &str, patience: Duration) -> (String, bool) {
    let (mut heard, end) = (String::new(), Instant::now() + patience);
    let mut some = [0; 4096];
    while Instant::now() < end && !heard.contains(text) {
        match tokio::time::timeout(end - Instant::now(), stream.read(&mut some)).await {
            Ok(Ok(0)) | Ok(Err(_)) => return (heard, true),
            Ok(Ok(count)) => heard.push_str(&String::from_utf8_lossy(&some[..count])),
            Err(_) => break,
        }
    }
    (heard, false)
}

async fn listen(house: &House, who: &str) -> TcpStream {
    let mut stream = house.page(who, "GET", "/live").open().await;
    let (heard, _) = until(&mut stream, "retry: 2000", Duration::from_secs(5)).await;
    assert!(heard.contains("text/event-stream"), "{heard}");
    stream
}

#[tokio::test]
async fn one_hears_of_what_one_sees() {
    for house in houses().await {
        let (mut anna, mut bruno) = (listen(&house, "anna").await, listen(&house, "bruno").await);
        let path = format!("/accounts/{}", house.north.account);
        house.api("anna", "PATCH", &path).if_match(1).json(&json!({ "trade_name": "Nuova" })).send().await.expect(200);
        let topic = format!("data: account/{}\n", house.north.account);
        let (heard, _) = until(&mut anna, &topic, Duration::from_secs(5)).await;
        assert!(heard.contains("event: changed\ndata: account\n") && heard.contains(&topic), "{heard}");
        let (heard, _) = until(&mut bruno, "data: account/", Duration::from_millis(700)).await;
        assert!(heard.contains("data: account\n") && !heard.contains("data: account/"), "{heard}");
    }
}

/// What somebody keeps is his own matter.
#[tokio::test]
async fn favourites_are_heard_by_whoever_keeps_them() {
    for house in houses().await {
        let (mut anna, mut mara) = (listen(&house, "anna").await, listen(&house, "mara").await);
        let form = format!("csrf={}&kept=yes", house.people["anna"].csrf);
        let path = format!("/accounts/{}/favourite", house.north.account);
        house.page("anna", "POST", &path).form(&form).send().await.expect(303);
        let (heard, _) = until(&mut anna, "data: favourite\n", Duration::from_secs(5)).await;
        assert!(heard.contains("event: changed\ndata: favourite\n"), "{heard}");
        let (heard, _) = until(&mut mara, "data: favourite", Duration::from_millis(700)).await;
        assert!(!heard.contains("favourite"), "{heard}");
    }
}

/// A page shows what was when it was asked for; what changed until its stream opened is told first.
#[tokio::test]
async fn one_hears_of_what_changed_before_the_stream_opened() {
    for house in houses().await {
        house.clock.pass(1_000);
        let page = house.page("anna", "GET", "/accounts").send().await.expect(200).text();
        let (_, rest) = page.split_once("data-stream=\"").expect("an address of the stream");
        let stream = rest.split('"').next().expect("its end").to_owned();
        house.clock.pass(5);
        let path = format!("/accounts/{}", house.north.account);
        house.api("anna", "PATCH", &path).if_match(1).json(&json!({ "trade_name": "Nuova" })).send().await.expect(200);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let topic = format!("data: account/{}\n", house.north.account);
        let mut anna = house.page("anna", "GET", &stream).open().await;
        let (heard, _) = until(&mut anna, &topic, Duration::from_secs(5)).await;
        assert!(heard.contains("event: changed\ndata: account\n") && heard.contains(&topic), "{heard}");
        // As little as before: only of what he sees.
        let mut bruno = house.page("bruno", "GET", &stream).open().await;
        let (heard, _) = until(&mut bruno, "data: account/", Duration::from_millis(700)).await;
        assert!(heard.contains("data: account\n") && !heard.contains("data: account/"), "{heard}");
        // A page that was asked for afterwards shows it, and hears nothing; what nobody remembers is told as everything.
        let now = house.clock.now().millis() + 1;
        for (since, told) in [(now.to_string(), ""), ("0".to_owned(), "data: *"), ("x".to_owned(), "")] {
            let mut anna = house.page("anna", "GET", &format!("/live?since={since}")).open().await;
            let (heard, _) = until(&mut anna, "data: ", Duration::from_millis(500)).await;
            assert_eq!((heard.contains("data: "), heard.contains(told)), (!told.is_empty(), true), "{since}: {heard}");
        }
    }
}

/// Somebody's notifications are heard of by him alone.
#[tokio::test]
async fn one_hears_of_what_one_is_told() {
    for house in houses().await {
        let (mut aldo, mut ada) = (listen(&house, "aldo").await, listen(&house, "ada").await);
        let note = json!({ "text": "@aldo", "about": house.north.account.to_string() });
        house.post("anna", "/notes", note).await.expect(201);
        let (heard, _) = until(&mut aldo, "data: notification\n", Duration::from_secs(5)).await;
        assert!(heard.contains("event: changed\ndata: notification\n"), "{heard}");
        let (heard, _) = until(&mut ada, "notification", Duration::from_millis(700)).await;
        assert!(heard.contains("data: note") && !heard.contains("notification"), "{heard}");
    }
}

#[tokio::test]
async fn the_stream_of_whoever_is_out_ends_within_five_seconds() {
    for house in houses().await {
        let mut anna = listen(&house, "anna").await;
        let began = Instant::now();
        deactivate(&house, "anna").await;
        let (_, ended) = until(&mut anna, "never said", Duration::from_secs(7)).await;
        assert!(ended && began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

/// A10: whoever is moved to another team hears with his new rights from then on; with another role he has to come in again.
#[tokio::test]
async fn rights_that_change_change_what_one_hears() {
    for house in houses().await {
        let (mut anna, mut aldo) = (listen(&house, "anna").await, listen(&house, "aldo").await);
        let assume = async |who: &str, values: serde_json::Value| {
            let path = format!("/users/{}", house.people[who].id);
            house.api("ada", "PATCH", &path).header("If-Match", "*").json(&values).send().await.expect(200);
        };
        let south = house.get("ada", &format!("/users/{}", house.people["bruno"].id)).await.expect(200).json()["team"].clone();
        assert!(south.is_string(), "{south}");
        assume("anna", json!({ "team": south })).await;
        let (heard, _) = until(&mut anna, "data: user\n", Duration::from_secs(5)).await;
        assert!(heard.contains("data: user\n"), "{heard}");
        let path = format!("/accounts/{}", house.south.account);
        house.api("bruno", "PATCH", &path).if_match(1).json(&json!({ "trade_name": "Nuova" })).send().await.expect(200);
        let topic = format!("data: account/{}\n", house.south.account);
        let (heard, _) = until(&mut anna, &topic, Duration::from_secs(5)).await;
        assert!(heard.contains(&topic), "she hears what she sees now: {heard}");
        let (heard, _) = until(&mut aldo, "data: account/", Duration::from_millis(700)).await;
        assert!(!heard.contains("data: account/"), "{heard}");
        assume("aldo", json!({ "roles": ["reader"] })).await;
        let began = Instant::now();
        let (_, ended) = until(&mut aldo, "never said", Duration::from_secs(7)).await;
        assert!(ended && began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }
}

/// One person's streams are bounded, and the oldest makes room; others' are not concerned.
#[tokio::test]
async fn the_oldest_stream_makes_room() {
    for house in houses().await {
        let mut bruno = listen(&house, "bruno").await;
        let mut first = listen(&house, "anna").await;
        let mut others = Vec::new();
        for _ in 0..20 {
            others.push(listen(&house, "anna").await);
        }
        assert!(until(&mut first, "never said", Duration::from_secs(5)).await.1, "the oldest ended");
        let second = until(&mut others[0], "never said", Duration::from_millis(300)).await;
        assert!(!second.1 && !until(&mut bruno, "never said", Duration::from_millis(300)).await.1);
    }
}

#[tokio::test]
async fn the_server_stops_although_somebody_listens() {
    for house in houses().await {
        let (mut anna, mut bruno) = (listen(&house, "anna").await, listen(&house, "bruno").await);
        let serving = house.closed();
        tokio::time::timeout(Duration::from_secs(3), serving).await.expect("it stops").unwrap().unwrap();
        for stream in [&mut anna, &mut bruno] {
            let (_, ended) = until(stream, "never said", Duration::from_secs(1)).await;
            assert!(ended, "the stream was ended, not left open");
        }
    }
}
