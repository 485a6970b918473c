//! What somebody is told: the bell in the top bar, whose count comes after the page; the page with all of it. A notification
//! is opened by a form, because opening reads it; of what its reader may not see any more it says nothing.

use crate::form::Asking;
use crate::pages::answer::{markup, onward_saying, part, rendered, to};
use crate::pages::card::clock;
use crate::pages::html;
use crate::pages::preferences::came_from;
use crate::pages::reader::{Reader, icon};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::notifications::{Kind, MOST_COUNTED, Notification, Standing};
use http::{HeaderMap, Method, StatusCode};
use kernel::{Error, Value};

/// In the panel of the bell.
const FEW: usize = 8;

/// On the page.
const MANY: usize = 50;

/// The routes of notifications.
pub(crate) fn routes(routes: Routes) -> Routes {
    let route = |method, path, input, audit| Route::page(method, path, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(route(Method::GET, "/notifications", "", ""), all)
        .add(route(Method::GET, "/notifications/bell", "", ""), bell)
        .add(route(Method::POST, "/notifications/reading", "Reading", "read-notifications"), read_all)
        .add(route(Method::POST, "/notifications/{id}", "Opening", "read-notification"), open)
}

#[derive(Template)]
#[template(path = "bell.html")]
struct Bell<'b> {
    reader: &'b Reader,
    label: String,
    count: String,
    items: String,
}

#[derive(Template)]
#[template(path = "notifications.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    items: String,
    unread: bool,
    older: String,
}

async fn bell(State(web): State<Web>, reader: Reader) -> Answer {
    // Without a module of ours it is a page like any other.
    if !reader.fragment {
        return Ok(to("/notifications"));
    }
    let unread = web.engine().unread(&reader.who).await?;
    let (latest, _) = web.engine().notifications(&reader.who, None, FEW).await?;
    let count = match unread {
        0 => String::new(),
        some if some > MOST_COUNTED => format!("{MOST_COUNTED}+"),
        some => some.to_string(),
    };
    let label = match count.as_str() {
        "" => reader.speech.say("notifications").to_owned(),
        count => reader.speech.with("notifications-unread", &[("count", count)]),
    };
    let bell = Bell { label, count, items: items(&reader, &latest), reader: &reader };
    Ok(part(&reader, StatusCode::OK, markup(&bell)?))
}

async fn all(State(web): State<Web>, reader: Reader, Asking(asked): Asking) -> Answer {
    let before = asked.get("before").and_then(|before| before.parse().ok());
    let (shown, more) = web.engine().notifications(&reader.who, before, MANY).await?;
    let older = shown.last().filter(|_| more).map(|last| format!("/notifications?before={}", last.id)).unwrap_or_default();
    let page = Page {
        title: reader.speech.say("notifications"),
        unread: web.engine().unread(&reader.who).await? > 0,
        items: items(&reader, &shown),
        older,
        reader: &reader,
    };
    rendered(&reader, StatusCode::OK, &page)
}

/// Reads one, and goes where it leads.
async fn open(State(web): State<Web>, reader: Reader, named: crate::Named) -> Answer {
    let notification = web.engine().read_notification(&reader.who, named.id("id")?).await?;
    let plural = |key: &str| reader.model.entity(key).map_or("", |entity| entity.plural);
    match (&notification.place, notification.kind) {
        (Some(place), Kind::Mentioned) => Ok(to(&format!("/{}/{}#happening-{}", plural(place.entity), place.card, place.record))),
        (Some(place), Kind::Ended | Kind::Failed) => {
            let told_at = reader.model.entity(place.entity).and_then(|entity| entity.told_at).ok_or(Error::NotFound)?;
            Ok(to(&format!("{told_at}/{}", place.card)))
        }
        (Some(place), Kind::Assigned) => Ok(to(&format!("/{}/{}", plural(place.entity), place.card))),
        (None, Kind::Assigned) if notification.count > 1 => {
            let mut question = String::new();
            html::pair(&mut question, "filter", "owner is me");
            Ok(to(&format!("/{}?{question}", plural(notification.entity))))
        }
        (None, _) if notification.count > 1 => Ok(to("/notifications")),
        (None, _) => onward_saying(&reader, "/notifications", "notifications-lost-said", "", None),
    }
}

async fn read_all(State(web): State<Web>, reader: Reader, headers: HeaderMap) -> Answer {
    web.engine().read_notifications(&reader.who).await?;
    Ok(to(&came_from(&headers)))
}

/// What one says: who did what.
fn said(reader: &Reader, notification: &Notification) -> String {
    let name = match notification.author.as_str() {
        "" => reader.speech.say("link-unseen"),
        name => name,
    };
    let key = format!("notification-{}", notification.kind.key());
    if matches!(notification.kind, Kind::Ended | Kind::Failed) {
        return reader.speech.say(&format!("{key}-{}", notification.entity)).to_owned();
    }
    if notification.count == 1 {
        return reader.speech.with(&key, &[("name", name)]);
    }
    let own = format!("{key}-{}-some", notification.entity);
    let key = if reader.web.words().has(&own) { own } else { format!("{key}-some") };
    reader.speech.with(&key, &[("name", name), ("count", &notification.count.to_string())])
}

/// What work that has ended came to: of what it counts, whatever there are words for.
fn counted(reader: &Reader, notification: &Notification, counts: &[(&'static str, i64)]) -> String {
    if !matches!(notification.kind, Kind::Ended | Kind::Failed) {
        return String::new();
    }
    let said = counts.iter().filter_map(|(field, count)| {
        let key = format!("notification-{}-{field}", notification.entity);
        let number = Value::Int(*count);
        let number = meta::Kind::Whole.behaviour().show(&number, &reader.reading);
        reader.web.words().has(&key).then(|| reader.speech.with(&key, &[("count", &count.to_string()), ("number", &number)]))
    });
    said.collect::<Vec<_>>().join(", ")
}

fn items(reader: &Reader, notifications: &[Notification]) -> String {
    let mut out = String::new();
    if notifications.is_empty() {
        return out;
    }
    let today = reader.web.engine().today();
    out.push_str("<ul class=\"notifications\">");
    for one in notifications {
        out.push_str(if one.read { "<li>" } else { "<li class=\"unread\">" });
        out.push_str("<form class=\"plain\" method=\"post\"");
        html::attribute(&mut out, "action", &format!("/notifications/{}", one.id));
        out.push_str("><input type=\"hidden\" name=\"csrf\"");
        html::attribute(&mut out, "value", &reader.csrf);
        out.push_str("><button class=\"notification\">");
        out.push_str(assets::icon(match one.kind {
            Kind::Mentioned => "note",
            Kind::Assigned => icon(one.entity),
            Kind::Ended => "success",
            Kind::Failed => "error",
        }));
        out.push_str("<span class=\"notification-text\"><span>");
        html::text(&mut out, &said(reader, one));
        out.push_str("</span>");
        match &one.place {
            Some(Standing { name, says, counts, .. }) => {
                html::element(&mut out, "strong", name);
                if !says.is_empty() {
                    html::element(&mut out, "small", says);
                }
                let counted = counted(reader, one, counts);
                if !counted.is_empty() {
                    html::element(&mut out, "small", &counted);
                }
            }
            None if one.count == 1 => html::element(&mut out, "em", reader.speech.say("notifications-lost")),
            None => {}
        }
        out.push_str("</span><time");
        html::attribute(&mut out, "datetime", &one.at.to_string());
        out.push('>');
        let day = one.at.date(&reader.reading.zone);
        let when = match today == day {
            true => clock(one.at, reader),
            false => meta::Kind::Date.behaviour().show(&Value::Date(day), &reader.reading),
        };
        html::text(&mut out, &when);
        out.push_str("</time>");
        if !one.read {
            out.push_str("<span class=\"visually-hidden\">");
            html::text(&mut out, reader.speech.say("notifications-new"));
            out.push_str("</span>");
        }
        out.push_str("</button></form></li>");
    }
    out.push_str("</ul>");
    out
}
