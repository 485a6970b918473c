//! Somebody else saved meanwhile: what only they changed is taken over, and where both changed the same field, both
//! values are shown and the reader decides.

use super::entered::{offered, offered_lines, titles, writes};
use super::lines;
use crate::fields::{Face, Sight};
use crate::form::Fields;
use crate::pages::card::{clock, history_lines, history_value};
use crate::pages::filter::within::belongs;
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::Entry;
use kernel::{Id, Result, Value};
use meta::{Entity, FieldId, Record};
use serde_json::Value as Json;
use std::collections::HashMap;

/// What is left to be decided.
pub(super) struct Settled {
    /// What the form shows now.
    pub(super) fields: Fields,
    /// What is said above it.
    pub(super) notice: String,
    /// Whether there is something to decide.
    pub(super) open: bool,
}

/// Most changesets looked back through.
const MOST: i64 = 50;

/// Whether nothing that a form asks for was changed since a version: what the program keeps of a record comes between nobody.
pub(super) async fn is_beside(reader: &Reader, entity: &Entity, record: &Record, version: i64) -> Result<bool> {
    let since = record.version - version;
    if !(1..=MOST).contains(&since) || !entity.can.tracked {
        return Ok(false);
    }
    let (entries, _) = reader.web.engine().history(&reader.who, entity, record.id, since as usize).await?;
    let touched = bases(&entries);
    let asked = |key: &str| touched.contains_key(key);
    let known = entries.len() as i64 == since && entries.iter().all(|entry| !entry.changes.is_empty());
    Ok(known
        && !offered(reader, entity).iter().any(|field| asked(field.key))
        && !offered_lines(entity).iter().any(|relation| asked(relation.key)))
}

/// Brings what was entered for an older version together with the record as it is now.
pub(super) async fn settle(
    reader: &Reader,
    entity: &Entity,
    record: &Record,
    names: &HashMap<Id, String>,
    version: i64,
    mut fields: Fields,
    mine: Vec<(FieldId, Value)>,
) -> Result<Settled> {
    let since = record.version.saturating_sub(version).clamp(1, MOST) as usize;
    let (entries, authors) = match entity.can.tracked {
        true => reader.web.engine().history(&reader.who, entity, record.id, since).await?,
        false => (Vec::new(), HashMap::new()),
    };
    let bases = bases(&entries);
    let mut all = names.clone();
    let links = mine.iter().filter_map(|(id, value)| Some((entity.fields.iter().find(|field| field.id == *id)?, value)));
    all.extend(titles(reader, links).await?);
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &all };
    let mut open: Vec<(String, String, String, String)> = Vec::new();
    for field in offered(reader, entity) {
        let Some(base) = bases.get(field.key).filter(|_| writes(reader, field)) else { continue };
        let Some((_, written)) = mine.iter().find(|(id, _)| *id == field.id) else { continue };
        let saved = record.value(field.id);
        if written == saved {
            continue;
        }
        let face = Face::new(field, &reader.speech);
        if *written == history_value(field, base) {
            let text = format!("{}.text", field.key);
            fields.0.retain(|(name, _)| name != field.key && *name != text && !belongs(field, name));
            fields.0.extend(face.entered(saved, &sight));
            continue;
        }
        open.push((field.key.to_owned(), face.label.clone(), face.plain(written, &sight), face.plain(saved, &sight)));
    }
    for relation in offered_lines(entity) {
        let sent = fields.get(relation.key).is_some();
        let (Some(base), Some(child)) = (bases.get(relation.key).filter(|_| sent), reader.model.child(relation)) else { continue };
        let now: Vec<(String, String)> = lines::entered(relation, record, &sight);
        let mine = lines::said(reader, relation, &fields);
        let saved = lines::said(reader, relation, &with_marker(relation.key, &now));
        if mine == saved {
            continue;
        }
        if mine == history_lines(child, base, &sight) {
            let prefix = format!("{}.", relation.key);
            fields.0.retain(|(name, _)| !name.starts_with(&prefix));
            fields.0.extend(now);
            continue;
        }
        open.push((relation.key.to_owned(), reader.speech.field(entity.key, relation.key), mine, saved));
    }
    fields.0.retain(|(name, _)| !name.starts_with("decide."));
    Ok(Settled { notice: notice(reader, entries.first(), &authors, &open), open: !open.is_empty(), fields })
}

fn with_marker(key: &str, pairs: &[(String, String)]) -> Fields {
    let mut fields = Fields(pairs.to_vec());
    fields.0.push((key.to_owned(), String::new()));
    fields
}

/// What each field was before the first of these changes.
fn bases(entries: &[Entry]) -> HashMap<&str, &Json> {
    let mut bases = HashMap::new();
    // The newest comes first: the last word is the oldest's.
    for change in entries.iter().flat_map(|entry| &entry.changes) {
        bases.insert(change.key.as_str(), &change.before);
    }
    bases
}

fn notice(reader: &Reader, last: Option<&Entry>, authors: &HashMap<Id, String>, open: &[(String, String, String, String)]) -> String {
    let speech = &reader.speech;
    let mut out = String::new();
    out.push_str("<div class=\"notice\" data-tone=\"warn\" role=\"alert\" aria-labelledby=\"conflict\">");
    out.push_str(assets::icon("warning"));
    out.push_str("<div><h2 id=\"conflict\">");
    let title = match last.and_then(|entry| Some((authors.get(&entry.author?)?, entry.at))) {
        Some((name, at)) => speech.with("conflict-title", &[("name", name), ("at", &clock(at, reader))]),
        None => speech.say("conflict-title-nobody").to_owned(),
    };
    html::text(&mut out, &title);
    out.push_str("</h2>");
    html::element(&mut out, "p", speech.say(if open.is_empty() { "conflict-apart" } else { "conflict-text" }));
    for (key, label, mine, theirs) in open {
        out.push_str("<fieldset class=\"decision\"><legend>");
        html::text(&mut out, label);
        out.push_str("</legend>");
        for (whose, words, value) in [("mine", "conflict-mine", mine), ("theirs", "conflict-theirs", theirs)] {
            out.push_str("<label class=\"form-check\"><input class=\"form-check-input\" type=\"radio\"");
            html::attribute(&mut out, "name", &format!("decide.{key}"));
            html::attribute(&mut out, "value", whose);
            if whose == "mine" {
                out.push_str(" checked");
            }
            out.push_str("><span>");
            let value = if value.is_empty() { speech.say("empty-value") } else { value };
            html::text(&mut out, &speech.with(words, &[("value", value)]));
            out.push_str("</span></label>");
        }
        out.push_str("</fieldset>");
    }
    out.push_str("</div></div>");
    out
}
