//! Yes or no: a switch.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct YesNoWidget;

impl Widget for YesNoWidget {
    fn entered(&self, face: &Face, value: &Value, _: &Sight<'_>) -> Vec<(String, String)> {
        vec![(face.field.key.to_owned(), if value.bool() { "true" } else { "false" }.to_owned())]
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        out.push_str("<input type=\"hidden\" value=\"false\"");
        html::attribute(out, "name", control.name);
        out.push_str("><label class=\"form-check form-switch\"><input type=\"checkbox\" role=\"switch\" value=\"true\"");
        control.attributes(face, "form-check-input", out);
        html::attribute(out, "name", control.name);
        if control.value() == "true" {
            out.push_str(" checked");
        }
        out.push_str("><span>");
        html::text(out, &face.label);
        out.push_str("</span></label>");
    }
}
