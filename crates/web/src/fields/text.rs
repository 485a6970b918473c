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
        let more = if control.name == face.field.key && face.field.required {
            "maxlength=\"500\" autocomplete=\"off\""
        } else {
            "maxlength=\"500\""
        };
        control.input(face, "form-control", more, out);
    }
}
