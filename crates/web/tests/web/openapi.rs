//! The OpenAPI text says what the API does, to each as much as he may.

use crate::house::houses;
use serde_json::Value as Json;

/// The schema that a reference leads to.
fn followed<'d>(document: &'d Json, schema: &'d Json) -> &'d Json {
    match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or_else(|| panic!("{place} leads nowhere")),
        None => schema,
    }
}

fn references<'d>(json: &'d Json, found: &mut Vec<&'d str>) {
    match json {
        Json::Object(members) => {
            found.extend(members.get("$ref").and_then(Json::as_str));
            members.values().for_each(|json| references(json, found));
        }
        Json::Array(items) => items.iter().for_each(|json| references(json, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_text_leads_nowhere_wrong_and_names_every_field() {
    let house = houses().await.remove(0);
    let document = house.get("ada", "/openapi.json").await.expect(200).json();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for place in found {
        assert!(document.pointer(place.trim_start_matches('#')).is_some(), "{place} leads nowhere");
    }
    for entity in house.engine.model().entities().filter(|entity| entity.can.public) {
        let shown = &document["components"]["schemas"][entity.key]["properties"];
        for field in &entity.fields {
            let at = format!("/{}", field.key.replace('.', "/properties/"));
            assert_eq!(shown.pointer(&at).is_some(), !field.secret, "{}.{}", entity.key, field.key);
        }
    }
}

/// A field is one line: what a record shows is what the text says.
#[tokio::test]
async fn a_record_shows_what_the_text_says() {
    for house in houses().await {
        let document = house.get("anna", "/openapi.json").await.expect(200).json();
        for (plural, id) in [("accounts", house.north.account), ("contacts", house.north.contact), ("sites", house.north.site)] {
            let record = house.get("anna", &format!("/{plural}/{id}")).await.expect(200).json();
            let answer = &document["paths"][format!("/api/v1/{plural}/{{id}}")]["get"]["responses"]["200"];
            let schema = followed(&document, &answer["content"]["application/json"]["schema"]);
            let told: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            let shown: Vec<&String> = record.as_object().unwrap().keys().collect();
            assert_eq!(told, shown, "{plural}");
        }
        assert!(document["paths"]["/api/v1/accounts/{id}"].get("delete").is_none(), "agents do not remove");
        let reader = house.get("rita", "/openapi.json").await.expect(200).json();
        assert!(reader["paths"]["/api/v1/accounts"].get("post").is_none(), "readers do not create");
    }
}
