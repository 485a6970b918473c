//! Terms of a vocabulary that the company owns: one as words, several as tags.

use super::{Control, Face, Sight, Widget};
use crate::pages::html;
use kernel::Value;
use meta::Kind;
use meta::fields::terms;

pub(super) struct OneTermWidget;
pub(super) struct ManyTermsWidget;

/// The words of a term; its key where nobody gave it words.
pub(crate) fn words<'t>(vocabulary: &str, key: &'t str, sight: &'t Sight<'_>) -> &'t str {
    match sight.model.terms.get(&(vocabulary.to_owned(), key.to_owned())) {
        Some(term) => term.words(sight.reading.language),
        None => key,
    }
}

/// Adds the tone of a term, where the company gave it one.
pub(crate) fn tone(vocabulary: &str, key: &str, sight: &Sight<'_>, out: &mut String) {
    if let Some(term) = sight.model.terms.get(&(vocabulary.to_owned(), key.to_owned()))
        && !term.tone.is_empty()
    {
        html::attribute(out, "data-tone", &term.tone);
    }
}

/// The terms that a person may choose, in the order of the vocabulary: key and words.
pub(crate) fn offered<'t>(vocabulary: &str, sight: &'t Sight<'_>, also: &[&str]) -> Vec<(&'t str, &'t str)> {
    let language = sight.reading.language;
    let known = sight.model.terms.iter();
    let mut offered: Vec<_> =
        known.filter(|((of, key), term)| of == vocabulary && (!term.retired || also.contains(&key.as_str()))).collect();
    offered.sort_by_cached_key(|(_, term)| term.order(language));
    offered.into_iter().map(|((_, key), term)| (key.as_str(), term.words(language))).collect()
}

fn vocabulary(face: &Face) -> &'static str {
    match face.field.kind {
        Kind::Vocabulary(vocabulary) | Kind::Vocabularies(vocabulary) => vocabulary,
        _ => "",
    }
}

impl Widget for OneTermWidget {
    fn cell(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        html::text(out, words(vocabulary(face), value.text(), sight));
    }

    fn plain(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> String {
        words(vocabulary(face), value.text(), sight).to_owned()
    }

    fn entered(&self, face: &Face, value: &Value, _: &Sight<'_>) -> Vec<(String, String)> {
        vec![(face.field.key.to_owned(), value.text().to_owned())]
    }

    fn control(&self, face: &Face, control: &Control<'_>, sight: &Sight<'_>, out: &mut String) {
        let offered = offered(vocabulary(face), sight, &[control.value()]);
        control.select(face, "form-select w-long", !face.field.required || control.value().is_empty(), offered.into_iter(), out);
    }
}

impl Widget for ManyTermsWidget {
    fn cell(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        // Tags look alike everywhere.
        if face.field.open {
            return self.view(face, value, sight, out);
        }
        html::text(out, &self.plain(face, value, sight));
    }

    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        out.push_str("<span class=\"tags\">");
        for term in terms(value.text()) {
            out.push_str("<span class=\"tag\"");
            tone(vocabulary(face), term, sight, out);
            out.push('>');
            html::text(out, words(vocabulary(face), term, sight));
            out.push_str("</span>");
        }
        out.push_str("</span>");
    }

    fn plain(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> String {
        terms(value.text()).map(|term| words(vocabulary(face), term, sight)).collect::<Vec<_>>().join(", ")
    }

    fn entered(&self, face: &Face, value: &Value, _: &Sight<'_>) -> Vec<(String, String)> {
        terms(value.text()).map(|term| (face.field.key.to_owned(), term.to_owned())).collect()
    }

    fn control(&self, face: &Face, control: &Control<'_>, sight: &Sight<'_>, out: &mut String) {
        let chosen = (control.entered)(control.name);
        let mut offered = offered(vocabulary(face), sight, &chosen);
        // Sent always, so that none chosen is told from not asked.
        out.push_str("<input type=\"hidden\" value=\"\"");
        html::attribute(out, "name", control.name);
        out.push('>');
        if face.field.open {
            let (there, others): (Vec<_>, Vec<_>) = offered.into_iter().partition(|(key, _)| chosen.contains(key));
            fresh(face, control, &others, sight, out);
            offered = there;
            if offered.is_empty() {
                return;
            }
        }
        if offered.is_empty() {
            out.push_str("<p class=\"hint\">");
            html::text(out, sight.speech.say("form-no-terms"));
            out.push_str("</p>");
            return;
        }
        out.push_str(if offered.len() > 6 { "<div class=\"choices columns\">" } else { "<div class=\"choices\">" });
        for (key, words) in offered {
            out.push_str("<label class=\"form-check\"><input class=\"form-check-input\" type=\"checkbox\"");
            html::attribute(out, "name", control.name);
            html::attribute(out, "value", key);
            if chosen.contains(&key) {
                out.push_str(" checked");
            }
            out.push_str("><span>");
            html::text(out, words);
            out.push_str("</span></label>");
        }
        out.push_str("</div>");
    }
}

/// Adds the place for what is not there yet: by a word that is known, or by a new one.
fn fresh(face: &Face, control: &Control<'_>, offered: &[(&str, &str)], sight: &Sight<'_>, out: &mut String) {
    let name = format!("{}.new", control.name);
    let list = format!("{}-offered", control.name);
    out.push_str("<input class=\"form-control w-long\" autocomplete=\"off\"");
    html::attribute(out, "id", &name);
    html::attribute(out, "name", &name);
    html::attribute(out, "list", &list);
    html::attribute(out, "aria-label", &format!("{}: {}", face.label, sight.speech.say("tag-which")));
    html::attribute(out, "placeholder", sight.speech.say("tag-which"));
    html::attribute(out, "value", (control.entered)(&name).last().copied().unwrap_or_default());
    out.push_str("><datalist");
    html::attribute(out, "id", &list);
    out.push('>');
    for (_, words) in offered {
        out.push_str("<option");
        html::attribute(out, "value", words);
        out.push_str("></option>");
    }
    out.push_str("</datalist><p class=\"hint\">");
    html::text(out, sight.speech.say("tag-hint"));
    out.push_str("</p>");
}
