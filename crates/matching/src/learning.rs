//! Learning without labels: what the same looks like is found by looking at what is probably the same (expectation and
//! maximisation over the model of Fellegi and Sunter).

use crate::comparison::{Marks, compare};
use crate::scan::{Index, Room, Shelves};
use crate::text::mixed;
use crate::weights::{Facet, Levels, USUAL, Weights, probability};

/// Pairs that are looked at, of candidates and of any two.
const SAMPLE: usize = 20_000;
/// For how many pairs what is usual stands beside what is seen.
const USUAL_PAIRS: f64 = 40.0;
/// Of fewer pairs that are probably the same nothing is learned.
const LEAST: f64 = 30.0;

pub(crate) fn learn(weights: &mut Weights, shelves: &Shelves, index: &Index) {
    let records = shelves.len();
    if records < 100 {
        return;
    }
    let between = |weights: &Weights, a, b| compare(weights, shelves.record(a), shelves.record(b));
    let mut sample: Vec<Marks> = Vec::new();
    let mut room = Room::default();
    // Records from all over, in an order that is the same each time.
    let mut looked = 0;
    for turn in 0..records as u64 {
        let record = (turn.wrapping_mul(step(records)) % records as u64) as u32;
        for other in index.candidates(record, &mut room) {
            sample.push(between(weights, record, *other));
        }
        looked += 1;
        if sample.len() >= SAMPLE {
            break;
        }
    }
    others(weights, records, &between);
    let start = weights.clone();
    for _ in 0..20 {
        let likely: Vec<f64> = sample.iter().map(|marks| probability(weights.total(marks))).collect();
        let same: f64 = likely.iter().sum();
        if same < LEAST {
            *weights = start;
            return;
        }
        let mut most_moved = 0.0_f32;
        for (facet, (levels, usual)) in weights.levels.iter_mut().zip(&USUAL).enumerate() {
            most_moved = most_moved.max(maximised(levels, usual, facet, &sample, &likely));
        }
        // How many are the same of all there are: within reason.
        let pairs = same * records as f64 / f64::from(looked);
        let all = records as f64 * (records as f64 - 1.0) / 2.0;
        let usual = Weights::expected(&weights.frequencies);
        weights.before = ((pairs / all).log2() as f32).clamp(usual - 3.0, usual + 2.0);
        if most_moved < 0.002 {
            break;
        }
    }
}

/// A step that meets every record once before any twice.
fn step(records: usize) -> u64 {
    let records = records as u64;
    let mut step = (records * 5 / 8) | 1;
    while greatest_common(step, records) != 1 {
        step += 2;
    }
    step
}

fn greatest_common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common(b, a % b) }
}

/// Any two records are others: how often these disagree.
fn others(weights: &mut Weights, records: usize, between: &impl Fn(&Weights, u32, u32) -> Marks) {
    let mut counts = [[0.0_f32; 5]; Facet::COUNT];
    for turn in 0..SAMPLE as u64 {
        let (a, b) = ((mixed(turn * 2 + 1) % records as u64) as u32, (mixed(turn * 2 + 2) % records as u64) as u32);
        if a != b {
            for mark in between(weights, a, b).iter() {
                counts[mark.facet as usize][mark.agreement as usize] += 1.0;
            }
        }
    }
    for (levels, counts) in weights.levels.iter_mut().zip(counts) {
        let all: f32 = counts.iter().sum();
        if all >= 100.0 {
            // Only what differs has a frequency of its own; what agrees has that of its value.
            levels[4].u = (counts[4] / all).clamp(0.5, 0.999);
        }
    }
}

/// The frequencies among the same that make what is seen likeliest; how far the farthest moved.
fn maximised(levels: &mut Levels, usual: &Levels, facet: usize, sample: &[Marks], likely: &[f64]) -> f32 {
    if facet == Facet::OtherName as usize {
        return 0.0;
    }
    let mut seen = [0.0_f64; 5];
    for (marks, likely) in sample.iter().zip(likely) {
        for mark in marks.iter().filter(|mark| mark.facet as usize == facet) {
            seen[mark.agreement as usize] += likely;
        }
    }
    let all: f64 = seen.iter().sum();
    let mut moved = 0.0_f32;
    for (place, level) in levels.iter_mut().enumerate() {
        let usually = f64::from(usual[place].m);
        let share = (seen[place] + USUAL_PAIRS * usually) / (all + USUAL_PAIRS);
        // Never so far from what is usual that one odd set of records turns everything over.
        let most = if place == 4 { usually * 2.0 } else { usually * 4.0 };
        let share = share.clamp(usually / 4.0, most.min(0.99)) as f32;
        moved = moved.max((share - level.m).abs());
        level.m = share;
    }
    moved
}
