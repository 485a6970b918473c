//! The page that a letter leads to: somebody chooses his password. Its address is a secret, which no page after it is told.

use super::forgotten::DoorPage;
use crate::caller::Visitor;
use crate::form::{Asking, Fields};
use crate::pages::access::input::{Input, marked};
use crate::pages::answer;
use crate::pages::sign_in::Door;
use crate::pages::speech::Speech;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::extract::State;
use axum::response::Response;
use engine::identity::{Link, Purpose};
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use kernel::{Error, Problems};

const HERE: &str = "/sign-in/new-password";

/// The routes of a new password.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, HERE, Policy::Public, Rate::OpenForm, "", ""), form)
        .add(Route::page(Method::POST, HERE, Policy::Public, Rate::OpenForm, "NewPassword", "new-password"), set)
}

async fn form(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, Asking(asked): Asking) -> Answer {
    let mut door = Door::new(&web, &visitor, &headers);
    let token = asked.get("token").unwrap_or_default();
    match web.engine().link(token).await? {
        Some(link) => shown(&web, &mut door, StatusCode::OK, token, &link, Vec::new()),
        None => over(&door),
    }
}

async fn set(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, fields: Fields) -> Answer {
    let mut door = Door::new(&web, &visitor, &headers);
    let token = fields.get("token").unwrap_or_default();
    let Some(link) = web.engine().link(token).await? else { return over(&door) };
    match web.engine().use_link(token, fields.get("password").unwrap_or_default().to_owned()).await {
        Ok(Some(_)) => Ok(untold(answer::to("/sign-in?said=new-password"))),
        Ok(None) => over(&door),
        Err(Error::Invalid(problems)) => shown(&web, &mut door, StatusCode::UNPROCESSABLE_ENTITY, token, &link, problems),
        Err(error) => Err(error.into()),
    }
}

fn shown(web: &Web, door: &mut Door, status: StatusCode, token: &str, link: &Link, problems: Problems) -> Answer {
    door.speech = Speech::new(web, link.language);
    let speech = &door.speech;
    let lead = match link.purpose {
        Purpose::Invitation => speech.with("new-password-invited", &[("name", &link.name), ("company", &door.company)]),
        Purpose::Reset => speech.with("new-password-lead", &[("name", &link.name)]),
    };
    let mut inputs = vec![
        Input::new(speech, "new-password", "password", "password", "")
            .hint(speech.say("password-hint"))
            .auto("new-password")
            .required()
            .focused(),
    ];
    let wrong = marked(&mut inputs, speech, problems).into_iter().next();
    let page = DoorPage {
        reader: door,
        title: speech.say("new-password").to_owned(),
        lead,
        wrong,
        action: HERE,
        inputs,
        hidden: vec![("token", token.to_owned()), ("username", link.email.clone())],
        button: speech.say("password-set").to_owned(),
        onward: Vec::new(),
    };
    Ok(untold(page.shown(status)?))
}

/// A link that was used, is too old, or never was: nobody is told which.
fn over(door: &Door) -> Answer {
    let page = DoorPage {
        reader: door,
        title: door.speech.say("new-password-over").to_owned(),
        lead: door.speech.say("new-password-over-lead").to_owned(),
        wrong: None,
        action: "",
        inputs: Vec::new(),
        hidden: Vec::new(),
        button: String::new(),
        onward: vec![
            ("/sign-in/forgotten", door.speech.say("forgotten").to_owned()),
            ("/sign-in", door.speech.say("sign-in-back").to_owned()),
        ],
    };
    Ok(untold(page.shown(StatusCode::NOT_FOUND)?))
}

fn untold(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
