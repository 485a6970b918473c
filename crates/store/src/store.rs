//! The door to the data.

use crate::erased::{Job, Outcome, job, outcome};
use crate::postgres::Server;
use crate::settings::{Mode, Place, Settings};
use crate::shape::{self, ShapeReport};
use crate::sqlite::File;
use crate::statement::{Dialect, Statement};
use crate::topics::Topics;
use crate::tx::{Kind, Shared, Tx};
use kernel::Result;
use meta::shape::Table;
use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// What a piece of work does over its [`Tx`]: `store.write(|tx| Box::pin(async move { … }))`.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

/// How long a statement of long reading may take.
const LONG: Duration = Duration::from_secs(24 * 3600);

/// The data of an installation. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Store {
    pub(crate) base: Arc<Base>,
}

// The fields are dropped in order: what a test keeps goes last.
pub(crate) struct Base {
    back: Backing,
    pub(crate) shared: Arc<Shared>,
    settings: Settings,
    _keep: Option<Box<dyn Any + Send + Sync>>,
}

enum Backing {
    File(File),
    Server(Box<Server>),
}

/// Who waits for a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A person.
    Person,
    /// A slice of long work, after every person.
    Slice,
}

impl Store {
    /// Opens the data. `Unavailable` with `error-data-in-use` if another process serves from the same file.
    pub async fn open(settings: Settings) -> Result<Store> {
        Store::open_keeping(settings, None).await
    }

    /// The same, holding something for as long as the store lives.
    pub(crate) async fn open_keeping(settings: Settings, keep: Option<Box<dyn Any + Send + Sync>>) -> Result<Store> {
        let shared = Arc::new(Shared::default());
        let back = match &settings.place {
            Place::Sqlite { path } => Backing::File(File::open(path, &settings, shared.clone())?),
            Place::Postgres { url, .. } => Backing::Server(Box::new(Server::open(url, &settings, shared.clone()).await?)),
        };
        Ok(Store { base: Arc::new(Base { back, shared, settings, _keep: keep }) })
    }

    /// Another hold on the same data for long reading: it has connections of its own and all the time it needs, and keeps
    /// nobody else waiting. To be closed when it is done.
    pub async fn aside(&self) -> Result<Store> {
        let settings = Settings { readers: 1, connections: 2, patience: LONG, ..self.base.settings.clone().reading() };
        Store::open(settings).await
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match self.base.back {
            Backing::File(_) => Dialect::Sqlite,
            Backing::Server(_) => Dialect::Postgres,
        }
    }

    /// Whether it was opened for writing.
    pub fn mode(&self) -> Mode {
        self.base.settings.mode
    }

    /// Reads; each statement sees what is committed when it starts.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        outcome(self.read_in(Kind::Read, job(work)).await?)
    }

    /// Reads; all statements see the same moment.
    pub async fn read_snapshot<T, F>(&self, work: F) -> Result<T>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        outcome(self.read_in(Kind::Snapshot, job(work)).await?)
    }

    async fn read_in(&self, kind: Kind, work: Job) -> Result<Outcome> {
        match &self.base.back {
            Backing::File(file) => file.read(kind, work).await,
            Backing::Server(server) => server.read(kind, work).await,
        }
    }

    /// Writes, as one transaction: committed when this returns `Ok`, without a trace otherwise. It runs to its end
    /// even if the caller goes away. On SQLite the work must never wait for anything but its `Tx`.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        outcome(self.write_in(Turn::Person, job(work)).await?)
    }

    /// The same for a slice of long work (imports, sends, recalculations), at most 20 ms long: people's writes go first.
    pub async fn write_slice<T, F>(&self, work: F) -> Result<T>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        outcome(self.write_in(Turn::Slice, job(work)).await?)
    }

    async fn write_in(&self, turn: Turn, work: Job) -> Result<Outcome> {
        match &self.base.back {
            Backing::File(file) => file.write(turn, work).await,
            Backing::Server(server) => server.write(turn, work).await,
        }
    }

    /// Brings the database to the descriptions: missing tables, columns, indexes and search companions are made,
    /// nothing is dropped. Safe to repeat, and to run from several nodes at once.
    pub async fn shape(&self, tables: &[Table]) -> Result<ShapeReport> {
        self.base.shared.uniques.learn(tables);
        match (&self.base.back, &self.base.settings.place) {
            (Backing::Server(_), Place::Postgres { url, shape_url }) => {
                shape::postgres::shape(url, shape_url.as_deref(), tables, &self.base.shared).await
            }
            _ => {
                let tables = tables.to_vec();
                self.write(move |tx| Box::pin(async move { shape::sqlite::shape(tx, &tables).await })).await
            }
        }
    }

    /// Whether a table or a column of these is not there: an older version shaped the database last, and nothing of this one has
    /// served it since.
    pub async fn is_behind(&self, tables: Vec<Table>) -> Result<bool> {
        self.read(move |tx| Box::pin(async move { shape::is_behind(tx, &tables).await })).await
    }

    /// Takes away what guards the tables that are only added to, as whoever owns them, until they are shaped again: for a place that is
    /// emptied to be filled anew.
    pub async fn unguard(&self, tables: &[Table]) -> Result<()> {
        match (&self.base.back, &self.base.settings.place) {
            (Backing::Server(_), Place::Postgres { url, shape_url }) => {
                shape::postgres::unguard(url, shape_url.as_deref(), tables, &self.base.shared).await
            }
            _ => {
                let tables = tables.to_vec();
                self.write(move |tx| Box::pin(async move { shape::sqlite::unguard(tx, &tables).await })).await
            }
        }
    }

    /// The same within a transaction that writes more than the shape. On SQLite it is a part of it; on PostgreSQL the role that
    /// serves may shape nothing, so another connection does it at once, and what it made stays if the transaction fails.
    pub async fn shape_within(&self, tx: &mut Tx, tables: &[Table]) -> Result<ShapeReport> {
        match self.dialect() {
            Dialect::Sqlite => {
                self.base.shared.uniques.learn(tables);
                shape::sqlite::shape(tx, tables).await
            }
            Dialect::Postgres => self.shape(tables).await,
        }
    }

    /// Learns which fields the unique indexes of these tables speak of, where another node shaped them.
    pub fn learn(&self, tables: &[Table]) {
        self.base.shared.uniques.learn(tables);
    }

    /// Whether the role that serves may do what no request ever needs: everything (a superuser), or running programs on the
    /// database's machine. Never so on SQLite.
    pub async fn overpowered(&self) -> Result<bool> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(false);
        }
        let asked = "SELECT rolsuper OR pg_has_role(current_user, 'pg_execute_server_program', 'MEMBER') FROM pg_roles WHERE rolname = current_user";
        let rows = self.read(move |tx| Box::pin(async move { tx.rows(&Statement::new(asked, Vec::new())).await })).await?;
        Ok(rows.first().is_none_or(|row| row.bool(0)))
    }

    /// What commits announce from now on, on all nodes.
    pub async fn listen(&self) -> Topics {
        match &self.base.back {
            Backing::File(file) => file.listen(),
            Backing::Server(server) => server.listen().await,
        }
    }

    /// Keeps the planner's knowledge of the data fresh; worth calling once a day, and after an import. PostgreSQL does it by itself.
    pub async fn tidy(&self) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            return Ok(());
        }
        let tidy = |sql: &'static str| {
            self.write_slice(move |tx| Box::pin(async move { tx.rows(&Statement::new(sql, Vec::new())).await.map(|_| ()) }))
        };
        tidy("PRAGMA analysis_limit = 400").await?;
        tidy("PRAGMA optimize").await
    }

    /// Whether the database answers.
    pub async fn health(&self) -> Result<()> {
        match &self.base.back {
            Backing::File(file) => file.health().await,
            Backing::Server(server) => server.health().await,
        }
    }

    /// Finishes what is queued and lets go of the data; later calls are `Unavailable`.
    pub async fn close(&self) {
        match &self.base.back {
            Backing::File(file) => file.close().await,
            Backing::Server(server) => server.close(),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({:?})", self.dialect())
    }
}
