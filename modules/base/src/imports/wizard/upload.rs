//! The file: chosen, received, and looked into.

use super::{may_import, runs, steps};
use crate::imports::reading::{Heading, Manner};
use askama::Template;
use engine::principal::Verb;
use http::StatusCode;
use kernel::{Error, Result};
use meta::Entity;
use std::sync::Arc;
use web::dress as assets;
use web::pages::answer::{framed, markup, onward};
use web::pages::reader::{Reader, icon};
use web::{Answer, Fields, Sent};

#[derive(Template)]
#[template(path = "imports/wizard/upload.html")]
struct UploadPage<'u> {
    reader: &'u Reader,
    title: String,
    steps: String,
    /// What rows may be: plural, name, icon, whether it is chosen.
    targets: Vec<(&'static str, String, &'static str, bool)>,
    wrong: Vec<String>,
}

/// What may be imported by the reader.
fn targets(reader: &Reader) -> Vec<Arc<Entity>> {
    let may =
        |entity: &&Arc<Entity>| entity.can.importable && (reader.who.may(Verb::Create, entity) || reader.who.may(Verb::Change, entity));
    reader.model.entities().filter(may).cloned().collect()
}

fn page(reader: &Reader, of: &str, wrong: Vec<String>, status: StatusCode) -> Answer {
    let all = targets(reader);
    let known = all.iter().any(|entity| entity.plural == of);
    let chosen = |place: usize, entity: &Entity| if known { entity.plural == of } else { place == 0 };
    let targets = all.iter().enumerate();
    let targets = targets.map(|(place, entity)| (entity.plural, reader.speech.area(entity.key), icon(entity.key), chosen(place, entity)));
    let title = reader.speech.say("import-new").to_owned();
    let page = UploadPage { steps: steps(reader, 0, None), targets: targets.collect(), wrong, title: title.clone(), reader };
    framed(reader, status, &title, &markup(&page)?)
}

pub(super) async fn ask(reader: Reader, fields: Fields) -> Answer {
    may_import(&reader)?;
    let of = fields.get("of").unwrap_or_default().to_owned();
    page(&reader, &of, Vec::new(), StatusCode::OK)
}

pub(super) async fn take(reader: Reader, sent: Sent) -> Answer {
    may_import(&reader)?;
    let of = sent.fields.get("of").unwrap_or_default().to_owned();
    let entity = targets(&reader).into_iter().find(|entity| entity.plural == of).ok_or(Error::NotFound)?;
    let mut wrong: Vec<String> = sent.refused.iter().map(|say| reader.speech.sentence(say)).collect();
    let Some(file) = sent.files.first() else {
        if wrong.is_empty() {
            wrong.push(reader.speech.say("error-no-file").to_owned());
        }
        return page(&reader, &of, wrong, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let heading = if sent.fields.get("nameless").is_some() { Heading::Missing } else { Heading::Found };
    match begun(&reader, &entity, file, Manner { heading, ..Manner::default() }).await {
        Ok(id) => Ok(onward(&reader, &format!("/imports/{id}/columns"))),
        Err(Error::Invalid(problems)) => {
            let wrong = problems.iter().map(|problem| {
                reader.speech.with("import-broken", &[("file", &file.name), ("why", &reader.speech.sentence(&problem.say))])
            });
            page(&reader, &of, wrong.collect(), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(error.into()),
    }
}

async fn begun(reader: &Reader, entity: &Arc<Entity>, file: &engine::files::Received, manner: Manner) -> Result<kernel::Id> {
    runs::begin(reader.web.engine(), &reader.who, entity, reader.web.words(), file, manner).await
}
