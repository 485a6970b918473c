//! The place of a record in the list it was found in, «12 di 348»: fetched after the card, and told only where it is certain.

use crate::caller::{Named, Of};
use crate::form::Asking;
use crate::pages::answer::{part, to};
use crate::pages::html;
use crate::pages::list::{self, count};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::extract::State;
use engine::Position;
use engine::principal::Verb;
use http::{Method, StatusCode};
use kernel::{Error, Id};
use meta::{Entity, Filter};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::GET, "/{plural}/{id}/position", Policy::Entity(Verb::See), Rate::Heavy, "", ""), position)
}

/// Where the place of a record is told, in the list that the question of its card names.
pub(super) fn address(entity: &Entity, id: Id, from: &str) -> String {
    format!("/{}/{id}/position{from}", entity.plural)
}

async fn position(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let id: Id = named.id("id")?;
    let engine = web.engine();
    if engine.count(&reader.who, &entity, &Filter::id(id), false, Some(1)).await?.number == 0 {
        return Err(Error::NotFound.into());
    }
    let list = asked.get("list").unwrap_or_default();
    if !reader.fragment {
        let mut from = String::new();
        if !list.is_empty() {
            html::pair(&mut from, "?list", list);
        }
        return Ok(to(&format!("/{}/{id}{from}", entity.plural)));
    }
    let (question, _) = list::walked(&reader, &entity, list).await?;
    let position = match question {
        Some(question) => engine.position(&reader.who, question, id, count::MOST).await?,
        None => None,
    };
    let mut out = String::new();
    if let Some(position) = position {
        out.push_str("<span id=\"card-place\" class=\"number\">");
        html::text(&mut out, &said(&reader, position));
        out.push_str("</span>");
    }
    Ok(part(&reader, StatusCode::OK, out))
}

/// The place and the count; of a place too far on, the count alone.
fn said(reader: &Reader, position: Position) -> String {
    let grouped = |number| count::grouped(number, reader.speech.language);
    let all = count::plain(&grouped(position.of.number), position.of);
    match position.number {
        Some(number) => reader.speech.with("card-place", &[("place", &grouped(number)), ("count", &all)]),
        None => reader.speech.with("card-place-beyond", &[("count", &all)]),
    }
}
