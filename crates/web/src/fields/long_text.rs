//! Several lines of text.

use super::{Control, Face, Sight, Widget};
use crate::pages::{html, linked};
use engine::mentions;
use kernel::Value;

pub(super) struct LongTextWidget;

impl Widget for LongTextWidget {
    fn cell(&self, _: &Face, value: &Value, _: &Sight<'_>, out: &mut String) {
        html::text(out, mentions::plain(value.text()).lines().next().unwrap_or_default());
    }

    fn view(&self, _: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        linked::write_mentioning(out, value.text(), sight.reading, sight.titles, None);
    }

    fn plain(&self, _: &Face, value: &Value, _: &Sight<'_>) -> String {
        mentions::plain(value.text())
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        out.push_str("<textarea rows=\"4\"");
        control.attributes(face, "form-control", out);
        html::attribute(out, "name", control.name);
        // A line end right after the tag would be lost.
        out.push_str(">\n");
        html::text(out, control.value());
        out.push_str("</textarea>");
    }
}
