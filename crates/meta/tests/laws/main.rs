//! The laws of filters that need no database: reading and writing their text.

mod garbage;
mod model;
mod text;
mod trees;
