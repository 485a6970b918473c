//! While somebody writes a new record: which of those that are there may be the same. Asked by a module of ours with the form as it
//! stands; nothing is written, and what the asker may not see is only told where he saves.

use super::{Form, entered, read};
use crate::Answer;
use crate::caller::{Named, Of};
use crate::form::Fields;
use crate::pages::answer::part;
use crate::pages::reader::Reader;
use engine::Draft;
use engine::principal::Verb;
use http::StatusCode;
use kernel::{Error, Result, Say};
use meta::Entity;
use std::sync::Arc;

/// Which records may be the same as what was entered.
pub(super) async fn asked(Of(entity): Of, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    if entity.compared.is_empty() {
        return Err(Error::NotFound.into());
    }
    // What is wrong is said where it is saved; the rest says enough.
    let read = read::record(&reader, &entity, &fields, None).await?;
    let draft = Draft { values: read.values, lines: read.lines, ..Draft::new(entity.key) };
    let mut twins = reader.web.engine().alike(&reader.who, &draft, None).await?;
    twins.retain(|twin| twin.record.is_some());
    Ok(part(&reader, StatusCode::OK, super::twins::maybe(&reader, &entity, &twins)))
}

/// The form of a record that is there, with what was written for a new one as a proposal wherever it has nothing.
pub(super) async fn here(Of(entity): Of, named: Named, reader: Reader, typed: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let (record, titles) = reader.web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    if !reader.who.may_with(Verb::Change, &entity, &record) {
        return Err(Error::Forbidden(Say::new("error-authored")).into());
    }
    let mut fields = entered::of(&reader, &entity, &record, &titles);
    for field in entered::offered(&reader, &entity).into_iter().filter(|field| record.value(field.id).is_empty()) {
        let under = |name: &str| name == field.key || name.strip_prefix(field.key).is_some_and(|rest| rest.starts_with('.'));
        let said: Vec<_> = typed.0.iter().filter(|(name, value)| under(name) && !value.trim().is_empty()).cloned().collect();
        if !said.is_empty() {
            fields.0.retain(|(name, _)| !under(name));
            fields.0.extend(said);
        }
    }
    let fields = with_lines(&reader, &entity, fields, &typed)?;
    let mut form = Form { record: Some(&record), ..Form::of(&reader, &entity, &fields, titles) };
    form.notice = super::twins::proposed(&reader);
    form.shown(StatusCode::OK).await
}

/// Adds the lines that were written and that the record does not have: its own come first.
fn with_lines(reader: &Reader, entity: &Arc<Entity>, mut fields: Fields, typed: &Fields) -> Result<Fields> {
    for relation in entered::offered_lines(entity) {
        let Some(child) = reader.model.child(relation) else { continue };
        let prefix = format!("{}.", relation.key);
        let lines = |fields: &Fields| -> Vec<(usize, Vec<(String, String)>)> {
            let mut lines: Vec<(usize, Vec<(String, String)>)> = Vec::new();
            for (name, value) in &fields.0 {
                let Some((number, key)) = name.strip_prefix(&prefix).and_then(|rest| rest.split_once('.')) else { continue };
                let Ok(number) = number.parse::<usize>() else { continue };
                match lines.iter_mut().find(|(known, _)| *known == number) {
                    Some((_, line)) => line.push((key.to_owned(), value.clone())),
                    None => lines.push((number, vec![(key.to_owned(), value.clone())])),
                }
            }
            lines
        };
        // What tells two lines apart, as it is compared.
        let keys: Vec<&meta::Field> = child.fields.iter().filter(|field| field.matching).collect();
        let said = |line: &[(String, String)]| -> Vec<String> {
            let value = |field: &&meta::Field| {
                let text = line.iter().find(|(key, _)| key == field.key).map_or("", |(_, value)| value.trim());
                let value = field.kind.parse(text, &reader.reading).ok();
                value.map_or_else(|| text.to_owned(), |value| meta::filter::resolve::compared(field.kind, &value).text().to_owned())
            };
            keys.iter().map(value).collect()
        };
        let mut known: Vec<Vec<String>> = lines(&fields).iter().map(|(_, line)| said(line)).collect();
        let mut next = lines(&fields).iter().map(|(number, _)| number + 1).max().unwrap_or_default();
        for (_, line) in lines(typed) {
            let says = said(&line);
            if says.iter().all(String::is_empty) || known.contains(&says) {
                continue;
            }
            fields.0.extend(line.into_iter().filter(|(key, _)| key != "id").map(|(key, value)| (format!("{prefix}{next}.{key}"), value)));
            known.push(says);
            next += 1;
        }
    }
    Ok(fields)
}
