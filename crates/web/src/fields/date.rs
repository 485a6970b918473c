//! A day.

use super::{Control, Face, Sight, Widget};
use kernel::Value;

pub(super) struct DateWidget;

impl Widget for DateWidget {
    fn entered(&self, face: &Face, value: &Value, _: &Sight<'_>) -> Vec<(String, String)> {
        // The browser's own field wants the plain form, and shows it in its language.
        vec![(face.field.key.to_owned(), face.field.kind.behaviour().write(value))]
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        control.input(face, "form-control w-medium", "type=\"date\"", out);
    }
}
