//! A field is one line, and is found in every face: words, list, filter, sort, JSON, OpenAPI, form, card, history, search,
//! export, import.

use crate::house::{House, houses, put};
use base::{exports, imports};
use engine::Through;
use meta::entity::SYSTEM;
use meta::fields::Family;
use meta::{Entity, Field, Kind};
use serde_json::{Value as Json, json};
use std::io::Cursor;
use std::sync::Arc;
use web::Words;

#[tokio::test]
async fn every_field_has_every_face() {
    for house in houses().await {
        has_every_face(&house).await;
    }
}

#[tokio::test]
async fn an_own_field_of_every_kind_has_every_face_at_once() {
    for house in houses().await {
        own_fields(&house).await;
        has_every_face(&house).await;
        lives_everywhere(&house, "account").await;
    }
}

/// Gives accounts an own field of every kind.
async fn own_fields(house: &House) {
    use meta::fields::Chosen;
    house.post("ada", "/series", json!({ "name": "Protocollo", "pattern": "P{year:2}-{number:5}" })).await.expect(201);
    for choice in engine::own_fields::OwnKind::CHOICES {
        let words = matches!(choice.key, "text" | "long-text" | "email" | "phone" | "web");
        let sorts = !matches!(choice.key, "long-text" | "terms");
        let mut field = json!({
            "label": format!("Proprio {}", choice.key), "label_english": format!("Own {}", choice.key), "entity": "account",
            "kind": choice.key, "searched": words, "sortable": sorts, "help": "Come si dice in officina",
        });
        match choice.key {
            "term" | "terms" => field["vocabulary"] = json!("source"),
            "link" => field["target"] = json!("subject"),
            "series" => field["series"] = json!("protocollo"),
            _ => {}
        }
        let made = house.post("ada", "/own_fields", field).await.expect(201).json();
        assert_eq!(made["key"], json!(format!("x_proprio_{}", choice.key.replace('-', "_"))));
    }
    let form = house.page("ada", "GET", "/accounts/new").send().await.expect(200).text();
    assert!(form.contains("Come si dice in officina") && form.contains("Own percent"), "{form}");
}

async fn has_every_face(house: &House) {
    let contract = house.get("ada", "/openapi.json").await.expect(200).json();
    let model = house.engine.model();
    let mut looked_at = 0;
    for entity in model.entities().filter(|entity| entity.can.public) {
        let form = house.page("ada", "GET", &format!("/{}/new", entity.plural)).send().await;
        // A segment is written in the builder of filters.
        let built = entity.key == "segment";
        let form = if entity.can.joining || built { String::new() } else { form.expect(200).text() };
        let schema = find_schema(&contract, entity);
        for field in entity.fields.iter().filter(|field| !field.secret) {
            looked_at += 1;
            has_words(house, entity, field);
            is_listed_and_filtered(house, entity, field).await;
            assert!(property(&contract, &schema, field.key).is_some(), "{}.{} is not in OpenAPI", entity.key, field.key);
            if field.writable() && !entity.can.joining && !built && in_layout(entity, field) {
                let input = form.contains(&format!("name=\"{}\"", field.key));
                assert!(input, "{}.{} has no input in the form", entity.key, field.key);
            }
        }
    }
    assert!(looked_at > 80, "{looked_at} fields were looked at");
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

/// Two values of a field that its checks let through.
async fn samples(house: &House, field: &Field) -> [Json; 2] {
    let system = house.engine.system(Through::CommandLine);
    let number = field.id.0 % 1_000;
    match (field.kind, field.key) {
        (_, "vat_number") => [json!("00743110157"), json!("02313821007")],
        (_, "tax_code") => [json!("RSSMRA85T10A562S"), json!("00743110157")],
        (_, "recipient_code") => [json!("ABC1234"), json!("M5UXCR1")],
        (_, "address.province") => [json!("PI"), json!("LI")],
        (_, "address.country") => [json!("DE"), json!("FR")],
        (_, "address.postcode") => [json!("56100"), json!("57100")],
        (Kind::Text | Kind::LongText | Kind::Code, key) => {
            let word: String = key.chars().filter(char::is_ascii_alphabetic).collect();
            [json!(format!("Una{word}")), json!(format!("Altra{word}"))]
        }
        (Kind::Choice(choices), _) => [json!(choices[0].key), json!(choices[choices.len() - 1].key)],
        (Kind::Vocabulary(vocabulary) | Kind::Vocabularies(vocabulary), key) => {
            let mut keys = Vec::new();
            for name in ["Prima", "Seconda"] {
                let words = json!({ "vocabulary": vocabulary, "italian": format!("{name} {key} {}", field.entity) });
                let term = put(&house.engine, &system, "term", words).await;
                keys.push(house.get("ada", &format!("/terms/{term}")).await.expect(200).json()["key"].clone());
            }
            let many = matches!(field.kind, Kind::Vocabularies(_));
            [0, 1].map(|place| if many { json!([keys[place]]) } else { keys[place].clone() })
        }
        (Kind::YesNo, _) => [json!(true), json!(false)],
        (Kind::Whole, _) => [json!(number), json!(number + 1)],
        (Kind::Size, _) => [json!(number), json!(number + 1)],
        (Kind::Money, _) => [json!(format!("{number}.50")), json!(format!("{number}.70"))],
        (Kind::Percent, _) => [json!("12.5"), json!("30")],
        (Kind::Date, _) => [json!("1985-12-10"), json!("1986-01-31")],
        (Kind::Moment, _) => [json!("2026-01-02T03:04:00Z"), json!("2026-02-03T04:05:00Z")],
        (Kind::Email, key) => [json!(format!("una.{key}@example.it")), json!(format!("altra.{key}@example.it"))],
        (Kind::Phone, _) => [json!("+39050123456"), json!("+39050654321")],
        (Kind::Web, key) => [json!(format!("https://una-{}.example", key.replace('_', "-"))), json!("https://altra.example")],
        (Kind::Coordinates, _) => [json!("43.7167,10.4017"), json!("45.0703,7.6869")],
        (Kind::Link("user"), _) => ["anna", "mara"].map(|name| json!(house.people[name].id.to_string())),
        (Kind::Link("subject"), key) => {
            let mut agencies = Vec::new();
            for name in ["Prima", "Seconda"] {
                let agency = put(&house.engine, &system, "subject", json!({ "name": format!("{name} {key}"), "kind": "agency" })).await;
                agencies.push(json!(agency.to_string()));
            }
            [agencies[0].clone(), agencies[1].clone()]
        }
        (Kind::Link("list"), _) => [house.north.list, house.south.list].map(|id| json!(id.to_string())),
        (Kind::Link("sender"), _) => [house.north.sender, house.south.sender].map(|id| json!(id.to_string())),
        (Kind::Link("mailing"), _) => [house.north.mailing, house.south.mailing].map(|id| json!(id.to_string())),
        (Kind::Link("segment"), _) => [house.north.segment, house.south.segment].map(|id| json!(id.to_string())),
        (Kind::Link("account"), _) => [house.north.account, house.south.account].map(|id| json!(id.to_string())),
        (kind, key) => panic!("{key}: no sample of {kind:?}"),
    }
}

/// A value at a path of names.
fn nested(object: &mut Json, key: &str, value: Json) {
    match key.split_once('.') {
        Some((group, part)) => object[group][part] = value,
        None => object[key] = value,
    }
}

#[tokio::test]
async fn every_field_lives_on_the_card_in_history_search_export_and_import() {
    for house in houses().await {
        lives_everywhere(&house, "").await;
    }
}

/// The fields of one entity, or of all of them.
async fn lives_everywhere(house: &House, only: &str) {
    let slices: Vec<&str> = house.engine.words().to_vec();
    let words = Arc::new(Words::of_platform_and(&slices).expect("words"));
    let model = house.engine.model();
    words.follow(&model);
    for entity in model
        .entities()
        .filter(|entity| entity.can.public && entity.can.importable && entity.key != "term" && (only.is_empty() || entity.key == only))
    {
        let fields: Vec<Field> = entity.fields.iter().filter(|field| field.writable() && !field.secret).copied().collect();
        let (mut first, mut second) = (json!({}), json!({}));
        for field in &fields {
            let [one, other] = samples(house, field).await;
            nested(&mut first, field.key, one);
            nested(&mut second, field.key, other);
        }
        let made = house.post("ada", &format!("/{}?insist=1", entity.plural), first).await.expect(201).json();
        let id = made["id"].as_str().expect("an id").to_owned();

        // On the card nothing is folded away as empty but lines, of which it has none.
        let card = house.page("ada", "GET", &format!("/{}/{id}", entity.plural)).send().await.expect(200).text();
        let folded = card.split("id=\"card-empty\"").nth(1).and_then(|rest| rest.split("</details>").next()).unwrap_or_default();
        for field in fields.iter().filter(|field| in_layout(entity, field)) {
            let label = words.field(entity.key, field.key, kernel::Language::English).expect("a label");
            assert!(!folded.contains(&format!("<dt>{label}</dt>")), "{}.{} is not on the card", entity.key, field.key);
        }

        // Words that are searched find it.
        for field in fields.iter().filter(|field| field.search && matches!(field.kind, Kind::Text)) {
            let word: String = field.key.chars().filter(char::is_ascii_alphabetic).collect();
            let found = house.get("ada", &format!("/search?q=Una{word}")).await.expect(200).text();
            assert!(found.contains(&id), "{}.{} is not searched", entity.key, field.key);
        }

        // In a file it is a column with a name of its own, which an import knows again.
        let columns = exports::columns(entity);
        for language in kernel::Language::ALL {
            for column in &columns {
                let label = exports::label(&words, language, entity, column.path);
                let known = exports::called(&words, entity, &label).map(|column| column.path);
                assert_eq!(known, Some(column.path), "{}: {label}", entity.key);
            }
        }
        let who = house.engine.system(Through::CommandLine);
        let options = exports::Options { filter: format!("id is {id}"), ..exports::Options::new(entity.plural, words.clone()) };
        let mut csv = Vec::new();
        exports::run(&house.engine, &who, &options, &mut csv).await.expect("an export");
        let csv = String::from_utf8(csv).expect("UTF-8");
        let cells: Vec<&str> = csv.lines().nth(1).expect("a row").split(';').collect();
        for (column, cell) in columns.iter().zip(&cells) {
            let filled = fields.iter().any(|field| field.key == column.path);
            assert!(!filled || !cell.is_empty(), "{}.{} is not exported: {csv}", entity.key, column.path);
        }

        // Every change of it is in the history.
        let changed = house.api("ada", "PATCH", &format!("/{}/{id}", entity.plural)).if_match(1).json(&second).send().await;
        changed.expect(200);
        let history = house.get("ada", &format!("/{}/{id}/history", entity.plural)).await.expect(200).json();
        let told: Vec<&str> =
            history["entries"][0]["changes"].as_array().expect("changes").iter().filter_map(|change| change["field"].as_str()).collect();
        for field in &fields {
            assert!(told.contains(&field.key), "{}.{} is not in the history: {told:?}", entity.key, field.key);
        }

        // The file brings back what it says, but for what only leads there by name.
        let options = imports::Options { mode: imports::Mode::Update, ..imports::Options::new(entity.plural, "a.csv", words.clone()) };
        let totals = imports::run(&house.engine, &who, Cursor::new(csv.into_bytes()), options, |_| {}).await.expect("an import");
        assert_eq!((totals.updated, totals.errors, totals.warnings), (1, 0, 0), "{totals:?}");
        let back = house.get("ada", &format!("/{}/{id}", entity.plural)).await.expect(200).json();
        for field in fields.iter().filter(|field| columns.iter().any(|column| column.path == field.key && column.writable)) {
            let at = |json: &Json| field.key.split('.').try_fold(json.clone(), |json, part| json.get(part).cloned());
            assert_eq!(at(&back), at(&made), "{}.{} does not come back", entity.key, field.key);
        }
    }
}

#[tokio::test]
async fn every_relation_has_words() {
    let house = houses().await.remove(0);
    for entity in house.engine.model().entities() {
        for relation in &entity.relations {
            for language in kernel::Language::ALL {
                let known = house.web.words().field(entity.key, relation.key, language);
                assert!(known.is_some(), "{}.{} has no words", entity.key, relation.key);
            }
        }
    }
}

#[tokio::test]
async fn every_field_that_people_write_has_a_place_on_the_form() {
    let house = houses().await.remove(0);
    for entity in house.engine.model().entities().filter(|entity| entity.can.public && !entity.layout.is_empty()) {
        for field in entity.fields.iter().filter(|field| field.writable() && !field.secret && !SYSTEM.contains(&field.key)) {
            // The key of a term is made from its words, and whom a segment selects is written in the builder.
            let made = matches!((entity.key, field.key), ("term", "key") | ("segment", "list" | "filter"));
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
