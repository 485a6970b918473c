//! Several records become one, through the pages and the API: who may, what is shown, where old addresses lead.

use crate::client::Got;
use crate::house::{House, houses, person, put};
use engine::{Draft, Through};
use kernel::{Id, Value};
use serde_json::{Value as Json, json};

/// Two accounts of Anna's that are one, each with a note; the second says more.
async fn doubles(house: &House) -> (Id, Id) {
    let anna = house.engine.principal_of(house.people["anna"].id, Through::Pages).await.expect("anna").expect("active");
    let one = put(&house.engine, &anna, "account", json!({ "name": "Torneria Neri", "tax_code": "00905811006" })).await;
    let more = json!({ "name": "Neri Torneria", "vat_number": "00905811006", "phones": [{ "number": "+39050024776" }], "web_site": "https://neri.example" });
    let other = put(&house.engine, &anna, "account", more).await;
    for (about, text) in [(one, "Prima"), (other, "Seconda")] {
        put(&house.engine, &anna, "note", json!({ "text": text, "about": about.to_string() })).await;
    }
    (one, other)
}

async fn form(house: &House, who: &str, path: &str, form: &str) -> Got {
    house.page(who, "POST", path).form(&format!("csrf={}&{form}", house.people[who].csrf)).send().await
}

async fn merged(house: &House, one: Id, other: Id) -> Json {
    house.post("mara", &format!("/accounts/{one}/merge"), json!({ "gone": [other.to_string()] })).await.expect(200).json()
}

#[tokio::test]
async fn they_are_compared_merged_and_found_under_either_address() {
    for house in houses().await {
        let (one, other) = doubles(&house).await;
        let asked = house.page("mara", "GET", &format!("/accounts/merge?ids={one},{other}")).send().await.expect(200).text();
        assert!(asked.contains("Torneria Neri") && asked.contains("Neri Torneria") && asked.contains("<strong>1</strong> note"), "{asked}");
        assert!(asked.contains("name=\"pick.name\"") && asked.contains("050 024776"), "{asked}");
        let versions = format!("version.{one}=1&version.{other}=1");
        let sent = format!("ids={one},{other}&keep={one}&{versions}&pick.name={other}");
        let done = form(&house, "mara", "/accounts/merge", &sent).await;
        assert_eq!((done.status, done.header("location")), (303, format!("/accounts/{one}").as_str()), "{}", done.text());
        let kept = house.get("mara", &format!("/accounts/{one}")).await.expect(200).json();
        assert_eq!((&kept["name"], &kept["vat_number"]), (&json!("Neri Torneria"), &json!("00905811006")), "{kept}");
        assert_eq!(kept["phones"].as_array().map(Vec::len), Some(1));
        // The old address, of the page and of the API, and its card in the trash.
        let old = house.page("anna", "GET", &format!("/accounts/{other}")).send().await;
        assert_eq!((old.status, old.header("location")), (303, format!("/accounts/{one}?merged={other}").as_str()));
        let there = house.page("anna", "GET", old.header("location")).send().await.expect(200).text();
        assert!(there.contains("The record “Neri Torneria” was merged into this one on 02/03/2026 by mara."), "{there}");
        assert!(there.contains("merged into this record"), "the history");
        let answer = house.get("anna", &format!("/accounts/{other}")).await;
        assert_eq!((answer.status, answer.header("location")), (307, format!("/api/v1/accounts/{one}").as_str()));
        assert_eq!(answer.json()["merged_into"], json!(one.to_string()));
        let stays = house.page("mara", "GET", &format!("/accounts/{other}?merged=stay")).send().await.expect(200).text();
        assert!(stays.contains("This record was merged on") && stays.contains(&format!("/accounts/{one}/unmerge")), "{stays}");
        assert!(!stays.contains("/restoration"), "it is not restored by itself");
        // Whoever does not see the one learns nothing of the other.
        house.get("bruno", &format!("/accounts/{other}")).await.expect(404);
        house.page("bruno", "GET", &format!("/accounts/{other}")).send().await.expect(404);
        // And back.
        let changeset = house.get("mara", &format!("/accounts/{one}/history")).await.expect(200).json();
        let changeset = changeset["entries"].as_array().expect("entries").iter().find(|entry| entry["why"] == "merge").expect("the merge");
        let changeset = changeset["changeset"].as_str().expect("an id").to_owned();
        house.post("bruno", &format!("/accounts/{one}/unmerge"), json!({ "changeset": changeset })).await.expect(404);
        form(&house, "mara", &format!("/accounts/{}/unmerge", house.south.account), &format!("merge={changeset}")).await.expect(404);
        form(&house, "mara", &format!("/accounts/{one}/unmerge"), &format!("merge={changeset}")).await.expect(303);
        house.get("anna", &format!("/accounts/{other}")).await.expect(200);
        assert_eq!(house.get("mara", &format!("/accounts/{one}")).await.expect(200).json()["name"], "Torneria Neri");
    }
}

/// A6, A7: whoever may not change the one and remove the others merges nothing; somebody else's is not found.
#[tokio::test]
async fn who_may_not_merges_nothing() {
    for house in houses().await {
        let (one, other) = doubles(&house).await;
        let before = house.everything().await;
        let gone = json!({ "gone": [other.to_string()] });
        house.post("rita", &format!("/accounts/{one}/merge"), gone.clone()).await.expect(403);
        house.post("anna", &format!("/accounts/{one}/merge"), gone.clone()).await.expect(403);
        house.post("bruno", &format!("/accounts/{one}/merge"), gone.clone()).await.expect(404);
        // An agent changes what is hers; without removing she does not merge it, and no page offers it.
        house.page("anna", "GET", &format!("/accounts/merge?ids={one},{other}")).send().await.expect(403);
        let card = house.page("anna", "GET", &format!("/accounts/{one}")).send().await.expect(200).text();
        assert!(!card.contains(&format!("/accounts/{one}/merge")), "{card}");
        for wrong in [
            json!({}),
            json!({ "gone": [] }),
            json!({ "gone": [one.to_string()] }),
            json!({ "gone": ["nonsense"] }),
            json!({ "gone": [other.to_string()], "more": 1 }),
            json!({ "gone": [other.to_string()], "fields": { "phone": other.to_string() } }),
            json!({ "gone": [other.to_string()], "fields": { "name": { "value": "" } } }),
            json!({ "gone": [other.to_string()], "fields": { "name": 3 } }),
        ] {
            house.post("mara", &format!("/accounts/{one}/merge"), wrong.clone()).await.expect(422);
        }
        let stale = json!({ "gone": [other.to_string()], "versions": { other.to_string(): 3 } });
        house.post("mara", &format!("/accounts/{one}/merge"), stale).await.expect(409);
        let sent = format!("ids={one},{other}&keep={one}&version.{one}=9");
        let page = form(&house, "mara", "/accounts/merge", &sent).await;
        assert!(page.status == 409 && page.text().contains("changed while you were choosing"), "{}", page.text());
        house.post("mara", &format!("/contacts/{}/merge", house.north.contact), json!({ "gone": [one.to_string()] })).await.expect(404);
        house
            .post("mara", &format!("/notes/{}/merge", house.north.note), json!({ "gone": [house.south.note.to_string()] }))
            .await
            .expect(403);
        house.page("mara", "GET", &format!("/accounts/merge?ids={one}")).send().await.expect(422);
        house.page("mara", "GET", &format!("/accounts/merge?ids={one},zzz")).send().await.expect(404);
        assert_eq!(house.everything().await, before, "nothing happened");
    }
}

/// What a role hides is merged by default, without being shown or lost.
#[tokio::test]
async fn hidden_fields_are_merged_and_not_shown() {
    for mut house in houses().await {
        let (one, other) = doubles(&house).await;
        let engine = house.engine.clone();
        let system = engine.system(Through::CommandLine);
        let rights = json!({ "name": "Cieca", "see": "all", "create": "all", "change": "all", "remove": "all" });
        let role = put(&engine, &system, "role", rights).await;
        let (roles, line) = (engine.entity("role").expect("roles"), engine.entity("role_field").expect("their fields"));
        let draft = |field: &str| {
            let values = [("entity", "account"), ("field", field), ("right", "hidden")];
            values.into_iter().fold(Draft::new("role_field"), |draft, (key, value)| draft.with(line.field(key).expect("a field").id, value))
        };
        let lines = vec![("fields", vec![draft("vat_number"), draft("tax_code"), draft("phones"), draft("phone")])];
        engine.change(&system, &roles, role, None, Vec::new(), lines).await.expect("its fields");
        let users = engine.entity("user").expect("users");
        let values = vec![(users.field("roles").expect("roles").id, Value::from("|cieca|"))];
        engine.change(&system, &users, house.people["aldo"].id, None, values, Vec::new()).await.expect("his role");
        let aldo = person(&house.web, house.people["aldo"].id).await;
        house.people.insert("aldo", aldo);
        let asked = house.page("aldo", "GET", &format!("/accounts/merge?ids={one},{other}")).send().await.expect(200).text();
        assert!(!asked.contains("vat_number") && !asked.contains("050024776") && !asked.contains("050 024776"), "{asked}");
        let chosen = json!({ "gone": [other.to_string()], "fields": { "vat_number": one.to_string() } });
        house.post("aldo", &format!("/accounts/{one}/merge"), chosen).await.expect(422);
        let done = house.post("aldo", &format!("/accounts/{one}/merge"), json!({ "gone": [other.to_string()] })).await.expect(200);
        assert!(!done.text().contains("00905811006"));
        let kept = house.get("ada", &format!("/accounts/{one}")).await.expect(200).json();
        assert_eq!(kept["vat_number"], "00905811006");
        assert_eq!(kept["phones"].as_array().map(Vec::len), Some(1), "{kept}");
        let history = house.page("aldo", "GET", &format!("/accounts/{one}")).send().await.expect(200).text();
        assert!(!history.contains("050 024776") && !history.contains("00905811006"), "{history}");
    }
}

/// From a list, a few that are ticked; from a card, by looking for the other one.
#[tokio::test]
async fn lists_and_cards_lead_to_the_comparison() {
    for house in houses().await {
        let (one, other) = doubles(&house).await;
        let ticked = house.page("mara", "GET", &format!("/accounts/bulk?act=merge&pick={one}&pick={other}")).send().await;
        assert_eq!((ticked.status, ticked.header("location")), (303, format!("/accounts/merge?ids={one},{other}").as_str()));
        house.page("mara", "GET", &format!("/accounts/bulk?act=merge&pick={one}")).send().await.expect(422);
        let list = house.page("mara", "GET", "/accounts").send().await.expect(200).text();
        assert!(list.contains("value=\"merge\""), "{list}");
        let with = house.page("mara", "GET", &format!("/accounts/{one}/merge?q=Neri")).send().await.expect(200).text();
        assert!(with.contains(&format!("/accounts/merge?ids={one},{other}")), "{with}");
        assert!(!with.contains(&format!("ids={one},{one}")));
        let done = merged(&house, one, other).await;
        assert_eq!(done["kept"], json!(one.to_string()));
        let restore = house.api("mara", "DELETE", &format!("/accounts/{other}/removal")).send().await;
        assert_eq!(restore.status, 409, "{}", restore.text());
        let undo = house.api("mara", "PUT", &format!("/changesets/{}/undoing", done["changeset"].as_str().expect("an id"))).send().await;
        assert_eq!(undo.status, 200, "{}", undo.text());
        house.get("mara", &format!("/accounts/{other}")).await.expect(200);
    }
}
