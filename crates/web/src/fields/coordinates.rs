//! Latitude and longitude: figures that any map takes, and a link that leaves for one.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct CoordinatesWidget;

/// The two numbers of a canonical form.
fn degrees(text: &str) -> Option<(&str, &str)> {
    let number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    text.split_once(',').filter(|(latitude, longitude)| number(latitude) && number(longitude))
}

/// The address of a map that shows coordinates in their canonical form; none of another text. Nothing is fetched from there before somebody
/// goes.
pub fn map(text: &str) -> Option<String> {
    degrees(text).map(|(latitude, longitude)| {
        format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}")
    })
}

impl Widget for CoordinatesWidget {
    fn cell(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        out.push_str("<span class=\"number\">");
        html::text(out, &self.plain(face, value, sight));
        out.push_str("</span>");
    }

    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        let shown = self.plain(face, value, sight);
        out.push_str("<span class=\"number\">");
        html::text(out, &shown);
        out.push_str("</span>");
        html::copy(out, &shown, &sight.speech.with("copy", &[("what", &face.label)]));
        if let Some(address) = map(value.text()) {
            out.push_str(" <a target=\"_blank\" rel=\"noopener noreferrer\"");
            html::attribute(out, "href", &address);
            out.push('>');
            html::text(out, sight.speech.say("coordinates-map"));
            out.push_str("</a>");
        }
    }

    fn control(&self, face: &Face, control: &Control<'_>, _: &Sight<'_>, out: &mut String) {
        let more = "placeholder=\"43.7167, 10.4017\" autocomplete=\"off\" spellcheck=\"false\"";
        control.input(face, "form-control w-medium number", more, out);
    }
}
