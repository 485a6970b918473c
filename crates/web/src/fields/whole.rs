//! A whole number.

use super::{Control, Face, Sight, Widget};

pub(super) struct WholeWidget;

impl Widget for WholeWidget {
    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        control.input(face, "form-control w-short number", "inputmode=\"numeric\" autocomplete=\"off\"", out);
    }
}
