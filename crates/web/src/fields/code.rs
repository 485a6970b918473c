//! An identifier: tabular figures, and a button that copies it.

use super::described;
use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;

pub(super) struct CodeWidget;

/// The words that people know a key by: `{of}-{key}`, or those of a pattern.
fn named(face: &Face, value: &Value, sight: &Sight<'_>) -> Option<String> {
    let offered = described::offered(&face.field, &|_| Vec::new(), sight).unwrap_or_default();
    if let Some((_, words)) = offered.into_iter().find(|(key, _)| key == value.text()) {
        return Some(words);
    }
    let of = face.field.said?;
    let words = if of.contains("{}") { of.replace("{}", value.text()) } else { format!("{of}-{}", value.text()) };
    sight.speech.known(&words).map(str::to_owned)
}

impl Widget for CodeWidget {
    fn cell(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        html::text(out, &self.plain(face, value, sight));
    }

    fn plain(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> String {
        named(face, value, sight).unwrap_or_else(|| value.text().to_owned())
    }

    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        if let Some(name) = named(face, value, sight) {
            html::text(out, &name);
            return;
        }
        out.push_str("<span class=\"number\">");
        html::text(out, value.text());
        out.push_str("</span>");
        if value.text().len() > 3 {
            html::copy(out, value.text(), &sight.speech.with("copy", &[("what", &face.label)]));
        }
    }

    /// The key, by whatever words it is known.
    fn entered(&self, face: &Face, value: &Value, _: &Sight<'_>) -> Vec<(String, String)> {
        vec![(face.field.key.to_owned(), value.text().to_owned())]
    }

    fn control(&self, face: &Face, control: &Control<'_>, sight: &Sight<'_>, out: &mut String) {
        if let Some(offered) = described::offered(&face.field, control.entered, sight) {
            let options = offered.iter().map(|(key, words)| (key.as_str(), words.as_str()));
            return control.select(face, "form-select w-medium", true, options, out);
        }
        control.input(face, "form-control w-medium number", "autocomplete=\"off\" spellcheck=\"false\"", out);
    }
}
