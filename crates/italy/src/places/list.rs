//! A list of CAPs, as the company loads it: which comuni have which, and which hamlets. Nothing of one is ours.

use super::{Comune, by_code, find, letters, living};
use crate::Postcode;
use crate::provinces;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

/// The longest stretch of CAPs that one row may say: `20121-20162`.
const LONGEST: u32 = 400;

/// A list of CAPs; empty where none is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postcodes {
    /// By the Belfiore code of a comune.
    comuni: BTreeMap<&'static str, BTreeSet<String>>,
    /// By the letters of the name of a place that is no comune, and those of its province.
    hamlets: BTreeMap<(String, &'static str), BTreeSet<String>>,
}

/// Why a row says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unread {
    /// There is no CAP in it.
    Postcode,
    /// It says neither a comune that there is today nor a place in a province.
    Place,
}

/// What a row of a list says, as it is written there; what it does not say is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry<'e> {
    /// The CAP, or a stretch of them: `20121-20162`.
    pub postcode: &'e str,
    /// The code of the comune: Belfiore, or that of ISTAT.
    pub code: &'e str,
    /// The comune.
    pub city: &'e str,
    /// A place in it, or the place alone where no comune is said.
    pub hamlet: &'e str,
    /// The province, by letters or name.
    pub province: &'e str,
}

static BY_ISTAT: LazyLock<HashMap<&'static str, &'static Comune>> =
    LazyLock::new(|| living().filter(|comune| !comune.istat.is_empty()).map(|comune| (comune.istat, comune)).collect());

impl Postcodes {
    /// Takes up what a row says. A CAP that lost its zeros in a spreadsheet gets them back: `118` is `00118`.
    ///
    /// Errors: what the row lacks; nothing is taken up then.
    pub fn add(&mut self, entry: Entry<'_>) -> Result<(), Unread> {
        let caps = caps(entry.postcode).ok_or(Unread::Postcode)?;
        let province = provinces::find(entry.province);
        let comune = comune_of(entry).or_else(|| find(entry.hamlet, entry.province).filter(|_| entry.city.is_empty()));
        let hamlet = letters(entry.hamlet);
        let letters = comune.map(Comune::sigla).or_else(|| province.map(|province| province.now.unwrap_or(province.sigla)));
        if let Some(comune) = comune {
            self.comuni.entry(comune.code).or_default().extend(caps.iter().cloned());
            if hamlet == super::letters(comune.name()) {
                return Ok(());
            }
        }
        match letters {
            Some(letters) if !hamlet.is_empty() => self.hamlets.entry((hamlet, letters)).or_default().extend(caps),
            _ if comune.is_none() => return Err(Unread::Place),
            _ => {}
        }
        Ok(())
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.comuni.is_empty() && self.hamlets.is_empty()
    }

    /// How many CAPs, how many comuni and how many hamlets are in it.
    pub fn counts(&self) -> (usize, usize, usize) {
        let all: BTreeSet<&String> = self.comuni.values().chain(self.hamlets.values()).flatten().collect();
        (all.len(), self.comuni.len(), self.hamlets.len())
    }

    /// The CAPs of a comune, in order; none where it is not in the list.
    pub fn of(&self, comune: &Comune) -> impl Iterator<Item = &str> {
        self.comuni.get(comune.code).into_iter().flatten().map(String::as_str)
    }

    /// The only CAP of a comune; `None` where it has several, or is not in the list.
    pub fn only(&self, comune: &Comune) -> Option<&str> {
        let mut caps = self.of(comune);
        caps.next().filter(|_| caps.next().is_none())
    }

    /// The CAPs of a place that is no comune, in a province by letters or name; none where there are two such places.
    pub fn of_hamlet(&self, name: &str, province: &str) -> Option<(&'static str, &BTreeSet<String>)> {
        let (name, province) = (letters(name), provinces::find(province).map(|province| province.now.unwrap_or(province.sigla)));
        let from = (name.clone(), "");
        let mut named = self.hamlets.range(from..).take_while(|((known, _), _)| *known == name);
        match province {
            Some(province) => named.find(|((_, letters), _)| *letters == province).map(|((_, letters), caps)| (*letters, caps)),
            None => named.next().filter(|_| named.next().is_none()).map(|((_, letters), caps)| (*letters, caps)),
        }
    }

    /// Whether a comune can have a CAP: by the list where it stands in it, and otherwise by what is certain. Whatever has a CAP of its own
    /// in the province may lie in the comune.
    pub fn fits(&self, comune: &Comune, cap: &str) -> bool {
        if self.of(comune).next().is_none() {
            return comune.can_have_postcode(cap);
        }
        let in_city = comune
            .postcodes()
            .is_some_and(|(first, last)| (first..=last).contains(&cap) || cap.get(..3) == first.get(..3) && cap.ends_with("00"));
        let here = |((_, letters), caps): (&(String, &'static str), &BTreeSet<String>)| *letters == comune.sigla() && caps.contains(cap);
        in_city || self.of(comune).any(|known| known == cap) || self.hamlets.iter().any(here)
    }

    /// The list as text, which [`Postcodes::read`] reads back.
    pub fn written(&self) -> String {
        let mut text = String::new();
        let mut line = |place: &str, caps: &BTreeSet<String>| {
            text.push_str(place);
            caps.iter().for_each(|cap| text.extend([" ", cap]));
            text.push('\n');
        };
        self.comuni.iter().for_each(|(code, caps)| line(code, caps));
        self.hamlets.iter().for_each(|((name, province), caps)| line(&format!("{province}/{name}"), caps));
        text
    }

    /// Reads such a text; what is not known any more is passed over.
    pub fn read(text: &str) -> Postcodes {
        let mut list = Postcodes::default();
        for line in text.lines() {
            let mut words = line.split(' ');
            let place = words.next().unwrap_or_default();
            let caps = words.map(str::to_owned).collect();
            if let Some((province, name)) = place.split_once('/') {
                if let Some(province) = provinces::by_sigla(province) {
                    list.hamlets.insert((name.to_owned(), province.sigla), caps);
                }
            } else if let Some(comune) = by_code(place) {
                list.comuni.insert(comune.code, caps);
            }
        }
        list
    }
}

fn comune_of(entry: Entry<'_>) -> Option<&'static Comune> {
    let code = entry.code.trim().to_ascii_uppercase();
    let known = by_code(&code).and_then(Comune::today);
    let known = known.or_else(|| BY_ISTAT.get(format!("{code:0>6}").as_str()).filter(|_| !code.is_empty()).copied());
    known.or_else(|| find(entry.city, entry.province))
}

/// The CAPs that a cell says; none where it says none.
fn caps(cell: &str) -> Option<Vec<String>> {
    let one = |text: &str| {
        let text = text.trim();
        let short = (3..5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        Postcode::parse(&if short { format!("{text:0>5}") } else { text.to_owned() }).ok()
    };
    if let Some(cap) = one(cell) {
        return Some(vec![cap.as_str().to_owned()]);
    }
    let (first, last) = cell.split_once(['-', '–'])?;
    let [first, last]: [u32; 2] = [one(first)?.as_str().parse().ok()?, one(last)?.as_str().parse().ok()?];
    (first <= last && last - first < LONGEST).then(|| (first..=last).map(|cap| format!("{cap:05}")).collect())
}

#[cfg(test)]
mod tests;
