//! The records that a link may lead to, by some of their name: what a picker offers.

use crate::caller::Of;
use crate::fields::{Face, Sight};
use crate::form::Asking;
use crate::pages::answer;
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::State;
use engine::Asked;
use engine::principal::Verb;
use http::StatusCode;
use kernel::{Error, Result, Value};
use meta::filter::{Filter, Operand, Path, Test};
use meta::{Entity, Kind};
use std::sync::Arc;

/// Most that are offered at once.
const MOST: usize = 10;

pub(super) async fn options(State(_): State<Web>, Of(entity): Of, reader: Reader, Asking(asked): Asking) -> Answer {
    let words = asked.get("q").unwrap_or_default();
    let mut out = String::new();
    match asked.get("field") {
        None => offer(&reader, &entity, words, &mut out).await?,
        // What one of its fields may lead to: records of several entities.
        Some(key) => {
            let Some(Kind::About(targets)) = entity.field(key).map(|field| field.kind) else { return Err(Error::NotFound.into()) };
            for target in targets {
                let target = reader.who.entity(target)?;
                if reader.who.may(Verb::See, &target) {
                    offer(&reader, &target, words, &mut out).await?;
                }
            }
        }
    }
    Ok(answer::part(&reader, StatusCode::OK, out))
}

/// Adds the records of an entity whose name these words begin to say.
async fn offer(reader: &Reader, entity: &Arc<Entity>, words: &str, out: &mut String) -> Result<()> {
    let mut filter = Filter::everything();
    for word in words.split_whitespace().take(6) {
        filter = filter.and(Filter::Test(Path::of(entity.title), Test::Contains(word.to_owned())));
    }
    // Whoever is gone is not offered.
    for (key, living) in [("active", true), ("inactive", false), ("retired", false)] {
        if let Some(field) = entity.field(key).filter(|field| field.kind == Kind::YesNo) {
            filter = filter.and(Filter::Test(Path::of(field.key), Test::Is(Operand::Value(Value::Bool(living)))));
        }
    }
    let second = entity.columns.iter().filter(|key| **key != entity.title).filter_map(|key| entity.field(key));
    let second = second
        .filter(|field| !matches!(field.kind, Kind::Link(_)))
        .find(|field| field.key.ends_with(".city") || matches!(field.kind, Kind::Choice(_) | Kind::Email));
    let mut fields = vec![entity.title];
    fields.extend(second.map(|field| field.key));
    let listed =
        reader.web.engine().list(&reader.who, Asked { fields, limit: MOST, ..Asked::new(entity.clone()).filtered(filter) }).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &listed.titles };
    let second = second.map(|field| Face::new(field, &reader.speech));
    for record in &listed.records {
        let name = record.named(entity.title).text();
        out.push_str("<li role=\"option\"");
        html::attribute(out, "data-value", &record.id.to_string());
        html::attribute(out, "data-label", name);
        out.push('>');
        html::text(out, name);
        if let Some(face) = &second {
            out.push_str(" <small>");
            html::text(out, &face.plain(record.value(face.field.id), &sight));
            out.push_str("</small>");
        }
        out.push_str("</li>");
    }
    Ok(())
}
