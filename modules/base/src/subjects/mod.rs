//! Subjects: the agents, operators, referrers and agencies around the customers, with or without a login; each attached to
//! accounts in a role, for a time, with a share.

mod agencies;
mod attached;
pub mod entity;

#[cfg(test)]
mod tests;

pub use entity::{ACCOUNT_SUBJECT, SUBJECT};

use engine::Slice;

/// What subjects register.
pub fn slice() -> Slice {
    Slice::new("subjects")
        .entity(entity::subject())
        .entity(entity::account_subject())
        .hook(SUBJECT, agencies::of_agencies)
        .hook(ACCOUNT_SUBJECT, attached::in_order)
        .words(include_str!("words.toml"))
}
