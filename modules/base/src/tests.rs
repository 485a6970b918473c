//! What the tests of this area share.

use std::sync::{Arc, LazyLock};
use web::Words;

/// The words of the platform and of this area.
pub(crate) fn words() -> Arc<Words> {
    static WORDS: LazyLock<Arc<Words>> = LazyLock::new(|| {
        let slices: Vec<&str> = crate::area().slices.into_iter().map(|slice| slice.words).collect();
        Arc::new(Words::of_platform_and(&slices).expect("words"))
    });
    WORDS.clone()
}

mod merging;
