//! The company's own fields, for administrators: what each card has, what was added, what a removal would touch. A field is
//! written in the form of its description.

use crate::caller::Named;
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::{Reader, icon};
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::own_fields::{ENTITY, KEY, KIND, LABEL, OWN_FIELD, POSITION, Use, takes_own_fields};
use engine::principal::Verb;
use engine::{Act, Asked};
use http::{Method, StatusCode};
use kernel::{Id, Result, Value};
use meta::fields::Chosen;
use meta::{Entity, Granted, Model, Record};
use std::sync::Arc;

/// Where they are looked after.
const ADDRESS: &str = "/administration/fields";

/// The routes of own fields.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::administration(Method::POST, "/administration/fields/{id}/place", "OwnFieldPlace", "change"), place)
        .add(Route::administration(Method::GET, "/administration/fields/{id}/removal", "", ""), ask)
        .add(Route::administration(Method::POST, "/administration/fields/{id}/removal", "OwnFieldRemoval", "remove"), remove)
}

#[derive(Template)]
#[template(path = "own-fields.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: String,
    cards: Vec<Card>,
}

/// A card, with the sections that fields stand in.
struct Card {
    key: &'static str,
    icon: &'static str,
    name: String,
    sections: Vec<Section>,
    own: usize,
    /// Whether the company arranged it: then the order of its fields is decided there.
    arranged: bool,
}

/// A section, with its own fields in their order.
struct Section {
    title: String,
    declared: String,
    fields: Vec<Line>,
}

/// An own field.
struct Line {
    id: Id,
    name: String,
    kind: String,
    key: String,
    first: bool,
    last: bool,
}

async fn own_fields(reader: &Reader) -> Result<(Arc<Entity>, Vec<Record>)> {
    let entity = reader.web.engine().entity(OWN_FIELD)?;
    let asked = Asked { limit: 500, ..Asked::new(entity.clone()) };
    let mut records = reader.web.engine().list(&reader.who, asked).await?.records;
    records.sort_by_key(|record| (record.get(&POSITION), record.id));
    Ok((entity, records))
}

/// The kinds of record that take fields: what people work with first, what administrators look after last.
pub(super) fn kinds(model: &Model) -> Vec<&Arc<Entity>> {
    let mut entities: Vec<&Arc<Entity>> = model.entities().filter(|entity| takes_own_fields(entity)).collect();
    entities.sort_by_key(|entity| (entity.granted != Granted::Roles, entity.can.joining, !entity.can.importable));
    entities
}

/// The section of its card in which a field stands; none for one that is on no card.
fn section_of(entity: &Entity, record: &Record) -> Option<&'static str> {
    let here = |fields: &[&str]| fields.contains(&record.get(&KEY));
    entity.layout.iter().find(|section| here(&section.fields)).map(|section| section.key)
}

async fn show(reader: Reader) -> Answer {
    let (_, records) = own_fields(&reader).await?;
    let speech = &reader.speech;
    let layouts = reader.web.engine().layouts(&reader.who).await?;
    // As everybody has them, whatever this administrator's own role arranges.
    let model = reader.web.engine().model();
    let mut cards = Vec::new();
    for entity in kinds(&model) {
        let own: Vec<&Record> = records.iter().filter(|record| record.get(&ENTITY) == entity.key).collect();
        let arranged = layouts.iter().any(|layout| layout.entity == entity.key && layout.role.is_empty());
        let section = |title: String, keys: &[&'static str]| {
            let here: Vec<&&Record> = keys.iter().filter_map(|key| own.iter().find(|record| record.get(&KEY) == *key)).collect();
            let declared = keys.iter().filter(|key| !here.iter().any(|record| record.get(&KEY) == **key));
            let line = |(place, record): (usize, &&&Record)| Line {
                id: record.id,
                name: speech.field(entity.key, record.get(&KEY)),
                kind: record.get(&KIND).map(|kind| speech.choice(OWN_FIELD, "kind", kind.key())).unwrap_or_default(),
                key: record.get(&KEY).to_owned(),
                first: place == 0,
                last: place + 1 == here.len(),
            };
            Section {
                title,
                declared: declared.map(|key| speech.field(entity.key, key)).collect::<Vec<_>>().join(", "),
                fields: here.iter().enumerate().map(line).collect(),
            }
        };
        let mut sections: Vec<Section> =
            entity.layout.iter().map(|known| section(speech.section(entity.key, known.key), &known.fields)).collect();
        if !entity.unplaced.is_empty() {
            sections.push(section(speech.say("layout-out").to_owned(), &entity.unplaced));
        }
        let name = speech.entity(entity.key, "many");
        cards.push(Card { key: entity.key, icon: icon(entity.key), name, sections, own: own.len(), arranged });
    }
    rendered(&reader, StatusCode::OK, &Page { title: speech.entity(OWN_FIELD, "many"), cards, reader: &reader })
}

/// Moves a field before the one above it, or after the one below.
async fn place(State(web): State<Web>, named: Named, reader: Reader, fields: Fields) -> Answer {
    let id: Id = named.id("id")?;
    let (entity, records) = own_fields(&reader).await?;
    let (moved, _) = web.engine().show(&reader.who, &entity, id).await?;
    let described = web.engine().model().entity(moved.get(&ENTITY)).cloned().ok_or(kernel::Error::NotFound)?;
    let beside =
        |record: &&Record| record.get(&ENTITY) == moved.get(&ENTITY) && section_of(&described, record) == section_of(&described, &moved);
    let mut order: Vec<&Record> = records.iter().filter(beside).collect();
    if let Some(here) = order.iter().position(|record| record.id == id) {
        let there = if fields.get("to") == Some("up") { here.checked_sub(1) } else { Some(here + 1) };
        if let Some(there) = there.filter(|there| *there < order.len()) {
            order.swap(here, there);
        }
    }
    let places = order.iter().zip(1_i64..).filter(|(record, place)| record.get(&POSITION) != *place);
    let acts: Vec<Act> = places
        .map(|(record, place)| Act::Change {
            entity: OWN_FIELD,
            id: record.id,
            version: Some(record.version),
            values: vec![(POSITION.id(), Value::Int(place))],
            lines: Vec::new(),
        })
        .collect();
    if !acts.is_empty() {
        web.engine().write(&reader.who, "change", acts).await?;
    }
    onward_saying(&reader, ADDRESS, "said-saved", "", None)
}

#[derive(Template)]
#[template(path = "own-field-removal.html")]
struct Removal<'p> {
    reader: &'p Reader,
    title: String,
    id: Id,
    uses: Vec<(String, String, String)>,
}

/// Says what uses a field before it goes.
async fn ask(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    let id: Id = named.id("id")?;
    let entity = web.engine().entity(OWN_FIELD)?;
    let (record, _) = web.engine().show(&reader.who, &entity, id).await?;
    let mut uses = Vec::new();
    for Use { entity, id, name } in web.engine().uses_of_own_field(&record).await? {
        let Some(entity) = reader.model.entity(entity).filter(|entity| reader.who.may(Verb::See, entity)) else { continue };
        uses.push((reader.speech.entity(entity.key, "one"), format!("/{}/{id}", entity.plural), name));
    }
    let title = reader.speech.with("own-field-remove", &[("name", record.get(&LABEL))]);
    rendered(&reader, StatusCode::OK, &Removal { title, id, uses, reader: &reader })
}

async fn remove(State(web): State<Web>, named: Named, reader: Reader, _: Fields) -> Answer {
    let id: Id = named.id("id")?;
    let entity = web.engine().entity(OWN_FIELD)?;
    let (record, _) = web.engine().show(&reader.who, &entity, id).await?;
    let outcome = web.engine().remove_own_field(&reader.who, id, None).await?;
    onward_saying(&reader, ADDRESS, "said-removed", record.get(&LABEL), Some(outcome.changeset))
}
