//! The company's own fields, as an administrator makes them and everybody meets them.

use crate::house::{House, houses};
use serde_json::{Value as Json, json};

/// A field of an own kind on accounts, made by the administrator.
async fn field(house: &House, more: Json) -> Json {
    let mut field = json!({ "label": "Cella frigorifera", "entity": "account", "kind": "text" });
    field.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    house.post("ada", "/own_fields", field).await.expect(201).json()
}

/// What a page of the administrator sends.
fn csrf(house: &House, more: &str) -> String {
    format!("csrf={}{more}", house.people["ada"].csrf)
}

fn id(record: &Json) -> String {
    record["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn only_an_administrator_adds_a_field_and_its_name_is_never_his() {
    for house in houses().await {
        let mine = json!({ "label": "Colore", "entity": "account", "kind": "text" });
        assert!(matches!(house.post("anna", "/own_fields", mine).await.status, 403 | 404));
        assert!(matches!(house.page("anna", "GET", "/administration/fields").send().await.status, 403 | 404));

        // Whatever the words are, the key is made of letters, and stands once.
        let names = ["id; drop table account", "select", "x')--", "\u{430}ccount", "id; drop table account", &"à".repeat(90)];
        let mut keys = Vec::new();
        for name in names {
            let made = field(&house, json!({ "label": name })).await;
            assert_eq!(made["label"], json!(name), "the words stay as they were written");
            let key = made["key"].as_str().expect("a key").to_owned();
            assert!(key.len() <= 40 && key.starts_with("x_"), "{key}");
            assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'), "{key}");
            assert!(!keys.contains(&key), "{key} stands twice");
            keys.push(key);
        }
        let given = json!({ "label": "Colore", "entity": "account", "kind": "text", "key": "x')--" });
        house.post("ada", "/own_fields", given).await.expect(422);
        house.get("ada", "/accounts?filter=x')--%20is%20empty").await.expect(422);
        for key in &keys {
            house.get("ada", &format!("/accounts?filter={key}%20is%20empty&sort=name&fields={key}")).await.expect(200);
        }
        for wrong in [json!({ "entity": "user_table" }), json!({ "kind": "term" }), json!({ "kind": "link", "target": "nobody" })] {
            let mut asked = json!({ "label": "Colore", "entity": "account", "kind": "text" });
            asked.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
            house.post("ada", "/own_fields", asked).await.expect(422);
        }
        house.post("ada", "/own_fields", json!({ "label": "«»", "entity": "account", "kind": "text" })).await.expect(422);
    }
}

#[tokio::test]
async fn a_field_is_shown_asked_and_writable_as_the_record_stands() {
    for house in houses().await {
        let wanted = json!({ "visible_when": "stage is \"customer\"", "required_when": "city_of is \"x\"" });
        let mut asked = json!({ "label": "Cella", "entity": "account", "kind": "text" });
        asked.as_object_mut().expect("an object").extend(wanted.as_object().expect("an object").clone());
        house.post("ada", "/own_fields", asked).await.expect(422);
        let beyond = json!({ "label": "Cella", "entity": "account", "kind": "text", "visible_when": "owner.name is \"Anna\"" });
        house.post("ada", "/own_fields", beyond).await.expect(422);

        let key = "x_cella_frigorifera";
        let made = field(&house, json!({ "visible_when": "stage is \"customer\"", "required": true })).await;
        assert_eq!(made["key"], json!(key));
        let fixed = json!({ "read_only_when": "stage is \"former\"", "label": "Contratto" });
        field(&house, fixed).await;

        // Nobody is asked while the account is no customer, and nobody gives it.
        let account = house.post("anna", "/accounts?insist=1", json!({ "name": "Gelati Neri", "stage": "lead" })).await.expect(201).json();
        let path = format!("/accounts/{}", id(&account));
        let refused = house.post("anna", "/accounts?insist=1", json!({ "name": "Gelati Bianchi", "stage": "lead", key: "-18" })).await;
        assert!(refused.expect(422).text().contains(key));
        let form = house.page("anna", "GET", &format!("{path}/edit")).send().await.expect(200).text();
        assert!(!form.contains("Cella frigorifera") && form.contains("Contratto"), "{form}");

        // A customer has to have it.
        let version = account["version"].as_i64().expect("a version");
        let bare = house.api("anna", "PATCH", &path).if_match(version).json(&json!({ "stage": "customer" })).send().await;
        assert!(bare.expect(422).text().contains(key));
        let whole = json!({ "stage": "customer", key: "-18 °C", "x_contratto": "A/12" });
        let now = house.api("anna", "PATCH", &path).if_match(version).json(&whole).send().await.expect(200).json();
        let card = house.page("anna", "GET", &path).send().await.expect(200).text();
        assert!(card.contains("-18 °C"), "{card}");

        // What stands, stands; what is not shown any more keeps its value.
        let version = now["version"].as_i64().expect("a version");
        let now = house.api("anna", "PATCH", &path).if_match(version).json(&json!({ "stage": "former" })).send().await.expect(200).json();
        let card = house.page("anna", "GET", &path).send().await.expect(200).text();
        assert!(!card.contains("<dt>Cella frigorifera</dt>"), "{card}");
        let version = now["version"].as_i64().expect("a version");
        for wrong in [json!({ "x_contratto": "B/13" }), json!({ key: "-20 °C" })] {
            house.api("anna", "PATCH", &path).if_match(version).json(&wrong).send().await.expect(422);
        }
        house.api("anna", "PATCH", &path).if_match(version).json(&json!({ "name": "Gelati Neri srl" })).send().await.expect(200);
    }
}

#[tokio::test]
async fn removing_a_field_says_what_uses_it_and_restoring_brings_its_values_back() {
    for house in houses().await {
        let made = field(&house, json!({ "initial": "nessuna" })).await;
        let account = house.post("anna", "/accounts?insist=1", json!({ "name": "Gelati Neri" })).await.expect(201).json();
        assert_eq!(account["x_cella_frigorifera"], json!("nessuna"));
        let view = json!({ "name": "Con cella", "list": "account", "question": "filter=x_cella_frigorifera%20is%20not%20empty" });
        house.post("ada", "/views", view).await.expect(201);
        let field = format!("/own_fields/{}", id(&made));

        let refused = house.api("ada", "DELETE", &field).if_match(1).send().await.expect(422).text();
        assert!(refused.contains("Con cella"), "{refused}");
        let removal = format!("/administration/fields/{}/removal", id(&made));
        let asked = house.page("ada", "GET", &removal).send().await.expect(200).text();
        assert!(asked.contains("Con cella"), "{asked}");
        house.page("ada", "POST", &removal).form(&csrf(&house, "")).send().await.expect(303);

        let path = format!("/accounts/{}", id(&account));
        assert!(house.get("ada", &path).await.expect(200).json().get("x_cella_frigorifera").is_none());
        house.get("ada", "/accounts?filter=x_cella_frigorifera%20is%20empty").await.expect(422);
        let shown = house.page("ada", "GET", "/administration/fields").send().await.expect(200).text();
        assert!(!shown.contains("Cella frigorifera"), "{shown}");

        let restored = house.api("ada", "DELETE", &format!("{field}/removal")).send().await;
        restored.expect(204);
        assert_eq!(house.get("ada", &path).await.expect(200).json()["x_cella_frigorifera"], json!("nessuna"));

        // What its column rests on stays; its words do not.
        let version = house.get("ada", &field).await.expect(200).json()["version"].as_i64().expect("a version");
        house.api("ada", "PATCH", &field).if_match(version).json(&json!({ "kind": "whole" })).send().await.expect(422);
        house.api("ada", "PATCH", &field).if_match(version).json(&json!({ "label": "Cella grande" })).send().await.expect(200);
        let card = house.page("ada", "GET", &path).send().await.expect(200).text();
        assert!(card.contains("Cella grande"), "{card}");
    }
}

#[tokio::test]
async fn an_administrator_puts_fields_in_order() {
    for house in houses().await {
        let first = field(&house, json!({ "label": "Prima", "position": 1 })).await;
        field(&house, json!({ "label": "Seconda", "position": 2 })).await;
        let order = |page: &str| page.find(">Prima<").expect("the first") < page.find(">Seconda<").expect("the second");
        let page = house.page("ada", "GET", "/administration/fields").send().await.expect(200).text();
        assert!(order(&page), "{page}");
        let place = format!("/administration/fields/{}/place", id(&first));
        house.page("ada", "POST", &place).form(&csrf(&house, "&to=down")).send().await.expect(303);
        let page = house.page("ada", "GET", "/administration/fields").send().await.expect(200).text();
        assert!(!order(&page), "{page}");
    }
}

#[tokio::test]
async fn a_vocabulary_of_ones_own_is_offered_by_a_field() {
    for house in houses().await {
        let refused = json!({ "vocabulary": "gas-refrigerante", "italian": "R290" });
        house.post("ada", "/terms", refused.clone()).await.expect(422);
        assert!(matches!(house.post("anna", "/vocabularies", json!({ "italian": "Gas refrigerante" })).await.status, 403 | 404));
        let made =
            house.post("ada", "/vocabularies", json!({ "italian": "Gas refrigerante", "english": "Coolant" })).await.expect(201).json();
        assert_eq!(made["key"], json!("gas-refrigerante"));
        house.post("ada", "/vocabularies", json!({ "italian": "Gas refrigerante" })).await.expect(422);
        house.post("ada", "/vocabularies", json!({ "italian": "Tag" })).await.expect(422);
        let form = house.page("ada", "GET", "/terms/new").send().await.expect(200).text();
        assert!(form.contains(">Coolant<"), "{form}");
        house.post("ada", "/terms", refused).await.expect(201);
        field(&house, json!({ "label": "Gas", "kind": "term", "vocabulary": "gas-refrigerante" })).await;
        let form = house.page("anna", "GET", "/accounts/new").send().await.expect(200).text();
        assert!(form.contains(">R290<"), "{form}");
        house.api("ada", "DELETE", &format!("/vocabularies/{}", id(&made))).if_match(1).send().await.expect(422);
    }
}

#[tokio::test]
async fn the_company_says_a_word_in_its_own_way() {
    for house in houses().await {
        let address = "/administration/words";
        assert!(matches!(house.page("anna", "GET", address).send().await.status, 403 | 404));
        let found = house.page("ada", "GET", &format!("{address}?q=accounts")).send().await.expect(200).text();
        assert!(found.contains("entity-account-many"), "{found}");
        let say = |more: &str| house.page("ada", "POST", address).form(&csrf(&house, more)).send();
        say("&message=entity-account-many&italian=Clienti&english=Customers+%26+co").await.expect(303);
        let list = house.page("anna", "GET", "/accounts").send().await.expect(200).text();
        assert!(list.contains("Customers &#38; co") || list.contains("Customers &amp; co"), "{list}");
        say("&message=nobody-says-this&italian=Ciao").await.expect(422);
        // What holds a number is said form by form, with placeholders of its own and no others.
        let forms =
            "&message=own-fields-count&english.one=%7B%24count%7D+own+%3Cb%3Efield%3C%2Fb%3E&english.0=%7B%20%24count%20%7D+own+ones";
        say(forms).await.expect(303);
        let fields = house.page("ada", "GET", "/administration/fields").send().await.expect(200).text();
        assert!(fields.contains("0 own ones") && !fields.contains("<b>field"), "{fields}");
        let page = house.page("ada", "GET", address).send().await.expect(200).text();
        assert!(page.contains("{$count} own &#60;b&#62;field") && page.contains("<code class=\"tag\">{ $count }</code>"), "{page}");
        for wrong in ["%7B%24secret%7D", "%7B", "%7B%20NUMBER(%24count)%20%7D"] {
            let got = say(&format!("&message=own-fields-count&english.one=uno&english.other={wrong}")).await.expect(422).text();
            assert!(got.contains("role=\"alert\"") && got.contains("value=\"uno\""), "{got}");
        }
        let fields = house.page("ada", "GET", "/administration/fields").send().await.expect(200).text();
        assert!(fields.contains("0 own ones"), "what was refused changed nothing: {fields}");
        // What is changed stands before what is found.
        let found = house.page("ada", "GET", &format!("{address}?q=account")).send().await.expect(200).text();
        let place = |key: &str| found.find(&format!("value=\"{key}\"")).unwrap_or_else(|| panic!("{key} is not in {found}"));
        assert!(place("entity-account-many") < place("entity-account-one"));
        say("&message=entity-account-many&reset=1&italian=Clienti").await.expect(303);
        let list = house.page("anna", "GET", "/accounts").send().await.expect(200).text();
        assert!(!list.contains("Customers &"), "{list}");
    }
}
