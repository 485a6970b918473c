//! Taking deliveries and noting what became of them, in one transaction: consent and suppression are asked there, so that whatever was
//! committed before counts.

use super::{Going, doubt};
use crate::deliveries::entity::DELIVERY;
use crate::mailings::entity::{Doubtful, State};
use crate::mailings::standing::cut_off;
use crate::places;
use crate::suppression::{Reached, barred};
use engine::{Dialect, Engine, Statement, Tx, in_tx};
use kernel::{Id, Moment, Result, Value};
use meta::fields::Chosen;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::time::Instant;

/// How long whoever takes a delivery has for it, in milliseconds: longer than its message can take, so that two never have it. Between
/// its beginning and its end lie four answers and the writing of its content, for each of which the server may take 45 s and more.
const LEASE_MILLIS: i64 = 300_000;
/// After so many tries a delivery that the server never takes is given up.
const MOST_ATTEMPTS: i64 = 12;
/// How long until what nobody can have got is tried again, in milliseconds.
const UNTOUCHED_MILLIS: i64 = 15_000;

/// A delivery that somebody has on its way.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) id: Id,
    pub(super) address: String,
    pub(super) recipient: Id,
    /// The tries, this one among them.
    pub(super) attempts: i64,
    pub(super) key: String,
    pub(super) merged: String,
}

/// What was taken at once.
#[derive(Debug)]
pub(super) struct Taking {
    pub(super) taken: Vec<Taken>,
    /// From when on what is decided may not have counted: before anything was asked about those who are taken.
    pub(super) at: Instant,
}

/// How a delivery stands after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Sent,
    Failed,
    /// The server asked to come again.
    Retry,
    /// Nobody can have got it: it was no try.
    Untouched,
    InDoubt,
}

/// What became of a delivery.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub(super) taken: Taken,
    pub(super) became: Became,
    pub(super) answer: String,
    /// Whether the server says that there is no such mailbox.
    pub(super) bounced: bool,
}

/// What is asked of the ledger at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// What became of those that were taken.
    pub(super) settled: Arc<Vec<Settled>>,
    /// Under which mark they were.
    pub(super) lease: String,
    /// How many others are taken.
    pub(super) most: usize,
    /// Under which mark.
    pub(super) next: String,
    /// Whether the pages are told.
    pub(super) tells: bool,
}

/// Notes what became of those that were taken, and takes others.
pub(super) async fn settle_and_take(engine: &Engine, going: Arc<Going>, asked: Asked) -> Result<Taking> {
    let engine_too = engine.clone();
    let work = in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            if !asked.settled.is_empty() {
                settle(tx, &engine_too, &going, &asked, now).await?;
            }
            if asked.tells {
                tx.announce(&format!("mailing/{}", going.id)).await?;
            }
            let at = Instant::now();
            let taken = match held(tx, going.id).await? {
                Some(State::Sending) if asked.most > 0 => take(tx, &going, &asked, now).await?,
                Some(State::Stopped) => cut_off(tx, going.id).await.map(|()| Vec::new())?,
                _ => Vec::new(),
            };
            Ok(Taking { taken, at })
        })
    });
    engine.store().write(work).await
}

/// How the mailing stands: nobody pauses or stops it before this is committed.
async fn held(tx: &mut Tx, mailing: Id) -> Result<Option<State>> {
    let hold = if tx.dialect() == Dialect::Postgres { " FOR SHARE" } else { "" };
    let sql = format!("SELECT \"state\" FROM \"mailing\" WHERE \"id\" = ? AND \"removed_at\" IS NULL{hold}");
    Ok(tx.rows(&Statement::new(sql, vec![mailing.into()])).await?.first().and_then(|row| State::from_key(row.text(0))))
}

async fn take(tx: &mut Tx, going: &Going, asked: &Asked, now: Moment) -> Result<Vec<Taken>> {
    let mut waiting = waiting(tx, going.id, "pending", None, asked.most).await?;
    let mut certain = 0;
    for state in ["retry", "in-doubt"] {
        certain = waiting.len();
        if waiting.len() < asked.most {
            let more = self::waiting(tx, going.id, state, Some(now), asked.most - waiting.len()).await?;
            waiting.extend(more);
        }
    }
    let reached: Vec<Reached<'_>> =
        waiting.iter().map(|(one, kind)| Reached { address: &one.address, record: one.recipient, kind }).collect();
    let barred = barred(tx, &reached, going.topic, going.written.frozen().marketing).await?;
    for (place, why) in &barred {
        // Whoever may have got it does not get it again, and it stays in doubt whether he did.
        let state = if *place < certain { "suppressed" } else { "in-doubt" };
        let sql = "UPDATE \"delivery\" SET \"state\" = ?, \"reason\" = ?, \"at\" = ?, \"due_at\" = NULL WHERE \"id\" = ?";
        tx.execute(&Statement::new(sql, vec![state.into(), why.key().into(), Value::Moment(now), waiting[*place].0.id.into()])).await?;
    }
    let free = waiting.into_iter().enumerate().filter(|(place, _)| !barred.contains_key(place));
    let taken: Vec<Taken> = free.map(|(_, (one, _))| one).collect();
    if !taken.is_empty() {
        let mut values = vec![asked.next.as_str().into(), Value::Moment(now.plus_millis(LEASE_MILLIS)), Value::Moment(now)];
        let fixed = values.len();
        values.extend(taken.iter().map(|one| Value::from(one.id)));
        let list = places(&mut values, fixed);
        let sql = format!(
            "UPDATE \"delivery\" SET \"state\" = 'sending', \"lease\" = ?, \"until\" = ?, \"at\" = ?, \"due_at\" = NULL, \
             \"attempts\" = \"attempts\" + 1 WHERE \"id\" IN ({list})"
        );
        tx.execute(&Statement::new(sql, values)).await?;
    }
    Ok(taken)
}

/// The next that wait in a state, in their order, each with the entity of its recipient; due by now where that is asked.
async fn waiting(tx: &mut Tx, mailing: Id, state: &'static str, due: Option<Moment>, most: usize) -> Result<Vec<(Taken, String)>> {
    let lock = if tx.dialect() == Dialect::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let mut values: Vec<Value> = vec![mailing.into(), state.into()];
    let within = if due.is_some() { " AND \"due_at\" <= ?" } else { "" };
    values.extend(due.map(Value::Moment));
    values.push(Value::Int(most as i64));
    let sql = format!(
        "SELECT \"id\", \"address\", \"recipient\", \"recipient_kind\", \"attempts\", \"key\", \"merged\" FROM \"delivery\" \
         WHERE \"mailing\" = ? AND \"state\" = ?{within} AND \"removed_at\" IS NULL ORDER BY \"due_at\" NULLS FIRST, \"id\" LIMIT ?{lock}"
    );
    let rows = tx.rows(&Statement::new(sql, values)).await?;
    let taken = rows.iter().filter_map(|row| {
        let taken = Taken {
            id: row.link(0)?,
            address: row.text(1).to_owned(),
            recipient: row.link(2)?,
            attempts: row.int(4) + 1,
            key: row.text(5).to_owned(),
            merged: row.text(6).to_owned(),
        };
        Some((taken, row.text(3).to_owned()))
    });
    Ok(taken.collect())
}

/// Notes what became of those that were taken under a mark and are still under it; what was sent stands on its recipients' timelines.
async fn settle(tx: &mut Tx, engine: &Engine, going: &Going, asked: &Asked, now: Moment) -> Result<()> {
    let mut values = Vec::with_capacity(asked.settled.len() * 5 + 2);
    values.extend([Value::Moment(now), Value::Moment(now)]);
    for one in asked.settled.iter() {
        let (state, due) = stands(going, one, now);
        let attempts = one.taken.attempts - i64::from(one.became == Became::Untouched);
        values.extend([one.taken.id.into(), state.into(), one.answer.as_str().into(), due, Value::Int(attempts)]);
    }
    values.push(asked.lease.as_str().into());
    let moment = if tx.dialect() == Dialect::Postgres { "timestamptz" } else { "integer" };
    let row = format!("(CAST(? AS bigint), CAST(? AS text), CAST(? AS text), CAST(? AS {moment}), CAST(? AS bigint))");
    let rows = vec![row.as_str(); asked.settled.len()].join(", ");
    let sql = format!(
        "UPDATE \"delivery\" SET \"at\" = ?, \"sent_at\" = CASE WHEN v.column2 = 'sent' THEN ? ELSE \"sent_at\" END, \"state\" = v.column2, \"answer\" = v.column3, \"due_at\" = v.column4, \
         \"attempts\" = v.column5, \"lease\" = '', \"until\" = NULL FROM (VALUES {rows}) AS v \
         WHERE \"delivery\".\"id\" = v.column1 AND \"delivery\".\"lease\" = ? AND \"delivery\".\"state\" = 'sending'"
    );
    let touched = tx.execute(&Statement::new(sql, values)).await?;
    let mut sent: Vec<&Taken> = asked.settled.iter().filter(|one| one.became == Became::Sent).map(|one| &one.taken).collect();
    if touched as usize != asked.settled.len() {
        // Somebody else called some of them in doubt meanwhile: of those nothing is noted.
        let mut values: Vec<Value> = vec![Value::Moment(now)];
        values.extend(asked.settled.iter().map(|one| Value::from(one.taken.id)));
        let list = places(&mut values, 1);
        let sql = format!("SELECT \"id\" FROM \"delivery\" WHERE \"at\" = ? AND \"state\" = 'sent' AND \"id\" IN ({list})");
        let rows = tx.rows(&Statement::new(sql, values)).await?;
        let noted: HashSet<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
        sent.retain(|one| noted.contains(&one.id));
    }
    let happened: Vec<(Id, Moment, Id)> = sent.iter().map(|one| (one.recipient, now, one.id)).collect();
    engine.timeline_note(tx, DELIVERY, &happened).await
}

/// The state that follows, and when it is tried again.
fn stands(going: &Going, one: &Settled, now: Moment) -> (&'static str, Value) {
    let later = |millis: i64| Value::Moment(now.plus_millis(millis));
    match one.became {
        Became::Sent => ("sent", Value::Empty),
        Became::Failed => ("failed", Value::Empty),
        Became::Retry if one.taken.attempts >= MOST_ATTEMPTS => ("failed", Value::Empty),
        Became::Retry => ("retry", later(backoff(one.taken.attempts, one.taken.id))),
        Became::Untouched => ("retry", later(UNTOUCHED_MILLIS)),
        Became::InDoubt if going.doubtful == Doubtful::Hold => ("in-doubt", Value::Empty),
        Became::InDoubt => ("in-doubt", later(doubt::WAITS_MILLIS)),
    }
}

/// How long until the next try, in milliseconds: a minute, then twice as long each time, up to six hours, and up to a fifth more, so that
/// not all come back at the same moment.
fn backoff(attempts: i64, id: Id) -> i64 {
    let minutes = (1_i64 << (attempts - 1).clamp(0, 9)).min(360);
    minutes * 60_000 + minutes * 12 * id.number().rem_euclid(1_000)
}
