//! PostgreSQL's errors as ours.

use crate::conflict::Uniques;
use kernel::{Error, Say};
use std::error::Error as _;
use tokio_postgres::error::SqlState;

pub(crate) fn translate(error: tokio_postgres::Error, uniques: &Uniques) -> Error {
    let Some(fault) = error.as_db_error() else {
        let of_the_network = error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
        // Connecting fails with text only when no address answered.
        if of_the_network || error.to_string().starts_with("error connecting") || error.to_string().starts_with("timeout") {
            tracing::warn!(%error, "PostgreSQL is away");
            return away();
        }
        return Error::Internal(format!("{error}{}", error.source().map(|source| format!(": {source}")).unwrap_or_default()));
    };
    let code = fault.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return uniques.named_by_postgres(
            fault.table().unwrap_or_default(),
            fault.constraint().unwrap_or_default(),
            fault.detail().unwrap_or_default(),
        );
    }
    if [
        SqlState::QUERY_CANCELED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::TOO_MANY_CONNECTIONS,
    ]
    .contains(code)
    {
        return Error::Busy(1);
    }
    // A text too long for an index.
    if *code == SqlState::PROGRAM_LIMIT_EXCEEDED {
        tracing::warn!(%error, "a limit of PostgreSQL");
        return Error::invalid("", Say::new("error-too-long").with("most", 500));
    }
    if *code == SqlState::DISK_FULL {
        return Error::Unavailable(Say::new("error-disk-full"));
    }
    if *code == SqlState::IO_ERROR {
        return Error::Unavailable(Say::new("error-disk"));
    }
    // 08: the connection; 57P: shut down, or not yet up; 25006: a server that turned read-only.
    if code.code().starts_with("08") || code.code().starts_with("57P") || *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        tracing::warn!(%error, "PostgreSQL is away");
        return away();
    }
    Error::Internal(format!("{}: {} ({})", fault.severity(), fault.message(), code.code()))
}

pub(super) fn away() -> Error {
    Error::Unavailable(Say::new("error-database-away"))
}
