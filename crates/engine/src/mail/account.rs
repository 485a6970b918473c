//! The account that mail goes out through. Its password is kept as a ciphertext and never shown again.

use crate::Engine;
use crate::secrets::Turning;
use kernel::{Error, Problem, Result, Say};
use serde::{Deserialize, Serialize};
use store::Tx;
use wire::smtp::{Security, Server};

/// The row of the table of the installation.
const ROW: &str = "mail-account";
/// The place of its password.
const PLACE: &str = "installation/mail-account/password";

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Not at all: only to this machine itself.
    None,
    /// STARTTLS, required.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// An account of a mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAccount {
    /// The server's name, which its certificate has to say.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub security: MailSecurity,
    /// The user; empty where the server wants none.
    pub user: String,
    /// Whom letters come from, by name.
    pub sender_name: String,
    /// The address they come from.
    pub sender_address: String,
    /// The ciphertext of the password; empty without one.
    #[serde(default)]
    sealed: String,
}

impl MailAccount {
    /// An account without a password yet.
    pub fn new(host: &str, port: u16, security: MailSecurity, user: &str, sender: (&str, &str)) -> MailAccount {
        let text = |text: &str| text.trim().to_owned();
        MailAccount {
            host: text(host),
            port,
            security,
            user: text(user),
            sender_name: text(sender.0),
            sender_address: text(sender.1),
            sealed: String::new(),
        }
    }

    /// Whether a password is kept.
    pub fn has_password(&self) -> bool {
        !self.sealed.is_empty()
    }

    fn server(&self, password: String) -> Server {
        let greeting = self.sender_address.rsplit('@').next().unwrap_or("localhost").to_owned();
        Server {
            host: self.host.clone(),
            port: self.port,
            security: match self.security {
                MailSecurity::None => Security::None,
                MailSecurity::StartTls => Security::StartTls,
                MailSecurity::Tls => Security::Tls,
            },
            user: self.user.clone(),
            password,
            greeting,
            trusted: Vec::new(),
            patience: None,
        }
    }

    /// What is wrong with it.
    fn examined(&self, reading: &meta::Reading) -> Result<()> {
        let mut problems = Vec::new();
        let mut refuse = |field: &str, say: Say| problems.push(Problem { field: field.to_owned(), say });
        let odd = |text: &str| text.chars().count() > 200 || text.chars().any(char::is_control);
        let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if self.host.is_empty() {
            refuse("host", Say::new("error-required"));
        } else if odd(&self.host) || !self.host.chars().all(host) {
            refuse("host", Say::new("error-mail-host"));
        } else if self.security == MailSecurity::None && !self.server(String::new()).is_here() {
            refuse("security", Say::new("error-mail-open"));
        }
        if self.port == 0 {
            refuse("port", Say::new("error-mail-port"));
        }
        if odd(&self.user) {
            refuse("user", Say::new("error-mail-text"));
        }
        if odd(&self.sender_name) {
            refuse("sender_name", Say::new("error-mail-text"));
        }
        if self.sender_address.is_empty() {
            refuse("sender_address", Say::new("error-required"));
        } else if let Err(say) = meta::Kind::Email.parse(&self.sender_address, reading) {
            refuse("sender_address", say);
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}

/// Seals the password by the newest key.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    turning.installation(tx, ROW, PLACE).await
}

impl Engine {
    /// The account, if one is set.
    pub async fn mail_account(&self) -> Result<Option<MailAccount>> {
        self.installation(ROW).await?.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
    }

    /// Sets the account. Without a password the one that is kept stays, as long as it goes to the same server and user: a kept
    /// password is never said to another. `Invalid` where something is wrong with it.
    pub async fn set_mail_account(&self, account: MailAccount, password: Option<String>) -> Result<()> {
        account.examined(&meta::Reading { language: kernel::Language::Italian, zone: self.settings().zone.clone() })?;
        let before = self.mail_account().await?;
        let sealed = match password.filter(|password| !password.is_empty()) {
            Some(_) if account.user.is_empty() => return Err(Error::invalid("user", Say::new("error-mail-user"))),
            Some(password) => self.seal(PLACE, &password).await?,
            None if account.user.is_empty() => String::new(),
            None => match before {
                Some(before) if (&before.host, before.port, &before.user) == (&account.host, account.port, &account.user) => before.sealed,
                _ => return Err(Error::invalid("password", Say::new("error-mail-password"))),
            },
        };
        let text = serde_json::to_string(&MailAccount { sealed, ..account }).map_err(Error::internal)?;
        self.put_installation(ROW, text).await
    }

    /// The account and its server, ready to be spoken to.
    pub async fn mail_server(&self) -> Result<Option<(MailAccount, Server)>> {
        let Some(account) = self.mail_account().await? else { return Ok(None) };
        let password = if account.sealed.is_empty() { String::new() } else { self.unseal(PLACE, &account.sealed).await? };
        let mut server = account.server(password);
        server.trusted = self.inside.settings.trusted.clone();
        Ok(Some((account, server)))
    }
}
