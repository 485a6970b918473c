//! Many records on their way at once, an import: which of them may be one with a record that is there, or with one that came before
//! them. The keys of all of them are looked up in few questions; those on their way are held in memory, since what is made many at
//! once gets its own keys late.

use super::queue::Two;
use super::reading::Reading;
use super::scanning::{COMPARED, Found, LOOKED, Scanning, found, renew};
use super::scheme::Compared;
use super::weighing::Weighing;
use crate::Engine;
use crate::history::Action;
use crate::principal::{Principal, Through};
use crate::write::Draft;
use kernel::{Id, Result};
use matching::Prepared;
use meta::sql::Sql;
use meta::{Entity, Record};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::{Statement, Tx};

/// Each on its way is compared with so many records, those that share most keys with it.
const CANDIDATES: usize = 24;
/// Of those that came before with one key so many are looked at.
const OF_ONE: usize = 16;
/// Of more new records than these all are held against each other.
const MANY: usize = 20_000;
/// Pairs that are read together.
const READ_TOGETHER: usize = 100;
/// So many of those on their way are held in memory.
const HELD: usize = 200_000;

/// How records of an entity are compared now.
#[derive(Clone)]
pub struct Likening {
    entity: Arc<Entity>,
    compared: Compared,
    weighing: Arc<Weighing>,
}

/// What a record on its way is alike to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Like {
    /// The record.
    pub record: Id,
    /// The place of the one that came before, where it is such; none of what was there.
    pub place: Option<u64>,
    /// How likely they are one, in ten-thousandths.
    pub score: i64,
    /// Of several that are likely the greatest is the likeliest.
    rank: i64,
}

/// A record on its way, looked at: what it says, and what of all that is there it is most alike to.
#[derive(Debug, Clone)]
pub struct Looked {
    prepared: Prepared,
    keys: Vec<i64>,
    like: Option<Like>,
}

/// One that came before.
struct Came {
    place: u64,
    record: Id,
    prepared: Prepared,
    stays: bool,
}

/// Those that came before, in the order of their places.
pub struct Coming {
    likening: Likening,
    came: Vec<Came>,
    places: HashMap<u64, usize>,
    keys: HashMap<i64, Vec<u32>>,
}

impl Engine {
    /// Begins to hold records on their way against what is there; nothing for an entity that is compared by nothing. Whatever waits
    /// for its keys gets them first.
    pub async fn likening(&self, entity: &Arc<Entity>) -> Result<Option<Likening>> {
        if entity.compared.is_empty() {
            return Ok(None);
        }
        self.fill_duplicate_keys().await?;
        self.likening_now(entity).await
    }

    pub(super) async fn likening_now(&self, entity: &Arc<Entity>) -> Result<Option<Likening>> {
        let Some(compared) = Compared::of(&self.model(), entity) else { return Ok(None) };
        let (engine, key, by) = (self.clone(), entity.key, compared.clone());
        let weighing = self.inside.store.read(move |tx| Box::pin(async move { engine.weighing(tx, key, &by).await })).await?;
        Ok(Some(Likening { entity: entity.clone(), compared, weighing }))
    }

    /// Looks for what is there and alike to some drafts, as far as somebody sees it, by the fields that he may know.
    pub async fn look_for(&self, who: &Principal, likening: &Likening, drafts: &[Draft]) -> Result<Vec<Looked>> {
        let looked = |draft: &Draft| {
            let prepared = likening.compared.of_draft(draft);
            Looked { keys: super::keys::keys(likening.entity.key, &prepared), prepared, like: None }
        };
        let mut looked: Vec<Looked> = drafts.iter().map(looked).collect();
        let (engine, who, by) = (self.clone(), who.clone(), likening.clone());
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let known = who.entity(by.entity.key)?;
                    let keys: Vec<&[i64]> = looked.iter().map(|one| one.keys.as_slice()).collect();
                    let candidates = engine.sharing_each(tx, &keys, CANDIDATES).await?;
                    let reading = Reading::new(&who.model, &known, &[]);
                    let there = prepared(&engine, tx, &who, &reading, &by.compared, candidates.iter().flatten().copied()).await?;
                    for (one, candidates) in looked.iter_mut().zip(candidates) {
                        let ours = &one.prepared;
                        let like = |id: &Id| Some(by.like(*id, None, by.weighing.closeness(ours, there.get(id)?)));
                        one.like = candidates.iter().filter_map(like).flatten().max_by_key(|like| (like.rank, like.record));
                    }
                    Ok(looked)
                })
            })
            .await
    }

    /// Looks at the records that a changeset created: those that may be one with another go into the queue. How many of them are alike
    /// to another that somebody sees, by what he may know.
    pub async fn look_at_created(&self, who: &Principal, entity: &Arc<Entity>, changeset: Id) -> Result<u64> {
        let Some(likening) = self.likening(entity).await? else { return Ok(0) };
        let (begun, key) = (self.now(), entity.key);
        let made =
            self.inside.store.read(move |tx| Box::pin(async move { created(tx, key, changeset, Id::SYSTEM, MANY + 1).await })).await?;
        if made.len() > MANY {
            return self.scan_for_created(who, &likening, changeset).await;
        }
        let (mut after, mut alike) = (Id::SYSTEM, 0);
        loop {
            let (engine, who, likening) = (self.clone(), who.clone(), likening.clone());
            let looked = self.inside.store.read(move |tx| {
                Box::pin(async move {
                    let created = created(tx, key, changeset, after, LOOKED).await?;
                    let reading = Reading::new(&engine.model(), &likening.entity, &[]);
                    let pairs = engine.pairs_of(tx, &reading, &likening, &created).await?;
                    let two: Vec<Two> = pairs.iter().map(|found| found.pair).collect();
                    let known = engine.known_pairs(tx, &who, &likening, &two).await?;
                    let alike: HashSet<Id> = known.iter().map(|pair| younger(pair, |id| created.contains(&id))).collect();
                    Ok((created, pairs, alike.len() as u64))
                })
            });
            let (created, pairs, some) = looked.await?;
            let Some(last) = created.last().copied() else { return Ok(alike) };
            (after, alike) = (last, alike + some);
            if !pairs.is_empty() {
                self.inside.store.write_slice(move |tx| Box::pin(async move { renew(tx, key, begun, &created, &pairs).await })).await?;
            }
        }
    }

    /// The pairs that some records make with whatever shares a key with them.
    pub(super) async fn pairs_of(&self, tx: &mut Tx, reading: &Reading, likening: &Likening, ids: &[Id]) -> Result<Vec<Found>> {
        let (system, compared) = (self.system(Through::Job), &likening.compared);
        let ours: Vec<(Id, Prepared)> =
            reading.some(self, tx, &system, ids).await?.iter().map(|record| (record.id, compared.of_record(record))).collect();
        let keys: Vec<Vec<i64>> = ours.iter().map(|(_, prepared)| super::keys::keys(reading.entity.key, prepared)).collect();
        let keys: Vec<&[i64]> = keys.iter().map(Vec::as_slice).collect();
        let candidates = self.sharing_each(tx, &keys, COMPARED).await?;
        let there = prepared(self, tx, &system, reading, compared, candidates.iter().flatten().copied()).await?;
        let mut pairs = Vec::new();
        for ((id, ours), candidates) in ours.iter().zip(candidates) {
            for (other, theirs) in candidates.iter().filter(|other| *other != id).filter_map(|other| Some((*other, there.get(other)?))) {
                let found = found(*id, other, &likening.weighing.compare(ours, theirs));
                pairs.extend(found.filter(|found| found.likely() >= likening.weighing.settings.ask));
            }
        }
        Ok(pairs)
    }

    /// The same of very many: all records are held against each other, which is faster then than to look for each of them.
    async fn scan_for_created(&self, who: &Principal, likening: &Likening, changeset: Id) -> Result<u64> {
        let (key, entity) = (likening.entity.key, &likening.entity);
        let all = self.inside.store.read(move |tx| Box::pin(async move { created(tx, key, changeset, Id::SYSTEM, usize::MAX >> 1).await }));
        let created: HashSet<Id> = all.await?.into_iter().collect();
        let mut pairs: Vec<Two> = Vec::new();
        let found =
            |found: &Found| pairs.extend([found.pair].into_iter().filter(|pair| created.contains(&pair.a) || created.contains(&pair.b)));
        self.store_duplicates(&self.system(Through::Job), entity, Scanning::default(), found).await?;
        let mut alike: HashSet<Id> = HashSet::new();
        for some in pairs.chunks(READ_TOGETHER) {
            let (engine, who, likening, some) = (self.clone(), who.clone(), likening.clone(), some.to_vec());
            let known =
                self.inside.store.read(move |tx| Box::pin(async move { engine.known_pairs(tx, &who, &likening, &some).await })).await?;
            alike.extend(known.iter().map(|pair| younger(pair, |id| created.contains(&id))));
        }
        Ok(alike.len() as u64)
    }

    /// Those of some pairs that somebody knows of: he sees both records, and they are alike by what he may know.
    async fn known_pairs(&self, tx: &mut Tx, who: &Principal, likening: &Likening, pairs: &[Two]) -> Result<Vec<Two>> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let reading = Reading::new(&who.model, &who.entity(likening.entity.key)?, &[]);
        let ends = pairs.iter().flat_map(|pair| [pair.a, pair.b]);
        let seen = prepared(self, tx, who, &reading, &likening.compared, ends).await?;
        let known = |pair: &&Two| match (seen.get(&pair.a), seen.get(&pair.b)) {
            (Some(one), Some(other)) => likening.weighing.score(one, other) >= likening.weighing.settings.ask,
            _ => false,
        };
        Ok(pairs.iter().filter(known).copied().collect())
    }
}

/// The record of a pair that came to what was there before; of two that came together the younger.
fn younger(pair: &Two, came: impl Fn(Id) -> bool) -> Id {
    if came(pair.b) { pair.b } else { pair.a }
}

/// Some records made ready to be compared, as far as somebody sees them.
async fn prepared(
    engine: &Engine,
    tx: &mut Tx,
    who: &Principal,
    reading: &Reading,
    compared: &Compared,
    ids: impl Iterator<Item = Id>,
) -> Result<HashMap<Id, Prepared>> {
    let mut ids: Vec<Id> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let ready = |record: &Record| (record.id, compared.of_record(record));
    Ok(reading.some(engine, tx, who, &ids).await?.iter().map(ready).collect())
}

/// The next records of an entity that a changeset created.
async fn created(tx: &mut Tx, entity: &'static str, changeset: Id, after: Id, most: usize) -> Result<Vec<Id>> {
    let mut sql = Sql::new();
    sql.push("SELECT \"record\" FROM \"history\" WHERE \"changeset\" = ").bind(changeset).push(" AND \"entity\" = ").bind(entity);
    sql.push(" AND \"action\" = ").bind(Action::Create.key()).push(" AND \"record\" > ").bind(after);
    sql.push(" ORDER BY \"record\" LIMIT ").number(most as i64);
    Ok(tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().filter_map(|row| row.link(0)).collect())
}

impl Likening {
    /// What is alike enough to be told.
    fn like(&self, record: Id, place: Option<u64>, (score, rank): (i64, i64)) -> Option<Like> {
        (score >= self.weighing.settings.ask).then_some(Like { record, place, score, rank })
    }
}

impl Coming {
    /// Nothing came yet.
    pub fn new(likening: Likening) -> Coming {
        Coming { likening, came: Vec::new(), places: HashMap::new(), keys: HashMap::new() }
    }

    /// How what comes is compared.
    pub fn likening(&self) -> &Likening {
        &self.likening
    }

    /// What one is most alike to: of what is there, and of those that came at a place before its own.
    pub fn like(&self, place: u64, looked: &Looked) -> Option<Like> {
        let mut shared: HashMap<u32, usize> = HashMap::new();
        for came in looked.keys.iter().filter_map(|key| self.keys.get(key)).flatten() {
            *shared.entry(*came).or_default() += 1;
        }
        let mut shared: Vec<(usize, u32)> = shared.into_iter().map(|(came, keys)| (keys, came)).collect();
        shared.sort_unstable_by(|one, other| other.cmp(one));
        let before = shared.into_iter().take(CANDIDATES).filter_map(|(_, came)| self.came.get(came as usize));
        let before = before.filter(|came| came.stays && came.place < place).filter_map(|came| {
            let closeness = self.likening.weighing.closeness(&looked.prepared, &came.prepared);
            self.likening.like(came.record, Some(came.place), closeness)
        });
        // What was there goes before what only comes.
        looked.like.into_iter().chain(before).max_by_key(|like| (like.rank, like.place.is_none()))
    }

    /// One comes in, as this record. Asked again for the same place, it comes in anew.
    pub fn comes(&mut self, place: u64, record: Id, looked: &Looked) {
        if let Some(came) = self.places.get(&place).and_then(|at| self.came.get_mut(*at)) {
            (came.record, came.stays) = (record, true);
            return;
        }
        if self.came.len() >= HELD {
            return;
        }
        let at = self.came.len();
        for key in &looked.keys {
            let of = self.keys.entry(*key).or_default();
            if of.len() < OF_ONE {
                of.push(at as u32);
            }
        }
        self.places.insert(place, at);
        self.came.push(Came { place, record, prepared: looked.prepared.clone(), stays: true });
    }

    /// What came at a place does not stay.
    pub fn goes(&mut self, place: u64) {
        if let Some(came) = self.places.get(&place).and_then(|at| self.came.get_mut(*at)) {
            came.stays = false;
        }
    }
}
