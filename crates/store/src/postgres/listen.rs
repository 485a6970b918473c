//! A connection of its own that hears what commits of all nodes announce.

use super::CHANNEL;
use crate::topics::{EVERYTHING, Topics};
use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Config, NoTls};

/// How long to wait before the first and the later attempts to come back.
const PAUSES: [u64; 5] = [100, 500, 1000, 2000, 5000];

pub(super) struct Listening {
    config: Config,
    topics: broadcast::Sender<String>,
    ready: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Listening {
    pub(super) fn new(config: Config) -> Listening {
        Listening { config, topics: broadcast::channel(4096).0, ready: watch::channel(false).0, task: Mutex::new(None) }
    }

    /// A listener that hears all commits made after this returned; if the server is away, from its return on.
    pub(super) async fn listen(&self) -> Topics {
        let topics = Topics(self.topics.subscribe());
        {
            let mut task = self.task.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if task.is_none() {
                *task = Some(tokio::spawn(stay(self.config.clone(), self.topics.clone(), self.ready.clone())));
            }
        }
        let mut ready = self.ready.subscribe();
        let _ = tokio::time::timeout(Duration::from_secs(5), ready.wait_for(|ready| *ready)).await;
        topics
    }

    pub(super) fn stop(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take() {
            task.abort();
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn stay(config: Config, topics: broadcast::Sender<String>, ready: watch::Sender<bool>) {
    let mut failures = 0;
    let mut heard_before = false;
    loop {
        match hear(&config, &topics, &ready, heard_before).await {
            Ok(()) => tracing::warn!("the listening connection was closed"),
            Err(error) => tracing::warn!(%error, "the listening connection failed"),
        }
        if *ready.borrow() {
            heard_before = true;
            failures = 0;
        }
        ready.send_replace(false);
        tokio::time::sleep(Duration::from_millis(PAUSES[failures.min(PAUSES.len() - 1)])).await;
        failures += 1;
    }
}

/// Listens until the connection ends.
async fn hear(
    config: &Config,
    topics: &broadcast::Sender<String>,
    ready: &watch::Sender<bool>,
    again: bool,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let mut messages = poll_fn(move |context| connection.poll_message(context));
    let begin = async {
        let outcome = client.batch_execute(&format!("LISTEN {CHANNEL}")).await;
        ready.send_replace(outcome.is_ok());
        if again {
            // What was announced in between is lost.
            let _ = topics.send(EVERYTHING.to_owned());
        }
        // The client must live as long as the connection.
        outcome.map(|()| client)
    };
    let listen = async {
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(notification) = message? {
                let _ = topics.send(notification.payload().to_owned());
            }
        }
        Ok(())
    };
    let mut listen = std::pin::pin!(listen);
    let _client = tokio::select! {
        begun = begin => begun?,
        ended = &mut listen => return ended,
    };
    listen.await
}
