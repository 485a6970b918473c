//! A new record that begins as another one: everything a form offers, but what names that one alone.

use super::{Form, entered};
use crate::Answer;
use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::pages::card::title;
use crate::pages::html;
use crate::pages::reader::Reader;
use http::StatusCode;
use meta::{Entity, Field, Kind, Record};
use std::collections::HashMap;

/// The form of a new record, filled in with what is known of this one.
pub(super) async fn duplicate(Of(entity): Of, named: Named, reader: Reader) -> Answer {
    let reader = reader.within(entity.plural);
    let (record, titles) = reader.web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    let mut fields = entered::of(&reader, &entity, &record, &titles);
    let left: Vec<String> =
        entity.fields.iter().filter(|field| its_own(field, &record, &titles)).map(|field| field.key.to_owned()).collect();
    fields.0.retain(|(name, _)| {
        let field = name.strip_suffix(".text").unwrap_or(name);
        !left.iter().any(|own| own == field) && !is_line_identity(&entity, name)
    });
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let notice = notice(&entity, &record, &title(&entity, &record, &sight), &sight);
    let form = Form { notice, ..Form::of(&reader, &entity, &fields, titles) };
    form.shown(StatusCode::OK).await
}

/// What tells a record from all others, and links to what the reader may not see.
fn its_own(field: &Field, record: &Record, titles: &HashMap<kernel::Id, String>) -> bool {
    let unseen = matches!(field.kind, Kind::Link(_)) && record.value(field.id).link().is_some_and(|id| !titles.contains_key(&id));
    field.unique || field.matching || unseen
}

/// The lines are new ones too: `phones.0.id` is not sent.
fn is_line_identity(entity: &Entity, name: &str) -> bool {
    let mut parts = name.splitn(3, '.');
    let relation = parts.next().and_then(|key| entity.relation(key));
    relation.is_some_and(|relation| relation.owned) && parts.nth(1) == Some("id")
}

fn notice(entity: &Entity, record: &Record, name: &str, sight: &Sight<'_>) -> String {
    let mut out = String::from("<div class=\"notice\">");
    out.push_str(assets::icon("copy"));
    out.push_str("<p>");
    html::text(&mut out, sight.speech.say("duplicate-of"));
    out.push_str(" <a");
    html::attribute(&mut out, "href", &format!("/{}/{}", entity.plural, record.id));
    out.push('>');
    html::text(&mut out, name);
    out.push_str("</a>. ");
    html::text(&mut out, sight.speech.say("duplicate-text"));
    out.push_str("</p></div>");
    out
}
