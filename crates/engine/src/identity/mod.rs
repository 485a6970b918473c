//! Who people are: users and teams, passwords, sessions, tokens, and the brake on guessing.

mod attempts;
mod devices;
mod entering;
mod factors;
mod first;
mod letters;
mod links;
mod openid;
mod passkeys;
mod password;
mod pending;
mod policy;
mod preferences;
mod recovery;
mod sessions;
mod tokens;
mod totp;
mod tree;
pub mod users;

pub use attempts::Attempt;
pub use devices::said as browser_said;
pub use entering::{Entry, HalfIn};
pub use factors::{AppSeed, Factors, KeptPasskey};
pub use links::{Link, Purpose};
pub use openid::{Leading, Provider, Returned, Welcome, back as return_address};
pub use passkeys::Asked;
pub use password::{MOST_PASSWORD_BYTES, fit_password};
pub(crate) use policy::given_power;
pub use policy::{OfWhom, SignInPolicy};
pub use preferences::SIGNATURE;
pub use sessions::{Device, OpenSession, Session, SignedIn};
pub use tokens::Token;
pub use users::{TEAM, USER};

use crate::area::Slice;
use crate::secrets::Turning;
use kernel::Result;
use store::Tx;

/// What identity registers.
pub(crate) fn slice() -> Slice {
    Slice::new("identity")
        .entity(users::team())
        .entity(users::user())
        .hook(TEAM, tree::placed)
        .hook("user", users::guard)
        .job(letters::Invitation)
        .job(letters::Reset)
        .job(letters::Notice)
        .job(letters::Arrived)
}

/// Seals what people have secret here by the newest key.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    factors::turn(turning, tx).await?;
    recovery::turn(turning, tx).await?;
    pending::turn(turning, tx).await?;
    letters::turn(turning, tx).await?;
    openid::turn(turning, tx).await
}

/// What an authenticator app with this key shows at a moment; for tests.
#[cfg(feature = "testing")]
pub(crate) fn code_of_app(letters: &str, now: kernel::Moment) -> Option<String> {
    totp::code(&totp::bytes(&letters.replace(' ', ""))?, totp::step(now)).ok()
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
