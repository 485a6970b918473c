//! Who people are: users and teams, passwords, sessions, tokens, and the brake on guessing.

mod attempts;
mod first;
mod letters;
mod links;
mod password;
mod sessions;
mod tokens;
mod tree;
pub mod users;

pub use attempts::Attempt;
pub use links::{Link, Purpose};
pub use password::{MOST_PASSWORD_BYTES, fit_password};
pub use sessions::{Session, SignedIn};
pub use tokens::Token;
pub use users::{TEAM, USER};

use crate::area::Slice;

/// What identity registers.
pub(crate) fn slice() -> Slice {
    Slice::new("identity")
        .entity(users::team())
        .entity(users::user())
        .hook(TEAM, tree::placed)
        .hook("user", users::guard)
        .job(letters::Invitation)
        .job(letters::Reset)
}

/// The digest under which a secret is kept: SHA-256 in hexadecimal digits.
pub fn digest(secret: &str) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    Sha256::digest(secret.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
