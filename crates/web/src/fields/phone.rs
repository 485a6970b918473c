//! A phone number: as people dial it, a link that calls.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct PhoneWidget;

/// Adds the link that calls a number.
pub(crate) fn call(out: &mut String, number: &str, shown: &str) {
    out.push_str("<a class=\"number\" href=\"tel:");
    html::text(out, number);
    out.push_str("\">");
    html::text(out, shown);
    out.push_str("</a>");
}

impl Widget for PhoneWidget {
    fn cell(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        call(out, value.text(), &self.plain(face, value, sight));
    }

    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        self.cell(face, value, sight, out);
        html::copy(out, value.text(), &sight.speech.with("copy", &[("what", &face.label)]));
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        control.input(face, "form-control w-medium number", "type=\"tel\" autocomplete=\"off\"", out);
    }
}
