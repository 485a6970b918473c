//! Ending a bulk action before its time, and undoing it: at once where it is small, by a job where it is not.

use super::entity::{self as bulk, BULK, State};
use super::report::Reason;
use super::{AT_ONCE, job};
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::principal::Principal;
use crate::undo::Undone;
use kernel::error::Conflict;
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::fields::Chosen;
use store::{Statement, Tx, Work};

/// The job's name.
const KIND: &str = "undo-bulk";

pub(super) struct UndoBulk;

impl Run for UndoBulk {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let changeset = context.payload.parse().map_err(|_| Error::internal("an undoing without a changeset"))?;
            match context.engine.undo(&context.who, changeset).await {
                // Undone by a run before this one.
                Ok(_) | Err(Error::Conflict(_)) => Ok(Done::Finished),
                Err(error) => Err(error),
            }
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        Box::pin(async move {
            let sql = Statement::new("SELECT \"id\" FROM \"bulk\" WHERE \"changeset\" = ?", vec![Value::from(payload)]);
            let rows = engine.store().read(move |tx| Box::pin(async move { tx.rows(&sql).await })).await?;
            match rows.first().and_then(|row| row.link(0)) {
                Some(bulk) => engine.end_bulk(bulk, State::Undoing).await,
                None => Ok(()),
            }
        })
    }
}

impl Engine {
    /// Undoes a bulk action of one's own, or anybody's for an administrator; tells what was undone, or nothing where a job
    /// does it. Conflict while it is worked off, and where it is undone already.
    pub async fn undo_bulk(&self, who: &Principal, id: Id) -> Result<Option<Undone>> {
        let report = self.bulk_report(who, id).await?;
        let changeset: Id = report.record.get(&bulk::CHANGESET).parse().map_err(|_| Error::NotFound)?;
        match report.state {
            State::Running | State::Undoing => return Err(state("error-bulk-running")),
            State::Undone => return Err(state("error-undone-already")),
            State::Done | State::Stopped => {}
        }
        if report.to_undo <= AT_ONCE {
            return self.undo(who, changeset).await.map(Some);
        }
        let (engine, principal) = (self.clone(), who.user);
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    // Asked for twice at once, it is begun once.
                    if moved(tx, id, State::Undoing, &[State::Done, State::Stopped, State::Undone]).await? {
                        engine.enqueue(tx, KIND, changeset.to_string(), principal).await?;
                    }
                    Ok(None)
                })
            })
            .await
    }

    /// Ends a bulk action where it stands; what is done stays, and can be undone.
    pub async fn stop_bulk(&self, who: &Principal, id: Id) -> Result<()> {
        self.show(who, &*self.entity(BULK)?, id).await?;
        self.end_bulk(id, State::Running).await
    }

    /// Notes that a bulk action which is in this state goes no further.
    pub(super) async fn end_bulk(&self, id: Id, from: State) -> Result<()> {
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    if moved(tx, id, State::Stopped, &[from]).await? {
                        job::forget_selection(tx, id).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

fn state(key: &'static str) -> Error {
    Error::Conflict(Conflict::State(Say::new(key)))
}

/// Gives a bulk action another state, if it has one of these; tells whether it had.
async fn moved(tx: &mut Tx, id: Id, to: State, from: &[State]) -> Result<bool> {
    let places = vec!["?"; from.len()].join(", ");
    let sql = format!("UPDATE \"bulk\" SET \"state\" = ?, \"version\" = \"version\" + 1 WHERE \"id\" = ? AND \"state\" IN ({places})");
    let values = [Value::from(to.key()), id.into()].into_iter().chain(from.iter().map(|state| state.key().into())).collect();
    let moved = tx.execute(&Statement::new(sql, values)).await? == 1;
    if moved {
        job::announce(tx, id).await?;
    }
    Ok(moved)
}

/// The bulk action that is being undone with a changeset, if it is one's, and whether it merged terms: from here on nothing is
/// added to it.
pub(crate) async fn undoes(tx: &mut Tx, changeset: Id) -> Result<Option<(Id, bool)>> {
    let sql = "UPDATE \"bulk\" SET \"state\" = ?, \"version\" = \"version\" + 1 WHERE \"changeset\" = ? RETURNING \"id\", \"action\"";
    let values = vec![State::Undoing.key().into(), changeset.to_string().into()];
    Ok(tx.rows(&Statement::new(sql, values)).await?.first().and_then(|row| Some((row.link(0)?, row.text(1) == "merge"))))
}

/// Notes how far the undoing of a bulk action came, and what it left.
pub(crate) async fn undone(tx: &mut Tx, id: Id, looked_at: usize, left: &[(Id, String)], now: Moment, ended: bool) -> Result<()> {
    for (record, field) in left {
        // Beside a refusal of the same record, which is what it is already.
        let sql = "INSERT INTO \"bulk_refusal\" (\"bulk\", \"record\", \"field\", \"reason\") VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let values = vec![id.into(), (*record).into(), field.as_str().into(), Reason::left(field).packed().into()];
        tx.execute(&Statement::new(sql, values)).await?;
    }
    let sql =
        "UPDATE \"bulk\" SET \"state\" = ?, \"undone\" = \"undone\" + ?, \"left\" = \"left\" + ?, \"changed_at\" = ? WHERE \"id\" = ?";
    let state = if ended { State::Undone } else { State::Undoing };
    let values = vec![state.key().into(), Value::Int(looked_at as i64), Value::Int(left.len() as i64), Value::Moment(now), id.into()];
    tx.execute(&Statement::new(sql, values)).await?;
    if ended {
        job::forget_selection(tx, id).await?;
    }
    job::announce(tx, id).await
}
