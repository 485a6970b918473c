//! Pairs that can all be true at once.

use crate::comparison::Marks;
use crate::weights::Weights;
use std::collections::HashMap;

/// A pair that stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Kept {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) bits: f32,
    pub(crate) implied: bool,
}

/// Clusters of more have no pairs added to them: they would be many, and are hardly one subject.
const MOST: usize = 30;

/// Keeps, the likeliest first, each pair whose clusters don't contradict each other; adds those that follow.
pub(crate) fn consistent(mut found: Vec<(u32, u32, f32)>, compare: impl Fn(u32, u32) -> Marks, weights: &Weights) -> Vec<Kept> {
    found.sort_unstable_by(|one, other| other.2.total_cmp(&one.2).then((one.0, one.1).cmp(&(other.0, other.1))));
    let mut cluster_of: HashMap<u32, u32> = HashMap::new();
    let mut clusters: Vec<Vec<u32>> = Vec::new();
    let mut kept: HashMap<(u32, u32), Kept> = HashMap::with_capacity(found.len());
    for (a, b, bits) in found {
        let mut cluster = |record: u32| {
            *cluster_of.entry(record).or_insert_with(|| {
                clusters.push(vec![record]);
                clusters.len() as u32 - 1
            })
        };
        let (ours, theirs) = (cluster(a), cluster(b));
        if ours == theirs {
            kept.insert((a, b), Kept { a, b, bits, implied: false });
            continue;
        }
        let mut contradicted = false;
        let mut following = Vec::new();
        let sizes = (clusters[ours as usize].len(), clusters[theirs as usize].len());
        if sizes.0 * sizes.1 > 1 {
            'all: for our in clusters[ours as usize].iter().take(MOST) {
                for their in clusters[theirs as usize].iter().take(MOST) {
                    if (*our, *their) == (a, b) {
                        continue;
                    }
                    let marks = compare(*our, *their);
                    let between = weights.total(&marks);
                    if marks.contradicted || between < weights.before - 6.0 {
                        contradicted = true;
                        break 'all;
                    }
                    following.push((*our, *their, between));
                }
            }
        }
        if contradicted {
            continue;
        }
        kept.insert((a, b), Kept { a, b, bits, implied: false });
        if sizes.0 + sizes.1 <= MOST {
            for (our, their, between) in following {
                let (a, b) = (our.min(their), our.max(their));
                kept.entry((a, b)).or_insert(Kept { a, b, bits: between.max(bits - 1.0), implied: true });
            }
        }
        let (large, small) = if sizes.0 >= sizes.1 { (ours, theirs) } else { (theirs, ours) };
        let moved = std::mem::take(&mut clusters[small as usize]);
        for record in &moved {
            cluster_of.insert(*record, large);
        }
        clusters[large as usize].extend(moved);
    }
    let mut kept: Vec<Kept> = kept.into_values().collect();
    kept.sort_unstable_by(|one, other| other.bits.total_cmp(&one.bits).then((one.a, one.b).cmp(&(other.a, other.b))));
    kept
}
