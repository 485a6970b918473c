//! Mail out over SMTP: one message, or many over one [`Line`]; the server's own answer back. The certificate is verified, and where
//! TLS is asked for there is no way around it: a server that does not offer it gets nothing.

mod content;
mod fate;
mod letter;
mod line;
mod offers;
mod path;
mod reply;
mod trust;

pub use fate::{Fate, Outgoing, Stage};
pub use letter::{Letter, Person};
pub use line::Line;
pub(crate) use path::Path;
pub use reply::Enhanced;
pub use trust::Trust;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::timeout;

/// How long the whole conversation may take, or a step of a line, unless it is said otherwise.
const PATIENCE: Duration = Duration::from_secs(45);

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: only to this machine itself.
    None,
    /// Begun in the open and made private before anything is said; refused by a server that can't.
    StartTls,
    /// Private from the first byte.
    Tls,
}

/// The server that takes mail, and who we are to it.
#[derive(Clone)]
pub struct Server {
    /// Its name, which its certificate has to say.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub security: Security,
    /// The user; empty where it wants none.
    pub user: String,
    /// His password.
    pub password: String,
    /// What we call ourselves in the greeting.
    pub greeting: String,
    /// Certificates (DER) that are trusted beside those of the system.
    pub trusted: Vec<Vec<u8>>,
    /// How long the whole conversation may take, and over a [`Line`] each step of it; none for the usual three quarters of a minute.
    pub patience: Option<Duration>,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// What was to be sent can't be a message: an address that is none, a name with a line break.
    Unfit(String),
    /// Without TLS mail goes to this machine only.
    Open,
    /// It did not work, and may work later: no connection, a certificate that is not the server's, an answer of the 400s.
    Later(String),
    /// The server refuses for good: an answer of the 500s.
    Never(String),
}

impl Server {
    /// Whether the host is this machine itself, by one of its names.
    pub fn is_here(&self) -> bool {
        let host = self.bare_host();
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }

    /// Its name, or its address without the brackets.
    fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Sends one message over a line of its own; gives what the server answered to it.
    pub async fn send(&self, letter: &Letter) -> Result<String, Refused> {
        let outgoing = letter.written()?;
        let sent = async {
            let mut line = Line::open(self).await?;
            let fates = line.deliver(&[outgoing]).await;
            Ok((line, fates))
        };
        let late = || Refused::Later("timed out".to_owned());
        let (line, fates) = timeout(self.patience.unwrap_or(PATIENCE), sent).await.unwrap_or_else(|_| Err(late()))?;
        line.quit().await;
        match fates.into_iter().next() {
            Some(Fate::Taken(answer)) => Ok(answer),
            Some(fate) if fate.is_permanent() => Err(Refused::Never(fate.to_string())),
            other => Err(Refused::Later(other.map_or_else(String::new, |fate| fate.to_string()))),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}:{}, {:?})", self.host, self.port, self.security)
    }
}

#[cfg(test)]
mod tests;
