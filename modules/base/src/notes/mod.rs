//! Notes: what somebody wants to be known of an account, a contact or a site, written on its card and read on its timeline.

pub mod entity;

#[cfg(test)]
mod tests;

pub use entity::note;

use engine::{Change, Slice, Tx, Work};

/// What notes register.
pub fn slice() -> Slice {
    Slice::new("notes").entity(entity::note()).hook("note", placed).words(include_str!("words.toml"))
}

fn placed<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(crate::standing::place(tx, change, &entity::ABOUT, &entity::ACCOUNT))
}
