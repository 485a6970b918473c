//! The company's list of CAPs: loaded from a file by an administrator, held against addresses, replaced or taken away whole.

mod page;
mod reading;

#[cfg(test)]
mod tests;

pub use page::routes;
pub use reading::{MOST_BYTES, MOST_ROWS, read};

use engine::Slice;

/// What the list of CAPs registers.
pub fn slice() -> Slice {
    Slice::new("postcodes").words(include_str!("words.toml"))
}
