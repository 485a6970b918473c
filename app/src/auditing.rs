//! What the command line did, in the audit: which command, and who ran it, by the name that the system gives him.

use engine::Engine;
use engine::audit::{COMMAND_LINE, Entry};
use kernel::{Id, Result};
use std::os::unix::fs::MetadataExt;

/// The longest name of a user of the system that is written down.
const MOST: usize = 32;

/// Keeps that a command did something, about a record where it is about one. `said` is the command without what is secret, and without
/// what only records may say.
pub async fn keep(engine: &Engine, event: &str, about: Option<(&str, Id)>, said: &str) -> Result<()> {
    let detail = match whose() {
        Some(name) => format!("{name}: scheda {said}"),
        None => format!("scheda {said}"),
    };
    let entry = Entry { through: COMMAND_LINE.to_owned(), detail, ..Entry::new(event) };
    let entry = match about {
        Some((entity, record)) => Entry { entity: entity.to_owned(), record: Some(record), ..entry },
        None => entry,
    };
    engine.audit(entry).await
}

/// Who runs the program, as the system's list of users calls him; none where it does not, or where the name is no plain one.
fn whose() -> Option<String> {
    let user = std::fs::metadata("/proc/self").ok()?.uid();
    named(&std::fs::read_to_string("/etc/passwd").ok()?, user)
}

fn named(list: &str, user: u32) -> Option<String> {
    let mut lines = list.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let line = lines.find(|line| line.get(2).and_then(|number| number.parse().ok()) == Some(user))?;
    let name = *line.first()?;
    let plain =
        !name.is_empty() && name.len() <= MOST && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    plain.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn only_a_plain_name_is_written_down() {
        let list =
            "root:x:0:0:root:/root:/bin/bash\nanna.neri:x:1000:1000::/home/anna:/bin/sh\n<b>:x:7:7::/:/bin/sh\n:x:8:8::/:/bin/sh\nbroken\n";
        assert_eq!(named(list, 0).as_deref(), Some("root"));
        assert_eq!(named(list, 1000).as_deref(), Some("anna.neri"));
        for unknown in [7, 8, 9] {
            assert_eq!(named(list, unknown), None, "{unknown}");
        }
    }
}
