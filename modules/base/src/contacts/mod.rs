//! Contacts: people at one or more accounts, with their role there.

pub mod entity;
#[cfg(test)]
mod tests;

pub use entity::{ACCOUNT_CONTACT, contact};

use engine::Slice;

/// What contacts register.
pub fn slice() -> Slice {
    Slice::new("contacts")
        .entity(entity::contact())
        .entity(entity::account_contact())
        .hook("contact", crate::addresses::one_main)
        .words(include_str!("words.toml"))
}
