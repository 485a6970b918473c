//! The comuni of Italy as dated records, and how CAP, comune and province go together.
//!
//! The table is `data/comuni.txt` (`data/NOTICE.md` says whose), made by `data/make.py`. It is read when it is first asked.

mod doubts;
mod list;
pub mod postcodes;

pub use doubts::{Doubt, Part, Why, doubts};
pub use list::{Entry, Postcodes, Unread};

use crate::TaxCode;
use crate::provinces::{self, Province};
use kernel::Date;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A comune, of today or ended, by the code that the cadastre and tax codes know it by.
#[derive(Debug)]
pub struct Comune {
    /// The Belfiore code, such as `H501`.
    pub code: &'static str,
    /// The code of ISTAT, six digits; empty for one that ended before 2020.
    pub istat: &'static str,
    place: Option<(i32, i32)>,
    /// What it was called and where it was, the newest first; never empty.
    pub spans: Vec<Span>,
}

/// A stretch of time in which a comune had one name and one province.
#[derive(Debug)]
pub struct Span {
    /// The name in Italian.
    pub name: &'static str,
    /// The name in the other language spoken there; or nothing.
    pub second: &'static str,
    /// The letters of the province, of then.
    pub province: &'static str,
    /// Its first day; `None` if that lies before 1900.
    pub from: Option<Date>,
    /// Its last day; `None` while it lasts.
    pub until: Option<Date>,
    /// The code of the comune that took its place, where that is known.
    pub successor: Option<&'static str>,
}

impl Comune {
    /// The name in Italian, of today or the last it had.
    pub fn name(&self) -> &'static str {
        self.spans[0].name
    }

    /// The letters of its province, of today or the last.
    pub fn sigla(&self) -> &'static str {
        self.spans[0].province
    }

    /// Its province, if the letters are of one that is known.
    pub fn province(&self) -> Option<&'static Province> {
        provinces::by_sigla(self.sigla())
    }

    /// Its region; empty where it is not known, or no longer Italy.
    pub fn region(&self) -> &'static str {
        self.province().map_or("", |province| province.region)
    }

    /// Whether it is there today.
    pub fn is_living(&self) -> bool {
        self.spans[0].until.is_none()
    }

    /// The comune that there is today in its place: itself, or whoever took it up.
    pub fn today(&'static self) -> Option<&'static Comune> {
        let mut comune = self;
        // Nobody was taken up more often.
        for _ in 0..8 {
            if comune.is_living() {
                return Some(comune);
            }
            comune = by_code(comune.spans[0].successor?)?;
        }
        None
    }

    /// Latitude and longitude in degrees.
    pub fn place(&self) -> Option<(f64, f64)> {
        self.place.map(|(latitude, longitude)| (f64::from(latitude) / 10_000.0, f64::from(longitude) / 10_000.0))
    }

    /// The first and the last of its CAPs, if it is a city with several.
    pub fn postcodes(&self) -> Option<(&'static str, &'static str)> {
        postcodes::run(self)
    }

    /// Whether it can have a CAP, as far as is certain: by the digits with which those of its province begin, and by the runs of
    /// the cities that have several.
    pub fn can_have_postcode(&self, cap: &str) -> bool {
        postcodes::fits(self, cap)
    }
}

/// The places of comuni in the table by a name of theirs.
type Index = HashMap<Box<str>, Vec<u16>>;

/// The table and the ways into it.
struct Table {
    /// In the order of their codes.
    comuni: Vec<Comune>,
    /// By every name that one has or had, letters alone.
    by_name: Index,
    /// By every name without its little words: `reggioemilia`.
    by_loose_name: Index,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let comuni: Vec<Comune> = include_str!("../data/comuni.txt").lines().filter_map(comune).collect();
    let (mut by_name, mut by_loose_name) = (Index::new(), Index::new());
    for (place, comune) in (0..).zip(&comuni) {
        for name in comune.spans.iter().flat_map(|span| [span.name, span.second]).filter(|name| !name.is_empty()) {
            for (index, key) in [(&mut by_name, letters(name)), (&mut by_loose_name, loose(name))] {
                let places = index.entry(key.into_boxed_str()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
    }
    Table { comuni, by_name, by_loose_name }
});

fn comune(line: &'static str) -> Option<Comune> {
    let mut fields = line.split('\t');
    let (code, istat, place) = (fields.next()?, fields.next()?, fields.next()?);
    let place = place.split_once(' ').and_then(|(latitude, longitude)| Some((latitude.parse().ok()?, longitude.parse().ok()?)));
    let mut spans: Vec<Span> = Vec::with_capacity(2);
    for entry in fields {
        let mut parts = entry.split('*');
        let mut next = || parts.next().unwrap_or("");
        let (name, second, province, from, until, successor) = (next(), next(), next(), next(), next(), next());
        let before = spans.last().map(|span| (span.name, span.second));
        let (name, second) = if name.is_empty() { before? } else { (name, second) };
        let successor = Some(successor).filter(|code| !code.is_empty());
        spans.push(Span { name, second, province, from: day(from), until: day(until), successor });
    }
    (!spans.is_empty()).then_some(Comune { code, istat, place, spans })
}

fn day(text: &str) -> Option<Date> {
    Date::new(text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..)?.parse().ok()?)
}

fn letters(name: &str) -> String {
    kernel::fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Letters without little words, and "San", "Santa", "Sant'" as one: `Reggio Emilia` is `Reggio nell'Emilia`.
fn loose(name: &str) -> String {
    let folded = kernel::fold(name);
    let mut letters = String::with_capacity(folded.len());
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        match word {
            "di" | "del" | "dell" | "della" | "delle" | "dei" | "degli" | "d" | "nell" | "nel" | "nella" | "in" | "e" | "ed" | "al"
            | "alla" | "l" | "la" => {}
            "san" | "santo" | "santa" | "sant" | "ss" => letters.push('s'),
            "monte" | "mte" => letters.push('m'),
            word => letters.push_str(word),
        }
    }
    letters
}

/// The comune of a Belfiore code.
pub fn by_code(code: &str) -> Option<&'static Comune> {
    let comuni = &TABLE.comuni;
    comuni.binary_search_by(|comune| comune.code.cmp(code)).ok().map(|place| &comuni[place])
}

/// Every comune there is today, in the order of Belfiore codes.
pub fn living() -> impl Iterator<Item = &'static Comune> {
    TABLE.comuni.iter().filter(|comune| comune.is_living())
}

/// Comuni that have or had a name, those of today first. Accents and apostrophes may be written either way, and a name of which
/// nobody has all words is looked for without the little ones.
pub fn named(name: &str) -> Vec<&'static Comune> {
    let name = name.split('(').next().unwrap_or(name);
    let find = |index: &'static Index, key: String| -> Vec<&'static Comune> {
        let places = index.get(key.as_str()).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<_> = places.iter().map(|place| &TABLE.comuni[usize::from(*place)]).collect();
        found.sort_by_key(|comune| (!comune.is_living(), letters(comune.name()) != key));
        found
    };
    let key = letters(name);
    if key.is_empty() {
        return Vec::new();
    }
    let found = find(&TABLE.by_name, key);
    if !found.is_empty() {
        return found;
    }
    // "Bolzano/Bozen", "Bolzano - Bozen".
    if let Some((first, _)) = name.split_once(['/', '-']) {
        let found = find(&TABLE.by_name, letters(first));
        if !found.is_empty() && !letters(first).is_empty() {
            return found;
        }
    }
    find(&TABLE.by_loose_name, loose(name))
}

/// The one comune of today that is meant by a name, in a province if its letters or name are given; `None` where it could be two.
pub fn find(name: &str, province: &str) -> Option<&'static Comune> {
    let mut today: Vec<&'static Comune> = Vec::new();
    for comune in named(name) {
        // Who was taken up counts only where nobody has the name.
        if !comune.is_living() && !today.is_empty() {
            break;
        }
        if let Some(found) = comune.today().filter(|found| !today.iter().any(|known| known.code == found.code)) {
            today.push(found);
        }
    }
    if let Some(province) = provinces::find(province) {
        today.retain(|comune| lies_in(comune, province));
    }
    let mut found = today.into_iter();
    let first = found.next()?;
    match found.next() {
        None => Some(first),
        // One has the name, others only had it.
        Some(second) if letters(first.name()) == letters(name) && letters(second.name()) != letters(name) => Some(first),
        Some(_) => None,
    }
}

/// Whether a text is a name of the comune of today, however its accents, apostrophes and capitals are written.
pub fn is_name_of(comune: &Comune, text: &str) -> bool {
    let key = letters(text);
    let names = comune.spans.iter().filter(|span| span.until.is_none()).flat_map(|span| [span.name, span.second]);
    !key.is_empty() && names.filter(|name| !name.is_empty()).any(|name| letters(name) == key)
}

/// The name as it is written, in the language in which somebody wrote it: `BOZEN` is `Bozen`.
pub fn written(comune: &Comune, text: &str) -> &'static str {
    let span = &comune.spans[0];
    if !span.second.is_empty() && letters(span.second) == letters(text) && letters(span.name) != letters(text) {
        span.second
    } else {
        span.name
    }
}

/// Whether a comune lies in a province, by whatever letters that goes or went: `SU` is the province that it was.
fn lies_in(comune: &Comune, province: &Province) -> bool {
    let now = province.now.unwrap_or(province.sigla);
    comune.sigla() == now || province.ceased.is_some() && comune.spans.iter().any(|span| span.province == province.sigla)
}

/// Where a person was born, by the codice fiscale: the comune under its name of that day, or the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BirthPlace {
    /// The name.
    pub name: &'static str,
    /// The letters of the province of then; empty for another state.
    pub province: &'static str,
}

/// Where the person of a codice fiscale was born; `None` for a code of eleven digits, or a place that is not known.
pub fn birth_place(code: &TaxCode, today: Date) -> Option<BirthPlace> {
    let place = code.place_code()?;
    if place.starts_with('Z') {
        let states = include_str!("../data/states.txt").lines();
        return states
            .filter_map(|line| line.split_once('\t'))
            .find(|(state, _)| *state == place)
            .map(|(_, name)| BirthPlace { name, province: "" });
    }
    let comune = by_code(&place)?;
    let day = code.birth_date(today)?;
    let span = comune.spans.iter().find(|span| span.from.is_none_or(|from| from <= day)).or(comune.spans.last())?;
    Some(BirthPlace { name: span.name, province: span.province })
}

#[cfg(test)]
mod tests;
