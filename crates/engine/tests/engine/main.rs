//! The engine as its users see it, told on both databases; and the laws of filters and pages over random worlds.

#[path = "../../../meta/tests/laws/model.rs"]
mod model;
#[path = "../../../meta/tests/laws/trees.rs"]
mod trees;

mod agreement;
mod auditing;
mod backing_up;
mod bulk;
mod examining;
mod finding;
mod gathering;
mod happening;
mod hearing;
mod own_fields;
mod paging;
mod past;
mod people;
mod seeing;
mod series;
mod shop;
mod tree;
mod working;
mod world;
mod writing;
