//! What was done to the card itself: who, through what, field by field; each operation can be undone by whoever did
//! it, and by administrators.

use super::{Board, clock};
use crate::fields::{Face, Sight};
use crate::pages::html;
use crate::pages::merging::names;
use crate::pages::reader::Reader;
use engine::merging::{Told, UNMERGE};
use engine::{Entry, FieldChange};
use kernel::{Id, Result, Value};
use meta::{Entity, Field, Kind};
use serde_json::Value as Json;
use std::collections::HashMap;

/// Letters of a value; whoever wants all of it asks the API.
const LETTERS: usize = 300;

/// One entry; `linked` are the names that changed links led to.
pub(super) fn write(
    out: &mut String,
    board: &Board<'_>,
    entry: &Entry,
    authors: &HashMap<Id, String>,
    linked: &HashMap<Id, String>,
    told: Option<&Told>,
) {
    let (reader, entity) = (board.reader, board.entity);
    let sight = &Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: linked };
    let speech = &reader.speech;
    let action = entry.action.key();
    let icon = match action {
        "create" => "add",
        "remove" => "remove",
        "restore" => "undo",
        _ => "edit",
    };
    out.push_str("<li class=\"happening\"><span class=\"happening-sign\">");
    out.push_str(assets::icon(icon));
    out.push_str("</span><div class=\"happening-text\">");
    let author = entry.author.map_or(speech.say("card-system"), |id| authors.get(&id).map_or(speech.say("link-unseen"), String::as_str));
    html::element(out, "strong", author);
    out.push(' ');
    let changes: Vec<(String, String, String)> = entry.changes.iter().filter_map(|change| said(entity, change, sight)).collect();
    if let Some(told) = told {
        merged(out, board, told);
    } else if entry.why == UNMERGE {
        html::text(out, speech.say("history-unmerged"));
    } else if action == "change" && entry.changes.iter().any(|change| change.key.starts_with("file.")) {
        html::text(out, speech.say("happened-file"));
    } else if action == "change" {
        html::text(out, &speech.with("happened-change", &[("count", &changes.len().to_string())]));
    } else {
        html::text(out, speech.say(&format!("happened-{action}")));
    }
    if entry.through != "pages" {
        html::text(out, &format!(" {}", speech.say(&format!("through-{}", entry.through))));
    }
    if entry.why == "undo" {
        html::text(out, &format!(", {}", speech.say("why-undo")));
    }
    if entry.undone {
        out.push_str(" <span class=\"tag\">");
        html::text(out, speech.say("happened-undone"));
        out.push_str("</span>");
    }
    if !changes.is_empty() {
        out.push_str("<ul class=\"changes\">");
        for (label, before, after) in &changes {
            out.push_str("<li><span class=\"key\">");
            html::text(out, label);
            out.push_str("</span> ");
            worded(out, "del", before, speech);
            out.push_str("<span class=\"to\">→</span>");
            worded(out, "ins", after, speech);
            out.push_str("</li>");
        }
        out.push_str("</ul>");
    }
    match told {
        Some(told) => unmerging(out, board, told),
        // What took a merge back is merged anew.
        None if entry.why == UNMERGE => {}
        None => undoing(out, reader, entry),
    }
    out.push_str("</div><time");
    html::attribute(out, "datetime", &entry.at.to_string());
    out.push('>');
    html::text(out, &clock(entry.at, reader));
    out.push_str("</time></li>");
}

/// With whom it was merged, each as it was.
fn merged(out: &mut String, board: &Board<'_>, told: &Told) {
    let speech = &board.reader.speech;
    if told.kept != board.card.id {
        html::text(out, speech.say("history-merged-away"));
        return;
    }
    html::text(out, speech.say("history-merged-with"));
    for (place, (address, name)) in names(board.entity, told).iter().enumerate() {
        out.push_str(if place > 0 { ", <a" } else { " <a" });
        html::attribute(out, "href", address);
        out.push('>');
        html::text(out, name);
        out.push_str("</a>");
    }
}

/// The way back from a merge, for whoever may take it.
fn unmerging(out: &mut String, board: &Board<'_>, told: &Told) {
    if told.may_end {
        let action = format!("/{}/{}/unmerge", board.entity.plural, told.kept);
        way_back(out, board.reader, &action, &[("merge", &told.merge.to_string())], ["unmerge-question", "unmerge"]);
    }
}

/// The way back, for whoever may take it.
pub(in crate::pages::card) fn undoing(out: &mut String, reader: &Reader, entry: &Entry) {
    // What was done in bulk is undone where it was done, not from one of its records.
    let single = matches!(entry.through.as_str(), "pages" | "api");
    let mine = entry.author.is_some() && entry.author == reader.who.user;
    if single && !entry.undone && (mine || reader.who.role.administer) {
        way_back(out, reader, &format!("/changes/{}/undo", entry.changeset), &[], ["happened-undo-question", "action-undo"]);
    }
}

/// A button that takes something back, asking before: the words of the question, and of the button.
fn way_back(out: &mut String, reader: &Reader, action: &str, hidden: &[(&str, &str)], [question, word]: [&str; 2]) {
    let speech = &reader.speech;
    out.push_str("<form class=\"plain\" method=\"post\"");
    html::attribute(out, "action", action);
    out.push('>');
    html::hidden(out, "csrf", &reader.csrf);
    for (name, value) in hidden {
        html::hidden(out, name, value);
    }
    out.push_str("<button class=\"btn btn-quiet btn-sm\"");
    html::attribute(out, "data-confirm", speech.say(question));
    html::attribute(out, "data-confirm-label", speech.say(word));
    out.push('>');
    out.push_str(assets::icon("undo"));
    html::text(out, speech.say(word));
    out.push_str("</button></form>");
}

/// A change of one field, or of one part of it, which says its name.
pub(in crate::pages::card) fn worded_change(out: &mut String, entity: &Entity, change: &FieldChange, named: bool, sight: &Sight<'_>) {
    let Some((label, before, after)) = words(entity, change, sight) else { return };
    out.push_str("<li>");
    if named {
        out.push_str("<span class=\"key\">");
        html::text(out, &label);
        out.push_str("</span> ");
    }
    worded(out, "del", &before, sight.speech);
    out.push_str("<span class=\"to\">→</span>");
    worded(out, "ins", &after, sight.speech);
    out.push_str("</li>");
}

fn worded(out: &mut String, tag: &str, text: &str, speech: &crate::pages::speech::Speech) {
    match text.char_indices().nth(LETTERS) {
        _ if text.is_empty() => html::nothing(out, speech),
        Some((end, _)) => html::element(out, tag, &format!("{}…", &text[..end])),
        None => html::element(out, tag, text),
    }
}

/// A change in words: field, before, after; none for what follows from another field.
fn said(entity: &Entity, change: &FieldChange, sight: &Sight<'_>) -> Option<(String, String, String)> {
    match entity.field(&change.key) {
        Some(field) if field.computed.is_some() || field.read_only => None,
        _ => words(entity, change, sight),
    }
}

/// A change in words, whatever it follows from.
fn words(entity: &Entity, change: &FieldChange, sight: &Sight<'_>) -> Option<(String, String, String)> {
    if let Some(field) = entity.field(&change.key) {
        if field.secret {
            return None;
        }
        let face = Face::new(field, sight.speech);
        let words = |json: &Json| match value(field, json) {
            value if value.is_empty() && field.kind != Kind::YesNo => String::new(),
            value => face.plain(&value, sight),
        };
        let (before, after) = (words(&change.before), words(&change.after));
        return Some((face.label, before, after));
    }
    let relation = entity.relation(&change.key)?;
    let child = sight.model.child(relation)?;
    let words = |json: &Json| lines(child, json, sight);
    Some((sight.speech.field(entity.key, relation.key), words(&change.before), words(&change.after)))
}

/// A value as it stands in the history; one that today's rules refuse is shown as it was.
pub(crate) fn value(field: &Field, json: &Json) -> Value {
    field.kind.from_json(json).unwrap_or_else(|_| json.as_str().map_or(field.kind.empty(), Value::from))
}

/// Owned lines in words: what each holds first of all.
pub(crate) fn lines(child: &Entity, json: &Json, sight: &Sight<'_>) -> String {
    let Some(field) = child.fields.first() else { return String::new() };
    let face = Face::new(field, sight.speech);
    let lines = json.as_array().into_iter().flatten().filter_map(|line| line.get(field.key));
    lines.map(|json| face.plain(&value(field, json), sight)).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The names of the records that changed links led to.
pub(in crate::pages::card) async fn linked<'e>(
    reader: &Reader,
    entity: &Entity,
    entries: impl Iterator<Item = &'e Entry>,
) -> Result<HashMap<Id, String>> {
    let mut wanted: HashMap<&'static str, Vec<Id>> = HashMap::new();
    for change in entries.flat_map(|entry| &entry.changes) {
        let Some(Kind::Link(target)) = entity.field(&change.key).map(|field| field.kind) else { continue };
        let ids = [&change.before, &change.after].into_iter().filter_map(|json| json.as_str()?.parse::<Id>().ok());
        wanted.entry(target).or_default().extend(ids);
    }
    let mut titles = HashMap::new();
    for (target, ids) in wanted {
        titles.extend(reader.web.engine().names(&reader.who, target, ids).await?);
    }
    Ok(titles)
}
