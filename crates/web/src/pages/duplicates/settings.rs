//! How doubles are looked for, for administrators: how much each field counts beside what was learned, from when on somebody is asked,
//! whether what changed is looked at by night.

use super::evidence::named;
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::duplicates::{Matters, Settings};
use http::{Method, StatusCode};
use kernel::{Error, Result};
use meta::Entity;
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
    kinds: Vec<Kind>,
}

/// A kind of record.
struct Kind {
    plural: &'static str,
    name: String,
    learned: String,
    fields: Vec<(String, String, &'static str)>,
    ask: String,
    nightly: bool,
    /// What was refused: the control, and the sentence about it.
    wrong: Option<(String, String)>,
}

async fn kinds(reader: &Reader) -> Result<Vec<Kind>> {
    let engine = reader.web.engine();
    let mut kinds = Vec::new();
    for entity in engine.model().entities().filter(|entity| !entity.compared.is_empty() && entity.can.public) {
        let settings = engine.duplicate_settings(entity).await?;
        let read = engine.duplicate_standing(entity).await?.filter(|standing| standing.ended > 0).map_or(0, |standing| standing.read);
        let learned = match read {
            0 => reader.speech.say("duplicate-settings-unlearned").to_owned(),
            read => reader.speech.with("duplicate-settings-learned", &[("count", &grouped(read, reader.speech.language))]),
        };
        kinds.push(kind(reader, entity, &settings, learned));
    }
    Ok(kinds)
}

fn kind(reader: &Reader, entity: &Arc<Entity>, settings: &Settings, learned: String) -> Kind {
    let matters = |name: &&'static str| {
        let matters = settings.matters.get(*name).copied().unwrap_or_default();
        ((*name).to_owned(), named(reader, entity, name), matters.key())
    };
    Kind {
        plural: entity.plural,
        name: reader.speech.area(entity.key),
        learned,
        fields: entity.compared.iter().map(matters).collect(),
        ask: (settings.ask / 100).to_string(),
        nightly: settings.nightly,
        wrong: None,
    }
}

async fn show(reader: Reader) -> Answer {
    let kinds = kinds(&reader).await?;
    rendered(&reader, StatusCode::OK, &Page { title: reader.speech.say("administration-duplicates"), kinds, reader: &reader })
}

async fn save(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let model = web.engine().model();
    let entity =
        model.plural(fields.get("entity").unwrap_or_default()).filter(|entity| !entity.compared.is_empty()).ok_or(Error::NotFound)?;
    let percent = |name: &str| fields.get(name).unwrap_or_default().trim().trim_end_matches('%').trim().to_owned();
    // What is no number is as wrong as one that is too small.
    let read = |text: &str| text.parse::<i64>().map_or(0, |percent| percent.saturating_mul(100));
    let matters = entity.compared.iter().filter_map(|name| {
        let said = fields.get(&format!("matters.{name}")).and_then(Matters::parse)?;
        (said != Matters::Learned).then(|| ((*name).to_owned(), said))
    });
    let settings = Settings { matters: matters.collect(), ask: read(&percent("ask")), nightly: fields.get("nightly").is_some() };
    match web.engine().put_duplicate_settings(&reader.who, entity, settings).await {
        Ok(()) => onward_saying(&reader, ADDRESS, "said-saved", "", None),
        Err(Error::Invalid(problems)) => {
            let mut kinds = kinds(&reader).await?;
            let problem = problems.into_iter().next().map(|problem| (problem.field, reader.speech.sentence(&problem.say)));
            if let Some(kind) = kinds.iter_mut().find(|kind| kind.plural == entity.plural) {
                (kind.ask, kind.wrong) = (percent("ask"), problem);
            }
            let page = Page { title: reader.speech.say("administration-duplicates"), kinds, reader: &reader };
            rendered(&reader, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

impl Kind {
    /// The sentence about a control that was refused.
    fn refused(&self, control: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(wrong, _)| wrong == control).map(|(_, said)| said.as_str())
    }
}
