//! Accounts: one record per company or private person through its whole life, each step of it dated.

pub mod entity;
pub(crate) mod steps;

#[cfg(test)]
mod tests;

pub use entity::*;
pub use steps::STEP;

use engine::Slice;

/// What accounts register.
pub fn slice() -> Slice {
    Slice::new("accounts")
        .entity(entity::account())
        .entity(steps::step())
        .hook("account", crate::addresses::one_main)
        .hook("account", crate::addresses::coordinates::follow_the_address)
        .hook("account", crate::geocoding::follow)
        .hook("account", steps::dated)
        .words(include_str!("words.toml"))
}
