//! How a record stands as it was entered, as far as the conditions of its fields ask: what is not shown is not asked.

use super::Form;
use kernel::{Id, Value};
use meta::{Field, Kind, Record};

/// The record as it was entered; none where no field of its entity depends on it.
pub(super) struct Standing(Option<Record>);

impl Standing {
    /// What a form says so far.
    pub(super) fn of(form: &Form<'_>) -> Standing {
        let model = &form.reader.model;
        if !form.entity.fields.iter().any(|field| model.conditions.contains_key(&field.id)) {
            return Standing(None);
        }
        let carried = form.entity.carried.clone();
        let blank = || Record {
            values: carried.blank(),
            carried: carried.clone(),
            id: Id::SYSTEM,
            version: 1,
            lines: Vec::new(),
            beyond: meta::Beyond::default(),
        };
        let mut record = form.record.cloned().unwrap_or_else(blank);
        for field in &form.entity.fields {
            if let Some(value) = entered(form, field) {
                record.put(field.id, value);
            }
        }
        Standing(Some(record))
    }

    /// Whether a field is shown and asked.
    pub(super) fn shows(&self, form: &Form<'_>, field: &Field) -> bool {
        let Some(record) = &self.0 else { return true };
        let present = form.reader.web.engine().present(&form.reader.who);
        form.reader.model.shows(field, form.entity, record, &present)
    }
}

/// The value of a field as it was entered; none where it was not, or can't be read.
fn entered(form: &Form<'_>, field: &Field) -> Option<Value> {
    let texts: Vec<&str> = form.fields.all(field.key).collect();
    // A box that is ticked is sent after the one that says that it is there.
    let text = match field.kind {
        Kind::Vocabularies(_) => texts.join("|"),
        _ => (*texts.last()?).to_owned(),
    };
    (!texts.is_empty()).then(|| field.kind.parse(&text, &form.reader.reading).ok()).flatten()
}
