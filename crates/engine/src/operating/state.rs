//! How the installation stands: database, nodes, schedule.

use crate::{Dialect, Engine, Principal};
use kernel::{Moment, Result};
use store::Statement;

/// How it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which database.
    pub dialect: Dialect,
    /// The version of its software.
    pub database: String,
    /// The version of the program.
    pub version: &'static str,
    /// The nodes that were there lately; one on the embedded database, which has no other.
    pub nodes: Vec<NodeSeen>,
    /// What runs by itself, the next first.
    pub schedule: Vec<Turn>,
    /// The database's clock.
    pub now: Moment,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSeen {
    /// Its number.
    pub number: i64,
    /// The version of the program on it.
    pub version: String,
    /// Its last sign of life.
    pub seen_at: Option<Moment>,
    /// Whether it is the one that answers.
    pub own: bool,
}

/// When a job runs by itself next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The job.
    pub kind: String,
    /// When.
    pub next_at: Option<Moment>,
}

impl Engine {
    /// How the installation stands. For administrators.
    pub async fn standing(&self, who: &Principal) -> Result<Standing> {
        who.administers()?;
        let own = i64::from(self.inside.node.now().number);
        let known: Vec<&'static str> = self.inside.schedule.iter().map(|turn| turn.kind).collect();
        let read = self.store().read(move |tx| {
            Box::pin(async move {
                let dialect = tx.dialect();
                let version = match dialect {
                    Dialect::Sqlite => "SELECT sqlite_version()",
                    Dialect::Postgres => "SELECT current_setting('server_version')",
                };
                let version = tx.rows(&Statement::new(version, Vec::new())).await?;
                let now = tx.now().await?;
                let nodes = "SELECT \"number\", \"version\", \"seen_at\" FROM \"node\" ORDER BY \"number\"";
                let nodes = tx.rows(&Statement::new(nodes, Vec::new())).await?;
                let node = |row: store::Row<'_>| NodeSeen {
                    number: row.int(0),
                    version: row.text(1).to_owned(),
                    seen_at: row.moment(2),
                    own: row.int(0) == own,
                };
                let mut nodes: Vec<NodeSeen> = nodes.iter().map(node).collect();
                if dialect == Dialect::Sqlite {
                    nodes = vec![NodeSeen { number: own, version: env!("CARGO_PKG_VERSION").to_owned(), seen_at: Some(now), own: true }];
                }
                let turns =
                    tx.rows(&Statement::new("SELECT \"kind\", \"next_at\" FROM \"schedule\" ORDER BY \"next_at\"", Vec::new())).await?;
                let turns = turns.iter().map(|row| Turn { kind: row.text(0).to_owned(), next_at: row.moment(1) });
                Ok(Standing {
                    dialect,
                    database: version.first().map(|row| row.text(0).to_owned()).unwrap_or_default(),
                    version: env!("CARGO_PKG_VERSION"),
                    nodes,
                    // What this version does no more has a row still.
                    schedule: turns.filter(|turn| known.contains(&turn.kind.as_str())).collect(),
                    now,
                })
            })
        });
        read.await
    }
}
