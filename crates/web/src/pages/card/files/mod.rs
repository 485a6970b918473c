//! Files on cards: added on the card of what they are about, taken away, followed by newer versions, and put back to an
//! older one.

pub(in crate::pages::card) mod attached;
mod panel;
mod section;

pub(super) use panel::write as panel;
pub(super) use section::{Refused, measures, write as section};

use super::timeline::{Board, Boxes};
use super::{find, page};
use crate::caller::{Named, Of};
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, part};
use crate::pages::reader::Reader;
use crate::pages::toast;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web, content, uploads};
use axum::extract::{Request, State};
use engine::files::{Received, digest_of, same_file, stem};
use engine::principal::Verb;
use engine::{Act, Draft};
use http::{HeaderMap, Method, StatusCode};
use kernel::{Error, Id, Result, Say, Value};
use meta::{Entity, Field, FieldId, Record};
use std::sync::Arc;

/// The element of the documents of a card.
pub(super) const SECTION: &str = "card-documents";

/// The routes of files.
pub(super) fn routes(routes: Routes) -> Routes {
    let see = Policy::Entity(Verb::See);
    let upload = |path, policy| Route::page(Method::POST, path, policy, Rate::Upload, "Files", "upload");
    let change = Policy::Entity(Verb::Change);
    let get = |path| Route::page(Method::GET, path, see, Rate::Person, "", "");
    routes
        .add(upload("/{plural}/{id}/files", see), add)
        .add(upload("/{plural}/{id}/content", change), renew)
        .add(get("/{plural}/{id}/content"), content)
        .add(get("/{plural}/{id}/thumbnail"), thumbnail)
        .add(Route::page(Method::POST, "/{plural}/{id}/current", change, Rate::Person, "Current", "change"), take_up)
}

/// What makes a document of each file that was received: about a card, and beside others if it was written with them.
pub(in crate::pages::card) fn acts(
    engine: &engine::Engine,
    filing: &Entity,
    about: &Field,
    card: Id,
    received: Vec<Received>,
    with: Option<(FieldId, Id)>,
) -> Result<Vec<Draft>> {
    let title = filing.field(filing.title).ok_or(Error::NotFound)?.id;
    let (version, document) = version_of(engine, filing)?;
    let mut drafts = Vec::with_capacity(received.len() * 2);
    for file in received {
        let id = engine.id();
        let mut draft = Draft { id: Some(id), ..Draft::new(filing.key) }.with(title, stem(&file.name)).with(about.id, Value::Link(card));
        if let Some((link, other)) = with {
            draft.put(link, Value::Link(other));
        }
        let mut first = Draft::new(version.key).with(document, Value::Link(id));
        draft.values.extend(file.values(filing));
        first.values.extend(file.values(&version));
        drafts.extend([draft, first]);
    }
    Ok(drafts)
}

/// What makes a received file the newest version of a document.
pub(crate) fn newer(engine: &engine::Engine, filing: &Entity, id: Id, file: &Received, remarks: &str) -> Result<Vec<Act>> {
    let (version, document) = version_of(engine, filing)?;
    let mut draft = Draft::new(version.key).with(document, Value::Link(id));
    draft.values.extend(file.values(&version));
    if let Some(field) = version.field("remarks").filter(|_| !remarks.trim().is_empty()) {
        let reading = meta::Reading { language: kernel::Language::Italian, zone: engine.settings().zone.clone() };
        let value = field.kind.parse(remarks, &reading).map_err(|say| Error::invalid("remarks", say))?;
        draft.put(field.id, value);
    }
    let change = Act::Change { entity: filing.key, id, version: None, values: file.values(filing), lines: Vec::new() };
    Ok(vec![change, Act::Create(draft)])
}

/// Whether a received file is the one that a record holds already.
pub(crate) fn is_the_same(record: &Record, file: &Received) -> bool {
    digest_of(record).as_ref() == Some(&file.kept.digest) && record.named("file.name").text() == file.name
}

/// The entity of the versions of a document, and its link to the document.
fn version_of(engine: &engine::Engine, filing: &Entity) -> Result<(Arc<Entity>, FieldId)> {
    let relation = filing.filing.and_then(|filing_by| filing.relation(filing_by.versions)).ok_or(Error::NotFound)?;
    let version = engine.entity(relation.child)?;
    let link = version.field(relation.via).ok_or(Error::NotFound)?.id;
    Ok((version, link))
}

async fn add(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking, request: Request) -> Answer {
    let reader = reader.within(entity.plural);
    let model = reader.model.clone();
    for filing in model.entities().filter(|entity| entity.filing.is_some()) {
        reader.who.permit(Verb::Create, filing)?;
    }
    let (filing, about) = model.filing_on(entity.key).ok_or(Error::NotFound)?;
    let (card, titles) = web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    let sent = uploads::receive(&web, request).await?;
    let mut refused = Refused { partly: !sent.files.is_empty(), why: sent.refused.iter().map(|say| reader.speech.sentence(say)).collect() };
    if sent.files.is_empty() && refused.why.is_empty() {
        refused.why.push(reader.speech.say("error-no-file").to_owned());
    }
    let key = if sent.files.len() == 1 { "files-added-one" } else { "files-added-many" };
    let drafts = acts(web.engine(), filing, about, card.id, sent.files, None)?;
    let added = match drafts.is_empty() {
        true => None,
        false => Some(web.engine().write_received(&reader.who, "create", drafts.into_iter().map(Act::Create).collect()).await?.changeset),
    };
    let status = if refused.why.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    if reader.fragment {
        let answer = part(&reader, status, section(&reader, &entity, &card, &refused).await?);
        return match added {
            Some(changeset) => toast::beside(&reader, answer, key, "", changeset),
            None => Ok(answer),
        };
    }
    if refused.why.is_empty() {
        let list = Board::asked(&reader, &entity, &card, &asked)?.address(&[]);
        return onward_saying(&reader, &list, key, "", added);
    }
    let board = Board::asked(&reader, &entity, &card, &asked)?;
    page(&board, &titles, &Boxes { refused, ..Boxes::default() }, None, status).await
}

async fn renew(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking, request: Request) -> Answer {
    let reader = reader.within(entity.plural);
    let (record, titles) = web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    entity.filing.ok_or(Error::NotFound)?;
    let mut sent = uploads::receive(&web, request).await?;
    let said = match (sent.files.pop(), sent.refused.pop()) {
        (_, Some(say)) => say,
        (None, None) => Say::new("error-no-file"),
        (Some(file), None) if is_the_same(&record, &file) => Say::new("error-file-same").with("name", file.name),
        (Some(file), None) => {
            let acts = newer(web.engine(), &entity, record.id, &file, sent.fields.get("remarks").unwrap_or_default())?;
            let outcome = web.engine().write_received(&reader.who, "change", acts).await?;
            return onward_saying(&reader, &format!("/{}/{}", entity.plural, record.id), "files-renewed", "", Some(outcome.changeset));
        }
    };
    let refused = Refused { partly: false, why: vec![reader.speech.sentence(&said)] };
    if reader.fragment {
        return Ok(part(&reader, StatusCode::UNPROCESSABLE_ENTITY, panel(&reader, &entity, &record, &refused).await?));
    }
    let board = Board::asked(&reader, &entity, &record, &asked)?;
    page(&board, &titles, &Boxes { refused, ..Boxes::default() }, None, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Makes an older version the current one again.
async fn take_up(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, _: Fields) -> Answer {
    let (version, _) = web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    let model = reader.model.clone();
    let mut all = model.entities().filter_map(|filing| {
        let relation = filing.relation(filing.filing?.versions).filter(|relation| relation.child == entity.key)?;
        Some((filing, relation, filing.filing?.number))
    });
    let (filing, relation, number) = all.next().ok_or(Error::NotFound)?;
    let document = version.named(relation.via).link().ok_or(Error::NotFound)?;
    let mut values = same_file(&version, filing);
    values.push((filing.field(number).ok_or(Error::NotFound)?.id, version.named(number).clone()));
    let change = Act::Change { entity: filing.key, id: document, version: None, values, lines: Vec::new() };
    let outcome = web.engine().write_received(&reader.who, "change", vec![change]).await?;
    onward_saying(&reader, &format!("/{}/{document}", filing.plural), "files-taken-up", "", Some(outcome.changeset))
}

async fn content(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, headers: HeaderMap) -> Answer {
    entity.holds_file().ok_or(Error::NotFound)?;
    let (record, _) = find(&reader, &entity, named.id("id")?).await?;
    content::send(&web, &headers, &record).await
}

async fn thumbnail(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader) -> Answer {
    entity.holds_file().ok_or(Error::NotFound)?;
    let (record, _) = find(&reader, &entity, named.id("id")?).await?;
    content::thumbnail(&web, &record).await
}

/// What stands for a file where there is no small picture of it.
fn sign(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default().as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "tif" | "tiff" | "heic" | "svg" => "picture",
        "pdf" => "pdf",
        "xls" | "xlsx" | "ods" | "csv" => "sheet",
        "zip" | "7z" | "rar" | "gz" | "tar" => "archive",
        _ => "document",
    }
}
