//! SQLite: one thread that writes, several that read, each with its own connection.

mod faults;
mod lock;
mod reader;
mod statements;
mod work;
mod writer;

pub(crate) use faults::from_disk;
pub(crate) use statements::{control, execute, fetch, insert_many};
pub(crate) use work::panicked;

use crate::erased::{Job, Outcome, job};
use crate::settings::{Mode, Settings};
use crate::statement::Statement;
use crate::store::Turn;
use crate::topics::Topics;
use crate::tx::{Kind, Shared, Tx};
use crossbeam_channel::Sender;
use kernel::{Error, Result, Say};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{broadcast, oneshot};
use work::{Errand, Item, item};

/// How many pieces of work may wait before the next is sent away.
const QUEUE: usize = 2_000;
/// Prepared statements kept by each connection.
const STATEMENTS: usize = 256;

/// The threads over one database file.
pub(crate) struct File {
    people: Sender<Errand>,
    slices: Sender<Errand>,
    readers: Sender<Errand>,
    reader_count: usize,
    may_write: bool,
    topics: broadcast::Sender<String>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl File {
    pub(crate) fn open(path: &Path, settings: &Settings, shared: Arc<Shared>) -> Result<File> {
        let (topics, _) = broadcast::channel(4096);
        let (people, people_queue) = crossbeam_channel::bounded(QUEUE);
        let (slices, slices_queue) = crossbeam_channel::bounded(QUEUE);
        let (readers, readers_queue) = crossbeam_channel::bounded(QUEUE);
        let mut threads = Vec::new();
        let may_write = settings.mode == Mode::Serve;
        if may_write {
            let held = lock::take(path)?;
            let connection = open_writer(path).map_err(|error| faults::translate(error, &shared.uniques))?;
            let mut tx = Tx::new(crate::tx::Back::Sqlite(connection), shared.clone(), Kind::Write);
            let queue = people_queue.clone();
            tx.waiting = Some(Box::new(move || !queue.is_empty()));
            let writer = writer::Writer { people: people_queue, slices: slices_queue, tx, topics: topics.clone(), _lock: held };
            threads.push(thread("store-write", move || writer.run())?);
        }
        let reader_count = settings.readers.max(1);
        for number in 0..reader_count {
            let (connection, watch) = open_reader(path, settings.patience).map_err(|error| faults::translate(error, &shared.uniques))?;
            let tx = Tx::new(crate::tx::Back::Sqlite(connection), shared.clone(), Kind::Read);
            let reader = reader::Reader { queue: readers_queue.clone(), tx, watch };
            threads.push(thread(&format!("store-read-{number}"), move || reader.run())?);
        }
        Ok(File { people, slices, readers, reader_count, may_write, topics, threads: Mutex::new(threads) })
    }

    pub(crate) async fn read(&self, kind: Kind, work: Job) -> Result<Outcome> {
        let (item, answer) = item(kind, work);
        hand_over(&self.readers, item, answer).await
    }

    pub(crate) async fn write(&self, turn: Turn, work: Job) -> Result<Outcome> {
        if !self.may_write {
            return Err(Error::Unavailable(Say::new("error-data-in-use")));
        }
        let (item, answer) = item(Kind::Write, work);
        match turn {
            Turn::Person => hand_over(&self.people, item, answer).await,
            Turn::Slice => hand_over(&self.slices, item, answer).await,
        }
    }

    pub(crate) fn listen(&self) -> Topics {
        Topics(self.topics.subscribe())
    }

    pub(crate) async fn health(&self) -> Result<()> {
        self.read(Kind::Read, job(|tx| Box::pin(async move { tx.rows(&Statement::new("SELECT 1", Vec::new())).await }))).await?;
        if self.may_write {
            self.write(Turn::Person, job(|_| Box::pin(async { Ok(()) }))).await?;
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        if threads.is_empty() {
            return;
        }
        // The queues are bounded, so a full one would hold up this task: the last orders go out from a thread that may wait.
        let people = self.people.clone();
        let readers = self.readers.clone();
        let reader_count = self.reader_count;
        let joined = tokio::task::spawn_blocking(move || {
            for _ in 0..reader_count {
                let _ = readers.send(Errand::Stop);
            }
            let _ = people.send(Errand::Stop);
            for thread in threads {
                let _ = thread.join();
            }
        });
        let _ = joined.await;
    }
}

async fn hand_over(queue: &Sender<Errand>, item: Item, answer: oneshot::Receiver<Result<Outcome>>) -> Result<Outcome> {
    use crossbeam_channel::TrySendError;
    match queue.try_send(Errand::Do(item)) {
        Ok(()) => answer.await.unwrap_or_else(|_| Err(closed())),
        Err(TrySendError::Full(_)) => Err(Error::Busy(1)),
        Err(TrySendError::Disconnected(_)) => Err(closed()),
    }
}

fn closed() -> Error {
    Error::Unavailable(Say::new("error-closing"))
}

fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body).map_err(Error::internal)
}

/// Memory-mapped reading is left off: it gains little over the page cache of the system, counts as the process's
/// memory, and turns a fault of the disk into a signal that kills the process.
///
/// Triggers are recursive so that a row that another replaces counts as removed, which a guard may refuse.
fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;
         PRAGMA recursive_triggers = ON;",
    )?;
    keep_statements(&connection)?;
    Ok(connection)
}

/// Statements stay prepared whatever is bound to them. Without the guarantee, SQLite looks at bound values when it compares
/// a condition with that of a partial index, and prepares the statement again at every run.
fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

fn open_reader(path: &Path, patience: Duration) -> rusqlite::Result<(Connection, reader::Watch)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    keep_statements(&connection)?;
    let watch = reader::Watch::over(&mut connection, patience)?;
    Ok((connection, watch))
}
