//! The fields of a list and of a place on it, one line each.

use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{About, Link, LongText, Text, YesNo, about, link, long_text, text, yes_no};
use meta::{Entity, entity};

/// The entity of lists.
pub const LIST: &str = "list";
/// The entity of places on lists.
pub const LIST_MEMBER: &str = "list_member";

/// Who stands on lists: whatever is mailable.
pub const MAILED: &[&str] = &["account", "contact"];

entity! { "list" {
    /// What it is called.
    NAME: Text = text("name").required().search().sortable().unique(),
    /// Whether it is a topic: those who get it are told its name, and may unsubscribe from it alone.
    TOPIC: YesNo = yes_no("topic"),
    /// What its readers are told about it.
    DESCRIPTION: Text = text("description"),
    /// Whose it is.
    OWNER: Link = link("owner", "user").starting(Default::Me),
    /// What else is to be known.
    REMARKS: LongText = long_text("remarks"),
}}

/// The description of lists.
pub fn list() -> Entity {
    Entity::new(LIST, "lists", fields())
        .titled(&NAME)
        .searchable()
        .belongings("members", LIST_MEMBER, "list")
        .columns(&["name", "topic", "description", "owner", "changed_at"])
        .head(&["topic", "owner"])
        .section("list", &["name", "topic", "description", "owner"])
        .section("remarks", &["remarks"])
}

/// The place of somebody on a list.
pub mod member {
    use super::*;
    entity! { "list_member" {
        /// The list.
        LIST: Link = link("list", "list").required(),
        /// Who stands on it.
        WHO: About = about("who", "who_kind", MAILED).chosen().required(),
    }}
}

/// The description of places on lists.
pub fn list_member() -> Entity {
    Entity::new(LIST_MEMBER, "list_members", member::fields())
        .titled(&member::WHO.record)
        .seen(Visibility::Parent("who", "who_kind"))
        .index(&["list", "who"])
        .columns(&["who", "list", "created_at", "created_by"])
        .section("member", &["list", "who"])
        .joining()
}
