//! The file of a record: `GET /api/v1/documents/{id}/content` takes it away, `PUT` brings the next version of it.

use super::parameters::Parameters;
use super::{etag, json, one};
use crate::form::{Asking, media_type};
use crate::pages::{is_the_same, newer_version};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Failure, Named, Of, Web, content, uploads};
use axum::extract::{Request, State};
use engine::principal::Verb;
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};
use kernel::{Error, Id, Say};
use meta::Entity;

pub(crate) fn routes(routes: Routes) -> Routes {
    let path = "/api/v1/{plural}/{id}/content";
    routes
        .add(Route::api(Method::GET, path, Policy::Record(Verb::See), Rate::Api, "", ""), take)
        .add(Route::api(Method::PUT, path, Policy::Record(Verb::Change), Rate::Upload, "File", "upload"), put)
}

async fn take(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking, headers: HeaderMap) -> Answer {
    Parameters::only(asking, &[])?;
    entity.holds_file().ok_or(Error::NotFound)?;
    let (record, _) = web.engine().show(&caller.who, &entity, named.id("id")?).await?;
    content::send(&web, &headers, &record).await
}

async fn put(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, Asking(asked): Asking, request: Request) -> Answer {
    if let Some((unknown, _)) = asked.0.iter().find(|(name, _)| name != "name" && name != "remarks") {
        return Err(Error::invalid(unknown, Say::new("error-parameter").with("name", unknown)).into());
    }
    let (record, _) = web.engine().show(&caller.who, &entity, named.id("id")?).await?;
    entity.filing.ok_or(Error::NotFound)?;
    // What a form would wrap around it is no part of a file.
    if matches!(&*media_type(request.headers()), "multipart/form-data" | "application/x-www-form-urlencoded") {
        return Err(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE, Say::new("error-file-bare")));
    }
    let name = asked.get("name").ok_or_else(|| Error::invalid("name", Say::new("error-required")))?;
    let received = uploads::receive_body(&web, name, request.into_body()).await?;
    // The same once more, as after an answer that never came, is nothing new.
    if is_the_same(&record, &received) {
        return answered(&web, &caller, &entity, record.id).await;
    }
    let acts = newer_version(web.engine(), &entity, record.id, &received, asked.get("remarks").unwrap_or_default())?;
    web.engine().write_received(&caller.who, "change", acts).await?;
    answered(&web, &caller, &entity, record.id).await
}

async fn answered(web: &Web, caller: &Caller, entity: &Entity, id: Id) -> Answer {
    let (version, body) = one::whole(web, &caller.who, entity, id).await?;
    let mut response = json(body);
    response.headers_mut().insert(header::ETAG, etag(version));
    Ok(response)
}
