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

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

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

    /// Sends one message; gives what the server answered to it.
    pub async fn send(&self, letter: &Letter) -> Result<String, Refused> {
        if self.security == Security::None && !self.is_here() {
            return Err(Refused::Open);
        }
        let message = letter.written()?;
        let transport = self.transport()?;
        // The library's own patience ends with the connection: whoever then says nothing is left here.
        match tokio::time::timeout(self.patience.unwrap_or(PATIENCE), transport.send(message)).await {
            Err(_) => Err(Refused::Later("timed out".to_owned())),
            Ok(Ok(answer)) => Ok(format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" ")).trim().to_owned()),
            Ok(Err(fault)) if fault.is_permanent() => Err(Refused::Never(told(&fault))),
            Ok(Err(fault)) => Err(Refused::Later(told(&fault))),
        }
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, Refused> {
        let tls = match self.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(self.parameters()?),
            Security::Tls => Tls::Wrapper(self.parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(self.patience.unwrap_or(PATIENCE)))
            .hello_name(ClientId::Domain(self.greeting.clone()));
        if !self.user.is_empty() {
            builder = builder.credentials(Credentials::new(self.user.clone(), self.password.clone()));
        }
        Ok(builder.build())
    }

    fn parameters(&self) -> Result<TlsParameters, Refused> {
        let mut parameters = TlsParameters::builder(self.host.clone());
        for der in &self.trusted {
            let certificate = Certificate::from_der(der.clone()).map_err(|fault| Refused::Later(told(&fault)))?;
            parameters = parameters.add_root_certificate(certificate);
        }
        parameters.build_rustls().map_err(|fault| Refused::Later(told(&fault)))
    }
}

/// What went wrong, with its causes: the server's own words among them.
fn told(fault: &lettre::transport::smtp::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = deeper.source();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}:{}, {:?})", self.host, self.port, self.security)
    }
}

#[cfg(test)]
mod tests;
