//! Which columns a list shows, and in which order: each choice is a link, so that it works everywhere.

use super::address::{ListAddress, WIDTHS, sized};
use super::stand::Stand;
use crate::fields::Face;
use crate::pages::html;
use crate::pages::reader::Reader;
use meta::{Entity, Field, Kind};

/// By how much the menu makes a column wider or narrower, in points.
const STEP: u16 = 40;
/// How wide a column is where nobody said otherwise and another was given a width.
const USUAL: u16 = 160;

/// How wide a column is of itself, once widths are given.
pub(super) fn usual(entity: &Entity, field: &Field) -> u16 {
    match field.kind {
        _ if field.key == entity.title => 260,
        Kind::YesNo | Kind::Whole | Kind::Percent | Kind::Date => 100,
        Kind::Money | Kind::Phone | Kind::Choice(_) | Kind::Code => 140,
        Kind::LongText | Kind::Email | Kind::Link(_) => 200,
        _ => USUAL,
    }
}

/// A column that may be shown: its name in addresses, and what it is called.
pub(crate) struct Choice {
    pub(crate) key: String,
    pub(crate) label: String,
}

/// The menu of a list's columns.
pub(super) fn of_list(reader: &Reader, entity: &Entity, address: &ListAddress) -> String {
    let shown = address.shown(entity);
    let others = offered(reader, entity).filter(|choice| !shown.contains(&choice.key.as_str())).collect();
    let label = |key: &str| entity.field(key).map(|field| Face::new(field, &reader.speech).label).unwrap_or_default();
    let shown: Vec<Choice> = shown.iter().zip(address.named(entity)).map(|(key, named)| Choice { key: named, label: label(key) }).collect();
    let sizes = Some(|key: &str| address.width(key).unwrap_or_else(|| entity.field(key).map_or(USUAL, |field| usual(entity, field))));
    let inside = items(reader, &Stand::page(entity.plural), address, &shown, others, sizes);
    let mut out = String::with_capacity(inside.len() + 1024);
    menu(&mut out, reader, "columns", "btn btn-quiet btn-icon", address.menu == "columns", "", &inside);
    out
}

/// The columns that a list of an entity may have.
pub(crate) fn offered(reader: &Reader, entity: &Entity) -> impl Iterator<Item = Choice> {
    let fields = entity.fields.iter().filter(|field| !field.secret);
    let fields = fields.filter(|field| !matches!(field.kind, Kind::About(_)) && !matches!(field.key, "version" | "removed_at"));
    fields.map(|field| Choice { key: field.key.to_owned(), label: Face::new(field, &reader.speech).label })
}

/// Adds the menu of columns. On a card, which has several, what is inside is fetched from this address when it is opened.
pub(crate) fn menu(out: &mut String, reader: &Reader, id: &str, class: &str, open: bool, from: &str, inside: &str) {
    let label = reader.speech.say("list-columns");
    out.push_str("<details class=\"menu columns-menu\"");
    html::attribute(out, "id", id);
    if !from.is_empty() {
        html::attribute(out, "hx-get", from.split('#').next().unwrap_or_default());
        html::attribute(out, "hx-target", &format!("#{id}-items"));
        out.push_str(" hx-trigger=\"toggle once\" hx-swap=\"innerHTML\"");
    }
    out.push_str(if open { " open><summary" } else { "><summary" });
    html::attribute(out, "class", class);
    html::attribute(out, "aria-label", label);
    html::attribute(out, "title", label);
    out.push('>');
    out.push_str(assets::icon("columns"));
    out.push_str("</summary><div class=\"menu-items end columns\"");
    html::attribute(out, "id", &format!("{id}-items"));
    out.push('>');
    if from.is_empty() {
        out.push_str(inside);
    } else {
        out.push_str("<a");
        html::attribute(out, "href", from);
        out.push('>');
        html::text(out, label);
        out.push_str("</a>");
    }
    out.push_str("</div></details>");
}

/// What is inside: the columns that are shown, to be moved and taken off, then those that may be added.
/// Where `sizes` tells how wide a column is, it may be made wider and narrower.
pub(crate) fn items(
    reader: &Reader,
    stand: &Stand,
    address: &ListAddress,
    shown: &[Choice],
    mut others: Vec<Choice>,
    sizes: Option<impl Fn(&str) -> u16>,
) -> String {
    let speech = &reader.speech;
    // Every list has this menu: what its links share is written once.
    let with = stand.with_columns(address);
    let mut out = String::with_capacity(4096);
    out.push_str("<strong>");
    html::text(&mut out, speech.say("list-columns"));
    out.push_str("</strong><ul>");
    let keys: Vec<&str> = shown.iter().map(|choice| choice.key.as_str()).collect();
    for (place, choice) in shown.iter().enumerate() {
        out.push_str("<li><span>");
        html::text(&mut out, &choice.label);
        out.push_str("</span>");
        let named = [("name", choice.label.as_str())];
        if let Some(sizes) = &sizes {
            let key = choice.key.split(':').next().unwrap_or_default();
            let width = sizes(key);
            let steps = [("narrower", width.saturating_sub(STEP), "list-column-narrower"), ("wider", width + STEP, "list-column-wider")];
            for (icon, width, words) in steps.into_iter().filter(|(_, width, _)| WIDTHS.contains(width)) {
                let mut resized: Vec<&str> = keys.clone();
                let other = sized(key, Some(width));
                resized[place] = &other;
                link(&mut out, stand, &with, &resized, icon, &speech.with(words, &named));
            }
        }
        if place > 0 {
            let mut moved = keys.clone();
            moved.swap(place, place - 1);
            link(&mut out, stand, &with, &moved, "up", &speech.with("list-column-before", &named));
        }
        if place + 1 < keys.len() {
            let mut moved = keys.clone();
            moved.swap(place, place + 1);
            link(&mut out, stand, &with, &moved, "down", &speech.with("list-column-after", &named));
        }
        if keys.len() > 1 {
            let mut fewer = keys.clone();
            fewer.remove(place);
            link(&mut out, stand, &with, &fewer, "close", &speech.with("list-column-off", &named));
        }
        out.push_str("</li>");
    }
    out.push_str("</ul><hr><ul>");
    others.sort_by_cached_key(|choice| kernel::fold(&choice.label));
    for choice in others {
        let mut more = keys.clone();
        more.push(&choice.key);
        out.push_str("<li><span>");
        html::text(&mut out, &choice.label);
        out.push_str("</span>");
        link(&mut out, stand, &with, &more, "add", &speech.with("list-column-on", &[("name", &choice.label)]));
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    if !address.columns.is_empty() {
        out.push_str("<hr><a");
        stand.leads(&mut out, &stand.address(&address.with_columns(&[]), ""));
        out.push('>');
        out.push_str(assets::icon("undo"));
        html::text(&mut out, speech.say("list-columns-own"));
        out.push_str("</a>");
    }
    out
}

fn link(out: &mut String, stand: &Stand, with: impl Fn(&str) -> String, columns: &[&str], icon: &str, label: &str) {
    out.push_str("<a class=\"btn btn-quiet btn-icon btn-sm\"");
    stand.leads(out, &with(&columns.join("%2C")));
    html::attribute(out, "aria-label", label);
    html::attribute(out, "title", label);
    out.push('>');
    out.push_str(assets::icon(icon));
    out.push_str("</a>");
}
