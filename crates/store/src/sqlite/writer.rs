//! The one thread that writes. Requests that arrive together share a commit, each under its own savepoint.

use super::work::{Answer, Errand, Item};
use crate::tx::{Back, Tx};
use crossbeam_channel::{Receiver, select};
use kernel::{Error, Result};
use std::fs;
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

/// How many people's writes share a commit at most, and how long the first of them waits for the others.
const SHARED: usize = 64;
const LONGEST: Duration = Duration::from_millis(20);

pub(super) struct Writer {
    pub(super) people: Receiver<Errand>,
    pub(super) slices: Receiver<Errand>,
    pub(super) tx: Tx,
    pub(super) topics: broadcast::Sender<String>,
    pub(super) _lock: fs::File,
}

impl Writer {
    pub(super) fn run(mut self) {
        while let Some(first) = self.next() {
            if !self.commit_together(first) {
                break;
            }
        }
        if let Back::Sqlite(connection) = &self.tx.back {
            let _ = connection.execute_batch("PRAGMA analysis_limit = 400; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
        }
    }

    /// Waits for work, a person's before a slice's; `None` when the store is closed.
    fn next(&self) -> Option<Item> {
        let errand = match self.people.try_recv() {
            Ok(errand) => errand,
            Err(_) => select! {
                recv(self.people) -> errand => errand.ok()?,
                recv(self.slices) -> errand => errand.ok()?,
            },
        };
        match errand {
            Errand::Do(item) => Some(item),
            Errand::Stop => None,
        }
    }

    /// One commit for all that is waiting. Whether to go on.
    fn commit_together(&mut self, first: Item) -> bool {
        if let Err(error) = self.control("BEGIN IMMEDIATE") {
            first.run(Err(error)).tell(None);
            return true;
        }
        let since = Instant::now();
        // Nothing came before the first that its failure could take along, so it needs no savepoint: long work, which
        // mostly comes alone, is spared the copies of pages that one costs, and search an early flush of its words.
        let mut answers = vec![self.run_bare(first)];
        if !answers[0].good {
            self.tx.topics.clear();
            if !self.idle()
                && let Err(error) = self.control("ROLLBACK")
            {
                tracing::error!(%error, "a failed write could not be taken back");
            }
            answers.into_iter().for_each(|answer| answer.tell(None));
            return true;
        }
        let mut go_on = true;
        let mut lost = if self.idle() { Err(Error::Unavailable(kernel::Say::new("error-disk"))) } else { Ok(()) };
        while lost.is_ok() && answers.len() < SHARED && since.elapsed() < LONGEST {
            match self.people.try_recv() {
                Ok(Errand::Do(item)) => lost = self.run_one(item, &mut answers),
                Ok(Errand::Stop) => {
                    go_on = false;
                    break;
                }
                Err(_) => break,
            }
        }
        if lost.is_ok()
            && go_on
            && since.elapsed() < LONGEST
            && let Ok(Errand::Do(item)) = self.slices.try_recv()
        {
            lost = self.run_one(item, &mut answers);
        }
        let outcome = lost.and_then(|()| self.control("COMMIT"));
        match outcome {
            Ok(()) => {
                for topic in self.tx.topics.drain(..) {
                    // Nobody may be listening.
                    let _ = self.topics.send(topic);
                }
                answers.into_iter().for_each(|answer| answer.tell(None));
            }
            Err(error) => {
                tracing::error!(%error, writes = answers.len(), "a commit failed");
                self.tx.topics.clear();
                if !self.idle() {
                    let _ = self.control("ROLLBACK");
                }
                answers.into_iter().for_each(|answer| answer.tell(Some(&error)));
            }
        }
        go_on
    }

    /// One piece of work under its savepoint. An error if the whole transaction is gone with it.
    fn run_one(&mut self, item: Item, answers: &mut Vec<Answer>) -> Result<()> {
        let announced = self.tx.topics.len();
        if let Err(error) = self.control("SAVEPOINT work") {
            answers.push(item.run(Err(Error::internal(&error))));
            return Err(error);
        }
        let answer = self.run_bare(item);
        let good = answer.good;
        answers.push(answer);
        if !good {
            self.tx.topics.truncate(announced);
        }
        // A full disk makes SQLite roll back everything by itself: then those who came before lost their work too.
        if self.idle() {
            return Err(Error::Unavailable(kernel::Say::new("error-disk")));
        }
        if good { self.control("RELEASE work") } else { self.control("ROLLBACK TO work").and_then(|()| self.control("RELEASE work")) }
    }

    fn run_bare(&mut self, item: Item) -> Answer {
        self.tx.broken = false;
        self.tx.depth = 0;
        item.run(Ok(&mut self.tx))
    }

    fn control(&self, sql: &str) -> Result<()> {
        match &self.tx.back {
            Back::Sqlite(connection) => super::control(connection, sql, &self.tx.shared.uniques),
            Back::Postgres(_) => Ok(()),
        }
    }

    fn idle(&self) -> bool {
        matches!(&self.tx.back, Back::Sqlite(connection) if connection.is_autocommit())
    }
}
