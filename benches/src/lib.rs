//! What `bin/bench` runs.

pub mod customers;
pub mod machine;
