//! What was done to a record: `GET /api/v1/accounts/{id}/history`.

use super::json;
use super::parameters::Parameters;
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Named, Of, Web};
use axum::extract::State;
use engine::principal::Verb;
use http::Method;
use serde_json::{Value as Json, json};

/// Entries at most.
const MOST_ENTRIES: u32 = 200;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::api(Method::GET, "/api/v1/{plural}/{id}/history", Policy::Record(Verb::See), Rate::Api, "Parameters", ""), history)
}

async fn history(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking) -> Answer {
    let parameters = Parameters::only(asking, &["limit"])?;
    let limit = parameters.read::<u32>("limit")?.unwrap_or(50).clamp(1, MOST_ENTRIES);
    let (entries, names) = web.engine().history(&caller.who, &entity, named.id("id")?, limit as usize).await?;
    let entries: Vec<Json> = entries
        .iter()
        .map(|entry| {
            let told = entry.changes.iter().filter(|change| entity.field(&change.key).is_none_or(|field| !field.secret));
            let changes: Vec<Json> =
                told.map(|change| json!({ "field": change.key, "before": change.before, "after": change.after })).collect();
            json!({
                "changeset": entry.changeset.to_string(),
                "at": entry.at.to_string(),
                "author": entry.author.map(|id| id.to_string()),
                "author_name": entry.author.and_then(|id| names.get(&id)),
                "through": entry.through,
                "why": entry.why,
                "action": entry.action.key(),
                "undone": entry.undone,
                "changes": changes,
            })
        })
        .collect();
    Ok(json(json!({ "entries": entries }).to_string().into_bytes()))
}
