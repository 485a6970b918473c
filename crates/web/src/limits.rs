//! How much is too much, counted in the memory of this node: requests in a minute, heavy work side by side.

use crate::route::Rate;
use kernel::{Error, Moment, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How much is too much.
#[derive(Debug, Clone)]
pub struct Measures {
    /// Requests a minute through one person's tokens; none for no limit, as integrations want it.
    pub api_per_minute: Option<u32>,
    /// Forms without a signing in, a minute from one network address.
    pub open_forms_per_minute: u32,
    /// Heavy requests of one person side by side.
    pub heavy_at_once: u32,
}

impl Default for Measures {
    fn default() -> Measures {
        Measures { api_per_minute: None, open_forms_per_minute: 60, heavy_at_once: 2 }
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
    heavy: Arc<Mutex<HashMap<String, u32>>>,
}

#[derive(Debug, Default)]
struct Minutes {
    of: HashMap<(Rate, String), Minute>,
    /// When old ones were last forgotten.
    swept: Moment,
}

#[derive(Debug, Clone, Copy)]
struct Minute {
    began: Moment,
    count: u32,
}

/// Heavy work that goes on; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Heavy {
    subject: String,
    all: Arc<Mutex<HashMap<String, u32>>>,
}

impl Limits {
    pub(crate) fn new(measures: Measures) -> Limits {
        Limits { measures, minutes: Mutex::default(), heavy: Arc::default() }
    }

    /// Counts a request of a subject (a person, a network address); refuses it when there were too many this minute.
    pub(crate) fn count(&self, rate: Rate, subject: &dyn Fn() -> String, now: Moment) -> Result<()> {
        let most = match rate {
            Rate::Api => match self.measures.api_per_minute {
                Some(most) => most,
                None => return Ok(()),
            },
            Rate::OpenForm => self.measures.open_forms_per_minute,
            Rate::Person | Rate::Heavy | Rate::Free => return Ok(()),
        };
        let mut minutes = self.minutes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let passed = now.millis() - minutes.swept.millis();
        if minutes.of.len() > MANY_SUBJECTS && !(0..1_000).contains(&passed) {
            minutes.swept = now;
            minutes.of.retain(|_, minute| now.millis() - minute.began.millis() < 60_000);
        }
        let mut counted = (rate, subject());
        if minutes.of.len() >= MOST_SUBJECTS && !minutes.of.contains_key(&counted) {
            counted.1.clear();
        }
        let minute = minutes.of.entry(counted).or_insert(Minute { began: now, count: 0 });
        if now.millis() - minute.began.millis() >= 60_000 {
            *minute = Minute { began: now, count: 0 };
        }
        minute.count += 1;
        if minute.count > most {
            let rest = 60_000 - (now.millis() - minute.began.millis());
            return Err(Error::Busy((rest / 1000 + 1).clamp(1, 60) as u32));
        }
        Ok(())
    }

    /// Begins heavy work of a subject; refuses it while too much of it goes on.
    pub(crate) fn begin(&self, subject: String) -> Result<Heavy> {
        let mut all = self.heavy.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let running = all.entry(subject.clone()).or_default();
        if *running >= self.measures.heavy_at_once {
            return Err(Error::Busy(1));
        }
        *running += 1;
        Ok(Heavy { subject, all: self.heavy.clone() })
    }
}

impl Drop for Heavy {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(running) = all.get_mut(&self.subject) {
            *running -= 1;
            if *running == 0 {
                all.remove(&self.subject);
            }
        }
    }
}
