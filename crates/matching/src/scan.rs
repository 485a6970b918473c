//! All records against all others: candidates by their keys, compared by several threads.

use crate::clusters::consistent;
use crate::comparison::Comparison;
use crate::frequencies::{Frequencies, Sketch};
use crate::keys::is_weak;
use crate::prepared::{Prepared, Record};
use crate::scheme::Scheme;
use crate::weights::{Weights, probability};
use crate::{frequencies, learning};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Two records that are probably the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair<I> {
    /// The one that was pushed first.
    pub a: I,
    /// The other.
    pub b: I,
    /// The probability that they are the same, from 0 to 1.
    pub score: f64,
    /// Whether it follows from other pairs: `a` and `b` both are the same as a third, and nothing speaks against it.
    pub implied: bool,
    places: (u32, u32),
}

/// Records that are to be held against each other. Each takes about a hundred and fifty bytes while it waits, and as many again
/// while the scan runs.
#[derive(Debug)]
pub struct Scan<I> {
    scheme: Scheme,
    ids: Vec<I>,
    shelves: Shelves,
}

impl<I: Copy> Scan<I> {
    /// An empty scan of records of this scheme.
    pub fn new(scheme: &Scheme) -> Scan<I> {
        Scan { scheme: scheme.clone(), ids: Vec::new(), shelves: Shelves::default() }
    }

    /// Adds a record. Up to some four thousand millions.
    pub fn push(&mut self, id: I, record: &Prepared) {
        self.ids.push(id);
        self.shelves.push(&record.pieces);
    }

    /// How many records were added.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none was added.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Learns weights from the records, without anybody saying which are the same. Of few records, or if hardly any seem to be
    /// the same, only how rare values are is learned.
    pub fn learn(&self) -> Weights {
        let mut weights = Weights::new(&self.scheme);
        weights.frequencies = self.frequencies();
        weights.before = Weights::expected(&weights.frequencies);
        let index = Index::of(&self.shelves, 2);
        learning::learn(&mut weights, &self.shelves, &index);
        weights
    }

    /// Finds the pairs that are the same with at least this probability, the likeliest first. Pairs that follow from others are
    /// among them, and none that contradict each other: of `a` the same as `b` and `b` the same as `c`, where `a` can't be `c`, the
    /// likelier one is told. `progress` hears, on the asking thread, how much is done from 0 to 1, and answers whether to go on;
    /// if not, nothing is found.
    pub fn run(&self, weights: &Weights, threshold: f64, threads: usize, mut progress: impl FnMut(f64) -> bool) -> Vec<Pair<I>> {
        let mut weights = weights.clone();
        weights.frequencies = self.frequencies();
        if !progress(0.1) {
            return Vec::new();
        }
        let index = Index::of(&self.shelves, threads.clamp(1, 64));
        if !progress(0.2) {
            return Vec::new();
        }
        let least = bits_of(threshold);
        let records = self.shelves.len();
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let mut found: Vec<(u32, u32, f32)> = Vec::new();
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..threads.clamp(1, 64) {
                let (sender, shelves, index, weights, next, stopped) = (sender.clone(), &self.shelves, &index, &weights, &next, &stopped);
                scope.spawn(move || {
                    const PORTION: usize = 2_000;
                    let mut room = Room::default();
                    while !stopped.load(Ordering::Relaxed) {
                        let from = next.fetch_add(PORTION, Ordering::Relaxed);
                        if from >= records {
                            return;
                        }
                        let mut same = Vec::new();
                        for a in from..records.min(from + PORTION) {
                            for b in index.candidates(a as u32, &mut room) {
                                let bits = weights.bits_between(shelves.record(a as u32), shelves.record(*b));
                                if bits >= least {
                                    same.push((a as u32, *b, bits));
                                }
                            }
                        }
                        if sender.send(same).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            let mut done = 0;
            for same in receiver {
                done += 2_000;
                found.extend(same);
                if !progress(0.2 + 0.75 * (done.min(records) as f64 / records as f64)) {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
        });
        if stopped.load(Ordering::Relaxed) {
            return Vec::new();
        }
        drop(index);
        let pairs =
            consistent(found, |a, b| crate::comparison::compare(&weights, self.shelves.record(a), self.shelves.record(b)), &weights);
        progress(1.0);
        pairs
            .into_iter()
            .map(|pair| Pair {
                a: self.ids[pair.a as usize],
                b: self.ids[pair.b as usize],
                score: probability(pair.bits),
                implied: pair.implied,
                places: (pair.a, pair.b),
            })
            .collect()
    }

    /// What speaks for a pair of this scan, and against it.
    pub fn explain(&self, weights: &Weights, pair: &Pair<I>) -> Comparison {
        let owned = |place| Prepared { pieces: self.shelves.record(place).0.into() };
        weights.compare(&owned(pair.places.0), &owned(pair.places.1))
    }

    fn frequencies(&self) -> Frequencies {
        let mut sketch = Sketch::new();
        let mut common = HashMap::new();
        let heavy = (self.len() / 2_000).max(3) as u32;
        for place in 0..self.shelves.len() {
            frequencies::values(self.shelves.record(place as u32), |digest| {
                let count = sketch.add(digest);
                if count >= heavy {
                    common.insert(digest, count);
                }
            });
        }
        Frequencies::counted(self.len() as u32, sketch, common)
    }
}

impl Weights {
    /// Weights learned from records, as [`Scan::learn`] does.
    pub fn learn<'a>(scheme: &Scheme, records: impl IntoIterator<Item = &'a Prepared>) -> Weights {
        let mut scan = Scan::new(scheme);
        for record in records {
            scan.push((), record);
        }
        let mut weights = scan.learn();
        weights.frequencies.without_sketch();
        weights
    }
}

fn bits_of(threshold: f64) -> f32 {
    let threshold = threshold.clamp(0.000_1, 0.999_999);
    (threshold / (1.0 - threshold)).log2() as f32
}

/// The bytes of many records, on shelves that never move.
#[derive(Debug, Default)]
pub(crate) struct Shelves {
    shelves: Vec<Vec<u8>>,
    /// For each record its shelf and where on it it begins.
    places: Vec<(u32, u32)>,
}

impl Shelves {
    const ROOM: usize = 1 << 20;

    fn push(&mut self, record: &[u8]) {
        if self.shelves.last().is_none_or(|shelf| shelf.len() + record.len() + 2 > Shelves::ROOM) {
            self.shelves.push(Vec::with_capacity(Shelves::ROOM.max(record.len() + 2)));
        }
        let number = self.shelves.len() - 1;
        let shelf = &mut self.shelves[number];
        self.places.push((number as u32, shelf.len() as u32));
        shelf.extend((record.len().min(65_535) as u16).to_le_bytes());
        shelf.extend(record);
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn record(&self, place: u32) -> Record<'_> {
        let (shelf, from) = self.places[place as usize];
        let bytes = &self.shelves[shelf as usize][from as usize..];
        let length = usize::from(u16::from_le_bytes([bytes[0], bytes[1]]));
        Record(&bytes[2..2 + length])
    }
}

/// Which records share which keys.
#[derive(Debug)]
pub(crate) struct Index {
    /// The records of each group that shares a key, one group after the other.
    members: Vec<u32>,
    /// Where each group begins, and whether its key is a weak one; one more at the end.
    groups: Vec<(u32, bool)>,
    /// The groups of each record, one record after the other.
    of_records: Vec<u32>,
    /// Where the groups of each record begin; one more at the end.
    starts: Vec<u32>,
}

/// Sorted entries of several parts, read as if they were one.
struct Merged<'a> {
    parts: Vec<&'a [u64]>,
}

impl<'a> Merged<'a> {
    fn of(parts: &'a [Vec<u64>]) -> Merged<'a> {
        Merged { parts: parts.iter().map(Vec::as_slice).filter(|part| !part.is_empty()).collect() }
    }

    /// The next key, with the records that have it.
    fn group(&mut self, records: &mut Vec<u32>) -> Option<u64> {
        records.clear();
        let key = self.parts.iter().map(|part| part[0] >> 32).min()?;
        for part in &mut self.parts {
            let count = part.iter().take_while(|entry| *entry >> 32 == key).count();
            records.extend(part[..count].iter().map(|entry| *entry as u32));
            *part = &part[count..];
        }
        self.parts.retain(|part| !part.is_empty());
        Some(key)
    }
}

/// What the candidates of a record are collected in.
#[derive(Debug, Default)]
pub(crate) struct Room {
    met: Vec<(u32, u8)>,
    candidates: Vec<u32>,
}

impl Index {
    /// Groups of more are too large for comparing each with each: what they share is an everyday thing.
    const MOST: usize = 60;

    pub(crate) fn of(shelves: &Shelves, threads: usize) -> Index {
        let records = shelves.len();
        // 31 bits of the key and one that says whether it is weak, then the record: two keys that happen to be alike in these only
        // make a few more candidates.
        let portion = records.div_ceil(threads).max(1);
        let parts: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..records)
                .step_by(portion)
                .map(|from| {
                    scope.spawn(move || {
                        let mut entries: Vec<u64> = Vec::with_capacity(portion * 15);
                        let mut keys = Vec::with_capacity(32);
                        for place in from..records.min(from + portion) {
                            keys.clear();
                            shelves.record(place as u32).keys_into(&mut keys);
                            entries.extend(keys.iter().map(|key| key >> 33 << 33 | u64::from(is_weak(*key)) << 32 | place as u64));
                        }
                        entries.sort_unstable();
                        entries
                    })
                })
                .collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
        });
        let mut entries = Merged::of(&parts);
        let (mut members, mut groups) = (Vec::new(), Vec::new());
        let mut counts = vec![0_u32; records + 1];
        let mut group = Vec::new();
        while let Some(key) = entries.group(&mut group) {
            if (2..=Index::MOST).contains(&group.len()) {
                groups.push((members.len() as u32, key & 1 == 1));
                for member in &group {
                    members.push(*member);
                    counts[*member as usize + 1] += 1;
                }
            }
        }
        drop(parts);
        groups.push((members.len() as u32, false));
        for place in 0..records {
            counts[place + 1] += counts[place];
        }
        let mut next = counts.clone();
        let mut of_records = vec![0_u32; members.len()];
        for (group, ends) in groups.windows(2).enumerate() {
            for member in &members[ends[0].0 as usize..ends[1].0 as usize] {
                of_records[next[*member as usize] as usize] = group as u32;
                next[*member as usize] += 1;
            }
        }
        Index { members, groups, of_records, starts: counts }
    }

    /// The records after this one that are worth comparing with it.
    pub(crate) fn candidates<'a>(&self, record: u32, room: &'a mut Room) -> &'a [u32] {
        room.met.clear();
        room.candidates.clear();
        let groups = &self.of_records[self.starts[record as usize] as usize..self.starts[record as usize + 1] as usize];
        for group in groups {
            let (from, weak) = self.groups[*group as usize];
            let members = &self.members[from as usize..self.groups[*group as usize + 1].0 as usize];
            let worth = if !weak || members.len() <= 12 { 2 } else { 1 };
            room.met.extend(members.iter().filter(|member| **member > record).map(|member| (*member, worth)));
        }
        room.met.sort_unstable();
        for met in room.met.chunk_by(|one, other| one.0 == other.0) {
            if met.iter().map(|(_, worth)| *worth).sum::<u8>() >= 2 {
                room.candidates.push(met[0].0);
            }
        }
        &room.candidates
    }
}
