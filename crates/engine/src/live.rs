//! Live: a commit says which topics changed; whoever shows them fetches them again, with his own rights.

use crate::Engine;
use kernel::Moment;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use store::{EVERYTHING, Topics};
use tokio::sync::broadcast;

/// Topics remembered, for whoever begins to listen a moment after he began to look.
const REMEMBERED: usize = 1024;

/// What listeners hear: `account`, `account/0ABC…`, or `*` after a gap.
#[derive(Debug)]
pub struct Live {
    sender: broadcast::Sender<String>,
    heard: Mutex<Heard>,
}

/// What was heard last, and since when all of it is known.
#[derive(Debug)]
struct Heard {
    since: Moment,
    topics: VecDeque<(Moment, String)>,
}

impl Live {
    /// Nothing heard yet, at this moment.
    pub(crate) fn new(now: Moment) -> Live {
        let heard = Heard { since: now, topics: VecDeque::new() };
        Live { sender: broadcast::channel(1024).0, heard: Mutex::new(heard) }
    }

    fn tell(&self, at: Moment, topic: String) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.topics.len() == REMEMBERED
            && let Some((gone, _)) = heard.topics.pop_front()
        {
            heard.since = gone;
        }
        heard.topics.push_back((at, topic.clone()));
        drop(heard);
        // Nobody listening is no fault.
        let _ = self.sender.send(topic);
    }
}

impl Engine {
    /// A listener to everything that changes, on this node and the others.
    pub fn listen(&self) -> broadcast::Receiver<String> {
        self.inside.live.sender.subscribe()
    }

    /// What has changed since a moment, each topic once; `*` where that is not remembered.
    pub fn heard_since(&self, moment: Moment) -> BTreeSet<String> {
        let heard = self.inside.live.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if moment <= heard.since {
            return BTreeSet::from([EVERYTHING.to_owned()]);
        }
        heard.topics.iter().rev().take_while(|(at, _)| *at >= moment).map(|(_, topic)| topic.clone()).collect()
    }
}

/// Carries the database's announcements to the listeners, and keeps what this node remembers true.
pub(crate) async fn follow(engine: &Engine) {
    let mut topics: Topics = engine.inside.store.listen().await;
    let weak = std::sync::Arc::downgrade(&engine.inside);
    tokio::spawn(async move {
        while let Some(topic) = topics.next().await {
            let Some(inside) = weak.upgrade() else { return };
            let engine = Engine { inside };
            if (crate::write::describes(&topic) || topic == store::EVERYTHING)
                && let Err(error) = engine.load_descriptions().await
            {
                tracing::warn!(%error, "the company's fields and words could not be read again");
            }
            if matches!(topic.as_str(), crate::company::COMPANY | store::EVERYTHING)
                && let Err(error) = engine.load_company().await
            {
                tracing::warn!(%error, "the company could not be read again");
            }
            engine.inside.live.tell(engine.clock().now(), topic);
        }
    });
}
