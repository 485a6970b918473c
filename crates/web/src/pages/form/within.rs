//! The input of one field, or of the parts of one value, inside of another page's form.

use super::{Form, entered, in_place, read, write};
use crate::fields::Sight;
use crate::form::Fields;
use crate::pages::layout;
use crate::pages::reader::Reader;
use kernel::{Id, Problems, Result, Value};
use meta::{Entity, FieldId, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// The controls of what an entity's form calls so, with what was entered, or else with what a record says; none where the reader may
/// not write it.
pub(crate) fn controls(
    reader: &Reader,
    entity: &Arc<Entity>,
    key: &str,
    record: &Record,
    titles: &HashMap<Id, String>,
    fields: &Fields,
    problems: &Problems,
) -> Option<String> {
    let item = layout::item(entity, key).filter(|item| !matches!(item, layout::Item::Lines(_)) && in_place::editable(reader, item))?;
    let touched = item.touched();
    let was_entered = fields.0.iter().any(|(name, _)| touched.contains(&name.as_str()));
    let stands = entered::of_item(reader, &item, record, titles);
    let fields = if was_entered { fields } else { &stands };
    let form = Form { record: Some(record), problems: problems.clone(), alone: true, ..Form::of(reader, entity, fields, titles.clone()) };
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles };
    let mut out = String::new();
    write::item(&mut out, &form, &item, &sight);
    Some(out)
}

/// What was entered in such controls.
pub(crate) async fn values(reader: &Reader, entity: &Entity, key: &str, fields: &Fields) -> Result<(Vec<(FieldId, Value)>, Problems)> {
    let Some(item) = layout::item(entity, key).filter(|item| in_place::editable(reader, item)) else { return Ok((Vec::new(), Vec::new())) };
    let read = read::item(reader, &item, fields, None).await?;
    Ok((read.values, read.problems))
}
