//! Notes: what somebody wants to be known of an account, a contact or a site, written on its card and read on its timeline.

pub mod entity;
mod standing;

#[cfg(test)]
mod tests;

pub use entity::note;

use engine::Slice;

/// What notes register.
pub fn slice() -> Slice {
    Slice::new("notes").entity(entity::note()).hook("note", standing::placed).words(include_str!("words.toml"))
}
