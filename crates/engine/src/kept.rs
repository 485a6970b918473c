//! What slices of every area need where they keep work and sentences: closures in the shapes that transactions take, and a sentence as a
//! row keeps it.

use crate::write::Slicing;
use kernel::Say;
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use store::{Tx, Work};

/// Work of one transaction.
pub fn in_tx<T, F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T> + Send + 'static>(work: F) -> F {
    work
}

/// Work of one slice.
pub fn in_slice<T, F: for<'s> FnOnce(&'s mut Slicing<'_>) -> Work<'s, T> + Send + 'static>(work: F) -> F {
    work
}

/// A sentence, as it is kept.
pub fn packed(say: &Say) -> String {
    let with: Vec<[&str; 2]> = say.with.iter().map(|(name, value)| [name.as_ref(), value.as_str()]).collect();
    json!({ "key": say.key, "with": with }).to_string()
}

/// A sentence, as it was kept.
pub fn unpacked(packed: &str) -> Say {
    let json: Json = serde_json::from_str(packed).unwrap_or_default();
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let with = json["with"].as_array().into_iter().flatten().map(|pair| (Cow::Owned(text(&pair[0])), text(&pair[1]))).collect();
    Say { key: Cow::Owned(text(&json["key"])), with }
}
