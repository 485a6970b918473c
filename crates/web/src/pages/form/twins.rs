//! Before a record is made that may be there already: what it would be a double of, each to be opened, to be filled up with what was
//! written, or to be made anyway.

use crate::pages::duplicates::evidence;
use crate::pages::html;
use crate::pages::reader::{Reader, icon};
use engine::Twin;
use engine::principal::Verb;
use kernel::Id;
use meta::Entity;

/// What is said about the twins of a new record that was to be saved.
pub(super) fn notice(reader: &Reader, entity: &Entity, twins: &[Twin]) -> String {
    let speech = &reader.speech;
    let mut out = String::new();
    out.push_str("<div class=\"notice maybe\" data-tone=\"warn\" role=\"alert\" aria-labelledby=\"twins\">");
    out.push_str(assets::icon("warning"));
    out.push_str("<div><h2 id=\"twins\">");
    html::text(&mut out, speech.say("twins-title"));
    out.push_str("</h2>");
    things(&mut out, reader, entity, twins);
    out.push_str("<button class=\"btn\" name=\"insist\" value=\"1\">");
    html::text(&mut out, speech.say("twins-anyway"));
    out.push_str("</button></div></div>");
    out
}

/// The quiet box of a form that is being written; empty where nothing is alike.
pub(super) fn maybe(reader: &Reader, entity: &Entity, twins: &[Twin]) -> String {
    if twins.is_empty() {
        return String::new();
    }
    let mut out = String::from("<div class=\"notice\" data-tone=\"warn\">");
    out.push_str(assets::icon("info"));
    out.push_str("<div>");
    html::element(&mut out, "h2", reader.speech.say("maybe-title"));
    things(&mut out, reader, entity, &first_of_each(twins));
    out.push_str("</div></div>");
    out
}

/// What is said over the form of a record that takes up what was written for another.
pub(super) fn proposed(reader: &Reader) -> String {
    let mut out = String::from("<div class=\"notice\" role=\"status\">");
    out.push_str(assets::icon("info"));
    html::element(&mut out, "p", reader.speech.say("maybe-proposed"));
    out.push_str("</div>");
    out
}

/// Each record once, whatever keys they share; the likeliest three are enough while one writes.
fn first_of_each(twins: &[Twin]) -> Vec<Twin> {
    let mut found: Vec<Twin> = Vec::new();
    let id = |twin: &Twin| twin.record.as_ref().map(|(id, _)| *id);
    for twin in twins {
        if !found.iter().any(|known| id(known) == id(twin)) {
            found.push(twin.clone());
        }
    }
    found.truncate(3);
    found
}

fn things(out: &mut String, reader: &Reader, entity: &Entity, twins: &[Twin]) {
    let speech = &reader.speech;
    out.push_str("<ul class=\"things\">");
    for twin in twins {
        out.push_str("<li class=\"thing\">");
        out.push_str(assets::icon(icon(entity.key)));
        out.push_str("<div>");
        match &twin.record {
            Some((id, name)) => {
                out.push_str("<a class=\"thing-name\"");
                html::attribute(out, "href", &format!("/{}/{id}", entity.plural));
                out.push('>');
                html::text(out, name);
                out.push_str("</a>");
            }
            None => html::element(out, "span", speech.say("twins-hidden")),
        }
        html::element(out, "p", &why(reader, entity, twin));
        out.push_str("</div>");
        if let Some((id, name)) = &twin.record {
            acts(out, reader, entity, *id, name);
        }
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}

/// Where the record is, and why it may be the same.
fn why(reader: &Reader, entity: &Entity, twin: &Twin) -> String {
    let mut said: Vec<String> = Vec::new();
    if let Some(alike) = &twin.alike {
        said.extend(Some(alike.place.clone()).filter(|place| !place.is_empty()));
    }
    if !twin.field.is_empty() {
        said.push(reader.speech.with("twins-same", &[("field", &evidence::named(reader, entity, &twin.field))]));
    }
    if let Some(alike) = &twin.alike {
        // What the key says already is not said twice.
        let rest: Vec<_> = alike.evidence.iter().filter(|one| one.field != twin.field && one.speaks_for()).cloned().collect();
        said.extend(Some(evidence::line(reader, entity, &rest)).filter(|line| !line.is_empty()));
    }
    said.join(" · ")
}

fn acts(out: &mut String, reader: &Reader, entity: &Entity, id: Id, name: &str) {
    let speech = &reader.speech;
    out.push_str("<div class=\"actions\"><a class=\"btn btn-sm\"");
    html::attribute(out, "href", &format!("/{}/{id}", entity.plural));
    html::attribute(out, "aria-label", &speech.with("duplicates-open-card-of", &[("name", name)]));
    out.push('>');
    html::text(out, speech.say("twins-open"));
    out.push_str("</a>");
    if reader.who.may(Verb::Change, entity) {
        let action = format!("/{}/{id}/proposals", entity.plural);
        out.push_str("<button class=\"btn btn-sm\"");
        html::attribute(out, "formaction", &action);
        html::attribute(out, "hx-post", &action);
        html::attribute(out, "hx-include", "closest form");
        html::attribute(out, "hx-target", "#form");
        html::attribute(out, "hx-select", "form.edit");
        html::attribute(out, "hx-swap", "outerHTML");
        html::attribute(out, "title", speech.say("maybe-here-hint"));
        out.push('>');
        html::text(out, speech.say("maybe-here"));
        out.push_str("</button>");
    }
    out.push_str("</div>");
}
