//! A file of a folder of the server. Nothing leads out of the one folder that is allowed: no step back, no link.

use kernel::{Error, Moment, Result, Say};
use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A file as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) size: u64,
    /// When it was changed last, in milliseconds since 1970.
    pub(super) changed: i64,
}

impl Standing {
    /// What tells whether it stands as before.
    pub(super) fn mark(&self) -> String {
        format!("{}/{}/{}", self.size, self.changed, self.name)
    }

    /// Whether it was left alone for so long that nobody writes it any more.
    pub(super) fn is_old(&self, now: Moment) -> bool {
        now.millis() - self.changed > 60_000
    }
}

fn missing(folder: &str) -> Error {
    Error::invalid("folder", Say::new("error-schedule-folder").with("folder", if folder.is_empty() { "." } else { folder }))
}

/// The folder below the one that is allowed. Invalid where it is not there, or leads elsewhere.
pub(super) fn within(allowed: &Path, folder: &str) -> Result<PathBuf> {
    let plain = Path::new(folder).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !plain {
        return Err(Error::invalid("folder", Say::new("error-schedule-outside")));
    }
    let root = allowed.canonicalize().map_err(|_| missing(folder))?;
    let whole = root.join(folder).canonicalize().map_err(|_| missing(folder))?;
    if !whole.starts_with(&root) {
        return Err(Error::invalid("folder", Say::new("error-schedule-outside")));
    }
    if whole.is_dir() { Ok(whole) } else { Err(missing(folder)) }
}

/// The newest file of a folder whose name fits; none where there is none. Links are no files.
pub(super) fn newest(allowed: &Path, folder: &str, pattern: &str) -> Result<Option<Standing>> {
    let whole = within(allowed, folder)?;
    let unreadable = |fault: std::io::Error| Error::Unavailable(Say::new("error-import-unreadable").with("reason", fault));
    let mut newest: Option<Standing> = None;
    for entry in std::fs::read_dir(&whole).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !fits(pattern, &name) || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        // One that went meanwhile is none.
        let Ok(known) = entry.metadata() else { continue };
        let found = standing(entry.path(), name, &known);
        if newest.as_ref().is_none_or(|newest| (newest.changed, &newest.name) < (found.changed, &found.name)) {
            newest = Some(found);
        }
    }
    Ok(newest)
}

fn standing(path: PathBuf, name: String, known: &std::fs::Metadata) -> Standing {
    let changed = known.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_millis() as i64);
    Standing { path, name, size: known.len(), changed }
}

/// Opens a file that was found. None where it stands otherwise meanwhile, or is another.
pub(super) fn open(allowed: &Path, found: &Standing) -> Result<Option<File>> {
    use std::os::unix::fs::MetadataExt;
    let Ok(file) = File::open(&found.path) else { return Ok(None) };
    let root = allowed.canonicalize().map_err(|_| missing(""))?;
    // What was opened is what stands there, itself and no link, inside of the folder.
    let (Ok(opened), Ok(named), Ok(whole)) = (file.metadata(), std::fs::symlink_metadata(&found.path), found.path.canonicalize()) else {
        return Ok(None);
    };
    let same = named.is_file() && (opened.dev(), opened.ino()) == (named.dev(), named.ino()) && whole.starts_with(&root);
    Ok((same && standing(found.path.clone(), found.name.clone(), &opened) == *found).then_some(file))
}

/// Whether a name is one of a pattern, whose `*` is any letters and whose `?` is one; capitals are as small letters.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.to_lowercase().chars().collect(), name.to_lowercase().chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[place] => (at, place) = (at + 1, place + 1),
            // The last star takes one letter more.
            _ => match star {
                Some((stood, taken)) => {
                    star = Some((stood, taken + 1));
                    (at, place) = (stood + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}
