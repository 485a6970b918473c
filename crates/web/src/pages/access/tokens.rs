//! Tokens of one's own, by which programs use the API in one's name: made, shown once, revoked.

use super::input::{Input, marked};
use super::moments::day;
use super::security::{me, unproved};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use kernel::{Date, Error, Moment, Problems, Say};
use std::str::FromStr;

const HERE: &str = "/preferences/tokens";

/// The routes of one's own tokens.
pub(super) fn routes(routes: Routes) -> Routes {
    let route = |method, path, input, audit| Route::page(method, path, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(route(Method::GET, HERE, "", ""), show)
        .add(route(Method::POST, HERE, "Token", "token-made"), make)
        .add(route(Method::POST, "/preferences/tokens/revocation", "TokenRevocation", "token-revoked"), revoke)
}

struct Line {
    id: String,
    name: String,
    begins: String,
    text: String,
    question: String,
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage<'p> {
    reader: &'p Reader,
    title: String,
    tokens: Vec<Line>,
    /// The one that was made now: it is shown this once.
    secret: Option<String>,
    inputs: Vec<Input>,
}

async fn show(reader: Reader) -> Answer {
    page(&reader, StatusCode::OK, None, ("", ""), Vec::new()).await
}

async fn page(reader: &Reader, status: StatusCode, secret: Option<String>, entered: (&str, &str), problems: Problems) -> Answer {
    let speech = &reader.speech;
    let line = |token: engine::identity::Token| {
        let mut text = vec![speech.with("token-since", &[("day", &day(reader, token.created_at))])];
        text.push(match token.used_at {
            Some(used) => speech.with("token-used", &[("day", &day(reader, used))]),
            None => speech.say("token-unused").to_owned(),
        });
        text.push(match token.expires_at {
            Some(until) if until <= reader.web.engine().now() => speech.say("token-over").to_owned(),
            Some(until) => speech.with("token-good-until", &[("day", &day(reader, until.plus_millis(-1)))]),
            None => speech.say("token-lasting").to_owned(),
        });
        let question = speech.with("token-revoke-question", &[("name", &token.name)]);
        Line { id: token.id, name: token.name, begins: token.begins, text: text.join(" · "), question }
    };
    let tokens = reader.web.engine().tokens(me(reader)?).await?.into_iter().map(line).collect();
    let mut inputs =
        vec![Input::new(speech, "token", "name", "text", entered.0).required(), Input::new(speech, "token", "until", "date", entered.1)];
    inputs[1].width = "w-medium";
    marked(&mut inputs, speech, problems);
    rendered(reader, status, &TokensPage { reader, title: speech.say("tokens").to_owned(), tokens, secret, inputs })
}

async fn make(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    if let Some(proof) = unproved(&reader) {
        return proof;
    }
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let (name, until) = (text("name"), text("until"));
    let made = match end(&reader, &until) {
        Ok(until) => web.engine().make_token_until(me(&reader)?, &name, until).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(secret) => page(&reader, StatusCode::OK, Some(secret), ("", ""), Vec::new()).await,
        Err(Error::Invalid(problems)) => page(&reader, StatusCode::UNPROCESSABLE_ENTITY, None, (&name, &until), problems).await,
        Err(error) => Err(error.into()),
    }
}

/// The end of a day, by the company's clock.
fn end(reader: &Reader, until: &str) -> kernel::Result<Option<Moment>> {
    if until.is_empty() {
        return Ok(None);
    }
    let day = Date::from_str(until).map_err(|_| Error::invalid("until", Say::new("error-token-day")))?;
    Ok(Some(day.plus_days(1).start(&reader.reading.zone)))
}

async fn revoke(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    web.engine().revoke_own_token(me(&reader)?, fields.get("id").unwrap_or_default()).await?;
    onward_saying(&reader, HERE, "said-token-revoked", "", None)
}
