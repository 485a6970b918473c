//! Senders: in whose name mailings go out. Administrators make them, so that nobody writes in a name that is not the company's.

use engine::Slice;
use meta::entity::Granted;
use meta::fields::{Email, Text, email, text};
use meta::{Entity, entity};

/// The entity of senders.
pub const SENDER: &str = "sender";

entity! { "sender" {
    /// The name that readers see.
    NAME: Text = text("name").required().search().sortable(),
    /// The address that mailings come from.
    ADDRESS: Email = email("address").required().search(),
    /// Where answers go, if it is somewhere else.
    REPLY_TO: Email = email("reply_to"),
}}

/// What senders register.
pub fn slice() -> Slice {
    Slice::new("senders").entity(sender()).words(include_str!("words.toml"))
}

/// The description of senders.
pub fn sender() -> Entity {
    Entity::new(SENDER, "senders", fields())
        .titled(&NAME)
        .granted(Granted::Administered)
        .columns(&["name", "address", "reply_to", "changed_at"])
        .head(&["address", "reply_to"])
        .section("sender", &["name", "address", "reply_to"])
}
