//! Lists: people and companies put together by hand, from a view, or by an import; and topics that people may subscribe to.

pub mod entity;
mod members;

use engine::Slice;

/// What lists register.
pub fn slice() -> Slice {
    Slice::new("lists")
        .entity(entity::list())
        .entity(entity::list_member())
        .hook(entity::LIST_MEMBER, members::once)
        .extend("account", |account| account.through("lists", entity::LIST_MEMBER, "who", "list"))
        .extend("contact", |contact| contact.through("lists", entity::LIST_MEMBER, "who", "list"))
        .bulk_action(members::adding("account"))
        .bulk_action(members::adding("contact"))
        .bulk_action(members::taking_off("account"))
        .bulk_action(members::taking_off("contact"))
        .words(include_str!("words.toml"))
}
