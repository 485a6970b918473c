//! Inviting somebody: a letter with a link, by which he chooses his password himself.

use crate::pages::answer::{notice_as, onward_saying};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Named, Web};
use axum::extract::State;
use http::{Method, StatusCode};
use kernel::Error;
use kernel::error::Conflict;

/// The route of an invitation.
pub(super) fn routes(routes: Routes) -> Routes {
    let route = Route::page(Method::POST, "/users/{id}/invitation", Policy::Administrator, Rate::Person, "Invitation", "invitation");
    routes.add(route, invite)
}

async fn invite(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    let user = named.id("id")?;
    let back = format!("/users/{user}");
    match web.engine().invite(&reader.who, user).await {
        Ok(()) => onward_saying(&reader, &back, "said-invited", "", None),
        Err(Error::Conflict(Conflict::State(say))) => notice_as(&reader, StatusCode::CONFLICT, &reader.speech.sentence(&say), &back),
        Err(error) => Err(error.into()),
    }
}
