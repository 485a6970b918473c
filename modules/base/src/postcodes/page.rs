//! The page of the list, for administrators: what is loaded, which rows said nothing, another file, none.

use super::{MOST_BYTES, read};
use askama::Template;
use engine::postcodes::PostcodeList;
use http::{Method, StatusCode};
use kernel::{Error, Result, Say};
use std::io::Read;
use web::dress as assets;
use web::pages::answer::{framed, markup, onward_saying};
use web::pages::reader::Reader;
use web::{Answer, Fields, Policy, Rate, Route, Routes, Sent};

const ADDRESS: &str = "/administration/postcodes";

/// The routes of the list.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::page(Method::POST, ADDRESS, Policy::Administrator, Rate::Upload, "Postcodes", "postcodes"), load)
        .add(Route::administration(Method::POST, "/administration/postcodes/removal", "PostcodesRemoval", "postcodes-removal"), remove)
}

#[derive(Template)]
#[template(path = "postcodes/postcodes.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    loaded: Option<Loaded>,
    wrong: Option<String>,
}

/// What is loaded, in words.
struct Loaded {
    summary: String,
    source: String,
    unread: Option<String>,
    /// Line, text, why.
    rows: Vec<(u64, String, &'static str)>,
    more: Option<String>,
}

impl Loaded {
    fn of(reader: &Reader, list: PostcodeList) -> Loaded {
        let speech = &reader.speech;
        let number = |count: usize| reader.speech.number(i64::try_from(count).unwrap_or(i64::MAX));
        let counted = [("caps", number(list.caps)), ("comuni", number(list.comuni)), ("hamlets", number(list.hamlets))];
        let counted = counted.each_ref().map(|(name, count)| (*name, count.as_str()));
        let key = if list.hamlets == 0 { "postcodes-summary" } else { "postcodes-summary-hamlets" };
        let day = meta::Kind::Moment.behaviour().show(&list.moment().into(), &reader.reading);
        let source = match list.by.as_str() {
            "" => speech.with("postcodes-source-command", &[("file", &list.file), ("day", &day)]),
            by => speech.with("postcodes-source", &[("file", &list.file), ("day", &day), ("by", by)]),
        };
        let unread = usize::try_from(list.unread).unwrap_or(usize::MAX);
        let told = |key: &str, count: usize| speech.with(key, &[("count", &count.to_string()), ("number", &number(count))]);
        let more = unread.saturating_sub(list.first_unread.len());
        Loaded {
            summary: speech.with(key, &counted),
            source,
            unread: (unread > 0).then(|| told("postcodes-unread", unread)),
            rows: list
                .first_unread
                .into_iter()
                .map(|row| (row.line, row.text, if row.postcode { "postcodes-why-postcode" } else { "postcodes-why-place" }))
                .collect(),
            more: (more > 0).then(|| told("postcodes-unread-more", more)),
        }
    }
}

async fn page(reader: &Reader, wrong: Option<String>, status: StatusCode) -> Answer {
    let loaded = reader.web.engine().postcode_list().await?.map(|list| Loaded::of(reader, list));
    let title = reader.speech.say("administration-postcodes");
    framed(reader, status, title, &markup(&Page { reader, title, loaded, wrong })?)
}

async fn show(reader: Reader) -> Answer {
    page(&reader, None, StatusCode::OK).await
}

async fn load(reader: Reader, sent: Sent) -> Answer {
    let file = sent.files.first().map(|file| file.name.clone());
    match loaded(&reader, sent).await {
        Ok(list) => onward_saying(&reader, ADDRESS, "said-postcodes", &list.file, None),
        Err(Error::Invalid(problems)) => {
            let wrong: Vec<String> = problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect();
            let wrong = match file {
                Some(file) => reader.speech.with("import-broken", &[("file", &file), ("why", &wrong.join(" "))]),
                None => wrong.join(" "),
            };
            page(&reader, Some(wrong), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn loaded(reader: &Reader, sent: Sent) -> Result<PostcodeList> {
    if let Some(say) = sent.refused.into_iter().next() {
        return Err(Error::invalid("file", say));
    }
    let received = sent.files.into_iter().next().ok_or_else(|| Error::invalid("file", Say::new("error-no-file")))?;
    let (files, digest, name) = (reader.web.engine().files()?.clone(), received.kept.digest, received.name);
    let reading = move || {
        let mut bytes = Vec::new();
        files.open(&digest)?.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(Error::internal)?;
        read(bytes, &name)
    };
    let (list, about) = tokio::task::spawn_blocking(reading).await.map_err(Error::internal)??;
    reader.web.engine().put_postcodes(&reader.who, &list, about).await
}

async fn remove(reader: Reader, _: Fields) -> Answer {
    reader.web.engine().remove_postcodes(&reader.who).await?;
    onward_saying(&reader, ADDRESS, "said-postcodes-removed", "", None)
}
