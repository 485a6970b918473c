//! What comes next on a card: of every kind of record that waits for a day here, the nearest ones; the first stands in the
//! head, in red where its day has passed, the others behind it.

use crate::fields::{Face, Sight};
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::principal::Verb;
use engine::{Asked, Sorting};
use kernel::{Date, Id, Result, Value};
use meta::Entity;
use meta::filter::{Filter, Path, Test};
use std::sync::Arc;

/// Most that are shown.
const MOST: usize = 6;

/// One of them.
struct Next {
    day: Date,
    shown: String,
    kind: Arc<Entity>,
    id: Id,
    title: String,
}

/// What comes next for a record, as it stands in the head of its card; empty where nothing does.
pub(super) async fn write(reader: &Reader, entity: &Entity, card: Id) -> Result<String> {
    let mut all = Vec::new();
    for (kind, link) in reader.model.awaited_on(entity.key) {
        let Some(awaits) = kind.awaits.as_ref().filter(|_| reader.who.may(Verb::See, kind)) else { continue };
        let mut here =
            vec![Filter::is(link.key, Value::Link(card)), Filter::Not(Box::new(Filter::Test(Path::of(awaits.day), Test::Empty)))];
        here.extend(awaits.done.map(|done| Filter::is(done, false)));
        let asked = Asked {
            fields: vec![kind.title, awaits.day],
            sort: vec![Sorting { field: awaits.day, descending: false }],
            limit: MOST,
            names: false,
            ..Asked::new(kind.clone()).filtered(Filter::All(here))
        };
        let listed = reader.web.engine().list(&reader.who, asked).await?;
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &listed.titles };
        for record in &listed.records {
            let value = record.named(awaits.day);
            let zone = &reader.reading.zone;
            let Some(day) = value.date().or_else(|| value.moment().map(|at| at.date(zone))) else { continue };
            let shown = kind.field(awaits.day).map(|field| Face::new(field, sight.speech).plain(value, &sight)).unwrap_or_default();
            all.push(Next { day, shown, kind: kind.clone(), id: record.id, title: super::title(kind, record, &sight) });
        }
    }
    all.sort_by_key(|next| (next.day, next.id));
    all.truncate(MOST);
    let today = reader.web.engine().today();
    let mut out = String::new();
    let Some((first, others)) = all.split_first() else { return Ok(out) };
    out.push_str("<div class=\"ahead\"><span class=\"key\">");
    html::text(&mut out, reader.speech.say("card-ahead"));
    out.push_str("</span>");
    one(&mut out, reader, first, today);
    if !others.is_empty() {
        out.push_str("<details class=\"menu\"><summary class=\"btn btn-quiet btn-sm\">");
        html::text(&mut out, &reader.speech.with("card-ahead-more", &[("count", &others.len().to_string())]));
        out.push_str(assets::icon("down"));
        out.push_str("</summary><div class=\"menu-items\">");
        for next in others {
            one(&mut out, reader, next, today);
        }
        out.push_str("</div></details>");
    }
    out.push_str("</div>");
    Ok(out)
}

fn one(out: &mut String, reader: &Reader, next: &Next, today: Date) {
    let over = next.day < today;
    let said = format!("awaits-{}", next.kind.key);
    let key = if over { format!("{said}-over") } else { said };
    out.push_str("<a class=\"ahead-one");
    out.push_str(if over { " bad\"" } else { "\"" });
    html::attribute(out, "href", &format!("/{}/{}", next.kind.plural, next.id));
    out.push_str("><span>");
    html::text(out, &reader.speech.with(&key, &[("title", &next.title)]));
    out.push_str("</span> <time class=\"number\"");
    html::attribute(out, "datetime", &next.day.to_string());
    out.push('>');
    html::text(out, &next.shown);
    out.push_str("</time></a>");
}

/// The kinds whose changes are heard where it stands.
pub(super) fn topics(reader: &Reader, entity: &Entity) -> String {
    let kinds = reader.model.awaited_on(entity.key).into_iter().filter(|(kind, _)| reader.who.may(Verb::See, kind));
    kinds.map(|(kind, _)| kind.key).collect::<Vec<_>>().join(" ")
}
