//! Taking out for good what was written for one reason, as if it had never been: the way out of a demonstration.
//!
//! First everything goes into the trash, with what was written on it since; then it goes for good. What somebody's own
//! records still lead to stays: a user of the demonstration who looks after a real customer is deactivated, a record in use
//! stays in the trash.

use crate::Engine;
use crate::history::Action;
use crate::identity::{TEAM, USER, users};
use crate::principal::Through;
use crate::vocabulary::TERM;
use crate::write::Act;
use kernel::{Id, Result, Value};
use meta::query::among;
use meta::sql::Sql;
use meta::{Entity, Kind};
use std::collections::{BTreeMap, HashSet};
use store::{Statement, Tx};

/// What a taking out came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records that are gone.
    pub records: usize,
    /// Records that something else still leads to.
    pub left: usize,
}

/// The reason under which this work itself stands in the history.
const ERASE: &str = "erase";
/// Records that go into the trash in one commit.
const SLICE: i64 = 40;
/// Records that go for good in one commit.
const PURGED: i64 = 200;

/// A record that the work is about.
#[derive(Debug, Clone)]
struct Written {
    id: Id,
    entity: String,
}

impl Engine {
    /// How many records that were created for this reason are there, in the trash too, capped. Users, teams and terms are
    /// nothing by themselves: of those, what is left is in use.
    pub async fn made_for(&self, why: &'static str, most: usize) -> Result<usize> {
        let mut sql = Sql::new();
        sql.push("SELECT COUNT(*) FROM (SELECT 1 FROM \"history\" WHERE \"action\" = ").bind(Action::Create.key());
        sql.push(" AND \"entity\" NOT IN (").bind(USER).push(", ").bind(TEAM).push(", ").bind(TERM).push(")");
        sql.push(" AND \"changeset\" IN (SELECT \"id\" FROM \"changeset\" WHERE \"why\" = ").bind(why);
        sql.push(") LIMIT ").number(most as i64).push(") AS made");
        let statement = Statement::new(sql.text, sql.values);
        let count =
            self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.rows(&statement).await?.first().map_or(0, |row| row.int(0))) }));
        Ok(usize::try_from(count.await?).unwrap_or_default())
    }

    /// Takes out everything that was created for this reason. Safe to be asked for again after an interruption: it goes on
    /// with what is left.
    pub async fn erase(&self, why: &'static str) -> Result<Erased> {
        let changeset = self.id();
        let who = self.system(Through::Job);
        let mut after = None;
        loop {
            let batch = self.written(why, Action::Create, after, SLICE).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.id);
            self.slice(&who, ERASE, changeset, move |slicing| {
                Box::pin(async move {
                    for written in batch {
                        let Some(entity) = slicing.engine().model().entity(&written.entity).cloned() else { continue };
                        if stays_out_of_the_trash(&entity) || slicing.records(&entity, &[written.id]).await?.is_empty() {
                            continue;
                        }
                        // What a rule keeps is looked at again below.
                        let _ = slicing.attempt(vec![Act::Remove { entity: entity.key, id: written.id, version: None }]).await;
                    }
                    Ok(())
                })
            })
            .await?;
        }
        let mut erased = Erased::default();
        // What leads to another goes first, in whatever order they stand.
        loop {
            let (gone, left) = self.purge_written(why).await?;
            erased.records += gone;
            erased.left = left;
            if gone == 0 || left == 0 {
                break;
            }
        }
        self.retire_users(why).await?;
        // Nobody is told any longer of what is no longer there.
        let told = "DELETE FROM \"notification\" WHERE \"changeset\" IN (SELECT \"id\" FROM \"changeset\" WHERE \"why\" = ?)";
        let told = Statement::new(told, vec![why.into()]);
        self.inside.store.write_slice(move |tx| Box::pin(async move { tx.execute(&told).await.map(|_| ()) })).await?;
        self.load_terms().await?;
        Ok(erased)
    }

    /// Records that a changeset of this reason touched so, beyond a given one, with the work's own removals of earlier.
    async fn written(&self, why: &'static str, action: Action, after: Option<Id>, most: i64) -> Result<Vec<Written>> {
        let mut sql = Sql::new();
        sql.push("SELECT DISTINCT \"record\", \"entity\" FROM \"history\" WHERE \"action\" = ").bind(action.key());
        sql.push(" AND \"changeset\" IN (SELECT \"id\" FROM \"changeset\" WHERE \"why\" = ").bind(why).push(")");
        sql.push(" AND \"record\" > ").bind(after.map_or(Value::Int(0), Value::Link)).push(" ORDER BY \"record\" LIMIT ").number(most);
        let statement = Statement::new(sql.text, sql.values);
        let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&statement).await })).await?;
        Ok(rows.iter().filter_map(|row| Some(Written { id: row.link(0)?, entity: row.text(1).to_owned() })).collect())
    }

    /// One round of what may go for good: how many went, and how many are left.
    async fn purge_written(&self, why: &'static str) -> Result<(usize, usize)> {
        let (mut gone, mut left) = (0, 0);
        // What went into the trash along with it was somebody's own, and goes with it.
        for (why, action) in [(ERASE, Action::Remove), (why, Action::Create)] {
            let mut after = None;
            loop {
                let batch = self.written(why, action, after, PURGED).await?;
                let Some(last) = batch.last() else { break };
                after = Some(last.id);
                let engine = self.clone();
                let (went, stayed) =
                    self.inside.store.write_slice(move |tx| Box::pin(async move { engine.purge_batch(tx, &batch).await })).await?;
                gone += went;
                left += if action == Action::Create { stayed } else { 0 };
            }
        }
        Ok((gone, left))
    }

    async fn purge_batch(&self, tx: &mut Tx, batch: &[Written]) -> Result<(usize, usize)> {
        let mut of: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
        for written in batch {
            of.entry(&written.entity).or_default().push(written.id);
        }
        let mut gone = 0;
        let mut left: usize = of.values().map(Vec::len).sum();
        // What leads to another of the same batch goes first, whichever stands before.
        loop {
            let before = gone;
            for (key, ids) in &mut of {
                let Some(entity) = self.model().entity(key).cloned() else {
                    left -= ids.len();
                    ids.clear();
                    continue;
                };
                let mut free = self.may_go(tx, &entity, ids).await?;
                if entity.key == TERM {
                    let mut idle = Vec::new();
                    for id in free {
                        if !self.term_in_use(tx, id).await? {
                            idle.push(id);
                        }
                    }
                    free = idle;
                }
                let went = self.purge_many(tx, &entity, free).await?;
                for id in &went {
                    self.search_forget(tx, &entity, *id).await?;
                }
                if !went.is_empty() {
                    tx.announce(entity.key).await?;
                    ids.retain(|id| !went.contains(id));
                    gone += went.len();
                    left -= went.len();
                }
            }
            if gone == before || left == 0 {
                return Ok((gone, left));
            }
        }
    }

    /// Those that may go. What a rule kept out of the trash stays, and so does a user whom somebody gave a password: they are
    /// somebody's by now. What is only ever added to can't be put into the trash, and was invented with the rest.
    async fn may_go(&self, tx: &mut Tx, entity: &Entity, ids: &[Id]) -> Result<Vec<Id>> {
        if ids.is_empty() || matches!(entity.key, TEAM | TERM) || entity.can.appended {
            return Ok(ids.to_vec());
        }
        let mut sql = Sql::new();
        sql.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"id\"");
        among(ids, &mut sql);
        sql.push(if entity.key == USER { " AND \"password_hash\" <> ''" } else { " AND \"removed_at\" IS NULL" });
        let kept: HashSet<Id> = tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().filter_map(|row| row.link(0)).collect();
        Ok(ids.iter().copied().filter(|id| !kept.contains(id)).collect())
    }

    /// Whether any record speaks of a term by its key.
    async fn term_in_use(&self, tx: &mut Tx, id: Id) -> Result<bool> {
        let sql = Statement::new("SELECT \"vocabulary\", \"key\" FROM \"term\" WHERE \"id\" = ?", vec![Value::Link(id)]);
        let Some((vocabulary, key)) = tx.rows(&sql).await?.first().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())) else {
            return Ok(false);
        };
        for entity in self.model().entities() {
            for field in &entity.fields {
                let mut sql = Sql::new();
                sql.push("SELECT 1 FROM ").name(entity.key).push(" WHERE ").name(&field.column());
                match field.kind {
                    Kind::Vocabulary(of) if of == vocabulary => sql.push(" = ").bind(key.as_str()),
                    Kind::Vocabularies(of) if of == vocabulary => sql.push(" LIKE ").bind(format!("%|{key}|%")),
                    _ => continue,
                };
                sql.push(" LIMIT 1");
                if !tx.rows(&Statement::new(sql.text, sql.values)).await?.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Users who are left because something leads to them, and never could come in, are deactivated.
    async fn retire_users(&self, why: &'static str) -> Result<()> {
        let who = self.system(Through::Job);
        let entity = self.entity(USER)?;
        let mut sql = Sql::new();
        sql.push("SELECT \"id\" FROM \"user\" WHERE \"password_hash\" = '' AND \"active\" = ").bind(true);
        sql.push(" AND \"id\" IN (SELECT \"record\" FROM \"history\" WHERE \"action\" = ").bind(Action::Create.key());
        sql.push(" AND \"changeset\" IN (SELECT \"id\" FROM \"changeset\" WHERE \"why\" = ").bind(why).push("))");
        let statement = Statement::new(sql.text, sql.values);
        let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&statement).await })).await?;
        for id in rows.iter().filter_map(|row| row.link(0)) {
            let values = vec![(users::ACTIVE.id(), Value::Bool(false))];
            self.write(&who, ERASE, vec![Act::Change { entity: entity.key, id, version: None, values, lines: Vec::new() }]).await?;
        }
        Ok(())
    }
}

/// Users are never removed, teams and terms are needed until the last record that speaks of them is gone.
fn stays_out_of_the_trash(entity: &Entity) -> bool {
    matches!(entity.key, USER | TEAM | TERM)
}
