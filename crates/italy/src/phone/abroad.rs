//! The numbers of other countries, by the tables of the `phonenumber` library.

use super::Kind;
use kernel::Say;
use phonenumber::{Mode, PhoneNumber, Type};

/// The international form and the kind of a number given by its digits from the country's prefix on.
pub(super) fn recognise(digits: &str) -> Result<(String, Kind), Say> {
    let refused = || Say::new("error-phone-country");
    // Nothing but digits ever gets to the library, and no more than a number can have.
    let number = phonenumber::parse(None, format!("+{digits}")).map_err(|_| refused())?;
    if !number.is_valid() {
        return Err(refused());
    }
    let kind = match number.number_type(&phonenumber::metadata::DATABASE) {
        // The library loses the 0 with which San Marino's lines begin, and then does not know them.
        _ if digits.starts_with("3780549") => Kind::Landline,
        Type::Mobile => Kind::Mobile,
        Type::TollFree => Kind::Free,
        Type::PremiumRate => Kind::Premium,
        Type::FixedLine | Type::FixedLineOrMobile => Kind::Landline,
        _ => Kind::Other,
    };
    Ok((number.format().mode(Mode::E164).to_string(), kind))
}

/// As it is dialled from Italy, grouped as its country groups it.
pub(super) fn for_people(e164: &str) -> String {
    let grouped = |number: PhoneNumber| number.format().mode(Mode::International).to_string();
    phonenumber::parse(None, e164).map_or_else(|_| e164.to_owned(), grouped)
}
