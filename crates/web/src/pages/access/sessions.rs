//! Where somebody is signed in: his own to look at and to end, and those of others for administrators.

use super::moments::hour;
use super::security::me;
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Named, Web};
use askama::Template;
use axum::extract::State;
use engine::identity::{USER, browser_said, users};
use http::{Method, StatusCode};
use kernel::{Error, Id};

const OWN: &str = "/preferences/sessions";

/// The routes of sessions.
pub(super) fn routes(routes: Routes) -> Routes {
    let own = |method, input, audit| Route::page(method, OWN, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(own(Method::GET, "", ""), show)
        .add(own(Method::POST, "SessionEnd", "session-ended"), end)
        .add(Route::administration(Method::GET, "/users/{id}/access", "", ""), show_of)
        .add(Route::administration(Method::POST, "/users/{id}/sessions", "SessionEnd", "session-ended"), end_of)
        .add(Route::administration(Method::POST, "/users/{id}/factors/removal", "FactorsReset", "factors-reset"), reset_factors)
}

struct Line {
    id: String,
    icon: &'static str,
    device: String,
    text: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage<'p> {
    reader: &'p Reader,
    title: String,
    lead: String,
    own: bool,
    user: Id,
    action: String,
    sessions: Vec<Line>,
    several: bool,
    end_all: String,
    /// What he has beside his password, in a sentence.
    factors: String,
    resettable: bool,
}

async fn show(reader: Reader) -> Answer {
    page(&reader, me(&reader)?, None).await
}

async fn show_of(reader: Reader, named: Named) -> Answer {
    let user = named.id("id")?;
    let entity = reader.web.engine().entity(USER)?;
    let (record, _) = reader.web.engine().show(&reader.who, &entity, user).await?;
    page(&reader, user, Some(record.get(&users::NAME).to_owned())).await
}

async fn page(reader: &Reader, user: Id, name: Option<String>) -> Answer {
    let speech = &reader.speech;
    let engine = reader.web.engine();
    let mut sessions = Vec::new();
    for one in engine.open_sessions(user, reader.session.as_deref().unwrap_or_default()).await? {
        let (device, icon) = device(&one.agent);
        let device = if device.is_empty() { speech.say("session-unknown").to_owned() } else { device };
        let with = [("since", hour(reader, one.created_at)), ("used", hour(reader, one.used_at)), ("network", one.network)];
        let with: Vec<(&str, &str)> = with.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let key = if with[2].1.is_empty() { "session-text" } else { "session-text-network" };
        sessions.push(Line { id: one.id, icon, device, text: speech.with(key, &with), own: one.own });
    }
    let factors = engine.factors(user).await?;
    let own = name.is_none();
    let page = SessionsPage {
        title: name.map_or_else(|| speech.say("sessions").to_owned(), |name| speech.with("access-of", &[("name", &name)])),
        lead: match (own, sessions.is_empty()) {
            (true, _) => speech.say("sessions-lead").to_owned(),
            (false, true) => speech.say("sessions-nowhere").to_owned(),
            (false, false) => speech.say("sessions-lead-of").to_owned(),
        },
        several: sessions.iter().filter(|one| !one.own).count() > 0,
        end_all: speech.say(if own { "sessions-end-others" } else { "sessions-end-all" }).to_owned(),
        action: if own { OWN.to_owned() } else { format!("/users/{user}/sessions") },
        factors: match (factors.app.is_some(), factors.passkeys.len()) {
            (false, 0) => speech.say("access-factors-none").to_owned(),
            (true, 0) => speech.say("access-factors-app").to_owned(),
            (app, count) => {
                let key = if app { "access-factors-both" } else { "access-factors-passkeys" };
                speech.with(key, &[("count", &count.to_string())])
            }
        },
        resettable: factors.any(),
        own,
        user,
        sessions,
        reader,
    };
    rendered(reader, StatusCode::OK, &page)
}

async fn end(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let user = me(&reader)?;
    match fields.get("id").unwrap_or_default() {
        "all" => web.engine().end_sessions_of(user, reader.session.as_deref()).await?,
        id => drop(web.engine().end_session_of(user, id).await?),
    }
    onward_saying(&reader, OWN, "said-session-ended", "", None)
}

async fn end_of(State(web): State<Web>, reader: Reader, named: Named, fields: Fields) -> Answer {
    let user = named.id("id")?;
    match fields.get("id").unwrap_or_default() {
        // One's own goes on, also where one looks at oneself among others.
        "all" => web.engine().end_sessions_of(user, reader.session.as_deref()).await?,
        id => drop(web.engine().end_session_of(user, id).await?),
    }
    onward_saying(&reader, &format!("/users/{user}/access"), "said-session-ended", "", None)
}

async fn reset_factors(State(web): State<Web>, reader: Reader, named: Named) -> Answer {
    let user = named.id("id")?;
    web.engine().email_of(user).await?;
    if reader.who.user == Some(user) {
        return Err(Error::Forbidden(kernel::Say::new("error-factors-own")).into());
    }
    web.engine().reset_factors(&reader.who, user).await?;
    onward_saying(&reader, &format!("/users/{user}/access"), "said-factors-reset", "", None)
}

/// What a browser says of itself, in the words of people, and the icon of such a thing.
fn device(agent: &str) -> (String, &'static str) {
    let icon = if agent.contains("Mobile") || agent.contains("Android") || agent.contains("iPhone") { "mobile" } else { "system" };
    (browser_said(agent), icon)
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_browser_is_said_in_the_words_of_people() {
        for (agent, wanted) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                ("Edge · Windows", "system"),
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox · Linux", "system")),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                ("Safari · iPhone", "mobile"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                ("Chrome · Android", "mobile"),
            ),
            ("curl/8.0", ("", "system")),
        ] {
            assert_eq!(device(agent), (wanted.0.to_owned(), wanted.1));
        }
    }
}
