//! A new record: `POST /api/v1/accounts`.

use super::parameters::Parameters;
use super::{etag, input, json, one};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Failure, Of, Web};
use axum::extract::{Request, State};
use engine::identity::digest;
use engine::principal::Verb;
use engine::{Created, Draft, Once, Twin};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use kernel::{Error, Result, Say};
use serde_json::{Value as Json, json};

pub(crate) fn routes(routes: Routes) -> Routes {
    let create = Route::api(Method::POST, "/api/v1/{plural}", Policy::Entity(Verb::Create), Rate::Api, "Record", "create");
    routes.add(create, self::create)
}

async fn create(State(web): State<Web>, caller: Caller, Of(entity): Of, asking: Asking, headers: HeaderMap, request: Request) -> Answer {
    let insist = Parameters::only(asking, &["insist"])?.switch("insist")?;
    let (object, bytes) = input::object(request).await?;
    let once = sending(&headers, &format!("{} {insist}", entity.key), &bytes)?;
    let input = input::read(&caller.who.model, &entity, &object)?;
    let draft = Draft { values: input.values, lines: input.lines, ..Draft::new(entity.key) };
    if !insist {
        web.may_meet_hidden_twins(&caller.who)?;
    }
    let outcome = match web.engine().create_once(&caller.who, draft, Vec::new(), insist, once).await? {
        Created::Now(outcome) => outcome,
        Created::Exists(twins) => {
            web.meeting(&caller.who, &twins)?;
            return Err(duplicates(&twins));
        }
    };
    let (id, version) = outcome.records.first().copied().ok_or_else(|| Error::internal("nothing was created"))?;
    let (version, body) = match one::whole(&web, &caller.who, &entity, id).await {
        Ok(whole) => whole,
        // Made for somebody else: its maker knows its id, and no more.
        Err(Error::NotFound) => (version, json!({ "id": id.to_string(), "version": version }).to_string().into_bytes()),
        Err(error) => return Err(error.into()),
    };
    let mut response = json(body);
    *response.status_mut() = StatusCode::CREATED;
    let place = format!("/api/v1/{}/{id}", entity.plural);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&place).map_err(Error::internal)?);
    response.headers_mut().insert(header::ETAG, etag(version));
    Ok(response)
}

/// The sender's key for this sending, and a digest of all that decides what it does: what is asked for, and the body.
pub(super) fn sending(headers: &HeaderMap, asked: &str, body: &[u8]) -> Result<Option<Once>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let wrong = || Error::invalid("Idempotency-Key", Say::new("error-idempotency-key"));
    let key = key.to_str().ok().filter(|key| (1..=255).contains(&key.len())).ok_or_else(wrong)?;
    let sent = format!("{asked} {}", String::from_utf8_lossy(body));
    Ok(Some(Once { key: key.to_owned(), digest: digest(&sent) }))
}

fn duplicates(twins: &[Twin]) -> Failure {
    let twins: Vec<Json> = twins
        .iter()
        .map(|twin| {
            // What has no key in common is only alike: no field says by itself that it is the same.
            let field = Some(&twin.field).filter(|field| !field.is_empty());
            let mut told = match &twin.record {
                Some((id, title)) => json!({ "field": field, "id": id.to_string(), "title": title }),
                None => json!({ "field": field, "id": null, "title": null }),
            };
            if let Some(alike) = &twin.alike {
                told["score"] = super::duplicates::score(alike.score);
                told["for"] = super::duplicates::fields(&alike.evidence, true);
                told["against"] = super::duplicates::fields(&alike.evidence, false);
            }
            told
        })
        .collect();
    Failure::status(StatusCode::CONFLICT, Say::new("error-duplicates")).with("duplicates", Json::Array(twins))
}
