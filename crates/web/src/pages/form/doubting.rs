//! What is worth a look in a form before it is saved, said beside what it is about. A button puts in what was probably meant; nothing is
//! changed by itself, and nothing keeps a form from being saved.

use super::entered::writes;
use super::standing::{blank, entered};
use super::{Form, lines};
use crate::fields::Sight;
use crate::form::Fields;
use crate::pages::html;
use meta::Doubt;

/// The part of a form that a module of ours asks for alone.
pub(super) const PART: &str = "doubts";
/// The step that puts in what was meant: `use:address.province=PI`.
const USE: &str = "use:";

/// What is worth a look in a form as it stands.
pub(super) fn of(form: &Form<'_>) -> Vec<Doubt> {
    let Some(doubted) = form.entity.doubts else { return Vec::new() };
    let mut record = form.record.cloned().unwrap_or_else(|| blank(&form.entity.carried));
    for field in form.entity.fields.iter().filter(|field| form.fields.get(field.key).is_some() && writes(form.reader, field)) {
        // What can't be read is said to be wrong where it is saved.
        record.put(field.id, entered(form, field).unwrap_or_else(|| field.kind.empty()));
    }
    for relation in form.entity.relations.iter().filter(|relation| relation.owned) {
        let (Some(child), Some(drafts)) =
            (form.reader.model.child(relation), lines::read(form.reader, relation, form.fields, form.record, &mut Vec::new()))
        else {
            continue;
        };
        let line = |draft: engine::Draft| {
            let mut line = blank(&child.carried);
            draft.values.into_iter().for_each(|(field, value)| line.put(field, value));
            line
        };
        record.lines.retain(|(key, _)| *key != relation.key);
        record.lines.push((relation.key, drafts.into_iter().map(line).collect()));
    }
    (doubted.find)(&record, &form.reader.model.postcodes)
}

/// Adds the place where it is said what is worth a look in an item; nothing of an item that is never doubted.
pub(super) fn here(out: &mut String, form: &Form<'_>, key: &str, sight: &Sight<'_>) {
    if !form.entity.doubts.is_some_and(|doubted| doubted.items.contains(&key)) {
        return;
    }
    out.push_str("<div class=\"doubts-here\" role=\"status\"");
    html::attribute(out, "data-doubts", key);
    out.push('>');
    let doubts: Vec<&Doubt> = form.doubts.iter().filter(|doubt| doubt.item == key).collect();
    if !doubts.is_empty() {
        out.push_str("<ul class=\"doubts\">");
        for doubt in doubts {
            out.push_str("<li>");
            out.push_str(assets::icon("warning"));
            html::element(out, "p", &sight.speech.sentence(&doubt.say));
            proposal(out, form, doubt, sight);
            out.push_str("</li>");
        }
        out.push_str("</ul>");
    }
    out.push_str("</div>");
}

/// All of these places, for a module that puts each in its place.
pub(super) fn told(form: &Form<'_>, sight: &Sight<'_>) -> String {
    let mut out = String::new();
    for item in form.entity.doubts.map_or(&[][..], |doubted| doubted.items) {
        here(&mut out, form, item, sight);
    }
    out
}

fn proposal(out: &mut String, form: &Form<'_>, doubt: &Doubt, sight: &Sight<'_>) {
    let Some((key, meant)) = &doubt.proposal else { return };
    let control = match doubt.line {
        Some(place) => lines::control(form, doubt.item, place, key),
        None => form.entity.field(key).filter(|field| writes(form.reader, field)).map(|field| field.key.to_owned()),
    };
    let Some(control) = control else { return };
    // Where a thing is edited by itself only a module puts it in: the whole form would know nothing of what was entered elsewhere.
    match form.alone {
        true => out.push_str("<button type=\"button\" class=\"btn btn-sm scripted\""),
        false => {
            out.push_str("<button class=\"btn btn-sm\" name=\"do\"");
            html::attribute(out, "value", &format!("{USE}{control}={meant}"));
            html::attribute(out, "formaction", &form.trying());
        }
    }
    html::attribute(out, "data-use", &control);
    html::attribute(out, "data-meant", meant);
    out.push('>');
    html::text(out, &sight.speech.with("doubt-use", &[("proposal", meant)]));
    out.push_str("</button>");
}

/// What was entered, once the step that was asked for has put in what was meant.
pub(super) fn used(mut fields: Fields) -> Fields {
    let step = fields.get("do").and_then(|step| step.strip_prefix(USE)).and_then(|step| step.split_once('='));
    if let Some((control, meant)) = step.map(|(control, meant)| (control.to_owned(), meant.to_owned())) {
        fields.0.retain(|(name, _)| *name != control);
        fields.0.push((control, meant));
    }
    fields
}
