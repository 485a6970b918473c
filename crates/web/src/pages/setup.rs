//! The first page of a new installation: the company, its first administrator, and demonstration data if wanted.
//! Opened by the link that the console prints, and gone once there is an administrator.

use crate::caller::Visitor;
use crate::form::{Asking, Fields};
use crate::pages::coming_in::Coming;
use crate::pages::sign_in::Door;
use crate::pages::{answer, coming_in};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use engine::identity::{fit_password, users};
use engine::{Draft, Through};
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Language, Problem, Problems, Say};

/// The routes of the set-up.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, "/setup", Policy::SetUp, Rate::OpenForm, "", ""), form)
        .add(Route::page(Method::POST, "/setup", Policy::SetUp, Rate::OpenForm, "SetUp", "setup"), set_up)
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'s> {
    reader: &'s Door,
    title: &'s str,
    fields: &'s Fields,
    demonstrates: bool,
    problems: Vec<(String, String)>,
}

impl SetupPage<'_> {
    fn value(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.problems.iter().find(|(field, _)| field == name).map(|(_, said)| said.as_str())
    }
}

async fn form(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, Asking(asked): Asking) -> Answer {
    shown(&web, &Door::new(&web, &visitor, &headers), StatusCode::OK, &asked, Vec::new())
}

fn shown(web: &Web, door: &Door, status: StatusCode, fields: &Fields, problems: Problems) -> Answer {
    let problems = problems.into_iter().map(|problem| (problem.field, door.speech.sentence(&problem.say))).collect();
    let page = SetupPage { reader: door, title: door.speech.say("setup"), fields, demonstrates: web.demonstration().is_some(), problems };
    Ok(untold(answer::html(status, answer::markup(&page)?)))
}

async fn set_up(State(web): State<Web>, visitor: Visitor, headers: HeaderMap, fields: Fields) -> Answer {
    let mut door = Door::new(&web, &visitor, &headers);
    let language = fields.get("language").and_then(|language| language.parse::<Language>().ok()).unwrap_or(visitor.language);
    door.speech = crate::pages::speech::Speech::new(&web, language);
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let (company, name, email) = (text("company"), text("name"), text("email"));
    let password = fields.get("password").unwrap_or_default().to_owned();
    let mut problems = Vec::new();
    for (field, value) in [("company", &company), ("name", &name), ("email", &email)] {
        if value.is_empty() || value.chars().count() > 200 {
            let say = if value.is_empty() { Say::new("error-required") } else { Say::new("error-too-long").with("most", 200) };
            problems.push(Problem { field: field.to_owned(), say });
        }
    }
    if let (false, Err(say)) = (email.is_empty(), meta::Kind::Email.parse(&email, &reading(&web, language))) {
        problems.push(Problem { field: "email".to_owned(), say });
    }
    if let Err(Error::Invalid(wrong)) = fit_password(&password, &[&name, &email]) {
        problems.extend(wrong);
    }
    if !problems.is_empty() {
        return shown(&web, &door, StatusCode::UNPROCESSABLE_ENTITY, &fields, problems);
    }
    let engine = web.engine();
    let draft = Draft::new(engine::identity::USER)
        .with(users::NAME.id(), name)
        .with(users::EMAIL.id(), email.clone())
        .with(users::LANGUAGE.id(), language.code());
    let user = match engine.make_first_administrator(draft, password, Through::Pages).await {
        Ok(user) => user,
        Err(Error::Invalid(problems)) => return shown(&web, &door, StatusCode::UNPROCESSABLE_ENTITY, &fields, problems),
        Err(Error::Conflict(Conflict::Taken { field })) => {
            let taken = vec![Problem { field, say: Say::new("error-taken") }];
            return shown(&web, &door, StatusCode::UNPROCESSABLE_ENTITY, &fields, taken);
        }
        Err(error) => return Err(error.into()),
    };
    engine.name_company(&company).await?;
    if let (Some(demonstrate), Some("true")) = (web.demonstration(), fields.get("demo")) {
        (demonstrate.fill)(engine.clone(), user).await?;
    }
    let who = engine.principal_of(user, Through::Pages).await?.ok_or(Error::NotFound)?;
    let session = engine.open_session(who, Coming::of(&web, &visitor, &headers).device()).await?;
    Ok(untold(coming_in::on_to(&web, "/start", &email, &session)?))
}

/// The address of the page holds the console's secret: no page after it is told where one came from.
fn untold(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn reading(web: &Web, language: Language) -> meta::Reading {
    meta::Reading { language, zone: web.engine().settings().zone.clone() }
}
