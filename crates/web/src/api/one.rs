//! One record: `GET /api/v1/accounts/{id}`.

use super::parameters::Parameters;
use super::{etag, json, render};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Named, Of, Web};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use engine::Principal;
use engine::principal::Verb;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use kernel::{Error, Id, Result};
use meta::Entity;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::api(Method::GET, "/api/v1/{plural}/{id}", Policy::Record(Verb::See), Rate::Api, "", ""), one)
}

async fn one(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking, headers: HeaderMap) -> Answer {
    Parameters::only(asking, &[])?;
    let id = named.id("id")?;
    let (version, body) = match whole(&web, &caller.who, &entity, id).await {
        Err(Error::NotFound) => return elsewhere(&web, &caller.who, &entity, id).await,
        other => other?,
    };
    let tag = etag(version);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().insert(header::ETAG, tag);
        return Ok(response);
    }
    let mut response = json(body);
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

/// Where a record is found that was merged into another: not for ever, since a merge can be taken back.
async fn elsewhere(web: &Web, who: &Principal, entity: &Entity, id: Id) -> Answer {
    let became = web.engine().became(who, entity, id).await?.ok_or(Error::NotFound)?;
    let mut response = json(serde_json::json!({ "merged_into": became.into.to_string() }).to_string().into_bytes());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    let address = HeaderValue::from_str(&format!("/api/v1/{}/{}", entity.plural, became.into)).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}

/// A record with all its fields and lines: its version and its JSON.
pub(crate) async fn whole(web: &Web, who: &Principal, entity: &Entity, id: Id) -> Result<(i64, Vec<u8>)> {
    let (record, _) = web.engine().show(who, entity, id).await?;
    let shape = render::Shape::of(&record.carried, entity, &who.model, true);
    Ok((record.version, shape.bytes(&record)))
}
