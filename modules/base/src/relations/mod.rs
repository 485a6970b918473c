//! Relations: how accounts and people are bound to each other (a parent company, a supplier, a spouse), in words that read from
//! either side, for a time.

mod bound;
mod entity;
mod installed;
mod types;

#[cfg(test)]
mod tests;

pub use entity::{RELATION, RELATION_TYPE, relation, relation_type};
pub use installed::install;

use engine::Slice;

/// What relations register.
pub fn slice() -> Slice {
    Slice::new("relations")
        .entity(entity::described_type())
        .entity(entity::described())
        .hook(RELATION_TYPE, types::both_ways)
        .hook(RELATION, bound::in_order)
        .words(include_str!("words.toml"))
}
