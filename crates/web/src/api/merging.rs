//! Several records become one: `POST /api/v1/accounts/{id}/merge`, for the one that stays; and two again:
//! `POST /api/v1/accounts/{id}/unmerge`.

use super::parameters::Parameters;
use super::{input, json};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Named, Of, Web};
use axum::extract::{Request, State};
use engine::merging::{Pick, Plan};
use engine::principal::Verb;
use http::Method;
use kernel::{Error, Id, Problem, Result, Say};
use meta::Entity;
use serde_json::{Map, Value as Json, json};

pub(crate) fn routes(routes: Routes) -> Routes {
    let route = |path, input, audit| Route::api(Method::POST, path, Policy::Record(Verb::Change), Rate::Api, input, audit);
    routes
        .add(route("/api/v1/{plural}/{id}/merge", "Merge", "merge"), merge)
        .add(route("/api/v1/{plural}/{id}/unmerge", "Unmerge", "unmerge"), unmerge)
}

async fn merge(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking, request: Request) -> Answer {
    Parameters::only(asking, &[])?;
    let id = named.id("id")?;
    // What he does not see is not there, whatever was sent.
    web.engine().show(&caller.who, &entity, id).await?;
    let (object, _) = input::object(request).await?;
    let plan = plan(&caller, &entity, id, &object)?;
    let merged = web.engine().merge(&caller.who, &entity, plan).await?;
    let moved: Map<String, Json> = merged.moved.iter().map(|(of, count)| ((*of).to_owned(), json!(count))).collect();
    let answer = json!({
        "changeset": merged.changeset.to_string(),
        "kept": merged.kept.to_string(),
        "version": merged.version,
        "moved": moved,
    });
    Ok(json(answer.to_string().into_bytes()))
}

async fn unmerge(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking, request: Request) -> Answer {
    Parameters::only(asking, &[])?;
    let id = named.id("id")?;
    if web.engine().became(&caller.who, &entity, id).await?.is_none() {
        web.engine().show(&caller.who, &entity, id).await?;
    }
    let (object, _) = input::object(request).await?;
    known(&object, &["changeset"])?;
    let merge = id_of("changeset", object.get("changeset"))?;
    let told = web.engine().merges_told(&caller.who, &entity, &[merge]).await?;
    if !told.iter().any(|told| told.kept == id || told.gone.iter().any(|(gone, _)| *gone == id)) {
        return Err(Error::NotFound.into());
    }
    let back = web.engine().unmerge(&caller.who, merge).await?;
    let counts =
        |counts: &[(&str, i64)]| -> Map<String, Json> { counts.iter().map(|(of, count)| ((*of).to_owned(), json!(count))).collect() };
    let left: Vec<Json> = back.left.iter().map(|(record, field)| json!({ "record": record.to_string(), "field": field })).collect();
    let answer = json!({
        "changeset": back.changeset.to_string(),
        "kept": back.kept.to_string(),
        "back": back.back.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "moved": back.moved,
        "left": left,
        "elsewhere": counts(&back.elsewhere),
        "since": counts(&back.since),
    });
    Ok(json(answer.to_string().into_bytes()))
}

/// What is sent: `gone` with identities, `versions` that were seen, `fields` with whose value stands, or a value.
fn plan(caller: &Caller, entity: &Entity, kept: Id, object: &Map<String, Json>) -> Result<Plan> {
    known(object, &["gone", "versions", "fields"])?;
    let Some(Json::Array(gone)) = object.get("gone") else { return Err(Error::invalid("gone", Say::new("error-required"))) };
    let gone: Vec<Id> = gone.iter().map(|id| id_of("gone", Some(id))).collect::<Result<_>>()?;
    let versions = members("versions", object.get("versions"))?;
    let version = |id: Id| match versions.get(&id.to_string()) {
        None => Ok(None),
        Some(version) => version.as_i64().map(Some).ok_or_else(|| Error::invalid("versions", Say::new("error-whole"))),
    };
    let mut plan = Plan { kept: (kept, version(kept)?), gone: Vec::new(), picks: Vec::new() };
    for id in gone {
        plan.gone.push((id, version(id)?));
    }
    for (field, pick) in members("fields", object.get("fields"))? {
        let pick = match pick {
            Json::String(all) if all == "all" => Pick::United,
            Json::String(_) => Pick::Of(id_of(&field, Some(&pick))?),
            Json::Object(given) if given.len() == 1 && given.contains_key("value") => {
                let mut typed = Map::new();
                typed.insert(field.clone(), given["value"].clone());
                Pick::Typed(input::read(&caller.who.model, entity, &typed)?.values)
            }
            _ => return Err(Error::invalid(field, Say::new("error-merge-of"))),
        };
        plan.picks.push((field, pick));
    }
    Ok(plan)
}

/// Refuses names that nobody described.
fn known(object: &Map<String, Json>, names: &[&str]) -> Result<()> {
    let unknown = object.keys().filter(|name| !names.contains(&name.as_str()));
    let problems: Vec<Problem> = unknown.map(|name| Problem { field: name.clone(), say: Say::new("error-unknown-field") }).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn members(name: &str, json: Option<&Json>) -> Result<Map<String, Json>> {
    match json {
        None => Ok(Map::new()),
        Some(Json::Object(members)) => Ok(members.clone()),
        Some(_) => Err(Error::invalid(name, Say::new("error-object-expected"))),
    }
}

fn id_of(name: &str, json: Option<&Json>) -> Result<Id> {
    let id = json.and_then(Json::as_str).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::invalid(name, Say::new("error-merge-id")))
}
