//! How many records have a value: to agree in a rare one says more.

use crate::contact::Email;
use crate::prepared::{Piece, Record};
use crate::text::{Words, digest, mixed, words};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a value is of, so that a town called like a family counts by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Word = 1,
    /// Two words of a name beside each other, whichever comes first.
    Pair,
    Identifier,
    Phone,
    Email,
    Domain,
    Street,
    Number,
    Town,
    Postcode,
    Province,
    Date,
    Code,
    Text,
}

/// The digest under which a value is counted.
pub(crate) fn counted(of: Of, value: &[u8]) -> u64 {
    mixed(digest(value) ^ (of as u64) << 56)
}

/// Two words that stand beside each other, as one value.
fn beside(one: &[u8], other: &[u8]) -> u64 {
    let (one, other) = (digest(one), digest(other));
    mixed(one.min(other).rotate_left(17) ^ one.max(other) ^ (Of::Pair as u64) << 56)
}

/// Shares of records that have a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frequencies {
    /// How many records were counted; 0 before anything was.
    pub(crate) records: u32,
    /// Values that many have, by digest, with the number of records of those counted.
    #[serde(with = "as_pairs")]
    common: HashMap<u64, u32>,
    /// While a scan runs: the numbers of all values, in a table in which several may share a place.
    #[serde(skip)]
    sketch: Option<std::sync::Arc<Sketch>>,
}

/// Digests do not go into JSON as keys, nor as numbers: not every reader keeps 64 bits.
mod as_pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::{BTreeMap, HashMap};

    pub(super) fn serialize<S: Serializer>(map: &HashMap<u64, u32>, serializer: S) -> Result<S::Ok, S::Error> {
        map.iter().map(|(key, count)| (format!("{key:016x}"), *count)).collect::<BTreeMap<_, _>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashMap<u64, u32>, D::Error> {
        let pairs = BTreeMap::<String, u32>::deserialize(deserializer)?;
        Ok(pairs.into_iter().filter_map(|(key, count)| Some((u64::from_str_radix(&key, 16).ok()?, count))).collect())
    }
}

/// Counts of values in two rows of places; a value's is the smaller of its two.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sketch {
    rows: [Vec<u32>; 2],
}

impl Sketch {
    const PLACES: usize = 1 << 21;

    pub(crate) fn new() -> Sketch {
        Sketch { rows: [vec![0; Sketch::PLACES], vec![0; Sketch::PLACES]] }
    }

    fn places(digest: u64) -> [usize; 2] {
        [digest as usize % Sketch::PLACES, (digest >> 32) as usize % Sketch::PLACES]
    }

    pub(crate) fn add(&mut self, digest: u64) -> u32 {
        let [first, second] = Sketch::places(digest);
        let least = self.rows[0][first].min(self.rows[1][second]).saturating_add(1);
        // Only what is too small is raised: places that others have filled stay as they are.
        self.rows[0][first] = self.rows[0][first].max(least);
        self.rows[1][second] = self.rows[1][second].max(least);
        least
    }

    fn count(&self, digest: u64) -> u32 {
        let [first, second] = Sketch::places(digest);
        self.rows[0][first].min(self.rows[1][second])
    }
}

/// What is known before anything is counted: the shares that some words have among Italian names.
const KNOWN: &[(f32, &[&str])] = &[
    (0.02, &["srl", "officina", "studio", "fratelli", "figli", "servizi", "italia"]),
    (
        0.008,
        &[
            "giuseppe",
            "maria",
            "antonio",
            "giovanni",
            "anna",
            "francesco",
            "luigi",
            "andrea",
            "marco",
            "mario",
            "francesca",
            "paolo",
            "immobiliare",
            "costruzioni",
            "farmacia",
            "ristorante",
            "trasporti",
            "meccanica",
            "centro",
            "hotel",
            "agricola",
            "impianti",
        ],
    ),
    (
        0.004,
        &[
            "rossi",
            "russo",
            "ferrari",
            "esposito",
            "bianchi",
            "romano",
            "colombo",
            "ricci",
            "marino",
            "greco",
            "bruno",
            "gallo",
            "conti",
            "deluca",
            "costa",
            "giordano",
            "mancini",
            "rizzo",
            "lombardi",
            "moretti",
            "alessandro",
            "roberto",
            "stefano",
            "laura",
            "giulia",
            "elena",
            "chiara",
            "sara",
            "luca",
            "matteo",
            "davide",
            "simone",
            "federico",
            "lorenzo",
            "alessia",
            "martina",
            "valentina",
            "salvatore",
            "vincenzo",
            "domenico",
            "nicola",
            "pasquale",
            "angelo",
            "carlo",
            "roma",
            "milano",
            "sole",
            "figlio",
            "edilizia",
            "autotrasporti",
            "industria",
            "commerciale",
            "international",
            "albergo",
            "panificio",
            "pizzeria",
            "associati",
            "consulenze",
            "arredamenti",
            "informatica",
            "nuova",
            "nuovo",
            "casa",
            "auto",
            "elettrica",
            "termoidraulica",
            "falegnameria",
            "tipografia",
            "lavanderia",
            "carpenteria",
            "gioielleria",
            "borgo",
        ],
    ),
];

static KNOWN_WORDS: LazyLock<Words<()>> =
    LazyLock::new(|| KNOWN.iter().flat_map(|(_, words)| *words).map(|word| (word.as_bytes(), ())).collect());

/// Whether a word stands in too many names for being a key by itself.
pub(crate) fn is_everyday(word: &[u8]) -> bool {
    KNOWN_WORDS.contains_key(word)
}

impl Frequencies {
    pub(crate) fn unknown() -> Frequencies {
        let mut common = HashMap::new();
        for (share, words) in KNOWN {
            for word in *words {
                common.insert(counted(Of::Word, word.as_bytes()), (share * Frequencies::BEFORE) as u32);
            }
        }
        Frequencies { records: 0, common, sketch: None }
    }

    /// For how many records what is known before stands.
    const BEFORE: f32 = 10_000.0;

    /// Those counted by a scan, with a table of what many have for afterwards.
    pub(crate) fn counted(records: u32, sketch: Sketch, common: HashMap<u64, u32>) -> Frequencies {
        Frequencies { records, common, sketch: Some(std::sync::Arc::new(sketch)) }
    }

    /// Without the table of all values, as it is kept.
    pub(crate) fn without_sketch(&mut self) {
        self.sketch = None;
    }

    /// For how many records the numbers stand.
    pub(crate) fn population(&self) -> f32 {
        if self.records == 0 { Frequencies::BEFORE } else { self.records as f32 }
    }

    /// How many records have the value, at least the two that are compared.
    pub(crate) fn count(&self, of: Of, value: &[u8]) -> f32 {
        let digest = counted(of, value);
        let count = match &self.sketch {
            Some(sketch) => sketch.count(digest),
            None => self.common.get(&digest).copied().unwrap_or(0),
        };
        count.max(2) as f32
    }

    /// The bits that agreeing in the value is worth: the rarer, the more. At least those of a value that a third of all have.
    pub(crate) fn bits(&self, of: Of, value: &[u8]) -> f32 {
        // Of few records a share says little: a handful more are thought to be there, among which the value is as rare as usual.
        const MORE: f32 = 300.0;
        let usual = 0.0015 * MORE;
        let share = (self.count(of, value) - 1.0 + usual) / (self.population() + MORE);
        -share.min(0.35).log2()
    }

    /// How many bits two words beside each other are worth less than each by itself, because whoever has the one has the other: given
    /// names of two words, "Bella Vista". Of pairs that hardly any have besides the two records nothing is known, and so it is 0.
    pub(crate) fn bits_in_common(&self, one: &[u8], other: &[u8]) -> f32 {
        let digest = beside(one, other);
        let count = match &self.sketch {
            Some(sketch) => sketch.count(digest),
            None => self.common.get(&digest).copied().unwrap_or(0),
        } as f32;
        let sure = ((count - 3.0) / 4.0).clamp(0.0, 1.0);
        if sure == 0.0 {
            return 0.0;
        }
        let share = (count - 1.0) / self.population().max(count);
        let apart = self.bits(Of::Word, one) + self.bits(Of::Word, other);
        sure * (apart + share.log2()).max(0.0)
    }

    /// The bits of agreeing in what only one subject should have: a chance that grows less with those who have it.
    pub(crate) fn bits_of_unique(&self, of: Of, value: &[u8], more: f32) -> f32 {
        self.population().max(1_000.0).log2() + more - 1.5 * (self.count(of, value) - 1.0).max(1.0).log2()
    }
}

/// The digests of all values of a record, as they are counted.
pub(crate) fn values(record: Record<'_>, mut each: impl FnMut(u64)) {
    for (piece, _, text) in record.pieces() {
        let of = match piece {
            Piece::Given | Piece::Surname | Piece::Person | Piece::Company | Piece::Employer | Piece::Associate => {
                let mut before: Option<&[u8]> = None;
                for word in words(text) {
                    each(counted(Of::Word, word));
                    if let Some(before) = before.replace(word) {
                        each(beside(before, word));
                    }
                }
                continue;
            }
            Piece::Identifier => {
                each(counted(Of::Identifier, &text[1..]));
                continue;
            }
            Piece::Phone => {
                each(counted(Of::Phone, &text[1..]));
                continue;
            }
            Piece::Email => {
                let email = Email::of(text);
                each(counted(Of::Domain, email.own_domain));
                each(counted(Of::Email, email.whole));
                continue;
            }
            Piece::Site => Of::Domain,
            Piece::Street => Of::Street,
            Piece::Number => Of::Number,
            Piece::Town => Of::Town,
            Piece::Postcode => Of::Postcode,
            Piece::Province => Of::Province,
            Piece::Date => Of::Date,
            Piece::Code => Of::Code,
            Piece::Text => Of::Text,
        };
        each(counted(of, text));
    }
}
