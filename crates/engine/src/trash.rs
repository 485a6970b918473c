//! The trash: removed records stay for some days, then they and their lines go for good.

use crate::Engine;
use crate::area::Slice;
use crate::jobs::{Done, JobContext, Run};
use kernel::{Result, Value};
use meta::sql::Sql;
use store::{Statement, Work};

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
            Ok(Done::Finished)
        })
    }
}

impl Engine {
    /// Purges a slice of an entity's old trash; tells whether there may be more.
    async fn purge(&self, entity: &'static str) -> Result<bool> {
        let before = self.now().plus_millis(-self.settings().trash_days * 86_400_000);
        let engine = self.clone();
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    let entity = engine.entity(entity)?;
                    let mut old = Sql::new();
                    old.push("SELECT \"id\" FROM ")
                        .name(entity.key)
                        .push(" WHERE \"removed_at\" < ")
                        .bind(before)
                        .push(" LIMIT ")
                        .number(SLICE);
                    let ids: Vec<kernel::Id> =
                        tx.rows(&Statement::new(old.text, old.values)).await?.iter().filter_map(|row| row.link(0)).collect();
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
                    Ok(ids.len() as i64 == SLICE)
                })
            })
            .await
    }
}
