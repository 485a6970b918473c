//! The fields of an account, one line each.

use crate::addresses::coordinates::{Location, location};
use crate::addresses::doubts::{of_an_address, of_an_email, of_emails};
use crate::addresses::{main_email, main_phone};
use kernel::Say;
use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{
    Address, Amount, Choices, Code, DateOnly, Email, Link, LongText, Text, Vocabularies, Vocabulary, Web, Whole, address, choice, code,
    date, email, link, long_text, money, phone, text, vocabularies, vocabulary, web, whole,
};
use meta::{Doubt, Entity, Postcodes, Record, choices, entity};

choices! {
    /// A company or a private person.
    Kind {
        /// A company, an office, an association.
        Company = "company" blue,
        /// A private person.
        Person = "person" grey,
    }
}

choices! {
    /// How far we are with each other.
    Stage {
        /// A name, nothing more.
        Suspect = "suspect" grey,
        /// Showed interest.
        Lead = "lead" grey,
        /// We are talking.
        Prospect = "prospect" blue,
        /// Bought.
        Customer = "customer" green,
        /// Bought once, no longer.
        Former = "former" none,
    }
}

entity! { "account" {
    /// Registered name of a company; family and given name of a person.
    NAME: Text = text("name").required().search().sortable(),
    /// Company or person.
    KIND: Choices<Kind> = choice::<Kind>("kind").required().default("company"),
    /// The step of its life.
    STAGE: Choices<Stage> = choice::<Stage>("stage").required().default("suspect"),
    /// Since when it is at this step.
    STAGE_SINCE: DateOnly = date("stage_since").read_only().sortable(),
    /// The name on the sign, where it differs.
    TRADE_NAME: Text = text("trade_name").search(),
    /// Who looks after it.
    OWNER: Link = link("owner", "user").starting(Default::Me),
    /// Partita IVA, or the VAT number of another country of the Union.
    VAT_NUMBER: Code = code("vat_number").search().matching().check(vat_number),
    /// Codice fiscale, of a person or a company.
    TAX_CODE: Code = code("tax_code").search().matching().check(tax_code).personal(),
    /// PEC, for what has legal weight; never for marketing.
    PEC: Email = email("pec").search(),
    /// Codice destinatario of the exchange system.
    RECIPIENT_CODE: Code = code("recipient_code").check(recipient_code),
    /// Registered office, or where the person lives.
    ADDRESS: Address = address(),
    /// Where that is.
    LOCATION: Location = location(),
    /// The main phone, mirrored from the lines.
    PHONE: meta::fields::Phone = phone("phone").computed(main_phone),
    /// The main e-mail, mirrored from the lines.
    EMAIL: Email = email("email").computed(main_email),
    /// Web site.
    WEB_SITE: Web = web("web_site"),
    /// What it makes or does.
    SECTOR: Vocabulary = vocabulary("sector", "sector"),
    /// The market it sells to.
    MARKET: Vocabulary = vocabulary("market", "market"),
    /// Our commercial zone.
    ZONE: Vocabulary = vocabulary("zone", "zone"),
    /// What it may buy.
    INTERESTS: Vocabularies = vocabularies("interests", "product-interest"),
    /// The services it expects.
    SERVICES: Vocabularies = vocabularies("services", "service-expected"),
    /// What of our competitors it uses.
    COMPETING_TOOLS: Vocabularies = vocabularies("competing_tools", "competing-tool"),
    /// Where it came from.
    SOURCE: Vocabulary = vocabulary("source", "source"),
    /// What we call it, in words of our own.
    TAGS: Vocabularies = vocabularies("tags", crate::tags::TAGS).open(),
    /// Its yearly revenue.
    REVENUE: Amount = money("revenue").sortable(),
    /// How many work there.
    EMPLOYEES: Whole = whole("employees").sortable(),
    /// How much it may owe us.
    CREDIT_LIMIT: Amount = money("credit_limit").sortable(),
    /// Its code in the program of the administration.
    CODE: Code = code("code").search().matching(),
    /// What else is to be known.
    REMARKS: LongText = long_text("remarks"),
}}

/// The description of accounts.
pub fn account() -> Entity {
    Entity::new("account", "accounts", fields())
        .titled(&NAME)
        .seen(Visibility::Owner("owner"))
        .doubted(&["address", "emails", "pec"], doubts)
        .attended("subjects", "user", "agency")
        .searchable()
        .importable()
        .mailed(&EMAIL)
        .lines("emails", "email", "parent")
        .lines("phones", "phone", "parent")
        .compared(&["name", "trade_name", "vat_number", "tax_code", "phones.number", "emails.address", "pec", "web_site", "address"])
        .through("contacts", "account_contact", "account", "contact")
        .through("subjects", "account_subject", "account", "subject")
        .belongings("relations", "relation", "party")
        .belongings("related", "relation", "counterparty")
        .belongings("sites", "site", "account")
        .belongings("notes", "note", "about")
        .belongings("documents", "document", "about")
        .children("consents", "consent", "about")
        .children("steps", "account_step", "account")
        .index(&["address.city", "name"])
        .index(&["address.province", "name"])
        .index(&["stage", "name"])
        .index(&["owner", "name"])
        .columns(&["name", "stage", "address.city", "phone", "email", "vat_number", "owner"])
        .head(&["stage", "owner", "zone", "phone", "email", "address.city", "vat_number", "revenue", "credit_limit"])
        .section("identity", &["name", "kind", "stage", "owner", "tags", "trade_name", "sector", "market", "employees"])
        .section("reach", &["phones", "emails", "web_site", "address", "coordinates_by_hand"])
        .section("fiscal", &["vat_number", "tax_code", "pec", "recipient_code", "code"])
        .section("profile", &["zone", "source", "interests", "services", "competing_tools"])
        .section("size", &["revenue", "credit_limit"])
        .section("remarks", &["remarks"])
}

fn doubts(record: &Record, postcodes: &Postcodes) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    of_an_address(record, &ADDRESS, postcodes, &mut doubts);
    of_emails(record, &mut doubts);
    of_an_email(record, &PEC, &mut doubts);
    doubts
}

pub(crate) fn vat_number(text: &str) -> Result<String, Say> {
    italy::VatNumber::parse(text).map(|number| number.as_str().to_owned())
}

pub(crate) fn tax_code(text: &str) -> Result<String, Say> {
    italy::TaxCode::parse(text).map(|code| code.as_str().to_owned())
}

pub(crate) fn recipient_code(text: &str) -> Result<String, Say> {
    italy::RecipientCode::parse(text).map(|code| code.as_str().to_owned())
}
