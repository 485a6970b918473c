//! What each person decides for himself: language, theme, keys, his own password.

use crate::form::Fields;
use crate::pages::access::input::{Input, marked};
use crate::pages::access::security::{self, me};
use crate::pages::answer::{onward_saying, rendered, to};
use crate::pages::reader::Reader;
use crate::pages::sign_in::safe;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::Through;
use engine::identity::{Attempt, SIGNATURE, USER, users};
use engine::notifications::Kind;
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use kernel::{Error, Id, Problems, Result, Say, Value};

/// The routes of preferences, and of passwords that administrators set.
pub(crate) fn routes(routes: Routes) -> Routes {
    let signed_in = |method, path, input, audit| Route::page(method, path, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(signed_in(Method::GET, "/preferences", "", ""), show)
        .add(signed_in(Method::POST, "/preferences", "Profile", "profile"), set_profile)
        .add(signed_in(Method::GET, "/preferences/notifications", "", ""), show_told)
        .add(signed_in(Method::POST, "/preferences/theme", "Theme", "theme"), theme)
        .add(signed_in(Method::POST, "/preferences/density", "Density", "density"), density)
        .add(signed_in(Method::POST, "/preferences/keys", "Keys", "keys"), keys)
        .add(signed_in(Method::POST, "/preferences/notifications", "Told", "notifications"), told)
        .add(signed_in(Method::POST, "/preferences/language", "Language", "language"), language)
        .add(signed_in(Method::POST, "/preferences/password", "OwnPassword", "password"), own_password)
        .add(Route::administration(Method::GET, "/users/{id}/password", "", ""), ask_password)
        .add(Route::administration(Method::POST, "/users/{id}/password", "Password", "password"), set_password)
}

/// One's own name, language, signature, and how the pages look.
#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'p> {
    reader: &'p Reader,
    title: String,
    inputs: Vec<Input>,
}

/// What one wants to be told.
#[derive(Template)]
#[template(path = "own-notifications.html")]
struct ToldPage<'p> {
    reader: &'p Reader,
    title: String,
    /// The kinds of notifications, and whether he is told them.
    told: Vec<(&'static str, String, bool)>,
}

/// The password of somebody else, as administrators set it.
#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'p> {
    reader: &'p Reader,
    title: String,
    action: String,
    back: String,
    email: String,
    input: Input,
}

async fn email_of(reader: &Reader, id: Id) -> Result<(String, String)> {
    let entity = reader.web.engine().entity(USER)?;
    let (user, _) = reader.web.engine().show(&reader.who, &entity, id).await?;
    Ok((user.get(&users::NAME).to_owned(), user.get(&users::EMAIL).to_owned()))
}

async fn show(reader: Reader) -> Answer {
    let signature = reader.web.engine().preference(&reader.who, SIGNATURE).await?;
    let (name, language) = (reader.who.name.clone(), reader.who.language.code());
    profile(&reader, StatusCode::OK, &name, language, &signature, Vec::new())
}

fn profile(reader: &Reader, status: StatusCode, name: &str, language: &str, signature: &str, problems: Problems) -> Answer {
    let speech = &reader.speech;
    let languages = [("it", "Italiano"), ("en", "English")].map(|(key, name)| (key.to_owned(), name.to_owned()));
    let mut inputs = vec![
        Input::new(speech, "own", "name", "text", name).auto("name").required(),
        Input::new(speech, "own", "language", "select", language).options(languages.into()),
        Input::new(speech, "own", "signature", "long", signature),
    ];
    marked(&mut inputs, speech, problems);
    rendered(reader, status, &ProfilePage { reader, title: speech.say("preferences").to_owned(), inputs })
}

/// One's own name, language and signature are everybody's to choose, also of those who may not change users.
async fn set_profile(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let (name, language, signature) = (text("name"), text("language"), text("signature"));
    let language = if language == "en" { "en" } else { "it" };
    let engine = web.engine();
    let entity = engine.entity(USER)?;
    let who = engine::Principal { role: engine.system(Through::Pages).role, ..reader.who.clone() };
    let values = vec![(users::NAME.id(), Value::from(name.as_str())), (users::LANGUAGE.id(), Value::from(language))];
    let written = match engine.prefer(&reader.who, SIGNATURE, &signature).await {
        Ok(()) => engine.change(&who, &entity, me(&reader)?, None, values, Vec::new()).await.map(|_| ()),
        Err(error) => Err(error),
    };
    match written {
        Ok(()) => onward_saying(&reader, "/preferences", "said-preferences", "", None),
        Err(Error::Invalid(problems)) => profile(&reader, StatusCode::UNPROCESSABLE_ENTITY, &name, language, &signature, problems),
        Err(error) => Err(error.into()),
    }
}

async fn show_told(reader: Reader) -> Answer {
    let silenced = reader.web.engine().silenced(&reader.who).await?;
    let kind =
        |kind: Kind| (kind.key(), reader.speech.say(&format!("notification-kind-{}", kind.key())).to_owned(), !silenced.contains(&kind));
    rendered(
        &reader,
        StatusCode::OK,
        &ToldPage { title: reader.speech.say("preferences-notifications").to_owned(), reader: &reader, told: Kind::ALL.map(kind).into() },
    )
}

async fn theme(State(web): State<Web>, _: Reader, headers: HeaderMap, fields: Fields) -> Answer {
    let theme = match fields.get("theme") {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "system",
    };
    chosen(&web, &headers, "scheda_theme", theme)
}

async fn density(State(web): State<Web>, _: Reader, headers: HeaderMap, fields: Fields) -> Answer {
    let density = if fields.get("density") == Some("compact") { "compact" } else { "roomy" };
    chosen(&web, &headers, "scheda_density", density)
}

/// Remembers a choice in the browser, and leads back to where it was made.
fn chosen(web: &Web, headers: &HeaderMap, name: &str, value: &str) -> Answer {
    let mut response = to(&came_from(headers));
    response.headers_mut().append(header::SET_COOKIE, remembered(web, name, value)?);
    Ok(response)
}

/// Whether single letters are commands, which WCAG 2.1.4 wants to be each person's choice.
async fn keys(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let on = fields.all("single").last() == Some("true");
    let mut response = onward_saying(&reader, "/preferences", "said-preferences", "", None)?;
    response.headers_mut().append(header::SET_COOKIE, remembered(&web, "scheda_keys", if on { "on" } else { "off" })?);
    Ok(response)
}

/// What one wants to be told.
async fn told(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let silent: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !fields.all("told").any(|told| told == kind.key())).collect();
    web.engine().silence(&reader.who, &silent).await?;
    onward_saying(&reader, "/preferences/notifications", "said-preferences", "", None)
}

/// A cookie by which a browser remembers for a year what is no secret.
pub(crate) fn remembered(web: &Web, name: &str, value: &str) -> Result<HeaderValue> {
    let secure = if web.secure() { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}")).map_err(Error::internal)
}

async fn language(State(web): State<Web>, reader: Reader, headers: HeaderMap, fields: Fields) -> Answer {
    let language = if fields.get("language") == Some("en") { "en" } else { "it" };
    // One's own language is everybody's to choose, also of those who may not change users.
    let entity = web.engine().entity(USER)?;
    let who = reader.who.ruling(web.engine());
    web.engine().change(&who, &entity, me(&reader)?, None, vec![(users::LANGUAGE.id(), Value::from(language))], Vec::new()).await?;
    Ok(to(&came_from(&headers)))
}

/// The page of ours that the browser says it came from.
pub(crate) fn came_from(headers: &HeaderMap) -> String {
    let from = headers.get(header::REFERER).and_then(|from| from.to_str().ok()).unwrap_or_default();
    let path = from.split_once("://").and_then(|(_, rest)| rest.find('/').map(|place| &rest[place..])).unwrap_or("/");
    safe(path).to_owned()
}

async fn own_password(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let user = me(&reader)?;
    let (_, email) = email_of(&reader, user).await?;
    // He is in already: only his own failures slow him down.
    let session = reader.session.as_deref().unwrap_or_default();
    let attempt = Attempt { account: email.clone(), address: String::new(), device: Some(format!("session {session}")) };
    web.engine().begin_attempt(&attempt).await?;
    let current = fields.get("current").unwrap_or_default().to_owned();
    if web.engine().by_password(&email, current, Through::Pages).await?.is_none() {
        let wrong = vec![kernel::Problem { field: "current".to_owned(), say: Say::new("password-wrong") }];
        return security::page(&reader, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    web.engine().succeeded(&attempt).await?;
    let password = fields.get("password").unwrap_or_default().to_owned();
    match web.engine().change_own_password(user, password, session).await {
        Ok(()) => onward_saying(&reader, "/preferences/security", "said-password", "", None),
        Err(Error::Invalid(problems)) => security::page(&reader, StatusCode::UNPROCESSABLE_ENTITY, problems).await,
        Err(error) => Err(error.into()),
    }
}

async fn ask_password(reader: Reader, named: crate::Named) -> Answer {
    of(&reader, named.id("id")?, StatusCode::OK, Vec::new()).await
}

async fn of(reader: &Reader, user: Id, status: StatusCode, problems: Problems) -> Answer {
    let (name, email) = email_of(reader, user).await?;
    let speech = &reader.speech;
    let hint = format!("{} {}", speech.say("password-hint"), speech.say("password-ends"));
    let mut input = [Input::new(speech, "own-password", "password", "password", "").hint(hint).auto("new-password").required()];
    marked(&mut input, speech, problems);
    let [input] = input;
    let page = PasswordPage {
        title: speech.with("password-of", &[("name", &name)]),
        action: format!("/users/{user}/password"),
        back: format!("/users/{user}"),
        email,
        input,
        reader,
    };
    rendered(reader, status, &page)
}

async fn set_password(State(web): State<Web>, named: crate::Named, reader: Reader, fields: Fields) -> Answer {
    let user = named.id("id")?;
    match web.engine().set_password(user, fields.get("password").unwrap_or_default().to_owned()).await {
        Ok(()) => onward_saying(&reader, &format!("/users/{user}"), "said-password", "", None),
        Err(Error::Invalid(problems)) => of(&reader, user, StatusCode::UNPROCESSABLE_ENTITY, problems).await,
        Err(error) => Err(error.into()),
    }
}
