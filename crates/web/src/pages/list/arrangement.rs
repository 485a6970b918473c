//! How a list is laid out: plain, in groups, as a board, with totals. Each choice is a link, so that it works everywhere.

use super::address::ListAddress;
use super::board::boards;
use super::totals::{Reckoning, numbers};
use crate::pages::html;
use crate::pages::reader::Reader;
use meta::{Entity, Field, Kind};

/// The menu.
pub(super) fn menu(reader: &Reader, entity: &Entity, address: &ListAddress) -> String {
    let speech = &reader.speech;
    let mut out = String::with_capacity(4096);
    let on = !address.group.is_empty() || !address.board.is_empty() || !address.totals.is_empty();
    out.push_str("<details class=\"menu\" id=\"arrangement\"><summary class=\"btn btn-quiet btn-icon\"");
    html::attribute(&mut out, "aria-label", speech.say("arrangement"));
    html::attribute(&mut out, "title", speech.say("arrangement"));
    out.push_str(if on { " data-on=\"true\">" } else { ">" });
    out.push_str(assets::icon("board"));
    out.push_str("</summary><div class=\"menu-items end arrangement\">");
    let label = |field: &Field| speech.field(entity.key, field.key);

    // The few boards first: the groups are many, and would push them out of sight.
    group(&mut out, speech.say("arrangement-board"));
    choice(&mut out, entity, &address.boarded(""), speech.say("arrangement-no-board"), address.board.is_empty());
    for field in entity.fields.iter().filter(|field| boards(field)) {
        choice(&mut out, entity, &address.boarded(field.key), &label(field), address.board == field.key);
    }

    out.push_str("</div><hr>");
    group(&mut out, speech.say("arrangement-groups"));
    choice(&mut out, entity, &address.grouped(""), speech.say("arrangement-no-groups"), address.group.is_empty());
    let mut groups: Vec<(String, String)> = Vec::new();
    for field in entity.fields.iter().filter(|field| offered(entity, field)) {
        match field.kind {
            Kind::Date | Kind::Moment => {
                groups.push((speech.with("arrangement-month", &[("field", &label(field))]), format!("{}:month", field.key)));
                groups.push((speech.with("arrangement-year", &[("field", &label(field))]), format!("{}:year", field.key)));
            }
            _ => groups.push((label(field), field.key.to_owned())),
        }
    }
    groups.sort_by_cached_key(|(name, _)| kernel::fold(name));
    for (name, key) in groups {
        choice(&mut out, entity, &address.grouped(&key), &name, address.group == key);
    }

    if !numbers(entity, address).is_empty() {
        out.push_str("</div><hr>");
        group(&mut out, speech.say("totals"));
        choice(&mut out, entity, &address.reckoned(""), speech.say("totals-none"), address.totals.is_empty());
        for reckoning in Reckoning::ALL {
            let words = speech.say(match reckoning {
                Reckoning::Sum => "totals-sum",
                Reckoning::Mean => "totals-mean",
                Reckoning::Least => "totals-least",
                Reckoning::Most => "totals-most",
            });
            choice(&mut out, entity, &address.reckoned(reckoning.key()), words, address.totals == reckoning.key());
        }
    }
    out.push_str("</div></div></details>");
    out
}

/// Groups of a text make sense where many records share it: of a place, not of a name.
fn offered(entity: &Entity, field: &Field) -> bool {
    let shared = match field.kind {
        Kind::Text => field.key.contains('.') && !field.key.ends_with(".street"),
        Kind::Code => field.key.ends_with(".province") || field.key.ends_with(".postcode"),
        _ => true,
    };
    shared && meta::gather::groups(field) && field.key != entity.title && !matches!(field.key, "removed_at")
}

/// Begins choices of one kind, under their name.
fn group(out: &mut String, words: &str) {
    out.push_str("<div role=\"group\"");
    html::attribute(out, "aria-label", words);
    out.push_str("><p class=\"menu-title\">");
    html::text(out, words);
    out.push_str("</p>");
}

fn choice(out: &mut String, entity: &Entity, address: &ListAddress, words: &str, on: bool) {
    out.push_str("<a");
    html::attribute(out, "href", &format!("/{}{}", entity.plural, address.question("")));
    if on {
        out.push_str(" aria-current=\"true\"");
    }
    out.push('>');
    html::text(out, words);
    if on {
        out.push_str(assets::icon("done"));
    }
    out.push_str("</a>");
}
