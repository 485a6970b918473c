//! The head of a card: what it is called, how it stands, whose it is, how to reach it.

use crate::fields::link::has_card;
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
                let part = |part: &str| record.named(&key.replace(".city", part)).text();
                let province = part(".province");
                let place = if province.is_empty() { value.text().to_owned() } else { format!("{} ({province})", value.text()) };
                let whole: Vec<&str> = [part(".street"), part(".postcode"), value.text(), province, part(".country")]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect();
                on_the_map(out, &whole.join(", "), &place, sight);
            }),
            Kind::Choice(_) if face.badge => face.cell(value, sight, &mut first),
            _ => {
                first.push_str("<span>");
                let about = match field.kind {
                    Kind::About(_) => sight.model.entity(record.named(&format!("{key}_kind")).text()).filter(|entity| has_card(entity)),
                    _ => None,
                };
                match (about, value.link().and_then(|id| Some((id, sight.titles.get(&id)?)))) {
                    // What it is says which kind of card it leads to.
                    (Some(entity), Some((id, name))) => {
                        keyed(&mut first, &sight.speech.entity(entity.key, "one"));
                        first.push_str("<a");
                        html::attribute(&mut first, "href", &format!("/{}/{id}", entity.plural));
                        first.push('>');
                        html::text(&mut first, name);
                        first.push_str("</a>");
                    }
                    _ => {
                        keyed(&mut first, &face.label);
                        face.view(value, sight, &mut first);
                    }
                }
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
