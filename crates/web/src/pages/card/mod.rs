//! The card of a record: its head, its data, what belongs to it, and what happened to it.

mod ahead;
mod files;
mod head;
mod ledger;
mod mutual;
mod past;
mod place;
mod related;
mod sections;
mod share;
mod spot;
mod tags;
mod timeline;

pub(crate) use files::{is_the_same, newer};
pub(crate) use related::row;
pub(crate) use spot::{Opened, clock as past_clock, spot};
pub(crate) use tags::{bring, written};
pub(crate) use timeline::{clock, history_lines, history_value};

use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward, part, rendered};
use crate::pages::favourites;
use crate::pages::filter::{sentence, within::held};
use crate::pages::html;
use crate::pages::merging;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use engine::principal::Verb;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use kernel::{Error, Id, Result};
use meta::{Entity, Record};
use spot::Spots;
use std::collections::HashMap;
use std::sync::Arc;
use timeline::{Board, Boxes, Editing, Shown};

/// The routes of cards.
pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = place::routes(past::routes(files::routes(tags::routes(ledger::routes(routes)))));
    timeline::routes(routes.add(Route::page(Method::GET, "/{plural}/{id}", Policy::Entity(Verb::See), Rate::Person, "", ""), card))
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardPage<'c> {
    reader: &'c Reader,
    title: String,
    entity: &'c Entity,
    id: Id,
    many: String,
    /// The list it was found in.
    list: String,
    /// The records before and after it there, by their addresses.
    previous: String,
    following: String,
    /// Where its place in that list is told, after the page.
    place: String,
    /// The star of the bar, and the same in the menu; empty in the trash.
    star: String,
    star_item: String,
    /// What sharing it offers; empty in the trash.
    share: String,
    edit: String,
    /// The page on which it is worked on, where there is one: address and words.
    desk: Option<(String, String)>,
    changes: bool,
    duplicates: bool,
    removes: bool,
    /// Whether another may be merged with it.
    merges: bool,
    /// What is said of a merge.
    merged: Option<merging::Line>,
    password: bool,
    /// What may be done with it in one click: keys and names of registered actions.
    alone: Vec<(&'static str, String)>,
    removed: Option<String>,
    question: String,
    head: String,
    next: String,
    file: String,
    documents: String,
    first: String,
    sections: String,
    related: String,
    column: String,
}

async fn card(State(_): State<Web>, Of(entity): Of, named: Named, reader: Reader, headers: HeaderMap, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    let (record, titles) = match found(&reader, &entity, named.id("id")?, &asked).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(onward(&reader, &elsewhere)),
    };
    let board = Board::asked(&reader, &entity, &record, &asked)?;
    let opened = asked.get("field").and_then(|key| spot::asked(&reader, &entity, &record, &titles, key, board.list));
    let editing = asked.get("editing").and_then(|id| id.parse().ok()).map(Editing::begun);
    if reader.fragment {
        let markup = match reader.part.as_str() {
            // What is seen live is fetched alone.
            "card-head" => Some(headed(&board, &titles, None)),
            one @ ("card-first" | "card-data") => {
                let (first, others) = sections::write(&Spots::of(&reader, &entity, &record, &titles, board.list, None));
                Some(if one == "card-first" { first } else { others })
            }
            "timeline" => Some(board.again().await?),
            one @ (favourites::STAR | favourites::ITEM) if record.removed_at().is_none() => {
                let mut back = String::new();
                if !board.list.is_empty() {
                    html::pair(&mut back, "?list", board.list);
                }
                let back = format!("/{}/{}{back}", entity.plural, record.id);
                Some(favourites::again(&reader, &entity, record.id, one, &back).await?)
            }
            files::SECTION => Some(files::section(&reader, &entity, &record, &files::Refused::default()).await?),
            "card-file" => Some(files::panel(&reader, &entity, &record, &files::Refused::default()).await?),
            "card-ahead" => Some(next(&reader, &entity, &record).await?),
            "timeline-all" => Some(board.all(&Boxes::default()).await?),
            "timeline-older" => Some(board.further().await?),
            one => match one.strip_prefix("happening-").and_then(|id| id.parse().ok()) {
                Some(id) => Some(board.one(id, editing.as_ref().map_or(Shown::Again, Shown::Edited)).await?),
                None => match list_on(&board, one, &headers).await? {
                    Some(response) => return Ok(response),
                    None => None,
                },
            },
        };
        if let Some(markup) = markup {
            return Ok(part(&reader, StatusCode::OK, markup));
        }
    }
    crate::pages::palette::opened(&reader, &entity, record.id);
    let merged = match (record.removed_at().is_some(), asked.get("merged")) {
        (true, _) => match reader.web.engine().became(&reader.who, &entity, record.id).await? {
            Some(became) => Some(merging::away(&reader, &entity, &became).await?),
            None => None,
        },
        (false, Some(old)) => merging::here(&reader, &entity, record.id, old).await?,
        (false, None) => None,
    };
    let boxes = Boxes { editing, ..Boxes::default() };
    page_with(&board, &titles, &boxes, opened.as_ref(), merged, StatusCode::OK).await
}

/// The record that a card is asked for; the address of another, where it was merged into that one and nobody asks for it as it was.
async fn found(
    reader: &Reader,
    entity: &Arc<Entity>,
    id: Id,
    asked: &Fields,
) -> Result<std::result::Result<(Record, HashMap<Id, String>), String>> {
    let found = find(reader, entity, id).await;
    let removed = match &found {
        Ok((record, _)) => record.removed_at().is_some(),
        Err(error) => matches!(error, Error::NotFound),
    };
    // Whoever may not see any more what went still sees what it became.
    if removed
        && (found.is_err() || asked.get("merged") != Some(STAY))
        && let Some(became) = reader.web.engine().became(&reader.who, entity, id).await?
    {
        return Ok(Err(format!("/{}/{}?merged={id}", entity.plural, became.into)));
    }
    found.map(Ok)
}

/// What an address says that asks for a merged record itself.
pub(crate) const STAY: &str = "stay";

/// One list on a card, and what the address of the page says from now on.
async fn list_on(board: &Board<'_>, asked: &str, headers: &HeaderMap) -> Result<Option<Response>> {
    let Some(markup) = related::one(board, asked).await? else { return Ok(None) };
    let mut response = part(board.reader, StatusCode::OK, markup);
    if let Some(address) = related::now_at(headers, asked, board).and_then(|address| HeaderValue::from_str(&address).ok()) {
        response.headers_mut().insert(HeaderName::from_static("hx-replace-url"), address);
    }
    Ok(Some(response))
}

/// The page of a card with the input of something that was not saved.
pub(crate) async fn opened(
    reader: &Reader,
    entity: &Arc<Entity>,
    record: &Record,
    titles: &HashMap<Id, String>,
    list: &str,
    opened: Opened,
    status: StatusCode,
) -> Answer {
    let asked = Fields(vec![("list".to_owned(), list.to_owned())]);
    let board = Board::asked(reader, entity, record, &asked)?;
    page(&board, titles, &Boxes::default(), Some(&opened), status).await
}

/// The head of a card.
fn headed(board: &Board<'_>, titles: &HashMap<Id, String>, opened: Option<&Opened>) -> String {
    let spots = Spots::of(board.reader, board.entity, board.card, titles, board.list, opened);
    head::write(&spots, &title(board.entity, board.card, &spots.sight()))
}

/// The page of a card, with what stands in its boxes.
async fn page(board: &Board<'_>, titles: &HashMap<Id, String>, boxes: &Boxes, opened: Option<&Opened>, status: StatusCode) -> Answer {
    page_with(board, titles, boxes, opened, None, status).await
}

/// The same, with what is said of a merge.
async fn page_with(
    board: &Board<'_>,
    titles: &HashMap<Id, String>,
    boxes: &Boxes,
    opened: Option<&Opened>,
    merged: Option<merging::Line>,
    status: StatusCode,
) -> Answer {
    let (reader, entity, record) = (board.reader, board.entity, board.card);
    let removed = record.removed_at();
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles };
    let title = title(entity, record, &sight);
    let days = reader.web.engine().settings().trash_days.to_string();
    let living = removed.is_none();
    let (beside, list) = match living {
        true => crate::pages::list::beside(reader, record, entity, board.list).await?,
        false => Default::default(),
    };
    let own = list.from();
    // Whoever goes on to the next one has the lists on its card as he had them here.
    let mut beside_it = own.clone();
    for (name, value) in &board.related {
        let mark = if beside_it.is_empty() { "?" } else { "" };
        html::pair(&mut beside_it, &format!("{mark}{name}"), value);
    }
    let at = |id: Option<Id>| id.map(|id| format!("/{}/{id}{beside_it}", entity.plural)).unwrap_or_default();
    let mut edit = String::new();
    if !own.is_empty() {
        html::pair(&mut edit, "?back", &format!("/{}/{}{own}", entity.plural, record.id));
    }
    let changes = living && reader.who.may_with(Verb::Change, entity, record);
    let (first, sections) = sections::write(&Spots::of(reader, entity, record, titles, board.list, opened));
    let ledgers = ledger::of(reader, entity, record).await?;
    let mut head = headed(board, titles, opened);
    head.push_str(&tags::write(reader, entity, record, changes, &sight));
    head.push_str(&crate::pages::duplicates::on_card(reader, entity, record).await?);
    let mut related = String::new();
    for ledger in &ledgers {
        ledger.chips(&mut head);
        ledger.section(&mut related);
    }
    // What went into the trash with it comes back with it: its sections would say that there is nothing.
    if living {
        related.push_str(&related::write(board).await?);
    } else {
        related.clear();
    }
    let (mut star, mut star_item) = (String::new(), String::new());
    if living {
        let kept = reader.web.engine().is_favourite(&reader.who, record.id).await?;
        let back = format!("/{}/{}{own}", entity.plural, record.id);
        star = favourites::star(reader, entity, record.id, kept, &back);
        star_item = favourites::item(reader, entity, record.id, kept, &back);
    }
    let shown = CardPage {
        star,
        star_item,
        share: if living { share::write(reader, entity, record.id, &title) } else { String::new() },
        many: reader.speech.area(entity.key),
        previous: at(beside.previous),
        following: at(beside.next),
        place: place::address(entity, record.id, &own),
        edit,
        desk: entity.desk.filter(|_| living).map(|desk| {
            let words = reader.speech.say(&format!("desk-{}", entity.key)).to_owned();
            (format!("/{}/{}/{desk}", entity.plural, record.id), words)
        }),
        list: list.question(&list.cursor),
        changes,
        duplicates: living
            && !entity.can.joining
            && !entity.can.appended
            && entity.filing.is_none()
            && reader.who.may(Verb::Create, entity),
        removes: reader.who.may_with(Verb::Remove, entity, record),
        merges: living && reader.web.engine().may_merge(&reader.who, entity),
        merged,
        alone: if living { crate::pages::bulk::on_card(reader, entity, record) } else { Vec::new() },
        password: entity.key == engine::identity::USER && reader.who.role.administer && living,
        removed: removed.map(|at| {
            format!("{} {}", reader.speech.with("card-removed", &[("day", &day(at, reader))]), reader.speech.say("card-removed-with"))
        }),
        question: reader.speech.with("card-remove-question", &[("name", &title), ("days", &days)]),
        next: next(reader, entity, record).await?,
        // What was refused stands where it was sent from.
        file: files::panel(reader, entity, record, &boxes.refused).await?,
        documents: if living { files::section(reader, entity, record, &boxes.refused).await? } else { String::new() },
        head,
        first,
        sections,
        related,
        column: match entity.key {
            engine::segments::SEGMENT => {
                let panel = crate::pages::filter::segment::panel(reader, record).await?;
                format!("<div class=\"record-main\">{panel}</div>")
            }
            engine::rights::ROLE => {
                let panel = crate::pages::rights::matrix::panel(reader, record).await?;
                format!("<div class=\"record-main\">{panel}</div>")
            }
            _ => board.column(boxes, titles).await?,
        },
        title,
        id: record.id,
        entity,
        reader,
    };
    rendered(reader, status, &shown)
}

/// What comes next, where something may.
async fn next(reader: &Reader, entity: &Entity, record: &Record) -> Result<String> {
    let topics = ahead::topics(reader, entity);
    if topics.is_empty() || record.removed_at().is_some() {
        return Ok(String::new());
    }
    let mut out = String::from("<div id=\"card-ahead\"");
    html::attribute(&mut out, "data-live", &topics);
    out.push('>');
    out.push_str(&ahead::write(reader, entity, record.id).await?);
    out.push_str("</div>");
    Ok(out)
}

/// A record, living or in the trash.
pub(crate) async fn find(reader: &Reader, entity: &Entity, id: Id) -> Result<(Record, HashMap<Id, String>)> {
    let (record, mut titles) = match reader.web.engine().show(&reader.who, entity, id).await {
        Err(Error::NotFound) => reader.web.engine().show_removed(&reader.who, entity, id).await?,
        other => other?,
    };
    // What filters name is said by name too.
    let held: Vec<_> = entity.fields.iter().filter_map(|field| held(reader, field, &record)).collect();
    titles.extend(sentence::titles(reader, held.iter().map(|(entity, filter)| (filter, &**entity))).await?);
    Ok((record, titles))
}

/// What a record is called.
pub(crate) fn title(entity: &Entity, record: &Record, sight: &Sight<'_>) -> String {
    let named = entity.field(entity.title).map(|field| crate::fields::Face::new(field, sight.speech).plain(record.value(field.id), sight));
    match named {
        Some(title) if !title.is_empty() => title,
        _ => sight.speech.entity(entity.key, "one"),
    }
}

/// A day as people write it.
pub(crate) fn day(at: kernel::Moment, reader: &Reader) -> String {
    let (year, month, day) = at.date(&reader.reading.zone).parts();
    format!("{day:02}/{month:02}/{year:04}")
}

/// Who made it and who changed it last.
fn made(reader: &Reader, record: &Record, titles: &HashMap<Id, String>) -> String {
    let who = |key: &str| match record.named(key).link() {
        Some(id) => titles.get(&id).cloned().unwrap_or_else(|| reader.speech.say("link-unseen").to_owned()),
        None => reader.speech.say("card-system").to_owned(),
    };
    let at = |key: &str| meta::Kind::Moment.behaviour().show(record.named(key), &reader.reading);
    let created = reader.speech.with("card-created", &[("at", &at("created_at")), ("name", &who("created_by"))]);
    if record.version <= 1 {
        return format!("{created}.");
    }
    let changed = reader.speech.with("card-changed", &[("at", &at("changed_at")), ("name", &who("changed_by"))]);
    format!("{created}, {changed}.")
}
