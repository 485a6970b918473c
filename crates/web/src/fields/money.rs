//! Money: with its sign, written as the reader's language writes numbers.

use super::{Control, Face, Sight, Widget};
use kernel::{Scaled, Value};

pub(super) struct MoneyWidget;

impl Widget for MoneyWidget {
    fn entered(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> Vec<(String, String)> {
        let text =
            if value.is_empty() { String::new() } else { Scaled { units: value.int(), scale: 2 }.for_people(sight.reading.language) };
        vec![(face.field.key.to_owned(), text)]
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        out.push_str("<div class=\"with-unit w-medium\">");
        control.input(face, "form-control", "inputmode=\"decimal\" autocomplete=\"off\"", out);
        out.push_str("<span class=\"unit\" aria-hidden=\"true\">€</span></div>");
    }
}
