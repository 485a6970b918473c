//! First steps: each sees those that are his, ticked off as he takes them; the demonstration comes and goes.

use crate::client::Got;
use crate::house::{House, houses};
use serde_json::json;

async fn start(house: &House, who: &str) -> String {
    house.page(who, "GET", "/start").send().await.expect(200).text()
}

async fn sends(house: &House, who: &str, path: &str) -> Got {
    let form = format!("csrf={}", house.people[who].csrf);
    house.page(who, "POST", path).form(&form).send().await
}

#[tokio::test]
async fn steps_are_ticked_off_as_they_are_taken() {
    for house in houses().await {
        // An agent brings in no files and makes no users; a reader has only views of his own.
        let page = start(&house, "aldo").await;
        assert!(page.contains("Open a customer’s card") && !page.contains("Add colleagues") && !page.contains("Bring in the customers"));
        assert!(page.contains("0 of 3") && !page.contains("id=\"demonstration\""), "{page}");
        assert!(start(&house, "rita").await.contains("0 of 1"));
        assert!(start(&house, "ada").await.contains("0 of 5"));
        let made = house.post("aldo", "/accounts", json!({ "name": "Sua S.r.l." })).await.expect(201);
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        assert!(start(&house, "aldo").await.contains("1 of 3"));
        house.post("aldo", "/notes", json!({ "text": "ciao", "about": id })).await.expect(201);
        assert!(start(&house, "aldo").await.contains("2 of 3"));
        // What colleagues made ticks off nobody else's.
        assert!(start(&house, "mara").await.contains("0 of 4"));
        let away = sends(&house, "aldo", "/start/dismissal").await.expect(303);
        assert!(away.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("set-cookie") && value.starts_with("scheda_steps=off")));
    }
}

#[tokio::test]
async fn an_administrator_brings_the_demonstration_in_and_takes_it_out() {
    for house in houses().await {
        for who in ["anna", "mara", "rita"] {
            assert_eq!(sends(&house, who, "/demonstration").await.status, 403);
            assert_eq!(sends(&house, who, "/demonstration/removal").await.status, 403);
        }
        let count = async || house.get("ada", "/accounts/count").await.expect(200).json()["count"].as_u64().expect("a number");
        let own = count().await;
        assert!(start(&house, "ada").await.contains("action=\"/demonstration\""));
        sends(&house, "ada", "/demonstration").await.expect(303);
        assert_eq!(count().await, own + 300);
        // Sent twice, it comes once.
        sends(&house, "ada", "/demonstration").await.expect(303);
        assert_eq!(count().await, own + 300);
        assert!(start(&house, "ada").await.contains("action=\"/demonstration/removal\""));
        sends(&house, "ada", "/demonstration/removal").await.expect(303);
        assert!(start(&house, "ada").await.contains("Demonstration data is being taken out"));
        while house.engine.work_once().await.expect("work") {}
        assert_eq!(count().await, own);
        assert!(start(&house, "ada").await.contains("action=\"/demonstration\""));
        house.page("anna", "GET", &format!("/accounts/{}", house.north.account)).send().await.expect(200);
    }
}
