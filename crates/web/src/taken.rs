//! Records as they are taken out: as JSON, and as cards of an address book. What whoever asks may not know is not in
//! the description he is given, and so neither here.

use formats::cards::{Card, Version};
use kernel::{Id, Value};
use meta::{Entity, Field, Record};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

/// The fields of a record that are wanted, as the API shows them: composite fields as objects, links as ids, money as
/// decimal text, dates as ISO writes them. With its identity.
pub fn attributes(record: &Record, wanted: impl Fn(&Field) -> bool) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("id".to_owned(), Json::String(record.id.to_string()));
    for (field, value) in record.carried.fields.iter().zip(&record.values).filter(|(field, _)| !field.secret && wanted(field)) {
        let value = field.kind.to_json(value);
        match field.key.split_once('.') {
            None => {
                object.insert(field.key.to_owned(), value);
            }
            Some((group, part)) => {
                let group = object.entry(group).or_insert_with(|| Json::Object(Map::new()));
                if let Json::Object(group) = group {
                    group.insert(part.to_owned(), value);
                }
            }
        }
    }
    object
}

/// Whether records of this kind are somebody: they are called something, and can be written to. A place is nobody.
pub fn is_somebody(entity: &Entity) -> bool {
    let named = entity.field("full_name").is_some() || entity.field("name").is_some();
    named && entity.owned().any(|relation| relation.key == "emails")
}

/// A record as a card. `record` carries all that `entity` describes, with its lines.
pub fn card(entity: &Entity, record: &Record, titles: &HashMap<Id, String>, version: Version) -> String {
    let value = |key: &str| entity.field(key).map(|field| record.value(field.id));
    let text = |key: &str| value(key).map_or("", Value::text);
    let mut card = Card::new(version);
    let four = version == Version::Four;
    let is_person = entity.field("full_name").is_some();
    let company = match value("account").and_then(Value::link) {
        Some(id) => titles.get(&id).map_or("", String::as_str),
        None if !is_person && text("kind") != "person" => text("name"),
        None => "",
    };
    if is_person {
        card.whole("N", &[text("name.family"), text("name.given"), "", text("name.salutation"), ""]);
        card.whole("FN", &[text("full_name")]);
    } else {
        let family = if company.is_empty() { text("name") } else { "" };
        card.whole("N", &[family, "", "", "", ""]);
        card.whole("FN", &[text("name")]);
        if !company.is_empty() {
            card.text(if four { "KIND" } else { "X-ABShowAs" }, if four { "org" } else { "COMPANY" });
        }
        card.text("NICKNAME", text("trade_name"));
    }
    card.text(if four { "UID;VALUE=text" } else { "UID" }, &record.id.to_string());
    card.parts("ORG", &[company, text("department")]);
    card.text("TITLE", text("job_title"));
    for line in record.lines("phones") {
        let kind = match line.named("use").text() {
            "mobile" => "cell",
            "home" => "home,voice",
            "fax" => "work,fax",
            "work" => "work,voice",
            _ => "voice",
        };
        let number = line.named("number").text();
        match four {
            true => card.address(&format!("TEL;VALUE=uri;TYPE=\"{kind}\""), &format!("tel:{number}")),
            false => card.text(&format!("TEL;TYPE={}", kind.to_uppercase()), number),
        }
    }
    for line in record.lines("emails") {
        let kind = if line.named("use").text() == "home" { "home" } else { "work" };
        card.text(&format!("EMAIL;TYPE={kind}"), line.named("address").text());
    }
    card.text("EMAIL;TYPE=pec", text("pec"));
    let place = ["street", "city", "province", "postcode", "country"].map(|part| text(&format!("address.{part}")));
    let kind = if company.is_empty() || is_person { "home" } else { "work" };
    card.parts(&format!("ADR;TYPE={kind}"), &["", "", place[0], place[1], place[2], place[3], place[4]]);
    if let Some(born) = value("born").and_then(Value::date) {
        let day = born.to_string();
        card.text("BDAY", &if four { day.replace('-', "") } else { day });
    }
    card.address("URL", text("web_site"));
    card.text("X-PARTITA-IVA", text("vat_number"));
    card.text("X-CODICE-FISCALE", text("tax_code"));
    card.text("NOTE", text("remarks"));
    card.end()
}
