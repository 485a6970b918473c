//! The second step of signing in: a code of the app, one on paper, or a passkey. Whoever stands here has a cookie of a few minutes,
//! which opens nothing else.

use crate::caller::Visitor;
use crate::form::{Asking, Fields};
use crate::pages::access::input::Input;
use crate::pages::access::passkey::asked;
use crate::pages::coming_in::{self, Coming};
use crate::pages::reader::cookie;
use crate::pages::sign_in::{Door, safe, take_place};
use crate::pages::{answer, html};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::identity::HalfIn;
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use kernel::{Error, Result};

const HERE: &str = "/sign-in/second-step";
/// The cookie between the two steps.
const COOKIE: &str = "scheda_half";

/// The routes of the second step.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, HERE, Policy::Public, Rate::Person, "", ""), form)
        .add(Route::page(Method::POST, HERE, Policy::Public, Rate::OpenForm, "SecondStep", "second-step"), enter)
        .add(
            Route::page(Method::POST, "/sign-in/second-step/question", Policy::Public, Rate::OpenForm, "Question", "passkey-question"),
            question,
        )
}

#[derive(Template)]
#[template(path = "second-step.html")]
struct SecondStepPage<'s> {
    reader: &'s Door,
    title: String,
    lead: String,
    next: &'s str,
    passkey: bool,
    input: Input,
}

/// Leads somebody whose password was right to the second step.
pub(crate) fn lead(web: &Web, secret: &str, next: &str) -> Answer {
    let mut question = String::new();
    if next != "/" {
        html::pair(&mut question, "?next", next);
    }
    let mut response = answer::to(&format!("{HERE}{question}"));
    let secure = if web.secure() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={secret}; Path=/sign-in; Max-Age=600; HttpOnly; SameSite=Lax{secure}");
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&cookie).map_err(Error::internal)?);
    Ok(response)
}

/// Who stands here, if anybody does.
async fn standing(web: &Web, headers: &HeaderMap) -> Result<Option<(HalfIn, String)>> {
    let Some(secret) = cookie(headers, COOKIE) else { return Ok(None) };
    Ok(web.engine().half_in(secret).await?.map(|half| (half, secret.to_owned())))
}

async fn form(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, Asking(asked): Asking) -> Answer {
    let next = safe(asked.get("next").unwrap_or_default());
    match standing(&web, &headers).await? {
        Some((half, _)) => shown(&web, &visitor, &headers, StatusCode::OK, &half, next, None),
        None => Ok(answer::to("/sign-in")),
    }
}

fn shown(
    web: &Web,
    visitor: &Visitor,
    headers: &HeaderMap,
    status: StatusCode,
    half: &HalfIn,
    next: &str,
    wrong: Option<String>,
) -> Answer {
    let mut door = Door::new(web, visitor, headers);
    door.speech = crate::pages::speech::Speech::new(web, half.who.language);
    let speech = &door.speech;
    let mut input = Input::new(speech, "second-step", "code", "text", "").auto("one-time-code").required().focused();
    input.hint = speech.say(if half.app { "second-step-code-hint" } else { "second-step-paper-hint" }).to_owned();
    input.error = wrong;
    let page = SecondStepPage {
        title: speech.say("second-step").to_owned(),
        lead: speech.with("second-step-lead", &[("name", &half.who.name)]),
        next: if next == "/" { "" } else { next },
        passkey: half.passkey,
        input,
        reader: &door,
    };
    Ok(answer::html(status, answer::markup(&page)?))
}

async fn enter(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, fields: Fields) -> Answer {
    let next = safe(fields.get("next").unwrap_or_default());
    let Some((half, secret)) = standing(&web, &headers).await? else { return Ok(answer::to("/sign-in")) };
    let door = Door::new(&web, &visitor, &headers);
    let (engine, coming) = (web.engine(), Coming::of(&web, &visitor, &headers));
    let entered = match (fields.get("answer"), fields.get("secret")) {
        (Some(answered), Some(question)) if !answered.is_empty() => {
            let address = crate::headers::origin_of(&web, &headers);
            engine.enter_by_second_passkey(&secret, question, answered, &address, coming.device()).await
        }
        _ => engine.enter_by_code(&secret, fields.get("code").unwrap_or_default(), coming.device()).await,
    };
    match entered {
        Ok(Some(session)) => {
            take_place(&web, &visitor).await?;
            let email = engine.email_of(half.user).await?;
            let mut response = coming_in::on_to(&web, next, &email, &session)?;
            let gone = HeaderValue::from_static("scheda_half=; Path=/sign-in; Max-Age=0; HttpOnly; SameSite=Lax");
            response.headers_mut().append(header::SET_COOKIE, gone);
            Ok(response)
        }
        Ok(None) => {
            let wrong = door.speech.say("second-step-wrong").to_owned();
            shown(&web, &visitor, &headers, StatusCode::UNPROCESSABLE_ENTITY, &half, next, Some(wrong))
        }
        Err(Error::Busy(seconds)) => {
            let wait = door.speech.with("sign-in-wait", &[("seconds", &seconds.to_string())]);
            let mut response = shown(&web, &visitor, &headers, StatusCode::TOO_MANY_REQUESTS, &half, next, Some(wait))?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

async fn question(State(web): State<Web>, headers: HeaderMap) -> Answer {
    let Some((half, _)) = standing(&web, &headers).await? else { return Err(Error::NotFound.into()) };
    asked(web.engine().ask_second_passkey(&half, &crate::headers::origin_of(&web, &headers)).await?)
}
