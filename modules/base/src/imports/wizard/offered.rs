//! Where a column may go: the fields of the records that a row becomes, grouped by record.

use crate::exports;
use crate::imports::reading;
use kernel::Result;
use meta::{Entity, Kind, Model};
use std::fs::File;
use std::io::{Read, Seek};
use std::sync::Arc;
use web::pages::reader::Reader;

/// The places of one record: its name, and path and name of each.
pub(super) struct Group {
    pub(super) label: String,
    pub(super) places: Vec<(String, String)>,
}

/// People and places of one row that the pages offer; a mapping file may name more.
const PARTS: usize = 3;

/// All places that a column may go to.
pub(super) fn groups(reader: &Reader, entity: &Arc<Entity>) -> Vec<Group> {
    let model = &reader.model;
    let mut groups = vec![Group { label: reader.speech.entity(entity.key, "one"), places: own(reader, entity, "") }];
    let said = |key: &str, number: usize| reader.speech.with(key, &[("number", &number.to_string())]);
    if entity.key == "account" {
        if let Some(contact) = model.entity("contact") {
            for number in 1..=PARTS {
                let prefix = if number == 1 { "contact.".to_owned() } else { format!("contact{number}.") };
                let mut places = vec![
                    (format!("{prefix}name"), reader.speech.say("import-whole-name").to_owned()),
                    (format!("{prefix}role"), reader.speech.field("account_contact", "role")),
                ];
                places.extend(own(reader, contact, &prefix));
                let one = reader.speech.entity("contact", "one");
                groups.push(Group { label: if number == 1 { one } else { said("import-contact", number) }, places });
            }
        }
        if let Some(site) = model.entity("site") {
            for number in 1..=PARTS - 1 {
                let prefix = if number == 1 { "site.".to_owned() } else { format!("site{number}.") };
                let one = reader.speech.entity("site", "one");
                groups
                    .push(Group { label: if number == 1 { one } else { said("import-site", number) }, places: own(reader, site, &prefix) });
            }
        }
    }
    if let Some(account) = model.entity("account").filter(|_| matches!(entity.key, "contact" | "site")) {
        let places = account
            .fields
            .iter()
            .filter(|field| is_key(field.kind) && !field.secret && matches!(field.key, "name" | "code" | "vat_number" | "tax_code"));
        let places = places.map(|field| {
            (format!("account.{}", field.key), exports::label(reader.web.words(), reader.speech.language, account, field.key))
        });
        groups.push(Group { label: reader.speech.say("import-of-account").to_owned(), places: places.collect() });
    }
    groups.extend(super::proofs::groups(reader, entity));
    groups
}

fn is_key(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Code)
}

/// The places of one record, behind a prefix, as far as the reader writes them.
fn own(reader: &Reader, entity: &Entity, prefix: &str) -> Vec<(String, String)> {
    let label = |path: &str| exports::label(reader.web.words(), reader.speech.language, entity, path);
    let mut places = Vec::new();
    for field in entity.fields.iter().filter(|field| field.writable() && !field.secret) {
        let readable = match field.kind {
            Kind::Link(target) => target == "user",
            Kind::About(_) | Kind::File => false,
            _ => true,
        };
        if readable {
            places.push((format!("{prefix}{}", field.key), label(field.key)));
        }
    }
    if entity.field("vat_number").is_some() && entity.field("tax_code").is_some() {
        places.push((format!("{prefix}tax_number"), reader.speech.say("import-tax-number").to_owned()));
    }
    for relation in entity.owned().filter(|relation| matches!(relation.key, "phones" | "emails")) {
        places.push((format!("{prefix}{}", relation.key), label(relation.key)));
    }
    if prefix.is_empty() {
        places.push(("id".to_owned(), reader.speech.say("import-identity").to_owned()));
    }
    places.sort_by_cached_key(|(_, label)| kernel::fold(label));
    places
}

/// Whether a path leads somewhere for whoever reads.
pub(super) fn is_place(groups: &[Group], path: &str) -> bool {
    matches!(path, "" | "note") || groups.iter().any(|group| group.places.iter().any(|(known, _)| known == path))
}

/// What a path is called, with the record where that is not the row's own.
pub(super) fn called(reader: &Reader, groups: &[Group], path: &str) -> String {
    match path {
        "" => return reader.speech.say("import-nowhere").to_owned(),
        "note" => return reader.speech.say("import-remarks").to_owned(),
        _ => {}
    }
    for (number, group) in groups.iter().enumerate() {
        if let Some((_, label)) = group.places.iter().find(|(known, _)| known == path) {
            return if number == 0 || super::proofs::is_of_consents(path) { label.clone() } else { format!("{} · {label}", group.label) };
        }
    }
    path.to_owned()
}

/// The keys by which rows of an entity may find their records: path and name.
pub(super) fn keys(reader: &Reader, entity: &Entity, model: &Model) -> Vec<(String, String)> {
    let label = |entity: &Entity, path: &str| exports::label(reader.web.words(), reader.speech.language, entity, path);
    let mut keys = vec![("id".to_owned(), reader.speech.say("import-identity").to_owned())];
    for field in entity.fields.iter().filter(|field| !field.secret && is_key(field.kind) && (field.matching || field.unique)) {
        keys.push((field.key.to_owned(), label(entity, field.key)));
    }
    for relation in ["emails", "phones"] {
        if entity.relation(relation).is_some() {
            keys.push((relation.to_owned(), label(entity, relation)));
        }
    }
    if let Some(contact) = model.entity("contact").filter(|_| entity.key == "account") {
        keys.push(("contact.emails".to_owned(), format!("{} · {}", reader.speech.entity("contact", "one"), label(contact, "emails"))));
        keys.push(("name+address.city".to_owned(), format!("{} + {}", label(entity, "name"), label(entity, "address.city"))));
    }
    if entity.key == "contact" {
        keys.push(("name.family+name.given".to_owned(), format!("{} + {}", label(entity, "name.family"), label(entity, "name.given"))));
    }
    keys
}

/// The keys that the columns of a plan give.
pub(super) fn given(keys: &[(String, String)], to: &[String]) -> Vec<(String, String)> {
    let has = |path: &str| to.iter().any(|known| known == path);
    let tax = |path: &str| matches!(path, "vat_number" | "tax_code") && has("tax_number");
    let whole = |key: &str| key.split('+').all(|part| has(part) || tax(part));
    keys.iter().filter(|(key, _)| whole(key)).cloned().collect()
}

/// Rows by which columns are proposed.
const SAMPLE: usize = 60;

/// The first rows of a surveyed file.
fn sample(file: impl Read + Seek, survey: &reading::Survey) -> Result<Vec<Vec<String>>> {
    let (mut rows, mut sample) = (reading::rows(file, survey)?, Vec::new());
    while sample.len() < SAMPLE
        && let Some(row) = rows.next_row()?
    {
        sample.push(row.cells);
    }
    Ok(sample)
}

/// How a file is read, and its first rows.
pub(super) fn sampled(mut file: File, manner: &reading::Manner) -> Result<(reading::Survey, Vec<Vec<String>>)> {
    let survey = reading::survey_as(&mut file, manner)?;
    let sample = sample(file, &survey)?;
    Ok((survey, sample))
}
