//! The fields of a relation, and of the type that says its words.

use meta::{Entity, Visibility};

/// The entity of relations.
pub const RELATION: &str = "relation";
/// The entity of their types.
pub const RELATION_TYPE: &str = "relation_type";
/// What a relation binds.
pub(super) const ENDS: &[&str] = &["account", "contact"];

/// The fields of a type.
pub mod relation_type {
    use meta::fields::{Choices, Text, YesNo, choice, text, yes_no};

    meta::choices! {
        /// What may stand at an end.
        End {
            /// A company or a private person.
            Account = "account" grey,
            /// A contact.
            Contact = "contact" grey,
            /// Either.
            Any = "any" grey,
        }
    }

    meta::entity! { "relation_type" {
        /// The words from the first to the second: «controlla».
        LABEL: Text = text("label").required().search().sortable(),
        /// The words back: «è controllata da»; the same where it reads alike from either side.
        INVERSE: Text = text("inverse").required().search(),
        /// What the first may be.
        FIRST: Choices<End> = choice::<End>("first").required().default("any"),
        /// What the second may be.
        SECOND: Choices<End> = choice::<End>("second").required().default("any"),
        /// No longer offered.
        RETIRED: YesNo = yes_no("retired"),
    }}
}

/// The fields of a relation.
pub mod relation {
    use super::ENDS;
    use meta::fields::{About, DateOnly, Link, Text, about, date, link, text};

    meta::entity! { "relation" {
        /// What else is to be known.
        REMARKS: Text = text("remarks"),
        /// The one of whom it is said.
        PARTY: About = about("party", "party_kind", ENDS).chosen().required(),
        /// What is said.
        TYPE: Link = link("type", "relation_type").required(),
        /// The other.
        COUNTERPARTY: About = about("counterparty", "counterparty_kind", ENDS).chosen().required(),
        /// From this day; from ever where it is empty.
        SINCE: DateOnly = date("since"),
        /// Until this day, that included; until further notice where it is empty.
        UNTIL: DateOnly = date("until"),
    }}
}

pub(super) fn described_type() -> Entity {
    Entity::new(RELATION_TYPE, "relation_types", relation_type::fields())
        .titled(&relation_type::LABEL)
        .granted(meta::Granted::Administered)
        .columns(&["label", "inverse", "first", "second", "retired"])
        .section("relation_type", &["label", "inverse", "first", "second", "retired"])
}

pub(super) fn described() -> Entity {
    Entity::new(RELATION, "relations", relation::fields())
        .seen(Visibility::Ends([("party", "party_kind"), ("counterparty", "counterparty_kind")]))
        .mutual(["party", "counterparty"], "type", ["label", "inverse"])
        .lasting("since", "until")
        .columns(&["party", "type", "counterparty", "since", "until", "remarks"])
        .section("relation", &["party", "type", "counterparty", "since", "until", "remarks"])
        .joining()
}
