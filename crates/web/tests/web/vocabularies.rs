//! Vocabularies as an administrator looks after them: order, uses, retiring, and two terms made one.

use crate::house::{House, houses};
use serde_json::{Value as Json, json};

fn id(record: &Json) -> String {
    record["id"].as_str().expect("an id").to_owned()
}

async fn term(house: &House, vocabulary: &str, italian: &str) -> String {
    let made = house.post("ada", "/terms", json!({ "vocabulary": vocabulary, "italian": italian })).await.expect(201).json();
    // Who writes terms by the API hears of them as every node does.
    house.engine.load_terms().await.expect("known");
    id(&made)
}

fn csrf(house: &House, more: &str) -> String {
    format!("csrf={}{more}", house.people["ada"].csrf)
}

async fn page(house: &House, who: &str, target: &str) -> String {
    house.page(who, "GET", target).send().await.expect(200).text()
}

/// Whether these words stand in this order as the names of options or terms.
fn in_order(page: &str, words: &[&str]) -> bool {
    let places: Vec<usize> =
        words.iter().map(|word| page.find(&format!(">{word}<")).unwrap_or_else(|| panic!("{word} is not in {page}"))).collect();
    places.is_sorted()
}

#[tokio::test]
async fn the_order_of_a_vocabulary_is_that_of_every_choice() {
    for house in houses().await {
        let here = "/administration/vocabularies/zone";
        assert!(matches!(house.page("anna", "GET", here).send().await.status, 403 | 404));
        house.page("ada", "GET", "/administration/vocabularies/dragons").send().await.expect(404);
        house.page("ada", "GET", "/administration/vocabularies/role").send().await.expect(404);
        let north = term(&house, "zone", "Zona nord").await;
        term(&house, "zone", "Zona centro").await;
        assert!(in_order(&page(&house, "ada", here).await, &["Zona centro", "Zona nord"]), "by their words");
        let order = |more: &str| house.page("ada", "POST", &format!("{here}/order")).form(&csrf(&house, more)).send();
        order(&format!("&term={north}&to=first")).await.expect(303);
        assert!(in_order(&page(&house, "ada", here).await, &["Zona nord", "Zona centro"]));
        let form = page(&house, "anna", "/accounts/new").await;
        assert!(in_order(&form, &["Zona nord", "Zona centro"]), "forms offer them so");
        let filter = page(&house, "anna", "/accounts/filter?filter=zone%20is%20%22zona-nord%22").await;
        assert!(in_order(&filter, &["Zona nord", "Zona centro"]), "filters too");
        for (name, zone) in [("Uno", "zona-centro"), ("Due", "zona-nord")] {
            house.post("ada", "/accounts?insist=1", json!({ "name": name, "stage": "lead", "zone": zone })).await.expect(201);
        }
        let groups = page(&house, "ada", "/accounts?group=zone").await;
        let place = |words: &str| groups.find(words).unwrap_or_else(|| panic!("{words} is not in {groups}"));
        assert!(place("zona-nord") < place("zona-centro"), "and groups");
        assert!(in_order(&page(&house, "ada", "/accounts?board=zone").await, &["Zona nord", "Zona centro"]), "and boards");
        term(&house, "zone", "Zona balneare").await;
        assert!(in_order(&page(&house, "ada", here).await, &["Zona nord", "Zona centro", "Zona balneare"]), "a new one at the end");
        order("&to=alphabetical").await.expect(303);
        assert!(in_order(&page(&house, "anna", "/accounts/new").await, &["Zona balneare", "Zona centro", "Zona nord"]));
        order("&term=nonsense&to=up").await.expect(404);
        let all = page(&house, "ada", "/administration/vocabularies").await;
        assert!(all.contains(here) && !all.contains("/administration/vocabularies/role"), "{all}");
    }
}

#[tokio::test]
async fn a_term_in_use_is_counted_retired_and_merged() {
    for house in houses().await {
        let here = "/administration/vocabularies/tag";
        let old = term(&house, "tag", "<b>VIP</b>").await;
        let new = term(&house, "tag", "Premium").await;
        let spare = term(&house, "tag", "Di riserva").await;
        let made = json!({ "name": "Lanificio Rossi", "stage": "lead", "tags": ["b-vip-b", "premium"] });
        let account = id(&house.post("ada", "/accounts?insist=1", made).await.expect(201).json());
        let shown = page(&house, "ada", here).await;
        assert!(!shown.contains("<b>VIP</b>") && shown.contains(&format!("{here}/uses")), "counts are asked after the page: {shown}");
        let used = page(&house, "ada", &format!("{here}/uses")).await;
        let list = "/accounts?filter=tags+includes+%22b-vip-b%22";
        assert!(used.contains(list), "{used}");
        let listed = page(&house, "ada", list).await;
        assert!(listed.contains("Lanificio Rossi"), "{listed}");

        let act = |term: &str, what: &str, more: &str| {
            house.page("ada", "POST", &format!("/administration/terms/{term}/{what}")).form(&csrf(&house, more)).send()
        };
        act(&spare, "retirement", "&retired=1").await.expect(303);
        assert!(!page(&house, "anna", "/accounts/new").await.contains(">Di riserva<"));
        act(&spare, "retirement", "&retired=0").await.expect(303);
        act(&spare, "removal", "").await.expect(303);
        assert!(!page(&house, "ada", here).await.contains(">Di riserva<"), "nobody used it");
        act(&old, "removal", "").await.expect(303);
        let term = house.get("ada", &format!("/terms/{old}")).await.expect(200).json();
        assert_eq!((&term["retired"], &term["removed_at"]), (&json!(true), &json!(null)), "in use, it is retired");

        let asked = page(&house, "ada", &format!("/administration/terms/{old}/merging")).await;
        assert!(asked.contains("1 record changes") && asked.contains(&new), "{asked}");
        assert!(matches!(house.page("anna", "GET", &format!("/administration/terms/{old}/merging")).send().await.status, 403 | 404));
        act(&old, "merging", "").await.expect(422);
        act(&old, "merging", &format!("&into={old}")).await.expect(422);
        let begun = act(&old, "merging", &format!("&into={new}")).await.expect(303);
        let report = begun.header("location").to_owned();
        crate::letters::work(&house).await;
        let told = page(&house, "ada", &report).await;
        assert!(told.contains("Premium"), "{told}");
        let path = format!("/accounts/{account}");
        assert_eq!(house.get("ada", &path).await.expect(200).json()["tags"], json!(["premium"]));
        let past = house.get("ada", &format!("{path}/history")).await.expect(200).text();
        assert!(past.contains("merge-terms"), "{past}");
        house.page("ada", "POST", &format!("{report}/undo")).form(&csrf(&house, "")).send().await.expect(303);
        assert_eq!(house.get("ada", &path).await.expect(200).json()["tags"], json!(["b-vip-b", "premium"]));

        // What nobody may change can't be merged.
        let terms = house.get("ada", "/terms?filter=vocabulary%20is%20%22consent-purpose%22&limit=100").await.expect(200).json();
        let purposes: Vec<&Json> = terms["records"].as_array().expect("terms").iter().collect();
        let of = |key: &str| id(purposes.iter().find(|term| term["key"] == json!(key)).unwrap_or_else(|| panic!("{terms}")));
        let other = purposes.iter().find(|term| term["key"] != json!("marketing")).map(|term| id(term)).expect("another purpose");
        let refused = act(&of("marketing"), "merging", &format!("&into={other}")).await.expect(422).text();
        assert!(refused.contains("entries that nobody can change"), "{refused}");
    }
}
