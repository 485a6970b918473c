//! A form as it stands, before it is sent: what the conditions of its fields make of what was entered, and the steps of building a
//! filter in it. Nothing is written, and nothing is shown that the form would not show.

use super::entered::{Place, titles};
use super::{Form, doubting, standing};
use crate::Answer;
use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::form::Fields;
use crate::pages::answer::part;
use crate::pages::filter::within::Within;
use crate::pages::reader::Reader;
use engine::principal::Verb;
use http::StatusCode;
use kernel::{Error, Result, Say};
use meta::{Entity, Kind, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// Of a new record.
pub(super) async fn new(Of(entity): Of, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let fields = doubting::used(fields);
    if let Some(said) = said(&reader, &entity, &fields, None).await? {
        return Ok(part(&reader, StatusCode::OK, said));
    }
    let place = Place::asked(&reader, &entity, &fields).await?;
    let mut form = Form { place, step: fields.get("do").unwrap_or_default(), ..Form::of(&reader, &entity, &fields, Default::default()) };
    let about = entity.fields.iter().filter(|field| matches!(field.kind, Kind::About(_)));
    let about: Vec<_> = about.filter_map(|field| Some((field, standing::entered(&form, field)?))).collect();
    form.titles = titles(&reader, about.iter().map(|(field, value)| (*field, value))).await?;
    form.shown(StatusCode::OK).await
}

/// Of a record that is there.
pub(super) async fn old(Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let (mut record, titles) = reader.web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    if !reader.who.may_with(Verb::Change, &entity, &record) {
        return Err(Error::Forbidden(Say::new("error-authored")).into());
    }
    let fields = doubting::used(fields);
    if let Some(said) = said(&reader, &entity, &fields, Some(&record)).await? {
        return Ok(part(&reader, StatusCode::OK, said));
    }
    // Whoever saved since the form was opened is a conflict also after a step.
    record.version = fields.get("version").and_then(|version| version.parse().ok()).unwrap_or(record.version);
    let step = fields.get("do").unwrap_or_default();
    let form = Form { record: Some(&record), step, ..Form::of(&reader, &entity, &fields, titles) };
    form.shown(StatusCode::OK).await
}

/// What is worth a look in the form, or what a filter of it selects, where a module of ours asked for that alone.
async fn said(reader: &Reader, entity: &Arc<Entity>, fields: &Fields, record: Option<&Record>) -> Result<Option<String>> {
    if reader.fragment && reader.part == doubting::PART {
        let alone = fields.get("alone").is_some();
        let mut form = Form { record, alone, ..Form::of(reader, entity, fields, HashMap::new()) };
        form.doubts = doubting::of(&form);
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &form.titles };
        return Ok(Some(doubting::told(&form, &sight)));
    }
    let asked = reader.part.strip_suffix("-said").filter(|_| reader.fragment);
    let Some(field) = asked.and_then(|key| entity.field(key)).filter(|field| field.selects.is_some() && !field.secret) else {
        return Ok(None);
    };
    let Some(mut within) = Within::of(reader, field, fields, record, "", false).await? else { return Ok(None) };
    within.reckon(reader).await?;
    Ok(Some(within.beside(reader)))
}
