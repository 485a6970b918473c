//! Number series as an administrator looks after them, and the numbers that everybody's records get.

use crate::house::{House, houses};
use serde_json::{Value as Json, json};

const PAGE: &str = "/administration/series";

async fn numbered(house: &House, pattern: &str) -> (Json, Json) {
    let series = json!({ "name": "Contratti", "english": "Contracts", "pattern": pattern });
    let series = house.post("ada", "/series", series).await.expect(201).json();
    let field = json!({
        "label": "Numero di contratto", "label_english": "Contract number", "entity": "account", "kind": "series", "series": "contratti",
    });
    let field = house.post("ada", "/own_fields", field).await.expect(201).json();
    (series, field)
}

fn id(record: &Json) -> &str {
    record["id"].as_str().expect("an id")
}

#[tokio::test]
async fn records_get_their_numbers_and_nobody_writes_them() {
    for house in houses().await {
        numbered(&house, "{year:2}-{number:4}").await;
        let key = "x_numero_di_contratto";
        let mut made = Vec::new();
        for name in ["Gelati Neri", "Gelati Bianchi"] {
            made.push(house.post("anna", "/accounts?insist=1", json!({ "name": name })).await.expect(201).json());
        }
        assert_eq!((&made[0][key], &made[1][key]), (&json!("26-0001"), &json!("26-0002")));
        // What was there before stays without; nobody gives a number, or another one.
        let before = house.get("anna", &format!("/accounts/{}", house.north.account)).await.expect(200).json();
        assert_eq!(before[key], json!(""));
        house.post("ada", "/accounts?insist=1", json!({ "name": "Terza", key: "26-0009" })).await.expect(422);
        let path = format!("/accounts/{}", id(&made[0]));
        house.api("ada", "PATCH", &path).if_match(1).json(&json!({ key: "26-0009" })).send().await.expect(422);
        let form = house.page("anna", "GET", "/accounts/new").send().await.expect(200).text();
        assert!(!form.contains(key), "{form}");
        let card = house.page("anna", "GET", &path).send().await.expect(200).text();
        assert!(card.contains("Contract number") && card.contains("26-0001"), "{card}");
        // The refused one took no number. It is found, sorted and filtered.
        let next = house.post("anna", "/accounts?insist=1", json!({ "name": "Terza" })).await.expect(201).json();
        assert_eq!(next[key], json!("26-0003"));
        assert!(house.get("anna", "/search?q=26-0002").await.expect(200).text().contains("Gelati Bianchi"));
        let sorted = house.get("anna", &format!("/accounts?sort=-{key}&filter={key}%20is%20not%20empty")).await.expect(200).json();
        assert_eq!(sorted["records"][0]["name"], json!("Terza"));
        let same = house.page("anna", "GET", &format!("{path}/duplicate")).send().await.expect(200).text();
        assert!(!same.contains("26-0001"), "a copy gets a number of its own: {same}");
    }
}

#[tokio::test]
async fn an_administrator_sees_the_next_number_raises_it_and_removes_no_series_that_is_used() {
    for house in houses().await {
        assert!(matches!(house.page("anna", "GET", PAGE).send().await.status, 403 | 404));
        let (series, field) = numbered(&house, "{year}/{number:6}").await;
        let shown = house.page("ada", "GET", PAGE).send().await.expect(200).text();
        assert!(shown.contains("2026/000001") && shown.contains("Accounts · Contract number"), "{shown}");
        let next = format!("{PAGE}/{}/next", id(&series));
        let raise = |who: &'static str, next: &str, value: &str| {
            house.page(who, "POST", next).form(&format!("csrf={}&next={value}", house.people[who].csrf)).send()
        };
        assert!(matches!(raise("anna", &next, "7").await.status, 403 | 404));
        raise("ada", &next, "500").await.expect(303);
        for wrong in ["499", "0", "-3", "ciao", "", "9999999999999", "99999999999999999999999"] {
            let said = raise("ada", &next, wrong).await.expect(422).text();
            assert!(said.contains("role=\"alert\"") && said.contains("2026/000500"), "{wrong}: {said}");
        }
        let made = house.post("anna", "/accounts?insist=1", json!({ "name": "Gelati Neri" })).await.expect(201).json();
        assert_eq!(made["x_numero_di_contratto"], json!("2026/000500"));

        // It stays while something takes from it, whatever it is called by then.
        let removal = format!("{PAGE}/{}/removal", id(&series));
        let remove = || house.page("ada", "POST", &removal).form(&format!("csrf={}", house.people["ada"].csrf)).send();
        let refused = remove().await.expect(422).text();
        assert!(refused.contains("Numero di contratto"), "{refused}");
        house.api("ada", "DELETE", &format!("/series/{}", id(&series))).if_match(1).send().await.expect(422);
        house.api("ada", "DELETE", &format!("/own_fields/{}", id(&field))).if_match(1).send().await.expect(204);
        remove().await.expect(303);
        // The field can't come back without it.
        house.api("ada", "DELETE", &format!("/own_fields/{}/removal", id(&field))).send().await.expect(422);

        // What a field of numbers can't be, and what is no pattern.
        let other = json!({ "label": "Altro", "entity": "account", "kind": "series" });
        house.post("ada", "/own_fields", other.clone()).await.expect(422);
        house.post("ada", "/series", json!({ "name": "Altre", "pattern": "{number}" })).await.expect(201);
        for more in [json!({ "series": "nessuna" }), json!({ "visible_when": "stage is \"lead\"" }), json!({ "initial": "7" })] {
            let mut wrong = other.clone();
            wrong["series"] = json!("altre");
            wrong.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            house.post("ada", "/own_fields", wrong).await.expect(422);
        }
        for wrong in ["{year}", "{number}{number}", "{month}{number}", "{<b>}{number}", ""] {
            house.post("ada", "/series", json!({ "name": "Storta", "pattern": wrong })).await.expect(422);
        }
    }
}

/// Records that were there before their field get numbers as many are changed at once, in the order of their creation; by an
/// administrator only, and who has a number keeps it.
#[tokio::test]
async fn records_that_were_there_before_are_numbered_in_their_order() {
    for house in houses().await {
        let key = "x_numero_di_contratto";
        let old = house.get("ada", "/accounts?sort=created_at&limit=100").await.expect(200).json();
        let old: Vec<Json> = old["records"].as_array().expect("records").clone();
        numbered(&house, "{number:4}").await;
        let newest = house.post("anna", "/accounts?insist=1", json!({ "name": "Gelati Neri" })).await.expect(201).json();
        assert_eq!(newest[key], json!("0001"));
        for (who, status) in [("anna", 403), ("rita", 403)] {
            house.post(who, "/accounts/bulk", json!({ "action": "number", "filter": "" })).await.expect(status);
            let list = house.page(who, "GET", "/accounts").send().await.expect(200).text();
            assert!(!list.contains("value=\"number\""), "{who}");
        }
        let shown = house.page("ada", "GET", PAGE).send().await.expect(200).text();
        assert!(shown.contains(&format!("/accounts?filter={key}%20is%20empty")), "{shown}");
        let list = house.page("ada", "GET", &format!("/accounts?filter={key}%20is%20empty")).send().await.expect(200).text();
        assert!(list.contains("value=\"number\""), "{list}");
        let asked = house.page("ada", "GET", &format!("/accounts/bulk?pick={}&act=number", id(&newest))).send().await.expect(200).text();
        assert!(asked.contains("Number 1 record"), "{asked}");
        house.post("ada", "/contacts/bulk", json!({ "action": "number", "filter": "" })).await.expect(422);

        let begun = house.post("ada", "/accounts/bulk", json!({ "action": "number", "filter": "" })).await.expect(202).json();
        while house.engine.work_once().await.expect("the jobs run") {}
        let ended = house.get("ada", &format!("/bulks/{}", id(&begun))).await.expect(200).json();
        let counts = (&ended["state"], &ended["changed"], &ended["unchanged"], &ended["refused"]);
        assert_eq!(counts, (&json!("done"), &json!(old.len()), &json!(1), &json!(0)), "{ended}");
        let mut ids: Vec<&str> = old.iter().map(id).collect();
        ids.sort_unstable();
        for (place, account) in ids.into_iter().enumerate() {
            let now = house.get("ada", &format!("/accounts/{account}")).await.expect(200).json();
            assert_eq!(now[key], json!(format!("{:04}", place + 2)), "{now}");
        }
        let page = house.page("ada", "GET", &format!("/bulks/{}", id(&begun))).send().await.expect(200).text();
        assert!(page.contains("Numbering of"), "{page}");
    }
}
