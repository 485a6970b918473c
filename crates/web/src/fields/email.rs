//! An e-mail address: a link that writes, and a button that copies.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct EmailWidget;

/// Adds the link that writes to an address.
pub(crate) fn write_to(out: &mut String, address: &str) {
    out.push_str("<a href=\"mailto:");
    html::text(out, address);
    out.push_str("\">");
    html::text(out, address);
    out.push_str("</a>");
}

impl Widget for EmailWidget {
    fn cell(&self, _: &Face, value: &Value, _: &Sight<'_>, out: &mut String) {
        write_to(out, value.text());
    }

    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        write_to(out, value.text());
        html::copy(out, value.text(), &sight.speech.with("copy", &[("what", &face.label)]));
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        control.input(face, "form-control w-long", "type=\"email\" autocomplete=\"off\" spellcheck=\"false\"", out);
    }
}
