//! PostgreSQL: a pool of connections, a transaction each.

mod bulk;
mod cell;
mod faults;
mod listen;
mod numeric;
mod statements;

pub(crate) use bulk::{insert_many, put_words};
pub(crate) use faults::translate;
pub(crate) use statements::{control, execute, fetch};

use crate::erased::{Job, Outcome, job};
use crate::settings::{Mode, Settings};
use crate::sqlite::panicked;
use crate::statement::Statement;
use crate::store::Turn;
use crate::topics::Topics;
use crate::tx::{Back, Kind, Shared, Tx, swallowed};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use futures_util::FutureExt;
use kernel::{Error, Result, Say};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_postgres::{Config, NoTls};
use tracing::Instrument;

/// Tells the listeners of all nodes at the commit: topics, a line each.
const NOTIFY: &str = "SELECT pg_notify('scheda', topic) FROM unnest(string_to_array(CAST(? AS text), E'\\n')) AS topic";
/// The channel of [`NOTIFY`].
const CHANNEL: &str = "scheda";
/// How long a request waits for a free connection.
const WAIT: Duration = Duration::from_secs(10);
/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The pool over one database of a server.
pub(crate) struct Server {
    pool: Pool,
    shared: Arc<Shared>,
    /// Slices of long work leave connections to people.
    slices: Arc<Semaphore>,
    may_write: bool,
    listening: listen::Listening,
}

/// A connection taken from the pool. If a transaction is left open in it, it does not go back.
pub(crate) struct Lease {
    object: Option<Object>,
    pub(super) open: bool,
}

impl Lease {
    pub(super) fn client(&self) -> Result<&Object> {
        self.object.as_ref().ok_or_else(|| Error::internal("a connection was used after it was given back"))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.open
            && let Some(object) = self.object.take()
        {
            drop(Object::take(object));
        }
    }
}

impl Server {
    pub(crate) async fn open(url: &str, settings: &Settings, shared: Arc<Shared>) -> Result<Server> {
        let config = config(url)?;
        let manager = Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let manners = format!(
            "SET timezone = 'UTC'; SET statement_timeout = {patience}; SET lock_timeout = {lock}; SET idle_in_transaction_session_timeout = 60000",
            patience = settings.patience.as_millis(),
            lock = settings.patience.as_millis().min(10_000),
        );
        let pool = Pool::builder(manager)
            .max_size(settings.connections.max(2))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(CONNECT))
            .recycle_timeout(Some(CONNECT))
            .post_create(Hook::async_fn(move |client, _| {
                let manners = manners.clone();
                Box::pin(async move { client.batch_execute(&manners).await.map_err(HookError::Backend) })
            }))
            .build()
            .map_err(Error::internal)?;
        let server = Server {
            pool,
            shared,
            slices: Arc::new(Semaphore::new((settings.connections / 4).max(1))),
            may_write: settings.mode == Mode::Serve,
            listening: listen::Listening::new(config),
        };
        server.health().await?;
        Ok(server)
    }

    pub(crate) async fn read(&self, kind: Kind, work: Job) -> Result<Outcome> {
        let mut tx = self.lease(kind).await?;
        if kind == Kind::Snapshot {
            begin(&mut tx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        }
        let outcome = guarded(&mut tx, work).await.unwrap_or_else(Err);
        if kind == Kind::Snapshot && tx.control("ROLLBACK").await.is_ok() {
            closed(&mut tx);
        }
        outcome
    }

    /// The work runs as a task of its own: a request that goes away can't leave it half done.
    pub(crate) async fn write(&self, turn: Turn, work: Job) -> Result<Outcome> {
        if !self.may_write {
            return Err(Error::Unavailable(Say::new("error-data-in-use")));
        }
        let turn = match turn {
            Turn::Person => None,
            Turn::Slice => Some(self.slices.clone().acquire_owned().await.map_err(Error::internal)?),
        };
        let mut tx = self.lease(Kind::Write).await?;
        let task = async move {
            let _turn = turn;
            begin(&mut tx, "BEGIN").await?;
            // After a panic the connection is thrown away, and the server rolls back.
            let outcome = guarded(&mut tx, work).await?;
            let outcome = if tx.broken { outcome.and_then(|_| Err(swallowed())) } else { outcome };
            // What was announced goes out in one statement.
            let topics = std::mem::take(&mut tx.topics);
            let outcome = match outcome {
                Ok(done) if !topics.is_empty() => tx.rows(&Statement::new(NOTIFY, vec![topics.join("\n").into()])).await.map(|_| done),
                other => other,
            };
            let last = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
            match (tx.control(last).await, outcome) {
                (Ok(()), outcome) => {
                    closed(&mut tx);
                    outcome
                }
                (Err(error), Ok(_)) => Err(error),
                (Err(_), Err(error)) => Err(error),
            }
        };
        let task = tokio::spawn(task.instrument(tracing::Span::current()));
        task.await.unwrap_or_else(|error| Err(Error::internal(error)))
    }

    pub(crate) async fn listen(&self) -> Topics {
        self.listening.listen().await
    }

    pub(crate) async fn health(&self) -> Result<()> {
        let asked = job(|tx| Box::pin(async move { tx.rows(&Statement::new("SELECT 1", Vec::new())).await.map(|_| ()) }));
        self.read(Kind::Read, asked).await.map(|_| ())
    }

    pub(crate) fn close(&self) {
        self.pool.close();
        self.listening.stop();
    }

    async fn lease(&self, kind: Kind) -> Result<Tx> {
        let object = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => translate(error, &self.shared.uniques),
            PoolError::Closed => Error::Unavailable(Say::new("error-closing")),
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Error::Busy(1),
            PoolError::Timeout(_) => faults::away(),
            other => Error::internal(other),
        })?;
        Ok(Tx::new(Back::Postgres(Lease { object: Some(object), open: false }), self.shared.clone(), kind))
    }
}

/// The settings of an address.
pub(crate) fn config(url: &str) -> Result<Config> {
    let mut config: Config =
        url.parse().map_err(|error: tokio_postgres::Error| Error::Internal(format!("the address of PostgreSQL: {error}")))?;
    if config.get_application_name().is_none() {
        config.application_name("scheda");
    }
    config.connect_timeout(CONNECT);
    Ok(config)
}

async fn begin(tx: &mut Tx, sql: &str) -> Result<()> {
    // Open from before the first byte: a cancelled BEGIN may have reached the server.
    if let Back::Postgres(lease) = &mut tx.back {
        lease.open = true;
    }
    tx.control(sql).await
}

fn closed(tx: &mut Tx) {
    if let Back::Postgres(lease) = &mut tx.back {
        lease.open = false;
    }
}

/// Runs the work; the outer error is a panic in it.
async fn guarded(tx: &mut Tx, work: Job) -> Result<Result<Outcome>> {
    AssertUnwindSafe(async { work(tx).await }).catch_unwind().await.map_err(|panic| panicked(&*panic))
}
