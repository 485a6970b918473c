//! A field is one line, and is found in every face: words, list, filter, sort, JSON, OpenAPI, form, export.

use crate::house::{House, houses};
use meta::entity::SYSTEM;
use meta::fields::Family;
use meta::{Entity, Field, Kind};
use serde_json::Value as Json;

#[tokio::test]
async fn every_field_has_every_face() {
    for house in houses().await {
        let contract = house.get("ada", "/openapi.json").await.expect(200).json();
        let model = house.engine.model();
        let mut looked_at = 0;
        for entity in model.entities().filter(|entity| entity.can.public) {
            let form = house.page("ada", "GET", &format!("/{}/new", entity.plural)).send().await;
            let form = if entity.can.joining { String::new() } else { form.expect(200).text() };
            let schema = find_schema(&contract, entity);
            for field in entity.fields.iter().filter(|field| !field.secret) {
                looked_at += 1;
                has_words(&house, entity, field);
                is_listed_and_filtered(&house, entity, field).await;
                assert!(property(&contract, &schema, field.key).is_some(), "{}.{} is not in OpenAPI", entity.key, field.key);
                if field.writable() && !entity.can.joining && in_layout(entity, field) {
                    let input = form.contains(&format!("name=\"{}\"", field.key));
                    assert!(input, "{}.{} has no input in the form", entity.key, field.key);
                }
            }
        }
        assert!(looked_at > 80, "{looked_at} fields were looked at");
    }
}

fn has_words(house: &House, entity: &Entity, field: &Field) {
    let key = field.key.replace('.', "-");
    let words = house.web.words();
    let known = [format!("field-{}-{key}", entity.key), format!("field-{key}")].iter().any(|key| words.has(key));
    assert!(known, "{}.{} has no words", entity.key, field.key);
    if let Kind::Choice(choices) = field.kind {
        for choice in choices {
            let known =
                words.has(&format!("choice-{}-{key}-{}", entity.key, choice.key)) || words.has(&format!("choice-{key}-{}", choice.key));
            assert!(known, "{}.{}: {} has no words", entity.key, field.key, choice.key);
        }
    }
}

async fn is_listed_and_filtered(house: &House, entity: &Entity, field: &Field) {
    let test = if field.kind.family() == Family::Answer { "is no" } else { "is empty" };
    let filter = format!("{} {test}", field.key).replace(' ', "%20");
    let mut path = format!("/{}?filter={filter}&fields={}", entity.plural, field.key);
    if field.sortable {
        path.push_str(&format!("&sort=-{}", field.key));
    }
    house.get("ada", &path).await.expect(200);
    let every = house.get("ada", &format!("/{}?fields={}&limit=1", entity.plural, field.key)).await.expect(200).json();
    if let Some(first) = every["items"].as_array().or(every["records"].as_array()).or(every["data"].as_array()).and_then(|all| all.first())
    {
        let at = field.key.split('.').try_fold(first, |json, part| json.get(part));
        assert!(at.is_some(), "{}.{} is not in the JSON: {first}", entity.key, field.key);
    }
}

fn in_layout(entity: &Entity, field: &Field) -> bool {
    let group = field.key.split('.').next().unwrap_or(field.key);
    entity.layout.iter().flat_map(|section| &section.fields).any(|key| *key == field.key || *key == group)
}

#[tokio::test]
async fn every_field_that_people_write_has_a_place_on_the_form() {
    let house = houses().await.remove(0);
    for entity in house.engine.model().entities().filter(|entity| entity.can.public && !entity.layout.is_empty()) {
        for field in entity.fields.iter().filter(|field| field.writable() && !field.secret && !SYSTEM.contains(&field.key)) {
            // The key of a term is made from its words, and never written.
            let made = (entity.key, field.key) == ("term", "key");
            assert!(made || in_layout(entity, field), "{}.{} has no place in the layout", entity.key, field.key);
        }
    }
}

fn find_schema(contract: &Json, entity: &Entity) -> Json {
    let path = format!("/api/v1/{}/{{id}}", entity.plural);
    let answer = &contract["paths"][&path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert!(!answer.is_null(), "{path} is not in OpenAPI");
    answer.clone()
}

/// A property of a schema along a path, through references and parts.
fn property(contract: &Json, schema: &Json, key: &str) -> Option<Json> {
    let schema = resolved(contract, schema);
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let found = match schema["properties"].get(first) {
        Some(found) => found.clone(),
        None => schema["allOf"].as_array()?.iter().find_map(|part| property(contract, part, first))?,
    };
    match rest {
        Some(rest) => property(contract, &found, rest),
        None => Some(found),
    }
}

fn resolved(contract: &Json, schema: &Json) -> Json {
    match schema["$ref"].as_str() {
        Some(place) => contract.pointer(place.trim_start_matches('#')).cloned().unwrap_or_default(),
        None => schema.clone(),
    }
}
