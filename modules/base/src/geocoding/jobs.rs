//! The work: the next addresses are looked for, as long as the server answers; and all that were never found are put among them.

use super::queue::{self, Taken};
use super::{address, queue::take};
use crate::addresses::coordinates::{Located, Precision, located};
use engine::geocoding::{Geocoder, PROGRESS, Sought, Spot};
use engine::jobs::{Done, JobContext, Run};
use engine::{Act, Engine, Principal, Tx, Work};
use italy::Coordinates;
use kernel::error::Conflict;
use kernel::{Error, Id, Moment, Result, Say};
use meta::Record;
use meta::fields::Chosen;

/// The job that looks for addresses.
pub(super) const SEEK: &str = "geocoding";
/// The job that puts those that were never found among them.
pub(super) const GATHER: &str = "geocoding-missing";

/// So many seconds' worth of questions are asked in one go: other work of the node comes between.
const SECONDS: u32 = 5;
/// How often a finding is written again, where somebody saved the record just then.
const TURNS: usize = 5;
/// A node that has no turn for an address just now looks again after so long, in milliseconds.
const SOON: i64 = 60_000;

pub(super) struct Seek;

impl Run for Seek {
    fn kind(&self) -> &'static str {
        SEEK
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move { seek(&context.engine, &context.who).await })
    }
}

async fn seek(engine: &Engine, who: &Principal) -> Result<Done> {
    let mut asked = 0;
    // Whoever turns it off, or names another server, is heard before the next question.
    while let Some(geocoder) = engine.geocoder().await?.filter(|geocoder| geocoder.on) {
        let trouble = engine.geocoder_trouble().await?;
        if let Some((trouble, true)) = trouble {
            return at(engine, trouble.again).await;
        }
        if asked >= geocoder.per_second * SECONDS {
            told(engine).await?;
            return Ok(Done::Again(engine.now()));
        }
        asked += 1;
        let Some(taken) = take(engine).await? else { return rest(engine).await };
        if let Some(again) = one(engine, who, &geocoder, taken, trouble.is_some()).await? {
            return at(engine, again).await;
        }
    }
    Ok(Done::Finished)
}

/// Nothing is due: somebody else has what waits, or it is refused for a while.
async fn rest(engine: &Engine) -> Result<Done> {
    told(engine).await?;
    match queue::next_due(engine).await? {
        Some(due) => at(engine, due.max(engine.now().plus_millis(SOON))).await,
        None => Ok(Done::Finished),
    }
}

/// Again at a moment, unless another of these jobs waits already.
async fn at(engine: &Engine, again: Moment) -> Result<Done> {
    Ok(if engine.has_waiting(SEEK).await? { Done::Finished } else { Done::Again(again) })
}

/// Tells whoever looks on how far it is.
async fn told(engine: &Engine) -> Result<()> {
    let tell = engine::in_tx(|tx: &mut Tx| Box::pin(async move { tx.announce(PROGRESS).await }));
    engine.store().write(tell).await
}

/// Looks for one address. Where the server fails, when it is asked again.
async fn one(engine: &Engine, who: &Principal, geocoder: &Geocoder, taken: Taken, recovers: bool) -> Result<Option<Moment>> {
    let Some((record, of, sought)) = wanted(engine, who, &taken).await? else {
        taken.done(engine).await?;
        return Ok(None);
    };
    let mark = address::mark(&sought);
    if taken.asked == mark {
        taken.unknown(engine, mark).await?;
        return Ok(None);
    }
    let answers = match found(engine, geocoder, &record, &of, sought).await {
        Ok(answers) => answers,
        Err(Error::Unavailable(why)) => {
            let refuses_one = refuses_one(&why);
            let again = engine.geocoder_failed(why).await?;
            match refuses_one {
                true => taken.refused(engine, mark, again).await?,
                false => taken.later(engine, again).await?,
            }
            return Ok(Some(again));
        }
        Err(error) => return Err(error),
    };
    if recovers {
        engine.geocoder_answered().await?;
    }
    match answers {
        None => taken.unknown(engine, mark).await?,
        Some((place, precision)) => {
            if keep(engine, who, &taken, &mark, place, precision).await? {
                taken.done(engine).await?;
            }
        }
    }
    Ok(None)
}

/// The record as it is now and the question for its address; none where there is nothing to look for.
async fn wanted(engine: &Engine, who: &Principal, taken: &Taken) -> Result<Option<(Record, Located, Sought)>> {
    let Some(of) = located(&taken.kind) else { return Ok(None) };
    let record = match engine.show(who, &*engine.entity(&taken.kind)?, taken.id).await {
        Ok((record, _)) => record,
        // In the trash, or gone.
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    if of.is_known(&record) {
        return Ok(None);
    }
    Ok(address::sought(&record, of.address).map(|sought| (record, of, sought)))
}

/// What the server knows of an address: with its CAP, and without, since many a CAP is wrong.
async fn found(
    engine: &Engine,
    geocoder: &Geocoder,
    record: &Record,
    of: &Located,
    sought: Sought,
) -> Result<Option<(Coordinates, Precision)>> {
    let answers = engine.seek(geocoder, &sought).await?;
    if let Some(found) = address::chosen(record, of, &answers) {
        return Ok(Some(found));
    }
    if sought.postcode.is_empty() {
        return Ok(None);
    }
    let answers: Vec<Spot> = engine.seek(geocoder, &Sought { postcode: String::new(), ..sought }).await?;
    Ok(address::chosen(record, of, &answers))
}

/// Writes what was found, at the version at which the address is still the one that was asked for; whether it need not be looked for again.
async fn keep(engine: &Engine, who: &Principal, taken: &Taken, mark: &str, place: Coordinates, precision: Precision) -> Result<bool> {
    for _ in 0..TURNS {
        let Some((record, of, sought)) = wanted(engine, who, taken).await? else { return Ok(true) };
        if address::mark(&sought) != mark {
            // It moved meanwhile, and waits anew.
            return Ok(false);
        }
        let values = vec![(of.is.found.id(), place.to_string().into()), (of.is.found_as.id(), precision.key().into())];
        let entity = engine.entity(&taken.kind)?.key;
        let act = Act::Change { entity, id: record.id, version: Some(record.version), values, lines: Vec::new() };
        match engine.write(who, "geocoding", vec![act]).await {
            Ok(_) => return Ok(true),
            Err(Error::Conflict(Conflict::Stale { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Whether a server's refusal may be of this address alone: it did not understand the question.
fn refuses_one(why: &Say) -> bool {
    why.key == "error-geocoder-status" && why.with.iter().any(|(_, status)| matches!(status.as_str(), "400" | "414" | "422"))
}

pub(super) struct Gather;

impl Run for Gather {
    fn kind(&self) -> &'static str {
        GATHER
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let engine = &context.engine;
            if engine.geocoder().await?.is_none_or(|geocoder| !geocoder.on) {
                return Ok(Done::Finished);
            }
            for kind in ["account", "site"] {
                let mut after = Id::SYSTEM;
                while let Some(last) = queue::gather(engine, kind, after).await? {
                    after = last;
                }
            }
            queue::enqueue(engine, SEEK).await?;
            Ok(Done::Finished)
        })
    }
}
