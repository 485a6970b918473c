//! Whoever has forgotten his password asks for a letter. The answer is the same for everybody.

use crate::caller::Visitor;
use crate::form::Fields;
use crate::pages::access::input::Input;
use crate::pages::answer;
use crate::pages::sign_in::Door;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use http::{HeaderMap, Method, StatusCode};
use kernel::Error;

/// The routes of a forgotten password.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, "/sign-in/forgotten", Policy::Public, Rate::Person, "", ""), form)
        .add(Route::page(Method::POST, "/sign-in/forgotten", Policy::Public, Rate::OpenForm, "Forgotten", "forgotten-password"), ask)
}

/// A page before one is in: a few sentences, and perhaps a form.
#[derive(Template)]
#[template(path = "door.html")]
pub(super) struct DoorPage<'d> {
    pub(super) reader: &'d Door,
    pub(super) title: String,
    pub(super) lead: String,
    /// What went wrong with the form as a whole.
    pub(super) wrong: Option<String>,
    /// Where the form goes; empty for none.
    pub(super) action: &'d str,
    pub(super) inputs: Vec<Input>,
    /// Names and values that the form carries along.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) button: String,
    /// The way on, under the form: address and words.
    pub(super) onward: Vec<(&'static str, String)>,
}

impl DoorPage<'_> {
    pub(super) fn shown(&self, status: StatusCode) -> Answer {
        Ok(answer::html(status, answer::markup(self)?))
    }
}

async fn form(State(web): State<Web>, visitor: Visitor, headers: HeaderMap) -> Answer {
    let door = Door::new(&web, &visitor, &headers);
    let speech = &door.speech;
    let email = Input::new(speech, "sign-in", "email", "email", "").auto("username").required().focused();
    DoorPage {
        reader: &door,
        title: speech.say("forgotten").to_owned(),
        lead: speech.say("forgotten-lead").to_owned(),
        wrong: None,
        action: "/sign-in/forgotten",
        inputs: vec![email],
        hidden: Vec::new(),
        button: speech.say("forgotten-send").to_owned(),
        onward: vec![("/sign-in", speech.say("sign-in-back").to_owned())],
    }
    .shown(StatusCode::OK)
}

async fn ask(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, fields: Fields) -> Answer {
    let door = Door::new(&web, &visitor, &headers);
    let email: String = fields.get("email").unwrap_or_default().trim().chars().take(254).collect();
    match web.engine().ask_reset(&email).await {
        // An installation without keys sends nothing, to nobody.
        Ok(()) | Err(Error::Unavailable(_)) => {}
        Err(error) => return Err(error.into()),
    }
    DoorPage {
        reader: &door,
        title: door.speech.say("forgotten-sent").to_owned(),
        lead: door.speech.say("forgotten-sent-lead").to_owned(),
        wrong: None,
        action: "",
        inputs: Vec::new(),
        hidden: Vec::new(),
        button: String::new(),
        onward: vec![("/sign-in", door.speech.say("sign-in-back").to_owned())],
    }
    .shown(StatusCode::OK)
}
