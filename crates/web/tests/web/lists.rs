//! Lists: filtered, sorted, page by page, forward and backward.

use crate::house::{House, houses};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn fill(house: &House, count: usize) {
    let cities = ["Pisa", "Livorno", "Lucca"];
    for number in 0..count {
        let mut body = json!({
            "name": format!("Ditta {:02}", (number * 7) % count / 2), "address": { "city": cities[number % 3] }, "revenue": format!("{}.00", number / 4),
        });
        if number % 2 == 0 {
            body["phones"] = json!([{ "number": format!("050 1234{number:02}") }]);
        }
        house.post("anna", "/accounts?insist=1", body).await.expect(201);
    }
}

fn ids(page: &Json) -> Vec<String> {
    page["records"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

/// Walks a list to its end and back; gives the ids in order.
async fn walk(house: &House, query: &str, limit: usize) -> Vec<String> {
    let page = async |cursor: Option<&str>| {
        let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        house.get("anna", &format!("/accounts?{query}&limit={limit}{cursor}")).await.expect(200).json()
    };
    let mut pages = vec![page(None).await];
    assert_eq!(pages[0]["previous"], Json::Null);
    while let Some(next) = pages.last().unwrap()["next"].as_str().map(str::to_owned) {
        pages.push(page(Some(&next)).await);
        assert!(pages.len() < 100, "the walk has no end");
    }
    for back in (0..pages.len() - 1).rev() {
        let previous = pages[back + 1]["previous"].as_str().expect("a way back").to_owned();
        assert_eq!(ids(&page(Some(&previous)).await), ids(&pages[back]), "{query}, back to page {back}");
    }
    pages.iter().flat_map(ids).collect()
}

#[tokio::test]
async fn pages_show_everything_once_forward_and_back() {
    for house in houses().await {
        fill(&house, 23).await;
        for query in ["", "sort=name", "sort=-name", "sort=-created_at", "sort=revenue,-name", "sort=-stage_since,id", "sort=address.city"]
        {
            let whole = ids(&house.get("anna", &format!("/accounts?{query}&limit=200")).await.expect(200).json());
            assert_eq!(whole.len(), 24);
            for limit in [1, 4, 5, 23, 24, 25] {
                let walked = walk(&house, query, limit).await;
                assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), walked.len(), "{query} {limit}: something twice");
                assert_eq!(walked, whole, "{query} {limit}");
            }
        }
    }
}

#[tokio::test]
async fn a_list_gives_what_was_asked_and_nothing_else() {
    for house in houses().await {
        fill(&house, 12).await;
        let filter = encode("address.city is \"pisa\" and revenue > 0");
        let page =
            house.get("anna", &format!("/accounts?filter={filter}&sort=-revenue&fields=name,address,revenue&lines=1")).await.expect(200);
        let page = page.json();
        let records = page["records"].as_array().unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!((&records[0]["revenue"], &records[1]["revenue"]), (&json!("2.00"), &json!("1.00")));
        let keys: Vec<&String> = records[0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["address", "emails", "id", "name", "phones", "revenue", "version"]);
        assert_eq!(records.iter().map(|record| record["phones"].as_array().unwrap().len()).sum::<usize>(), 1);
        let count = house.get("anna", &format!("/accounts/count?exact=1&filter={filter}")).await.expect(200).json();
        assert_eq!(count, json!({ "count": 2, "more": false }));
        let sites = house.get("anna", &format!("/accounts/{}/sites?fields=name", house.north.account)).await.expect(200).json();
        assert_eq!(sites["records"][0]["name"], "Sede A");
        let emails = house.get("anna", &format!("/contacts/{}/emails", house.north.contact)).await.expect(200).json();
        assert_eq!(emails["records"].as_array().unwrap().len(), 1);
        let found = house.get("anna", "/search?q=rossi").await.expect(200).json();
        let contacts = found["groups"].as_array().unwrap().iter().find(|group| group["entity"] == "contact").unwrap();
        assert_eq!((contacts["found"].as_array().unwrap().len(), &contacts["found"][0]["title"]), (1, &json!("Rossi A")));
        let me = house.get("anna", "/me").await.expect(200).json();
        assert_eq!((&me["name"], &me["rights"]["accounts"]["remove"]), (&json!("anna"), &json!(false)));
    }
}

/// B1, B2, G4: whatever stands in the parameters, it is a sentence or it is refused.
#[tokio::test]
async fn nothing_in_a_parameter_reaches_the_database() {
    for house in houses().await {
        let before = house.everything().await;
        let deep = format!("{}name is \"x\"{}", "(".repeat(500), ")".repeat(500));
        let many = vec!["name is \"x\""; 1_001].join(" or ");
        let wrong = [
            ("filter", "name or 1=1"),
            ("filter", "name AND 1=1) --"),
            ("filter", "na\"me is \"x\""),
            ("filter", "x')-- is 1"),
            ("filter", "$.a' is 1"),
            ("filter", "password_hash is \"x\""),
            ("filter", "owner.password_hash starts \"$argon2\""),
            ("filter", "name is \"a\0b\""),
            ("filter", &deep),
            ("filter", &many),
            ("sort", "name; drop table account"),
            ("sort", "remarks"),
            ("sort", "owner.password_hash"),
            ("sort", "name,name"),
            ("sort", "name,-revenue,employees,code,stage_since,created_at"),
            ("fields", "name,password_hash"),
            ("fields", "*"),
            ("fields", "*.*.*"),
            ("limit", "x"),
            ("limit", "-1"),
            ("limit", "1e9"),
            ("cursor", "AAAA"),
            ("cursor", "' or 1=1"),
            ("group_by", "name"),
            ("timezone", "UTC'||pg_sleep(5)"),
            ("locale", "it"),
            ("currency", "EUR'"),
            ("include", "*.*.*"),
            ("page_size", "1000000000"),
            ("lines", "maybe"),
        ];
        for (name, value) in wrong {
            let began = std::time::Instant::now();
            let got = house.get("anna", &format!("/accounts?{name}={}", encode(value))).await;
            assert_eq!(got.status, 422, "{name}={value}: {}", got.text());
            assert!(began.elapsed().as_millis() < 1_000, "{name}={value}");
        }
        house.get("anna", "/users?filter=password_hash%20is%20empty").await.expect(422);
        house.get("anna", "/accounts?limit=1&limit=2").await.expect(422);
        house.get("anna", "/accounts?filter=%ff").await.expect(400);
        let clamped = house.get("anna", "/accounts?limit=4000000000").await.expect(200).json();
        assert_eq!(clamped["records"].as_array().unwrap().len(), 1);
        // A place is good for its own list alone.
        house.post("anna", "/accounts", json!({ "name": "Zeta" })).await.expect(201);
        let place = house.get("anna", "/accounts?limit=1&sort=name").await.json()["next"].as_str().unwrap().to_owned();
        house.get("anna", &format!("/accounts?limit=1&sort=name&cursor={place}")).await.expect(200);
        house.get("anna", &format!("/accounts?limit=1&sort=-name&cursor={place}")).await.expect(422);
        house.get("anna", &format!("/contacts?limit=1&sort=name&cursor={place}")).await.expect(422);
        let problem = house.get("anna", "/accounts?filter=name%20wants%20x").await.expect(422).json();
        assert!(problem["errors"][0]["at"].as_u64().is_some_and(|at| at > 1), "{problem}");
        assert_ne!(before, house.everything().await);
        let text = house.get("ada", "/users").await.expect(200).text();
        assert!(!text.contains("password"), "{text}");
        let whole = house.get("ada", &format!("/users/{}", house.people["anna"].id)).await.expect(200).text();
        assert!(!whole.contains("password"), "{whole}");
    }
}
