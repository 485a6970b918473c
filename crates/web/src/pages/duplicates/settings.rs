//! How doubles are looked for, for administrators: how much each field counts beside what was learned, from when on somebody is asked,
//! whether what changed is looked at by night, from when on two are merged without asking, and what was merged so.

use super::evidence::named;
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::card::day;
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::duplicates::{Asking, Matters, Settings};
use engine::merging::Told;
use http::{Method, StatusCode};
use kernel::{Error, Id, Result, Value};
use meta::{Entity, Kind};
use std::sync::Arc;

/// Where it stands.
pub(crate) const ADDRESS: &str = "/administration/duplicates";

/// The routes of the page.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::administration(Method::POST, ADDRESS, "DuplicateSettings", "duplicates-settings"), save)
}

#[derive(Template)]
#[template(path = "duplicate-settings.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    kinds: Vec<Compared>,
}

/// A kind of record.
struct Compared {
    plural: &'static str,
    name: String,
    learned: String,
    fields: Vec<(String, String, &'static str)>,
    ask: String,
    nightly: bool,
    /// Whether what is sure is merged, and from which likeness on; whether records of this kind can be merged at all.
    merges: bool,
    merge: String,
    may_merge: bool,
    /// How many pairs wait that would be merged.
    would: String,
    /// What was merged without asking.
    merged: Vec<Merged>,
    /// What was refused: the control, and the sentence about it.
    wrong: Option<(String, String)>,
}

/// A merge that nobody asked for.
struct Merged {
    /// The card of the record that stayed, and its name.
    card: String,
    name: String,
    /// What became of what.
    said: String,
    /// By which it is taken back, where it still can be.
    ends: Option<Id>,
}

/// Merges that are told on the page.
const TOLD: usize = 20;
/// As far as is counted what would be merged.
const COUNTED: usize = 1_000;
/// What is offered to whoever wants to merge without asking, in ten-thousandths.
const OFFERED: i64 = 9_990;

async fn kinds(reader: &Reader) -> Result<Vec<Compared>> {
    let engine = reader.web.engine();
    let mut kinds = Vec::new();
    for entity in engine.model().entities().filter(|entity| !entity.compared.is_empty() && entity.can.public) {
        let settings = engine.duplicate_settings(entity).await?;
        let read = engine.duplicate_standing(entity).await?.filter(|standing| standing.ended > 0).map_or(0, |standing| standing.read);
        let learned = match read {
            0 => reader.speech.say("duplicate-settings-unlearned").to_owned(),
            read => reader.speech.with("duplicate-settings-learned", &[("count", &grouped(read, reader.speech.language))]),
        };
        let mut kind = kind(reader, entity, &settings, learned);
        if kind.may_merge {
            let least = if settings.merge > 0 { settings.merge } else { OFFERED };
            let asked = Asking { least, ..Asking::default() };
            let counted = engine.count_duplicates(&reader.who, entity, asked, COUNTED).await?;
            let number = format!("{}{}", grouped(counted.number, reader.speech.language), if counted.more { "+" } else { "" });
            let said = [("count", counted.number.to_string()), ("number", number), ("percent", percent(reader, least))];
            let said: Vec<(&str, &str)> = said.iter().map(|(key, value)| (*key, value.as_str())).collect();
            kind.would = reader.speech.with("duplicate-settings-would", &said);
            kind.merged = merged(reader, entity).await?;
        }
        kinds.push(kind);
    }
    Ok(kinds)
}

fn kind(reader: &Reader, entity: &Arc<Entity>, settings: &Settings, learned: String) -> Compared {
    let matters = |name: &&'static str| {
        let matters = settings.matters.get(*name).copied().unwrap_or_default();
        ((*name).to_owned(), named(reader, entity, name), matters.key())
    };
    Compared {
        plural: entity.plural,
        name: reader.speech.area(entity.key),
        learned,
        fields: entity.compared.iter().map(matters).collect(),
        ask: percent(reader, settings.ask),
        nightly: settings.nightly,
        merges: settings.merge > 0,
        merge: percent(reader, if settings.merge > 0 { settings.merge } else { OFFERED }),
        may_merge: engine::merging::mergeable(entity),
        would: String::new(),
        merged: Vec::new(),
        wrong: None,
    }
}

/// So many ten-thousandths in percent, as its reader types them.
fn percent(reader: &Reader, share: i64) -> String {
    let shown = Kind::Percent.behaviour().show(&Value::Int(share), &reader.reading);
    shown.trim_end_matches(|letter: char| letter == '%' || letter.is_whitespace()).to_owned()
}

/// The same, read; too little where it is no percentage.
fn share(reader: &Reader, typed: &str) -> i64 {
    Kind::Percent.behaviour().parse(typed, &reader.reading).map_or(-1, |value| value.int())
}

async fn merged(reader: &Reader, entity: &Arc<Entity>) -> Result<Vec<Merged>> {
    let engine = reader.web.engine();
    let told = engine.merged_by_itself(&reader.who, entity, TOLD).await?;
    let names = engine.names(&reader.who, entity.key, told.iter().map(|told| told.kept).collect()).await?;
    let line = |told: Told| {
        let name = names.get(&told.kept).filter(|name| !name.is_empty()).cloned();
        let gone = told.gone.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
        let key = if told.ended { "duplicate-settings-apart" } else { "duplicate-settings-one" };
        Merged {
            card: format!("/{}/{}", entity.plural, told.kept),
            name: name.unwrap_or_else(|| reader.speech.entity(entity.key, "one")),
            said: reader.speech.with(key, &[("name", &gone), ("day", &day(told.at, reader))]),
            ends: told.may_end.then_some(told.merge),
        }
    };
    Ok(told.into_iter().map(line).collect())
}

async fn show(reader: Reader) -> Answer {
    let kinds = kinds(&reader).await?;
    rendered(&reader, StatusCode::OK, &Page { title: reader.speech.say("administration-duplicates"), kinds, reader: &reader })
}

async fn save(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let model = web.engine().model();
    let entity =
        model.plural(fields.get("entity").unwrap_or_default()).filter(|entity| !entity.compared.is_empty()).ok_or(Error::NotFound)?;
    let typed = |name: &str| fields.get(name).unwrap_or_default();
    let merges = fields.get("merges").is_some();
    let matters = entity.compared.iter().filter_map(|name| {
        let said = fields.get(&format!("matters.{name}")).and_then(Matters::parse)?;
        (said != Matters::Learned).then(|| ((*name).to_owned(), said))
    });
    let settings = Settings {
        matters: matters.collect(),
        // What is no number is as wrong as one that is too small.
        ask: share(&reader, typed("ask")),
        nightly: fields.get("nightly").is_some(),
        merge: if merges { share(&reader, typed("merge")) } else { 0 },
    };
    match web.engine().put_duplicate_settings(&reader.who, entity, settings).await {
        Ok(()) => onward_saying(&reader, ADDRESS, "said-saved", "", None),
        Err(Error::Invalid(problems)) => {
            let mut kinds = kinds(&reader).await?;
            let problem = problems.into_iter().next().map(|problem| (problem.field, reader.speech.sentence(&problem.say)));
            if let Some(kind) = kinds.iter_mut().find(|kind| kind.plural == entity.plural) {
                (kind.ask, kind.merge, kind.merges, kind.wrong) = (typed("ask").to_owned(), typed("merge").to_owned(), merges, problem);
            }
            let page = Page { title: reader.speech.say("administration-duplicates"), kinds, reader: &reader };
            rendered(&reader, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

impl Compared {
    /// The sentence about a control that was refused.
    fn refused(&self, control: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(wrong, _)| wrong == control).map(|(_, said)| said.as_str())
    }
}
