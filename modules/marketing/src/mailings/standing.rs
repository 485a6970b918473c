//! How a mailing stands, and its steps from one state to another: each is a change of the record from a state that allows it, so that
//! two who press at once do it once, and the history says who did it.

use super::entity::{self as mailing, MAILING, State};
use crate::sending;
use engine::principal::Verb;
use engine::{Act, Engine, Principal, Slicing, Statement, Tx, Work, in_slice};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::Chosen;
use meta::{FieldId, Record};

/// A mailing as somebody sees it. Not found for whoever may not.
pub async fn standing(engine: &Engine, who: &Principal, id: Id) -> Result<Record> {
    Ok(engine.show(who, &*engine.entity(MAILING)?, id).await?.0)
}

/// How far it has come.
pub fn state(record: &Record) -> State {
    record.get(&mailing::STATE).unwrap_or(State::Stopped)
}

/// A step that somebody, or the program, asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its recipients are put together.
    Prepare,
    /// Back to writing: the recipients are let go.
    Rewrite,
    /// It goes out.
    Start,
    /// It waits.
    Pause,
    /// It goes on.
    Resume,
    /// It ends where it stands.
    Stop,
    /// What is in doubt goes out again.
    Resend,
}

impl Step {
    fn from(self) -> &'static [State] {
        match self {
            Step::Prepare => &[State::Draft],
            Step::Rewrite => &[State::Ready, State::Scheduled],
            Step::Start => &[State::Ready],
            Step::Resend => &[State::Sending, State::Paused, State::Done],
            Step::Pause => &[State::Sending],
            Step::Resume => &[State::Paused],
            Step::Stop => &[State::Ready, State::Scheduled, State::Sending, State::Paused],
        }
    }

    fn to(self) -> State {
        match self {
            Step::Prepare => State::Preparing,
            Step::Rewrite => State::Draft,
            Step::Start | Step::Resume | Step::Resend => State::Sending,
            Step::Pause => State::Paused,
            Step::Stop => State::Stopped,
        }
    }

    fn why(self) -> &'static str {
        match self {
            Step::Prepare => "mailing-prepare",
            Step::Rewrite => "mailing-rewrite",
            Step::Start => "mailing-start",
            Step::Pause => "mailing-pause",
            Step::Resume => "mailing-resume",
            Step::Stop => "mailing-stop",
            Step::Resend => "mailing-resend",
        }
    }
}

/// Takes a step in somebody's name. `Conflict` where the mailing stands otherwise, `Forbidden` where he may not change it.
pub async fn step(engine: &Engine, who: &Principal, record: &Record, step: Step) -> Result<()> {
    if !who.may_with(Verb::Change, &*engine.entity(MAILING)?, record) {
        return Err(Error::Forbidden(Say::new("error-mailing-change")));
    }
    let now = engine.now();
    let waits = step == Step::Start && record.get(&mailing::SCHEDULED_AT).is_some_and(|at| at > now);
    let mut values: Vec<(FieldId, Value)> = Vec::new();
    match step {
        Step::Start if waits => {}
        Step::Start => values.push((mailing::BEGUN_AT.id(), Value::Moment(now))),
        Step::Resend => values.push((mailing::ENDED_AT.id(), Value::Empty)),
        Step::Stop => values.push((mailing::ENDED_AT.id(), Value::Moment(now))),
        Step::Resume => values.push((mailing::PAUSED_FOR.id(), "".into())),
        Step::Prepare => {
            values.extend([(mailing::CURSOR.id(), "".into()), (mailing::GATHERED.id(), Value::Int(0)), (mailing::FROZEN.id(), "".into())]);
        }
        Step::Rewrite | Step::Pause => {}
    }
    moved(engine, who, record.id, step.why(), step.from(), if waits { State::Scheduled } else { step.to() }, values, step).await
}

#[expect(clippy::too_many_arguments, reason = "a step is all of this, and is taken in two places")]
async fn moved(
    engine: &Engine,
    who: &Principal,
    id: Id,
    why: &'static str,
    from: &'static [State],
    to: State,
    mut values: Vec<(FieldId, Value)>,
    step: Step,
) -> Result<()> {
    values.push((mailing::STATE.id(), to.key().into()));
    let (engine_too, principal) = (engine.clone(), who.user);
    let work = in_slice(move |slicing: &mut Slicing<'_>| {
        Box::pin(async move {
            let (version, state) = locked(slicing.tx(), id).await?;
            if !state.is_some_and(|state| from.contains(&state)) {
                return Err(Error::Conflict(Conflict::State(Say::new("error-mailing-state"))));
            }
            match step {
                Step::Prepare => {
                    slicing.tx().execute(&Statement::new(LET_GO, vec![id.into()])).await?;
                    engine_too.enqueue(slicing.tx(), super::preparing::PREPARE, id.to_string(), principal).await?;
                }
                Step::Rewrite => {
                    slicing.tx().execute(&Statement::new(LET_GO, vec![id.into()])).await?;
                }
                Step::Stop => cut_off(slicing.tx(), id).await?,
                Step::Resend => {
                    let now = slicing.tx().now().await?;
                    slicing.tx().execute(&Statement::new(AGAIN, vec![Value::Moment(now), id.into()])).await?;
                    slicing.tx().announce(sending::TOPIC).await?;
                }
                Step::Start | Step::Resume => slicing.tx().announce(sending::TOPIC).await?,
                Step::Pause => {}
            }
            let change = Act::Change { entity: MAILING, id, version: Some(version), values, lines: Vec::new() };
            slicing.attempt_by_rule(vec![change]).await.map(|_| ())
        })
    });
    engine.slice(who, why, engine.id(), work).await
}

/// What nobody got is let go with the rows that say so.
const LET_GO: &str = "DELETE FROM \"delivery\" WHERE \"mailing\" = ?";
/// What nobody can have got.
const CUT_OFF: &str = "UPDATE \"delivery\" SET \"state\" = 'suppressed', \"reason\" = 'stopped', \"at\" = ?, \"due_at\" = NULL \
    WHERE \"mailing\" = ? AND \"state\" IN ('pending', 'retry') AND \"removed_at\" IS NULL";
/// What somebody may have got.
const LEFT_IN_DOUBT: &str = "UPDATE \"delivery\" SET \"due_at\" = NULL \
    WHERE \"mailing\" = ? AND \"state\" = 'in-doubt' AND \"due_at\" IS NOT NULL AND \"removed_at\" IS NULL";

/// What has not gone out of a mailing that is stopped does not go out; what is in doubt stays so. What is on its way gets its answer
/// noted, after which this is done once more.
pub(crate) async fn cut_off(tx: &mut Tx, id: Id) -> Result<()> {
    let now = tx.now().await?;
    tx.execute(&Statement::new(CUT_OFF, vec![Value::Moment(now), id.into()])).await?;
    tx.execute(&Statement::new(LEFT_IN_DOUBT, vec![id.into()])).await.map(|_| ())
}

/// What is in doubt is due.
const AGAIN: &str = "UPDATE \"delivery\" SET \"due_at\" = ? WHERE \"mailing\" = ? AND \"state\" = 'in-doubt' AND \"removed_at\" IS NULL";

/// The version and the state of a mailing, held until the transaction ends.
pub(crate) async fn locked(tx: &mut Tx, id: Id) -> Result<(i64, Option<State>)> {
    let hold = if tx.dialect() == engine::Dialect::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT \"version\", \"state\" FROM \"mailing\" WHERE \"id\" = ? AND \"removed_at\" IS NULL{hold}");
    let rows = tx.rows(&Statement::new(sql, vec![id.into()])).await?;
    rows.first().map(|row| (row.int(0), State::from_key(row.text(1)))).ok_or(Error::NotFound)
}

/// The program moves a mailing on: to its end, or to a pause with its reason. Nothing where it stands otherwise by now.
pub(crate) async fn moves_on(engine: &Engine, id: Id, from: State, to: State, paused_for: String) -> Result<()> {
    let mut values: Vec<(FieldId, Value)> = vec![(mailing::STATE.id(), to.key().into()), (mailing::PAUSED_FOR.id(), paused_for.into())];
    if from == State::Scheduled && to == State::Sending {
        values.push((mailing::BEGUN_AT.id(), Value::Moment(engine.now())));
    }
    if to == State::Done {
        values.push((mailing::ENDED_AT.id(), Value::Moment(engine.now())));
    }
    by_program(engine, id, from, values, |_| Box::pin(async { Ok(()) })).await
}

/// The program changes a mailing that stands so, together with rows of the ledger. Nothing where it stands otherwise by now.
pub(crate) async fn by_program<F>(engine: &Engine, id: Id, from: State, values: Vec<(FieldId, Value)>, together: F) -> Result<()>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, ()> + Send + 'static,
{
    let work = in_slice(move |slicing: &mut Slicing<'_>| {
        Box::pin(async move {
            let (version, state) = locked(slicing.tx(), id).await?;
            if state != Some(from) {
                return Ok(());
            }
            together(slicing.tx()).await?;
            let change = Act::Change { entity: MAILING, id, version: Some(version), values, lines: Vec::new() };
            slicing.attempt_by_rule(vec![change]).await.map(|_| ())
        })
    });
    engine.slice(&engine.system(engine::Through::Job), "mailing-moves-on", engine.id(), work).await
}
