//! Signing in with a passkey alone.

use crate::caller::Visitor;
use crate::form::Fields;
use crate::pages::answer;
use crate::pages::coming_in::{self, Coming};
use crate::pages::sign_in::{safe, take_place};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use engine::identity::Asked;
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method};
use kernel::Error;

/// The routes of passkeys at the door.
pub(super) fn routes(routes: Routes) -> Routes {
    let route = |path, input, audit| Route::page(Method::POST, path, Policy::Public, Rate::OpenForm, input, audit);
    routes
        .add(route("/sign-in/passkey", "PasskeyAnswer", "sign-in-passkey"), enter)
        .add(route("/sign-in/passkey/question", "Question", "passkey-question"), question)
}

/// A question to a browser, for a module of ours.
pub(super) fn asked(asked: Asked) -> Answer {
    let question: serde_json::Value = serde_json::from_str(&asked.question).map_err(Error::internal)?;
    let mut response = Response::new(Body::from(serde_json::json!({ "secret": asked.secret, "question": question }).to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

async fn question(State(web): State<Web>, headers: HeaderMap) -> Answer {
    asked(web.engine().ask_any_passkey(&crate::headers::origin_of(&web, &headers)).await?)
}

async fn enter(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, fields: Fields) -> Answer {
    let next = safe(fields.get("next").unwrap_or_default());
    let (secret, answered) = (fields.get("secret").unwrap_or_default(), fields.get("answer").unwrap_or_default());
    let (address, coming) = (crate::headers::origin_of(&web, &headers), Coming::of(&web, &visitor, &headers));
    let Some(session) = web.engine().enter_by_passkey(secret, answered, &address, coming.device()).await? else {
        return Ok(answer::to("/sign-in?said=passkey"));
    };
    take_place(&web, &visitor).await?;
    let email = web.engine().email_of(session.who.user.ok_or(Error::NotFound)?).await?;
    coming_in::on_to(&web, next, &email, &session)
}
