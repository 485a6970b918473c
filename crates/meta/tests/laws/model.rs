//! A small model with a field of every kind: companies, their sites, the people who look after them, and lines
//! that belong to either.

use kernel::Say;
use meta::entity::{Entity, Visibility};
use meta::fields::{
    About, Amount, Choices, Code, DateOnly, Email, Link, LongText, MomentOf, Phone, Text, Vocabularies, Vocabulary, Web, Whole, YesNo,
    about, choice, code, date, email, link, long_text, moment, money, phone, text, vocabularies, vocabulary, web, whole, yes_no,
};
use meta::{Model, choices, entity};

choices! {
    /// The steps of a company's life.
    Stage {
        /// Unknown.
        Cold = "cold" grey,
        /// Known.
        Warm = "warm" amber,
        /// A word of the language of filters.
        Empty = "empty" red,
        /// Another one.
        Not = "not" red,
    }
}

/// Fields of a company.
pub mod company {
    use super::*;
    entity! { "company" {
        /// Folded, one line.
        NAME: Text = text("name").sortable(),
        /// Folded, several lines.
        NOTES: LongText = long_text("notes"),
        /// As it is, canonical.
        CODE: Code = code("code").check(upper).sortable(),
        /// Keys the code knows.
        STAGE: Choices<Stage> = choice::<Stage>("stage"),
        /// A key the company owns.
        SECTOR: Vocabulary = vocabulary("sector", "sector"),
        /// Several of them.
        INTERESTS: Vocabularies = vocabularies("interests", "interest"),
        /// An answer.
        ACTIVE: YesNo = yes_no("active"),
        /// A number.
        SIZE: Whole = whole("size").sortable(),
        /// Cents.
        CREDIT: Amount = money("credit").sortable(),
        /// A day.
        FOUNDED: DateOnly = date("founded").sortable(),
        /// A moment.
        CALLED: MomentOf = moment("called").sortable(),
        /// Folded, an address.
        EMAIL: Email = email("email"),
        /// Canonical by its kind.
        PHONE: Phone = phone("phone"),
        /// Folded, an address of the web.
        SITE: Web = web("web.address"),
        /// To a person.
        OWNER: Link = link("owner", "user").sortable(),
        /// To another company.
        PARENT: Link = link("parent", "company"),
        /// Never to be asked for.
        SECRET: Code = code("secret").secret(),
    }}
}

/// Fields of a person.
pub mod user {
    use super::*;
    entity! { "user" {
        /// Folded.
        NAME: Text = text("name").sortable(),
        /// To a company.
        EMPLOYER: Link = link("employer", "company"),
        /// A day.
        BORN: DateOnly = date("born"),
        /// A number.
        LEVEL: Whole = whole("level"),
    }}
}

/// Fields of a site.
pub mod site {
    use super::*;
    entity! { "site" {
        /// Folded.
        CITY: Text = text("address.city").sortable(),
        /// To its company.
        COMPANY: Link = link("company", "company"),
        /// To its keeper.
        KEEPER: Link = link("keeper", "user"),
        /// A day.
        OPENED: DateOnly = date("opened"),
        /// A moment.
        VISITED: MomentOf = moment("visited"),
        /// A number.
        SIZE: Whole = whole("size"),
        /// An answer.
        OPEN: YesNo = yes_no("open"),
        /// A key.
        STAGE: Choices<Stage> = choice::<Stage>("stage"),
    }}
}

/// Fields of a line.
pub mod line {
    use super::*;
    entity! { "line" {
        /// Cents.
        AMOUNT: Amount = money("amount"),
        /// Folded.
        NOTE: Text = text("note"),
        /// A day.
        DAY: DateOnly = date("day"),
        /// Whose it is.
        PARENT: About = about("parent", "parent_kind", &["company", "site"]),
        /// Its place.
        POSITION: Whole = whole("position"),
    }}
}

fn upper(text: &str) -> Result<String, Say> {
    if text.chars().any(char::is_whitespace) { Err(Say::new("error-code")) } else { Ok(text.to_uppercase()) }
}

/// The model.
pub fn model() -> Model {
    Model::new(vec![
        Entity::new("company", "companies", company::fields())
            .titled(&company::NAME)
            .seen(Visibility::Owner("owner"))
            .children("sites", "site", "company")
            .children("branches", "company", "parent")
            .lines("lines", "line", "parent"),
        Entity::new("user", "users", user::fields())
            .titled(&user::NAME)
            .children("owned", "company", "owner")
            .children("kept", "site", "keeper"),
        Entity::new("site", "sites", site::fields())
            .titled(&site::CITY)
            .seen(Visibility::Through("company"))
            .lines("lines", "line", "parent"),
        Entity::new("line", "lines", line::fields()).seen(Visibility::Parent("parent", "parent_kind")).inner().untracked(),
    ])
    .unwrap_or_else(|fault| panic!("the model of the laws: {fault}"))
}

/// How many cases a law is tried with; `SCHEDA_CASES` multiplies it.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment how long to search")]
pub fn cases(few: u32) -> u32 {
    few * std::env::var("SCHEDA_CASES").ok().and_then(|times| times.parse::<u32>().ok()).unwrap_or(1).max(1)
}
