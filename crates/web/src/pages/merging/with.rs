//! Finding the other record: by the words of search, among those that the reader sees.

use super::address;
use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::form::Asking;
use crate::pages::answer::rendered;
use crate::pages::card::title;
use crate::pages::found::Telling;
use crate::pages::marks;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use kernel::{Error, Id, Say};
use meta::Entity;

/// Records shown.
const MOST: usize = 20;

#[derive(Template)]
#[template(path = "merge-with.html")]
struct Page<'p> {
    reader: &'p Reader,
    entity: &'p Entity,
    id: Id,
    title: &'p str,
    lead: String,
    words: String,
    /// Address of the comparison, name and what is said beside it, as markup.
    found: Vec<(String, String, String)>,
}

pub(super) async fn ask(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    let id = named.id("id")?;
    let (record, titles) = web.engine().show(&reader.who, &entity, id).await?;
    if !web.engine().may_merge(&reader.who, &entity) {
        return Err(Error::Forbidden(Say::new("error-merge-entity")).into());
    }
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = title(&entity, &record, &sight);
    // Whoever comes from the card finds what is called alike at once.
    let words: String = asked.get("q").unwrap_or(&name).trim().chars().take(200).collect();
    let groups = web.engine().search(&reader.who, &words, MOST + 1).await?;
    let asked_for = marks::words(&words);
    let telling = Telling::new(&reader, &entity, &asked_for);
    let found = groups.iter().filter(|group| group.entity == entity.key).flat_map(|group| &group.found);
    let found = found.filter(|found| found.id != id).take(MOST).map(|found| {
        let mut name = String::new();
        telling.name(found, &mut name);
        (address(&entity, &[id, found.id]), name, telling.beside(found))
    });
    let page = Page {
        title: reader.speech.say("merge-with"),
        lead: reader.speech.with("merge-with-text", &[("name", &name)]),
        found: found.collect(),
        entity: &entity,
        id,
        words,
        reader: &reader,
    };
    rendered(&reader, StatusCode::OK, &page)
}
