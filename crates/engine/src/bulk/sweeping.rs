//! What a bulk action refused, record by record, is told for some days after it ended. Its own record stays, with its counts:
//! the history leads to it, and undoing it needs no more than its changeset.

use super::entity::State;
use crate::Engine;
use kernel::{Result, Value};
use meta::fields::Chosen;
use store::Statement;

/// For so many days after the end of a bulk action each refusal is told.
pub const TOLD_DAYS: i64 = 90;
/// Rows deleted in one commit.
const SLICE: i64 = 1_000;

impl Engine {
    /// Forgets what bulk actions refused that ended long ago, and what may be left of their selections.
    pub(crate) async fn sweep_bulks(&self) -> Result<()> {
        let before = self.now().plus_millis(-TOLD_DAYS * 86_400_000);
        for (table, key) in [("bulk_refusal", r#""bulk", "record", "field""#), ("bulk_portion", r#""bulk", "place""#)] {
            let sql = format!(
                r#"DELETE FROM "{table}" WHERE ({key}) IN (SELECT {key} FROM "{table}" WHERE "bulk" IN
                   (SELECT "id" FROM "bulk" WHERE "state" NOT IN (?, ?) AND "changed_at" < ?) LIMIT ?)"#
            );
            let under_way = [State::Running, State::Undoing].map(|state| Value::from(state.key()));
            let values: Vec<Value> = under_way.into_iter().chain([Value::Moment(before), Value::Int(SLICE)]).collect();
            loop {
                let sql = Statement::new(sql.clone(), values.clone());
                let gone = self.inside.store.write_slice(move |tx| Box::pin(async move { tx.execute(&sql).await })).await?;
                if (gone as i64) < SLICE {
                    break;
                }
            }
        }
        Ok(())
    }
}
