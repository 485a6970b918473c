//! Sites: the places of an account, besides its registered office.

pub mod entity;

pub use entity::site;

use engine::Slice;

/// What sites register.
pub fn slice() -> Slice {
    Slice::new("sites")
        .entity(entity::site())
        .hook("site", crate::addresses::one_main)
        .hook("site", crate::addresses::coordinates::follow_the_address)
        .hook("site", crate::geocoding::follow)
        .words(include_str!("words.toml"))
}
