//! Identifiers: 63 bits, sorted by time, made in the program.
//!
//! Milliseconds since 2020-01-01 UTC (41 bits), a node number leased from the database (10 bits) and a
//! counter (12 bits). In text: 13 letters and digits of Crockford's base 32, so that they sort alike.
//! Nothing relies on an id being secret.

use crate::clock::Clock;
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::str::FromStr;
use std::sync::Mutex;

/// Milliseconds from 1970 to 2020-01-01T00:00:00Z, where the ids' time begins.
const BEGINNING: i64 = 1_577_836_800_000;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The identity of a record, unique over all entities of an installation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(i64);

impl Id {
    /// The system itself, as the author of what nobody asked for.
    pub const SYSTEM: Id = Id(1);

    /// From the number a database holds; `None` unless it is positive.
    pub fn from_number(number: i64) -> Option<Id> {
        (number > 0).then_some(Id(number))
    }

    /// The number a database holds.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = [b'0'; 13];
        let mut rest = self.0 as u64;
        for letter in letters.iter_mut().rev() {
            *letter = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        f.write_str(std::str::from_utf8(&letters).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

/// Some ids. Made in the program and never by an attacker, they need no keyed hash, and thousands are looked up at once.
pub type IdSet = HashSet<Id, BuildHasherDefault<IdHasher>>;

/// The hash of an id: its bits spread by one multiplication.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i64(i64::from(*byte));
        }
    }

    fn write_i64(&mut self, number: i64) {
        let spread = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ spread >> 32;
    }
}

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Id, NotAnId> {
        if text.len() != 13 {
            return Err(NotAnId);
        }
        let mut number: u64 = 0;
        for (place, byte) in text.bytes().enumerate() {
            let digit = match byte.to_ascii_uppercase() {
                b'O' => 0,
                b'I' | b'L' => 1,
                upper => ALPHABET.iter().position(|a| *a == upper).ok_or(NotAnId)? as u64,
            };
            if place == 0 && digit > 7 {
                return Err(NotAnId);
            }
            number = number << 5 | digit;
        }
        i64::try_from(number).ok().and_then(Id::from_number).ok_or(NotAnId)
    }
}

/// Makes ids for one node. Never gives the same one twice, even when the clock goes back.
#[derive(Debug)]
pub struct IdMaker {
    node: i64,
    last: Mutex<i64>,
}

impl IdMaker {
    /// For the node with this number, 0 to 1023, leased from the database.
    pub fn new(node: u16) -> IdMaker {
        IdMaker { node: i64::from(node & 1023), last: Mutex::new(0) }
    }

    /// The next id.
    pub fn next(&self, clock: &dyn Clock) -> Id {
        self.take(clock, 1)
    }

    /// The first of `count` ids that [`IdMaker::nth`] enumerates: one lock for a whole batch.
    pub fn take(&self, clock: &dyn Clock, count: usize) -> Id {
        let now = (clock.now().millis() - BEGINNING).max(1) << 12;
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let first = now.max(*last + 1);
        *last = first + count as i64 - 1;
        self.assemble(first)
    }

    /// The id `offset` places after `first`, within a batch of [`IdMaker::take`].
    pub fn nth(&self, first: Id, offset: usize) -> Id {
        let time = first.0 >> 22;
        let counter = first.0 & 4095;
        self.assemble((time << 12 | counter) + offset as i64)
    }

    /// `ticks` counts 4096ths of a millisecond: a full counter runs into the next millisecond.
    fn assemble(&self, ticks: i64) -> Id {
        Id((ticks >> 12) << 22 | self.node << 12 | ticks & 4095)
    }
}

#[cfg(test)]
mod tests;
