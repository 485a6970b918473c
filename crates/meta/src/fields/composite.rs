//! Composite kinds are flat subfields: `address.city` is a column, a filter path and a JSON path.

use super::{Code, Text, code, text};
use crate::field::{Described, Field};

/// A postal address.
#[derive(Debug)]
pub struct Address {
    /// Street and number, as written.
    pub street: Text,
    /// Postcode (CAP), as text.
    pub postcode: Code,
    /// Municipality.
    pub city: Text,
    /// Province: the two letters in Italy.
    pub province: Code,
    /// Country: two letters of ISO 3166, empty for Italy.
    pub country: Code,
}

/// Describes a postal address named `address`.
pub const fn address() -> Address {
    Address {
        street: text("address.street").personal(),
        postcode: code("address.postcode"),
        city: text("address.city").search().sortable(),
        province: code("address.province").check(upper).sortable(),
        country: code("address.country").check(upper),
    }
}

fn upper(input: &str) -> Result<String, kernel::Say> {
    let letters = input.trim().to_uppercase();
    if letters.chars().count() > 3 && !letters.chars().all(char::is_alphabetic) {
        return Err(kernel::Say::new("error-country-or-province"));
    }
    Ok(letters)
}

impl Address {
    /// Belonging to an entity.
    pub const fn within(self, entity: &'static str) -> Address {
        Address {
            street: self.street.within(entity),
            postcode: self.postcode.within(entity),
            city: self.city.within(entity),
            province: self.province.within(entity),
            country: self.country.within(entity),
        }
    }
}

impl Described for Address {
    fn fields(&self) -> Vec<Field> {
        vec![self.street.field, self.postcode.field, self.city.field, self.province.field, self.country.field]
    }
}

/// A person's name.
#[derive(Debug)]
pub struct PersonName {
    /// Sig., Dott., Ing.
    pub salutation: Text,
    /// Given names.
    pub given: Text,
    /// Family name.
    pub family: Text,
}

/// Describes a person's name, named `name`.
pub const fn person_name() -> PersonName {
    PersonName {
        salutation: text("name.salutation"),
        given: text("name.given").search().personal(),
        family: text("name.family").search().personal(),
    }
}

impl PersonName {
    /// Belonging to an entity.
    pub const fn within(self, entity: &'static str) -> PersonName {
        PersonName { salutation: self.salutation.within(entity), given: self.given.within(entity), family: self.family.within(entity) }
    }
}

impl Described for PersonName {
    fn fields(&self) -> Vec<Field> {
        vec![self.salutation.field, self.given.field, self.family.field]
    }
}
