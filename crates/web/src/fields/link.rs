//! A link to another record: its name, which leads to its card; found by writing some of it.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;
use meta::{Entity, Kind};

pub(super) struct LinkWidget;

/// Whether records of an entity have a card to be led to.
pub(crate) fn has_card(entity: &Entity) -> bool {
    entity.can.public && !entity.can.joining
}

fn target<'m>(face: &Face, sight: &'m Sight<'_>) -> Option<&'m Entity> {
    match face.field.kind {
        Kind::Link(target) => sight.model.entity(target).map(AsRef::as_ref),
        _ => None,
    }
}

/// What it is about was decided by where one came from.
fn placed(control: &Control<'_>, sight: &Sight<'_>, out: &mut String) {
    out.push_str("<input type=\"hidden\"");
    html::attribute(out, "name", control.name);
    html::attribute(out, "value", control.value());
    out.push_str("><output");
    html::attribute(out, "id", control.name);
    out.push('>');
    let name = control.value().parse().ok().and_then(|id| sight.titles.get(&id));
    html::text(out, name.map_or("–", String::as_str));
    out.push_str("</output>");
}

impl Widget for LinkWidget {
    fn cell(&self, _: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        if let Some(name) = value.link().and_then(|id| sight.titles.get(&id)) {
            html::text(out, name);
        }
    }

    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        let Some(id) = value.link() else { return };
        match (sight.titles.get(&id), target(face, sight)) {
            (Some(name), Some(entity)) if has_card(entity) => {
                out.push_str("<a href=\"/");
                out.push_str(entity.plural);
                out.push('/');
                out.push_str(&id.to_string());
                out.push_str("\">");
                html::text(out, name);
                out.push_str("</a>");
            }
            (Some(name), _) => html::text(out, name),
            (None, _) => html::text(out, sight.speech.say("link-unseen")),
        }
    }

    fn plain(&self, _: &Face, value: &Value, sight: &Sight<'_>) -> String {
        match value.link() {
            Some(id) => sight.titles.get(&id).cloned().unwrap_or_else(|| sight.speech.say("link-unseen").to_owned()),
            None => String::new(),
        }
    }

    fn entered(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> Vec<(String, String)> {
        let key = face.field.key;
        match value.link() {
            // What it is about is decided by where one comes from, or by what it was about before.
            Some(id) if matches!(face.field.kind, Kind::About(_)) => vec![(key.to_owned(), id.to_string())],
            Some(id) => vec![(key.to_owned(), id.to_string()), (format!("{key}.text"), self.plain(face, value, sight))],
            None => vec![(key.to_owned(), String::new()), (format!("{key}.text"), String::new())],
        }
    }

    fn control(&self, face: &Face, control: &Control<'_>, sight: &Sight<'_>, out: &mut String) {
        let text = format!("{}.text", control.name);
        // One of several entities is looked for in all of them.
        let from = match target(face, sight) {
            Some(entity) => format!("/{}/options", entity.plural),
            None if (control.entered)(&text).is_empty() => return placed(control, sight, out),
            None => match sight.model.entity(face.field.entity) {
                Some(own) => format!("/{}/options?field={}", own.plural, face.field.key),
                None => return placed(control, sight, out),
            },
        };
        let options = format!("{}-options", control.name);
        out.push_str("<div class=\"picker w-long\"");
        html::attribute(out, "data-picker", &from);
        out.push_str("><input type=\"hidden\"");
        html::attribute(out, "name", control.name);
        html::attribute(out, "value", control.value());
        out.push_str("><input role=\"combobox\" aria-expanded=\"false\" aria-autocomplete=\"list\" autocomplete=\"off\"");
        control.attributes(face, "form-control", out);
        html::attribute(out, "name", &text);
        html::attribute(out, "aria-controls", &options);
        html::attribute(out, "value", (control.entered)(&text).last().copied().unwrap_or_default());
        out.push('>');
        out.push_str(assets::icon("search"));
        out.push_str("<ul class=\"picker-options\" role=\"listbox\" hidden");
        html::attribute(out, "id", &options);
        html::attribute(out, "aria-label", &face.label);
        out.push_str("></ul></div>");
    }
}
