//! The fields of an address that is written to no more, one line each.

use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{Choices, Email, Link, LongText, MomentOf, choice, email, link, long_text, moment};
use meta::{Entity, choices, entity};

/// The entity of suppressed addresses.
pub const SUPPRESSION: &str = "suppression";

choices! {
    /// Why an address is written to no more.
    Reason {
        /// Whoever has it asked for that.
        Unsubscribed = "unsubscribed" amber,
        /// Mail came back for good.
        Bounced = "bounced" red,
        /// Whoever has it called our mail unwanted.
        Complaint = "complaint" red,
        /// Somebody here decided it.
        ByHand = "by-hand" grey,
        /// It came with a list from another program.
        Imported = "imported" grey,
    }
}

entity! { "suppression" {
    /// The address.
    ADDRESS: Email = email("address").required().search().matching().personal(),
    /// The topic that is meant; everything where it is empty.
    TOPIC: Link = link("topic", "list"),
    /// Why.
    REASON: Choices<Reason> = choice::<Reason>("reason").required().default("by-hand"),
    /// Since when.
    SINCE: MomentOf = moment("since").required().starting(Default::Now).sortable(),
    /// How we know: the mailing, the words of a server.
    EVIDENCE: LongText = long_text("evidence").personal(),
    /// Who put it here.
    OWNER: Link = link("owner", "user").starting(Default::Me),
}}

/// The description of suppressed addresses.
pub fn suppression() -> Entity {
    let mut suppression = Entity::new(SUPPRESSION, "suppressions", fields())
        .titled(&ADDRESS)
        .seen(Visibility::Owner("owner"))
        .searchable()
        .importable()
        .columns(&["address", "topic", "reason", "since", "owner"])
        .head(&["reason", "topic", "since"])
        .section("suppression", &["address", "topic", "reason", "since", "evidence", "owner"]);
    suppression.sort = ("since", true);
    suppression
}
