//! A thread that reads.

use super::work::Errand;
use crate::tx::{Back, Kind, Tx};
use crossbeam_channel::Receiver;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub(super) struct Reader {
    pub(super) queue: Receiver<Errand>,
    pub(super) tx: Tx,
    pub(super) watch: Watch,
}

impl Reader {
    pub(super) fn run(mut self) {
        while let Ok(Errand::Do(item)) = self.queue.recv() {
            self.tx.kind = item.kind;
            self.tx.broken = false;
            self.tx.depth = 0;
            let begun = if item.kind == Kind::Snapshot { self.control("BEGIN") } else { Ok(()) };
            self.watch.begin();
            let answer = match begun {
                Ok(()) => item.run(Ok(&mut self.tx)),
                Err(error) => item.run(Err(error)),
            };
            self.watch.end();
            self.let_go();
            answer.tell(None);
        }
    }

    fn control(&self, sql: &str) -> kernel::Result<()> {
        match &self.tx.back {
            Back::Sqlite(connection) => super::control(connection, sql, &self.tx.shared.uniques),
            Back::Postgres(_) => Ok(()),
        }
    }

    /// An old view of the data would keep the journal from being emptied.
    fn let_go(&self) {
        if let Back::Sqlite(connection) = &self.tx.back
            && !connection.is_autocommit()
            && let Err(error) = self.control("ROLLBACK")
        {
            tracing::error!(%error, "a read could not be ended");
        }
    }
}

/// Breaks off reads that take too long.
pub(super) struct Watch {
    since: Instant,
    patience: Duration,
    /// Milliseconds after `since` when patience ends; 0 is never.
    until: Arc<AtomicU64>,
}

impl Watch {
    pub(super) fn over(connection: &mut rusqlite::Connection, patience: Duration) -> rusqlite::Result<Watch> {
        let since = Instant::now();
        let until = Arc::new(AtomicU64::new(0));
        let limit = until.clone();
        // Every 20,000 steps of the engine is about every millisecond.
        connection.progress_handler(
            20_000,
            Some(move || {
                let limit = limit.load(Ordering::Relaxed);
                limit != 0 && since.elapsed().as_millis() as u64 > limit
            }),
        )?;
        Ok(Watch { since, patience, until })
    }

    fn begin(&self) {
        self.until.store((self.since.elapsed() + self.patience).as_millis() as u64, Ordering::Relaxed);
    }

    fn end(&self) {
        self.until.store(0, Ordering::Relaxed);
    }
}
