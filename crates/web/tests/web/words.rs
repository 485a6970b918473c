//! Every key of a sentence that the code may say has its words.

use crate::house::houses;
use std::collections::BTreeSet;
use std::path::Path;

/// The keys of sentences in the sources of the workspace.
fn keys(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target" && name != "tests" && name != "node_modules") {
                keys(&path, found);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") && path.file_name().is_some_and(|name| name != "tests.rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            for part in text.split("\"error-").skip(1) {
                let key: String = part.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-').collect();
                if part[key.len()..].starts_with('"') && !key.is_empty() {
                    found.insert(format!("error-{key}"));
                }
            }
        }
    }
}

#[tokio::test]
async fn every_error_has_a_sentence_in_both_languages() {
    let house = houses().await.remove(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = BTreeSet::new();
    for folder in ["crates", "modules", "app"] {
        keys(&root.join(folder), &mut found);
    }
    assert!(found.len() > 60, "{found:?}");
    let missing: Vec<&String> = found.iter().filter(|key| !house.web.words().has(key)).collect();
    assert!(missing.is_empty(), "no words for {missing:?}");
}
