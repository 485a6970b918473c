//! What proves that two tables hold the same rows: how many there are, and the sum of their digests, in whatever order
//! they come.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Count and sum of some rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many rows.
    pub rows: u64,
    /// The SHA-256 of each row, added up in four numbers of 64 bits.
    pub sum: [u64; 4],
}

impl Tally {
    /// Counts one more row.
    pub(super) fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        let digest = Sha256::digest(row);
        for (lane, part) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            *lane = lane.wrapping_add(part.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
        }
    }
}
