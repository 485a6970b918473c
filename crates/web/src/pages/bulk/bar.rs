//! The bar of a list: how many rows are ticked, and what may be done with them. It shows where a row is ticked, by style alone;
//! the ticks are parts of its form, so that all of it works without modules.

use super::Offered;
use crate::pages::html;
use crate::pages::list::address::ListAddress;
use crate::pages::reader::Reader;
use meta::Entity;

/// Adds the bar; `more` is whether the list goes on beyond the page.
pub(crate) fn write(out: &mut String, reader: &Reader, entity: &Entity, address: &ListAddress, offered: &[Offered], more: bool) {
    let speech = &reader.speech;
    out.push_str("<form id=\"bulk\" class=\"bulk-bar\"");
    html::attribute(out, "action", &format!("/{}/bulk", entity.plural));
    html::attribute(out, "aria-label", speech.say("bulk-bar"));
    out.push_str("><input type=\"hidden\" name=\"list\"");
    html::attribute(out, "value", &said(address));
    out.push_str("><output class=\"bulk-count\"");
    html::attribute(out, "data-one", &reader.speech.counting("bulk-chosen", 1));
    html::attribute(out, "data-many", speech.say("bulk-chosen-many"));
    out.push('>');
    html::text(out, speech.say("bulk-chosen-some"));
    out.push_str("</output>");
    if more {
        out.push_str("<label class=\"bulk-all\"><input type=\"checkbox\" name=\"all\" value=\"1\"><span");
        html::attribute(out, "data-many", speech.say("bulk-all-many"));
        out.push('>');
        html::text(out, speech.say("bulk-all"));
        out.push_str("</span></label>");
    }
    out.push_str("<span class=\"bulk-actions\">");
    for action in offered {
        out.push_str("<button class=\"btn btn-sm");
        out.push_str(if action.takes { " btn-danger\"" } else { "\"" });
        out.push_str(" name=\"act\"");
        html::attribute(out, "value", &action.value);
        if !action.key.is_empty() {
            html::attribute(out, "data-key", action.key);
        }
        out.push('>');
        out.push_str(assets::icon(action.icon));
        html::text(out, &action.label);
        out.push_str("</button>");
    }
    out.push_str("</span><button type=\"reset\" class=\"btn btn-quiet btn-icon btn-sm\"");
    html::attribute(out, "aria-label", speech.say("bulk-none"));
    html::attribute(out, "title", speech.say("bulk-none"));
    out.push('>');
    out.push_str(assets::icon("close"));
    out.push_str("</button></form>");
}

/// The list in words of its address. The plain one says so: what a role begins with is something else.
pub(super) fn said(address: &ListAddress) -> String {
    match address.question("") {
        question if question.is_empty() => "filter=".to_owned(),
        question => question.trim_start_matches('?').to_owned(),
    }
}

/// Adds the tick of the whole page, in the head of the table.
pub(crate) fn head(out: &mut String, reader: &Reader) {
    out.push_str("<td class=\"tick\"><span id=\"bulk-row\" hidden>");
    html::text(out, reader.speech.say("bulk-row"));
    out.push_str("</span><label><input type=\"checkbox\" class=\"scripted\" data-bulk-page");
    html::attribute(out, "aria-label", reader.speech.say("bulk-page"));
    out.push_str("></label></td>");
}
