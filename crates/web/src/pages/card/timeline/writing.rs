//! Writing on a card: something new, another text for it, on top or not, into the trash. An ordinary form is answered with
//! the page, a module of ours with the part that changed.

use super::super::{files, find, page};
use super::{Board, Boxes, Editing, Shown};
use crate::caller::{Named, Of};
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, part};
use crate::pages::reader::Reader;
use crate::pages::toast;
use crate::route::{Policy, Rate, Route, Routes};
use crate::uploads;
use crate::{Answer, Web};
use axum::extract::{Request, State};
use engine::files::Received;
use engine::principal::Verb;
use engine::{Created, Draft, Once};
use http::{Method, StatusCode};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use meta::{Composed, Entity, Field, Kind, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// The routes of what is written on a card.
pub(in crate::pages::card) fn routes(routes: Routes) -> Routes {
    let route = |path, input, audit| Route::page(Method::POST, path, Policy::Entity(Verb::See), Rate::Person, input, audit);
    routes
        .add(Route { rate: Rate::Upload, ..route("/{plural}/{id}/timeline/{kind}", "Written", "create") }, write)
        .add(route("/{plural}/{id}/timeline/{kind}/{record}", "Written", "change"), change)
        .add(route("/{plural}/{id}/timeline/{kind}/{record}/removal", "Removal", "remove"), remove)
}

/// What is written in a box on this card: its kind, what is composed of it, and the link that leads here.
struct Written {
    kind: Arc<Entity>,
    composed: Composed,
    link: Field,
}

impl Written {
    /// The kind that the address names, which the writer may write here.
    fn asked(reader: &Reader, card: &Entity, named: &Named, verb: Verb) -> Result<Written> {
        let kind = reader.model.plural(named.text("kind")).filter(|kind| kind.happens.is_some()).ok_or(Error::NotFound)?;
        reader.who.permit(verb, kind)?;
        let here = reader.model.happening_on(card.key);
        let (_, links) = here.into_iter().find(|(known, _)| known.key == kind.key).ok_or(Error::NotFound)?;
        let composed = kind.happens.as_ref().and_then(|happens| happens.composed).ok_or(Error::NotFound)?;
        let link = links.into_iter().find(|link| link.writable()).ok_or(Error::NotFound)?;
        Ok(Written { composed, link: *link, kind: kind.clone() })
    }

    fn field(&self, key: &str) -> Result<&Field> {
        self.kind.field(key).ok_or(Error::NotFound)
    }

    /// A text as it was entered, or what is wrong with it.
    fn text(&self, reader: &Reader, text: &str) -> Result<Result<Value, Say>> {
        let read = self.field(self.composed.text)?.kind.parse(text, &reader.reading);
        Ok(read.and_then(|value| if value.text().trim().is_empty() { Err(Say::new("error-required")) } else { Ok(value) }))
    }

    /// What makes documents of the card of files that were sent along, standing under what is written.
    fn attached(&self, reader: &Reader, card: &Entity, id: Id, with: Id, files: Vec<Received>) -> Result<Vec<Draft>> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let (filing, about) = reader.model.filing_on(card.key).ok_or(Error::NotFound)?;
        reader.who.permit(Verb::Create, filing)?;
        let link = filing.happens.as_ref().and_then(|happens| filing.field(happens.under?)).ok_or(Error::NotFound)?;
        if link.kind != Kind::Link(self.kind.key) {
            return Err(Error::NotFound);
        }
        files::acts(reader.web.engine(), filing, about, id, files, Some((link.id, with)))
    }

    /// The record that the address names, where it stands on the card.
    async fn record(&self, board: &Board<'_>, named: &Named) -> Result<Record> {
        let id: Id = named.id("record")?;
        let (record, _) = board.reader.web.engine().show(&board.reader.who, &self.kind, id).await?;
        if board.holds(&self.kind, &record) { Ok(record) } else { Err(Error::NotFound) }
    }
}

async fn write(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking, request: Request) -> Answer {
    let reader = reader.within(entity.plural);
    let written = Written::asked(&reader, &entity, &named, Verb::Create)?;
    let (card, titles) = web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    let board = Board::asked(&reader, &entity, &card, &asked)?;
    let sent = uploads::receive(&web, request).await?;
    let entered = sent.fields.get(written.composed.text).unwrap_or_default();
    let sending = sent.fields.get("sending").filter(|key| (20..=64).contains(&key.len()));
    // Files without a word are called by their names.
    let names: Vec<&str> = sent.files.iter().map(|file| file.name.as_str()).collect();
    let text = if entered.trim().is_empty() { names.join(", ") } else { entered.to_owned() };
    let said = match written.text(&reader, &text)? {
        // All of it, or nothing: what was written stays, and so the files are chosen once more.
        _ if !sent.refused.is_empty() => sent.refused[0].clone(),
        Ok(value) => {
            let id = web.engine().id();
            let beside = written.attached(&reader, &entity, card.id, id, sent.files.clone())?;
            let draft = Draft { id: Some(id), ..Draft::new(written.kind.key) }
                .with(written.field(written.composed.text)?.id, value)
                .with(written.link.id, Value::Link(card.id));
            // The same box sent twice writes one.
            let once = sending.map(|key| Once { key: format!("form {key}"), digest: written.kind.key.to_owned() });
            match web.engine().create_once_received(&reader.who, draft, beside, once).await {
                Ok(Created::Now(outcome)) => {
                    let (key, unreached) = saying(&reader, &written.kind, outcome.id()).await?;
                    return done(&board, &titles, &key, &unreached, outcome.changeset).await;
                }
                Ok(Created::Exists(_)) => return Err(Error::internal("nobody asked for doubles").into()),
                Err(Error::Invalid(problems)) => problems.into_iter().next().map_or(Say::new("error-required"), |problem| problem.say),
                Err(error) => return Err(error.into()),
            }
        }
        Err(say) => say,
    };
    let boxes =
        Boxes { text: entered.to_owned(), wrong: reader.speech.sentence(&said), sending: sending.map(str::to_owned), ..Boxes::default() };
    refused(&board, &titles, &boxes, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn change(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let written = Written::asked(&reader, &entity, &named, Verb::Change)?;
    let (card, titles) = web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    let board = Board::asked(&reader, &entity, &card, &asked)?;
    let record = written.record(&board, &named).await?;
    let mut values = Vec::new();
    let mut editing = Editing::begun(record.id);
    if let Some(pinned) = fields.get(written.composed.pinned) {
        values.push((written.field(written.composed.pinned)?.id, Value::Bool(pinned == "true")));
    }
    let mut version = None;
    if let Some(text) = fields.get(written.composed.text) {
        editing.text = Some(text.to_owned());
        version = fields.get("version").and_then(|version| version.parse().ok());
        match written.text(&reader, text)? {
            Ok(value) => values.push((written.field(written.composed.text)?.id, value)),
            Err(say) => {
                editing.wrong = reader.speech.sentence(&say);
                return unchanged(&board, &titles, editing, StatusCode::UNPROCESSABLE_ENTITY).await;
            }
        }
    }
    match web.engine().change(&reader.who, &written.kind, record.id, version, values, Vec::new()).await {
        Ok(outcome) if reader.fragment && reader.part == format!("happening-{}", record.id) => {
            let shown = part(&reader, StatusCode::OK, board.one(record.id, Shown::Again).await?);
            let (key, unreached) = saying(&reader, &written.kind, record.id).await?;
            if unreached.is_empty() { Ok(shown) } else { toast::beside(&reader, shown, &key, &unreached, outcome.changeset) }
        }
        Ok(outcome) if editing.text.is_some() => {
            let (key, unreached) = saying(&reader, &written.kind, record.id).await?;
            done(&board, &titles, if unreached.is_empty() { "said-saved" } else { &key }, &unreached, outcome.changeset).await
        }
        Ok(outcome) => done(&board, &titles, "said-saved", "", outcome.changeset).await,
        Err(Error::Conflict(Conflict::Stale { .. })) => {
            let now = written.record(&board, &named).await?;
            editing.theirs = Some(now.named(written.composed.text).text().to_owned());
            unchanged(&board, &titles, editing, StatusCode::CONFLICT).await
        }
        Err(Error::Invalid(problems)) => {
            editing.wrong = problems.first().map(|problem| reader.speech.sentence(&problem.say)).unwrap_or_default();
            unchanged(&board, &titles, editing, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn remove(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    let written = Written::asked(&reader, &entity, &named, Verb::Remove)?;
    let (card, _) = find(&reader, &entity, named.id("id")?).await?;
    let board = Board::asked(&reader, &entity, &card, &asked)?;
    let record = written.record(&board, &named).await?;
    let outcome = web.engine().remove(&reader.who, &written.kind, record.id, None).await?;
    let key = format!("compose-{}-removed", written.kind.key);
    if reader.fragment {
        // Nothing takes its place.
        return toast::beside(&reader, part(&reader, StatusCode::OK, String::new()), &key, "", outcome.changeset);
    }
    onward_saying(&reader, &board.address(&[]), &key, "", Some(outcome.changeset))
}

/// It was written: the column as it is now, or back to the page.
async fn done(board: &Board<'_>, titles: &HashMap<Id, String>, key: &str, unreached: &str, changeset: Id) -> Answer {
    let reader = board.reader;
    if !reader.fragment {
        return onward_saying(reader, &board.address(&[]), key, unreached, Some(changeset));
    }
    let column = board.column(&Boxes::default(), titles).await?;
    toast::beside(reader, part(reader, StatusCode::OK, column), key, unreached, changeset)
}

/// What is said of what was written: that it was, or also whom it mentions in vain, because he may not see the card.
async fn saying(reader: &Reader, kind: &Entity, record: Id) -> Result<(String, String)> {
    let unreached = reader.web.engine().unreached(&reader.who, kind, record).await?.join(", ");
    let key = if unreached.is_empty() { "saved" } else { "unreached" };
    Ok((format!("compose-{}-{key}", kind.key), unreached))
}

/// It was not written: what was entered stays, with what is wrong beside it.
async fn refused(board: &Board<'_>, titles: &HashMap<Id, String>, boxes: &Boxes, status: StatusCode) -> Answer {
    if board.reader.fragment {
        return Ok(part(board.reader, status, board.column(boxes, titles).await?));
    }
    page(board, titles, boxes, None, status).await
}

/// The same for a record under edit.
async fn unchanged(board: &Board<'_>, titles: &HashMap<Id, String>, editing: Editing, status: StatusCode) -> Answer {
    if board.reader.fragment {
        return Ok(part(board.reader, status, board.one(editing.id, Shown::Edited(&editing)).await?));
    }
    let boxes = Boxes { editing: Some(editing), ..Boxes::default() };
    page(board, titles, &boxes, None, status).await
}
