//! Making two terms one: which one stays, how many records change, and the way to the report of the work.

use super::{term, words};
use crate::caller::Named;
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward, rendered};
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use kernel::{Error, Id, Say};

#[derive(Template)]
#[template(path = "term-merging.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: String,
    id: Id,
    here: String,
    /// The others of the vocabulary, as the field offers them.
    others: Vec<(Id, String)>,
    /// What holds it: kind of record and how many.
    held: Vec<(String, String)>,
    said: String,
    chosen: Option<Id>,
    wrong: String,
}

/// Asks into which term, and says what holds the one that goes.
pub(super) async fn ask(named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let chosen = asked.get("into").and_then(|id| id.parse().ok());
    page(&reader, &named, chosen, String::new(), StatusCode::OK).await
}

async fn page(reader: &Reader, named: &Named, chosen: Option<Id>, wrong: String, status: StatusCode) -> Answer {
    let (record, here) = term(reader, named).await?;
    let vocabulary = record.named("vocabulary").text();
    let engine = reader.web.engine();
    let others = engine.terms_in_order(&reader.who, vocabulary).await?;
    let others = others.iter().filter(|other| other.id != record.id && !other.named("retired").bool());
    let others = others.map(|other| (other.id, words(reader, other).0)).collect();
    let held = engine.term_holders(&reader.who, vocabulary, record.named("key").text()).await?;
    let total: i64 = held.iter().map(|(_, count)| count).sum();
    let number = grouped(total, reader.speech.language);
    let page = Page {
        title: reader.speech.with("term-merge", &[("name", &words(reader, &record).0)]),
        id: record.id,
        here,
        others,
        held: held.iter().map(|(entity, count)| (reader.speech.entity(entity, "many"), grouped(*count, reader.speech.language))).collect(),
        said: reader.speech.with("term-merge-count", &[("count", &total.to_string()), ("number", &number)]),
        chosen,
        wrong,
        reader,
    };
    rendered(reader, status, &page)
}

/// Begins it.
pub(super) async fn begin(State(web): State<Web>, named: Named, reader: Reader, fields: Fields) -> Answer {
    let into: Option<Id> = fields.get("into").and_then(|id| id.parse().ok());
    let begun = match into {
        Some(into) => web.engine().begin_merging(&reader.who, named.id("id")?, into).await,
        None => Err(Error::invalid("into", Say::new("error-required"))),
    };
    match begun {
        Ok(begun) => {
            web.engine().load_terms().await?;
            Ok(onward(&reader, &format!("/bulks/{}", begun.id)))
        }
        Err(Error::Invalid(problems)) => {
            let wrong = problems.first().map(|problem| reader.speech.sentence(&problem.say)).unwrap_or_default();
            page(&reader, &named, into, wrong, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}
