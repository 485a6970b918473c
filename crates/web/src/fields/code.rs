//! An identifier: tabular figures, and a button that copies it.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct CodeWidget;

impl Widget for CodeWidget {
    fn cell(&self, _: &Face, value: &Value, _: &Sight<'_>, out: &mut String) {
        html::text(out, value.text());
    }

    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        out.push_str("<span class=\"number\">");
        html::text(out, value.text());
        out.push_str("</span>");
        if value.text().len() > 3 {
            html::copy(out, value.text(), &sight.speech.with("copy", &[("what", &face.label)]));
        }
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        control.input(face, "form-control w-medium number", "autocomplete=\"off\" spellcheck=\"false\"", out);
    }
}
