//! The trash: removed records stay for some days, then they and their lines go for good.

use crate::Engine;
use crate::area::Slice;
use crate::jobs::{Done, JobContext, Run};
use kernel::{Result, Value};
use meta::sql::Sql;
use store::{Dialect, Statement, Work};

/// What the trash registers.
pub(crate) fn slice() -> Slice {
    Slice::new("trash").job(EmptyTrash).every("17 3 * * *", "empty-trash")
}

struct EmptyTrash;

/// Records purged in one commit.
const SLICE: i64 = 200;

impl Run for EmptyTrash {
    fn kind(&self) -> &'static str {
        "empty-trash"
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let engine = &context.engine;
            for entity in engine.model().entities() {
                while engine.purge(entity.key).await? {}
            }
            engine.sweep().await?;
            Ok(Done::Finished)
        })
    }
}

impl Engine {
    /// Purges a slice of an entity's old trash; tells whether there may be more.
    async fn purge(&self, entity: &'static str) -> Result<bool> {
        let before = self.now().plus_millis(-self.settings().trash_days * 86_400_000);
        let mut old = Sql::new();
        old.push("SELECT \"id\" FROM ").name(entity).push(" WHERE \"removed_at\" < ").bind(before).push(" LIMIT ").number(SLICE);
        let old = Statement::new(old.text, old.values);
        // Looking for them takes long in a large table: writers need not wait for it.
        let found = self
            .inside
            .store
            .read(move |tx| {
                Box::pin(async move { Ok(tx.rows(&old).await?.iter().filter_map(|row| row.link(0)).collect::<Vec<kernel::Id>>()) })
            })
            .await?;
        if found.is_empty() {
            return Ok(false);
        }
        let engine = self.clone();
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    let entity = engine.entity(entity)?;
                    let mut still = Sql::new();
                    still.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"removed_at\" < ").bind(before).push(" AND \"id\"");
                    meta::query::among(&found, &mut still);
                    if tx.dialect() == Dialect::Postgres {
                        still.push(" FOR UPDATE");
                    }
                    let ids: Vec<kernel::Id> =
                        tx.rows(&Statement::new(still.text, still.values)).await?.iter().filter_map(|row| row.link(0)).collect();
                    for id in &ids {
                        for relation in entity.owned() {
                            let child = engine.entity(relation.child)?;
                            let via = child.field(relation.via).map(meta::Field::column).unwrap_or_default();
                            let mut lines = Sql::new();
                            lines.push("DELETE FROM ").name(child.key).push(" WHERE ").name(&via).push(" = ").bind(*id);
                            tx.execute(&Statement::new(lines.text, lines.values)).await?;
                        }
                        let mut gone = Sql::new();
                        gone.push("DELETE FROM ").name(entity.key).push(" WHERE \"id\" = ").bind(*id);
                        tx.execute(&Statement::new(gone.text, gone.values)).await?;
                        let forget = Statement::new("DELETE FROM \"history\" WHERE \"record\" = ?", vec![Value::Link(*id)]);
                        tx.execute(&forget).await?;
                    }
                    Ok(found.len() as i64 == SLICE)
                })
            })
            .await
    }

    /// Forgets what has served its purpose: keys of sendings, ended sessions, old failures to sign in, jobs long done.
    async fn sweep(&self) -> Result<()> {
        let now = self.now();
        let days = |days: i64| Value::Moment(now.plus_millis(-days * 86_400_000));
        let old = [
            ("DELETE FROM \"idempotency\" WHERE \"at\" < ?", days(2)),
            ("DELETE FROM \"session\" WHERE \"expires_at\" < ?", days(0)),
            ("DELETE FROM \"attempt\" WHERE \"at\" < ?", days(1)),
            ("DELETE FROM \"job\" WHERE \"state\" = 'done' AND \"run_at\" < ?", days(30)),
        ];
        for (sql, before) in old {
            let sql = Statement::new(sql, vec![before]);
            self.inside.store.write_slice(move |tx| Box::pin(async move { tx.execute(&sql).await.map(|_| ()) })).await?;
        }
        Ok(())
    }
}
