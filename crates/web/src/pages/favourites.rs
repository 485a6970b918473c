//! What its reader keeps at hand: the star on every card, and the page with all of it.

use crate::caller::{Named, Of};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, part, rendered};
use crate::pages::card::title;
use crate::pages::found::Telling;
use crate::pages::html;
use crate::pages::reader::{Reader, icon};
use crate::pages::sign_in::safe;
use crate::pages::toast;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::favourites::MOST_FAVOURITES;
use engine::principal::Verb;
use http::{Method, StatusCode};
use kernel::{Error, Id, Say};
use meta::Entity;

/// The star of the bar.
pub(crate) const STAR: &str = "favourite";

/// The same in the menu, where the bar has no room.
pub(crate) const ITEM: &str = "favourite-item";

/// The routes of favourites.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::GET, "/favourites", Policy::SignedIn, Rate::Person, "", ""), all).add(
        Route::page(Method::POST, "/{plural}/{id}/favourite", Policy::Entity(Verb::See), Rate::Person, "Favourite", "keep-favourite"),
        keep,
    )
}

#[derive(Template)]
#[template(path = "favourites.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    items: String,
}

async fn all(State(web): State<Web>, reader: Reader) -> Answer {
    let kept = web.engine().favourites(&reader.who, MOST_FAVOURITES).await?;
    let mut items = String::new();
    for (key, found) in &kept {
        let Some(entity) = reader.model.entity(key) else { continue };
        let telling = Telling::new(&reader, entity, &[]);
        items.push_str("<li class=\"thing\">");
        items.push_str(assets::icon(icon(entity.key)));
        items.push_str("<div><a class=\"thing-name\"");
        html::attribute(&mut items, "href", &format!("/{}/{}", entity.plural, found.id));
        items.push('>');
        telling.name(found, &mut items);
        items.push_str("</a><p>");
        html::text(&mut items, &reader.speech.entity(entity.key, "one"));
        let beside = telling.beside(found);
        if !beside.is_empty() {
            items.push_str(" · ");
            items.push_str(&beside);
        }
        items.push_str("</p></div><div class=\"actions\">");
        begin(&mut items, &reader, entity, found.id, false, "/favourites", false);
        items.push_str("<button class=\"btn btn-quiet btn-icon btn-sm\"");
        let label = reader.speech.with("favourite-off-named", &[("name", &found.title)]);
        html::attribute(&mut items, "aria-label", &label);
        html::attribute(&mut items, "title", reader.speech.say("favourite-off"));
        items.push('>');
        items.push_str(assets::icon("close"));
        items.push_str("</button></form></div></li>");
    }
    rendered(&reader, StatusCode::OK, &Page { title: reader.speech.say("favourites"), items, reader: &reader })
}

async fn keep(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let id: Id = named.id("id")?;
    // What is not seen is not found, whatever was sent.
    let (record, titles) = web.engine().show(&reader.who, &entity, id).await?;
    let kept = match fields.get("kept") {
        Some("yes") => true,
        Some("no") => false,
        _ => return Err(Error::invalid("kept", Say::new("error-required")).into()),
    };
    web.engine().keep_favourite(&reader.who, &entity, id, kept).await?;
    let sight = crate::fields::Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = title(&entity, &record, &sight);
    let key = if kept { "said-favourite-on" } else { "said-favourite-off" };
    let back = match safe(fields.get("back").unwrap_or_default()) {
        "/" => format!("/{}/{id}", entity.plural),
        asked => asked.to_owned(),
    };
    if !reader.fragment {
        return onward_saying(&reader, &back, key, &name, None);
    }
    // Both stand on the card, and only one of them is seen.
    let mut out = star(&reader, &entity, id, kept, &back);
    out.push_str("<hx-partial hx-target=\"#favourite-item\" hx-swap=\"outerMorph\">");
    out.push_str(&item(&reader, &entity, id, kept, &back));
    out.push_str("</hx-partial>");
    toast::telling(part(&reader, StatusCode::OK, out), &reader.speech.with(key, &[("name", &name)]), "good")
}

/// One of the two as it stands now, for whoever fetches it alone.
pub(crate) async fn again(reader: &Reader, entity: &Entity, id: Id, which: &str, back: &str) -> kernel::Result<String> {
    let kept = reader.web.engine().is_favourite(&reader.who, id).await?;
    Ok(if which == STAR { star(reader, entity, id, kept, back) } else { item(reader, entity, id, kept, back) })
}

/// The star of a card: pressed while it is kept.
pub(crate) fn star(reader: &Reader, entity: &Entity, id: Id, kept: bool, back: &str) -> String {
    let mut out = String::from("<div id=\"favourite\" class=\"only-wide\" data-live=\"favourite\">");
    begin(&mut out, reader, entity, id, !kept, back, true);
    out.push_str("<button class=\"btn btn-quiet btn-icon btn-sm favourite\"");
    html::attribute(&mut out, "aria-pressed", if kept { "true" } else { "false" });
    html::attribute(&mut out, "aria-label", reader.speech.say("favourite"));
    html::attribute(&mut out, "title", does(reader, kept));
    html::attribute(&mut out, "data-command", does(reader, kept));
    out.push('>');
    out.push_str(assets::icon("star"));
    out.push_str("</button></form></div>");
    out
}

/// The same as a line of a menu, which says what pressing it does.
pub(crate) fn item(reader: &Reader, entity: &Entity, id: Id, kept: bool, back: &str) -> String {
    let mut out = String::from("<div id=\"favourite-item\" data-live=\"favourite\">");
    begin(&mut out, reader, entity, id, !kept, back, true);
    out.push_str("<button data-closes>");
    out.push_str(assets::icon("star"));
    html::text(&mut out, does(reader, kept));
    out.push_str("</button></form></div>");
    out
}

fn does(reader: &Reader, kept: bool) -> &str {
    reader.speech.say(if kept { "favourite-off" } else { "favourite-on" })
}

/// The form that keeps a record, or takes it off; on its card a module sends it.
fn begin(out: &mut String, reader: &Reader, entity: &Entity, id: Id, keeps: bool, back: &str, on_card: bool) {
    let action = format!("/{}/{id}/favourite", entity.plural);
    out.push_str("<form class=\"plain\" method=\"post\"");
    html::attribute(out, "action", &action);
    if on_card {
        for (name, value) in [("hx-post", action.as_str()), ("hx-target", "#favourite"), ("hx-swap", "outerMorph")] {
            html::attribute(out, name, value);
        }
    }
    out.push('>');
    for (name, value) in [("csrf", &*reader.csrf), ("kept", if keeps { "yes" } else { "no" }), ("back", back)] {
        out.push_str("<input type=\"hidden\"");
        html::attribute(out, "name", name);
        html::attribute(out, "value", value);
        out.push('>');
    }
}
