//! The fields of an e-mail line and of a phone line.

use meta::entity::Visibility;
use meta::fields::{About, Choices, Email, Phone, Text, Whole, YesNo, about, choice, text, whole, yes_no};
use meta::{Entity, choices};

choices! {
    /// Whose an address is.
    Use {
        /// At work.
        Work = "work" blue,
        /// At home.
        Home = "home" grey,
        /// A mobile phone.
        Mobile = "mobile" green,
        /// A fax.
        Fax = "fax" grey,
        /// Anything else.
        Other = "other" grey,
    }
}

choices! {
    /// What happened to an address.
    State {
        /// Nothing bad.
        Valid = "valid" green,
        /// Came back.
        Bounced = "bounced" red,
        /// Asked not to be written to.
        OptedOut = "opted-out" amber,
    }
}

const PARENTS: &[&str] = &["account", "contact", "site"];

/// Fields of an e-mail line.
pub mod emails {
    use super::*;
    meta::entity! { "email" {
        /// The address.
        ADDRESS: Email = meta::fields::email("address").required().search().matching().personal(),
        /// Whose it is.
        USE: Choices<Use> = choice::<Use>("use").default("work"),
        /// The first to be tried.
        MAIN: YesNo = yes_no("main"),
        /// What happened to it.
        STATE: Choices<State> = choice::<State>("state").default("valid").read_only(),
        /// Whom it reaches.
        PARENT: About = about("parent", "parent_kind", PARENTS),
        /// Its place among the others.
        POSITION: Whole = whole("position").read_only(),
    }}
}

/// Fields of a phone line.
pub mod phones {
    use super::*;
    meta::entity! { "phone" {
        /// The number in E.164.
        NUMBER: Phone = meta::fields::phone("number").required().search().matching().personal(),
        /// Whose it is.
        USE: Choices<Use> = choice::<Use>("use").default("work"),
        /// The first to be tried.
        MAIN: YesNo = yes_no("main"),
        /// Internal number, or who answers.
        NOTE: Text = text("note"),
        /// What happened to it.
        STATE: Choices<State> = choice::<State>("state").default("valid").read_only(),
        /// Whom it reaches.
        PARENT: About = about("parent", "parent_kind", PARENTS),
        /// Its place among the others.
        POSITION: Whole = whole("position").read_only(),
    }}
}

/// The entity of e-mail lines.
pub const EMAIL: &str = "email";
/// The entity of phone lines.
pub const PHONE: &str = "phone";

/// The description of e-mail lines.
pub fn email() -> Entity {
    Entity::new(EMAIL, "emails", emails::fields()).seen(Visibility::Parent("parent", "parent_kind")).inner().untracked()
}

/// The description of phone lines.
pub fn phone() -> Entity {
    Entity::new(PHONE, "phones", phones::fields()).seen(Visibility::Parent("parent", "parent_kind")).inner().untracked()
}
