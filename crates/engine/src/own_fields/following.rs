//! What follows a change of own fields once it is committed, and may take long: the indexes that PostgreSQL builds without blocking
//! anybody, and the words by which the records that are there are found. Jobs do it: what fails is tried again, and told.

use super::{ENTITY, kinds};
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::principal::Through;
use kernel::{Error, Id, Result, Value};
use meta::Record;
use meta::sql::Sql;
use store::{Dialect, Statement, Tx, Work};

/// The jobs' names; what they are about is the key of an entity.
const INDEXES: &str = "build-indexes";
const WORDS: &str = "learn-words";
/// Records whose words are learned in one commit.
const SLICE: i64 = 200;

pub(super) struct BuildIndexes;

impl Run for BuildIndexes {
    fn kind(&self) -> &'static str {
        INDEXES
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            // Another node may have made the field a moment ago.
            context.engine.load_descriptions().await?;
            let entity = context.engine.entity(&context.payload)?;
            let report = context.engine.inside.store.shape(&[entity.table()]).await?;
            match report.refused.first() {
                None => Ok(Done::Finished),
                Some((index, why)) => Err(Error::internal(format_args!("{index}: {why}"))),
            }
        })
    }
}

pub(super) struct LearnWords;

impl Run for LearnWords {
    fn kind(&self) -> &'static str {
        WORDS
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            context.engine.load_descriptions().await?;
            let mut after = None;
            loop {
                after = context.engine.learn_words(&context.payload, after).await?;
                if after.is_none() {
                    return Ok(Done::Finished);
                }
            }
        })
    }
}

impl Engine {
    /// Has jobs do what follows where a field changes, goes (`after` is none) or comes back (`before` is none).
    pub(crate) async fn follow_own_field(&self, tx: &mut Tx, before: Option<&Record>, after: Option<&Record>) -> Result<()> {
        let Some(entity) = after.or(before).map(|record| record.get(&ENTITY).to_owned()) else { return Ok(()) };
        let model = self.model();
        // One that fits the descriptions no longer is in none of them.
        let described = |record: Option<&Record>| record.and_then(|record| kinds::described(&model, record).ok());
        let (before, after) = (described(before), described(after));
        if after.is_some_and(|field| field.unique || field.sortable) && tx.dialect() == Dialect::Postgres {
            self.enqueue(tx, INDEXES, entity.clone(), None).await?;
        }
        if before.is_some_and(|field| field.search) != after.is_some_and(|field| field.search) {
            self.enqueue(tx, WORDS, entity, None).await?;
        }
        Ok(())
    }

    /// Learns the words of some records of an entity anew, beyond a given one; tells the last of them while there may be more.
    async fn learn_words(&self, entity: &str, after: Option<Id>) -> Result<Option<Id>> {
        let (engine, key) = (self.clone(), self.entity(entity)?.key);
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    engine.catch_up(tx).await?;
                    let entity = engine.entity(key)?;
                    let mut next = Sql::new();
                    next.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"removed_at\" IS NULL AND \"id\" > ");
                    next.bind(after.map_or(Value::Int(0), Value::Link)).push(" ORDER BY \"id\" LIMIT ").number(SLICE);
                    if tx.dialect() == Dialect::Postgres {
                        // Whoever changes one of them meanwhile waits, and says its words himself afterwards.
                        next.push(" FOR UPDATE");
                    }
                    let rows = tx.rows(&Statement::new(next.text, next.values)).await?;
                    let ids: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
                    let system = engine.system(Through::Job);
                    let records = engine.read_records(tx, &system, &entity, &ids, false, true).await?;
                    engine.search_learn(tx, &entity, &records).await?;
                    Ok(ids.last().copied().filter(|_| ids.len() as i64 == SLICE))
                })
            })
            .await
    }
}
