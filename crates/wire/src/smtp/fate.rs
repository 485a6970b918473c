//! What goes out over a line, and what became of it.

use super::reply::{Enhanced, Reply};
use bytes::Bytes;
use std::fmt;

/// One message for one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Where it comes back to if it can't be delivered; empty where it does not.
    pub from: String,
    /// The mailbox it is for.
    pub to: String,
    /// The message, headers and all. Its lines may end in CRLF, CR or LF; they go out in CRLF.
    pub content: Bytes,
}

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Whom it is from.
    Mail,
    /// Whom it is for.
    Rcpt,
    /// Its content is about to come.
    Data,
    /// Its content has come.
    End,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The server took it, in these words.
    Taken(String),
    /// The server, or we before it, refused it: nobody got it.
    Refused {
        /// At which command.
        stage: Stage,
        /// The answer's code: of the 400s for now, of the 500s for good.
        code: u16,
        /// The finer code, where there is one.
        enhanced: Option<Enhanced>,
        /// The words, on one line.
        text: String,
    },
    /// It was written to its end, in part or whole, and no answer came: it may have been taken.
    Doubt(String),
    /// It was not written to its end, so that nobody can have taken it; this is why.
    Untouched(String),
}

impl Fate {
    /// Whether it was refused for good: no later try will do better.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Fate::Refused { code: 500.., .. })
    }

    /// Whether it was refused for now: a later try may do better.
    pub fn is_transient(&self) -> bool {
        matches!(self, Fate::Refused { code: ..500, .. })
    }

    pub(super) fn refused(stage: Stage, reply: &Reply) -> Fate {
        Fate::Refused { stage, code: reply.code, enhanced: reply.enhanced(), text: reply.text() }
    }

    /// Refused by ourselves.
    pub(super) fn unfit(stage: Stage, code: u16, enhanced: Enhanced, text: &str) -> Fate {
        Fate::Refused { stage, code, enhanced: Some(enhanced), text: text.to_owned() }
    }
}

/// The words of the server, or of the connection's end.
impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Taken(words) | Fate::Doubt(words) | Fate::Untouched(words) => f.write_str(words),
            Fate::Refused { code, enhanced: Some(enhanced), text, .. } => write!(f, "{code} {enhanced} {text}"),
            Fate::Refused { code, text, .. } => write!(f, "{code} {text}"),
        }
    }
}
