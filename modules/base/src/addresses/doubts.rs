//! What is worth a look in an address, an e-mail address, a codice fiscale: said on the card with what was probably meant, and
//! written by a click of whoever knows. Nothing is changed by itself.

use italy::places::{self, Part, Why};
use italy::{TaxCode, email};
use kernel::Say;
use meta::fields::{Address, Code, Email};
use meta::{Doubt, Postcodes, Record};

/// Of CAP, comune and province of an address in Italy.
pub(crate) fn of_an_address(record: &Record, address: &Address, list: &Postcodes, doubts: &mut Vec<Doubt>) {
    if !matches!(record.get(&address.country), "" | "IT" | "ITA") {
        return;
    }
    let (postcode, city, province) = (record.get(&address.postcode), record.get(&address.city), record.get(&address.province));
    for doubt in places::doubts(postcode, city, province, list) {
        let (field, key) = match (doubt.part, doubt.why) {
            (Part::Postcode, Why::Missing) => (address.postcode.field.key, "doubt-postcode-missing"),
            (Part::Postcode, _) => (address.postcode.field.key, "doubt-postcode"),
            (Part::Province, Why::Missing) => (address.province.field.key, "doubt-province-missing"),
            (Part::Province, _) => (address.province.field.key, "doubt-province"),
            (Part::City, Why::NearlyNamed) => (address.city.field.key, "doubt-city-near"),
            (Part::City, _) => (address.city.field.key, "doubt-city-ended"),
        };
        let proposal = doubt.proposal.clone().unwrap_or_default();
        let say = Say::new(key)
            .with("postcode", postcode)
            .with("city", city)
            .with("province", province)
            .with("comune", doubt.comune)
            .with("range", &doubt.range)
            .with("proposal", proposal);
        doubts.push(Doubt { item: "address", line: None, say, proposal: doubt.proposal.map(|proposal| (field, proposal)) });
    }
}

/// Of an e-mail address with a slip of the keyboard, in a field of its own.
pub(crate) fn of_an_email(record: &Record, field: &Email, doubts: &mut Vec<Doubt>) {
    let written = record.get(field);
    if let Some(proposal) = email::proposal(written) {
        let say = Say::new("doubt-email").with("written", written).with("proposal", &proposal);
        doubts.push(Doubt { item: field.field.key, line: None, say, proposal: Some((field.field.key, proposal)) });
    }
}

/// Of the e-mail addresses in the lines of a record.
pub(crate) fn of_emails(record: &Record, doubts: &mut Vec<Doubt>) {
    let field = &super::entity::emails::ADDRESS;
    for (place, line) in record.lines("emails").iter().enumerate() {
        let written = line.get(field);
        if let Some(proposal) = email::proposal(written) {
            let say = Say::new("doubt-email").with("written", written).with("proposal", &proposal);
            doubts.push(Doubt { item: "emails", line: Some(place), say, proposal: Some((field.field.key, proposal)) });
        }
    }
}

/// Of a codice fiscale that would be another person's. Names change and the code does not, so it may well be right.
pub(crate) fn of_a_tax_code(record: &Record, code: &Code, given: &str, family: &str, doubts: &mut Vec<Doubt>) {
    let Ok(parsed) = TaxCode::parse(record.get(code)) else { return };
    if !given.is_empty() && !family.is_empty() && !parsed.matches_name(given, family) {
        let key = if parsed.matches_name(family, given) { "doubt-tax-code-swapped" } else { "doubt-tax-code" };
        doubts.push(Doubt { item: code.field.key, line: None, say: Say::new(key), proposal: None });
    }
}
