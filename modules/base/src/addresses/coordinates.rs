//! Where an account or a site is: set by hand, found by a geocoding server, or where its comune lies. What was set or found is of one
//! address: it falls away with that.

use crate::{accounts, sites};
use engine::{Change, Tx, Work};
use italy::street::Street;
use italy::{Coordinates, places};
use kernel::{Value, fold};
use meta::field::Described;
use meta::fields::{self, Address, Choices, Chosen, Code, choice};
use meta::{Field, Record, choices};

choices! {
    /// What of an address a server knew.
    Precision {
        /// The very house.
        House = "house" blue,
        /// The street.
        Street = "street" blue,
        /// A hamlet, a quarter, a town abroad.
        Place = "place" grey,
    }
}

choices! {
    /// Where coordinates come from.
    Origin {
        /// Somebody set them.
        Hand = "hand" blue,
        /// Found, of the very house.
        House = "house" blue,
        /// Found, of the street.
        Street = "street" blue,
        /// Found, of a hamlet, a quarter, a town abroad.
        Place = "place" grey,
        /// Of the comune.
        Comune = "comune" grey,
    }
}

/// Where a record is, as far as it is known.
#[derive(Debug)]
pub struct Location {
    /// Set by hand.
    pub by_hand: fields::Coordinates,
    /// Where a geocoding server found its address.
    pub found: fields::Coordinates,
    /// What of the address the server knew.
    pub found_as: Choices<Precision>,
    /// The best that is known: set by hand, found, or where its comune is.
    pub best: fields::Coordinates,
    /// Where that comes from.
    pub origin: Choices<Origin>,
}

/// Describes where a record with an address is.
pub const fn location() -> Location {
    Location {
        by_hand: fields::coordinates("coordinates_by_hand").personal().instead(&["coordinates", "coordinates_from"]),
        found: fields::coordinates("coordinates_found").read_only().personal(),
        found_as: choice::<Precision>("coordinates_found_as").read_only(),
        best: fields::coordinates("coordinates").computed(best),
        // What it follows from stands before it.
        origin: choice::<Origin>("coordinates_from").computed(origin),
    }
}

impl Location {
    /// Belonging to an entity.
    pub const fn within(self, entity: &'static str) -> Location {
        Location {
            by_hand: self.by_hand.within(entity),
            found: self.found.within(entity),
            found_as: self.found_as.within(entity),
            best: self.best.within(entity),
            origin: self.origin.within(entity),
        }
    }
}

impl Described for Location {
    fn fields(&self) -> Vec<Field> {
        vec![self.by_hand.field, self.found.field, self.found_as.field, self.best.field, self.origin.field]
    }
}

/// A record's address, and where that is.
pub(crate) struct Located {
    pub(crate) address: &'static Address,
    pub(crate) is: &'static Location,
}

impl Located {
    /// Whether a record knows more than its comune.
    pub(crate) fn is_known(&self, record: &Record) -> bool {
        !record.value(self.is.by_hand.id()).is_empty() || !record.value(self.is.found.id()).is_empty()
    }
}

/// Those of an entity; none where its records have no coordinates.
pub(crate) fn located(entity: &str) -> Option<Located> {
    use {accounts::entity as account, sites::entity as site};
    match entity {
        "account" => Some(Located { address: &account::ADDRESS, is: &account::LOCATION }),
        "site" => Some(Located { address: &site::ADDRESS, is: &site::LOCATION }),
        _ => None,
    }
}

/// Whether a country is Italy: it need not be said.
pub(crate) fn is_italy(country: &str) -> bool {
    matches!(country, "" | "IT" | "ITA")
}

/// Where the comune of an address lies; none abroad, and where it is not known which comune is meant.
pub(crate) fn of_the_comune(record: &Record, address: &Address) -> Option<Coordinates> {
    let (city, province) = (record.get(&address.city), record.get(&address.province));
    let here = !city.is_empty() && is_italy(record.get(&address.country));
    let (latitude, longitude) = here.then(|| places::find(city, province)).flatten()?.place()?;
    Coordinates::of(latitude, longitude)
}

/// The best coordinates that are known of a record.
fn best(record: &Record) -> Value {
    let Some(of) = located(record.entity()) else { return Value::from("") };
    let given = [&of.is.by_hand, &of.is.found].into_iter().map(|field| record.value(field.id())).find(|value| !value.is_empty());
    let comune = || Value::Text(of_the_comune(record, of.address).map(|place| place.to_string()).unwrap_or_default());
    given.cloned().unwrap_or_else(comune)
}

/// Where they come from. The best are reckoned before it.
fn origin(record: &Record) -> Value {
    let Some(of) = located(record.entity()) else { return Value::from("") };
    let given = |field: &fields::Coordinates| !record.value(field.id()).is_empty();
    let origin = match record.get(&of.is.found_as) {
        _ if given(&of.is.by_hand) => Origin::Hand,
        Some(Precision::House) if given(&of.is.found) => Origin::House,
        Some(Precision::Street) if given(&of.is.found) => Origin::Street,
        _ if given(&of.is.found) => Origin::Place,
        _ if given(&of.is.best) => Origin::Comune,
        _ => return Value::from(""),
    };
    Value::from(origin.key())
}

/// What was set by hand or found falls away with the address that it is of; what is set in the same change is of the new one.
pub(crate) fn follow_the_address<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        let (Some(of), Some(before)) = (located(change.after.entity()), &change.before) else { return Ok(()) };
        // Of most records nothing is known that could fall away.
        if !of.is_known(before) || !is_elsewhere(before, &change.after, of.address) {
            return Ok(());
        }
        if !change.changes(of.is.by_hand.id()) {
            change.put(of.is.by_hand.id(), "");
        }
        change.put(of.is.found.id(), "");
        change.put(of.is.found_as.id(), "");
        Ok(())
    })
}

/// Whether two addresses are of two places: by street, number, CAP, comune and country, however they are written. A CAP or a province
/// that only one of them says makes no other place.
fn is_elsewhere(before: &Record, after: &Record, address: &Address) -> bool {
    let differ = |one: &str, two: &str| letters(one) != letters(two);
    let both_differ = |one: &str, two: &str| !one.is_empty() && !two.is_empty() && differ(one, two);
    let both = |field: &Code| (before.get(field).to_owned(), after.get(field).to_owned());
    let (country, country_after) = both(&address.country);
    let here = is_italy(&country);
    if here != is_italy(&country_after) || !here && differ(&country, &country_after) {
        return true;
    }
    let (street, street_after) = both(&address.street);
    let (cap, cap_after) = both(&address.postcode);
    if door(&street) != door(&street_after) || both_differ(&cap, &cap_after) {
        return true;
    }
    let comune = |record: &Record| {
        let found = places::find(record.get(&address.city), record.get(&address.province));
        found.filter(|_| here).map(|comune| comune.code)
    };
    match (comune(before), comune(after)) {
        (Some(one), Some(two)) => one != two,
        _ => {
            let ((city, city_after), (province, province_after)) = (both(&address.city), both(&address.province));
            differ(&city, &city_after) || both_differ(&province, &province_after)
        }
    }
}

/// What of a street line says where a door is.
fn door(street: &str) -> String {
    let street = Street::parse(street);
    letters(&[street.sort, street.name, street.kilometre, street.number].join(" "))
}

fn letters(text: &str) -> String {
    fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests;
