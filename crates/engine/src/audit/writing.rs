//! Writing the audit: entries queue up and are written together by one task of each node, so that what is only seen waits
//! for nothing; what was done is answered once it is written.

use super::chain::{digest_of, hour_of, once_of, row_of};
use super::{Entry, Kept};
use crate::Engine;
use kernel::{Error, Moment, Result, Say, Value};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError, Weak};
use std::time::Duration;
use store::{Mode, Statement, Tx};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Entries that may wait; more of what is only seen is not kept.
const QUEUE: usize = 10_000;
/// Entries of one commit.
const TOGETHER: usize = 500;
/// How long an entry that nobody waits for waits for others.
const GATHERING: Duration = Duration::from_millis(500);
/// How often a batch is closed.
const CLOSING: Duration = Duration::from_secs(60);

/// An entry, and whoever waits until it is written.
type Waiting = (Option<Entry>, Option<oneshot::Sender<Result<()>>>);

/// Of what was seen in this hour so much is remembered, so that seeing it again writes nothing.
const REMEMBERED: usize = 100_000;

/// Where entries go; nowhere in a process that may only read.
pub(crate) struct Auditing {
    queue: mpsc::Sender<Waiting>,
    /// The hour, and what was seen in it.
    seen: Mutex<(i64, HashSet<String>)>,
}

impl Auditing {
    /// With the queue that [`begin`] works off.
    pub(crate) fn new() -> (Auditing, mpsc::Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Auditing { queue: sender, seen: Mutex::default() }, receiver)
    }

    /// Whether something that is kept once an hour was seen in this one.
    fn is_known(&self, hour: i64, once: String) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.0 != hour || seen.1.len() >= REMEMBERED {
            *seen = (hour, HashSet::new());
        }
        !seen.1.insert(once)
    }
}

impl Engine {
    /// Keeps what was only seen: written soon, and waited for by nobody.
    pub fn audit_soon(&self, entry: Entry) {
        let now = self.now();
        if entry.hourly && self.inside.auditing.is_known(hour_of(now), once_of(&entry, now)) {
            return;
        }
        if let Err(mpsc::error::TrySendError::Full((entry, _))) = self.inside.auditing.queue.try_send((Some(entry), None)) {
            let event = entry.map(|entry| entry.event).unwrap_or_default();
            tracing::warn!(event, "the audit can't keep up: something that was seen is not kept");
        }
    }

    /// Keeps what was done: written when this returns.
    pub async fn audit(&self, entry: Entry) -> Result<()> {
        self.through_queue(Some(entry)).await
    }

    /// Waits until everything that came before is written.
    pub async fn settle_audit(&self) -> Result<()> {
        self.through_queue(None).await
    }

    async fn through_queue(&self, entry: Option<Entry>) -> Result<()> {
        if self.store().mode() == Mode::Read {
            return Ok(());
        }
        let (written, waits) = oneshot::channel();
        let closing = || Error::Unavailable(Say::new("error-closing"));
        self.inside.auditing.queue.send((entry, Some(written))).await.map_err(|_| closing())?;
        waits.await.map_err(|_| closing())?
    }

    async fn write_entries(&self, entries: Vec<Entry>) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    for entry in entries {
                        engine.write_entry(tx, entry, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Writes an entry within a transaction that does what it tells of.
    pub(super) async fn write_entry(&self, tx: &mut Tx, entry: Entry, now: Moment) -> Result<()> {
        let sql = "INSERT INTO \"audit\" (\"id\", \"at\", \"user\", \"event\", \"through\", \"entity\", \"record\", \"detail\", \"address\", \
                   \"once\", \"digest\", \"batch\") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING";
        let kept = Kept { id: self.id(), at: now, entry };
        let mut row = row_of(&kept);
        row.push(Value::Text(digest_of(&kept)));
        tx.execute(&Statement::new(sql, row)).await.map(|_| ())
    }
}

/// Works off the queue for as long as the engine lives.
pub(crate) fn begin(engine: &Engine, mut queue: mpsc::Receiver<Waiting>) {
    if engine.store().mode() == Mode::Read {
        return;
    }
    let weak = std::sync::Arc::downgrade(&engine.inside);
    tokio::spawn(async move {
        let mut closes = Instant::now() + CLOSING;
        loop {
            let first = tokio::time::timeout_at(closes, queue.recv()).await;
            let mut waiting = Vec::new();
            match first {
                Ok(Some(first)) => {
                    let until = Instant::now() + GATHERING;
                    let mut waited_for = first.1.is_some();
                    waiting.push(first);
                    // Whoever waits is not kept waiting: what is there already goes with him.
                    while waiting.len() < TOGETHER {
                        let next = if waited_for {
                            queue.try_recv().ok()
                        } else {
                            tokio::time::timeout_at(until, queue.recv()).await.ok().flatten()
                        };
                        let Some(next) = next else { break };
                        waited_for |= next.1.is_some();
                        waiting.push(next);
                    }
                }
                Ok(None) => return,
                Err(_) => {}
            }
            let Some(engine) = still(&weak) else { return };
            write(&engine, waiting).await;
            if Instant::now() < closes {
                continue;
            }
            closes = Instant::now() + CLOSING;
            if let Err(error) = engine.close_audit().await {
                tracing::warn!(%error, "the audit could not be chained");
            }
        }
    });
}

fn still(weak: &Weak<crate::Inside>) -> Option<Engine> {
    weak.upgrade().map(|inside| Engine { inside })
}

async fn write(engine: &Engine, waiting: Vec<Waiting>) {
    let (entries, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
    let outcome = engine.write_entries(entries.into_iter().flatten().collect()).await;
    if let Err(error) = &outcome {
        tracing::error!(%error, "the audit could not be written");
    }
    for answer in answers.into_iter().flatten() {
        let told = if outcome.is_ok() { Ok(()) } else { Err(Error::Unavailable(Say::new("error-audit"))) };
        // Whoever asked may be gone.
        let _ = answer.send(told);
    }
}
