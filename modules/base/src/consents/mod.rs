//! Consents: a ledger of who agreed to what, by which way, on what basis, since when, and how we know. Only added to.

pub mod entity;
mod rules;
pub mod texts;

#[cfg(test)]
mod tests;

pub use entity::consent;

use engine::Slice;

/// The purposes that a ledger begins with; the company may rename and add.
const PURPOSES: &[(&str, &str)] = &[("Marketing", "Marketing"), ("Profilazione", "Profiling"), ("Cessione a terzi", "Third parties")];

/// What consents register.
pub fn slice() -> Slice {
    Slice::new("consents")
        .entity(texts::consent_text())
        .entity(entity::consent())
        .hook("consent_text", texts::kept)
        .hook("consent", rules::kept)
        .terms(entity::PURPOSES, PURPOSES)
        .words(include_str!("words.toml"))
}
