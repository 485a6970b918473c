//! A header as something to remember.

use sha2::{Digest, Sha256};

/// The columns that our own files of errors end with.
pub const ERROR_COLUMNS: [&str; 2] = ["errore", "error"];

/// What tells a header from others, whatever the order and the letters of its columns: what was said of one file holds
/// for the next of the same program. A column of errors, which our own answers have, does not count.
pub fn signature<'h>(header: impl IntoIterator<Item = &'h str>) -> String {
    let mut names: Vec<String> = header.into_iter().map(|name| kernel::fold(name.trim())).collect();
    names.retain(|name| !name.is_empty() && !ERROR_COLUMNS.contains(&name.as_str()));
    names.sort_unstable();
    let digest = Sha256::digest(names.join("\u{1f}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
