//! The queue of doubles: pairs that may be one, the likeliest first, side by side with what speaks for and against. Works by keyboard
//! alone, with the letters that its links and buttons declare.

pub(crate) mod evidence;
mod settings;
mod side;

use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, rendered, to};
use crate::pages::html;
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::duplicates::{Asking as Asked, Queued, Standing, State as What, Two};
use engine::principal::Verb;
use http::{Method, StatusCode};
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::{Entity, Kind};
use side::Side;
use std::collections::HashMap;
use std::sync::Arc;

/// Where the queue stands.
pub(crate) const ADDRESS: &str = "/duplicates";
pub(crate) use settings::ADDRESS as SETTINGS;

/// Pairs of a page.
const MOST: usize = 30;
/// Pairs are counted up to here.
const COUNTED: usize = 999;
/// Pairs that are decided in one go.
const TOGETHER: usize = 200;
/// The likenesses one may ask for, in percent.
const LIKENESSES: [i64; 4] = [0, 80, 95, 99];

/// The routes of the queue.
pub(crate) fn routes(routes: Routes) -> Routes {
    let decide = Route::page(Method::POST, "/duplicates/decisions", Policy::SignedIn, Rate::Person, "Decisions", "decide-duplicates");
    let scan = Route::administration(Method::POST, "/duplicates/scans", "Scan", "scan-duplicates");
    let routes = routes.add(Route::page(Method::GET, ADDRESS, Policy::SignedIn, Rate::Heavy, "", ""), show).add(decide, self::decide);
    settings::routes(routes.add(scan, self::scan))
}

/// A kind of record whose doubles are looked for, and how many pairs wait.
struct Tab {
    label: String,
    address: String,
    count: String,
    here: bool,
}

/// A pair in the list beside the one that is looked at.
struct Line {
    key: String,
    address: String,
    names: [String; 2],
    /// What ticking it selects.
    pick: String,
    percent: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "duplicates.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    entity: &'p Entity,
    tabs: Vec<Tab>,
    states: Vec<(String, String, bool)>,
    likenesses: Vec<(String, String, bool)>,
    state: What,
    lines: Vec<Line>,
    side: Option<Side>,
    previous: String,
    following: String,
    /// The next page of the list; empty on the last.
    more: String,
    /// The pair that was decided last, and the sentence about it.
    last: Option<(String, String)>,
    /// Where one comes back to after a decision, and to which pair.
    question: String,
    after: String,
    scan: Scan,
    /// Whether some are left out by their likeness, and where all are shown.
    filtered: bool,
    unfiltered: String,
}

/// What is said of scans, and whether one may be begun.
struct Scan {
    said: String,
    runs: bool,
    offers: bool,
    here: String,
}

/// What the address asks.
struct Address<'a> {
    entity: &'a str,
    state: What,
    percent: i64,
    after: Option<(i64, Two)>,
    pair: Option<Two>,
}

impl<'a> Address<'a> {
    fn read(asked: &'a Fields) -> Address<'a> {
        let percent = asked.get("likeness").and_then(|text| text.parse().ok()).filter(|percent| LIKENESSES.contains(percent));
        Address {
            entity: asked.get("entity").unwrap_or_default(),
            state: asked.get("state").and_then(What::parse).filter(|state| *state != What::Merged).unwrap_or(What::Open),
            percent: percent.unwrap_or_default(),
            after: asked.get("after").and_then(|text| {
                let (rank, pair) = text.split_once('.')?;
                Some((rank.parse().ok()?, read_pair(pair)?))
            }),
            pair: asked.get("pair").and_then(read_pair),
        }
    }

    /// The address of the same question, with another part.
    fn with(&self, entity: &str, part: &str, value: &str) -> String {
        let state = if self.state == What::Open { "" } else { self.state.key() };
        let percent = if self.percent > 0 { self.percent.to_string() } else { String::new() };
        let after = self.after.map(|(rank, pair)| format!("{rank}.{}", written(pair))).unwrap_or_default();
        // Another question begins at its first page.
        let turns = matches!(part, "entity" | "state" | "likeness");
        let parts = [("entity", entity), ("state", state), ("likeness", percent.as_str()), ("after", if turns { "" } else { &after })];
        asking(parts.into_iter().filter(|(name, _)| *name != part).chain([(part, value)]))
    }
}

/// The address of the queue, asked for what these say; what is empty is left out.
fn asking<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut question = String::new();
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        html::pair(&mut question, name, value);
    }
    if question.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?{question}") }
}

/// `A-B`.
fn read_pair(text: &str) -> Option<Two> {
    let (a, b) = text.split_once('-')?;
    Two::new(a.parse().ok()?, b.parse().ok()?)
}

/// The same as text.
pub(crate) fn written(pair: Two) -> String {
    format!("{}-{}", pair.a, pair.b)
}

async fn show(State(web): State<Web>, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within("duplicates");
    let address = Address::read(&asked);
    let engine = web.engine();
    let compared: Vec<&Arc<Entity>> = compared(&reader);
    let mut counts = Vec::with_capacity(compared.len());
    for entity in &compared {
        let asked = Asked { state: address.state, least: address.percent * 100, ..Asked::default() };
        counts.push(engine.count_duplicates(&reader.who, entity, asked, COUNTED).await?);
    }
    let first = || counts.iter().position(|count| count.number > 0).unwrap_or_default();
    let place = compared.iter().position(|entity| entity.plural == address.entity).unwrap_or_else(first);
    let Some(entity) = compared.get(place).copied() else { return Err(Error::NotFound.into()) };
    let tabs = compared.iter().zip(&counts).map(|(one, count)| Tab {
        label: reader.speech.area(one.key),
        address: address.with("", "entity", one.plural),
        count: format!("{}{}", grouped(count.number, reader.speech.language), if count.more { "+" } else { "" }),
        here: one.key == entity.key,
    });
    let tabs = tabs.collect();
    let asking = Asked { state: address.state, least: address.percent * 100, after: address.after, limit: MOST + 1, ..Asked::default() };
    let mut queue = engine.duplicates(&reader.who, entity, asking).await?;
    let more = match queue.len() > MOST {
        true => queue.get(MOST - 1).map(|last| {
            let (rank, pair) = last.place();
            address.with(entity.plural, "after", &format!("{rank}.{}", written(pair)))
        }),
        false => None,
    };
    queue.truncate(MOST);
    // One that is asked for stands first where the page of the list does not have it.
    if let Some(pair) = address.pair.filter(|pair| queue.iter().all(|queued| queued.pair != *pair))
        && let Ok(queued) = engine.duplicate(&reader.who, entity, pair, address.state).await
    {
        queue.insert(0, queued);
    }
    let here = address.pair.and_then(|pair| queue.iter().position(|queued| queued.pair == pair)).unwrap_or_default();
    let lines = lines(&reader, entity, &address, &queue, here).await?;
    let side = match queue.get(here) {
        Some(queued) => Side::of(&reader, entity, queued).await?,
        None => None,
    };
    let at = |place: Option<usize>| place.and_then(|place| lines.get(place)).map(|line| line.address.clone()).unwrap_or_default();
    let more = more.unwrap_or_default();
    let following = Some(at(Some(here + 1))).filter(|address| !address.is_empty()).unwrap_or_else(|| more.clone());
    let last = match asked.get("last").and_then(read_pair) {
        Some(pair) if address.state == What::Open => last(&reader, entity, pair).await?,
        _ => None,
    };
    let speech = &reader.speech;
    let page = Page {
        title: speech.say("duplicates"),
        states: [What::Open, What::Different]
            .map(|state| {
                let value = if state == What::Open { "" } else { state.key() };
                let label = speech.say(if state == What::Open { "duplicates-open" } else { "duplicates-different" });
                (label.to_owned(), address.with(entity.plural, "state", value), state == address.state)
            })
            .into(),
        likenesses: LIKENESSES
            .map(|percent| {
                let label = match percent {
                    0 => speech.say("duplicates-likeness-any").to_owned(),
                    _ => speech.with("duplicates-likeness-from", &[("percent", &percent.to_string())]),
                };
                let value = if percent > 0 { percent.to_string() } else { String::new() };
                (label, address.with(entity.plural, "likeness", &value), percent == address.percent)
            })
            .into(),
        state: address.state,
        previous: at(here.checked_sub(1)),
        after: queue
            .get(here + 1)
            .or_else(|| here.checked_sub(1).and_then(|before| queue.get(before)))
            .map(|next| written(next.pair))
            .unwrap_or_default(),
        following,
        more,
        last,
        question: address.with(entity.plural, "", ""),
        scan: scan_said(&reader, entity, &address).await?,
        filtered: address.percent > 0,
        unfiltered: address.with(entity.plural, "likeness", ""),
        entity,
        tabs,
        lines,
        side,
        reader: &reader,
    };
    rendered(&reader, StatusCode::OK, &page)
}

/// The kinds of records that are compared, and of which the reader may change some.
pub(crate) fn compared(reader: &Reader) -> Vec<&Arc<Entity>> {
    let compared = reader.model.entities().filter(|entity| !entity.compared.is_empty() && entity.can.public);
    compared.filter(|entity| reader.who.may(Verb::See, entity) && reader.who.may(Verb::Change, entity)).collect()
}

async fn lines(reader: &Reader, entity: &Arc<Entity>, address: &Address<'_>, queue: &[Queued], here: usize) -> Result<Vec<Line>> {
    let ids: Vec<Id> = queue.iter().flat_map(|queued| [queued.pair.a, queued.pair.b]).collect();
    let names = reader.web.engine().names(&reader.who, entity.key, ids).await?;
    let line = |(place, queued): (usize, &Queued)| {
        let key = written(queued.pair);
        let name =
            |id: Id| names.get(&id).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| reader.speech.entity(entity.key, "one"));
        let names = [name(queued.pair.a), name(queued.pair.b)];
        Line {
            address: address.with(entity.plural, "pair", &key),
            pick: reader.speech.with("duplicates-pick", &[("a", &names[0]), ("b", &names[1])]),
            names,
            percent: evidence::percent(reader, queued.score),
            here: place == here,
            key,
        }
    };
    Ok(queue.iter().enumerate().map(line).collect())
}

/// What is said of the pair that was called different a moment ago; nothing where it is not.
async fn last(reader: &Reader, entity: &Arc<Entity>, pair: Two) -> Result<Option<(String, String)>> {
    if reader.web.engine().duplicate(&reader.who, entity, pair, What::Different).await.is_err() {
        return Ok(None);
    }
    let names: HashMap<Id, String> = reader.web.engine().names(&reader.who, entity.key, vec![pair.a, pair.b]).await?;
    let name = |id: Id| names.get(&id).map(String::as_str).unwrap_or_default();
    let said = reader.speech.with("duplicates-said-different", &[("a", name(pair.a)), ("b", name(pair.b))]);
    Ok(Some((written(pair), said)))
}

async fn scan_said(reader: &Reader, entity: &Arc<Entity>, address: &Address<'_>) -> Result<Scan> {
    let speech = &reader.speech;
    let standing: Option<Standing> = reader.web.engine().duplicate_standing(entity).await?;
    let runs = standing.as_ref().is_some_and(|standing| standing.ended == 0);
    let said = match &standing {
        None => speech.say("duplicates-scan-never").to_owned(),
        Some(standing) if runs => {
            let percent = standing.percent.clamp(0, 99);
            speech.with("duplicates-scan-runs", &[("percent", &percent.to_string())])
        }
        Some(standing) => {
            let at = standing.ended_at().unwrap_or(Moment::from_millis(0));
            let at = Kind::Moment.behaviour().show(&Value::Moment(at), &reader.reading);
            speech.with("duplicates-scan-last", &[("at", &at), ("read", &grouped(standing.read, speech.language))])
        }
    };
    Ok(Scan { said, runs, offers: reader.who.role.administer && !runs, here: address.with(entity.plural, "", "") })
}

/// Which kind of record a form speaks of.
fn of_form<'r>(reader: &'r Reader, fields: &Fields) -> Result<&'r Arc<Entity>> {
    let plural = fields.get("entity").unwrap_or_default();
    compared(reader).into_iter().find(|entity| entity.plural == plural).ok_or(Error::NotFound)
}

async fn decide(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let entity = of_form(&reader, &fields)?;
    let state = fields.get("decision").and_then(What::parse).filter(|state| *state != What::Merged);
    let state = state.ok_or_else(|| Error::invalid("decision", Say::new("error-required")))?;
    let pairs: Option<Vec<Two>> = fields.all("pair").map(read_pair).collect();
    let pairs = pairs.filter(|pairs| pairs.len() <= TOGETHER).ok_or_else(|| Error::invalid("pair", Say::new("error-link")))?;
    let question = Fields::parse(fields.get("question").unwrap_or_default().split_once('?').map_or("", |(_, asked)| asked).as_bytes())?;
    let address = Address::read(&question);
    let mut back = match fields.get("then").and_then(read_pair) {
        Some(next) => address.with(entity.plural, "pair", &written(next)),
        None => address.with(entity.plural, "", ""),
    };
    if pairs.is_empty() {
        return Ok(to(&back));
    }
    let said = web.engine().decide_duplicates(&reader.who, entity, &pairs, state).await?;
    match (state, pairs.as_slice()) {
        // One decision is said on the page, with the way back from it.
        (What::Different, [only]) => {
            // It names the kind of record: so it asks something already.
            html::pair(&mut back, "last", &written(*only));
            Ok(to(&back))
        }
        (What::Different, _) => onward_saying(&reader, &back, "said-duplicates-different", &said.to_string(), None),
        _ => {
            let pair = pairs.first().map(|pair| written(*pair)).unwrap_or_default();
            onward_saying(&reader, &address.with(entity.plural, "pair", &pair), "said-duplicates-open", "", None)
        }
    }
}

async fn scan(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let entity = of_form(&reader, &fields)?;
    web.engine().begin_duplicate_scan(&reader.who, entity).await?;
    onward_saying(&reader, &asking([("entity", entity.plural)]), "said-duplicates-scan", "", None)
}

/// The quiet line on a card: how many of the pairs that wait are about its record. Empty where none is.
pub(crate) async fn on_card(reader: &Reader, entity: &Entity, record: &meta::Record) -> Result<String> {
    if !compared(reader).iter().any(|one| one.key == entity.key) || record.removed_at().is_some() {
        return Ok(String::new());
    }
    let asked = Asked { of: Some(record.id), limit: 10, ..Asked::default() };
    let pairs = reader.web.engine().duplicates(&reader.who, entity, asked).await?;
    let Some(first) = pairs.first() else { return Ok(String::new()) };
    let address = asking([("entity", entity.plural), ("pair", &written(first.pair))]);
    let mut out = String::from("<p class=\"card-doubles\">");
    out.push_str(assets::icon("copy"));
    out.push_str("<a");
    html::attribute(&mut out, "href", &address);
    out.push('>');
    html::text(&mut out, &reader.speech.with("duplicates-on-card", &[("count", &pairs.len().to_string())]));
    out.push_str("</a></p>");
    Ok(out)
}
