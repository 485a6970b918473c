//! First steps: what a newcomer does in the first hour, ticked off as it is done; and the demonstration's way in and out.

use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered, to};
use crate::pages::preferences::remembered;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::principal::Verb;
use engine::{Engine, Principal};
use futures_util::future::BoxFuture;
use http::header;
use http::{Method, StatusCode};
use kernel::{Error, Id, Result};
use meta::Filter;
use meta::filter::{Operand, Test};

/// The demonstration, as the binary knows it.
#[derive(Debug, Clone, Copy)]
pub struct Demonstration {
    /// Fills it in, for the person who asks for it.
    pub fill: fn(Engine, Id) -> BoxFuture<'static, Result<()>>,
    /// Takes it out again, by a job.
    pub remove: fn(Engine, Principal) -> BoxFuture<'static, Result<()>>,
    /// The reason under which it stands in the history.
    pub why: &'static str,
    /// The job that takes it out.
    pub job: &'static str,
}

/// The cookie of whoever wants no more of it in the bar.
pub(crate) const COOKIE: &str = "scheda_steps";

/// The routes of the first steps.
pub(crate) fn routes(routes: Routes) -> Routes {
    let signed_in = |method, path, input, audit| Route::page(method, path, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(signed_in(Method::GET, "/start", "", ""), start)
        .add(signed_in(Method::POST, "/start/dismissal", "Dismissal", "dismiss-steps"), dismiss)
        .add(Route::administration(Method::POST, "/demonstration", "Demonstration", "fill-demonstration"), fill)
        .add(Route::administration(Method::POST, "/demonstration/removal", "Removal", "remove-demonstration"), remove)
}

/// One step: its words are `step-{key}` and `step-{key}-text`.
struct Step {
    key: &'static str,
    icon: &'static str,
    href: &'static str,
    done: bool,
}

impl Step {
    fn icon(&self) -> &'static str {
        if self.done { "success" } else { self.icon }
    }
}

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'s> {
    reader: &'s Reader,
    title: &'s str,
    steps: Vec<Step>,
    done: String,
    imports: bool,
    /// Whether the demonstration is there, may be had, or is just being taken out.
    demonstration: &'static str,
    demonstrated: String,
}

impl StartPage<'_> {
    fn title_of(&self, key: &str) -> String {
        self.reader.speech.say(&format!("step-{key}")).to_owned()
    }

    fn text_of(&self, key: &str) -> String {
        self.reader.speech.say(&format!("step-{key}-text")).to_owned()
    }
}

/// How many records of the demonstration are counted.
const MOST: usize = 100_000;

async fn start(State(web): State<Web>, reader: Reader) -> Answer {
    let steps = steps(&reader).await?;
    let (done, of) = (steps.iter().filter(|step| step.done).count(), steps.len());
    let (demonstration, demonstrated) = demonstrated(&web, &reader).await?;
    let page = StartPage {
        title: reader.speech.say("steps"),
        done: reader.speech.with("steps-done", &[("done", &done.to_string()), ("of", &of.to_string())]),
        imports: reader.who.role.import,
        steps,
        demonstration,
        demonstrated,
        reader: &reader,
    };
    rendered(&reader, StatusCode::OK, &page)
}

/// The steps of whoever reads, each done as soon as there is something of his.
async fn steps(reader: &Reader) -> Result<Vec<Step>> {
    // Key, icon, where it leads, what is made there, and the field that says it is his.
    let all = [
        ("account", "account", "/accounts/new", "account", "created_by"),
        ("note", "note", "/accounts", "note", "created_by"),
        ("view", "view", "/accounts/views", engine::views::VIEW, "owner"),
        ("import", "import", "/imports/new", "import_run", "created_by"),
        ("user", "users", "/users/new", engine::identity::USER, "created_by"),
    ];
    let mut steps = Vec::new();
    for (key, icon, href, entity, whose) in all {
        let Some(entity) = reader.model.entity(entity) else { continue };
        let may = match key {
            "import" => reader.who.role.import,
            _ => reader.who.may(Verb::Create, entity),
        };
        if may {
            let own = Filter::Test(meta::filter::Path::of(whose), Test::Is(Operand::Me));
            let done = reader.web.engine().count(&reader.who, entity, &own, false, Some(1)).await?.number > 0;
            steps.push(Step { key, icon, href, done });
        }
    }
    Ok(steps)
}

/// How it stands with the demonstration, for whoever may do something about it.
async fn demonstrated(web: &Web, reader: &Reader) -> Result<(&'static str, String)> {
    let Some(known) = web.demonstration().filter(|_| reader.who.role.administer) else { return Ok(("", String::new())) };
    let made = web.engine().made_for(known.why, MOST).await?;
    let number = made.to_string();
    let said = |key: &str| reader.speech.with(key, &[("number", &number)]);
    if made == 0 {
        return Ok(("none", said("demonstration-none")));
    }
    match web.engine().has_job(known.job).await? {
        true => Ok(("going", said("demonstration-going"))),
        false => Ok(("there", said("demonstration-there"))),
    }
}

async fn dismiss(State(web): State<Web>, _: Reader, _: Fields) -> Answer {
    let mut response = to("/");
    response.headers_mut().append(header::SET_COOKIE, remembered(&web, COOKIE, "off")?);
    Ok(response)
}

async fn fill(State(web): State<Web>, reader: Reader) -> Answer {
    let known = web.demonstration().ok_or(Error::NotFound)?;
    // Sent twice, it is filled in once.
    if web.engine().made_for(known.why, 1).await? == 0 {
        (known.fill)(web.engine().clone(), reader.who.user.ok_or(Error::NotFound)?).await?;
    }
    onward_saying(&reader, "/accounts", "said-demonstration", "", None)
}

async fn remove(State(web): State<Web>, reader: Reader) -> Answer {
    let known = web.demonstration().ok_or(Error::NotFound)?;
    if !web.engine().has_job(known.job).await? {
        (known.remove)(web.engine().clone(), reader.who.clone()).await?;
    }
    onward_saying(&reader, "/start#demonstration", "said-demonstration-going", "", None)
}
