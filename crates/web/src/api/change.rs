//! Other values: `PATCH /api/v1/accounts/{id}`, for the version that was read.

use super::parameters::Parameters;
use super::{etag, input, json, one};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Failure, Named, Of, Web};
use axum::extract::{Request, State};
use engine::principal::Verb;
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Id, Say};
use meta::Entity;

pub(crate) fn routes(routes: Routes) -> Routes {
    let change = Route::api(Method::PATCH, "/api/v1/{plural}/{id}", Policy::Record(Verb::Change), Rate::Api, "Record", "change");
    routes.add(change, self::change)
}

async fn change(
    State(web): State<Web>,
    caller: Caller,
    Of(entity): Of,
    named: Named,
    asking: Asking,
    headers: HeaderMap,
    request: Request,
) -> Answer {
    Parameters::only(asking, &[])?;
    let id = named.id("id")?;
    let version = if_match(&headers)?;
    let (object, _) = input::object(request).await?;
    let input = input::read(&caller.who.model, &entity, &object)?;
    if let Err(error) = web.engine().change(&caller.who, &entity, id, version, input.values, input.lines).await {
        return Err(stale(&web, &caller, &entity, id, error).await);
    }
    let (version, body) = one::whole(&web, &caller.who, &entity, id).await?;
    let mut response = json(body);
    response.headers_mut().insert(header::ETAG, etag(version));
    Ok(response)
}

/// The version the caller has read; none for `*`, which is any.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Failure> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Err(Failure::status(StatusCode::PRECONDITION_REQUIRED, Say::new("error-precondition")));
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.map(Some).ok_or_else(|| Failure::status(StatusCode::BAD_REQUEST, Say::new("error-if-match")))
}

/// A conflict of versions shows both: the one sent for, and the record as it is now.
pub(crate) async fn stale(web: &Web, caller: &Caller, entity: &Entity, id: Id, error: Error) -> Failure {
    let stale = matches!(error, Error::Conflict(Conflict::Stale { .. }));
    let failure = Failure::from(error);
    if !stale {
        return failure;
    }
    match one::whole(web, &caller.who, entity, id).await {
        Ok((_, body)) => failure.with("current", serde_json::from_slice(&body).unwrap_or_default()),
        Err(_) => failure,
    }
}
