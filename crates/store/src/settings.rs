//! Where the data is and how much to take of the machine.

use std::path::PathBuf;
use std::time::Duration;

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file; beside it stand its journal and `scheda.lock`.
    Sqlite {
        /// The database's file; its folder is made if it is missing.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// `postgres://role@host/database` of the serving role, which owns no table.
        url: String,
        /// The same with the role that owns the tables; without it the serving role shapes them too.
        shape_url: Option<String>,
    },
}

/// What the data is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Reads and writes; on SQLite this process then is the only one that writes.
    Serve,
    /// Reads, beside whoever serves.
    Read,
}

/// How to open a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the data is.
    pub place: Place,
    /// What for.
    pub mode: Mode,
    /// Reading threads of SQLite.
    pub readers: usize,
    /// Connections to PostgreSQL at most.
    pub connections: usize,
    /// After how long a reading statement is broken off; on PostgreSQL any statement but those that shape.
    pub patience: Duration,
}

impl Settings {
    /// For serving from a place, with the usual measures.
    pub fn new(place: Place) -> Settings {
        Settings { place, mode: Mode::Serve, readers: 3, connections: 8, patience: Duration::from_secs(30) }
    }

    /// For serving from a file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Settings {
        Settings::new(Place::Sqlite { path: path.into() })
    }

    /// For serving from a server.
    pub fn postgres(url: impl Into<String>, shape_url: Option<String>) -> Settings {
        Settings::new(Place::Postgres { url: url.into(), shape_url })
    }

    /// The same, for reading only.
    pub fn reading(mut self) -> Settings {
        self.mode = Mode::Read;
        self
    }
}
