//! A scan: all records of an entity held against each other, as far as they share a key, and the pairs put into the queue.
//!
//! Reading and comparing go on beside everybody else: records are read in streams on a connection of their own, compared on a thread of
//! their own, and what is found is written in slices after people's writes. Nothing is in the queue before the scan has seen every
//! record: one that is killed leaves the queue as it was, and is begun anew.

use super::TOPIC;
use super::automatic;
use super::evidence::Evidence;
use super::queue::Two;
use super::reading::Reading;
use super::scheme::Compared;
use super::settings::{self, Standing};
use super::weighing;
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::principal::Principal;
use kernel::{Error, Id, Moment, Result, Say, Value};
use matching::Weights;
use meta::sql::Sql;
use meta::{Entity, Record};
use std::sync::Arc;
use store::{Statement, Tx, Work};
use tokio::sync::mpsc;

/// The job of a whole scan.
const SCAN: &str = "scan-duplicates";
/// The job that looks at what changed, every night.
pub(super) const NIGHTLY: &str = "duplicates-nightly";
/// Records read at a time.
const READ: usize = 2_000;
/// Pairs that are told, and written, together.
const TOGETHER: usize = 100;
/// Records looked at together at night.
pub(super) const LOOKED: usize = 50;
/// Candidates that each is compared with.
pub(super) const COMPARED: usize = 60;
/// What is written to the row of a scan's progress, at most so often.
const TOLD_MILLIS: i64 = 1_000;
/// How much of a scan reading is.
const READING: f64 = 0.4;

/// A pair that a scan found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The records.
    pub pair: Two,
    /// How likely they are one, from 0 to 1.
    pub score: f64,
    /// How likely, in ten-thousandths, and what pairs are put in order by.
    stands: (i64, i64),
    /// What speaks for and against.
    pub evidence: Vec<Evidence>,
}

impl Found {
    /// How likely they are one, in ten-thousandths.
    pub(super) fn likely(&self) -> i64 {
        self.stands.0
    }
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Progress {
    /// Records read.
    pub read: u64,
    /// How much of all is done, from 0 to 1.
    pub share: f64,
}

/// What a scan is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scanning {
    /// From which likeness on a pair is told, from 0 to 1; where nothing is said, from which on people are asked.
    pub least: Option<f64>,
    /// How many threads compare; one where nothing is said.
    pub threads: usize,
}

/// What the comparing thread is given.
enum Feed {
    Records(Vec<Record>),
    /// There are no more. A thread that hears no end compares nothing.
    End,
}

/// What it tells.
enum Told {
    Share(f64),
    Learned(String),
    Pairs(Vec<Found>),
}

impl Engine {
    /// Holds all records of an entity against each other; `found` is given each pair, the likeliest first, and `progress` hears how far
    /// it is. Nothing is written.
    ///
    /// Errors: not found for an entity that is compared by nothing; forbidden for whoever administers nothing.
    pub async fn scan_duplicates(
        &self,
        who: &Principal,
        entity: &Entity,
        scanning: Scanning,
        mut progress: impl FnMut(Progress) + Send,
        mut found: impl FnMut(Found) -> Result<()> + Send,
    ) -> Result<()> {
        who.administers()?;
        let mut scan = Scanned::begin(self, entity.key, scanning).await?;
        while let Some(told) = scan.next(&mut progress).await? {
            if let Told::Pairs(pairs) = told {
                self.undecided(pairs).await?.into_iter().try_for_each(&mut found)?;
            }
        }
        Ok(())
    }

    /// The same, and the pairs go into the queue in place of those that nobody has decided on; what was learned is kept.
    ///
    /// Errors: as of [`Engine::scan_duplicates`].
    pub async fn store_duplicates(
        &self,
        who: &Principal,
        entity: &Entity,
        scanning: Scanning,
        mut found: impl FnMut(&Found) + Send,
    ) -> Result<()> {
        who.administers()?;
        let begun = self.now();
        let key = entity.key;
        let mut standing = Standing { begun: begun.millis(), ..Standing::default() };
        self.note_standing(key, &standing).await?;
        let mut scan = Scanned::begin(self, key, scanning).await?;
        let (mut far, mut noted) = (Progress::default(), begun);
        while let Some(told) = scan.next(&mut |progress| far = progress).await? {
            match told {
                Told::Pairs(pairs) => {
                    let pairs = self.undecided(pairs).await?;
                    standing.pairs += pairs.len() as i64;
                    pairs.iter().for_each(&mut found);
                    self.inside.store.write_slice(move |tx| Box::pin(async move { keep(tx, key, begun, &pairs).await })).await?;
                }
                Told::Learned(weights) => {
                    self.inside.store.write_slice(move |tx| Box::pin(async move { settings::put_weights(tx, key, weights).await })).await?;
                }
                Told::Share(_) => {}
            }
            (standing.read, standing.percent) = (far.read as i64, (far.share * 100.0) as i64);
            if self.now().millis() - noted.millis() >= TOLD_MILLIS {
                noted = self.now();
                self.note_standing(key, &standing).await?;
            }
        }
        let engine = self.clone();
        (standing.read, standing.percent, standing.ended) = (far.read as i64, 100, self.now().millis().max(begun.millis() + 1));
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    // What was there before and was not found again is not alike any more.
                    let old = "DELETE FROM \"duplicate_pair\" WHERE \"entity\" = ? AND \"state\" = 'open' AND \"found_at\" < ?";
                    tx.execute(&Statement::new(old, vec![key.into(), Value::Moment(begun)])).await?;
                    settings::put_standing(tx, key, &standing).await?;
                    settings::put_looked(tx, key, begun).await?;
                    automatic::follow(&engine, tx, key).await?;
                    tx.announce(TOPIC).await
                })
            })
            .await
    }

    /// Without those that somebody called different.
    async fn undecided(&self, mut pairs: Vec<Found>) -> Result<Vec<Found>> {
        let asked: Vec<Two> = pairs.iter().map(|found| found.pair).collect();
        let different = self.inside.store.read(move |tx| Box::pin(async move { settings::different(tx, &asked).await })).await?;
        pairs.retain(|found| !different.contains(&found.pair));
        Ok(pairs)
    }

    /// Has a job scan an entity's records.
    ///
    /// Errors: forbidden for whoever administers nothing, not found for an entity that is compared by nothing.
    pub async fn begin_duplicate_scan(&self, who: &Principal, entity: &Entity) -> Result<()> {
        who.administers()?;
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        if entity.compared.is_empty() {
            return Err(Error::NotFound);
        }
        let (engine, key, user) = (self.clone(), entity.key, who.user);
        let standing = Standing { begun: self.now().millis(), ..Standing::default() };
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    // One that waits or runs does it already.
                    let known =
                        "SELECT 1 FROM \"job\" WHERE \"kind\" = ? AND \"state\" IN ('waiting', 'running') AND \"payload\" = ? LIMIT 1";
                    if tx.row(&Statement::new(known, vec![SCAN.into(), key.into()])).await?.is_some() {
                        return Ok(());
                    }
                    settings::put_standing(tx, key, &standing).await?;
                    engine.enqueue(tx, SCAN, key.to_owned(), user).await.map(|_| ())
                })
            })
            .await
    }

    async fn note_standing(&self, entity: &'static str, standing: &Standing) -> Result<()> {
        let standing = standing.clone();
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    settings::put_standing(tx, entity, &standing).await?;
                    tx.announce(TOPIC).await
                })
            })
            .await
    }

    /// Looks at what changed since it was looked at: pairs that are no longer alike go, others come.
    async fn look_at_changed(&self, entity: &Arc<Entity>, since: i64) -> Result<()> {
        let (begun, key) = (self.now(), entity.key);
        let Some(likening) = self.likening_now(entity).await? else { return Ok(()) };
        let reading = Reading::new(&self.model(), entity, &[]);
        let mut after = Id::SYSTEM;
        loop {
            let (engine, reading, likening) = (self.clone(), reading.clone(), likening.clone());
            let looked = self.inside.store.read(move |tx| {
                Box::pin(async move {
                    let changed = changed(tx, key, since, after).await?;
                    let pairs = engine.pairs_of(tx, &reading, &likening, &changed).await?;
                    Ok((changed, pairs))
                })
            });
            let (changed, pairs) = looked.await?;
            let Some(last) = changed.last().copied() else { break };
            after = last;
            self.inside.store.write_slice(move |tx| Box::pin(async move { renew(tx, key, begun, &changed, &pairs).await })).await?;
        }
        let engine = self.clone();
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    automatic::follow(&engine, tx, key).await?;
                    settings::put_looked(tx, key, begun).await
                })
            })
            .await
    }
}

/// A scan under way.
struct Scanned {
    told: mpsc::Receiver<Told>,
    /// Reads, and gives the number of records it has read.
    reading: tokio::task::JoinHandle<Result<u64>>,
    read: Arc<std::sync::atomic::AtomicU64>,
    of: u64,
}

impl Scanned {
    async fn begin(engine: &Engine, entity: &'static str, scanning: Scanning) -> Result<Scanned> {
        let model = engine.model();
        let entity = engine.entity(entity)?;
        let compared = Compared::of(&model, &entity).ok_or(Error::NotFound)?;
        let reading = Reading::new(&model, &entity, &[]);
        let store = engine.inside.store.aside().await?;
        let key = entity.key;
        let begun = store.read(move |tx| {
            Box::pin(async move {
                let mut sql = Sql::new();
                sql.push("SELECT COUNT(*), MAX(\"id\") FROM ").name(key).push(" WHERE \"removed_at\" IS NULL");
                let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
                let counted = rows.first().map(|row| (row.int(0), row.link(1).unwrap_or(Id::SYSTEM)));
                Ok((counted.unwrap_or((0, Id::SYSTEM)), settings::settings(tx, key).await?))
            })
        });
        let ((of, last), settings) = begun.await?;
        let least = scanning.least.unwrap_or(settings.ask as f64 / 10_000.0);
        let (feed, fed) = mpsc::channel(3);
        let (tell, told) = mpsc::channel(8);
        let threads = scanning.threads.max(1);
        tokio::task::spawn_blocking(move || compare(fed, &tell, &compared, &settings, least, threads));
        let read = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counting = read.clone();
        let reading = tokio::spawn(async move {
            let outcome = feed_all(&store, &reading, last, &feed, &counting).await;
            store.close().await;
            outcome
        });
        Ok(Scanned { told, reading, read, of: of.max(1) as u64 })
    }

    /// What the scan tells next; nothing at its end.
    async fn next(&mut self, progress: &mut (impl FnMut(Progress) + Send)) -> Result<Option<Told>> {
        match self.told.recv().await {
            Some(told) => {
                let read = self.read.load(std::sync::atomic::Ordering::Relaxed);
                let share = match &told {
                    Told::Share(share) => READING + (1.0 - READING) * share,
                    _ => READING,
                };
                let share = if read < self.of && matches!(told, Told::Share(0.0)) { READING * read as f64 / self.of as f64 } else { share };
                progress(Progress { read, share: share.min(1.0) });
                Ok(Some(told))
            }
            // Where the reading failed, there was nothing to be compared.
            None => (&mut self.reading).await.map_err(Error::internal)?.map(|_| None),
        }
    }
}

/// Reads all records and hands them on; how many.
async fn feed_all(
    store: &store::Store,
    reading: &Reading,
    last: Id,
    feed: &mpsc::Sender<Feed>,
    counting: &std::sync::atomic::AtomicU64,
) -> Result<u64> {
    let mut after = Id::SYSTEM;
    loop {
        let reading = reading.clone();
        let records = store.read(move |tx| Box::pin(async move { reading.between(tx, after, last, READ).await })).await?;
        let Some(reached) = records.last().map(|record| record.id) else { break };
        after = reached;
        counting.fetch_add(records.len() as u64, std::sync::atomic::Ordering::Relaxed);
        if feed.send(Feed::Records(records)).await.is_err() {
            return Err(Error::internal("nobody compares any more"));
        }
    }
    let _ = feed.send(Feed::End).await;
    Ok(counting.load(std::sync::atomic::Ordering::Relaxed))
}

/// Takes in all records, learns what each field says, and tells the pairs.
fn compare(
    mut fed: mpsc::Receiver<Feed>,
    tell: &mpsc::Sender<Told>,
    compared: &Compared,
    settings: &settings::Settings,
    least: f64,
    threads: usize,
) {
    let mut scan = matching::Scan::new(&compared.scheme);
    loop {
        match fed.blocking_recv() {
            Some(Feed::Records(records)) => {
                records.iter().for_each(|record| scan.push(record.id, &compared.of_record(record)));
                // Whoever asked may be gone.
                if tell.blocking_send(Told::Share(0.0)).is_err() {
                    return;
                }
            }
            Some(Feed::End) => break,
            None => return,
        }
    }
    let learned: Weights = scan.learn();
    if let Ok(text) = serde_json::to_string(&learned)
        && tell.blocking_send(Told::Learned(text)).is_err()
    {
        return;
    }
    let weights = weighing::adjusted(learned, settings);
    let pairs = scan.run(&weights, least, threads, |share| tell.blocking_send(Told::Share(share)).is_ok());
    for some in pairs.chunks(TOGETHER) {
        let found = some.iter().filter_map(|pair| {
            let explained = scan.explain(&weights, pair);
            let stands = weighing::read(&matching::Comparison { score: pair.score, evidence: Vec::new() });
            let evidence = weighing::read(&explained).2;
            Some(Found { pair: Two::new(pair.a, pair.b)?, score: pair.score, stands: (stands.0, stands.1), evidence })
        });
        if tell.blocking_send(Told::Pairs(found.collect())).is_err() {
            return;
        }
    }
}

pub(super) fn found(one: Id, other: Id, (score, rank, evidence): &(i64, i64, Vec<Evidence>)) -> Option<Found> {
    Some(Found { pair: Two::new(one, other)?, score: *score as f64 / 10_000.0, stands: (*score, *rank), evidence: evidence.clone() })
}

/// Puts pairs into the queue, or brings those up to date that nobody has decided on.
async fn keep(tx: &mut Tx, entity: &'static str, now: Moment, pairs: &[Found]) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new();
    sql.push(
        "INSERT INTO \"duplicate_pair\" (\"a\", \"b\", \"entity\", \"state\", \"score\", \"rank\", \"evidence\", \"found_at\") VALUES ",
    );
    for (place, found) in pairs.iter().enumerate() {
        sql.push(if place > 0 { ", (" } else { "(" }).bind(found.pair.a).push(", ").bind(found.pair.b).push(", ").bind(entity);
        sql.push(", 'open', ").bind(found.stands.0).push(", ").bind(found.stands.1).push(", ").bind(Evidence::write(&found.evidence));
        sql.push(", ").bind(now).push(")");
    }
    sql.push(" ON CONFLICT (\"a\", \"b\") DO UPDATE SET \"score\" = excluded.\"score\", \"rank\" = excluded.\"rank\", \"evidence\" = excluded.\"evidence\", \
              \"found_at\" = excluded.\"found_at\" WHERE \"duplicate_pair\".\"state\" = 'open'");
    tx.execute(&Statement::new(sql.text, sql.values)).await.map(|_| ())
}

/// The next of an entity's records that changed since then.
async fn changed(tx: &mut Tx, entity: &'static str, since: i64, after: Id) -> Result<Vec<Id>> {
    let mut sql = Sql::new();
    sql.push("SELECT \"id\" FROM ")
        .name(entity)
        .push(" WHERE \"removed_at\" IS NULL AND \"changed_at\" >= ")
        .bind(Moment::from_millis(since));
    sql.push(" AND \"id\" > ").bind(after).push(" ORDER BY \"id\" LIMIT ").number(LOOKED as i64);
    Ok(tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().filter_map(|row| row.link(0)).collect())
}

/// The pairs of some records as they are now, in place of those of before that nobody has decided on.
pub(super) async fn renew(tx: &mut Tx, entity: &'static str, now: Moment, changed: &[Id], pairs: &[Found]) -> Result<()> {
    for end in ["a", "b"] {
        let mut sql = Sql::new();
        sql.push("DELETE FROM \"duplicate_pair\" WHERE \"state\" = 'open' AND ").name(end);
        meta::query::among(changed, &mut sql);
        tx.execute(&Statement::new(sql.text, sql.values)).await?;
    }
    let mut pairs: Vec<Found> = pairs.to_vec();
    pairs.sort_by_key(|found| found.pair);
    pairs.dedup_by_key(|found| found.pair);
    for some in pairs.chunks(TOGETHER) {
        keep(tx, entity, now, some).await?;
    }
    tx.announce(TOPIC).await
}

/// A whole scan: of the entity that its payload names. Run again after a crash it begins anew.
pub(super) struct Scan;

impl Run for Scan {
    fn kind(&self) -> &'static str {
        SCAN
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let entity = context.engine.entity(&context.payload)?;
            context.engine.store_duplicates(&context.who, &entity, Scanning::default(), |_| {}).await?;
            Ok(Done::Finished)
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        Box::pin(async move {
            let entity = engine.entity(payload)?;
            let Some(standing) = engine.duplicate_standing(&entity).await? else { return Ok(()) };
            engine.note_standing(entity.key, &Standing { ended: engine.now().millis(), ..standing }).await
        })
    }
}

/// What changed since yesterday, of every entity whose settings say so; where nobody ever looked, all of it.
pub(super) struct Nightly;

impl Run for Nightly {
    fn kind(&self) -> &'static str {
        NIGHTLY
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let engine = &context.engine;
            let model = engine.model();
            for entity in model.entities().filter(|entity| !entity.compared.is_empty()) {
                if !engine.duplicate_settings(entity).await?.nightly {
                    continue;
                }
                let key = entity.key;
                match engine.inside.store.read(move |tx| Box::pin(async move { settings::looked(tx, key).await })).await? {
                    Some(since) => engine.look_at_changed(entity, since).await?,
                    None => engine.store_duplicates(&context.who, entity, Scanning::default(), |_| {}).await?,
                }
            }
            Ok(Done::Finished)
        })
    }
}
