//! What the palette shows of the records: those that the reader had open last, or those that answer to what he writes.
//! What he can do is on the page already, and the palette takes it from there.

use crate::form::Asking;
use crate::pages::answer::{part, to};
use crate::pages::found::Telling;
use crate::pages::html;
use crate::pages::marks;
use crate::pages::reader::{Reader, icon};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::extract::State;
use engine::Found;
use http::{Method, StatusCode};
use kernel::Id;
use meta::Entity;
use std::sync::Arc;

/// The route of the palette.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::GET, "/palette", Policy::SignedIn, Rate::Heavy, "", ""), show)
}

/// Records of each kind; the search page shows more.
const EACH: usize = 5;

/// Records that the reader keeps at hand.
const FAVOURITES: usize = 8;

/// Records opened last.
const RECENT: usize = 8;

/// Letters of a question.
const LETTERS: usize = 200;

/// Notes that a card was opened, for the palette, after it is shown.
pub(crate) fn opened(reader: &Reader, entity: &Arc<Entity>, id: Id) {
    // A part that is fetched anew was opened before.
    if reader.fragment {
        return;
    }
    let (engine, who, entity) = (reader.web.engine().clone(), reader.who.clone(), entity.clone());
    tokio::spawn(async move {
        if let Err(error) = engine.opened(&who, &entity, id).await {
            tracing::warn!(%error, "what was opened could not be noted");
        }
    });
}

async fn show(State(web): State<Web>, reader: Reader, Asking(asked): Asking) -> Answer {
    let words: String = asked.get("q").unwrap_or_default().trim().chars().take(LETTERS).collect();
    let mut question = String::new();
    html::pair(&mut question, "q", &words);
    if !reader.fragment {
        return Ok(to(&format!("/search?{question}")));
    }
    let mut out = String::with_capacity(4096);
    if words.is_empty() {
        // The record that is on the screen is no place to go to.
        let here = asked.get("on").unwrap_or_default();
        let elsewhere = |(key, found): &&(&'static str, Found)| {
            let entity = reader.model.entity(key);
            entity.is_some_and(|entity| address(entity, found.id) != here)
        };
        let favourites = web.engine().favourites(&reader.who, FAVOURITES + 2).await?;
        let kept: Vec<_> = favourites.iter().filter(elsewhere).collect();
        let shown = &kept[..kept.len().min(FAVOURITES)];
        if !shown.is_empty() {
            own(&mut out, &reader, "favourites", shown);
            if kept.len() > shown.len() {
                out.push_str("<div role=\"option\" data-more data-href=\"/favourites\">");
                out.push_str(assets::icon("star"));
                html::element(&mut out, "span", reader.speech.say("favourites-all"));
                out.push_str("</div>");
            }
            out.push_str("</div>");
        }
        // What stands above already is not said again.
        let recents = web.engine().recents(&reader.who, RECENT + 1 + shown.len()).await?;
        let recents = recents.iter().filter(elsewhere).filter(|(_, found)| shown.iter().all(|(_, kept)| kept.id != found.id));
        let recents: Vec<_> = recents.take(RECENT).collect();
        if !recents.is_empty() {
            own(&mut out, &reader, "palette-recent", &recents);
            out.push_str("</div>");
        }
        return Ok(part(&reader, StatusCode::OK, out));
    }
    let marked = marks::words(&words);
    let groups = web.engine().search(&reader.who, &words, EACH).await?;
    for group in &groups {
        let Some(entity) = reader.model.entity(group.entity) else { continue };
        begin(&mut out, &format!("palette-{}", entity.plural), &reader.speech.entity(entity.key, "many"));
        let telling = Telling::new(&reader, entity, &marked);
        for found in &group.found {
            option(&mut out, &telling, entity, found);
        }
        out.push_str("</div>");
    }
    if !groups.is_empty() {
        begin(&mut out, "palette-all", reader.speech.say("search"));
        out.push_str("<div role=\"option\" data-more");
        html::attribute(&mut out, "data-href", &format!("/search?{question}"));
        out.push('>');
        out.push_str(assets::icon("search"));
        html::element(&mut out, "span", &reader.speech.with("palette-all", &[("words", &words)]));
        out.push_str("</div></div>");
    }
    Ok(part(&reader, StatusCode::OK, out))
}

fn address(entity: &Entity, id: Id) -> String {
    format!("/{}/{id}", entity.plural)
}

/// A group of records that are the reader's own, but for its end.
fn own(out: &mut String, reader: &Reader, key: &str, records: &[&(&'static str, Found)]) {
    begin(out, &format!("palette-group-{key}"), reader.speech.say(key));
    for (key, found) in records {
        let Some(entity) = reader.model.entity(key) else { continue };
        option(out, &Telling::new(reader, entity, &[]), entity, found);
    }
}

fn begin(out: &mut String, id: &str, label: &str) {
    out.push_str("<div role=\"group\"");
    html::attribute(out, "aria-labelledby", id);
    out.push_str("><div class=\"palette-title\" role=\"presentation\"");
    html::attribute(out, "id", id);
    out.push('>');
    html::text(out, label);
    out.push_str("</div>");
}

fn option(out: &mut String, telling: &Telling<'_>, entity: &Entity, found: &Found) {
    out.push_str("<div role=\"option\"");
    html::attribute(out, "data-href", &address(entity, found.id));
    out.push('>');
    out.push_str(assets::icon(icon(entity.key)));
    out.push_str("<span>");
    telling.name(found, out);
    out.push_str("</span><small>");
    out.push_str(&telling.beside(found));
    out.push_str("</small></div>");
}
