//! The head of a card: what it is called, how it stands, whose it is, how to reach it.

use super::spot::Spots;
use crate::fields::link::has_card;
use crate::fields::{Face, Sight, email, phone};
use crate::pages::form::in_place::{At, editable_in};
use crate::pages::form::of_item;
use crate::pages::html;
use crate::pages::layout::{Item, item};
use meta::{Field, Kind};

/// The head of a record, from the fields that its description puts there; fetched again when somebody changed it.
pub(super) fn write(spots: &Spots<'_>, title: &str) -> String {
    let (entity, record, sight) = (spots.entity, spots.record, &spots.sight());
    let mut first = String::new();
    let mut facts = String::new();
    for key in &entity.head {
        let Some(field) = entity.field(key) else { continue };
        let value = record.value(field.id);
        let opened = spots.opened.is_some_and(|opened| opened.key == *key);
        // Of what is empty, only whose it is is worth saying.
        if value.is_empty() && !opened && !(spots.changes && matches!(field.kind, Kind::Link(_))) {
            continue;
        }
        let face = Face::short(field, sight.speech);
        let copy = |out: &mut String| html::copy(out, value.text(), &sight.speech.with("copy", &[("what", &face.label)]));
        match field.kind {
            Kind::Phone => fact(&mut facts, "call", |out| {
                phone::call(out, value.text(), &face.plain(value, sight));
                copy(out);
            }),
            Kind::Email => fact(&mut facts, "mail", |out| {
                email::write_to(out, value.text());
                copy(out);
            }),
            Kind::Web => fact(&mut facts, "web", |out| face.view(value, sight, out)),
            Kind::Code => fact(&mut facts, "", |out| {
                keyed(out, &face.label);
                html::text(out, value.text());
                copy(out);
            }),
            Kind::Money => fact(&mut facts, "", |out| {
                keyed(out, &face.label);
                face.view(value, sight, out);
            }),
            Kind::Text if key.ends_with(".city") => fact(&mut facts, "site", |out| {
                let part = |part: &str| record.named(&key.replace(".city", part)).text();
                let province = part(".province");
                let place = if province.is_empty() { value.text().to_owned() } else { format!("{} ({province})", value.text()) };
                let whole: Vec<&str> = [part(".street"), part(".postcode"), value.text(), province, part(".country")]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect();
                on_the_map(out, &whole.join(", "), &place, sight);
            }),
            _ => spot(&mut first, spots, field, &self::value(spots, field)),
        }
    }
    let mut out = String::with_capacity(2048);
    out.push_str("<div id=\"card-head\"");
    html::attribute(&mut out, "data-live", &format!("{}/{}", entity.key, record.id));
    out.push_str("><div class=\"record-title\">");
    let mut heading = String::new();
    html::element(&mut heading, "h1", title);
    match entity.field(entity.title) {
        Some(field) if item(entity, field.key).is_some() => spot(&mut out, spots, field, &heading),
        _ => out.push_str(&heading),
    }
    out.push_str(&first);
    out.push_str("</div>");
    if !facts.is_empty() {
        out.push_str("<ul class=\"facts\">");
        out.push_str(&facts);
        out.push_str("</ul>");
    }
    doubted(&mut out, spots);
    out.push_str("</div>");
    out
}

/// What is worth a look, each with what was probably meant: a click writes it, as editing in place would.
fn doubted(out: &mut String, spots: &Spots<'_>) {
    let (entity, record, speech) = (spots.entity, spots.record, &spots.reader.speech);
    let Some(doubts) = entity
        .doubts
        .filter(|_| spots.changes)
        .map(|doubted| (doubted.find)(record, &spots.reader.model.postcodes))
        .filter(|doubts| !doubts.is_empty())
    else {
        return;
    };
    out.push_str("<div class=\"notice\" data-tone=\"warn\" role=\"note\" aria-label=\"");
    html::text(out, speech.say("doubts-title"));
    out.push_str("\">");
    out.push_str(assets::icon("warning"));
    out.push_str("<ul class=\"doubts\">");
    for doubt in doubts {
        let Some(item) = item(entity, doubt.item) else { continue };
        out.push_str("<li>");
        html::element(out, "p", &speech.sentence(&doubt.say));
        let card = format!("/{}/{}", entity.plural, record.id);
        let kept = |key: &str| doubt.line.is_none() && entity.field(key).is_some_and(|field| record.keeper(field.id).is_some());
        match &doubt.proposal {
            // It is put right where it comes from.
            Some((field, _)) if kept(field) => {}
            None if !editable_in(spots.reader, &item, record) => {}
            Some((field, proposal)) => {
                out.push_str("<form class=\"plain\" method=\"post\"");
                html::attribute(out, "action", &format!("{card}/fields/{}", doubt.item));
                out.push('>');
                html::hidden(out, "csrf", &spots.reader.csrf);
                html::hidden(out, "version", &record.version.to_string());
                let meant = match doubt.line {
                    Some(place) => format!("{}.{place}.{field}", doubt.item),
                    None => (*field).to_owned(),
                };
                if doubt.line.is_some() {
                    html::hidden(out, doubt.item, "");
                }
                for (name, value) in of_item(spots.reader, &item, record, spots.titles).0 {
                    html::hidden(out, &name, if name == meant { proposal } else { &value });
                }
                out.push_str("<button class=\"btn btn-sm\">");
                html::text(out, &speech.with("doubt-take", &[("proposal", proposal)]));
                out.push_str("</button></form>");
            }
            None => {
                out.push_str("<a class=\"btn btn-sm\"");
                html::attribute(out, "href", &format!("{card}?field={}", doubt.item));
                out.push('>');
                html::text(out, speech.say("doubt-edit"));
                out.push_str("</a>");
            }
        }
        out.push_str("</li>");
    }
    out.push_str("</ul></div>");
}

/// A place that a click shows on a map, of whoever draws it: nothing is asked of them before.
fn on_the_map(out: &mut String, address: &str, shown: &str, sight: &Sight<'_>) {
    let mut question = String::new();
    html::pair(&mut question, "query", address);
    out.push_str("<a target=\"_blank\" rel=\"noopener noreferrer\"");
    html::attribute(out, "href", &format!("https://www.openstreetmap.org/search?{question}"));
    html::attribute(out, "title", &sight.speech.with("card-map", &[("place", address)]));
    out.push('>');
    html::text(out, shown);
    out.push_str("</a>");
}

/// A value at the head with its words: a badge says its own.
pub(super) fn value(spots: &Spots<'_>, field: &Field) -> String {
    let (entity, sight) = (spots.entity, &spots.sight());
    let mut out = String::new();
    if field.key == entity.title {
        html::element(&mut out, "h1", &super::title(entity, spots.record, sight));
        return out;
    }
    let face = Face::short(field, sight.speech);
    let value = spots.record.value(field.id);
    if face.badge && !value.is_empty() {
        face.cell(value, sight, &mut out);
        return out;
    }
    let about = match field.kind {
        Kind::About(_) => sight.model.entity(spots.record.named(&format!("{}_kind", field.key)).text()).filter(|entity| has_card(entity)),
        _ => None,
    };
    match (about, value.link().and_then(|id| Some((id, sight.titles.get(&id)?)))) {
        // What it is says which kind of card it leads to.
        (Some(entity), Some((id, name))) => {
            keyed(&mut out, &sight.speech.entity(entity.key, "one"));
            out.push_str("<a");
            html::attribute(&mut out, "href", &format!("/{}/{id}", entity.plural));
            out.push('>');
            html::text(&mut out, name);
            out.push_str("</a>");
        }
        _ => {
            keyed(&mut out, &face.label);
            face.view(value, sight, &mut out);
        }
    }
    out
}

fn spot(out: &mut String, spots: &Spots<'_>, field: &Field, value: &str) {
    let item = Item::Field(field);
    out.push_str("<div class=\"spot\"");
    spots.attributes(out, &item, At::Head);
    out.push('>');
    spots.inside(out, &item, At::Head, value);
    out.push_str("</div>");
}

fn fact(out: &mut String, icon: &str, inside: impl FnOnce(&mut String)) {
    out.push_str("<li class=\"fact\">");
    out.push_str(assets::icon(icon));
    inside(out);
    out.push_str("</li>");
}

fn keyed(out: &mut String, label: &str) {
    out.push_str("<span class=\"key\">");
    html::text(out, label);
    out.push_str("</span>");
}
