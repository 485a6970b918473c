//! What went wrong, as an answer: mapped from [`kernel::Error`] once, logged once.
//!
//! For the API a problem document (RFC 9457), for pages a page. What may not be seen answers byte for byte like what
//! does not exist.

use crate::caller::Caller;
use crate::route::Face;
use crate::state::Web;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderValue};
use http::{HeaderName, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Language, Problem, Problems, Say};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Why a handler did not do what it was asked; the guard makes an answer of it.
#[derive(Debug, Clone)]
pub struct Failure(Box<Inside>);

#[derive(Debug, Clone)]
struct Inside {
    status: StatusCode,
    say: Say,
    problems: Problems,
    more: Vec<(&'static str, Json)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

/// What a page shows of a failure.
#[derive(Debug)]
pub struct Shown<'f> {
    /// The status.
    pub status: StatusCode,
    /// A few words.
    pub title: &'f str,
    /// A sentence.
    pub detail: &'f str,
    /// What is wrong with which field.
    pub problems: Vec<(&'f str, String)>,
    /// Under which number it stands in the log; none for what is no fault of ours.
    pub id: Option<&'f str>,
    /// The reader's language.
    pub language: Language,
    /// Who asked, where he is known.
    pub caller: Option<&'f Caller>,
    /// Whether a part of a page was asked for, not a whole one.
    pub fragment: bool,
}

/// Makes the page that shows a failure.
pub type ErrorPage = fn(&Web, &Shown<'_>) -> String;

impl Failure {
    /// A failure of HTTP's own: a status and a sentence.
    pub fn status(status: StatusCode, say: Say) -> Failure {
        Failure(Box::new(Inside { status, say, problems: Vec::new(), more: Vec::new(), headers: Vec::new(), cause: None }))
    }

    /// Nobody is signed in.
    pub fn nobody() -> Failure {
        Failure::status(StatusCode::UNAUTHORIZED, Say::new("error-nobody"))
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"scheda\""))
    }

    /// The same with one more member of the problem document.
    pub fn with(mut self, name: &'static str, value: Json) -> Failure {
        self.0.more.push((name, value));
        self
    }

    /// The same with one more header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Failure {
        self.0.headers.push((name, value));
        self
    }

    /// The same about some fields.
    fn about(mut self, problems: Problems) -> Failure {
        self.0.problems = problems;
        self
    }

    /// What it says, in the caller's language.
    pub fn says(&self, web: &Web, language: Language) -> String {
        web.words().say(&self.0.say, language)
    }

    /// Its status.
    pub fn code(&self) -> StatusCode {
        self.0.status
    }

    /// What is wrong with which field.
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        use StatusCode as S;
        match error {
            Error::NotFound => Failure::status(S::NOT_FOUND, Say::new("error-not-found")),
            Error::Forbidden(say) => Failure::status(S::FORBIDDEN, say),
            Error::Invalid(problems) => Failure::status(S::UNPROCESSABLE_ENTITY, Say::new("error-invalid")).about(problems),
            Error::Conflict(Conflict::Stale { version }) => {
                Failure::status(S::CONFLICT, Say::new("error-stale")).with("version", json!(version))
            }
            Error::Conflict(Conflict::Taken { field }) => {
                let problems = vec![Problem { field, say: Say::new("error-taken") }];
                Failure::status(S::CONFLICT, Say::new("error-taken-record")).about(problems)
            }
            Error::Conflict(Conflict::State(say)) => Failure::status(S::CONFLICT, say),
            Error::Busy(seconds) => Failure::status(S::TOO_MANY_REQUESTS, Say::new("error-busy").with("seconds", seconds))
                .header(header::RETRY_AFTER, HeaderValue::from(seconds)),
            Error::Unavailable(say) if say.key == "error-disk-full" => Failure::status(S::INSUFFICIENT_STORAGE, say),
            Error::Unavailable(say) => {
                Failure::status(S::SERVICE_UNAVAILABLE, say).header(header::RETRY_AFTER, HeaderValue::from_static("5"))
            }
            Error::Internal(cause) => {
                let mut failure = Failure::status(S::INTERNAL_SERVER_ERROR, Say::new("error-internal"));
                failure.0.cause = Some(cause);
                failure
            }
        }
    }
}

/// Carries the failure to the guard, which knows the face and the language.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The failure that a handler's answer carries, if it is one. An answer of axum itself, which speaks plain English, counts too.
pub(crate) fn carried(response: &mut Response) -> Option<Failure> {
    if let Some(failure) = response.extensions_mut().remove::<Arc<Failure>>() {
        return Some(Arc::unwrap_or_clone(failure));
    }
    let status = response.status();
    let plain = response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !plain || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let key = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "error-too-large",
        StatusCode::METHOD_NOT_ALLOWED => "error-method",
        StatusCode::NOT_FOUND => "error-not-found",
        status if status.is_server_error() => "error-internal",
        _ => "error-malformed",
    };
    let mut failure = Failure::status(status, Say::new(key));
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        failure = failure.header(header::ALLOW, allowed.clone());
    }
    Some(failure)
}

/// The answer to a failure.
pub(crate) fn answer(web: &Web, failure: Failure, face: Face, language: Language, caller: Option<&Caller>, fragment: bool) -> Response {
    let failure = *failure.0;
    let id = failure.status.is_server_error().then(|| web.engine().id().to_string());
    match &failure.cause {
        Some(cause) => tracing::error!(id = id.as_deref(), cause, "a request failed"),
        None if id.is_some() => {
            tracing::warn!(id = id.as_deref(), status = failure.status.as_u16(), say = %failure.say, "a request failed")
        }
        None => tracing::debug!(status = failure.status.as_u16(), say = %failure.say, "a request was refused"),
    }
    let words = web.words();
    let title_key = format!("status-{}", failure.status.as_u16());
    let title = words.get(&title_key, language);
    let mut detail = words.say(&failure.say, language);
    if let [only] = failure.problems.as_slice()
        && only.field.is_empty()
    {
        detail = words.say(&only.say, language);
    }
    let said = |problem: &Problem| words.say(&problem.say, language);
    let (kind, body) = match face {
        Face::Api => {
            let mut document = Map::new();
            document.insert("type".into(), Json::String(format!("urn:scheda:{}", failure.say.key.trim_start_matches("error-"))));
            document.insert("title".into(), Json::String(title.to_owned()));
            document.insert("status".into(), json!(failure.status.as_u16()));
            document.insert("detail".into(), Json::String(detail));
            if !failure.problems.is_empty() {
                let errors = failure.problems.iter().map(|problem| {
                    let mut one = json!({ "field": problem.field, "message": said(problem) });
                    if let Some((_, at)) = problem.say.with.iter().find(|(name, _)| name == "at") {
                        one["at"] = at.parse::<u64>().map_or(Json::Null, Json::from);
                    }
                    one
                });
                document.insert("errors".into(), errors.collect());
            }
            for (name, value) in &failure.more {
                document.insert((*name).to_owned(), value.clone());
            }
            if let Some(id) = &id {
                document.insert("id".into(), Json::String(id.clone()));
            }
            ("application/problem+json", Json::Object(document).to_string())
        }
        Face::Asset | Face::Stream => ("text/plain; charset=utf-8", detail),
        Face::Page => {
            let problems = failure.problems.iter().map(|problem| (problem.field.as_str(), said(problem))).collect();
            let shown = Shown { status: failure.status, title, detail: &detail, problems, id: id.as_deref(), language, caller, fragment };
            let page = web.error_page().unwrap_or(plain_page);
            ("text/html; charset=utf-8", page(web, &shown))
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = failure.status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in failure.headers {
        response.headers_mut().insert(name, value);
    }
    response
}

/// A page for when nobody has made a better one.
fn plain_page(_: &Web, shown: &Shown<'_>) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>{}</title><h1>{}</h1><p>{}</p>",
        shown.language.code(),
        escape(shown.title),
        escape(shown.title),
        escape(shown.detail)
    );
    for (field, message) in &shown.problems {
        page.push_str(&format!("<p>{}: {}</p>", escape(field), escape(message)));
    }
    if let Some(id) = shown.id {
        page.push_str(&format!("<p>{}</p>", escape(id)));
    }
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
