//! Signing in and out. A try is weighed before anything is hashed; whoever comes in gets a session of his own.

use crate::caller::{Caller, Visitor};
use crate::form::{Asking, Fields};
use crate::headers::network;
use crate::pages::access::second_step;
use crate::pages::coming_in::Coming;
use crate::pages::reader::theme;
use crate::pages::speech::Speech;
use crate::pages::{answer, coming_in};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use engine::identity::{Attempt, Entry};
use http::header::{self, HeaderValue};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use kernel::Error;
use std::sync::Arc;

/// The routes of signing in and out.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, "/sign-in", Policy::Public, Rate::Person, "", ""), form)
        .add(Route::page(Method::POST, "/sign-in", Policy::Public, Rate::OpenForm, "SignIn", "sign-in"), enter)
        .add(Route::page(Method::POST, "/sign-out", Policy::SignedIn, Rate::Person, "SignOut", "sign-out"), leave)
}

/// What the pages before one is in have in common.
pub(crate) struct Door {
    pub(crate) speech: Speech,
    pub(crate) theme: &'static str,
    pub(crate) company: Arc<str>,
    /// The address of the company's logo, if it has one.
    pub(crate) logo: Option<String>,
    /// There is no session yet, and so no token.
    pub(crate) csrf: &'static str,
}

impl Door {
    pub(crate) fn new(web: &Web, visitor: &Visitor, headers: &HeaderMap) -> Door {
        Door { speech: Speech::new(web, visitor.language), theme: theme(headers), company: web.company(), logo: web.logo(), csrf: "" }
    }
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage<'s> {
    reader: &'s Door,
    title: &'s str,
    email: &'s str,
    next: &'s str,
    /// What was done before one came here; empty for nothing.
    said: &'s str,
    /// The company's own way in: what it is called, and its address.
    company: Option<(String, String)>,
    wrong: Option<String>,
}

async fn form(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, Asking(asked): Asking) -> Answer {
    let next = safe(asked.get("next").unwrap_or_default());
    if visitor.caller.is_some() {
        return Ok(answer::to(next));
    }
    let door = Door::new(&web, &visitor, &headers);
    let said = if asked.get("said") == Some("new-password") { door.speech.say("sign-in-said-new-password") } else { "" };
    let wrong = match asked.get("said") {
        Some("passkey") => Some("sign-in-said-passkey"),
        Some("company") => Some("sign-in-said-company"),
        Some("company-unknown") => Some("sign-in-said-company-unknown"),
        _ => None,
    };
    let wrong = wrong.map(|key| door.speech.say(key).to_owned());
    page(&web, &door, StatusCode::OK, "", next, said, wrong).await
}

async fn shown(web: &Web, door: &Door, status: StatusCode, email: &str, next: &str, wrong: Option<String>) -> Answer {
    page(web, door, status, email, next, "", wrong).await
}

async fn page(web: &Web, door: &Door, status: StatusCode, email: &str, next: &str, said: &str, wrong: Option<String>) -> Answer {
    let next = if next == "/" { "" } else { next };
    let company = web.engine().openid_provider().await?.map(|provider| {
        let mut question = String::new();
        if !next.is_empty() {
            crate::pages::html::pair(&mut question, "?next", next);
        }
        (provider.name, format!("/sign-in/company{question}"))
    });
    let page = SignInPage { reader: door, title: door.speech.say("sign-in"), email, next, said, company, wrong };
    Ok(answer::html(status, answer::markup(&page)?))
}

async fn enter(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, fields: Fields) -> Answer {
    let door = Door::new(&web, &visitor, &headers);
    let email: String = fields.get("email").unwrap_or_default().trim().chars().take(254).collect();
    let next = safe(fields.get("next").unwrap_or_default());
    let device = coming_in::known(&web, &headers, &email);
    let attempt = Attempt { account: email.clone(), address: network(visitor.address).to_string(), device };
    let engine = web.engine();
    match engine.begin_attempt(&attempt).await {
        Ok(()) => {}
        Err(Error::Busy(seconds)) => {
            let wait = door.speech.with("sign-in-wait", &[("seconds", &seconds.to_string())]);
            let mut response = shown(&web, &door, StatusCode::TOO_MANY_REQUESTS, &email, next, Some(wait)).await?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            return Ok(response);
        }
        Err(error) => return Err(error.into()),
    }
    let password = fields.get("password").unwrap_or_default().to_owned();
    let Some(entry) = engine.sign_in(&email, password, Coming::of(&web, &visitor, &headers).device()).await? else {
        let wrong = door.speech.say("sign-in-wrong").to_owned();
        return shown(&web, &door, StatusCode::UNPROCESSABLE_ENTITY, &email, next, Some(wrong)).await;
    };
    engine.succeeded(&attempt).await?;
    match entry {
        Entry::In(session) => {
            take_place(&web, &visitor).await?;
            coming_in::on_to(&web, next, &email, &session)
        }
        Entry::Half(secret) => second_step::lead(&web, &secret, next),
    }
}

/// Whoever sat here before is out: a session is never taken over.
pub(crate) async fn take_place(web: &Web, visitor: &Visitor) -> kernel::Result<()> {
    match &visitor.caller {
        Some(Caller { session: Some(before), .. }) => web.engine().end_session(before).await,
        _ => Ok(()),
    }
}

async fn leave(State(web): State<Web>, caller: Caller) -> Result<Response, crate::Failure> {
    if let Some(session) = &caller.session {
        web.engine().end_session(session).await?;
    }
    let mut response = answer::to("/sign-in");
    response.headers_mut().append(header::SET_COOKIE, web.no_cookie());
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// An address to go on to: one of ours, never another host's.
pub(crate) fn safe(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && next.bytes().all(|byte| byte.is_ascii_graphic());
    if own && next.len() <= 2_000 && !next.starts_with("/sign-") { next } else { "/" }
}

#[cfg(test)]
mod tests;
