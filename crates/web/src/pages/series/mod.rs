//! Number series, for administrators: what the next number of each will look like, which fields take from it, and from which number it
//! goes on for whoever comes from another system. A series is written in the form of its description.

use crate::caller::Named;
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::Asked;
use engine::series::{ENGLISH, KEY, NAME, PATTERN, SERIES, uses};
use http::{Method, StatusCode};
use kernel::{Error, Id, Language, Result};

/// Where they are looked after.
const ADDRESS: &str = "/administration/series";

/// The routes of series.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::administration(Method::POST, "/administration/series/{id}/next", "SeriesNext", "series-next"), raise)
        .add(Route::administration(Method::POST, "/administration/series/{id}/removal", "SeriesRemoval", "remove"), remove)
}

#[derive(Template)]
#[template(path = "series.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: String,
    lines: Vec<Line>,
    wrong: Option<String>,
}

/// A series.
struct Line {
    id: Id,
    name: String,
    pattern: String,
    /// How the next number will be written.
    looks: String,
    next: String,
    /// The fields that take from it: kind of record and field, and the list of the records that have no number yet.
    uses: Vec<(String, String)>,
    /// What was entered as the next number and is wrong: the number, and the sentence about it.
    wrong: Option<(String, String)>,
}

async fn lines(reader: &Reader) -> Result<Vec<Line>> {
    let engine = reader.web.engine();
    let listed = engine.list(&reader.who, Asked { limit: 200, ..Asked::new(engine.entity(SERIES)?) }).await?;
    let next = engine.next_numbers(&reader.who).await?;
    let model = engine.model();
    let line = |record: &meta::Record| {
        let (number, looks) = next.get(record.get(&KEY)).cloned().unwrap_or_default();
        let english = Some(record.get(&ENGLISH)).filter(|name| reader.reading.language == Language::English && !name.is_empty());
        let used = |(entity, field): (&str, &str)| {
            let plural = model.entity(entity).map_or("", |entity| entity.plural);
            let named = format!("{} · {}", reader.speech.entity(entity, "many"), reader.speech.field(entity, field));
            (named, format!("/{plural}?filter={field}%20is%20empty"))
        };
        Line {
            id: record.id,
            name: english.unwrap_or(record.get(&NAME)).to_owned(),
            pattern: record.get(&PATTERN).to_owned(),
            looks,
            next: number.to_string(),
            uses: uses(&model, record.get(&KEY)).into_iter().map(used).collect(),
            wrong: None,
        }
    };
    Ok(listed.records.iter().map(line).collect())
}

async fn show(reader: Reader) -> Answer {
    let lines = lines(&reader).await?;
    let title = reader.speech.entity(SERIES, "many");
    rendered(&reader, StatusCode::OK, &Page { title, lines, wrong: None, reader: &reader })
}

async fn raise(State(web): State<Web>, named: Named, reader: Reader, fields: Fields) -> Answer {
    let id: Id = named.id("id")?;
    let entered = fields.get("next").unwrap_or_default().trim();
    let said = match entered.parse::<i64>() {
        Ok(next) if next > 0 => match web.engine().raise_series(&reader.who, id, next).await {
            Ok(()) => return onward_saying(&reader, ADDRESS, "said-saved", "", None),
            Err(Error::Invalid(problems)) => {
                problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect::<Vec<_>>().join(" ")
            }
            Err(error) => return Err(error.into()),
        },
        _ => reader.speech.say("error-series-next").to_owned(),
    };
    let mut lines = lines(&reader).await?;
    let line = lines.iter_mut().find(|line| line.id == id).ok_or(Error::NotFound)?;
    line.wrong = Some((entered.to_owned(), said));
    let title = reader.speech.entity(SERIES, "many");
    rendered(&reader, StatusCode::UNPROCESSABLE_ENTITY, &Page { title, lines, wrong: None, reader: &reader })
}

async fn remove(State(web): State<Web>, named: Named, reader: Reader, _: Fields) -> Answer {
    let id: Id = named.id("id")?;
    let entity = web.engine().entity(SERIES)?;
    let (record, _) = web.engine().show(&reader.who, &entity, id).await?;
    match web.engine().remove(&reader.who, &entity, id, None).await {
        Ok(outcome) => onward_saying(&reader, ADDRESS, "said-removed", record.get(&NAME), Some(outcome.changeset)),
        Err(Error::Invalid(problems)) => {
            let wrong = problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect::<Vec<_>>().join(" ");
            let title = reader.speech.entity(SERIES, "many");
            let lines = lines(&reader).await?;
            rendered(&reader, StatusCode::UNPROCESSABLE_ENTITY, &Page { title, lines, wrong: Some(wrong), reader: &reader })
        }
        Err(error) => Err(error.into()),
    }
}
