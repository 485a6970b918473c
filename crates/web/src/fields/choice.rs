//! One of the keys that the code knows: a badge where it says how things stand, plain words otherwise.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;
use meta::field::Default;

pub(super) struct ChoiceWidget;

impl Widget for ChoiceWidget {
    fn cell(&self, face: &Face, value: &Value, _: &Sight<'_>, out: &mut String) {
        let key = value.text();
        match face.choices.iter().find(|choice| choice.key == key) {
            Some(choice) if face.badge => {
                out.push_str("<span class=\"stage\" data-tone=\"");
                out.push_str(choice.tone);
                out.push_str("\">");
                html::text(out, &choice.label);
                out.push_str("</span>");
            }
            Some(choice) => html::text(out, &choice.label),
            None => html::text(out, key),
        }
    }

    fn plain(&self, face: &Face, value: &Value, _: &Sight<'_>) -> String {
        let key = value.text();
        face.choices.iter().find(|choice| choice.key == key).map_or(key, |choice| &choice.label).to_owned()
    }

    fn entered(&self, face: &Face, value: &Value, _: &Sight<'_>) -> Vec<(String, String)> {
        vec![(face.field.key.to_owned(), value.text().to_owned())]
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        // What has to be chosen begins with nothing, so that nobody saves a choice he never made.
        let empty = face.field.default == Default::None && (!face.field.required || control.value().is_empty());
        let options = face.choices.iter().map(|choice| (choice.key, choice.label.as_str()));
        control.select(face, "form-select w-medium", empty, options, out);
    }
}
