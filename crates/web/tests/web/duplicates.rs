//! The queue of doubles through its doors, pages and API: who sees a pair, who decides, who has all records held against each other.

use crate::client::Got;
use crate::house::{House, houses};
use kernel::Id;
use serde_json::{Value as Json, json};

const QUEUE: &str = "/accounts/duplicates";
const SETTINGS: &str = "/administration/duplicates";

/// Two accounts of somebody's that are one.
async fn twins(house: &House, who: &str) -> (Id, Id) {
    let mut ids = Vec::new();
    for name in ["Torneria Meccanica Neri S.r.l.", "TORNERIA MECCANICA NERI SRL"] {
        let twin = json!({ "name": name, "address": { "street": "Via Aurelia Nord 12", "city": "Pisa" }, "phones": [{ "number": "+39050131762" }] });
        let made = house.post(who, "/accounts?insist=1", twin).await.expect(201).json();
        ids.push(made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"));
    }
    (ids[0], ids[1])
}

async fn form(house: &House, who: &str, path: &str, form: &str) -> Got {
    house.page(who, "POST", path).form(&format!("csrf={}&{form}", house.people[who].csrf)).send().await
}

async fn work_off(house: &House) {
    while house.engine.work_once().await.expect("a job") {}
}

/// Has an administrator scan, until the job is done.
async fn scanned(house: &House) {
    form(house, "ada", "/duplicates/scans", "entity=accounts").await.expect(303);
    work_off(house).await;
}

async fn queued(house: &House, who: &str, asked: &str) -> Vec<Json> {
    let answer = house.get(who, &format!("{QUEUE}{asked}")).await.expect(200).json();
    answer["pairs"].as_array().expect("pairs").clone()
}

#[tokio::test]
async fn a_pair_is_seen_and_decided_by_whoever_may_change_both() {
    for house in houses().await {
        let (one, other) = twins(&house, "anna").await;
        scanned(&house).await;
        for who in ["anna", "mara", "ada"] {
            let pairs = queued(&house, who, "").await;
            let [pair] = pairs.as_slice() else { panic!("{who}: {pairs:?}") };
            assert_eq!((&pair["a"], &pair["b"]), (&json!(one.to_string()), &json!(other.to_string())));
            assert!(pair["score"].as_f64().is_some_and(|score| score > 0.9), "{pair}");
            assert!(pair["for"].as_array().expect("fields").contains(&json!("name")), "{pair}");
            let page = house.page(who, "GET", "/duplicates?entity=accounts").send().await.expect(200).text();
            assert!(page.contains("Torneria Meccanica Neri S.r.l.") && page.contains("They are different"), "{page}");
        }
        // Who sees neither, and who changes nothing, learns of nothing and decides nothing.
        let decision = json!({ "a": one.to_string(), "b": other.to_string(), "state": "different" });
        assert_eq!(queued(&house, "bruno", "").await, [] as [Json; 0]);
        let page = house.page("bruno", "GET", "/duplicates?entity=accounts").send().await.expect(200).text();
        assert!(!page.contains("Torneria"), "{page}");
        house.post("bruno", QUEUE, decision.clone()).await.expect(404);
        form(&house, "bruno", "/duplicates/decisions", &format!("entity=accounts&decision=different&pair={one}-{other}")).await.expect(404);
        house.get("rita", QUEUE).await.expect(403);
        house.post("rita", QUEUE, decision.clone()).await.expect(403);
        house.page("rita", "GET", "/duplicates?entity=accounts").send().await.expect(404);
        for who in ["anna", "mara", "rita"] {
            let refused = form(&house, who, "/duplicates/scans", "entity=accounts").await.status;
            assert!(matches!(refused, 403 | 404), "{who}: {refused}");
        }
        assert_eq!(queued(&house, "anna", "").await.len(), 1, "none of it did anything");

        house.post("anna", QUEUE, decision).await.expect(200);
        assert_eq!(queued(&house, "mara", "").await, [] as [Json; 0]);
        let decided = queued(&house, "mara", "?state=different").await;
        assert_eq!(decided[0]["decided_by"], json!(house.people["anna"].id.to_string()));
        house.clock.pass(60_000);
        scanned(&house).await;
        assert_eq!(queued(&house, "mara", "").await, [] as [Json; 0], "remembered");
        form(&house, "mara", "/duplicates/decisions", &format!("entity=accounts&decision=open&pair={one}-{other}")).await.expect(303);
        assert_eq!(queued(&house, "anna", "").await.len(), 1);
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_said() {
    for house in houses().await {
        let (one, other) = twins(&house, "anna").await;
        for asked in ["?state=nothing", "?likeness=2", "?likeness=x", "?of=x", "?cursor=x", "?nothing=1"] {
            house.get("ada", &format!("{QUEUE}{asked}")).await.expect(422);
        }
        for wrong in [
            json!({}),
            json!({ "a": one.to_string(), "b": one.to_string(), "state": "different" }),
            json!({ "a": one.to_string(), "b": other.to_string(), "state": "merged" }),
            json!({ "a": one.to_string(), "b": other.to_string(), "state": "different", "more": 1 }),
            json!({ "a": 1, "b": [], "state": {} }),
        ] {
            house.post("ada", QUEUE, wrong.clone()).await.expect(422);
        }
        let nobody = json!({ "a": one.to_string(), "b": house.engine.id().to_string(), "state": "different" });
        house.post("ada", QUEUE, nobody).await.expect(404);
        house.get("ada", "/users/duplicates").await.expect(200);
        form(&house, "ada", "/duplicates/scans", "entity=users").await.expect(404);
        form(&house, "ada", "/duplicates/decisions", &format!("entity=accounts&decision=merged&pair={one}-{other}")).await.expect(422);
        form(&house, "ada", "/duplicates/decisions", "entity=accounts&decision=different&pair=x").await.expect(422);
    }
}

#[tokio::test]
async fn creating_what_is_alike_tells_the_candidates_and_may_be_insisted_on() {
    for house in houses().await {
        let (one, _) = twins(&house, "anna").await;
        let like = json!({ "name": "Torneria Mecanica Neri", "address": { "street": "Via Aurelia Nord, 12", "city": "Pisa" } });
        let told = house.post("anna", "/accounts", like.clone()).await.expect(409).json();
        assert!(told.to_string().contains(&one.to_string()), "{told}");
        // Of what he does not see nothing is said, and so nothing keeps him from making it.
        house.post("bruno", "/accounts", like.clone()).await.expect(201);
        house.post("anna", "/accounts?insist=1", like).await.expect(201);
    }
}

#[tokio::test]
async fn administrators_say_how_doubles_are_looked_for_and_what_is_merged_without_asking() {
    for house in houses().await {
        for who in ["anna", "mara"] {
            assert!(matches!(house.page(who, "GET", SETTINGS).send().await.status, 403 | 404), "{who}");
            let refused = form(&house, who, SETTINGS, "entity=accounts&ask=60&nightly=yes").await.status;
            assert!(matches!(refused, 403 | 404), "{who}: {refused}");
        }
        let (one, other) = twins(&house, "anna").await;
        scanned(&house).await;
        let page = house.page("ada", "GET", SETTINGS).send().await.expect(200).text();
        assert!(page.contains("value=\"99.9\"") && !page.contains("name=\"merges\" value=\"yes\" checked"), "off as installed: {page}");
        for wrong in ["merge=50", "merge=100.5", "merge=x", "merge="] {
            let said = form(&house, "ada", SETTINGS, &format!("entity=accounts&ask=50&merges=yes&{wrong}")).await.expect(422).text();
            assert!(said.contains("Between 95 and 100.") && said.contains("merge-accounts-error"), "{wrong}: {said}");
        }
        form(&house, "ada", SETTINGS, "entity=accounts&ask=5&nightly=yes").await.expect(422);
        form(&house, "ada", SETTINGS, "entity=users&ask=50").await.expect(404);
        form(&house, "ada", SETTINGS, "entity=accounts&ask=50&nightly=yes&merges=yes&merge=97.5").await.expect(303);
        house.clock.pass(60_000);
        scanned(&house).await;
        assert_eq!(house.get("anna", &format!("/accounts/{other}")).await.status, 307, "merged into the older one");
        let page = house.page("ada", "GET", SETTINGS).send().await.expect(200).text();
        assert!(page.contains("value=\"97.5\"") && page.contains("Merged by themselves"), "{page}");
        assert!(page.contains("With TORNERIA MECCANICA NERI SRL, on"), "{page}");
        let merge = page.split("name=\"merge\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        form(&house, "ada", &format!("/accounts/{one}/unmerge"), &format!("merge={}", merge.expect("a way back"))).await.expect(303);
        house.get("anna", &format!("/accounts/{other}")).await.expect(200);
        let page = house.page("ada", "GET", SETTINGS).send().await.expect(200).text();
        assert!(page.contains("separated since") && !page.contains(&format!("/accounts/{one}/unmerge")), "{page}");
    }
}
