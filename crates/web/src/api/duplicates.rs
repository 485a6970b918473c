//! The queue of doubles: `GET /api/v1/accounts/duplicates`, and what somebody says of pairs, `POST` at the same address.

use super::parameters::{MOST_RECORDS, Parameters};
use super::{input, json};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Of, Web};
use axum::extract::{Request, State};
use engine::duplicates::{Asking as Asked, Evidence, State as What, Two};
use engine::principal::Verb;
use http::Method;
use kernel::{Error, Id, Problem, Problems, Say};
use serde_json::{Value as Json, json};

pub(crate) fn routes(routes: Routes) -> Routes {
    let path = "/api/v1/{plural}/duplicates";
    let list = Route::api(Method::GET, path, Policy::Entity(Verb::Change), Rate::Heavy, "Parameters", "");
    let decide = Route::api(Method::POST, path, Policy::Entity(Verb::Change), Rate::Api, "Decision", "decide-duplicates");
    routes.add(list, self::list).add(decide, self::decide)
}

/// A likeness, from 0 to 1.
pub(super) fn score(score: i64) -> Json {
    json!(score as f64 / 10_000.0)
}

/// The fields that speak for one record, or against.
pub(super) fn fields(evidence: &[Evidence], speaks_for: bool) -> Json {
    let fields = evidence.iter().filter(|one| one.weight != 0 && one.speaks_for() == speaks_for);
    Json::Array(fields.map(|one| Json::from(one.field.as_str())).collect())
}

async fn list(State(web): State<Web>, caller: Caller, Of(entity): Of, asking: Asking) -> Answer {
    let parameters = Parameters::only(asking, &["state", "likeness", "of", "limit", "cursor"])?;
    let wrong = |name: &str| Error::invalid(name, Say::new("error-parameter-value").with("name", name));
    let state = parameters.text("state").map_or(Some(What::Open), What::parse).ok_or_else(|| wrong("state"))?;
    let likeness = parameters.read::<f64>("likeness")?.unwrap_or_default();
    if !(0.0..=1.0).contains(&likeness) {
        return Err(wrong("likeness").into());
    }
    let of: Option<Id> = parameters.text("of").map(|text| text.parse().map_err(|_| wrong("of"))).transpose()?;
    let limit = parameters.read::<u32>("limit")?.map_or(50, |limit| (limit as usize).clamp(1, MOST_RECORDS));
    let after = parameters.text("cursor").map(|text| place(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    let asked = Asked { state, least: (likeness * 10_000.0) as i64, of, after, limit: limit + 1 };
    let mut queue = web.engine().duplicates(&caller.who, &entity, asked).await?;
    let more = queue.len() > limit;
    queue.truncate(limit);
    let next = queue.last().filter(|_| more).map(|last| {
        let (rank, pair) = last.place();
        format!("{rank}.{}-{}", pair.a, pair.b)
    });
    let pairs: Vec<Json> = queue
        .iter()
        .map(|queued| {
            json!({
                "a": queued.pair.a.to_string(),
                "b": queued.pair.b.to_string(),
                "state": queued.state.key(),
                "score": score(queued.score),
                "for": fields(&queued.evidence, true),
                "against": fields(&queued.evidence, false),
                "decided_at": queued.decided.map(|(at, _)| at.to_string()),
                "decided_by": queued.decided.and_then(|(_, by)| by).map(|by| by.to_string()),
            })
        })
        .collect();
    Ok(json(json!({ "pairs": pairs, "next": next }).to_string().into_bytes()))
}

/// Where a page begins: `812.A-B`.
fn place(text: &str) -> Option<(i64, Two)> {
    let (rank, pair) = text.split_once('.')?;
    let (a, b) = pair.split_once('-')?;
    Some((rank.parse().ok()?, Two::new(a.parse().ok()?, b.parse().ok()?)?))
}

async fn decide(State(web): State<Web>, caller: Caller, Of(entity): Of, asking: Asking, request: Request) -> Answer {
    Parameters::only(asking, &[])?;
    let (object, _) = input::object(request).await?;
    let unknown = object.keys().filter(|key| !["a", "b", "state"].contains(&key.as_str()));
    let mut problems: Problems = unknown.map(|key| Problem { field: key.clone(), say: Say::new("error-unknown-field") }).collect();
    let id = |key: &str, problems: &mut Problems| -> Option<Id> {
        let id = object.get(key).and_then(Json::as_str).and_then(|text| text.parse().ok());
        if id.is_none() {
            problems.push(Problem {
                field: key.to_owned(),
                say: Say::new(if object.contains_key(key) { "error-link" } else { "error-required" }),
            });
        }
        id
    };
    let (a, b) = (id("a", &mut problems), id("b", &mut problems));
    // They become one by being merged.
    let state = object.get("state").and_then(Json::as_str).and_then(What::parse).filter(|state| *state != What::Merged);
    if state.is_none() {
        problems.push(Problem { field: "state".to_owned(), say: Say::new("error-duplicates-state") });
    }
    let pair = a.zip(b).and_then(|(a, b)| Two::new(a, b));
    match (pair, state) {
        (Some(pair), Some(state)) if problems.is_empty() => {
            web.engine().decide_duplicates(&caller.who, &entity, &[pair], state).await?;
            let told = json!({ "a": pair.a.to_string(), "b": pair.b.to_string(), "state": state.key() });
            Ok(json(told.to_string().into_bytes()))
        }
        _ => {
            if problems.is_empty() {
                problems.push(Problem { field: "b".to_owned(), say: Say::new("error-link") });
            }
            Err(Error::Invalid(problems).into())
        }
    }
}
