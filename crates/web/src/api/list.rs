//! Lists and counts: `GET /api/v1/accounts`, `GET /api/v1/accounts/count`.

use super::parameters::{self, OF_LISTS, Parameters};
use super::{cursor, json, render};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Failure, Of, Web};
use axum::extract::State;
use axum::response::Response;
use engine::Asked;
use engine::principal::Verb;
use http::Method;
use serde_json::json;

/// Counts go this far unless the exact number is asked for.
const COUNTED: usize = 10_000;

pub(crate) fn routes(routes: Routes) -> Routes {
    let see = |path| Route::api(Method::GET, path, Policy::Entity(Verb::See), Rate::Heavy, "Parameters", "");
    routes.add(see("/api/v1/{plural}"), list).add(see("/api/v1/{plural}/count"), count)
}

async fn list(State(web): State<Web>, caller: Caller, Of(entity): Of, asking: Asking) -> Answer {
    let parameters = Parameters::only(asking, &OF_LISTS)?;
    let (asked, purpose) = parameters::asked(&web, &caller.who.model, entity, &parameters)?;
    answer(&web, &caller, asked, &purpose).await
}

/// A page of a list, as JSON.
pub(crate) async fn answer(web: &Web, caller: &Caller, asked: Asked, purpose: &str) -> Result<Response, Failure> {
    let (entity, lines) = (asked.entity.clone(), asked.lines);
    let listed = web.engine().list(&caller.who, asked).await?;
    let carried = listed.records.first().map_or_else(|| entity.carried.clone(), |record| record.carried.clone());
    let shape = render::Shape::of(&carried, &entity, &caller.who.model, lines);
    Ok(json(render::page(&shape, &listed, |place| cursor::write(web.seal(), purpose, place))))
}

async fn count(State(web): State<Web>, caller: Caller, Of(entity): Of, asking: Asking) -> Answer {
    let parameters = Parameters::only(asking, &["filter", "trash", "exact"])?;
    let filter = parameters.filter(&caller.who.model, &entity)?;
    let most = if parameters.switch("exact")? { None } else { Some(COUNTED) };
    let counted = web.engine().count(&caller.who, &entity, &filter, parameters.switch("trash")?, most).await?;
    Ok(json(json!({ "count": counted.number, "more": counted.more }).to_string().into_bytes()))
}
