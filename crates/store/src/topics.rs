//! What was announced by commits, on this node and on the others.

use tokio::sync::broadcast;

/// The topic heard when announcements may have been missed: anything may have changed.
pub const EVERYTHING: &str = "*";

/// A listener to announcements.
#[derive(Debug)]
pub struct Topics(pub(crate) broadcast::Receiver<String>);

impl Topics {
    /// The next topic; `None` when the store is gone. [`EVERYTHING`] after a gap.
    pub async fn next(&mut self) -> Option<String> {
        match self.0.recv().await {
            Ok(topic) => Some(topic),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(EVERYTHING.to_owned()),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
