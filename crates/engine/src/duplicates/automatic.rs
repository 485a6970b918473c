//! Merging without asking anybody, where administrators want it: the likeliest pairs of the queue become one, each by a merge of its
//! own that is taken back like any other.
//!
//! A pair is compared again as its records stand now, so that what was found yesterday decides nothing alone. What two people look
//! after is left to them, and so is whatever a merge refuses. What somebody took apart is called different, and so never comes again.

use super::queue::{Asking, State, Two};
use super::reading::Reading;
use super::scheme::Compared;
use super::settings;
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::merging::{Plan, Told};
use crate::principal::{Principal, Through};
use kernel::{Error, Id, Result, Value};
use meta::Entity;
use std::sync::Arc;
use store::{Statement, Tx, Work};

/// The job that merges what is sure, of the entity that its payload names.
const MERGE: &str = "merge-duplicates";
/// Pairs read together.
const TOGETHER: usize = 50;
/// Who looks after a record: what belongs to two people is theirs to decide.
const OWNER: &str = "owner";

/// What became of a pair.
enum Outcome {
    Merged,
    /// It is not as likely any more as it has to be.
    Doubted(i64),
    /// People decide.
    Left,
}

impl Engine {
    /// Merges the pairs of an entity that are as likely one as its settings demand; how many. None where they demand nothing.
    ///
    /// Errors: forbidden for whoever administers nothing.
    pub async fn merge_sure_duplicates(&self, who: &Principal, entity: &Arc<Entity>) -> Result<usize> {
        who.administers()?;
        let (mut after, mut merged) = (None, 0);
        loop {
            // Read each time: who has thought better of it is heard at once.
            let least = self.duplicate_settings(entity).await?.merge;
            if least == 0 {
                return Ok(merged);
            }
            // Down the queue once: each pair is read anew when it is its turn, whatever became of its records before.
            let asked = Asking { state: State::Open, least, after, limit: TOGETHER, ..Asking::default() };
            let queued = self.duplicates(who, entity, asked).await?;
            let Some(last) = queued.last() else { return Ok(merged) };
            after = Some(last.place());
            for pair in queued.into_iter().map(|queued| queued.pair) {
                match self.merge_if_sure(who, entity, pair, least).await? {
                    Outcome::Merged => merged += 1,
                    Outcome::Doubted(score) => {
                        self.inside.store.write_slice(move |tx| Box::pin(async move { doubted(tx, pair, score).await })).await?;
                    }
                    Outcome::Left => {}
                }
            }
        }
    }

    async fn merge_if_sure(&self, who: &Principal, entity: &Arc<Entity>, pair: Two, least: i64) -> Result<Outcome> {
        let proposal = match self.merge_proposal(who, entity, &[pair.a, pair.b]).await {
            Ok(proposal) => proposal,
            Err(Error::NotFound | Error::Forbidden(_) | Error::Invalid(_)) => return Ok(Outcome::Left),
            Err(error) => return Err(error),
        };
        let owners: Vec<Id> = proposal.records.iter().filter_map(|record| record.named(OWNER).link()).collect();
        if owners.windows(2).any(|two| two[0] != two[1]) {
            return Ok(Outcome::Left);
        }
        let score = self.score_now(entity, pair).await?;
        let [kept, gone] = proposal.records.as_slice() else { return Ok(Outcome::Left) };
        match score {
            None => return Ok(Outcome::Left),
            Some(score) if score < least => return Ok(Outcome::Doubted(score)),
            // Compared after the versions were read: what was written in between is a conflict.
            Some(_) => {}
        }
        let plan = Plan { kept: (kept.id, Some(kept.version)), gone: vec![(gone.id, Some(gone.version))], picks: Vec::new() };
        match self.merge(who, entity, plan).await {
            Ok(_) => Ok(Outcome::Merged),
            Err(Error::NotFound | Error::Forbidden(_) | Error::Invalid(_) | Error::Conflict(_)) => Ok(Outcome::Left),
            Err(error) => Err(error),
        }
    }

    /// How likely two records are one as they stand now, in ten-thousandths; none where one of them is gone.
    async fn score_now(&self, entity: &Arc<Entity>, pair: Two) -> Result<Option<i64>> {
        let model = self.model();
        let Some(compared) = Compared::of(&model, entity) else { return Ok(None) };
        let (engine, reading, key) = (self.clone(), Reading::new(&model, entity, &[]), entity.key);
        let read = self.inside.store.read(move |tx| {
            Box::pin(async move {
                let weighing = engine.weighing(tx, key, &compared).await?;
                let records = reading.some(&engine, tx, &engine.system(Through::Job), &[pair.a, pair.b]).await?;
                let [one, other] = records.as_slice() else { return Ok(None) };
                Ok(Some(weighing.compare(&compared.of_record(one), &compared.of_record(other)).0))
            })
        });
        read.await
    }

    /// The latest merges of an entity's records that nobody asked for, the newest first, as far as somebody sees them.
    ///
    /// Errors: as of [`Engine::merges_told`].
    pub async fn merged_by_itself(&self, who: &Principal, entity: &Entity, most: usize) -> Result<Vec<Told>> {
        let key = entity.key;
        let read = self.inside.store.read(move |tx| {
            Box::pin(async move {
                let sql = "SELECT \"id\" FROM \"merge\" WHERE \"entity\" = ? AND \"author\" IS NULL ORDER BY \"id\" DESC LIMIT ?";
                let rows = tx.rows(&Statement::new(sql, vec![key.into(), Value::Int(most as i64)])).await?;
                Ok(rows.iter().filter_map(|row| row.link(0)).collect::<Vec<Id>>())
            })
        });
        let mut told = self.merges_told(who, entity, &read.await?).await?;
        told.sort_by_key(|told| std::cmp::Reverse(told.merge));
        Ok(told)
    }
}

/// Has the job merge what is sure, where settings want it.
pub(super) async fn follow(engine: &Engine, tx: &mut Tx, entity: &'static str) -> Result<()> {
    if settings::settings(tx, entity).await?.merge == 0 {
        return Ok(());
    }
    let known = "SELECT 1 FROM \"job\" WHERE \"kind\" = ? AND \"state\" = 'waiting' AND \"payload\" = ? LIMIT 1";
    if tx.row(&Statement::new(known, vec![MERGE.into(), entity.into()])).await?.is_none() {
        engine.enqueue(tx, MERGE, entity.to_owned(), None).await?;
    }
    Ok(())
}

/// Notes how likely a pair is that was likelier once.
async fn doubted(tx: &mut Tx, pair: Two, score: i64) -> Result<()> {
    let sql = "UPDATE \"duplicate_pair\" SET \"score\" = ? WHERE \"a\" = ? AND \"b\" = ? AND \"state\" = 'open'";
    tx.execute(&Statement::new(sql, vec![Value::Int(score), pair.a.into(), pair.b.into()])).await?;
    tx.announce(super::TOPIC).await
}

/// Merges what is sure. Run again after a crash it goes on with what is left.
pub(super) struct Merge;

impl Run for Merge {
    fn kind(&self) -> &'static str {
        MERGE
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let entity = context.engine.entity(&context.payload)?;
            context.engine.merge_sure_duplicates(&context.who, &entity).await?;
            Ok(Done::Finished)
        })
    }
}
