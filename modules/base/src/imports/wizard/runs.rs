//! The runs that pages make ready: begun with a file, planned, tried out, begun, stopped, undone. Each step moves the state of
//! the run's row from one that allows it, so that two who click at once do it once.

use super::jobs;
use super::plan::{Plan, signature};
use crate::imports::entity::fault::{self, Grave, IMPORT_FAULT};
use crate::imports::entity::{self as run, IMPORT_RUN, State};
use crate::imports::reading::{Manner, Survey};
use crate::imports::{Prepared, Told, Totals, announce, counted_as, scheduled};
use engine::files::{Digest, Received};
use engine::notifications::Kind;
use engine::{Act, Asked, Draft, Engine, Principal, Slicing, Sorting, Statement, Tx};
use kernel::error::Conflict;
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::fields::Chosen;
use meta::{Entity, Filter, Record};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::Arc;
use web::Words;

/// The file of a run, and what is said of its rows, are kept for so many days after it ended.
pub(super) const KEPT_DAYS: i64 = 30;
/// Beyond so many, whatever is no error is only counted.
const MOST_SAID: i64 = 20_000;

/// A run as it stands.
pub(super) struct Standing {
    pub(super) record: Record,
    pub(super) plan: Plan,
    pub(super) state: State,
    /// Whose records.
    pub(super) entity: Arc<Entity>,
    /// Who imports.
    pub(super) owner: String,
    /// Whether all of it was undone.
    pub(super) undone: bool,
}

impl Standing {
    pub(super) fn id(&self) -> Id {
        self.record.id
    }

    pub(super) fn count(&self, count: &meta::fields::Whole) -> i64 {
        self.record.get(count)
    }

    pub(super) fn prepared(&self) -> Result<Prepared> {
        let changeset = self.record.get(&run::CHANGESET).parse().map_err(|_| Error::internal("a run without a changeset"))?;
        Ok(Prepared { id: self.record.id, changeset })
    }

    /// Opens its file. Not found where it is kept no longer.
    pub(super) async fn file(&self, engine: &Engine) -> Result<File> {
        let digest: Digest = self.record.named("file.digest").text().parse()?;
        let files = engine.files()?.clone();
        tokio::task::spawn_blocking(move || files.open(&digest)).await.map_err(Error::internal)?
    }

    /// Whether its file is still there.
    pub(super) fn has_file(&self) -> bool {
        !self.record.named("file.digest").text().is_empty()
    }
}

/// The run of somebody's own; anybody's for an administrator.
pub(super) async fn standing(engine: &Engine, who: &Principal, id: Id) -> Result<Standing> {
    let (record, names) = engine.show(who, &*engine.entity(IMPORT_RUN)?, id).await?;
    let owner = record.value(run::OWNER.id()).link().and_then(|owner| names.get(&owner).cloned()).unwrap_or_default();
    let entity = who.model.plural(record.get(&run::TARGET)).cloned().ok_or(Error::NotFound)?;
    let state = State::from_key(record.value(run::STATE.id()).text()).unwrap_or(State::Failed);
    let undone = !undone_among(engine, std::slice::from_ref(&record)).await?.is_empty();
    let plan = Plan::read(record.value(run::PLAN.id()).text());
    Ok(Standing { record, plan, state, entity, owner, undone })
}

/// Begins a run with a file that came: what it is, and where its columns go by what was chosen last, or by their names and
/// what stands in them.
///
/// Errors: those of reading the file.
pub(super) async fn begin(
    engine: &Engine,
    who: &Principal,
    entity: &Arc<Entity>,
    words: &Words,
    file: &Received,
    manner: Manner,
) -> Result<Id> {
    let opened = engine.files()?.open(&file.kept.digest)?;
    let (survey, mut plan) = surveyed(entity, words, opened, manner).await?;
    let signed = signature(&plan.header);
    if let Some((known, at)) = remembered(engine, who, entity, &signed).await? {
        plan.follow(&known);
        plan.as_on = at.date(&engine.settings().zone).to_string();
    } else if let Some(saved) = super::saved::fitting(engine, who, entity, &signed).await? {
        plan.follow(&saved.plan);
        plan.as_saved = saved.name;
    }
    let id = engine.id();
    let mut draft = drafted(entity, who, file, &survey, &plan)?.with(run::STATE.id(), State::Draft.key());
    draft.id = Some(id);
    draft.values.extend(file.values(&*engine.entity(IMPORT_RUN)?));
    write(engine, who, vec![Act::Create(draft)]).await?;
    Ok(id)
}

/// Has the file of a scheduled import come in by a saved mapping, as an ordinary run of whoever set it up; `schedule` is which, and
/// what is known of the file from now on.
///
/// Errors: those of reading the file, and of a mapping that does not fit it.
pub(in crate::imports) async fn begin_scheduled(
    engine: &Engine,
    who: &Principal,
    saved: &super::saved::Saved,
    file: &Received,
    schedule: (Id, String),
) -> Result<()> {
    let entity = who.model.plural(&saved.target).cloned().ok_or(Error::NotFound)?;
    let words = Words::of_platform_and(engine.words())?;
    words.follow(&engine.model());
    let opened = engine.files()?.open(&file.kept.digest)?;
    let (survey, plan) = unseen(&entity, &words, opened, saved, saved.plan.manner.clone()).await?;
    crate::imports::maker(engine, who, &who.model, &entity, &plan.header, plan.how(&words)).await?;
    let (id, changeset, now) = (engine.id(), engine.id(), engine.now());
    let mut draft = drafted(&entity, who, file, &survey, &plan)?
        .with(run::STATE.id(), State::Running.key())
        .with(run::CHANGESET.id(), changeset.to_string())
        .with(run::BEGUN_AT.id(), Value::Moment(now))
        .with(run::SCHEDULE.id(), schedule.0);
    draft.id = Some(id);
    draft.values.extend(file.values(&*engine.entity(IMPORT_RUN)?));
    let (engine_too, principal) = (engine.clone(), who.user);
    let work = engine::in_slice(move |slicing: &mut Slicing<'_>| {
        Box::pin(async move {
            slicing.attempt_by_rule(vec![Act::Create(draft)]).await?;
            let tx = slicing.tx();
            engine_too.enqueue(tx, jobs::IMPORT, id.to_string(), principal).await?;
            scheduled::begun(tx, schedule.0, id, schedule.1, now).await
        })
    });
    engine.slice(who, "import", changeset, work).await
}

/// The plan of a file by a mapping with a name where nobody looks at what is proposed: what the mapping does not name is not imported.
///
/// Errors: those of reading the file.
pub(super) async fn unseen(
    entity: &Entity,
    words: &Words,
    file: File,
    saved: &super::saved::Saved,
    manner: Manner,
) -> Result<(Survey, Plan)> {
    let (survey, mut plan) = surveyed(entity, words, file, manner).await?;
    let known = |name: &String| saved.plan.header.iter().any(|known| kernel::fold(known.trim()) == kernel::fold(name.trim()));
    for (name, to) in plan.header.iter().zip(&mut plan.columns.to) {
        if !known(name) {
            to.clear();
        }
    }
    plan.follow(&saved.plan);
    plan.as_saved.clone_from(&saved.name);
    Ok((survey, plan))
}

/// The record of a run with this file and plan.
fn drafted(entity: &Entity, who: &Principal, file: &Received, survey: &Survey, plan: &Plan) -> Result<Draft> {
    Ok(Draft::new(IMPORT_RUN)
        .with(run::FILE.id(), file.name.as_str())
        .with(run::TARGET.id(), entity.plural)
        .with(run::DIGEST.id(), survey.digest.as_str())
        .with(run::ROWS.id(), survey.rows as i64)
        .with(run::SIGNATURE.id(), signature(&plan.header))
        .with(run::PLAN.id(), plan.packed()?)
        .with(run::OWNER.id(), who.user))
}

/// What a file is when it is read like this, and what is chosen for it as long as nobody chose anything.
///
/// Errors: those of reading the file.
pub(super) async fn surveyed(entity: &Entity, words: &Words, file: File, manner: Manner) -> Result<(Survey, Plan)> {
    let read_as = manner.clone();
    let surveyed = tokio::task::spawn_blocking(move || super::offered::sampled(file, &read_as));
    let (survey, sample) = surveyed.await.map_err(Error::internal)??;
    let plan = Plan::begun(entity, words, manner, &survey, &sample);
    Ok((survey, plan))
}

/// Nobody writes runs himself: the program keeps them, in the name of whoever imports.
async fn write(engine: &Engine, who: &Principal, acts: Vec<Act>) -> Result<()> {
    let work = engine::in_slice(move |slicing: &mut Slicing<'_>| Box::pin(async move { slicing.attempt_by_rule(acts).await.map(|_| ()) }));
    engine.slice(who, "import", engine.id(), work).await
}

/// What somebody chose last for a file with this header, and when.
async fn remembered(engine: &Engine, who: &Principal, entity: &Entity, signed: &str) -> Result<Option<(Plan, Moment)>> {
    let filter = Filter::is("signature", signed.to_owned()).and(Filter::is("target", entity.plural)).and(Filter::is("state", "done"));
    let filter = match who.user {
        Some(_) => filter.and(Filter::Test(meta::filter::Path::of("owner"), meta::filter::Test::Is(meta::filter::Operand::Me))),
        None => filter,
    };
    let sort = vec![Sorting { field: "id", descending: true }];
    let asked =
        Asked { fields: vec!["plan", "ended_at"], sort, limit: 1, names: false, ..Asked::new(engine.entity(IMPORT_RUN)?).filtered(filter) };
    let listed = engine.list(who, asked).await?;
    let read = |record: &Record| {
        let Value::Moment(at) = record.named("ended_at") else { return None };
        Some((Plan::read(record.named("plan").text()), *at))
    };
    Ok(listed.records.first().and_then(read))
}

/// The latest runs of somebody's own; of everybody for an administrator.
pub(super) async fn latest(engine: &Engine, who: &Principal) -> Result<engine::Listed> {
    let fields =
        vec!["file", "target", "state", "rows", "done", "created", "updated", "errors", "created_at", "begun_at", "owner", "changeset"];
    let sort = vec![Sorting { field: "id", descending: true }];
    engine.list(who, Asked { fields, sort, limit: 100, ..Asked::new(engine.entity(IMPORT_RUN)?) }).await
}

/// The changesets among those of some runs that were undone.
pub(super) async fn undone_among(engine: &Engine, records: &[Record]) -> Result<HashSet<String>> {
    let ids: Vec<Id> = records.iter().filter_map(|record| record.named("changeset").text().parse().ok()).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = meta::sql::Sql::new();
    sql.push("SELECT \"id\" FROM \"changeset\" WHERE \"undone_by\" IS NOT NULL AND \"id\"");
    meta::query::among(&ids, &mut sql);
    let asked = Statement::new(sql.text, sql.values);
    let rows = engine.store().read(move |tx| Box::pin(async move { tx.rows(&asked).await })).await?;
    Ok(rows.iter().filter_map(|row| row.link(0)).map(|id| id.to_string()).collect())
}

/// Makes a run of the same file with the same choices ready. Not found where the file is kept no longer.
pub(super) async fn again(engine: &Engine, who: &Principal, standing: &Standing) -> Result<Id> {
    if !standing.has_file() {
        return Err(Error::NotFound);
    }
    let id = engine.id();
    let of = &standing.record;
    let mut draft = Draft::new(IMPORT_RUN).with(run::STATE.id(), State::Draft.key()).with(run::OWNER.id(), who.user);
    for field in [run::FILE.id(), run::TARGET.id(), run::DIGEST.id(), run::ROWS.id(), run::SIGNATURE.id(), run::PLAN.id()] {
        draft.put(field, of.value(field).clone());
    }
    draft.id = Some(id);
    draft.values.extend(engine::files::same_file(of, &*engine.entity(IMPORT_RUN)?));
    write(engine, who, vec![Act::Create(draft)]).await?;
    Ok(id)
}

fn conflict(key: &'static str) -> Error {
    Error::Conflict(Conflict::State(Say::new(key)))
}

/// Moves a run from one of some states to another, with what else is to be written; whether it had one of them.
async fn moved(tx: &mut Tx, id: Id, from: &[State], to: State, also: &str, mut values: Vec<Value>) -> Result<bool> {
    let places = vec!["?"; from.len()].join(", ");
    let sql = format!(
        "UPDATE \"import_run\" SET {also}\"state\" = ?, \"version\" = \"version\" + 1 WHERE \"id\" = ? AND \"state\" IN ({places})"
    );
    values.extend([Value::from(to.key()), id.into()]);
    values.extend(from.iter().map(|state| Value::from(state.key())));
    let moved = tx.execute(&Statement::new(sql, values)).await? == 1;
    if moved {
        announce(tx, id).await?;
    }
    Ok(moved)
}

async fn forget_faults(tx: &mut Tx, id: Id) -> Result<()> {
    tx.execute(&Statement::new("DELETE FROM \"import_fault\" WHERE \"run\" = ?", vec![id.into()])).await.map(|_| ())
}

/// Nothing is counted, and nothing is wrong.
fn zero() -> String {
    format!("{}, \"reason\" = '', ", counted_as(|count| format!("\"{count}\" = 0")))
}

/// Keeps another plan; what was tried out with the one before is forgotten. Conflict once it has begun.
pub(super) async fn plan(engine: &Engine, id: Id, plan: &Plan) -> Result<()> {
    replanned(engine, id, "\"plan\" = ?, ", vec![plan.packed()?.into()]).await
}

async fn replanned(engine: &Engine, id: Id, also: &'static str, values: Vec<Value>) -> Result<()> {
    let kept = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            forget_faults(tx, id).await?;
            moved(tx, id, &[State::Draft, State::Checked], State::Draft, also, values).await
        })
    });
    if engine.store().write(kept).await? { Ok(()) } else { Err(conflict("error-import-begun")) }
}

/// Keeps what a file is when it is read otherwise, with the plan for it. Conflict once it has begun.
pub(super) async fn read_otherwise(engine: &Engine, id: Id, plan: &Plan, survey: &Survey) -> Result<()> {
    let values = vec![plan.packed()?.into(), Value::Int(survey.rows as i64), signature(&plan.header).into()];
    replanned(engine, id, "\"plan\" = ?, \"rows\" = ?, \"signature\" = ?, ", values).await
}

/// Has it tried out by a job.
pub(super) async fn check(engine: &Engine, who: &Principal, id: Id) -> Result<()> {
    let (engine_too, principal) = (engine.clone(), who.user);
    let begun = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let begun = moved(tx, id, &[State::Draft, State::Checked], State::Checking, &zero(), Vec::new()).await?;
            if begun {
                forget_faults(tx, id).await?;
                engine_too.enqueue(tx, jobs::CHECK, id.to_string(), principal).await?;
            }
            Ok(begun)
        })
    });
    if engine.store().write(begun).await? { Ok(()) } else { Err(conflict("error-import-begun")) }
}

/// Begins it by a job; one that was stopped or failed goes on where it stands.
pub(super) async fn start(engine: &Engine, who: &Principal, id: Id) -> Result<()> {
    let (engine_too, principal, changeset, now) = (engine.clone(), who.user, engine.id(), engine.now());
    let begun = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let also = format!("{}\"changeset\" = ?, \"begun_at\" = ?, ", zero());
            let values = vec![Value::from(changeset.to_string()), Value::Moment(now)];
            let fresh = moved(tx, id, &[State::Draft, State::Checked], State::Running, &also, values).await?;
            if fresh {
                forget_faults(tx, id).await?;
            }
            let begun = fresh || moved(tx, id, &[State::Stopped, State::Failed], State::Running, "\"reason\" = '', ", Vec::new()).await?;
            if begun {
                engine_too.enqueue(tx, jobs::IMPORT, id.to_string(), principal).await?;
            }
            Ok(begun)
        })
    });
    if engine.store().write(begun).await? { Ok(()) } else { Err(conflict("error-import-begun")) }
}

/// Ends it where it stands; what is written stays, and can be undone.
pub(super) async fn stop(engine: &Engine, id: Id) -> Result<()> {
    let now = engine.now();
    let stopped = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            moved(tx, id, &[State::Running], State::Stopped, "\"ended_at\" = ?, ", vec![Value::Moment(now)]).await?;
            moved(tx, id, &[State::Checking], State::Draft, &zero(), Vec::new()).await?;
            Ok(())
        })
    });
    engine.store().write(stopped).await
}

/// An import that took less is done while its owner looks: he needs not be told.
const QUICK_MILLIS: i64 = 5_000;

/// Tells its owner that a run has ended, where he will not have waited for it; and its schedule, if it came of one. Once, however often
/// it is asked.
pub(super) async fn tell(engine: &Engine, standing: &Standing) -> Result<()> {
    if standing.state != State::Done {
        return Ok(());
    }
    let moment = |field: meta::FieldId| match standing.record.value(field) {
        Value::Moment(at) => at.millis(),
        _ => 0,
    };
    let schedule = standing.record.value(run::SCHEDULE.id()).link();
    let slow = moment(run::ENDED_AT.id()) - moment(run::BEGUN_AT.id()) > QUICK_MILLIS;
    let Some(owner) = standing.record.value(run::OWNER.id()).link().filter(|_| slow || schedule.is_some()) else { return Ok(()) };
    let (id, changeset, engine_too) = (standing.id(), standing.prepared()?.changeset, engine.clone());
    let told = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            if let Some(schedule) = schedule {
                scheduled::ended(tx, schedule).await?;
            }
            engine_too.tell_ended(tx, owner, Kind::Ended, (IMPORT_RUN, id), changeset).await
        })
    });
    engine.store().write(told).await
}

/// Tells the owner of a run that it failed, and its schedule.
async fn tell_failed(engine: &Engine, tx: &mut Tx, id: Id, why: String) -> Result<()> {
    let asked = "SELECT \"owner\", \"changeset\", \"schedule\" FROM \"import_run\" WHERE \"id\" = ?";
    let rows = tx.rows(&Statement::new(asked, vec![id.into()])).await?;
    let Some((owner, changeset, schedule)) = rows.first().map(|row| (row.link(0), row.text(1).parse().ok(), row.link(2))) else {
        return Ok(());
    };
    if let Some(schedule) = schedule {
        scheduled::failed_in(engine, tx, schedule, why).await?;
    }
    match (owner, changeset) {
        (Some(owner), Some(changeset)) => engine.tell_ended(tx, owner, Kind::Failed, (IMPORT_RUN, id), changeset).await,
        _ => Ok(()),
    }
}

/// Notes that it can't go on, and why.
pub(super) async fn fail(engine: &Engine, id: Id, why: &Say) -> Result<()> {
    let (why, now, engine_too) = (engine::packed(why), engine.now(), engine.clone());
    let failed = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let also = "\"reason\" = ?, \"ended_at\" = ?, ";
            let values = || vec![Value::from(why.clone()), Value::Moment(now)];
            let broke_off = moved(tx, id, &[State::Running], State::Failed, also, values()).await?;
            if broke_off {
                tell_failed(&engine_too, tx, id, why.clone()).await?;
            }
            let ended =
                broke_off || moved(tx, id, &[State::Undoing], State::Done, "\"reason\" = ?, ", vec![Value::from(why.clone())]).await?;
            if !ended {
                moved(tx, id, &[State::Checking], State::Draft, "\"reason\" = ?, ", vec![Value::from(why)]).await?;
            }
            Ok(())
        })
    });
    engine.store().write(failed).await
}

/// Has all of it undone by a job. Conflict while it goes on, and where it is undone already.
pub(super) async fn undo(engine: &Engine, who: &Principal, standing: &Standing) -> Result<()> {
    if standing.undone {
        return Err(conflict("error-undone-already"));
    }
    let (id, engine_too, principal) = (standing.id(), engine.clone(), who.user);
    let begun = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let begun = moved(tx, id, &[State::Done, State::Stopped, State::Failed], State::Undoing, "", Vec::new()).await?;
            if begun {
                engine_too.enqueue(tx, jobs::UNDO, id.to_string(), principal).await?;
            }
            Ok(begun)
        })
    });
    if engine.store().write(begun).await? { Ok(()) } else { Err(conflict("error-import-goes-on")) }
}

/// Notes how many of its new records are alike to another, where it did not count them itself.
pub(super) async fn alike(engine: &Engine, id: Id, count: u64) -> Result<()> {
    let noted = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let sql = "UPDATE \"import_run\" SET \"alike\" = ?, \"version\" = \"version\" + 1 WHERE \"id\" = ? AND \"alike\" = 0";
            tx.execute(&Statement::new(sql, vec![Value::Int(count as i64), id.into()])).await?;
            announce(tx, id).await
        })
    });
    engine.store().write_slice(noted).await
}

/// Notes that it was undone, and what was left because somebody changed it since.
pub(super) async fn undone(engine: &Engine, who: &Principal, id: Id, left: &[(Id, String)]) -> Result<()> {
    let drafts = left.iter().take(1_000).map(|(record, field)| {
        Draft::new(IMPORT_FAULT)
            .with(fault::RUN.id(), id)
            .with(fault::GRAVE.id(), Grave::Left.key())
            .with(fault::HEADING.id(), field.as_str())
            .with(fault::RECORD.id(), record.to_string())
    });
    let (acts, count): (Vec<Act>, i64) = (drafts.map(Act::Create).collect(), left.len() as i64);
    let work = engine::in_slice(move |slicing: &mut Slicing<'_>| {
        Box::pin(async move {
            if moved(slicing.tx(), id, &[State::Undoing], State::Done, "\"left\" = ?, ", vec![Value::Int(count)]).await? {
                slicing.attempt_by_rule(acts).await?;
            }
            Ok(())
        })
    });
    engine.slice(who, "import", engine.id(), work).await
}

/// Removes one that was never begun.
pub(super) async fn discard(engine: &Engine, id: Id) -> Result<()> {
    let gone = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            forget_faults(tx, id).await?;
            let sql = "DELETE FROM \"import_run\" WHERE \"id\" = ? AND \"state\" IN ('draft', 'checked')";
            let gone = tx.execute(&Statement::new(sql, vec![id.into()])).await? == 1;
            tx.announce(IMPORT_RUN).await?;
            if gone { Ok(true) } else { Err(conflict("error-import-begun")) }
        })
    });
    engine.store().write(gone).await.map(|_| ())
}

/// Keeps what is to be said of the rows of a batch.
pub(in crate::imports) async fn keep(slicing: &mut Slicing<'_>, id: Id, told: &[Told]) -> Result<()> {
    if told.iter().all(|row| row.fault.is_none() && row.warnings.is_empty() && row.alike.is_none()) {
        return Ok(());
    }
    let sql = "SELECT \"warnings\" + \"consents_left\" + \"alike\" FROM \"import_run\" WHERE \"id\" = ?";
    let said = slicing.tx().rows(&Statement::new(sql, vec![id.into()])).await?.first().map_or(0, |row| row.int(0));
    let mut acts = Vec::new();
    for row in told {
        let mut keep = |grave: Grave, column: &str, value: &str, say: &Say, record: Option<Id>| {
            let draft = Draft::new(IMPORT_FAULT)
                .with(fault::RUN.id(), id)
                .with(fault::LINE.id(), row.line as i64)
                .with(fault::GRAVE.id(), grave.key())
                .with(fault::HEADING.id(), column)
                .with(fault::VALUE.id(), value)
                .with(fault::SAYS.id(), engine::packed(say))
                .with(fault::RECORD.id(), record.map(|id| id.to_string()).unwrap_or_default());
            acts.push(Act::Create(draft));
        };
        if let Some(fault) = &row.fault {
            keep(Grave::Error, &fault.column, &fault.value, &fault.say, None);
        }
        if said >= MOST_SAID {
            continue;
        }
        for warning in &row.warnings {
            keep(Grave::Warning, &warning.column, &warning.value, &warning.say, None);
        }
        if let Some(similar) = &row.alike {
            keep(Grave::Alike, "", "", &similar.say, similar.record);
        }
    }
    slicing.attempt_by_rule(acts).await.map(|_| ())
}

/// The counts of one that is being tried out, and what is to be said of a batch's rows; whether it still is.
pub(super) async fn checked(engine: &Engine, who: &Principal, id: Id, totals: &Totals, told: Vec<Told>, ended: bool) -> Result<bool> {
    let counts = totals.counted().to_vec();
    let work = engine::in_slice(move |slicing: &mut Slicing<'_>| {
        Box::pin(async move {
            let also = format!("{}, ", counted_as(|count| format!("\"{count}\" = ?")));
            let to = if ended { State::Checked } else { State::Checking };
            let goes_on = moved(slicing.tx(), id, &[State::Checking], to, &also, counts).await?;
            if goes_on {
                keep(slicing, id, &told).await?;
            }
            Ok(goes_on)
        })
    });
    engine.slice(who, "import", engine.id(), work).await
}

/// What was tried out by a job that was killed is forgotten before it is tried out again.
pub(super) async fn begin_again(engine: &Engine, id: Id) -> Result<()> {
    let again = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            if moved(tx, id, &[State::Checking], State::Checking, &zero(), Vec::new()).await? {
                forget_faults(tx, id).await?;
            }
            Ok(())
        })
    });
    engine.store().write(again).await
}

/// What is to be said of a row.
pub(super) struct Said {
    pub(super) grave: Grave,
    pub(super) heading: String,
    pub(super) value: String,
    pub(super) say: Say,
    pub(super) record: String,
}

/// What is to be said of some rows, by line; and how many lines there are with this gravity.
pub(super) async fn faults(
    engine: &Engine,
    id: Id,
    grave: Option<Grave>,
    from: usize,
    many: usize,
) -> Result<(Vec<(u64, Vec<Said>)>, usize)> {
    let only = match grave {
        Some(_) => " AND \"grave\" = ?",
        None => " AND \"grave\" NOT IN ('left', 'missing')",
    };
    let mut values: Vec<Value> = vec![id.into()];
    values.extend(grave.map(|grave| Value::from(grave.key())));
    let count = Statement::new(format!("SELECT count(DISTINCT \"line\") FROM \"import_fault\" WHERE \"run\" = ?{only}"), values.clone());
    let lines = format!("SELECT DISTINCT \"line\" FROM \"import_fault\" WHERE \"run\" = ?{only} ORDER BY \"line\" LIMIT ? OFFSET ?");
    values.extend([Value::Int(many as i64), Value::Int(from as i64)]);
    let lines = Statement::new(lines, values);
    let read = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let count = tx.rows(&count).await?.first().map_or(0, |row| row.int(0)).max(0) as usize;
            let lines: Vec<i64> = tx.rows(&lines).await?.iter().map(|row| row.int(0)).collect();
            let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok((Vec::new(), count)) };
            Ok((between(tx, id, *first, *last).await?.into_iter().filter(|(line, _)| lines.contains(&(*line as i64))).collect(), count))
        })
    });
    engine.store().read_snapshot(read).await
}

/// Records that the file has no longer, as many as are asked for.
pub(super) async fn missing(engine: &Engine, id: Id, many: usize) -> Result<Vec<Id>> {
    let sql = "SELECT \"record\" FROM \"import_fault\" WHERE \"run\" = ? AND \"grave\" = 'missing' ORDER BY \"id\" LIMIT ?";
    let asked = Statement::new(sql, vec![id.into(), Value::Int(many as i64)]);
    let rows = engine.store().read(engine::in_tx(move |tx: &mut Tx| Box::pin(async move { tx.rows(&asked).await }))).await?;
    Ok(rows.iter().filter_map(|row| row.text(0).parse().ok()).collect())
}

/// What is to be said of the rows of some lines.
pub(super) async fn faults_between(engine: &Engine, id: Id, first: u64, last: u64) -> Result<HashMap<u64, Vec<Said>>> {
    let read = engine::in_tx(move |tx: &mut Tx| Box::pin(between(tx, id, first as i64, last as i64)));
    Ok(engine.store().read(read).await?.into_iter().collect())
}

async fn between(tx: &mut Tx, id: Id, first: i64, last: i64) -> Result<Vec<(u64, Vec<Said>)>> {
    let sql = "SELECT \"line\", \"grave\", \"heading\", \"value\", \"says\", \"record\" FROM \"import_fault\" \
               WHERE \"run\" = ? AND \"line\" BETWEEN ? AND ? ORDER BY \"line\", \"id\"";
    let mut found: Vec<(u64, Vec<Said>)> = Vec::new();
    for row in tx.rows(&Statement::new(sql, vec![id.into(), Value::Int(first), Value::Int(last)])).await?.iter() {
        let line = row.int(0).max(0) as u64;
        let grave = Grave::from_key(row.text(1)).unwrap_or(Grave::Error);
        let said = Said {
            grave,
            heading: row.text(2).to_owned(),
            value: row.text(3).to_owned(),
            say: engine::unpacked(row.text(4)),
            record: row.text(5).to_owned(),
        };
        match found.last_mut().filter(|(last, _)| *last == line) {
            Some((_, all)) => all.push(said),
            None => found.push((line, vec![said])),
        }
    }
    Ok(found)
}

/// Lets go of the files of runs that ended long ago, of what was said of their rows, and of runs that never began.
pub(super) async fn sweep(engine: &Engine) -> Result<()> {
    let before = engine.now().plus_millis(-KEPT_DAYS * 86_400_000);
    let swept = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let old = "SELECT \"id\" FROM \"import_run\" WHERE \"state\" IN ('done', 'stopped', 'failed', 'draft', 'checked') \
                       AND COALESCE(\"ended_at\", \"created_at\") < ? AND \"file_digest\" <> ''";
            let old: Vec<Id> =
                tx.rows(&Statement::new(old, vec![Value::Moment(before)])).await?.iter().filter_map(|row| row.link(0)).collect();
            for id in old {
                forget_faults(tx, id).await?;
                let gone = "DELETE FROM \"import_run\" WHERE \"id\" = ? AND \"state\" IN ('draft', 'checked')";
                tx.execute(&Statement::new(gone, vec![id.into()])).await?;
                let let_go = "UPDATE \"import_run\" SET \"file_digest\" = '', \"file_name\" = '', \"file_size\" = 0, \"file_media\" = '' WHERE \"id\" = ?";
                tx.execute(&Statement::new(let_go, vec![id.into()])).await?;
            }
            tx.announce(IMPORT_RUN).await
        })
    });
    engine.store().write_slice(swept).await
}
