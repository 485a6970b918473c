//! Suppression: addresses that are written to no more, on any topic or on one, whoever they belong to. Held against every message in
//! the transaction that lets it go.

pub mod entity;
mod rules;

pub(crate) use rules::{Reached, barred, suppress};

use engine::Slice;

/// What suppression registers.
pub fn slice() -> Slice {
    Slice::new("suppression").entity(entity::suppression()).hook(entity::SUPPRESSION, rules::once).words(include_str!("words.toml"))
}
