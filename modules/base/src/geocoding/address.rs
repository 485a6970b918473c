//! What of an address is looked for, and which of the answers is taken.

use crate::addresses::coordinates::{Located, Precision, is_italy, of_the_comune};
use engine::geocoding::{Grade, Sought, Spot};
use italy::Coordinates;
use italy::street::Street;
use kernel::fold;
use meta::Record;
use meta::fields::Address;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What lies further from its comune than this, in kilometres, is another place of the same name. The centre of Rome is 30 away from the
/// ends of its comune.
const FARTHEST: f64 = 40.0;

/// The question for the address of a record; none where a server could say nothing better than the comune.
pub(super) fn sought(record: &Record, address: &Address) -> Option<Sought> {
    let text = |field: &meta::fields::Code| record.get(field).to_owned();
    let (city, country) = (text(&address.city), text(&address.country));
    let street = line(record.get(&address.street));
    let here = is_italy(&country);
    if city.is_empty() || street.is_empty() && here {
        return None;
    }
    Some(Sought { street, postcode: text(&address.postcode), city, country: if here { "IT".to_owned() } else { country } })
}

/// House number and street as servers take them: nobody's name, no staircase, no kilometre.
pub(super) fn line(street: &str) -> String {
    let street = Street::parse(street);
    let number = if street.number == "snc" { "" } else { &street.number };
    let parts = [number, &street.sort, &street.name];
    if !street.name.contains(char::is_alphabetic) {
        return String::new();
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// By what an address is known again that was looked for: nobody reads it out of this.
pub(super) fn mark(sought: &Sought) -> String {
    let text = fold(&[sought.street.as_str(), &sought.postcode, &sought.city, &sought.country].join("\n"));
    Sha256::digest(text.as_bytes()).iter().take(16).fold(String::with_capacity(32), |mut mark, byte| {
        let _ = write!(mark, "{byte:02x}");
        mark
    })
}

/// The first answer that lies where it should and says more than the comune does.
pub(super) fn chosen(record: &Record, of: &Located, answers: &[Spot]) -> Option<(Coordinates, Precision)> {
    let comune = of_the_comune(record, of.address);
    answers.iter().find_map(|spot| {
        let place = Coordinates::of(spot.latitude, spot.longitude)?;
        if comune.is_some_and(|comune| comune.kilometres_to(&place) > FARTHEST) {
            return None;
        }
        precision(spot.grade, comune.is_some()).map(|precision| (place, precision))
    })
}

/// How exact a place is; none where it says no more than the comune that is known.
pub(super) fn precision(grade: Grade, knows_comune: bool) -> Option<Precision> {
    match grade {
        Grade::House => Some(Precision::House),
        Grade::Street => Some(Precision::Street),
        Grade::Quarter => Some(Precision::Place),
        Grade::Town if !knows_comune => Some(Precision::Place),
        Grade::Town | Grade::Region => None,
    }
}
