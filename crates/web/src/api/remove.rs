//! Into the trash and out of it: `DELETE /api/v1/accounts/{id}`, and the removal as a thing of its own,
//! `PUT` and `DELETE /api/v1/accounts/{id}/removal`.

use super::change::{if_match, stale};
use super::etag;
use super::parameters::Parameters;
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Named, Of, Web};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use engine::Outcome;
use engine::principal::Verb;
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};

pub(crate) fn routes(routes: Routes) -> Routes {
    let route = |method, path, audit| Route::api(method, path, Policy::Record(Verb::Remove), Rate::Api, "none", audit);
    routes
        .add(route(Method::DELETE, "/api/v1/{plural}/{id}", "remove"), remove)
        .add(route(Method::PUT, "/api/v1/{plural}/{id}/removal", "remove"), put_removal)
        .add(route(Method::DELETE, "/api/v1/{plural}/{id}/removal", "restore"), restore)
}

async fn remove(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking, headers: HeaderMap) -> Answer {
    Parameters::only(asking, &[])?;
    let (id, version) = (named.id("id")?, if_match(&headers)?);
    match web.engine().remove(&caller.who, &entity, id, version).await {
        Ok(outcome) => Ok(done(&outcome)),
        Err(error) => Err(stale(&web, &caller, &entity, id, error).await),
    }
}

/// The version is optional here: to be in the trash is the same whatever the record says.
async fn put_removal(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking, headers: HeaderMap) -> Answer {
    Parameters::only(asking, &[])?;
    let version = if headers.contains_key(header::IF_MATCH) { if_match(&headers)? } else { None };
    let id = named.id("id")?;
    match web.engine().remove(&caller.who, &entity, id, version).await {
        Ok(outcome) => Ok(done(&outcome)),
        Err(error) => Err(stale(&web, &caller, &entity, id, error).await),
    }
}

async fn restore(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking) -> Answer {
    Parameters::only(asking, &[])?;
    Ok(done(&web.engine().restore(&caller.who, &entity, named.id("id")?).await?))
}

/// Nothing to say but the version now.
fn done(outcome: &Outcome) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Some((_, version)) = outcome.records.first() {
        response.headers_mut().insert(header::ETAG, etag(*version));
    }
    response
}
