//! What an entity is, what a filter is, and both to SQL. Pure.

pub mod shape;
