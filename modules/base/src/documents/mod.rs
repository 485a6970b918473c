//! Documents: files on the card of an account, a contact or a site, with all their versions, their folder and their expiry.

pub mod entity;
mod numbering;

#[cfg(test)]
mod tests;

use engine::{Change, Slice, Tx, Work};

/// What documents register.
pub fn slice() -> Slice {
    Slice::new("documents")
        .entity(entity::document())
        .entity(entity::version::document_version())
        .hook("document", placed)
        .hook("document", numbering::of_the_document)
        .hook("document_version", numbering::of_the_version)
        .words(include_str!("words.toml"))
}

fn placed<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(crate::standing::place(tx, change, &entity::ABOUT, &entity::ACCOUNT))
}
