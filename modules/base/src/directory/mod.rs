//! The data bank of names: bought and collected lists, from which leads are extracted.

pub mod entity;
mod extracting;
mod standing;

#[cfg(test)]
mod tests;

pub use entity::DIRECTORY_ENTRY;
pub use extracting::{EXTRACT, action, options};

use engine::Slice;

/// What the data bank registers.
pub fn slice() -> Slice {
    Slice::new("directory")
        .entity(entity::directory_entry())
        .hook(DIRECTORY_ENTRY, standing::of_an_entry)
        .bulk_action(extracting::action())
        .words(include_str!("words.toml"))
}
