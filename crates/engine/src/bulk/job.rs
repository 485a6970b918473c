//! Working off: slice by slice, each one commit with the row that says how far it is.

use super::beginning::{PORTION, portion};
use super::doing::registered;
use super::entity::{BULK, State};
use super::report::Reason;
use super::{BulkAction, Doing, Options, foreseeing};
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::principal::Principal;
use crate::write::{Act, Slicing};
use kernel::{Error, Id, Moment, Result, Value};
use meta::fields::Chosen;
use meta::{Entity, Record};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Dialect, Statement, Tx, Work};

/// The job's name.
pub(super) const KIND: &str = "bulk";
/// Records of one slice at most.
const MOST: usize = 100;
/// A slice takes no further record after so many milliseconds.
const MILLIS: i64 = 12;

pub(super) struct WorkOff;

impl Run for WorkOff {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let bulk = context.payload.parse().map_err(|_| Error::internal("a bulk action without its record"))?;
            context.engine.work_off(&context.who, bulk).await?;
            Ok(Done::Finished)
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        Box::pin(async move {
            let bulk = payload.parse().map_err(|_| Error::internal("a bulk action without its record"))?;
            engine.end_bulk(bulk, State::Running).await
        })
    }
}

/// What became of the records of a slice.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) done: i64,
    pub(super) changed: i64,
    unchanged: i64,
    created: i64,
    pub(super) refused: Vec<(Id, Reason)>,
}

/// A bulk action as it stands.
pub(super) struct Standing {
    pub(super) running: bool,
    pub(super) done: i64,
    total: i64,
}

impl Engine {
    /// Works a bulk action off from where it stands, with the rights that its requester has now. Two who do so at once share
    /// the work; who is interrupted leaves whole slices.
    pub async fn work_off(&self, who: &Principal, bulk: Id) -> Result<()> {
        let sql = "SELECT \"target\", \"action\", \"details\", \"changeset\", \"owner\" FROM \"bulk\" WHERE \"id\" = ?";
        let begun = Statement::new(sql, vec![bulk.into()]);
        let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&begun).await })).await?;
        let row = rows.first().filter(|row| row.link(4) == who.user).ok_or(Error::NotFound)?;
        let entity = self.entity(row.text(0))?;
        let doing = Arc::new(Doing::read(self, &entity, row.text(1), row.text(2))?);
        let changeset = row.text(3).parse().map_err(|_| Error::internal("a bulk action without a changeset"))?;
        // What he may no longer do refuses every record, one by one; an action that is gone can't be done.
        let action = match doing.as_ref() {
            Doing::Registered { key, options } => {
                Some((registered(self, who, &entity, key)?, Options { values: options.clone(), place: 0 }))
            }
            _ => None,
        };
        loop {
            let (entity, doing, action) = (entity.clone(), doing.clone(), action.clone());
            let more = self
                .slice(who, "bulk", changeset, move |slicing: &mut Slicing<'_>| {
                    Box::pin(async move { one_slice(slicing, bulk, &entity, &doing, action).await })
                })
                .await?;
            if !more {
                return Ok(());
            }
        }
    }
}

/// Does the next records of a selection; tells whether there are more.
async fn one_slice(
    slicing: &mut Slicing<'_>,
    bulk: Id,
    entity: &Arc<Entity>,
    doing: &Doing,
    mut action: Option<(BulkAction, Options)>,
) -> Result<bool> {
    let Some(standing) = standing(slicing.tx(), bulk).await?.filter(|standing| standing.running) else { return Ok(false) };
    let begun = slicing.engine().now();
    let ids = portion(slicing.tx(), bulk, standing.done / PORTION as i64).await?;
    let ids: Vec<Id> = ids.into_iter().skip((standing.done % PORTION as i64) as usize).take(MOST).collect();
    let mut counts = Counts::default();
    let mut records = found(slicing, entity, &ids, doing, action.is_some()).await?;
    for id in ids {
        if let Some((_, options)) = &mut action {
            options.place = standing.done + counts.done;
        }
        counts.done += 1;
        match one(slicing, entity, records.remove(&id), doing, action.as_ref(), &mut counts).await {
            Ok(()) => {}
            Err(error) => counts.refused.push((id, Reason::of(error)?)),
        }
        if slicing.tx().keeps_waiting() || slicing.engine().now().millis() - begun.millis() >= MILLIS {
            break;
        }
    }
    // A portion that is lost ends the work instead of going round for ever.
    let ended = standing.done + counts.done >= standing.total || counts.done == 0;
    let now = slicing.engine().now();
    note(slicing.tx(), bulk, standing.done, &counts, now, ended).await?;
    Ok(!ended)
}

/// The records as they are now, as far as the requester sees them.
async fn found(slicing: &mut Slicing<'_>, entity: &Entity, ids: &[Id], doing: &Doing, whole: bool) -> Result<HashMap<Id, Record>> {
    let (engine, who) = (slicing.engine().clone(), slicing.who().clone());
    if who.seen(entity).is_none() {
        return Ok(HashMap::new());
    }
    let records = engine.read_records(slicing.tx(), &who, entity, ids, doing.of_trash(), whole).await?;
    Ok(records.into_iter().map(|record| (record.id, record)).collect())
}

async fn one(
    slicing: &mut Slicing<'_>,
    entity: &Entity,
    record: Option<Record>,
    doing: &Doing,
    action: Option<&(BulkAction, Options)>,
    counts: &mut Counts,
) -> Result<()> {
    let record = record.ok_or(Error::NotFound)?;
    if *doing == Doing::Number {
        *(if slicing.number(entity, record).await? { &mut counts.changed } else { &mut counts.unchanged }) += 1;
        return Ok(());
    }
    let acts = match action {
        Some((BulkAction { rewrites: Some(rewrites), .. }, options)) => {
            foreseeing::act(entity.key, &record, rewrites(&record, options, &slicing.engine().model().postcodes))
        }
        Some((action, options)) => (action.run)(slicing, &record, options).await?,
        None => doing.acts(entity, &record),
    };
    if acts.is_empty() {
        counts.unchanged += 1;
        return Ok(());
    }
    let created = acts.iter().filter(|act| matches!(act, Act::Create(_) | Act::Insert(_))).count() as i64;
    match action {
        Some((action, _)) if action.by_rule => slicing.attempt_by_rule(acts).await?,
        _ => slicing.attempt(acts).await?,
    };
    counts.created += created;
    counts.changed += 1;
    Ok(())
}

/// Reads where a bulk action stands, held against whoever works it off beside.
pub(super) async fn standing(tx: &mut Tx, bulk: Id) -> Result<Option<Standing>> {
    let hold = if tx.dialect() == Dialect::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT \"state\", \"done\", \"total\" FROM \"bulk\" WHERE \"id\" = ?{hold}");
    let rows = tx.rows(&Statement::new(sql, vec![bulk.into()])).await?;
    Ok(rows.first().map(|row| Standing { running: row.text(0) == State::Running.key(), done: row.int(1), total: row.int(2) }))
}

/// Notes how far it came; what is not needed any more goes.
pub(super) async fn note(tx: &mut Tx, bulk: Id, before: i64, counts: &Counts, now: Moment, ended: bool) -> Result<()> {
    for (record, reason) in &counts.refused {
        let sql = "INSERT INTO \"bulk_refusal\" (\"bulk\", \"record\", \"field\", \"reason\") VALUES (?, ?, ?, ?)";
        let values = vec![bulk.into(), (*record).into(), reason.field.as_str().into(), reason.packed().into()];
        tx.execute(&Statement::new(sql, values)).await?;
    }
    let sql = "UPDATE \"bulk\" SET \"done\" = ?, \"changed\" = \"changed\" + ?, \"unchanged\" = \"unchanged\" + ?, \
               \"refused\" = \"refused\" + ?, \"created\" = \"created\" + ?, \"state\" = ?, \"changed_at\" = ?, \"version\" = \"version\" + 1 WHERE \"id\" = ?";
    let state = if ended { State::Done } else { State::Running };
    let numbers = [before + counts.done, counts.changed, counts.unchanged, counts.refused.len() as i64, counts.created];
    let values = numbers.into_iter().map(Value::Int).chain([state.key().into(), Value::Moment(now), bulk.into()]).collect();
    tx.execute(&Statement::new(sql, values)).await?;
    if ended {
        forget_selection(tx, bulk).await?;
    }
    announce(tx, bulk).await
}

/// The selection of a bulk action that has ended is not kept.
pub(super) async fn forget_selection(tx: &mut Tx, bulk: Id) -> Result<()> {
    let sql = Statement::new("DELETE FROM \"bulk_portion\" WHERE \"bulk\" = ?", vec![bulk.into()]);
    tx.execute(&sql).await.map(|_| ())
}

/// Tells whoever looks at its progress.
pub(super) async fn announce(tx: &mut Tx, bulk: Id) -> Result<()> {
    tx.announce(BULK).await?;
    tx.announce(&format!("{BULK}/{bulk}")).await
}
