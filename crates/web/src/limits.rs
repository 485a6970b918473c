//! How much is too much, counted in the memory of this node: requests in a minute, heavy work side by side.

use crate::route::{Face, Rate, Route};
use kernel::{Error, Moment, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How much is too much.
#[derive(Debug, Clone)]
pub struct Measures {
    /// Requests a minute through one person's tokens; none for no limit, as integrations want it.
    pub api_per_minute: Option<u32>,
    /// Forms without a signing in, a minute from one network address.
    pub open_forms_per_minute: u32,
    /// Heavy requests of one person side by side.
    pub heavy_at_once: u32,
    /// How long another of his waits for its turn before it is refused.
    pub heavy_patience: Duration,
    /// How often a minute one person is told that what he makes exists already with somebody else.
    pub hidden_twins_per_minute: u32,
    /// The largest file, in bytes.
    pub upload_bytes: u64,
    /// Requests with files a minute from one person.
    pub uploads_per_minute: u32,
}

impl Default for Measures {
    fn default() -> Measures {
        Measures {
            api_per_minute: None,
            open_forms_per_minute: 60,
            heavy_at_once: 2,
            heavy_patience: Duration::from_secs(2),
            hidden_twins_per_minute: 10,
            upload_bytes: 50 << 20,
            uploads_per_minute: 60,
        }
    }
}

/// Subjects remembered before old ones are forgotten.
const MANY_SUBJECTS: usize = 10_000;
/// Beyond this many within a minute new ones are counted together: whoever sends from so many addresses is one.
const MOST_SUBJECTS: usize = 100_000;

/// What was counted.
#[derive(Debug)]
pub(crate) struct Limits {
    measures: Measures,
    minutes: Mutex<Minutes>,
    heavy: Turns,
}

#[derive(Debug, Default)]
struct Minutes {
    of: HashMap<(Counted, String), Minute>,
    /// When old ones were last forgotten.
    swept: Moment,
}

#[derive(Debug, Clone, Copy)]
struct Minute {
    began: Moment,
    count: u32,
}

/// What is counted by the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Api,
    OpenForm,
    HiddenTwin,
    Upload,
}

/// The turns of each person.
type Turns = Arc<Mutex<HashMap<String, Arc<Semaphore>>>>;

/// Heavy work that goes on; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Heavy {
    subject: String,
    turn: Option<OwnedSemaphorePermit>,
    all: Turns,
}

impl Limits {
    pub(crate) fn new(measures: Measures) -> Limits {
        Limits { measures, minutes: Mutex::default(), heavy: Arc::default() }
    }

    /// How much is too much.
    pub(crate) fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Counts a request of a subject (a person, a network address); refuses it when there were too many this minute.
    pub(crate) fn count(&self, route: &Route, subject: &dyn Fn() -> String, now: Moment) -> Result<()> {
        let (counted, most) = match (route.rate, route.face) {
            (Rate::Api, _) | (Rate::Heavy | Rate::Upload, Face::Api) => match self.measures.api_per_minute {
                Some(most) => (Counted::Api, most),
                None => return Ok(()),
            },
            (Rate::Upload, _) => (Counted::Upload, self.measures.uploads_per_minute),
            (Rate::OpenForm, _) => (Counted::OpenForm, self.measures.open_forms_per_minute),
            (Rate::Person | Rate::Heavy | Rate::Free, _) => return Ok(()),
        };
        self.minutes().note(counted, subject(), most, now)
    }

    /// Refuses somebody who was told too often this minute that what he makes exists already with somebody else: before it
    /// is looked for, so that the refusal tells nothing.
    pub(crate) fn may_meet_hidden_twins(&self, subject: &str, now: Moment) -> Result<()> {
        match self.minutes().of.get(&(Counted::HiddenTwin, subject.to_owned())) {
            Some(minute) if minute.count >= self.measures.hidden_twins_per_minute => minute.refused(now),
            _ => Ok(()),
        }
    }

    /// Counts that somebody is told so; refuses to tell it too often.
    pub(crate) fn met_hidden_twin(&self, subject: &str, now: Moment) -> Result<()> {
        self.minutes().note(Counted::HiddenTwin, subject.to_owned(), self.measures.hidden_twins_per_minute, now)
    }

    fn minutes(&self) -> std::sync::MutexGuard<'_, Minutes> {
        self.minutes.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Begins heavy work of a subject when it is its turn; refuses it when that takes too long.
    pub(crate) async fn begin(&self, subject: String) -> Result<Heavy> {
        let turns = {
            let mut all = self.heavy.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let fresh = || Arc::new(Semaphore::new(self.measures.heavy_at_once as usize));
            all.entry(subject.clone()).or_insert_with(fresh).clone()
        };
        match tokio::time::timeout(self.measures.heavy_patience, turns.acquire_owned()).await {
            Ok(turn) => Ok(Heavy { subject, turn: Some(turn.map_err(Error::internal)?), all: self.heavy.clone() }),
            Err(_) => Err(Error::Busy(1)),
        }
    }
}

impl Minutes {
    fn note(&mut self, counted: Counted, subject: String, most: u32, now: Moment) -> Result<()> {
        let passed = now.millis() - self.swept.millis();
        if self.of.len() > MANY_SUBJECTS && !(0..1_000).contains(&passed) {
            self.swept = now;
            self.of.retain(|_, minute| now.millis() - minute.began.millis() < 60_000);
        }
        let mut of = (counted, subject);
        if self.of.len() >= MOST_SUBJECTS && !self.of.contains_key(&of) {
            of.1.clear();
        }
        let minute = self.of.entry(of).or_insert(Minute { began: now, count: 0 });
        if now.millis() - minute.began.millis() >= 60_000 {
            *minute = Minute { began: now, count: 0 };
        }
        minute.count += 1;
        if minute.count > most { minute.refused(now) } else { Ok(()) }
    }
}

impl Minute {
    /// Refused until the minute is over, if it is not.
    fn refused(&self, now: Moment) -> Result<()> {
        match 60_000 - (now.millis() - self.began.millis()) {
            ..=0 => Ok(()),
            rest => Err(Error::Busy((rest / 1000 + 1).clamp(1, 60) as u32)),
        }
    }
}

impl Drop for Heavy {
    fn drop(&mut self) {
        drop(self.turn.take());
        let mut all = self.all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Nobody else has a turn, or waits for one.
        if all.get(&self.subject).is_some_and(|turns| Arc::strong_count(turns) == 1) {
            all.remove(&self.subject);
        }
    }
}
