//! What was on its way when somebody was killed is in doubt: the server may have taken it. It is shown as that, and goes out again or
//! waits, as the mailing says; of a mailing that was stopped nothing does.

use engine::{Dialect, Engine, Statement, Tx, in_tx};
use kernel::{Result, Value};

/// How long what is in doubt waits before it goes out again, in milliseconds.
pub(super) const WAITS_MILLIS: i64 = 30_000;

/// On the embedded database everything that is on its way when a process begins: the one that had it is gone.
pub(super) async fn left_behind(engine: &Engine) -> Result<()> {
    if engine.store().dialect() == Dialect::Sqlite { doubted(engine, false).await } else { Ok(()) }
}

/// What is on its way for longer than whoever took it may have it.
pub(super) async fn abandoned(engine: &Engine) -> Result<()> {
    doubted(engine, true).await
}

async fn doubted(engine: &Engine, late_alone: bool) -> Result<()> {
    let work = in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            // Which mailings have something on its way is found by the key of the ledger, one after the other.
            let sql = "SELECT \"id\", \"doubtful\", \"state\" FROM \"mailing\" WHERE \"state\" IN ('sending', 'paused', 'stopped')";
            let mailings = tx.rows(&Statement::new(sql, Vec::new())).await?;
            for row in mailings.iter() {
                let stays = row.text(1) == "hold" || row.text(2) == "stopped";
                let again = if stays { Value::Empty } else { Value::Moment(now.plus_millis(WAITS_MILLIS)) };
                let mut values = vec![Value::Moment(now), again, row.link(0).into()];
                let late = if late_alone { " AND \"until\" <= ?" } else { "" };
                if late_alone {
                    values.push(Value::Moment(now));
                }
                let sql = format!(
                    "UPDATE \"delivery\" SET \"state\" = 'in-doubt', \"at\" = ?, \"due_at\" = ?, \"lease\" = '', \"until\" = NULL \
                     WHERE \"mailing\" = ? AND \"state\" = 'sending'{late} AND \"removed_at\" IS NULL"
                );
                tx.execute(&Statement::new(sql, values)).await?;
            }
            Ok(())
        })
    });
    engine.store().write(work).await
}
