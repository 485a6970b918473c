//! What each agreement is worth, given or learned.

use crate::comparison::{self, Agreement, Comparison, Evidence, Mark, Marks};
use crate::frequencies::Frequencies;
use crate::prepared::{Prepared, Record};
use crate::scheme::Scheme;
use serde::{Deserialize, Serialize};

/// What is compared as one thing, whatever fields it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Facet {
    Name,
    /// The rest of a name that stands in two fields.
    OtherName,
    Related,
    Identifier,
    Phone,
    Email,
    Address,
    Date,
    Code,
    Text,
}

impl Facet {
    pub(crate) const COUNT: usize = 10;
}

/// How often an agreement is met, in percent: among the same (`m`) and among others (`u`). For what agrees, `u` is that of the
/// value itself; what stands here counts for what does not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Level {
    pub(crate) m: f32,
    pub(crate) u: f32,
}

/// The levels of a facet, from same to different.
pub(crate) type Levels = [Level; 5];

const fn levels(m: [f32; 5], u: [f32; 5]) -> Levels {
    let mut levels = [Level { m: 0.0, u: 1.0 }; 5];
    let mut place = 0;
    while place < 5 {
        levels[place] = Level { m: m[place], u: u[place] };
        place += 1;
    }
    levels
}

/// Where nothing agrees: nearly all pairs of others are so.
const OTHERS: [f32; 5] = [1.0, 1.0, 1.0, 1.0, 0.95];

/// What is good before anything is learned.
pub(crate) const USUAL: [Levels; Facet::COUNT] = [
    levels([0.55, 0.22, 0.13, 0.07, 0.03], OTHERS),
    levels([1.0, 1.0, 1.0, 1.0, 1.0], [1.0; 5]),
    levels([0.50, 0.15, 0.10, 0.05, 0.20], OTHERS),
    levels([0.84, 0.08, 0.01, 0.01, 0.06], OTHERS),
    levels([0.75, 0.05, 0.01, 0.01, 0.18], OTHERS),
    levels([0.65, 0.08, 0.06, 0.06, 0.15], OTHERS),
    levels([0.60, 0.15, 0.08, 0.08, 0.09], OTHERS),
    levels([0.83, 0.09, 0.01, 0.01, 0.06], OTHERS),
    levels([0.35, 0.01, 0.01, 0.01, 0.62], OTHERS),
    levels([0.45, 0.15, 0.12, 0.08, 0.20], OTHERS),
];

/// What each agreement is worth, for the records of one scheme. Good as made; learned from the records themselves it knows
/// which values are rare among them, and how carefully each field is kept. Goes through serde, to be kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// The names of the fields, each with what its bits are multiplied by.
    fields: Vec<(String, f32)>,
    pub(crate) levels: [Levels; Facet::COUNT],
    /// How likely it is that two records are the same before anything is known of them, in bits: far below zero.
    pub(crate) before: f32,
    pub(crate) frequencies: Frequencies,
}

/// The score from which two records are shown to people as probably the same, unless they say otherwise.
pub const THRESHOLD: f64 = 0.5;

impl Weights {
    /// Weights of which nothing is learned.
    pub fn new(scheme: &Scheme) -> Weights {
        let frequencies = Frequencies::unknown();
        let before = Weights::expected(&frequencies);
        Weights { fields: scheme.fields().map(|(name, _)| (name.to_owned(), 1.0)).collect(), levels: USUAL, before, frequencies }
    }

    /// Of as many records as there are, each has about one half of another that is the same.
    pub(crate) fn expected(frequencies: &Frequencies) -> f32 {
        1.0 - frequencies.population().max(1_000.0).log2()
    }

    /// By how many bits the same place and phone may outweigh, under another name, that two records are others before anything is known.
    const AT_ONE_PLACE: f32 = 7.0;

    /// The fields, each with its factor.
    pub fn fields(&self) -> impl Iterator<Item = (&str, f64)> {
        self.fields.iter().map(|(name, factor)| (name.as_str(), f64::from(*factor)))
    }

    /// Multiplies what a field says by a factor: 0 leaves the field out, 1 is usual, at most 10. Whether there is such a field.
    pub fn adjust(&mut self, field: &str, factor: f64) -> bool {
        let found = self.fields.iter_mut().find(|(name, _)| name == field);
        found.map(|(_, known)| *known = factor.clamp(0.0, 10.0) as f32).is_some()
    }

    /// How many records they were learned from; 0 for those that are as made.
    pub fn learned_from(&self) -> usize {
        self.frequencies.records as usize
    }

    pub(crate) fn is_off(&self, field: u8) -> bool {
        self.fields.get(usize::from(field)).is_some_and(|(_, factor)| *factor == 0.0)
    }

    fn factor(&self, field: u8) -> f32 {
        self.fields.get(usize::from(field)).map_or(1.0, |(_, factor)| *factor)
    }

    /// Compares two records of the scheme. It is the same whichever of them comes first.
    pub fn compare(&self, a: &Prepared, b: &Prepared) -> Comparison {
        let marks = comparison::compare(self, a.record(), b.record());
        let mut evidence: Vec<Evidence> = marks
            .iter()
            .map(|mark| Evidence {
                field: self.fields.get(usize::from(mark.field)).map_or_else(String::new, |(name, _)| name.clone()),
                agreement: mark.agreement,
                bits: f64::from(self.bits(mark)),
            })
            .collect();
        evidence.sort_by(|one, other| other.bits.abs().total_cmp(&one.bits.abs()));
        Comparison { score: probability(self.total(&marks)), evidence }
    }

    /// The score alone.
    pub fn score(&self, a: &Prepared, b: &Prepared) -> f64 {
        probability(self.bits_between(a.record(), b.record()))
    }

    /// The bits of the score: 0 is as likely as not.
    pub(crate) fn bits_between(&self, a: Record<'_>, b: Record<'_>) -> f32 {
        self.total(&comparison::compare(self, a, b))
    }

    /// What an agreement is worth.
    fn bits(&self, mark: &Mark) -> f32 {
        let level = self.levels[mark.facet as usize][mark.agreement as usize];
        let bits = if mark.agreement == Agreement::Different { (level.m / level.u).log2() } else { level.m.log2() };
        self.factor(mark.field) * (mark.gain + bits)
    }

    /// What all agreements come to.
    pub(crate) fn total(&self, marks: &Marks) -> f32 {
        let mut bits = self.before;
        let name = marks.of(Facet::Name).map(|mark| mark.agreement);
        let others = name.is_some_and(|agreement| agreement >= Agreement::Mixed);
        // What people of one house, and firms of one office, have in common; and what belongs to one firm.
        let mut place = [0.0_f32; 2];
        let mut firm = [0.0_f32; 3];
        for mark in marks.iter() {
            let worth = self.bits(mark);
            let kept = match mark.facet {
                _ if worth <= 0.0 => None,
                Facet::Phone => Some(&mut place[0]),
                Facet::Address => Some(&mut place[1]),
                Facet::Email => Some(&mut firm[0]),
                Facet::Related if marks.people && others => Some(&mut firm[1]),
                Facet::Identifier if marks.people && others && marks.of_a_company => Some(&mut firm[2]),
                _ => None,
            };
            match kept {
                Some(kept) => *kept = worth,
                None => bits += worth,
            }
        }
        // Another name at the same place may be another name of the same, if nothing else tells them apart.
        let at_most = if others && !marks.people { (Weights::AT_ONE_PLACE - self.before).max(0.0) } else { f32::MAX };
        let fewer = (place[0] + place[1] - at_most).max(0.0);
        // Whoever shares the address often shares the phone too: the second says less, the third still less.
        let mut common = [(place[0] - fewer / 2.0).max(0.0), (place[1] - fewer / 2.0).max(0.0), firm[0], firm[1], firm[2]];
        common.sort_by(|one, other| other.total_cmp(one));
        let together: f32 = common.iter().zip([1.0, 0.75, 0.5, 0.5, 0.5]).map(|(worth, counts)| worth * counts).sum();
        bits += if marks.people && others { together.min(6.0) } else { together };
        if others && marks.other_trade {
            bits -= 5.0;
        }
        if others && !marks.people && marks.other_domain {
            bits -= 2.0;
        }
        if marks.contradicted {
            bits -= if others { 20.0 } else { 8.0 };
        }
        bits
    }
}

/// The probability that so many bits stand for.
pub(crate) fn probability(bits: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(bits)).exp2())
}
