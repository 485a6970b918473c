//! The ledger: one row for each recipient of a mailing, made before the first message goes out. It is the queue, the log and the
//! statistics at once; its counts are counts of its states.

pub mod counts;
pub mod entity;

use engine::Slice;

/// What the ledger registers.
pub fn slice() -> Slice {
    Slice::new("deliveries")
        .entity(entity::delivery())
        .extend("account", |account| account.children("deliveries", entity::DELIVERY, "recipient"))
        .extend("contact", |contact| contact.children("deliveries", entity::DELIVERY, "recipient"))
        .words(include_str!("words.toml"))
}
