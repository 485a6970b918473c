//! Live: a browser hears which topics changed, and fetches again what it shows, with its own rights.
//!
//! Topics are gathered for a moment, so that a burst is told once. Of a record, only whoever sees it hears; of an
//! entity, whoever may see any of it: with the rights of the moment, which are read again when a user or a team changes, and
//! every few seconds. A stream begins with what changed since its page was asked for. A session that ended ends the stream. One person has so many streams, and the oldest makes room.

use crate::form::Asking;
use crate::route::{Face, Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Web};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use engine::principal::Verb;
use engine::{Asked, Principal};
use futures_util::stream;
use http::Method;
use http::header::{self, HeaderValue};
use kernel::{Error, Id, Moment, Result, Value};
use meta::Filter;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{broadcast, oneshot, watch};
use tokio::time::{Instant, sleep_until};

/// How long topics are gathered before they are told, while one follows the other.
const GATHERING: Duration = Duration::from_millis(200);
/// How long after a quiet while: a commit tells several topics.
const FIRST: Duration = Duration::from_millis(20);
/// What is a quiet while.
const QUIET: Duration = Duration::from_millis(600);
/// How often the session is looked at.
const WATCHING: Duration = Duration::from_secs(4);
/// Records of one entity told by name in one go; more of them are told as the entity.
const MOST_RECORDS: usize = 50;
/// Streams of one person; a browser needs one.
const MOST_OF_ONE: usize = 20;
/// Streams of this node.
const MOST_STREAMS: usize = 5_000;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::new(Face::Stream, Method::GET, "/live", Policy::SignedIn, Rate::Free, "", ""), live)
}

async fn live(State(web): State<Web>, caller: Caller, Asking(asked): Asking) -> Answer {
    // Listening comes first: between the two nothing is missed.
    let heard = web.engine().listen();
    let since = asked.get("since").and_then(|since| since.parse().ok()).map(Moment::from_millis);
    let listening = Listening {
        place: web.streams().begin(caller.who.user.unwrap_or(Id::SYSTEM))?,
        heard,
        missed: since.map(|since| web.engine().heard_since(since)).unwrap_or_default(),
        closing: web.closing(),
        who: caller.who,
        session: caller.session.unwrap_or_default(),
        look: Instant::now() + WATCHING,
        told: None,
        begun: false,
        web,
    };
    let events = stream::unfold(listening, |mut listening| async move {
        let text = listening.next().await?;
        Some((Ok::<Bytes, Infallible>(Bytes::from(text)), listening))
    });
    let mut response = Response::new(Body::from_stream(events));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Listening {
    web: Web,
    heard: broadcast::Receiver<String>,
    closing: watch::Receiver<bool>,
    place: Place,
    who: Principal,
    session: Arc<str>,
    look: Instant,
    told: Option<Instant>,
    begun: bool,
    /// What changed between the page and its stream.
    missed: BTreeSet<String>,
}

impl Listening {
    /// The next piece of the stream; `None` ends it.
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some("retry: 2000\n\n".to_owned());
        }
        loop {
            let mut topics = std::mem::take(&mut self.missed);
            tokio::select! {
                biased;
                () = std::future::ready(()), if !topics.is_empty() => {}
                () = closed(&mut self.closing) => return None,
                _ = &mut self.place.ended => return None,
                () = sleep_until(self.look) => {
                    self.renew().await?;
                    return Some(":\n\n".to_owned());
                }
                heard = self.heard.recv() => gather(heard, &mut topics)?,
            }
            let quiet = self.told.is_none_or(|told| told.elapsed() > QUIET);
            let until = Instant::now() + if quiet { FIRST } else { GATHERING };
            while let Ok(heard) = tokio::time::timeout_at(until, self.heard.recv()).await {
                gather(heard, &mut topics)?;
            }
            if ["user", "team", "*"].iter().any(|of_rights| topics.contains(*of_rights)) {
                self.renew().await?;
            }
            // What can't be checked is told as if anything may have changed; fetching it again checks every right.
            let told = self.audible(topics).await.unwrap_or_else(|_| vec!["*".to_owned()]);
            if !told.is_empty() {
                self.told = Some(Instant::now());
                return Some(told.iter().map(|topic| format!("event: changed\ndata: {topic}\n\n")).collect());
            }
        }
    }

    /// The listener's rights of the moment; `None` where he has no session any more.
    async fn renew(&mut self) -> Option<()> {
        self.look = Instant::now() + WATCHING;
        self.who = self.web.engine().watch_session(&self.session).await.ok().flatten()?;
        Some(())
    }

    /// What of these topics the listener may hear.
    async fn audible(&self, topics: BTreeSet<String>) -> Result<Vec<String>> {
        if topics.contains("*") {
            return Ok(vec!["*".to_owned()]);
        }
        let model = self.web.engine().model();
        let mut told = Vec::new();
        let mut entities: BTreeSet<&str> = BTreeSet::new();
        entities.extend(topics.iter().map(|topic| topic.split('/').next().unwrap_or_default()));
        for key in entities {
            // What somebody is told, and what he keeps, is told to him alone.
            if matches!(key, "notification" | "favourite") {
                let mine = self.who.user.is_some_and(|user| topics.contains(&format!("{key}/{user}")));
                told.extend(mine.then(|| key.to_owned()));
                continue;
            }
            let Some(entity) = model.entity(key).filter(|entity| self.who.may(Verb::See, entity)) else { continue };
            told.push(key.to_owned());
            let prefix = format!("{key}/");
            let ids: Vec<Id> = topics.iter().filter_map(|topic| topic.strip_prefix(&prefix)?.parse().ok()).collect();
            if ids.is_empty() || ids.len() > MOST_RECORDS {
                continue;
            }
            for trash in [false, true] {
                let mut asked = Asked::new(entity.clone()).filtered(Filter::is_in("id", ids.iter().copied().map(Value::Link)));
                asked.fields = vec!["created_at"];
                asked.limit = MOST_RECORDS;
                asked.trash = trash;
                let seen = self.web.engine().list(&self.who, asked).await?;
                told.extend(seen.records.iter().map(|record| format!("{key}/{}", record.id)));
            }
        }
        Ok(told)
    }
}

/// The streams that are open on this node.
#[derive(Debug, Default)]
pub(crate) struct Streams(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    /// By person, the oldest first; a stream ends when its sender is dropped.
    of: HashMap<Id, VecDeque<(u64, oneshot::Sender<()>)>>,
    count: usize,
    next: u64,
}

/// A stream among the open ones, for as long as this is kept.
#[derive(Debug)]
struct Place {
    user: Id,
    number: u64,
    ended: oneshot::Receiver<()>,
    all: Arc<Mutex<Open>>,
}

impl Streams {
    /// Opens one of a person's; the oldest makes room where he has too many.
    fn begin(&self, user: Id) -> Result<Place> {
        let mut open = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if open.count >= MOST_STREAMS {
            return Err(Error::Busy(30));
        }
        let number = open.next;
        let (end, ended) = oneshot::channel();
        let his = open.of.entry(user).or_default();
        his.push_back((number, end));
        let too_many = his.len() > MOST_OF_ONE;
        if too_many {
            his.pop_front();
        }
        open.next += 1;
        open.count += usize::from(!too_many);
        Ok(Place { user, number, ended, all: self.0.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let Some(his) = open.of.get_mut(&self.user) else { return };
        let before = his.len();
        his.retain(|(number, _)| *number != self.number);
        let (gone, none) = (before - his.len(), his.is_empty());
        open.count -= gone;
        if none {
            open.of.remove(&self.user);
        }
    }
}

async fn closed(closing: &mut watch::Receiver<bool>) {
    // The sender lives as long as the web itself.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// `None` when the engine is gone.
fn gather(heard: std::result::Result<String, broadcast::error::RecvError>, topics: &mut BTreeSet<String>) -> Option<()> {
    match heard {
        Ok(topic) => topics.insert(topic),
        Err(broadcast::error::RecvError::Lagged(_)) => topics.insert("*".to_owned()),
        Err(broadcast::error::RecvError::Closed) => return None,
    };
    Some(())
}
