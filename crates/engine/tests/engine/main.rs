//! The engine as its users see it, told on both databases; and the laws of filters and pages over random worlds.

#[path = "../../../meta/tests/laws/model.rs"]
mod model;
#[path = "../../../meta/tests/laws/trees.rs"]
mod trees;

mod agreement;
mod paging;
mod past;
mod seeing;
mod shop;
mod world;
mod writing;
