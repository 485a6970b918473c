//! Normalising: names, companies, streets and places in one writing. Nothing that somebody typed is changed while he types: an
//! administrator sees what would become of which record, leaves out what he likes, and has it done as an action on many
//! records, which can be undone. The original stays in the history.

mod rules;

#[cfg(test)]
mod tests;

use engine::{BulkAction, Slice};

/// The key of the action.
pub const NORMALISE: &str = "normalise";

/// The rules that an action may have, each switched on by one of these.
pub mod options {
    use meta::fields::{YesNo, yes_no};
    use meta::{Entity, entity};

    entity! { "normalisation" {
        /// Names of people: capitals, accents, particles; titles into their own field; names in each other's field.
        PEOPLE: YesNo = yes_no("people").default("true"),
        /// Names of companies: capitals and accents.
        COMPANIES: YesNo = yes_no("companies").default("true"),
        /// Legal forms in one writing.
        FORMS: YesNo = yes_no("forms").default("true"),
        /// The street line.
        STREETS: YesNo = yes_no("streets").default("true"),
        /// Comune and province as they are called, a missing province put in, and a missing CAP by the company's list.
        PLACES: YesNo = yes_no("places").default("true"),
    }}

    /// What an entity's action asks for: those of the rules that have something to do there.
    pub fn asked(rules: &[&str]) -> Entity {
        let described = fields().into_iter().filter(|field| rules.contains(&field.key)).collect();
        Entity::new("normalisation", "normalisations", described)
    }
}

/// What normalising registers.
pub fn slice() -> Slice {
    let action = |entity, rules: &[&'static str], rewrites| {
        BulkAction::rewriting(NORMALISE, entity, options::asked(rules).section("rules", rules), rewrites)
    };
    Slice::new("normalising")
        .bulk_action(action("account", &["companies", "forms", "people", "streets", "places"], rules::of_an_account))
        .bulk_action(action("contact", &["people", "streets", "places"], rules::of_a_contact))
        .bulk_action(action("site", &["streets", "places"], rules::of_a_site))
        .words(include_str!("words.toml"))
}
