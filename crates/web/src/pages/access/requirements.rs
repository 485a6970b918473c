//! What the administrator asks of whoever signs in: a second factor of whom, and how long a session lasts.

use super::input::{Input, marked};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::identity::{OfWhom, SignInPolicy};
use http::{Method, StatusCode};
use kernel::{Error, Problems};

const HERE: &str = "/administration/sign-in";

/// The routes of what is asked.
pub(super) fn routes(routes: Routes) -> Routes {
    let route = |method, input, audit| Route::page(method, HERE, Policy::Administrator, Rate::Person, input, audit);
    routes.add(route(Method::GET, "", ""), show).add(route(Method::POST, "SignInPolicy", "sign-in-policy"), set)
}

#[derive(Template)]
#[template(path = "requirements.html")]
struct RequirementsPage<'p> {
    reader: &'p Reader,
    title: String,
    inputs: Vec<Input>,
}

fn word(of: OfWhom) -> &'static str {
    match of {
        OfWhom::Nobody => "nobody",
        OfWhom::Administrators => "administrators",
        OfWhom::Everybody => "everybody",
    }
}

fn page(reader: &Reader, status: StatusCode, second_factor: &str, idle_hours: &str, whole_days: &str, problems: Problems) -> Answer {
    let speech = &reader.speech;
    let options =
        ["nobody", "administrators", "everybody"].map(|key| (key.to_owned(), speech.say(&format!("required-of-{key}")).to_owned()));
    let mut inputs = vec![
        Input::new(speech, "required", "second_factor", "select", second_factor).options(options.into()),
        Input::new(speech, "required", "idle_minutes", "text", idle_hours).required(),
        Input::new(speech, "required", "whole_days", "text", whole_days).required(),
    ];
    for input in &mut inputs[1..] {
        (input.numeric, input.width) = (true, "w-short");
    }
    marked(&mut inputs, speech, problems);
    rendered(reader, status, &RequirementsPage { reader, title: speech.say("required").to_owned(), inputs })
}

async fn show(reader: Reader) -> Answer {
    let policy = reader.web.engine().sign_in_policy().await?;
    page(&reader, StatusCode::OK, word(policy.second_factor), &policy.idle_minutes.to_string(), &policy.whole_days.to_string(), Vec::new())
}

async fn set(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let (second_factor, idle, whole) = (text("second_factor"), text("idle_minutes"), text("whole_days"));
    let policy = SignInPolicy {
        second_factor: match second_factor.as_str() {
            "administrators" => OfWhom::Administrators,
            "everybody" => OfWhom::Everybody,
            _ => OfWhom::Nobody,
        },
        idle_minutes: idle.parse().unwrap_or(0),
        whole_days: whole.parse().unwrap_or(0),
    };
    match web.engine().set_sign_in_policy(&reader.who, policy).await {
        Ok(()) => onward_saying(&reader, HERE, "said-sign-in-policy", "", None),
        Err(Error::Invalid(problems)) => page(&reader, StatusCode::UNPROCESSABLE_ENTITY, &second_factor, &idle, &whole, problems),
        Err(error) => Err(error.into()),
    }
}
