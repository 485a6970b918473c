//! The data of a card, in the sections of its description. What is empty is folded away.

use super::spot::Spots;
use crate::fields::{Face, Sight, email, phone};
use crate::pages::filter::sentence::Sentence;
use crate::pages::filter::within::held;
use crate::pages::form::in_place::At;
use crate::pages::html;
use crate::pages::layout::{Item, items, unplaced};
use engine::own_fields::SECTION_OF_ITS_OWN;
use meta::{Entity, Field, Kind, Record, Section};
use std::fmt::Write;

/// The sections of a record: the first, and the others, between which stands what belongs to it. Both are fetched again
/// when somebody changed it.
pub(super) fn write(spots: &Spots<'_>) -> (String, String) {
    let (entity, record, sight) = (spots.entity, spots.record, &spots.sight());
    let mut first = None;
    let mut out = String::with_capacity(16 * 1024);
    let mut empty = String::new();
    let mut empties = 0;
    let (model, present) = (&spots.reader.model, spots.reader.web.engine().present(&spots.reader.who));
    // What stands in no section is there while it is edited.
    let edited = unplaced(entity).into_iter().find(|item| spots.opened.is_some_and(|opened| opened.key == item.key()));
    let apart = edited.map(|item| Section { key: SECTION_OF_ITS_OWN, fields: vec![meta::name(item.key())] });
    for section in entity.layout.iter().chain(&apart) {
        let mut fields = String::new();
        for item in items(entity, section) {
            if matches!(item, Item::Field(field) if said_above(entity, field.key) || !model.shows(field, entity, record, &present)) {
                continue;
            }
            let opened = spots.opened.is_some_and(|opened| opened.key == item.key());
            match value(spots, &item) {
                None if !opened => {
                    empties += 1;
                    field(&mut empty, spots, &item, &self::empty(spots));
                }
                value => field(&mut fields, spots, &item, &value.unwrap_or_default()),
            }
        }
        if fields.is_empty() {
            continue;
        }
        let title = sight.speech.section(entity.key, section.key);
        let _ = write!(
            out,
            "<section class=\"section\" aria-labelledby=\"section-{0}\"><div class=\"section-head\"><h2 id=\"section-{0}\">",
            section.key
        );
        html::text(&mut out, &title);
        out.push_str("</h2>");
        if spots.changes {
            out.push_str("<div class=\"actions\"><a class=\"btn btn-quiet btn-icon btn-sm\"");
            html::attribute(&mut out, "href", &format!("/{}/{}/edit#form-{}", entity.plural, record.id, section.key));
            html::attribute(&mut out, "aria-label", &sight.speech.with("card-edit-section", &[("name", &title)]));
            out.push('>');
            out.push_str(assets::icon("edit"));
            out.push_str("</a></div>");
        }
        out.push_str("</div><dl class=\"fields\">");
        out.push_str(&fields);
        out.push_str("</dl></section>");
        if first.is_none() {
            first = Some(std::mem::take(&mut out));
        }
    }
    kept(&mut out, spots);
    folded(&mut out, &empty, empties, sight);
    let live = |id: &str, inside: &str| format!("<div id=\"{id}\" data-live=\"{}/{}\">{inside}</div>", entity.key, record.id);
    (live("card-first", &first.unwrap_or_default()), live("card-data", &out))
}

/// From which outside sources the fields with a lock come.
fn kept(out: &mut String, spots: &Spots<'_>) {
    for keeping in spots.record.beyond.kept.iter().filter(|_| spots.changes) {
        out.push_str("<p class=\"hint kept-from\">");
        out.push_str(assets::icon("lock"));
        html::text(out, &spots.reader.speech.with("kept-from", &[("name", &keeping.label)]));
        out.push_str("</p>");
    }
}

fn field(out: &mut String, spots: &Spots<'_>, item: &Item<'_>, value: &str) {
    out.push_str("<div class=\"field\">");
    html::element(out, "dt", &spots.reader.speech.field(spots.entity.key, item.key()));
    out.push_str(match item {
        Item::Field(field) if matches!(field.kind, Kind::LongText) => "<dd class=\"spot long\"",
        _ => "<dd class=\"spot\"",
    });
    spots.attributes(out, item, At::Card);
    out.push('>');
    spots.inside(out, item, At::Card, value);
    out.push_str("</dd></div>");
}

/// The sign of an empty value.
pub(super) fn empty(spots: &Spots<'_>) -> String {
    let mut out = String::new();
    html::nothing(&mut out, &spots.reader.speech);
    out
}

/// Whether the head of the card says it in words already.
pub(super) fn said_above(entity: &Entity, key: &str) -> bool {
    let fact = |field: &Field| matches!(field.kind, Kind::Phone | Kind::Email | Kind::Web | Kind::Code);
    let field = entity.field(key);
    // Tags stand there, and are put on there.
    key == entity.title || field.is_some_and(|field| field.open) || entity.head.contains(&key) && field.is_some_and(|field| !fact(field))
}

/// The labels of what is empty, behind one line that says how many there are.
fn folded(out: &mut String, empty: &str, count: usize, sight: &Sight<'_>) {
    if count == 0 {
        return;
    }
    out.push_str("<details class=\"section\" id=\"card-empty\"><summary class=\"section-head\">");
    out.push_str(assets::icon("next"));
    html::element(out, "span", &sight.speech.with("card-empty", &[("count", &count.to_string())]));
    out.push_str("</summary><dl class=\"fields\">");
    out.push_str(empty);
    out.push_str("</dl></details>");
}

/// An item as a card shows it; none where it is empty.
pub(super) fn value(spots: &Spots<'_>, item: &Item<'_>) -> Option<String> {
    let (record, sight) = (spots.record, &spots.sight());
    match item {
        Item::Field(field) => {
            let face = Face::new(field, sight.speech);
            let value = record.value(field.id);
            // Which of several entities it leads to stands beside it.
            if let (Kind::About(_), Some(id)) = (field.kind, value.link()) {
                let target = sight.model.entity(record.named(&format!("{}_kind", field.key)).text());
                return target.zip(sight.titles.get(&id)).map(|(target, name)| {
                    let mut out = String::from("<a");
                    html::attribute(&mut out, "href", &format!("/{}/{id}", target.plural));
                    out.push('>');
                    html::text(&mut out, name);
                    out.push_str("</a>");
                    out
                });
            }
            if let Some((entity, filter)) = held(spots.reader, field, record) {
                return Some(html::escaped(&Sentence { sight }.whole(&filter, &entity)));
            }
            if value.is_empty() {
                return instead(spots, field);
            }
            let mut out = String::new();
            face.view(value, sight, &mut out);
            Some(out)
        }
        Item::Parts(key, parts) => composed(record, key, parts),
        Item::Lines(relation) => {
            let lines = record.lines(relation.key);
            (!lines.is_empty()).then(|| {
                let mut out = String::from("<ul class=\"values\">");
                for one in lines {
                    line(&mut out, one, relation.via, sight);
                }
                out.push_str("</ul>");
                out
            })
        }
    }
}

/// What stands in the place of an empty value: another field's, and what is said about that one.
fn instead(spots: &Spots<'_>, field: &Field) -> Option<String> {
    let sight = &spots.sight();
    let mut known = field.instead.iter().filter_map(|key| spots.entity.field(key).filter(|field| !field.secret));
    let (first, value) = known.next().map(|field| (field, spots.record.value(field.id))).filter(|(_, value)| !value.is_empty())?;
    let mut out = String::new();
    Face::new(first, sight.speech).view(value, sight, &mut out);
    for about in known {
        let value = spots.record.value(about.id);
        if !value.is_empty() {
            out.push_str(" <span class=\"soft\">");
            html::text(&mut out, &Face::new(about, sight.speech).plain(value, sight));
            out.push_str("</span>");
        }
    }
    Some(out)
}

/// A composite value as people write it.
fn composed(record: &Record, key: &str, parts: &[&Field]) -> Option<String> {
    let text = |part: &str| record.named(&format!("{key}.{part}")).text();
    if parts.iter().all(|part| record.value(part.id).is_empty()) {
        return None;
    }
    let mut out = String::new();
    if parts.iter().any(|part| part.key.ends_with(".city")) {
        html::text(&mut out, text("street"));
        let mut town = [text("postcode"), text("city")].join(" ").trim().to_owned();
        if !text("province").is_empty() {
            let _ = write!(town, " ({})", text("province"));
        }
        for part in [town.trim(), text("country")].into_iter().filter(|part| !part.is_empty()) {
            if !out.is_empty() {
                out.push_str("<br>");
            }
            html::text(&mut out, part);
        }
    } else {
        let words: Vec<&str> = parts.iter().map(|part| record.value(part.id).text()).filter(|part| !part.is_empty()).collect();
        html::text(&mut out, &words.join(" "));
    }
    Some(out)
}

/// An owned line: what it holds first, then what is said about it.
fn line(out: &mut String, line: &Record, via: &str, sight: &Sight<'_>) {
    out.push_str("<li>");
    let mut said: Vec<String> = Vec::new();
    for (field, value) in line.carried.fields.iter().zip(&line.values) {
        let own = field.key != via && !field.key.starts_with(&format!("{via}_")) && !field.system && field.key != "position";
        if !own || value.is_empty() {
            continue;
        }
        let face = Face::new(field, sight.speech);
        match field.kind {
            Kind::Phone => phone::call(out, value.text(), &face.plain(value, sight)),
            Kind::Email => email::write_to(out, value.text()),
            Kind::YesNo => said.push(face.label),
            // What is as it always is needs no word.
            Kind::Choice(_) if field.default == meta::field::Default::Text(first_key(field)) && value.text() == first_key(field) => {}
            _ => said.push(face.plain(value, sight).to_lowercase()),
        }
    }
    if !said.is_empty() {
        out.push_str("<span class=\"key\">");
        html::text(out, &said.join(" · "));
        out.push_str("</span>");
    }
    out.push_str("</li>");
}

fn first_key(field: &Field) -> &'static str {
    match field.kind {
        Kind::Choice(choices) => choices.first().map_or("", |choice| choice.key),
        _ => "",
    }
}
