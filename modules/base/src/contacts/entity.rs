//! The fields of a contact, and of his place at an account.

use crate::addresses::doubts::{of_a_tax_code, of_an_address, of_emails};
use crate::addresses::{main_email, main_phone};
use kernel::{Say, Value};
use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{
    Address, Code, DateOnly, Email, Link, LongText, PersonName, Text, Vocabularies, YesNo, address, code, date, email, link, long_text,
    person_name, phone, text, vocabularies, yes_no,
};
use meta::{Doubt, Entity, Postcodes, Record, entity};

entity! { "contact" {
    /// Salutation, given names, family name.
    NAME: PersonName = person_name(),
    /// Family name first, as lists are sorted.
    FULL_NAME: Text = text("full_name").sortable().computed(full_name),
    /// Where he works: the first of his places.
    ACCOUNT: Link = link("account", "account").read_only(),
    /// What he does, on his card.
    JOB_TITLE: Text = text("job_title").search(),
    /// Where in the company.
    DEPARTMENT: Text = text("department"),
    /// Codice fiscale.
    TAX_CODE: Code = code("tax_code").matching().check(tax_code).personal(),
    /// Date of birth.
    BORN: DateOnly = date("born").personal(),
    /// His own address, where it is not the company's.
    ADDRESS: Address = address(),
    /// The main phone, mirrored from the lines.
    PHONE: meta::fields::Phone = phone("phone").computed(main_phone),
    /// The main e-mail, mirrored from the lines.
    EMAIL: Email = email("email").computed(main_email),
    /// Who looks after him.
    OWNER: Link = link("owner", "user").starting(Default::Me),
    /// No longer to be reached.
    INACTIVE: YesNo = yes_no("inactive"),
    /// What we call it, in words of our own.
    TAGS: Vocabularies = vocabularies("tags", crate::tags::TAGS).open(),
    /// What else is to be known.
    REMARKS: LongText = long_text("remarks"),
}}

/// The description of contacts.
pub fn contact() -> Entity {
    Entity::new("contact", "contacts", fields())
        .titled(&FULL_NAME)
        .seen(Visibility::OwnerOrThrough("owner", "accounts", "account"))
        .doubted(&["name", "tax_code", "address", "emails"], doubts)
        .searchable()
        .importable()
        .mailed(&EMAIL)
        .lines("emails", "email", "parent")
        .lines("phones", "phone", "parent")
        .compared(&["name", "tax_code", "born", "phones.number", "emails.address", "account", "address"])
        .through("accounts", "account_contact", "contact", "account")
        .mirrors("account", "accounts", "inactive", "main")
        .belongings("relations", "relation", "party")
        .belongings("related", "relation", "counterparty")
        .belongings("notes", "note", "about")
        .belongings("documents", "document", "about")
        .children("consents", "consent", "about")
        .index(&["address.city", "full_name"])
        .index(&["owner", "full_name"])
        .index(&["account", "full_name"])
        .columns(&["full_name", "account", "job_title", "address.city", "phone", "email", "tags", "owner"])
        .head(&["account", "job_title", "department", "owner", "phone", "email", "address.city"])
        .section("person", &["name", "job_title", "department", "owner", "tags", "inactive"])
        .section("reach", &["phones", "emails", "address"])
        .section("private", &["tax_code", "born"])
        .section("remarks", &["remarks"])
}

/// The place of a contact at an account.
pub mod place {
    use meta::fields::{Link, Text, YesNo, link, text, yes_no};
    meta::entity! { "account_contact" {
        /// What he is there: buyer, owner, technician.
        ROLE: Text = text("role").search(),
        /// The account.
        ACCOUNT: Link = link("account", "account").required(),
        /// The contact.
        CONTACT: Link = link("contact", "contact").required(),
        /// The first to turn to.
        MAIN: YesNo = yes_no("main"),
        /// No longer there.
        INACTIVE: YesNo = yes_no("inactive"),
    }}
}

/// The entity of places.
pub const ACCOUNT_CONTACT: &str = "account_contact";

/// The description of places.
pub fn account_contact() -> Entity {
    Entity::new(ACCOUNT_CONTACT, "account_contacts", place::fields())
        .seen(Visibility::Through("account"))
        .index(&["role", "account"])
        .columns(&["account", "contact", "role", "main", "inactive"])
        .section("place", &["account", "contact", "role", "main", "inactive"])
        .joining()
}

fn doubts(record: &Record, postcodes: &Postcodes) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    of_an_address(record, &ADDRESS, postcodes, &mut doubts);
    of_emails(record, &mut doubts);
    of_a_tax_code(record, &TAX_CODE, record.get(&NAME.given), record.get(&NAME.family), &mut doubts);
    doubts
}

fn full_name(record: &Record) -> Value {
    let (family, given) = (record.get(&NAME.family), record.get(&NAME.given));
    let name = [family, given].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    // Somebody without a name is known by what reaches him.
    let reach = || {
        [record.get(&EMAIL), record.get(&PHONE), record.get(&JOB_TITLE)].into_iter().find(|text| !text.is_empty()).unwrap_or("—").to_owned()
    };
    Value::Text(if name.is_empty() { reach() } else { name })
}

fn tax_code(text: &str) -> Result<String, Say> {
    italy::TaxCode::parse(text).map(|code| code.as_str().to_owned())
}
