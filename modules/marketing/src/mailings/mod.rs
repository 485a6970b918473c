//! Mailings: a message, whom it is for, and how far it has come.

pub mod audience;
pub mod entity;
pub mod message;
mod pages;
pub mod preparing;
mod rules;
pub mod standing;

pub use pages::routes;

use engine::Slice;

/// What mailings register.
pub fn slice() -> Slice {
    Slice::new("mailings")
        .entity(entity::mailing())
        .entity(entity::audience())
        .hook(entity::MAILING, rules::guard)
        .job(preparing::Prepare)
        .words(include_str!("words.toml"))
}
