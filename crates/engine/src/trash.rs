//! The trash: removed records stay for some days, then they and their lines go for good.

use crate::Engine;
use crate::area::Slice;
use crate::identity::USER;
use crate::jobs::{Done, JobContext, Run};
use kernel::{Id, Result, Value};
use meta::query::among;
use meta::sql::Sql;
use meta::{Entity, Kind};
use std::collections::HashSet;
use store::{Dialect, Statement, Tx, Work};

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
                let mut after = None;
                loop {
                    after = engine.purge(entity.key, after).await?;
                    if after.is_none() {
                        break;
                    }
                }
            }
            engine.sweep().await?;
            engine.sweep_bulks().await?;
            Ok(Done::Finished)
        })
    }
}

impl Engine {
    /// Purges a slice of an entity's old trash, beyond a given record; gives the last one looked at, while there
    /// may be more. What another record still links to stays.
    async fn purge(&self, entity: &'static str, after: Option<Id>) -> Result<Option<Id>> {
        let before = self.now().plus_millis(-self.settings().trash_days * 86_400_000);
        let merged = self.now().plus_millis(-self.settings().merge_days * 86_400_000);
        // What a merge put there stays as long as it can be taken back.
        let mergeable = crate::merging::mergeable(&*self.entity(entity)?);
        let mut old = Sql::new();
        old.push("SELECT \"id\" FROM ").name(entity).push(" WHERE \"removed_at\" < ").bind(before);
        if mergeable {
            old.push(" AND \"id\" NOT IN (SELECT \"record\" FROM \"merged\" WHERE \"ended_at\" IS NULL AND \"at\" >= ")
                .bind(merged)
                .push(")");
        }
        old.push(" AND \"id\" > ").bind(after.map_or(Value::Int(0), Value::Link)).push(" ORDER BY \"id\" LIMIT ").number(SLICE);
        let old = Statement::new(old.text, old.values);
        // Looking for them takes long in a large table: writers need not wait for it.
        let found = self
            .inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&old).await?.iter().filter_map(|row| row.link(0)).collect::<Vec<Id>>()) }))
            .await?;
        if found.is_empty() {
            return Ok(None);
        }
        let last = found.last().copied().filter(|_| found.len() as i64 == SLICE);
        let engine = self.clone();
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    let entity = engine.entity(entity)?;
                    let mut still = Sql::new();
                    still.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"removed_at\" < ").bind(before).push(" AND \"id\"");
                    among(&found, &mut still);
                    if tx.dialect() == Dialect::Postgres {
                        still.push(" FOR UPDATE");
                    }
                    let rows = tx.rows(&Statement::new(still.text, still.values)).await?;
                    let ids: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
                    engine.purge_many(tx, &entity, ids).await?;
                    Ok(last)
                })
            })
            .await
    }

    /// Deletes records of an entity with their lines and their past, those that another record still links to excepted; gives
    /// those that are gone. One question for each kind of link, however many records.
    pub(crate) async fn purge_many(&self, tx: &mut Tx, entity: &Entity, ids: Vec<Id>) -> Result<Vec<Id>> {
        let links = self.links_to(entity);
        let mut ids = ids;
        for (other, column, _) in links.iter().filter(|(_, _, along)| !along) {
            if ids.is_empty() {
                return Ok(ids);
            }
            let mut linked = Sql::new();
            linked.push("SELECT DISTINCT ").name(column).push(" FROM ").name(other).push(" WHERE ").name(column);
            among(&ids, &mut linked);
            let rows = tx.rows(&Statement::new(linked.text, linked.values)).await?;
            let linked: HashSet<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
            ids.retain(|id| !linked.contains(id));
        }
        if ids.is_empty() {
            return Ok(ids);
        }
        self.duplicates_forget(tx, entity, &ids).await?;
        // Lines, and what is written along with the records, go with them.
        let along = links.iter().filter(|(_, _, along)| *along).map(|(other, column, _)| (*other, column.as_str()));
        // Nobody keeps what is gone, and whoever is gone keeps nothing.
        let own = (entity.key == USER).then_some(("favourite", "user"));
        let beside =
            [(entity.key, "id"), ("timeline", "card"), ("history", "record"), ("favourite", "record"), ("source_record", "record")];
        for (table, column) in along.chain(beside).chain(own) {
            let mut gone = Sql::new();
            gone.push("DELETE FROM ").name(table).push(" WHERE ").name(column);
            among(&ids, &mut gone);
            tx.execute(&Statement::new(gone.text, gone.values)).await?;
        }
        Ok(ids)
    }

    /// Every column that may link to an entity: its table, its name, and whether its records go along with the one they link to:
    /// they have no life of their own, and the link says more than who wrote them.
    fn links_to(&self, entity: &Entity) -> Vec<(&'static str, String, bool)> {
        let model = self.model();
        let mut links = Vec::new();
        for other in model.entities() {
            for field in &other.fields {
                let leads_here = match field.kind {
                    Kind::Link(target) => target == entity.key,
                    Kind::About(targets) => targets.contains(&entity.key),
                    _ => false,
                };
                if leads_here {
                    links.push((other.key, field.column(), !other.can.tracked && !field.system));
                }
            }
        }
        links
    }

    /// Forgets what has served its purpose: keys of sendings, ended sessions, old failures to sign in, jobs long done, what
    /// was open half a year ago.
    async fn sweep(&self) -> Result<()> {
        let now = self.now();
        let days = |days: i64| Value::Moment(now.plus_millis(-days * 86_400_000));
        let old = [
            ("DELETE FROM \"idempotency\" WHERE \"at\" < ?", days(2)),
            ("DELETE FROM \"session\" WHERE \"expires_at\" < ?", days(0)),
            ("DELETE FROM \"attempt\" WHERE \"at\" < ?", days(1)),
            ("DELETE FROM \"recent\" WHERE \"at\" < ?", days(180)),
            ("DELETE FROM \"notification\" WHERE \"at\" < ?", days(90)),
            ("DELETE FROM \"job\" WHERE \"state\" = 'done' AND \"run_at\" < ?", days(30)),
        ];
        for (sql, before) in old {
            let sql = Statement::new(sql, vec![before]);
            self.inside.store.write_slice(move |tx| Box::pin(async move { tx.execute(&sql).await.map(|_| ()) })).await?;
        }
        Ok(())
    }
}
