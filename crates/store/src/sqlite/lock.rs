//! One process serves from a data folder; the others may read.

use kernel::{Error, Result, Say};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// Takes the folder's lock, held until the file is dropped (or the process ends, however it ends).
pub(super) fn take(database: &Path) -> Result<File> {
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(|error| super::faults::from_disk(&error))?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("scheda.lock"))
        .map_err(|error| super::faults::from_disk(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Unavailable(Say::new("error-data-in-use"))),
        Err(TryLockError::Error(error)) => Err(super::faults::from_disk(&error)),
    }
}
