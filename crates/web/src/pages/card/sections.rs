//! The data of a card, in the sections of its description. What is empty is folded away.

use crate::fields::{Face, Sight, email, phone};
use crate::pages::html;
use crate::pages::layout::{Item, items};
use meta::{Entity, Field, Kind, Record};
use std::fmt::Write;

/// The sections of a record: the first, and the others, between which stands what belongs to it.
pub(super) fn write(entity: &Entity, record: &Record, changes: bool, sight: &Sight<'_>) -> (String, String) {
    let mut first = None;
    let mut out = String::with_capacity(8 * 1024);
    let mut empty: Vec<String> = Vec::new();
    for section in &entity.layout {
        let mut fields = String::new();
        for item in items(entity, section) {
            if matches!(item, Item::Field(field) if said_above(entity, field)) {
                continue;
            }
            let (label, value) = item_of(entity, record, &item, sight);
            match value {
                Some(value) => {
                    fields.push_str("<div class=\"field\">");
                    html::element(&mut fields, "dt", &label);
                    fields.push_str(&value);
                    fields.push_str("</div>");
                }
                None => empty.push(label),
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
        if changes {
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
    folded(&mut out, &empty, sight);
    (first.unwrap_or_default(), out)
}

/// Whether the head of the card says it in words already.
fn said_above(entity: &Entity, field: &Field) -> bool {
    let fact = matches!(field.kind, Kind::Phone | Kind::Email | Kind::Web | Kind::Code);
    // Tags stand there, and are put on there.
    field.open || field.key == entity.title || !fact && entity.head.contains(&field.key)
}

/// The labels of what is empty, behind one line that says how many there are.
fn folded(out: &mut String, empty: &[String], sight: &Sight<'_>) {
    if empty.is_empty() {
        return;
    }
    out.push_str("<details class=\"section\" id=\"card-empty\"><summary class=\"section-head\">");
    out.push_str(assets::icon("next"));
    html::element(out, "span", &sight.speech.with("card-empty", &[("count", &empty.len().to_string())]));
    out.push_str("</summary><dl class=\"fields\">");
    for label in empty {
        out.push_str("<div class=\"field\">");
        html::element(out, "dt", label);
        out.push_str("<dd>");
        html::nothing(out, sight.speech);
        out.push_str("</dd></div>");
    }
    out.push_str("</dl></details>");
}

/// The label of an item, and its `<dd>` unless it is empty.
fn item_of(entity: &Entity, record: &Record, item: &Item<'_>, sight: &Sight<'_>) -> (String, Option<String>) {
    match item {
        Item::Field(field) => {
            let face = Face::new(field, sight.speech);
            let value = record.value(field.id);
            // Which of several entities it leads to stands beside it.
            if let (Kind::About(_), Some(id)) = (field.kind, value.link()) {
                let target = sight.model.entity(record.named(&format!("{}_kind", field.key)).text());
                let shown = target.zip(sight.titles.get(&id)).map(|(target, name)| {
                    let mut out = String::from("<dd><a");
                    html::attribute(&mut out, "href", &format!("/{}/{id}", target.plural));
                    out.push('>');
                    html::text(&mut out, name);
                    out.push_str("</a></dd>");
                    out
                });
                return (face.label, shown);
            }
            let shown = (!value.is_empty()).then(|| {
                let mut out = String::new();
                out.push_str(if matches!(field.kind, Kind::LongText) { "<dd class=\"long\">" } else { "<dd>" });
                face.view(value, sight, &mut out);
                out.push_str("</dd>");
                out
            });
            (face.label, shown)
        }
        Item::Parts(key, parts) => (sight.speech.field(entity.key, key), composed(record, key, parts)),
        Item::Lines(relation) => {
            let label = sight.speech.field(entity.key, relation.key);
            let lines = record.lines(relation.key);
            let shown = (!lines.is_empty()).then(|| {
                let mut out = String::from("<dd><ul class=\"values\">");
                for one in lines {
                    line(&mut out, one, relation.via, sight);
                }
                out.push_str("</ul></dd>");
                out
            });
            (label, shown)
        }
    }
}

/// A composite value as people write it.
fn composed(record: &Record, key: &str, parts: &[&Field]) -> Option<String> {
    let text = |part: &str| record.named(&format!("{key}.{part}")).text();
    if parts.iter().all(|part| record.value(part.id).is_empty()) {
        return None;
    }
    let mut out = String::from("<dd>");
    if parts.iter().any(|part| part.key.ends_with(".city")) {
        html::text(&mut out, text("street"));
        let mut town = [text("postcode"), text("city")].join(" ").trim().to_owned();
        if !text("province").is_empty() {
            let _ = write!(town, " ({})", text("province"));
        }
        for part in [town.trim(), text("country")].into_iter().filter(|part| !part.is_empty()) {
            if out.len() > "<dd>".len() {
                out.push_str("<br>");
            }
            html::text(&mut out, part);
        }
    } else {
        let words: Vec<&str> = parts.iter().map(|part| record.value(part.id).text()).filter(|part| !part.is_empty()).collect();
        html::text(&mut out, &words.join(" "));
    }
    out.push_str("</dd>");
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
