//! What belongs to a record: its children, the records it reaches through a link entity, and what is kept of its life.

use crate::fields::link::has_card;
use crate::fields::{Face, Sight};
use crate::pages::html;
use crate::pages::reader::{Reader, icon};
use engine::principal::Verb;
use engine::{Asked, Listed};
use kernel::{Id, Result, Value};
use meta::filter::Filter;
use meta::{Entity, Kind, Record, Relation};
use std::collections::HashMap;
use std::sync::Arc;

/// Most of them on a card; the list shows them all.
const MOST: usize = 12;

/// All relations of a record that its reader may see.
pub(super) async fn write(reader: &Reader, entity: &Entity, record: &Record) -> Result<String> {
    let mut out = String::with_capacity(4096);
    for relation in entity.relations.iter().filter(|relation| !relation.owned) {
        let Some(child) = reader.model.child(relation).filter(|child| child.can.public || !child.columns.is_empty()) else { continue };
        // What happens stands on the timeline, and the versions of a file beside it.
        if child.happens.is_some() || entity.filing.is_some_and(|filing| filing.versions == relation.key) {
            continue;
        }
        // What binds two records is shown once, whichever of them this one is.
        if let Some(mutual) = child.mutual {
            if relation.via == mutual.ends[0] && reader.who.may(Verb::See, child) {
                super::mutual::write(&mut out, reader, entity, relation.key, record, child, mutual).await?;
            }
            continue;
        }
        if reader.who.may(Verb::See, child) {
            one(&mut out, reader, entity, record, relation, child).await?;
        }
    }
    Ok(out)
}

async fn one(out: &mut String, reader: &Reader, entity: &Entity, record: &Record, relation: &Relation, child: &Arc<Entity>) -> Result<()> {
    let engine = reader.web.engine();
    let filter = Filter::is(relation.via, Value::Link(record.id));
    let far = relation.far.and_then(|link| child.field(link)).and_then(|field| reader.model.target(field)).cloned();
    let asked = Asked {
        fields: child.layout.iter().flat_map(|section| &section.fields).copied().chain(child.columns.iter().copied()).collect(),
        limit: MOST,
        ..Asked::new(child.clone()).filtered(filter.clone())
    };
    let mut listed = engine.list(&reader.who, asked).await?;
    let count = match listed.next {
        None => listed.records.len().to_string(),
        Some(_) => {
            let counted = engine.count(&reader.who, child, &filter, false, Some(10_000)).await?;
            format!("{}{}", counted.number, if counted.more { "+" } else { "" })
        }
    };
    // The main one first, those who are gone last.
    let today = engine.today();
    listed.records.sort_by_key(|one| (one.named("inactive").bool() || !lasts(child, one, today), !one.named("main").bool()));
    let beyond = match (&far, relation.far) {
        (Some(far), Some(link)) => Some((far, reached(reader, far, link, &listed).await?, link)),
        _ => None,
    };
    let label = reader.speech.field(entity.key, relation.key);
    let live = far.as_ref().map_or(child.key.to_owned(), |far| format!("{} {}", child.key, far.key));
    out.push_str("<section class=\"section\"");
    html::attribute(out, "aria-labelledby", &format!("relation-{}", relation.key));
    html::attribute(out, "id", &format!("card-{}", relation.key));
    html::attribute(out, "data-live", &live);
    out.push_str("><div class=\"section-head\"><h2");
    html::attribute(out, "id", &format!("relation-{}", relation.key));
    out.push('>');
    html::text(out, &label);
    out.push_str(" <span class=\"count\">");
    html::text(out, &count);
    out.push_str("</span></h2>");
    if record.removed_at().is_none() {
        adding(out, reader, entity, relation, child, far.as_deref(), record);
    }
    out.push_str("</div>");
    if listed.records.is_empty() {
        out.push_str("<p class=\"faint\">");
        html::text(out, reader.speech.say("card-none"));
        out.push_str("</p></section>");
        return Ok(());
    }
    let card = format!("/{}/{}", entity.plural, record.id);
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &listed.titles };
    out.push_str("<ul class=\"things\">");
    for one in &listed.records {
        match &beyond {
            Some((far, records, link)) => through(out, reader, &card, child, far, records, link, one, &sight),
            None => plain(out, child, relation, one, &sight),
        }
    }
    out.push_str("</ul>");
    if listed.next.is_some() && has_card(child) {
        let mut question = String::new();
        html::pair(&mut question, "filter", &format!("{} is {}", relation.via, record.id));
        out.push_str("<p><a");
        html::attribute(out, "href", &format!("/{}?{question}", child.plural));
        out.push('>');
        html::text(out, reader.speech.say("card-all"));
        out.push_str("</a></p>");
    }
    out.push_str("</section>");
    Ok(())
}

/// The records at the other ends of the links.
async fn reached(reader: &Reader, far: &Arc<Entity>, link: &str, listed: &Listed) -> Result<HashMap<Id, Record>> {
    let ids: Vec<Value> = listed.records.iter().filter_map(|one| one.named(link).link()).map(Value::Link).collect();
    if ids.is_empty() || !reader.who.may(Verb::See, far) {
        return Ok(HashMap::new());
    }
    let asked = Asked { limit: MOST, ..Asked::new(far.clone()).filtered(Filter::is_in("id", ids)) };
    let found = reader.web.engine().list(&reader.who, asked).await?;
    Ok(found.records.into_iter().map(|record| (record.id, record)).collect())
}

fn adding(out: &mut String, reader: &Reader, entity: &Entity, relation: &Relation, child: &Entity, far: Option<&Entity>, record: &Record) {
    // What the program keeps by itself is only read.
    if !child.can.public || !reader.who.may(Verb::Create, child) {
        return;
    }
    out.push_str("<div class=\"actions\">");
    match far {
        // A new one there and here in one go, or one that is there already.
        Some(far) => {
            let back = far.relations.iter().find(|other| other.child == child.key && Some(other.via) == relation.far);
            if let Some(back) = back.filter(|_| reader.who.may(Verb::Create, far)) {
                let label = reader.speech.entity(far.key, "new");
                action(out, &format!("/{}/new?through={}&to={}", far.plural, back.key, record.id), "add", &label);
            }
            let label = reader.speech.entity(child.key, "new");
            action(out, &format!("/{}/new?{}={2}&back=/{3}/{2}", child.plural, relation.via, record.id, entity.plural), "link", &label);
        }
        None => {
            let label = reader.speech.entity(child.key, "new");
            action(out, &format!("/{}/new?{}={2}&back=/{3}/{2}", child.plural, relation.via, record.id, entity.plural), "add", &label);
        }
    }
    out.push_str("</div>");
}

/// Whether it holds still, or is yet to begin: what is past stands last.
pub(super) fn lasts(child: &Entity, one: &Record, today: kernel::Date) -> bool {
    child.lasting.is_none_or(|(_, until)| one.named(until).date().is_none_or(|until| until >= today))
}

/// From when until when it holds, in words.
pub(super) fn lasted(child: &Entity, one: &Record, today: kernel::Date, sight: &Sight<'_>) -> Vec<String> {
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

pub(super) fn action(out: &mut String, href: &str, icon: &str, label: &str) {
    out.push_str("<a class=\"btn btn-quiet btn-icon btn-sm\"");
    html::attribute(out, "href", href);
    html::attribute(out, "aria-label", label);
    html::attribute(out, "title", label);
    out.push('>');
    out.push_str(assets::icon(icon));
    out.push_str("</a>");
}

#[expect(clippy::too_many_arguments, reason = "both ends of a link and the link itself")]
fn through(
    out: &mut String,
    reader: &Reader,
    card: &str,
    child: &Entity,
    far: &Entity,
    records: &HashMap<Id, Record>,
    link: &str,
    one: &Record,
    sight: &Sight<'_>,
) {
    let Some(id) = one.named(link).link() else { return };
    let Some(name) = sight.titles.get(&id) else { return };
    let today = reader.web.engine().today();
    out.push_str(if lasts(child, one, today) { "<li class=\"thing\">" } else { "<li class=\"thing past\">" });
    out.push_str("<span class=\"initials\" aria-hidden=\"true\">");
    html::text(out, &html::initials(name));
    out.push_str("</span><div><a class=\"thing-name\"");
    html::attribute(out, "href", &format!("/{}/{id}", far.plural));
    out.push('>');
    html::text(out, name);
    out.push_str("</a>");
    let mut said: Vec<String> = Vec::new();
    // What the link itself says comes first, then what the other record says of itself.
    for field in child
        .fields
        .iter()
        .filter(|field| !field.system && matches!(field.kind, Kind::Text | Kind::Choice(_) | Kind::Percent | Kind::Vocabulary(_)))
    {
        push(&mut said, Face::new(field, sight.speech).plain(one.value(field.id), sight));
    }
    said.extend(lasted(child, one, today, sight));
    // What says for how long it holds needs the line for itself.
    if let Some(record) = records.get(&id).filter(|_| child.lasting.is_none()) {
        let columns = far.columns.iter().filter(|key| **key != far.title).filter_map(|key| far.field(key));
        for field in columns.filter(|field| matches!(field.kind, Kind::Text | Kind::Phone | Kind::Email)).take(4) {
            // One line has room for a role and a number.
            let enough = said.len() >= 2 && field.kind == Kind::Email || said.len() == 1 && field.kind == Kind::Text;
            if !enough {
                push(&mut said, Face::new(field, sight.speech).plain(record.value(field.id), sight));
            }
        }
    }
    subtitle(out, &said);
    out.push_str("</div><div class=\"actions\">");
    for field in child.fields.iter().filter(|field| field.kind == Kind::YesNo && one.value(field.id).bool()) {
        out.push_str("<span class=\"tag\">");
        html::text(out, &sight.speech.short(child.key, field.key));
        out.push_str("</span>");
    }
    if reader.who.may(Verb::Change, child) {
        action(out, &format!("/{}/{}/edit?back={card}", child.plural, one.id), "edit", &sight.speech.with("form-edit", &[("name", name)]));
    }
    out.push_str("</div></li>");
}

fn plain(out: &mut String, child: &Entity, relation: &Relation, one: &Record, sight: &Sight<'_>) {
    out.push_str("<li class=\"thing\">");
    out.push_str(assets::icon(icon(child.key)));
    out.push_str("<div>");
    let name = super::title(child, one, sight);
    if has_card(child) {
        out.push_str("<a class=\"thing-name\"");
        html::attribute(out, "href", &format!("/{}/{}", child.plural, one.id));
        out.push('>');
        html::text(out, &name);
        out.push_str("</a>");
    } else {
        html::element(out, "span", &name);
    }
    let mut said: Vec<String> = Vec::new();
    let columns = child.columns.iter().filter(|key| **key != child.title && **key != relation.via).filter_map(|key| child.field(key));
    // A bare yes says nothing without its name.
    for field in columns.filter(|field| field.kind != Kind::YesNo).take(4) {
        push(&mut said, Face::new(field, sight.speech).plain(one.value(field.id), sight));
    }
    subtitle(out, &said);
    out.push_str("</div></li>");
}

fn push(said: &mut Vec<String>, text: String) {
    if !text.is_empty() && !said.contains(&text) {
        said.push(text);
    }
}

fn subtitle(out: &mut String, said: &[String]) {
    if !said.is_empty() {
        html::element(out, "p", &said.join(" · "));
    }
}
