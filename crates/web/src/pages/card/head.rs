//! The head of a card: what it is called, how it stands, whose it is, how to reach it.

use crate::fields::{Face, Sight, email, phone};
use crate::pages::html;
use meta::{Entity, Kind, Record};

/// The head of a record, from the fields that its description puts there.
pub(super) fn write(entity: &Entity, record: &Record, title: &str, sight: &Sight<'_>) -> String {
    let mut first = String::new();
    let mut facts = String::new();
    for key in &entity.head {
        let Some(field) = entity.field(key) else { continue };
        let value = record.value(field.id);
        if value.is_empty() {
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
            Kind::Text if key.ends_with(".city") => fact(&mut facts, "site", |out| {
                html::text(out, value.text());
                let province = record.named(&key.replace(".city", ".province")).text();
                if !province.is_empty() {
                    html::text(out, &format!(" ({province})"));
                }
            }),
            Kind::Choice(_) if face.badge => face.cell(value, sight, &mut first),
            _ => {
                first.push_str("<span>");
                keyed(&mut first, &face.label);
                face.view(value, sight, &mut first);
                first.push_str("</span>");
            }
        }
    }
    let mut out = String::with_capacity(1024);
    out.push_str("<div class=\"record-title\">");
    html::element(&mut out, "h1", title);
    out.push_str(&first);
    out.push_str("</div>");
    if !facts.is_empty() {
        out.push_str("<ul class=\"facts\">");
        out.push_str(&facts);
        out.push_str("</ul>");
    }
    out
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
