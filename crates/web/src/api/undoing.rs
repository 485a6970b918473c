//! Undoing a changeset: `PUT /api/v1/changesets/{id}/undoing`.

use super::json;
use super::parameters::Parameters;
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Named, Web};
use axum::extract::State;
use http::Method;
use serde_json::{Value as Json, json};

pub(crate) fn routes(routes: Routes) -> Routes {
    // Whose changeset it is, the verb finds out: somebody else's is not found.
    routes.add(Route::api(Method::PUT, "/api/v1/changesets/{id}/undoing", Policy::SignedIn, Rate::Api, "none", "undo"), undo)
}

async fn undo(State(web): State<Web>, caller: Caller, named: Named, asking: Asking) -> Answer {
    Parameters::only(asking, &[])?;
    let changeset = named.id("id")?;
    let undone = match web.engine().bulk_of(&caller.who, changeset).await? {
        Some(bulk) => match web.engine().undo_bulk(&caller.who, bulk).await? {
            Some(undone) => undone,
            // Many: it goes on by itself.
            None => return super::bulk::accepted(&web, &caller, bulk).await,
        },
        None => web.engine().undo(&caller.who, changeset).await?,
    };
    let left: Vec<Json> = undone.left.iter().map(|(record, field)| json!({ "record": record.to_string(), "field": field })).collect();
    let answer = json!({ "changeset": undone.changeset.map(|id| id.to_string()), "records": undone.records, "left": left });
    Ok(json(answer.to_string().into_bytes()))
}
