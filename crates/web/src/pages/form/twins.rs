//! Before a record is made that may be there already: what it would be a double of, each to be opened, or to be made
//! anyway.

use crate::pages::html;
use crate::pages::reader::{Reader, icon};
use engine::Twin;
use meta::Entity;

/// What is said about the twins of a new record.
pub(super) fn notice(reader: &Reader, entity: &Entity, twins: &[Twin]) -> String {
    let speech = &reader.speech;
    let mut out = String::new();
    out.push_str("<div class=\"notice\" data-tone=\"warn\" role=\"alert\" aria-labelledby=\"twins\">");
    out.push_str(assets::icon("warning"));
    out.push_str("<div><h2 id=\"twins\">");
    html::text(&mut out, speech.say("twins-title"));
    out.push_str("</h2><ul class=\"things\">");
    for twin in twins {
        out.push_str("<li class=\"thing\">");
        out.push_str(assets::icon(icon(entity.key)));
        out.push_str("<div>");
        match &twin.record {
            Some((id, name)) => {
                out.push_str("<a class=\"thing-name\"");
                html::attribute(&mut out, "href", &format!("/{}/{id}", entity.plural));
                out.push('>');
                html::text(&mut out, name);
                out.push_str("</a>");
            }
            None => html::element(&mut out, "span", speech.say("twins-hidden")),
        }
        let (owner, key) = match twin.field.split_once('.').and_then(|(first, key)| Some((entity.relation(first)?.child, key))) {
            Some(of_line) => of_line,
            None => (entity.key, twin.field.as_str()),
        };
        html::element(&mut out, "p", &speech.with("twins-same", &[("field", &speech.field(owner, key))]));
        out.push_str("</div></li>");
    }
    out.push_str("</ul><button class=\"btn\" name=\"insist\" value=\"1\">");
    html::text(&mut out, speech.say("twins-anyway"));
    out.push_str("</button></div></div>");
    out
}
