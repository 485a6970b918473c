//! Who gave a field its value, and when: the last changes of it alone, each with the way back.

use super::timeline::{undoing, worded_change};
use super::{day, find};
use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::pages::answer::{part, rendered};
use crate::pages::html;
use crate::pages::layout::{self, Item};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::principal::Verb;
use engine::{Entry, Past};
use http::{Method, StatusCode};
use kernel::{Error, Id, Result};
use meta::{Entity, Record};
use std::collections::HashMap;

/// Changes that are shown.
const MOST: usize = 8;

/// The route of what a field was.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::GET, "/{plural}/{id}/fields/{field}", Policy::Entity(Verb::See), Rate::Person, "", ""), show)
}

#[derive(Template)]
#[template(path = "past.html")]
struct PastPage<'p> {
    reader: &'p Reader,
    title: String,
    back: String,
    name: String,
    past: String,
}

async fn show(State(_): State<Web>, Of(entity): Of, named: Named, reader: Reader) -> Answer {
    let reader = reader.within(entity.plural);
    let (record, titles) = find(&reader, &entity, named.id("id")?).await?;
    let item = asked(&entity, named.text("field"))?;
    let keys = item.touched();
    let past = reader.web.engine().past(&reader.who, &entity, record.id, &keys, MOST).await?;
    let linked = super::timeline::linked(&reader, &entity, past.entries.iter()).await?;
    let title = reader.speech.with("past-of", &[("name", &reader.speech.field(entity.key, item.key()))]);
    let mut out = String::with_capacity(2048);
    write(&mut out, &reader, &entity, &record, &title, &past, &linked, &titles);
    if reader.fragment {
        return Ok(part(&reader, StatusCode::OK, out));
    }
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = super::title(&entity, &record, &sight);
    let page = PastPage { back: format!("/{}/{}", entity.plural, record.id), name, title, past: out, reader: &reader };
    rendered(&reader, StatusCode::OK, &page)
}

/// What may be asked: what a card shows, and any other field that the history knows.
fn asked<'e>(entity: &'e Entity, key: &str) -> Result<Item<'e>> {
    let item = layout::item(entity, key).or_else(|| entity.field(key).filter(|field| !field.secret && !field.system).map(Item::Field));
    item.filter(|_| entity.can.tracked).ok_or(Error::NotFound)
}

#[expect(clippy::too_many_arguments, reason = "a past, and all that its words are made of")]
fn write(
    out: &mut String,
    reader: &Reader,
    entity: &Entity,
    record: &Record,
    title: &str,
    past: &Past,
    linked: &HashMap<Id, String>,
    titles: &HashMap<Id, String>,
) {
    let speech = &reader.speech;
    out.push_str("<div class=\"menu-title\">");
    html::text(out, title);
    out.push_str("</div><ol class=\"past-list\">");
    for entry in &past.entries {
        one(out, reader, entity, entry, &past.authors, linked);
    }
    if past.whole {
        out.push_str("<li class=\"past-made\">");
        if past.entries.is_empty() {
            html::element(out, "p", speech.say("past-never"));
        }
        let author = match record.named("created_by").link() {
            Some(id) => titles.get(&id).map_or(speech.say("link-unseen"), String::as_str),
            None => speech.say("card-system"),
        };
        let at = meta::Kind::Moment.behaviour().show(record.named("created_at"), &reader.reading);
        html::element(out, "p", &speech.with("card-created", &[("at", &at), ("name", author)]));
        out.push_str("</li>");
    } else if past.entries.len() < MOST {
        out.push_str("<li class=\"past-made\">");
        html::element(out, "p", &speech.with("past-cut", &[("count", &Past::LOOKED_THROUGH.to_string())]));
        out.push_str("</li>");
    }
    out.push_str("</ol>");
    if !past.whole {
        out.push_str("<a");
        html::attribute(out, "href", &format!("/{}/{}?timeline=changes#card-timeline", entity.plural, record.id));
        out.push('>');
        html::text(out, speech.say("past-all"));
        out.push_str("</a>");
    }
}

fn one(out: &mut String, reader: &Reader, entity: &Entity, entry: &Entry, authors: &HashMap<Id, String>, linked: &HashMap<Id, String>) {
    let speech = &reader.speech;
    let sight = Sight { speech, reading: &reader.reading, model: &reader.model, titles: linked };
    out.push_str("<li><p><strong>");
    let author = entry.author.map_or(speech.say("card-system"), |id| authors.get(&id).map_or(speech.say("link-unseen"), String::as_str));
    html::text(out, author);
    out.push_str("</strong> <time");
    html::attribute(out, "datetime", &entry.at.to_string());
    out.push('>');
    html::text(out, &format!("{}, {}", day(entry.at, reader), super::clock(entry.at, reader)));
    out.push_str("</time>");
    let mut said = Vec::new();
    if entry.through != "pages" {
        said.push(speech.say(&format!("through-{}", entry.through)).to_owned());
    }
    if entry.why == "undo" {
        said.push(speech.say("why-undo").to_owned());
    }
    if !said.is_empty() {
        html::text(out, &format!(" {}", said.join(", ")));
    }
    if entry.undone {
        out.push_str(" <span class=\"tag\">");
        html::text(out, speech.say("happened-undone"));
        out.push_str("</span>");
    }
    out.push_str("</p><ul class=\"changes\">");
    for change in &entry.changes {
        worded_change(out, entity, change, entry.changes.len() > 1, &sight);
    }
    out.push_str("</ul>");
    undoing(out, reader, entry);
    out.push_str("</li>");
}
