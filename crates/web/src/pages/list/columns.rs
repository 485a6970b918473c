//! Which columns a list shows, and in which order: each choice is a link, so that it works everywhere.

use super::address::ListAddress;
use crate::fields::Face;
use crate::pages::html;
use crate::pages::reader::Reader;
use meta::{Entity, Kind};

/// The menu of columns: those that are shown, to be moved and taken off, then those that may be added.
pub(super) fn menu(reader: &Reader, entity: &Entity, address: &ListAddress) -> String {
    let speech = &reader.speech;
    let shown = address.shown(entity);
    // Every list has this menu: what its links share is written once.
    let mut rest = format!("/{}{}", entity.plural, address.with_columns(&[]).question(&address.cursor));
    rest.push(if rest.contains('?') { '&' } else { '?' });
    let mut out = String::with_capacity(4096);
    out.push_str("<details class=\"menu\" id=\"columns\"");
    out.push_str(if address.menu == "columns" { " open><summary" } else { "><summary" });
    out.push_str(" class=\"btn btn-quiet btn-icon\"");
    html::attribute(&mut out, "aria-label", speech.say("list-columns"));
    html::attribute(&mut out, "title", speech.say("list-columns"));
    out.push('>');
    out.push_str(assets::icon("columns"));
    out.push_str("</summary><div class=\"menu-items end columns\"><strong>");
    html::text(&mut out, speech.say("list-columns"));
    out.push_str("</strong><ul>");
    let label = |key: &str| entity.field(key).map(|field| Face::new(field, speech).label).unwrap_or_default();
    for (place, key) in shown.iter().enumerate() {
        let name = label(key);
        out.push_str("<li><span>");
        html::text(&mut out, &name);
        out.push_str("</span>");
        let with = [("name", name.as_str())];
        if place > 0 {
            let mut moved = shown.clone();
            moved.swap(place, place - 1);
            link(&mut out, &rest, &moved, "up", &speech.with("list-column-before", &with));
        }
        if place + 1 < shown.len() {
            let mut moved = shown.clone();
            moved.swap(place, place + 1);
            link(&mut out, &rest, &moved, "down", &speech.with("list-column-after", &with));
        }
        if shown.len() > 1 {
            let mut fewer = shown.clone();
            fewer.remove(place);
            link(&mut out, &rest, &fewer, "close", &speech.with("list-column-off", &with));
        }
        out.push_str("</li>");
    }
    out.push_str("</ul><hr><ul>");
    let others = entity.fields.iter().filter(|field| !field.secret && !shown.contains(&field.key));
    let mut others: Vec<(String, &'static str)> = others
        .filter(|field| !matches!(field.kind, Kind::About(_)) && !matches!(field.key, "version" | "removed_at"))
        .map(|field| (Face::new(field, speech).label, field.key))
        .collect();
    others.sort_by_cached_key(|(name, _)| kernel::fold(name));
    for (name, key) in others {
        let mut more = shown.clone();
        more.push(key);
        out.push_str("<li><span>");
        html::text(&mut out, &name);
        out.push_str("</span>");
        link(&mut out, &rest, &more, "add", &speech.with("list-column-on", &[("name", &name)]));
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    if !address.columns.is_empty() {
        out.push_str("<hr><a");
        html::attribute(&mut out, "href", &format!("/{}{}", entity.plural, address.with_columns(&[]).question("")));
        out.push('>');
        out.push_str(assets::icon("undo"));
        html::text(&mut out, speech.say("list-columns-own"));
        out.push_str("</a>");
    }
    out.push_str("</div></details>");
    out
}

fn link(out: &mut String, rest: &str, columns: &[&str], icon: &str, label: &str) {
    out.push_str("<a class=\"btn btn-quiet btn-icon btn-sm\"");
    html::attribute(out, "href", &format!("{rest}menu=columns&columns={}", columns.join("%2C")));
    html::attribute(out, "aria-label", label);
    html::attribute(out, "title", label);
    out.push('>');
    out.push_str(assets::icon(icon));
    out.push_str("</a>");
}
