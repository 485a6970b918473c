//! The fields of a subject, and of its attachment to an account.

use kernel::Say;
use meta::field::Default;
use meta::fields::{
    Choices, Code, Email, Link, LongText, Phone, Text, Vocabulary, YesNo, choice, code, email, link, long_text, phone, text, vocabulary,
    yes_no,
};
use meta::{Entity, choices, entity};

/// The entity of subjects.
pub const SUBJECT: &str = "subject";
/// The entity of their attachments to accounts.
pub const ACCOUNT_SUBJECT: &str = "account_subject";

choices! {
    /// Somebody, or a firm.
    Kind {
        /// One person.
        Person = "person" grey,
        /// A firm for which people work.
        Agency = "agency" blue,
    }
}

choices! {
    /// What a subject does for us.
    Role {
        /// Sells.
        Agent = "agent" blue,
        /// Leads the agents of some zones.
        AreaManager = "area-manager" blue,
        /// Calls and answers, in the office.
        Operator = "operator" grey,
        /// Tells us of somebody who may buy.
        Referrer = "referrer" grey,
        /// Sells with people of its own.
        Agency = "agency" grey,
    }
}

entity! { "subject" {
    /// First and last name, or the name of the firm.
    NAME: Text = text("name").required().search().sortable().personal(),
    /// A person or a firm.
    KIND: Choices<Kind> = choice::<Kind>("kind").required().default("person"),
    /// What it does for us.
    ROLE: Choices<Role> = choice::<Role>("role").required().default("agent"),
    /// The agency it works for.
    AGENCY: Link = link("agency", "subject"),
    /// The login it comes in with, where it has one.
    USER: Link = link("user", "user").unique(),
    /// Its territory.
    ZONE: Vocabulary = vocabulary("zone", "zone"),
    /// Phone.
    PHONE: Phone = phone("phone").search().matching(),
    /// E-mail.
    EMAIL: Email = email("email").search().matching(),
    /// Partita IVA.
    VAT_NUMBER: Code = code("vat_number").search().matching().check(vat_number),
    /// Codice fiscale.
    TAX_CODE: Code = code("tax_code").search().matching().check(tax_code).personal(),
    /// Its code in the program of the administration.
    CODE: Code = code("code").search().matching(),
    /// Works with us today.
    ACTIVE: YesNo = yes_no("active").starting(Default::Yes),
    /// What else is to be known.
    REMARKS: LongText = long_text("remarks"),
}}

/// The description of subjects.
pub fn subject() -> Entity {
    Entity::new(SUBJECT, "subjects", fields())
        .titled(&NAME)
        .searchable()
        .importable()
        .compared(&["name", "vat_number", "tax_code", "phone", "email"])
        .through("accounts", ACCOUNT_SUBJECT, "subject", "account")
        .children("people", SUBJECT, "agency")
        .belongings("notes", "note", "about")
        .belongings("documents", "document", "about")
        .columns(&["name", "role", "agency", "zone", "phone", "email", "active"])
        .head(&["role", "agency", "zone", "phone", "email"])
        .section("subject", &["name", "kind", "role", "agency", "zone", "user", "active"])
        .section("reach", &["phone", "email"])
        .section("fiscal", &["vat_number", "tax_code", "code"])
        .section("remarks", &["remarks"])
}

/// The attachment of a subject to an account.
pub mod attachment {
    use super::Role;
    use meta::field::Default;
    use meta::fields::{Choices, DateOnly, Link, Percent, Text, Vocabulary, YesNo, choice, date, link, percent, text, vocabulary, yes_no};
    meta::entity! { "account_subject" {
        /// In which role.
        ROLE: Choices<Role> = choice::<Role>("role").required().default("agent"),
        /// The account.
        ACCOUNT: Link = link("account", "account").required(),
        /// The subject.
        SUBJECT: Link = link("subject", "subject").required(),
        /// The first to turn to in this role.
        MAIN: YesNo = yes_no("main"),
        /// How much of what is earned there is its own.
        SHARE: Percent = percent("share"),
        /// From this day; from ever where it is empty.
        SINCE: DateOnly = date("since").starting(Default::Today),
        /// Until this day, that included; until further notice where it is empty.
        UNTIL: DateOnly = date("until"),
        /// For this territory.
        ZONE: Vocabulary = vocabulary("zone", "zone"),
        /// What else is to be known.
        REMARKS: Text = text("remarks"),
    }}
}

/// The description of attachments.
pub fn account_subject() -> Entity {
    Entity::new(ACCOUNT_SUBJECT, "account_subjects", attachment::fields())
        .seen(meta::Visibility::Through("account"))
        .lasting("since", "until")
        .index(&["account", "role"])
        .index(&["subject", "role"])
        .columns(&["account", "subject", "role", "main", "share", "since", "until", "zone"])
        .section("attachment", &["account", "subject", "role", "main", "share", "since", "until", "zone", "remarks"])
        .joining()
}

fn vat_number(text: &str) -> Result<String, Say> {
    italy::VatNumber::parse(text).map(|number| number.as_str().to_owned())
}

fn tax_code(text: &str) -> Result<String, Say> {
    italy::TaxCode::parse(text).map(|code| code.as_str().to_owned())
}
