//! SQLite's errors as ours.

use crate::conflict::Uniques;
use kernel::{Error, Say};
use rusqlite::ErrorCode;
use rusqlite::ffi::{
    SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE, SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC,
};

pub(super) fn translate(error: rusqlite::Error, uniques: &Uniques) -> Error {
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return Error::internal(error);
    };
    match (code.code, code.extended_code) {
        (_, SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_ROWID) => {
            uniques.named_by_sqlite(message.as_deref().unwrap_or_default())
        }
        // What was written before may be lost, and the system will not say so a second time: nothing that goes on from here could
        // be believed. Whoever watches the process starts it again, and the journal tells what is there.
        (_, SQLITE_IOERR_FSYNC | SQLITE_IOERR_DIR_FSYNC) => {
            tracing::error!(%error, "the disk did not keep what it was given: the process ends");
            std::process::abort();
        }
        (ErrorCode::DiskFull, _) => Error::Unavailable(Say::new("error-disk-full")),
        (ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly, _) => {
            tracing::error!(%error, "the disk failed");
            Error::Unavailable(Say::new("error-disk"))
        }
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted, _) => Error::Busy(1),
        _ => Error::internal(error),
    }
}

/// An error of the file system.
pub(crate) fn from_disk(error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::NotFound,
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Unavailable(Say::new("error-disk-full")),
        _ => {
            tracing::error!(%error, "the disk failed");
            Error::Unavailable(Say::new("error-disk"))
        }
    }
}
