//! Live: a commit says which topics changed; whoever shows them fetches them again, with his own rights.

use crate::Engine;
use store::Topics;
use tokio::sync::broadcast;

/// What listeners hear: `account`, `account/0ABC…`, or `*` after a gap.
#[derive(Debug)]
pub struct Live {
    sender: broadcast::Sender<String>,
}

impl Default for Live {
    fn default() -> Live {
        Live { sender: broadcast::channel(1024).0 }
    }
}

impl Engine {
    /// A listener to everything that changes, on this node and the others.
    pub fn listen(&self) -> broadcast::Receiver<String> {
        self.inside.live.sender.subscribe()
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
            if (topic == "term" || topic == store::EVERYTHING)
                && let Err(error) = engine.load_terms().await
            {
                tracing::warn!(%error, "the company's words could not be read again");
            }
            // Nobody listening is no fault.
            let _ = engine.inside.live.sender.send(topic);
        }
    });
}
