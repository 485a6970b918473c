//! The tags of a record at the head of its card: each leads to the others that have it, and is put on or taken off without
//! opening a form. With a module of ours only this part is written anew, without one the page.

use super::title;
use crate::caller::{Named, Of};
use crate::fields::{Sight, vocabulary};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, part};
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::pages::toast;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::extract::State;
use engine::principal::Verb;
use http::{Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::{stored, terms};
use meta::{Entity, Field, Kind, Record};

/// Most tags put on at once.
const MOST: usize = 20;

/// How often somebody may have been quicker.
const TRIES: usize = 3;

/// The route of tags.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::POST, "/{plural}/{id}/tags", Policy::Entity(Verb::Change), Rate::Person, "Tags", "tag"), put)
}

/// The field of tags, and its vocabulary.
fn field_of(entity: &Entity) -> Option<(&Field, &'static str)> {
    entity.fields.iter().find_map(|field| match field.kind {
        Kind::Vocabularies(vocabulary) if field.open => Some((field, vocabulary)),
        _ => None,
    })
}

/// The row of tags; nothing where the entity has none.
pub(super) fn write(reader: &Reader, entity: &Entity, record: &Record, changes: bool, sight: &Sight<'_>) -> String {
    let Some((field, name)) = field_of(entity) else { return String::new() };
    let chosen: Vec<&str> = terms(record.value(field.id).text()).collect();
    if chosen.is_empty() && !changes {
        return String::new();
    }
    let speech = &reader.speech;
    let label = speech.field(entity.key, field.key);
    let mut out = String::from("<div class=\"record-tags\" id=\"record-tags\" role=\"group\"");
    html::attribute(&mut out, "aria-label", &label);
    out.push('>');
    let action = format!("/{}/{}/tags", entity.plural, record.id);
    for key in &chosen {
        let words = vocabulary::words(name, key, sight);
        out.push_str("<span class=\"tag\"");
        vocabulary::tone(name, key, sight, &mut out);
        out.push_str("><a");
        let mut question = String::new();
        html::pair(&mut question, "filter", &format!("{} includes \"{key}\"", field.key));
        html::attribute(&mut out, "href", &format!("/{}?{question}", entity.plural));
        html::attribute(&mut out, "title", &speech.with("tag-others", &[("name", words)]));
        out.push('>');
        html::text(&mut out, words);
        out.push_str("</a>");
        if changes {
            begin(&mut out, reader, &action);
            hidden(&mut out, "off", key);
            out.push_str("<button class=\"tag-off\"");
            html::attribute(&mut out, "aria-label", &speech.with("tag-take-off", &[("name", words)]));
            out.push('>');
            out.push_str(assets::icon("close"));
            out.push_str("</button></form>");
        }
        out.push_str("</span>");
    }
    if changes {
        out.push_str("<details class=\"menu tag-add\"><summary class=\"tag\"");
        html::attribute(&mut out, "aria-label", speech.say("tag-add"));
        html::attribute(&mut out, "title", speech.say("tag-add"));
        out.push('>');
        out.push_str(assets::icon("add"));
        if chosen.is_empty() {
            html::text(&mut out, speech.say("tag-add"));
        }
        out.push_str("</summary><div class=\"menu-items\">");
        out.push_str("<form method=\"post\" class=\"tag-form\"");
        sends(&mut out, &action);
        hidden(&mut out, "csrf", &reader.csrf);
        out.push_str("<label for=\"tag-on\">");
        html::text(&mut out, speech.say("tag-which"));
        out.push_str("</label><input class=\"form-control\" id=\"tag-on\" name=\"on\" list=\"tag-offered\" autocomplete=\"off\" required maxlength=\"120\"><datalist id=\"tag-offered\">");
        for (key, words) in vocabulary::offered(name, sight, &[]) {
            if !chosen.contains(&key) {
                out.push_str("<option");
                html::attribute(&mut out, "value", words);
                out.push_str("></option>");
            }
        }
        out.push_str("</datalist><p class=\"hint\">");
        html::text(&mut out, speech.say("tag-hint"));
        out.push_str("</p><button class=\"btn btn-primary\">");
        html::text(&mut out, speech.say("tag-put"));
        out.push_str("</button></form></div></details>");
    }
    out.push_str("</div>");
    out
}

fn sends(out: &mut String, action: &str) {
    for (name, value) in [("action", action), ("hx-post", action), ("hx-target", "#record-tags"), ("hx-swap", "outerHTML")] {
        html::attribute(out, name, value);
    }
    out.push('>');
}

fn begin(out: &mut String, reader: &Reader, action: &str) {
    out.push_str("<form class=\"plain\" method=\"post\"");
    sends(out, action);
    hidden(out, "csrf", &reader.csrf);
}

fn hidden(out: &mut String, name: &str, value: &str) {
    out.push_str("<input type=\"hidden\"");
    html::attribute(out, "name", name);
    html::attribute(out, "value", value);
    out.push('>');
}

/// The words of tags as they were written, one after the other.
pub(crate) fn written(text: &str) -> Vec<String> {
    let words = text.split([',', ';', '\n']).map(|word| word.split_whitespace().collect::<Vec<_>>().join(" "));
    words.filter(|word| !word.is_empty()).take(MOST).collect()
}

async fn put(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let (field, name) = field_of(&entity).ok_or(Error::NotFound)?;
    let id: Id = named.id("id")?;
    // Whoever does not see the record brings nothing into the vocabulary.
    web.engine().show(&reader.who, &entity, id).await?;
    let on = web.engine().bring_terms(&reader.who, name, &written(fields.get("on").unwrap_or_default())).await?;
    let off: Vec<&str> = fields.all("off").collect();
    if on.is_empty() && off.is_empty() {
        return Err(Error::invalid(field.key, Say::new("error-required")).into());
    }
    for _ in 0..TRIES {
        let (record, _) = web.engine().show(&reader.who, &entity, id).await?;
        let now = record.value(field.id).text();
        let kept = terms(now).filter(|key| !off.contains(key)).chain(on.iter().map(String::as_str));
        let values = vec![(field.id, Value::Text(stored(kept)))];
        match web.engine().change(&reader.who, &entity, id, Some(record.version), values, Vec::new()).await {
            Ok(outcome) => {
                return told(&Reader { model: web.engine().model_of(&reader.who), ..reader }, &entity, id, outcome.changeset).await;
            }
            Err(Error::Conflict(Conflict::Stale { .. })) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Busy(1).into())
}

async fn told(reader: &Reader, entity: &Entity, id: Id, changeset: Id) -> Answer {
    let (record, titles) = reader.web.engine().show(&reader.who, entity, id).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = title(entity, &record, &sight);
    if !reader.fragment {
        return onward_saying(reader, &format!("/{}/{id}", entity.plural), "said-tags", &name, Some(changeset));
    }
    let changes = reader.who.may_with(Verb::Change, entity, &record);
    let markup = write(reader, entity, &record, changes, &sight);
    toast::beside(reader, part(reader, StatusCode::OK, markup), "said-tags", &name, changeset)
}

/// Brings in the tags that a form names in words; the values it writes have their keys already.
pub(crate) async fn bring(reader: &Reader, entity: &Entity, fields: &Fields) -> Result<()> {
    let Some((field, name)) = field_of(entity) else { return Ok(()) };
    let words = written(fields.get(&format!("{}.new", field.key)).unwrap_or_default());
    if !words.is_empty() {
        reader.web.engine().bring_terms(&reader.who, name, &words).await?;
    }
    Ok(())
}
