//! How a record is bound to others: each relation in the words that read from this side, the other's name, since when and until
//! when. What is over stands last.

use crate::fields::Sight;
use crate::pages::html;
use crate::pages::list::places::{action, lasts};
use crate::pages::reader::{Reader, icon};
use engine::Asked;
use engine::principal::Verb;
use kernel::{Id, Result, Value};
use meta::entity::Mutual;
use meta::filter::Filter;
use meta::{Entity, Kind, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// Most of them on a card.
const MOST: usize = 100;

/// Writes the section of a record's relations; `key` is what it is called there.
pub(super) async fn write(
    out: &mut String,
    reader: &Reader,
    entity: &Entity,
    key: &str,
    record: &Record,
    child: &Arc<Entity>,
    mutual: Mutual,
) -> Result<()> {
    let engine = reader.web.engine();
    let [one, other] = mutual.ends;
    let filter = Filter::Any(vec![Filter::is(one, Value::Link(record.id)), Filter::is(other, Value::Link(record.id))]);
    let fields = child.fields.iter().filter(|field| !field.system).map(|field| field.key).collect();
    let listed = engine.list(&reader.who, Asked { fields, limit: MOST, ..Asked::new(child.clone()).filtered(filter) }).await?;
    let words = words(reader, child, mutual, &listed.records).await?;
    let today = engine.today();
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &listed.titles };
    // Both ends are seen, or it would not be listed; what leads to a record in the trash waits there with it.
    let mut shown: Vec<(&Record, usize, Id, &String)> = Vec::new();
    for each in &listed.records {
        let from_here = each.named(one).link() == Some(record.id);
        let far = if from_here { each.named(other) } else { each.named(one) };
        let Some((id, name)) = far.link().and_then(|id| Some((id, listed.titles.get(&id)?))) else { continue };
        shown.push((each, usize::from(!from_here), id, name));
    }
    shown.sort_by_key(|(each, ..)| !lasts(child, each, today));
    let label = reader.speech.field(entity.key, key);
    out.push_str("<section class=\"section\"");
    html::attribute(out, "aria-labelledby", &format!("relation-{key}"));
    html::attribute(out, "id", &format!("card-{key}"));
    html::attribute(out, "data-live", child.key);
    out.push_str("><div class=\"section-head\"><h2");
    html::attribute(out, "id", &format!("relation-{key}"));
    out.push('>');
    html::text(out, &label);
    out.push_str(" <span class=\"count\">");
    html::text(out, &shown.len().to_string());
    out.push_str("</span></h2>");
    let card = format!("/{}/{}", entity.plural, record.id);
    if record.removed_at().is_none() && reader.who.may(Verb::Create, child) {
        out.push_str("<div class=\"actions\">");
        let label = reader.speech.entity(child.key, "new");
        action(out, &format!("/{}/new?{one}={}&back={card}", child.plural, record.id), "add", &label);
        out.push_str("</div>");
    }
    out.push_str("</div>");
    if shown.is_empty() {
        out.push_str("<p class=\"faint\">");
        html::text(out, reader.speech.say("card-none"));
        out.push_str("</p></section>");
        return Ok(());
    }
    out.push_str("<ul class=\"things\">");
    for (each, side, id, name) in shown {
        let end = mutual.ends[1 - side];
        let kind = each.named(&format!("{end}_kind")).text();
        let Some(far) = reader.model.entity(kind) else { continue };
        let past = !lasts(child, each, today);
        out.push_str(if past { "<li class=\"thing past\">" } else { "<li class=\"thing\">" });
        out.push_str(assets::icon(icon(far.key)));
        out.push_str("<div>");
        if let Some(said) = each.named(mutual.by).link().and_then(|by| words.get(&by)) {
            out.push_str("<span class=\"key\">");
            html::text(out, &said[side]);
            out.push_str("</span> ");
        }
        out.push_str("<a class=\"thing-name\"");
        html::attribute(out, "href", &format!("/{}/{id}", far.plural));
        out.push('>');
        html::text(out, name);
        out.push_str("</a>");
        let mut said = Vec::new();
        said.extend(lasted(child, each, today, &sight));
        said.extend(child.field("remarks").map(|field| each.value(field.id).text().to_owned()).filter(|text| !text.is_empty()));
        if !said.is_empty() {
            html::element(out, "p", &said.join(" · "));
        }
        out.push_str("</div><div class=\"actions\">");
        if reader.who.may(Verb::Change, child) {
            let label = reader.speech.with("mutual-edit", &[("name", name)]);
            action(out, &format!("/{}/{}/edit?back={card}", child.plural, each.id), "edit", &label);
        }
        out.push_str("</div></li>");
    }
    out.push_str("</ul></section>");
    Ok(())
}

/// The words of each type, one way and back; those of a retired type too.
async fn words(reader: &Reader, child: &Entity, mutual: Mutual, records: &[Record]) -> Result<HashMap<Id, [String; 2]>> {
    let mut ids: Vec<Id> = records.iter().filter_map(|record| record.named(mutual.by).link()).collect();
    ids.sort_unstable();
    ids.dedup();
    let target = child.field(mutual.by).and_then(|field| reader.model.target(field));
    let Some(types) = target.filter(|_| !ids.is_empty()) else { return Ok(HashMap::new()) };
    let filter = Filter::is_in("id", ids.into_iter().map(Value::Link));
    let asked = Asked { fields: mutual.words.to_vec(), limit: MOST, ..Asked::new(types.clone()).filtered(filter) };
    let listed = reader.web.engine().list(&reader.who, asked).await?;
    Ok(listed.records.iter().map(|one| (one.id, mutual.words.map(|key| one.named(key).text().to_owned()))).collect())
}

/// From when until when it holds, in words.
fn lasted(child: &Entity, one: &Record, today: kernel::Date, sight: &Sight<'_>) -> Vec<String> {
    let Some((since, until)) = child.lasting else { return Vec::new() };
    let day = |key: &str| one.named(key).date().map(|_| Kind::Date.behaviour().show(one.named(key), sight.reading));
    let mut said = match (day(since), day(until)) {
        (Some(since), Some(until)) => vec![sight.speech.with("lasting-both", &[("since", &since), ("until", &until)])],
        (Some(since), None) => vec![sight.speech.with("lasting-since", &[("since", &since)])],
        (None, Some(until)) => vec![sight.speech.with("lasting-until", &[("until", &until)])],
        (None, None) => Vec::new(),
    };
    if !lasts(child, one, today) {
        said.push(sight.speech.say("lasting-past").to_owned());
    }
    said
}
