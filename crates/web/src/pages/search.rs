//! Search over everything that the reader may see, grouped by what it is.

use crate::form::Asking;
use crate::pages::answer::rendered;
use crate::pages::found::Telling;
use crate::pages::html;
use crate::pages::marks;
use crate::pages::reader::{Reader, icon};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::Group;
use http::{Method, StatusCode};

/// The route of search.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::GET, "/search", Policy::SignedIn, Rate::Heavy, "", ""), search)
}

/// The best of each kind.
const MOST: usize = 8;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'s> {
    reader: &'s Reader,
    title: String,
    words: &'s str,
    groups: String,
}

async fn search(State(web): State<Web>, mut reader: Reader, Asking(asked): Asking) -> Answer {
    let words: String = asked.get("q").unwrap_or_default().trim().chars().take(200).collect();
    let groups = web.engine().search(&reader.who, &words, MOST).await?;
    let mut out = String::with_capacity(4096);
    for group in &groups {
        write(&mut out, &reader, group, &words);
    }
    reader.searched.clone_from(&words);
    let title = match words.is_empty() {
        true => reader.speech.say("search").to_owned(),
        false => reader.speech.with("search-for", &[("words", &words)]),
    };
    rendered(&reader, StatusCode::OK, &SearchPage { title, words: &words, groups: out, reader: &reader })
}

fn write(out: &mut String, reader: &Reader, group: &Group, words: &str) {
    let Some(entity) = reader.model.entity(group.entity) else { return };
    let asked = marks::words(words);
    let telling = Telling::new(reader, entity, &asked);
    out.push_str("<section class=\"section\"><div class=\"section-head\">");
    html::element(out, "h2", &reader.speech.entity(entity.key, "many"));
    out.push_str("</div><ul class=\"things\">");
    for found in &group.found {
        out.push_str("<li class=\"thing\">");
        out.push_str(assets::icon(icon(entity.key)));
        out.push_str("<div><a class=\"thing-name\"");
        html::attribute(out, "href", &format!("/{}/{}", entity.plural, found.id));
        out.push('>');
        telling.name(found, out);
        out.push_str("</a>");
        let beside = telling.beside(found);
        if !beside.is_empty() {
            out.push_str("<p>");
            out.push_str(&beside);
            out.push_str("</p>");
        }
        out.push_str("</div></li>");
    }
    out.push_str("</ul>");
    if group.more {
        let mut question = String::new();
        html::pair(&mut question, "q", words);
        out.push_str("<p class=\"hint\"><a");
        html::attribute(out, "href", &format!("/{}?{question}", entity.plural));
        out.push('>');
        html::text(out, reader.speech.say("search-more"));
        out.push_str("</a></p>");
    }
    out.push_str("</section>");
}
