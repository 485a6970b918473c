//! The one error type. Sentences are keys with arguments; the page's language makes them words.

use std::borrow::Cow;
use std::fmt;

/// What every fallible verb gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A sentence to be said in the reader's language: the key of a message and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// The key in the words of the slices, such as `error-required`.
    pub key: Cow<'static, str>,
    /// Values for the message's places.
    pub with: Vec<(Cow<'static, str>, String)>,
}

impl Say {
    /// A sentence without arguments.
    pub const fn new(key: &'static str) -> Say {
        Say { key: Cow::Borrowed(key), with: Vec::new() }
    }

    /// The same sentence with one more argument.
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Say {
        self.with.push((Cow::Borrowed(name), value.to_string()));
        self
    }
}

impl fmt::Display for Say {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        for (name, value) in &self.with {
            write!(f, " {name}={value:?}")?;
        }
        Ok(())
    }
}

/// What is wrong, and with which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's key (`vat_number`, `phones.1.value`), or empty for the record as a whole.
    pub field: String,
    /// The sentence.
    pub say: Say,
}

/// All that is wrong with an input, field by field.
pub type Problems = Vec<Problem>;

/// Why a verb did not do what it was asked. Mapped to HTTP once, logged once.
#[derive(Debug)]
pub enum Error {
    /// There is no such thing, or the asker may not know that there is.
    NotFound,
    /// The asker may see it, but not do this.
    Forbidden(Say),
    /// The input is wrong; each problem names its field.
    Invalid(Problems),
    /// Somebody else was quicker, or the record already exists.
    Conflict(Conflict),
    /// Too much at once; try again after so many seconds.
    Busy(u32),
    /// A resource is missing for now: the disk is full, the database away.
    Unavailable(Say),
    /// A fault of ours. The text is for the log, never for the person.
    Internal(String),
}

/// What a conflict is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Conflict {
    /// The record has this version now; the write came for an older one.
    Stale {
        /// The version it has.
        version: i64,
    },
    /// A living record already has this value in a field that holds it once.
    Taken {
        /// The field.
        field: String,
    },
    /// The state does not allow it.
    State(Say),
}

impl Error {
    /// One field is wrong.
    pub fn invalid(field: impl Into<String>, say: Say) -> Error {
        Error::Invalid(vec![Problem { field: field.into(), say }])
    }

    /// A fault of ours.
    pub fn internal(cause: impl fmt::Display) -> Error {
        Error::Internal(cause.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound => f.write_str("not found"),
            Error::Forbidden(say) => write!(f, "forbidden: {say}"),
            Error::Invalid(problems) => {
                f.write_str("invalid:")?;
                for problem in problems {
                    write!(f, " {}: {};", problem.field, problem.say)?;
                }
                Ok(())
            }
            Error::Conflict(conflict) => write!(f, "conflict: {conflict:?}"),
            Error::Busy(seconds) => write!(f, "busy for {seconds} s"),
            Error::Unavailable(say) => write!(f, "unavailable: {say}"),
            Error::Internal(cause) => write!(f, "internal: {cause}"),
        }
    }
}

impl std::error::Error for Error {}
