//! Who sees a record, and why: one's own reasons for everybody, and for administrators all who see it with theirs.

use crate::pages::answer::rendered;
use crate::pages::card::{find, title};
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Named, Of};
use askama::Template;
use engine::principal::Verb;
use engine::rights::{Reason, Sees};
use http::{Method, StatusCode};
use kernel::Id;
use meta::Entity;
use std::sync::Arc;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::GET, "/{plural}/{id}/visibility", Policy::Entity(Verb::See), Rate::Heavy, "", ""), show)
}

#[derive(Template)]
#[template(path = "visibility.html")]
struct VisibilityPage<'p> {
    reader: &'p Reader,
    entity: &'p Arc<Entity>,
    id: Id,
    title: String,
    name: String,
    own: Vec<String>,
    others: Vec<(Sees, Vec<String>)>,
}

async fn show(Of(entity): Of, named: Named, reader: Reader) -> Answer {
    let reader = reader.within(entity.plural);
    let id = named.id("id")?;
    let (record, titles) = find(&reader, &entity, id).await?;
    let sight = crate::fields::Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = title(&entity, &record, &sight);
    let engine = reader.web.engine();
    let own = engine.why_seen(&reader.who, &entity, id).await?;
    let others = match reader.who.role.administer {
        true => engine.who_sees(&reader.who, &entity, id).await?,
        false => Vec::new(),
    };
    let page = VisibilityPage {
        title: reader.speech.with("visibility-of", &[("name", &name)]),
        own: said(&reader, &own),
        others: others
            .into_iter()
            .map(|sees| {
                let because = said(&reader, &sees.because);
                (sees, because)
            })
            .collect(),
        name,
        id,
        entity: &entity,
        reader: &reader,
    };
    rendered(&reader, StatusCode::OK, &page)
}

/// Reasons as sentences, in markup.
fn said(reader: &Reader, reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(|reason| sentence(reader, reason)).collect()
}

fn sentence(reader: &Reader, reason: &Reason) -> String {
    let speech = &reader.speech;
    let with = |key: &str, name: &str| html::escaped(&speech.with(key, &[("name", name)]));
    match reason {
        Reason::Everybody => html::escaped(speech.say("because-everybody")),
        Reason::Role => html::escaped(speech.say("because-role")),
        Reason::Own => html::escaped(speech.say("because-own")),
        Reason::Team(name) => with("because-team", name),
        Reason::Below(name) => with("because-below", name),
        Reason::Subject => html::escaped(speech.say("because-subject")),
        Reason::Public => html::escaped(speech.say("because-public")),
        Reason::Shared(name, until) => {
            let day = until.map(|day| meta::Kind::Date.behaviour().show(&kernel::Value::Date(day), &reader.reading));
            match day {
                Some(day) => html::escaped(&speech.with("because-shared-until", &[("name", name), ("day", &day)])),
                None => with("because-shared", name),
            }
        }
        Reason::Through(key, id, name, reasons) => {
            let plural = reader.model.entity(key).map_or("", |entity| entity.plural);
            let mut out = html::escaped(speech.say("because-through"));
            out.push_str(" <a");
            html::attribute(&mut out, "href", &format!("/{plural}/{id}"));
            out.push('>');
            html::text(&mut out, name);
            out.push_str("</a>");
            if !reasons.is_empty() {
                out.push_str(": ");
                out.push_str(&said(reader, reasons).join("; "));
            }
            out
        }
    }
}
