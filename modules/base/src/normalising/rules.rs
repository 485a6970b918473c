//! What each rule would write in a record.

use super::options;
use crate::accounts::entity as account;
use crate::contacts::entity as contact;
use crate::sites::entity as site;
use engine::{Options, Rewrite};
use italy::{company_name, legal_form, person_name, places, provinces, street};
use kernel::Value;
use meta::field::FieldId;
use meta::fields::{Address, Text, YesNo};
use meta::{Postcodes, Record};

/// What would be written so far.
struct Writing<'r> {
    record: &'r Record,
    options: &'r Options,
    postcodes: &'r Postcodes,
    rewrites: Vec<Rewrite>,
}

impl<'r> Writing<'r> {
    fn of(record: &'r Record, options: &'r Options, postcodes: &'r Postcodes) -> Writing<'r> {
        Writing { record, options, postcodes, rewrites: Vec::new() }
    }

    /// Whether a rule is switched on.
    fn follows(&self, rule: &YesNo) -> bool {
        matches!(self.options.value(rule.id()), Value::Bool(true))
    }

    /// What a field holds, or would hold after the rules before.
    fn text(&self, field: FieldId) -> &str {
        match self.rewrites.iter().find(|rewrite| rewrite.field == field) {
            Some(rewrite) => rewrite.value.text(),
            None => self.record.value(field).text(),
        }
    }

    /// Writes a text where it is another one; an empty one is never written.
    fn write(&mut self, rule: &YesNo, field: FieldId, text: String) {
        if text.is_empty() || self.text(field) == text {
            return;
        }
        self.rewrites.retain(|rewrite| rewrite.field != field);
        if self.record.value(field).text() != text {
            self.rewrites.push(Rewrite { rule: rule.field.key, field, value: Value::Text(text) });
        }
    }

    /// The parts of an address in Italy.
    fn address(&mut self, address: &Address) {
        let country = self.text(address.country.id());
        if !matches!(country, "" | "IT" | "ITA") {
            return;
        }
        if self.follows(&options::STREETS) {
            self.write(&options::STREETS, address.street.id(), street::canonical(self.text(address.street.id())));
        }
        if self.follows(&options::PLACES) {
            self.place(address);
        }
    }

    /// The comune as it is called, where it is plain which one is meant, its province, and its CAP where the list knows one alone.
    fn place(&mut self, address: &Address) {
        let (city, province) = (self.text(address.city.id()).to_owned(), self.text(address.province.id()).to_owned());
        if city.is_empty() {
            return;
        }
        // A province written out becomes its letters; one that ceased stays what somebody wrote.
        if let Some(known) = provinces::find(&province).filter(|known| known.sigla != province && known.ceased.is_none()) {
            self.write(&options::PLACES, address.province.id(), known.sigla.to_owned());
        }
        let Some(comune) = places::find(&city, &province) else { return };
        // Only the writing: who lives where a comune was taken up decides himself what he calls it.
        if places::is_name_of(comune, &city) {
            self.write(&options::PLACES, address.city.id(), places::written(comune, &city).to_owned());
        }
        let cap = self.text(address.postcode.id()).to_owned();
        if province.is_empty() && (cap.is_empty() || self.postcodes.fits(comune, &cap)) {
            self.write(&options::PLACES, address.province.id(), comune.sigla().to_owned());
        }
        // The list of the company says the CAP of a comune that has but one.
        if let Some(only) = self.postcodes.only(comune).filter(|_| cap.is_empty()) {
            self.write(&options::PLACES, address.postcode.id(), only.to_owned());
        }
    }
}

/// Of an account: a company's names, or a person's.
pub(super) fn of_an_account(record: &Record, options: &Options, postcodes: &Postcodes) -> Vec<Rewrite> {
    let mut writing = Writing::of(record, options, postcodes);
    if record.get(&account::KIND) == Some(account::Kind::Person) {
        if writing.follows(&options::PEOPLE) {
            writing.write(&options::PEOPLE, account::NAME.id(), person_name::capitals(record.get(&account::NAME)));
        }
    } else {
        for name in [&account::NAME, &account::TRADE_NAME] {
            company(&mut writing, name);
        }
    }
    writing.address(&account::ADDRESS);
    writing.rewrites
}

/// The legal form by one rule, the rest of the name by the other.
fn company(writing: &mut Writing<'_>, name: &Text) {
    if writing.follows(&options::FORMS) {
        let written = writing.text(name.id());
        let formed = legal_form::rewritten(written);
        writing.write(&options::FORMS, name.id(), formed);
    }
    if writing.follows(&options::COMPANIES) {
        let written = writing.text(name.id()).to_owned();
        let canonical = company_name::canonical(&written);
        let canonical = if writing.follows(&options::FORMS) { canonical } else { legal_form::with_form_of(&canonical, &written) };
        writing.write(&options::COMPANIES, name.id(), canonical);
    }
}

/// Of a contact: titles into their field, names in each other's field changed over, capitals.
pub(super) fn of_a_contact(record: &Record, options: &Options, postcodes: &Postcodes) -> Vec<Rewrite> {
    let mut writing = Writing::of(record, options, postcodes);
    if writing.follows(&options::PEOPLE) {
        let [salutation, given, family] = [contact::NAME.salutation.id(), contact::NAME.given.id(), contact::NAME.family.id()];
        let [(first, mut given_name), (second, mut family_name)] =
            [given, family].map(|field| person_name::titles(record.value(field).text()));
        let title = [first, second].into_iter().filter(|title| !title.is_empty()).collect::<Vec<_>>().join(" ");
        if !title.is_empty() && writing.text(salutation).is_empty() {
            writing.write(&options::PEOPLE, salutation, title);
        } else if !title.is_empty() {
            // What stands there already stays, and so does the title in the name.
            (given_name, family_name) = (record.value(given).text().to_owned(), record.value(family).text().to_owned());
        }
        if person_name::are_swapped(&given_name, &family_name) {
            std::mem::swap(&mut given_name, &mut family_name);
        }
        writing.write(&options::PEOPLE, given, person_name::capitals(&given_name));
        writing.write(&options::PEOPLE, family, person_name::capitals(&family_name));
    }
    writing.address(&contact::ADDRESS);
    writing.rewrites
}

/// Of a site.
pub(super) fn of_a_site(record: &Record, options: &Options, postcodes: &Postcodes) -> Vec<Rewrite> {
    let mut writing = Writing::of(record, options, postcodes);
    writing.address(&site::ADDRESS);
    writing.rewrites
}
