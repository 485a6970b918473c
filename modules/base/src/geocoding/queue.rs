//! The addresses that wait to be looked for, and those that the server does not know: one row for a record, under its identity.

use super::{address, jobs};
use crate::addresses::coordinates::located;
use engine::geocoding::PROGRESS;
use engine::{Change, Dialect, Engine, Statement, Tx, Work};
use kernel::{Id, Moment, Result, Value};
use meta::entity::Visibility;
use meta::fields::{Choices, Code, MomentOf, Whole, choice, code, moment, whole};
use meta::{Entity, choices, entity};

choices! {
    /// How it stands with an address.
    State {
        /// It is to be looked for.
        Waiting = "waiting" grey,
        /// The server does not know it.
        Unknown = "unknown" grey,
    }
}

entity! { "geocoding" {
    /// The entity of the record.
    KIND: Code = code("kind"),
    /// How it stands.
    STATE: Choices<State> = choice::<State>("state"),
    /// The mark of the address that the server did not know.
    ASKED: Code = code("asked"),
    /// How often the server refused it.
    TRIES: Whole = whole("tries"),
    /// When it may be looked for; while somebody does, when another may.
    DUE_AT: MomentOf = moment("due_at"),
}}

/// The description of what waits. It moves with every answer and is nobody's to read.
pub(super) fn geocoding() -> Entity {
    Entity::new(PROGRESS, "geocodings", fields()).seen(Visibility::Administrators).index(&["state", "due_at"]).inner().untracked()
}

/// Whoever takes an address has so long to find it, in milliseconds.
const LEASE: i64 = 3 * 60_000;
/// After so many refusals an address counts as unknown.
const MOST_TRIES: i64 = 3;

/// Puts the address of a record that is written among those to be looked for, where addresses are, and nobody knows better. Of what goes
/// into the trash nothing is kept.
pub(crate) fn follow<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            let forget = "DELETE FROM \"geocoding\" WHERE \"id\" = ?";
            tx.execute(&Statement::new(forget, vec![change.after.id.into()])).await?;
        }
        if !change.model.geocodes || change.removes() {
            return Ok(());
        }
        let record = &change.after;
        let Some(of) = located(record.entity()) else { return Ok(()) };
        if of.is_known(record) || address::sought(record, of.address).is_none() {
            return Ok(());
        }
        let values = vec![record.id.into(), record.entity().into(), Value::Moment(AT_ONCE)];
        tx.execute(&Statement::new(format!("{PUT} VALUES (?, ?, 'waiting', '', 0, ?, 1){AGAIN}"), values)).await?;
        change.then(jobs::SEEK);
        Ok(())
    })
}

/// What people write goes before what was gathered.
const AT_ONCE: Moment = Moment::from_millis(0);

const PUT: &str = "INSERT INTO \"geocoding\" (\"id\", \"kind\", \"state\", \"asked\", \"tries\", \"due_at\", \"version\")";
/// What waits is due anew, also for whoever looks for it just now; what was unknown is held against its address by whoever takes it.
const AGAIN: &str = " ON CONFLICT (\"id\") DO UPDATE SET \"state\" = 'waiting', \"tries\" = 0, \"due_at\" = excluded.\"due_at\"";

/// An address that somebody took to look for.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) id: Id,
    pub(super) kind: String,
    pub(super) asked: String,
    tries: i64,
    until: Moment,
}

/// Takes the next address that is due.
pub(super) async fn take(engine: &Engine) -> Result<Option<Taken>> {
    let taken = engine::in_tx(|tx: &mut Tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            let lock = if tx.dialect() == Dialect::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
            let next = format!(
                "SELECT \"id\", \"kind\", \"asked\", \"tries\" FROM \"geocoding\" WHERE \"state\" = 'waiting' AND \"due_at\" <= ? \
                 AND \"removed_at\" IS NULL ORDER BY \"due_at\", \"id\" LIMIT 1{lock}"
            );
            let rows = tx.rows(&Statement::new(next, vec![Value::Moment(now)])).await?;
            let until = now.plus_millis(LEASE);
            let taken = rows.first().and_then(|row| {
                let (kind, asked) = (row.text(1).to_owned(), row.text(2).to_owned());
                Some(Taken { id: row.link(0)?, kind, asked, tries: row.int(3), until })
            });
            if let Some(taken) = &taken {
                let hold = "UPDATE \"geocoding\" SET \"due_at\" = ? WHERE \"id\" = ?";
                tx.execute(&Statement::new(hold, vec![Value::Moment(until), taken.id.into()])).await?;
            }
            Ok(taken)
        })
    });
    engine.store().write(taken).await
}

impl Taken {
    /// It need not be looked for any more. What was put back meanwhile stays.
    pub(super) async fn done(self, engine: &Engine) -> Result<()> {
        self.settle(engine, "DELETE FROM \"geocoding\" WHERE \"id\" = ? AND \"due_at\" = ?", Vec::new()).await
    }

    /// The server does not know it.
    pub(super) async fn unknown(self, engine: &Engine, mark: String) -> Result<()> {
        let sql = "UPDATE \"geocoding\" SET \"state\" = 'unknown', \"asked\" = ? WHERE \"id\" = ? AND \"due_at\" = ?";
        self.settle(engine, sql, vec![mark.into()]).await
    }

    /// The server failed: it is due again when the server is asked again.
    pub(super) async fn later(self, engine: &Engine, again: Moment) -> Result<()> {
        let sql = "UPDATE \"geocoding\" SET \"due_at\" = ? WHERE \"id\" = ? AND \"due_at\" = ?";
        self.settle(engine, sql, vec![Value::Moment(again)]).await
    }

    /// The server refused this address, not all of them; after some times it counts as unknown.
    pub(super) async fn refused(self, engine: &Engine, mark: String, again: Moment) -> Result<()> {
        if self.tries + 1 >= MOST_TRIES {
            return self.unknown(engine, mark).await;
        }
        let sql = "UPDATE \"geocoding\" SET \"tries\" = ?, \"due_at\" = ? WHERE \"id\" = ? AND \"due_at\" = ?";
        let tries = Value::Int(self.tries + 1);
        self.settle(engine, sql, vec![tries, Value::Moment(again)]).await
    }

    async fn settle(self, engine: &Engine, sql: &'static str, mut values: Vec<Value>) -> Result<()> {
        values.extend([self.id.into(), Value::Moment(self.until)]);
        let statement = Statement::new(sql, values);
        let settled = engine::in_tx(move |tx: &mut Tx| Box::pin(async move { tx.execute(&statement).await.map(|_| ()) }));
        engine.store().write(settled).await
    }
}

/// When the next address is due; none where none waits.
pub(super) async fn next_due(engine: &Engine) -> Result<Option<Moment>> {
    let sql = "SELECT \"due_at\" FROM \"geocoding\" WHERE \"state\" = 'waiting' AND \"removed_at\" IS NULL ORDER BY \"due_at\" LIMIT 1";
    let asked = Statement::new(sql, Vec::new());
    let read = engine::in_tx(move |tx: &mut Tx| Box::pin(async move { Ok(tx.rows(&asked).await?.first().and_then(|row| row.moment(0))) }));
    engine.store().read(read).await
}

/// Records looked through in one commit.
const MANY: i64 = 1_000;

/// Puts the next records of an entity, from one on, among those to be looked for; the last of them, and none at the end.
pub(super) async fn gather(engine: &Engine, kind: &'static str, after: Id) -> Result<Option<Id>> {
    let put = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let last = format!(
                "SELECT max(\"id\") FROM (SELECT \"id\" FROM \"{kind}\" WHERE \"id\" > ? AND \"removed_at\" IS NULL ORDER BY \"id\" LIMIT {MANY}) AS r"
            );
            let rows = tx.rows(&Statement::new(last, vec![after.into()])).await?;
            let Some(last) = rows.first().and_then(|row| row.link(0)) else { return Ok(None) };
            // Whether an address can be looked for at all is seen by whoever takes it.
            let sql = format!(
                "{PUT} SELECT \"id\", ?, 'waiting', '', 0, ?, 1 FROM \"{kind}\" WHERE \"id\" > ? AND \"id\" <= ? AND \"removed_at\" IS NULL \
                 AND \"address_city\" <> '' AND \"coordinates_by_hand\" = '' AND \"coordinates_found\" = ''{AGAIN}"
            );
            let now = tx.now().await?;
            tx.execute(&Statement::new(sql, vec![kind.into(), Value::Moment(now), after.into(), last.into()])).await?;
            tx.announce(PROGRESS).await?;
            Ok(Some(last))
        })
    });
    engine.store().write_slice(put).await
}

/// How many addresses wait, and how many the server does not know.
pub(super) async fn counts(engine: &Engine) -> Result<(i64, i64)> {
    let sql = "SELECT count(*) FROM \"geocoding\" WHERE \"state\" = ? AND \"removed_at\" IS NULL";
    let read = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let mut counts = [0; 2];
            for (count, state) in counts.iter_mut().zip(["waiting", "unknown"]) {
                let rows = tx.rows(&Statement::new(sql, vec![state.into()])).await?;
                *count = rows.first().map_or(0, |row| row.int(0));
            }
            Ok((counts[0], counts[1]))
        })
    });
    engine.store().read(read).await
}

/// Nothing waits any more.
pub(super) async fn empty(engine: &Engine) -> Result<()> {
    changed(engine, "DELETE FROM \"geocoding\" WHERE \"state\" = 'waiting'").await
}

/// What one server does not know another may.
pub(super) async fn forget_unknown(engine: &Engine) -> Result<()> {
    changed(engine, "UPDATE \"geocoding\" SET \"asked\" = '' WHERE \"state\" = 'unknown'").await
}

/// What waits for the server to recover waits no longer.
pub(super) async fn all_due(engine: &Engine) -> Result<()> {
    let work = engine::in_tx(|tx: &mut Tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            let sql = "UPDATE \"geocoding\" SET \"due_at\" = ? WHERE \"state\" = 'waiting' AND \"due_at\" > ?";
            tx.execute(&Statement::new(sql, vec![Value::Moment(now), Value::Moment(now)])).await?;
            tx.announce(PROGRESS).await
        })
    });
    engine.store().write(work).await
}

async fn changed(engine: &Engine, sql: &'static str) -> Result<()> {
    let work = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            tx.execute(&Statement::new(sql, Vec::new())).await?;
            tx.announce(PROGRESS).await
        })
    });
    engine.store().write(work).await
}

/// Has a job of this kind do its work after what was done just now.
pub(super) async fn enqueue(engine: &Engine, kind: &'static str) -> Result<()> {
    let engine_too = engine.clone();
    let begun = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            engine_too.enqueue(tx, kind, String::new(), None).await?;
            tx.announce(PROGRESS).await
        })
    });
    engine.store().write(begun).await
}
