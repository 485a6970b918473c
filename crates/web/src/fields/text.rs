//! A line of text.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct TextWidget;

impl Widget for TextWidget {
    fn cell(&self, _: &Face, value: &Value, _: &Sight<'_>, out: &mut String) {
        html::text(out, value.text());
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        let mut more = String::from("maxlength=\"500\" autocomplete=\"off\"");
        // In a line no label stands beside it.
        if control.aria.is_some() {
            html::attribute(&mut more, "placeholder", &face.label);
        }
        control.input(face, "form-control", &more, out);
    }
}
