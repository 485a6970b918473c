//! One action on many records: `POST /api/v1/accounts/bulk`, and how it stands, `GET /api/v1/bulks/{id}`. It is undone as its
//! changeset is, `PUT /api/v1/changesets/{id}/undoing`.

use super::create::sending;
use super::parameters::Parameters;
use super::{input, json};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Named, Of, Web};
use axum::extract::{Request, State};
use axum::response::Response;
use engine::bulk::entity as row;
use engine::principal::Verb;
use engine::{Bulk, Doing, Selection, Terms};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use kernel::{Error, Id, Problem, Problems, Result, Say, Value};
use meta::field::Default;
use meta::fields::{Chosen, Whole, terms};
use meta::filter::parse::parse;
use meta::{Entity, FieldId, Filter, Model};
use serde_json::{Map, Value as Json, json};

/// Identities that one request may name; more of them are better said by a filter.
pub(crate) const MOST: usize = 10_000;

pub(crate) fn routes(routes: Routes) -> Routes {
    // What needs more than changing, the verb finds out; and whose it is.
    let begin = Route::api(Method::POST, "/api/v1/{plural}/bulk", Policy::Entity(Verb::Change), Rate::Heavy, "Bulk", "bulk");
    let state = Route::api(Method::GET, "/api/v1/bulks/{id}", Policy::SignedIn, Rate::Api, "", "");
    routes.add(begin, self::begin).add(state, self::state)
}

async fn begin(State(web): State<Web>, caller: Caller, Of(entity): Of, asking: Asking, headers: HeaderMap, request: Request) -> Answer {
    Parameters::only(asking, &[])?;
    let (object, body) = input::object(request).await?;
    let once = sending(&headers, &format!("bulk {}", entity.key), &body)?;
    let known = ["action", "ids", "filter", "values", "add", "take", "options"];
    let unknown = object.keys().filter(|key| !known.contains(&key.as_str()));
    let problems: Problems = unknown.map(|key| Problem { field: key.clone(), say: Say::new("error-unknown-field") }).collect();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems).into());
    }
    let doing = doing(&web, &caller.who.model, &entity, &object)?;
    let selection = selection(&caller.who.model, &entity, &object)?;
    let asked = Bulk { selection, entity, doing, list: String::new(), confirmed: None, once };
    let begun = web.engine().begin_bulk(&caller.who, asked).await?;
    accepted(&web, &caller, begun.id).await
}

async fn state(State(web): State<Web>, caller: Caller, named: Named, asking: Asking) -> Answer {
    Parameters::only(asking, &[])?;
    Ok(json(told(&web, &caller, named.id("id")?).await?.to_string().into_bytes()))
}

/// The answer to what goes on by itself: how it stands, and where that is told from now on.
pub(super) async fn accepted(web: &Web, caller: &Caller, id: Id) -> Answer {
    let mut response: Response = json(told(web, caller, id).await?.to_string().into_bytes());
    *response.status_mut() = StatusCode::ACCEPTED;
    let place = HeaderValue::from_str(&format!("/api/v1/bulks/{id}")).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

async fn told(web: &Web, caller: &Caller, id: Id) -> Result<Json> {
    let report = web.engine().bulk_report(&caller.who, id).await?;
    let record = &report.record;
    let count = |field: &Whole| record.get(field);
    let refusals: Vec<Json> = report
        .refusals
        .iter()
        .map(|one| {
            let message = web.words().say(&one.reason.say, caller.language);
            json!({ "record": one.record.to_string(), "title": one.title, "field": one.reason.field, "message": message })
        })
        .collect();
    Ok(json!({
        "id": id.to_string(),
        "entity": record.get(&row::TARGET),
        "action": record.get(&row::ACTION),
        "state": report.state.key(),
        "changeset": record.get(&row::CHANGESET),
        "total": count(&row::TOTAL),
        "done": count(&row::DONE),
        "changed": count(&row::CHANGED),
        "unchanged": count(&row::UNCHANGED),
        "refused": count(&row::REFUSED),
        "created": count(&row::CREATED),
        "undone": count(&row::UNDONE),
        "left": count(&row::LEFT),
        "refusals": refusals,
    }))
}

fn wrong(field: &str, key: &'static str) -> Error {
    Error::invalid(field, Say::new(key))
}

fn selection(model: &Model, entity: &Entity, object: &Map<String, Json>) -> Result<Selection> {
    match (object.get("ids"), object.get("filter")) {
        (Some(Json::Array(ids)), None) if ids.len() > MOST => Err(Error::invalid("ids", Say::new("error-bulk-many").with("most", MOST))),
        (Some(Json::Array(ids)), None) => {
            let read = |id: &Json| id.as_str().and_then(|id| id.parse().ok()).ok_or_else(|| wrong("ids", "error-link"));
            Ok(Selection::These(ids.iter().map(read).collect::<Result<_>>()?))
        }
        (Some(_), None) => Err(wrong("ids", "error-list-expected")),
        (None, Some(Json::String(text))) if text.contains('\0') => Err(wrong("filter", "error-nul")),
        (None, Some(Json::String(text))) if text.trim().is_empty() => Ok(Selection::All(Filter::everything())),
        (None, Some(Json::String(text))) => Ok(Selection::All(parse(text.trim(), model, entity)?)),
        (None, Some(_)) => Err(wrong("filter", "error-text-expected")),
        // One or the other, so that nobody means a few and says everything.
        (None, None) => Err(wrong("ids", "error-required")),
        (Some(_), Some(_)) => Err(wrong("filter", "error-bulk-either")),
    }
}

fn doing(web: &Web, model: &Model, entity: &Entity, object: &Map<String, Json>) -> Result<Doing> {
    let action = match object.get("action") {
        Some(Json::String(action)) => action.as_str(),
        Some(_) => return Err(wrong("action", "error-text-expected")),
        None => return Err(wrong("action", "error-required")),
    };
    let (plain, strange) = match action {
        "change" => (None, ["options"].as_slice()),
        "remove" => (Some(Doing::Remove), ["values", "add", "take", "options"].as_slice()),
        "restore" => (Some(Doing::Restore), ["values", "add", "take", "options"].as_slice()),
        "number" => (Some(Doing::Number), ["values", "add", "take", "options"].as_slice()),
        key => (
            Some(Doing::Registered { key: key.to_owned(), options: options(web, entity, key, object)? }),
            ["values", "add", "take"].as_slice(),
        ),
    };
    if let Some(key) = strange.iter().find(|key| object.contains_key(**key)) {
        return Err(wrong(key, "error-unknown-field"));
    }
    if let Some(plain) = plain {
        return Ok(plain);
    }
    let input = match object.get("values") {
        None => input::Input::default(),
        Some(Json::Object(values)) => input::read(model, entity, values)?,
        Some(_) => return Err(wrong("values", "error-object-expected")),
    };
    if let Some((relation, _)) = input.lines.first() {
        return Err(wrong(relation, "error-read-only"));
    }
    let mut changes: Vec<Terms> = Vec::new();
    for way in ["add", "take"] {
        let fields = match object.get(way) {
            None => continue,
            Some(Json::Object(fields)) => fields,
            Some(_) => return Err(wrong(way, "error-object-expected")),
        };
        for (key, list) in fields {
            let field = entity.field(key).filter(|field| !field.secret).ok_or_else(|| wrong(key, "error-unknown-field"))?;
            if !matches!(field.kind, meta::Kind::Vocabularies(_)) {
                return Err(wrong(key, "error-list-expected"));
            }
            let value = field.kind.from_json(list).map_err(|say| Error::invalid(key, say))?;
            let words: Vec<String> = terms(value.text()).map(str::to_owned).collect();
            if changes.iter().all(|change| change.field != field.id) {
                changes.push(Terms { field: field.id, add: Vec::new(), take: Vec::new() });
            }
            if let Some(change) = changes.iter_mut().find(|change| change.field == field.id) {
                *(if way == "add" { &mut change.add } else { &mut change.take }) = words;
            }
        }
    }
    Ok(Doing::Change { values: input.values, terms: changes })
}

/// The values of an action's own fields; where one is left out, what its form begins with.
fn options(web: &Web, entity: &Entity, key: &str, object: &Map<String, Json>) -> Result<Vec<(FieldId, Value)>> {
    let given = match object.get("options") {
        None => Map::new(),
        Some(Json::Object(given)) => given.clone(),
        Some(_) => return Err(wrong("options", "error-object-expected")),
    };
    let action = web.engine().bulk_action(entity.key, key);
    let known = |key: &str| action.and_then(|action| action.fields().find(|field| field.key == key));
    let mut values = Vec::new();
    for (key, value) in &given {
        let field = known(key).ok_or_else(|| wrong(key, "error-unknown-field"))?;
        values.push((field.id, field.kind.from_json(value).map_err(|say| Error::invalid(key.as_str(), say))?));
    }
    for field in action.into_iter().flat_map(|action| action.fields()) {
        if let (false, Default::Text(text)) = (given.contains_key(field.key), field.default) {
            values.push((field.id, Value::from(text)));
        }
    }
    Ok(values)
}
