//! How a bulk action stands: its progress while it runs, what became of it afterwards, and its undoing.

use super::about;
use super::chosen::back;
use crate::caller::Named;
use crate::fields::{Face, Sight};
use crate::pages::answer::{onward, onward_saying, rendered};
use crate::pages::reader::{Reader, icon};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::Doing;
use engine::bulk::entity::{self as row, State as Stands};
use engine::bulk::{Reason, Report, TOLD_DAYS};
use http::StatusCode;
use kernel::{Error, Id, Result, Value};
use meta::fields::{Chosen, stored};
use meta::{Entity, Field, FieldId, Kind, Record};
use std::collections::HashMap;

/// A record that was refused, or left by the undoing.
struct Left {
    /// Its card; empty where it may not be seen.
    card: String,
    name: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "bulk-report.html")]
struct ReportPage<'r> {
    reader: &'r Reader,
    title: String,
    id: Id,
    many: String,
    back: String,
    state: &'static str,
    /// In a word, and how it sounds.
    stands: String,
    tone: &'static str,
    /// What was done: field and value.
    what: Vec<(String, String)>,
    by: String,
    done: i64,
    total: i64,
    progress: String,
    counts: Vec<String>,
    left: Vec<Left>,
    left_title: String,
    not_shown: String,
    /// That the refusals are no longer told one by one.
    swept: String,
    undoes: bool,
    runs: bool,
}

pub(super) async fn show(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    let report = web.engine().bulk_report(&reader.who, named.id("id")?).await?;
    let entity = reader.model.entity(report.record.get(&row::TARGET)).cloned().ok_or(Error::NotFound)?;
    let reader = reader.within(entity.plural);
    let speech = &reader.speech;
    let number = |count: &meta::fields::Whole| report.record.get(count);
    let undoing = matches!(report.state, Stands::Undoing | Stands::Undone);
    let (done, total) = match report.state {
        Stands::Undoing => (number(&row::UNDONE).min(report.to_undo), report.to_undo.max(1)),
        Stands::Undone => (1, 1),
        _ => (number(&row::DONE), number(&row::TOTAL)),
    };
    let mut counts = Vec::new();
    let said = [
        ("bulk-count-changed", &row::CHANGED),
        ("bulk-count-created", &row::CREATED),
        ("bulk-count-unchanged", &row::UNCHANGED),
        ("bulk-count-refused", &row::REFUSED),
    ];
    for (key, count) in said {
        if number(count) > 0 {
            counts.push(reader.speech.counting(key, number(count)));
        }
    }
    if undoing && number(&row::LEFT) > 0 {
        counts.push(reader.speech.counting("bulk-count-left", number(&row::LEFT)));
    }
    let action = report.record.get(&row::ACTION);
    let left = left(&reader, &entity, &report);
    let beyond = number(&row::REFUSED) + number(&row::LEFT) - left.len() as i64;
    let runs = matches!(report.state, Stands::Running | Stands::Undoing);
    let page = ReportPage {
        title: about(&reader, "bulk-title", action, number(&row::TOTAL)),
        id: report.record.id,
        many: speech.entity(entity.key, "many"),
        back: back(&entity, report.record.value(row::LIST.id()).text()),
        state: report.state.key(),
        stands: speech.choice("bulk", "state", report.state.key()),
        tone: tone(report.state, number(&row::REFUSED)),
        what: what(&reader, &entity, report.doing.as_ref()).await?,
        by: by(&reader, &report),
        progress: progress(&reader, done, total),
        done,
        total,
        counts,
        left_title: speech.say(if undoing && number(&row::LEFT) > 0 { "bulk-left" } else { "bulk-refused" }).to_owned(),
        not_shown: if beyond > 0 { reader.speech.counting("bulk-which-more", beyond) } else { String::new() },
        swept: if left.is_empty() && beyond > 0 && !runs {
            speech.with("bulk-swept", &[("days", &TOLD_DAYS.to_string())])
        } else {
            String::new()
        },
        left,
        undoes: matches!(report.state, Stands::Done | Stands::Stopped) && report.to_undo > 0,
        runs,
        reader: &reader,
    };
    rendered(&reader, StatusCode::OK, &page)
}

fn progress(reader: &Reader, done: i64, total: i64) -> String {
    let [done, total] = [done, total].map(|number| crate::pages::list::grouped(number, reader.speech.language));
    reader.speech.with("bulk-progress", &[("done", &done), ("total", &total)])
}

fn tone(state: Stands, refused: i64) -> &'static str {
    match state {
        Stands::Running | Stands::Undoing => "accent",
        Stands::Done if refused > 0 => "warn",
        Stands::Done => "good",
        Stands::Stopped | Stands::Undone => "open",
    }
}

/// Who asked for it, and when.
fn by(reader: &Reader, report: &Report) -> String {
    let at = Kind::Moment.behaviour().show(report.record.named("created_at"), &reader.reading);
    reader.speech.with("bulk-by", &[("name", &report.owner), ("at", &at)])
}

/// What was done, field by field.
async fn what(reader: &Reader, entity: &Entity, doing: Option<&Doing>) -> Result<Vec<(String, String)>> {
    let asked = |key: &String| reader.web.engine().bulk_action(entity.key, key).and_then(|action| action.options.clone());
    let (described, values, terms) = match doing {
        Some(Doing::Change { values, terms }) => (None, values, terms.as_slice()),
        Some(Doing::Registered { key, options }) => (asked(key), options, [].as_slice()),
        Some(Doing::Merge { vocabulary, from, into }) => {
            let words = |key: &str| {
                let known = reader.model.terms.get(&(vocabulary.clone(), key.to_owned()));
                known.map_or_else(|| key.to_owned(), |term| term.words(reader.speech.language).to_owned())
            };
            let of = reader.speech.known(&format!("vocabulary-{vocabulary}")).unwrap_or(vocabulary).to_owned();
            return Ok(vec![(of, format!("{} → {}", words(from), words(into)))]);
        }
        _ => return Ok(Vec::new()),
    };
    let of_action = described.is_some();
    let entity = described.as_deref().unwrap_or(entity);
    let field = |id: FieldId| entity.fields.iter().find(|field| field.id == id);
    let mut titles = HashMap::new();
    for (id, value) in values {
        if let (Some(Kind::Link(target)), Some(id)) = (field(*id).map(|field| field.kind), value.link()) {
            titles.extend(reader.web.engine().names(&reader.who, target, vec![id]).await?);
        }
    }
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let plain = |field: &Field, value: &Value| match Face::new(field, &reader.speech).plain(value, &sight) {
        empty if empty.is_empty() => reader.speech.say("empty-value").to_owned(),
        plain => plain,
    };
    let mut what = Vec::new();
    for (id, value) in values {
        // What an action was not given says nothing.
        if let Some(field) = field(*id).filter(|_| !of_action || !value.is_empty()) {
            what.push((reader.speech.field(entity.key, field.key), plain(field, value)));
        }
    }
    for change in terms {
        let Some(field) = field(change.field) else { continue };
        for (sign, words) in [("+", &change.add), ("−", &change.take)] {
            if !words.is_empty() {
                let words = plain(field, &Value::Text(stored(words.iter().map(String::as_str))));
                what.push((reader.speech.field(entity.key, field.key), format!("{sign} {words}")));
            }
        }
    }
    Ok(what)
}

fn left(reader: &Reader, entity: &Entity, report: &Report) -> Vec<Left> {
    let one = |refusal: &engine::bulk::Refusal| {
        // What a merge of terms refused is of whatever entity holds them.
        let entity = reader.model.entity(&refusal.entity).map_or(entity, |entity| entity);
        Left {
            card: refusal.title.as_ref().map(|_| format!("/{}/{}", entity.plural, refusal.record)).unwrap_or_default(),
            name: refusal.title.clone().unwrap_or_else(|| reader.speech.say("link-unseen").to_owned()),
            reason: reason(reader, entity, &refusal.reason),
        }
    };
    report.refusals.iter().map(one).collect()
}

/// Why, with the name of the field it is about.
fn reason(reader: &Reader, entity: &Entity, reason: &Reason) -> String {
    let sentence = reader.speech.sentence(&reason.say);
    let key = reason.field.rsplit_once(&format!("{}.", entity.key)).map_or(reason.field.as_str(), |(_, key)| key);
    match entity.field(key) {
        Some(field) => format!("{}: {sentence}", reader.speech.field(entity.key, field.key)),
        None => sentence,
    }
}

pub(super) async fn undo(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    let id = named.id("id")?;
    let here = format!("/bulks/{id}");
    match web.engine().undo_bulk(&reader.who, id).await? {
        None => Ok(onward(&reader, &here)),
        Some(undone) if undone.left.is_empty() => onward_saying(&reader, &here, "said-undone", "", None),
        Some(_) => onward_saying(&reader, &here, "said-undone-partly", "", None),
    }
}

pub(super) async fn stop(State(web): State<Web>, named: Named, reader: Reader) -> Answer {
    let id = named.id("id")?;
    web.engine().stop_bulk(&reader.who, id).await?;
    Ok(onward(&reader, &format!("/bulks/{id}")))
}

/// One of the latest, in a line.
struct Line {
    id: Id,
    icon: &'static str,
    title: String,
    text: String,
    stands: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "bulks.html")]
struct BulksPage<'b> {
    reader: &'b Reader,
    title: String,
    lines: Vec<Line>,
}

/// The latest bulk actions of the reader; of everybody for an administrator.
pub(super) async fn all(State(web): State<Web>, reader: Reader) -> Answer {
    let listed = web.engine().bulks(&reader.who, 50).await?;
    let line = |record: &Record| {
        let target = record.named("target").text().to_owned();
        let state = Stands::from_key(record.named("state").text()).unwrap_or(Stands::Stopped);
        let at = Kind::Moment.behaviour().show(record.named("created_at"), &reader.reading);
        let name = record.named("owner").link().and_then(|owner| listed.titles.get(&owner).cloned()).unwrap_or_default();
        Line {
            id: record.id,
            icon: icon(&target),
            title: about(&reader, "bulk-title", record.named("action").text(), record.named("total").int()),
            text: format!("{} · {}", reader.speech.entity(&target, "many"), reader.speech.with("bulk-by", &[("name", &name), ("at", &at)])),
            stands: reader.speech.choice("bulk", "state", state.key()),
            tone: tone(state, record.named("refused").int()),
        }
    };
    let page =
        BulksPage { title: reader.speech.say("bulks").to_owned(), lines: listed.records.iter().map(line).collect(), reader: &reader };
    rendered(&reader, StatusCode::OK, &page)
}
