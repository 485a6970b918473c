//! A percentage: with its sign, written as the reader's language writes numbers.

use super::{Control, Face, Sight, Widget};
use kernel::Value;

pub(super) struct PercentWidget;

impl Widget for PercentWidget {
    fn entered(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> Vec<(String, String)> {
        let text = if value.is_empty() { String::new() } else { self.plain(face, value, sight) };
        vec![(face.field.key.to_owned(), text.trim_end_matches(['%', ' ']).to_owned())]
    }

    fn plain(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> String {
        if value.is_empty() { String::new() } else { face.field.kind.behaviour().show(value, sight.reading) }
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        out.push_str("<div class=\"with-unit w-short\">");
        control.input(face, "form-control", "inputmode=\"decimal\" autocomplete=\"off\"", out);
        out.push_str("<span class=\"unit\" aria-hidden=\"true\">%</span></div>");
    }
}
