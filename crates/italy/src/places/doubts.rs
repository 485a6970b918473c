//! What does not go together in an address, and what would. For warnings: hamlets have CAPs of their own.

use super::{Comune, Postcodes, find, letters, lies_in, living, named, postcodes};
use crate::provinces;

/// The part of an address that a doubt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The CAP.
    Postcode,
    /// The comune.
    City,
    /// The letters of the province.
    Province,
}

/// Why a part is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The comune can't have this CAP.
    OtherPostcode,
    /// The comune lies in another province.
    OtherProvince,
    /// The comune ended, or has another name today.
    OtherName,
    /// The part is empty, and the others say what it is.
    Missing,
    /// No comune is called so, and one that can have the CAP nearly is.
    NearlyNamed,
}

/// A doubt, and what would go together with the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What it is about.
    pub part: Part,
    /// Why.
    pub why: Why,
    /// The comune by which it is doubted.
    pub comune: String,
    /// What to write instead; `None` where it is one of several.
    pub proposal: Option<String>,
    /// The CAPs of the comune as they are said to people ("20121–20162", "35…"), where that is the doubt; or nothing.
    pub range: String,
}

/// What does not go together in CAP, comune and province, by a list of CAPs where there is one, at most one doubt for each. Whatever is
/// not known gives no doubt: a comune that is no comune may be a hamlet, or abroad.
pub fn doubts(postcode: &str, city: &str, province: &str, list: &Postcodes) -> Vec<Doubt> {
    let (postcode, city, province) = (postcode.trim(), city.trim(), province.trim());
    if city.is_empty() || !postcode.is_empty() && (postcode.len() != 5 || !postcode.bytes().all(|byte| byte.is_ascii_digit())) {
        return Vec::new();
    }
    let known: Vec<&'static Comune> = named(city);
    if known.is_empty() {
        if let Some(doubts) = of_a_hamlet(postcode, city, province, list) {
            return doubts;
        }
        return nearly(postcode, city, province).into_iter().collect();
    }
    let mut doubts = Vec::new();
    let asked = provinces::find(province);
    // Of several with one name the one that the CAP or the province means.
    let comune = find(city, province).or_else(|| {
        let mut fitting =
            known.iter().filter_map(|comune| comune.today()).filter(|comune| !postcode.is_empty() && list.fits(comune, postcode));
        fitting.next().filter(|first| fitting.all(|other| other.code == first.code))
    });
    let Some(comune) = comune.or_else(|| find(city, "").filter(|_| asked.is_some() || province.is_empty())) else { return doubts };
    let names = comune.spans.iter().filter(|span| span.until.is_none()).flat_map(|span| [span.name, span.second]);
    if !names.clone().any(|name| super::loose(name) == super::loose(city.split('(').next().unwrap_or(city)))
        && !names.clone().any(|name| !name.is_empty() && letters(city).starts_with(&letters(name)))
    {
        doubts.push(Doubt {
            part: Part::City,
            why: Why::OtherName,
            comune: comune.name().to_owned(),
            proposal: Some(comune.name().to_owned()),
            range: String::new(),
        });
    }
    match asked {
        _ if province.is_empty() => doubts.push(Doubt {
            part: Part::Province,
            why: Why::Missing,
            comune: comune.name().to_owned(),
            proposal: Some(comune.sigla().to_owned()),
            range: String::new(),
        }),
        Some(asked) if !lies_in(comune, asked) => doubts.push(Doubt {
            part: Part::Province,
            why: Why::OtherProvince,
            comune: comune.name().to_owned(),
            proposal: Some(comune.sigla().to_owned()),
            range: String::new(),
        }),
        _ => {}
    }
    let odd = match postcode {
        "" => list.only(comune).is_some(),
        said => !list.fits(comune, said),
    };
    if odd {
        let why = if postcode.is_empty() { Why::Missing } else { Why::OtherPostcode };
        let proposal = list.only(comune).map(str::to_owned);
        doubts.push(Doubt { part: Part::Postcode, why, comune: comune.name().to_owned(), proposal, range: range(comune, list) });
    }
    doubts
}

/// What does not go together in the address of a place that is no comune, which only a list knows; `None` where it does not.
fn of_a_hamlet(postcode: &str, city: &str, province: &str, list: &Postcodes) -> Option<Vec<Doubt>> {
    let (letters, caps) = list.of_hamlet(city, province)?;
    let doubt = |part, why, proposal: Option<&str>| Doubt {
        part,
        why,
        comune: city.to_owned(),
        proposal: proposal.map(str::to_owned),
        range: several(caps.iter().map(String::as_str)),
    };
    let mut doubts = Vec::new();
    if province.is_empty() {
        doubts.push(doubt(Part::Province, Why::Missing, Some(letters)));
    }
    let only = caps.first().filter(|_| caps.len() == 1).map(String::as_str);
    match postcode {
        "" if only.is_some() => doubts.push(doubt(Part::Postcode, Why::Missing, only)),
        "" => {}
        said if !caps.contains(said) => doubts.push(doubt(Part::Postcode, Why::OtherPostcode, only)),
        _ => {}
    }
    Some(doubts)
}

/// Of several CAPs no more than are read at a glance.
fn several<'c>(caps: impl Iterator<Item = &'c str>) -> String {
    let caps: Vec<&str> = caps.collect();
    match caps.as_slice() {
        [first, .., last] if caps.len() > 6 => format!("{first}–{last}"),
        few => few.join(", "),
    }
}

/// As people are told: "20121–20162", "56021, 56023", or "35…" where only the beginning is certain.
fn range(comune: &Comune, list: &Postcodes) -> String {
    match comune.postcodes() {
        Some((first, last)) => format!("{first}–{last}"),
        None if list.of(comune).next().is_some() => several(list.of(comune)),
        None => postcodes::beginnings(comune.sigla()).iter().map(|beginning| format!("{beginning}…")).collect::<Vec<_>>().join(", "),
    }
}

/// The comune that can have this CAP whose name is a slip away.
fn nearly(postcode: &str, city: &str, province: &str) -> Option<Doubt> {
    if postcode.is_empty() || letters(city).len() < 4 {
        return None;
    }
    let written = letters(city);
    let most = if written.len() < 7 { 1 } else { 2 };
    let asked = provinces::find(province);
    let mut near: Vec<(usize, &'static Comune)> = living()
        .filter(|comune| comune.can_have_postcode(postcode) && asked.is_none_or(|asked| lies_in(comune, asked)))
        .map(|comune| (distance(&written, &letters(comune.name())), comune))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    let (least, comune) = *near.first()?;
    let is_alone = near.get(1).is_none_or(|(distance, _)| *distance > least);
    is_alone.then(|| Doubt {
        part: Part::City,
        why: Why::NearlyNamed,
        comune: comune.name().to_owned(),
        proposal: Some(comune.name().to_owned()),
        range: String::new(),
    })
}

/// How many letters have to be put, taken, changed, or to change places with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (place, letter) in one.iter().enumerate() {
        let mut row = vec![place + 1];
        for (column, with) in other.iter().enumerate() {
            let same = usize::from(letter != with);
            let mut least = (rows[place][column] + same).min(rows[place][column + 1] + 1).min(row[column] + 1);
            if place > 0 && column > 0 && one[place - 1] == *with && *letter == other[column - 1] {
                least = least.min(rows[place - 1][column - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}
