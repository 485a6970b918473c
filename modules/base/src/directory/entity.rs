//! The fields of a name in the data bank, one line each.

use kernel::Say;
use meta::fields::{
    Address, Amount, Choices, Code, DateOnly, Email, Link, LongText, MomentOf, Phone, Text, Vocabulary, Web, Whole, address, choice, code,
    date, email, link, long_text, moment, money, phone, text, vocabulary, web, whole,
};
use meta::{Entity, choices, entity};

/// The entity of names.
pub const DIRECTORY_ENTRY: &str = "directory_entry";

choices! {
    /// How large by yearly revenue, as lists are sold.
    Band {
        /// Up to half a million euros.
        Smallest = "to-500k" grey,
        /// From half a million to two.
        Small = "500k-2m" grey,
        /// From two to ten.
        Medium = "2m-10m" grey,
        /// From ten to fifty.
        Large = "10m-50m" grey,
        /// Beyond fifty.
        Largest = "over-50m" grey,
    }
}

choices! {
    /// What became of a name.
    State {
        /// Nobody works on it.
        Free = "free" blue,
        /// Became a lead of ours.
        Extracted = "extracted" green,
        /// Was a customer of ours already.
        Known = "known" amber,
        /// Not worth a call.
        Discarded = "discarded" none,
    }
}

entity! { "directory_entry" {
    /// Registered name of a company; family and given name of a person.
    NAME: Text = text("name").required().search().sortable().personal(),
    /// Company or person.
    KIND: Choices<crate::accounts::entity::Kind> = choice::<crate::accounts::entity::Kind>("kind").required().default("company"),
    /// What became of it.
    STATE: Choices<State> = choice::<State>("state").required().default("free"),
    /// Why it was discarded.
    REASON: Text = text("reason"),
    /// Given name of whom to ask for.
    CONTACT_GIVEN: Text = text("contact_given").personal(),
    /// Family name of whom to ask for.
    CONTACT_FAMILY: Text = text("contact_family").search().personal(),
    /// What he does there.
    CONTACT_ROLE: Text = text("contact_role"),
    /// Where it is.
    ADDRESS: Address = address(),
    /// Phone.
    PHONE: Phone = phone("phone").search().matching(),
    /// E-mail.
    EMAIL: Email = email("email").search().matching(),
    /// Web site.
    WEB_SITE: Web = web("web_site"),
    /// Partita IVA.
    VAT_NUMBER: Code = code("vat_number").search().matching().check(vat_number),
    /// What it makes or does.
    SECTOR: Vocabulary = vocabulary("sector", "sector"),
    /// How large by yearly revenue.
    REVENUE_BAND: Choices<Band> = choice::<Band>("revenue_band"),
    /// How many work there.
    EMPLOYEES: Whole = whole("employees").sortable(),
    /// The list it came with.
    LIST: Text = text("list").search().sortable(),
    /// The day on which that was bought or collected.
    LIST_DAY: DateOnly = date("list_day").sortable(),
    /// What this one name cost.
    COST: Amount = money("cost"),
    /// The account it became, or was already.
    ACCOUNT: Link = link("account", "account").read_only(),
    /// When it was extracted.
    EXTRACTED_AT: MomentOf = moment("extracted_at").read_only(),
    /// Who extracted it.
    EXTRACTED_BY: Link = link("extracted_by", "user").read_only(),
    /// What else is to be known.
    REMARKS: LongText = long_text("remarks"),
}}

/// The description of names.
pub fn directory_entry() -> Entity {
    Entity::new(DIRECTORY_ENTRY, "directory_entries", fields())
        .titled(&NAME)
        .searchable()
        .importable()
        .compared(&["name", "vat_number", "phone", "email", "web_site", "address"])
        .belongings("notes", "note", "about")
        .belongings("documents", "document", "about")
        .index(&["address.city", "name"])
        .index(&["address.province", "name"])
        .index(&["sector", "name"])
        .index(&["state", "name"])
        .columns(&["name", "state", "sector", "address.city", "phone", "email", "list"])
        .head(&["state", "phone", "email", "address.city", "vat_number", "account"])
        .section("name", &["name", "kind", "contact_given", "contact_family", "contact_role"])
        .section("reach", &["phone", "email", "web_site", "address"])
        .section("profile", &["vat_number", "sector", "revenue_band", "employees"])
        .section("origin", &["list", "list_day", "cost"])
        .section("outcome", &["state", "reason", "account", "extracted_at", "extracted_by"])
        .section("remarks", &["remarks"])
}

fn vat_number(text: &str) -> Result<String, Say> {
    italy::VatNumber::parse(text).map(|number| number.as_str().to_owned())
}
