//! The work behind the pages: trying a run out, doing it, undoing it, letting old files go. Each is safe to run twice: whoever is
//! killed goes on where the run's row stands.

use super::plan::Plan;
use super::runs::{self, Standing};
use crate::imports::batches::{Applying, Told};
use crate::imports::entity::{self as run, State};
use crate::imports::{Batches, Options, Prepared, Totals, is_of_a_row};
use engine::jobs::{Done, JobContext, Run};
use engine::{Engine, Principal, Slicing, Work};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say};
use std::sync::{Arc, Mutex};
use web::Words;

/// The job that tries a run out.
pub(super) const CHECK: &str = "import-check";
/// The job that does it.
pub(super) const IMPORT: &str = "import";
/// The job that undoes it.
pub(super) const UNDO: &str = "import-undo";
/// The job that finds out which of the new records are alike to another.
pub(in crate::imports) const ALIKE: &str = "import-alike";
/// The job that lets old files go.
pub(super) const SWEEP: &str = "import-sweep";

fn about(payload: &str) -> Result<Id> {
    payload.parse().map_err(|_| Error::internal("a job of imports without its run"))
}

pub(super) struct Check;

impl Run for Check {
    fn kind(&self) -> &'static str {
        CHECK
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let id = about(&context.payload)?;
            runs::begin_again(&context.engine, id).await?;
            go(context, id, State::Checking).await
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        given_up(engine, payload)
    }
}

pub(super) struct Import;

impl Run for Import {
    fn kind(&self) -> &'static str {
        IMPORT
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move { go(context, about(&context.payload)?, State::Running).await })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        given_up(engine, payload)
    }
}

fn given_up<'r>(engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
    Box::pin(async move { runs::fail(engine, about(payload)?, &Say::new("error-import-given-up")).await })
}

/// Imports, or tries to, with the rights that whoever imports has now.
async fn go(context: &JobContext, id: Id, wanted: State) -> Result<Done> {
    let (engine, who) = (&context.engine, &context.who);
    let standing = runs::standing(engine, who, id).await?;
    if standing.state != wanted {
        // Whoever was killed between the end and the telling tells it now.
        runs::tell(engine, &standing).await?;
        return Ok(Done::Finished);
    }
    let outcome = async {
        let file = standing.file(engine).await?;
        let options = options(engine, &standing, wanted == State::Checking, who)?;
        if wanted == State::Running && standing.record.value(run::SCHEDULE.id()).link().is_some() {
            crate::imports::missing::check(engine, who, id, standing.file(engine).await?, &options).await?;
        }
        crate::imports::run(engine, who, file, options, |_| {}).await
    };
    match outcome.await {
        Ok(_) => {
            runs::tell(engine, &runs::standing(engine, who, id).await?).await?;
            Ok(Done::Finished)
        }
        Err(error) => {
            // Whoever stopped it has ended it.
            let now = runs::standing(engine, who, id).await?.state;
            if now != wanted {
                return Ok(Done::Finished);
            }
            let why = match error {
                Error::Invalid(problems) => problems.into_iter().next().map(|problem| problem.say),
                Error::Forbidden(say) => Some(say),
                Error::NotFound => Some(Say::new("error-import-gone")),
                Error::Conflict(Conflict::State(say)) => Some(say),
                other => return Err(other),
            };
            runs::fail(engine, id, &why.unwrap_or(Say::new("error-import-given-up"))).await?;
            Ok(Done::Finished)
        }
    }
}

/// How a run is imported.
fn options(engine: &Engine, standing: &Standing, dry_run: bool, who: &Principal) -> Result<Options> {
    let words = Arc::new(Words::of_platform_and(engine.words())?);
    let prepared = match dry_run {
        true => Prepared { id: standing.id(), changeset: engine.id() },
        false => standing.prepared()?,
    };
    Ok(Options { run: Some(prepared), dry_run, language: who.language, ..planned(standing, &standing.plan, words) })
}

/// How the rows of a run are read by a plan.
fn planned(standing: &Standing, plan: &Plan, words: Arc<Words>) -> Options {
    Options {
        manner: plan.manner.clone(),
        mode: plan.mode(),
        keys: plan.keys.clone(),
        choices: Some(plan.columns.clone()),
        defaults: plan.defaults.clone(),
        alike: plan.alike(),
        corrections: plan.corrections.clone(),
        ..Options::new(standing.entity.plural, standing.record.get(&run::FILE), words)
    }
}

/// Tries all batches out, each in a transaction that is never committed, so that nobody waits long for it.
pub(in crate::imports) async fn rehearse(
    engine: &Engine,
    who: &Principal,
    run: Prepared,
    applying: Arc<Applying>,
    mut batches: Batches,
    totals: &mut Totals,
    progress: &mut impl FnMut(&Totals),
) -> Result<()> {
    while let Some(batch) = batches.recv().await {
        let batch = Arc::new(batch?);
        let tried = match tried(engine, who, run, &applying, &batch, false).await {
            Err(error) if is_of_a_row(&error) => tried(engine, who, run, &applying, &batch, true).await,
            tried => tried,
        }?;
        applying.rehearsed(&batch, &tried);
        totals.count(&tried);
        if !runs::checked(engine, who, run.id, totals, tried, false).await? {
            return Ok(());
        }
        progress(totals);
    }
    runs::checked(engine, who, run.id, totals, Vec::new(), true).await.map(|_| ())
}

/// What would become of a batch.
async fn tried(
    engine: &Engine,
    who: &Principal,
    run: Prepared,
    applying: &Arc<Applying>,
    batch: &Arc<crate::imports::Batch>,
    care: bool,
) -> Result<Vec<Told>> {
    let outcome: Arc<Mutex<Option<Vec<Told>>>> = Arc::default();
    let (kept, applying, batch) = (outcome.clone(), applying.clone(), batch.clone());
    let work = engine::in_slice(move |slicing: &mut Slicing<'_>| {
        Box::pin(async move {
            let told = applying.batch(slicing, &batch, care).await?;
            *kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(told);
            Err(Error::Busy(0))
        })
    });
    let rehearsed = engine.slice(who, "import", run.changeset, work).await;
    let told = outcome.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    match (told, rehearsed) {
        (Some(told), Err(_)) => Ok(told),
        (None, Err(error)) => Err(error),
        (_, Ok(())) => Err(Error::internal("a rehearsal was committed")),
    }
}

pub(super) struct Undo;

impl Run for Undo {
    fn kind(&self) -> &'static str {
        UNDO
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let (engine, who) = (&context.engine, &context.who);
            let standing = runs::standing(engine, who, about(&context.payload)?).await?;
            let left = match engine.undo(who, standing.prepared()?.changeset).await {
                Ok(undone) => undone.left,
                // Undone by a run before this one.
                Err(Error::Conflict(_)) => Vec::new(),
                Err(error) => return Err(error),
            };
            runs::undone(engine, who, standing.id(), &left).await?;
            Ok(Done::Finished)
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        given_up(engine, payload)
    }
}

pub(super) struct LookAlike;

impl Run for LookAlike {
    fn kind(&self) -> &'static str {
        ALIKE
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let (engine, who) = (&context.engine, &context.who);
            let standing = runs::standing(engine, who, about(&context.payload)?).await?;
            let alike = engine.look_at_created(who, &standing.entity, standing.prepared()?.changeset).await?;
            runs::alike(engine, standing.id(), alike).await?;
            Ok(Done::Finished)
        })
    }
}

pub(super) struct Sweep;

impl Run for Sweep {
    fn kind(&self) -> &'static str {
        SWEEP
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            runs::sweep(&context.engine).await?;
            Ok(Done::Finished)
        })
    }
}
