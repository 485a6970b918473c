//! One message of the program's own: plain text and the same as simple HTML.

use super::{Outgoing, Path, Refused};
use crate::mail::Mail;
use kernel::Moment;

/// Somebody with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// His name; empty for the address alone.
    pub name: String,
    /// His address.
    pub address: String,
}

/// One message to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is known by, the same however often it is sent: letters, digits and hyphens.
    pub id: String,
    /// When it was written.
    pub at: Moment,
    /// From whom.
    pub from: Person,
    /// To whom.
    pub to: Person,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl Letter {
    /// The message as it goes over the wire. `Unfit` where a header would be more than one line, or an address is none.
    pub(super) fn written(&self) -> Result<Outgoing, Refused> {
        let unfit = |cause: &str| Refused::Unfit(cause.to_owned());
        if self.id.is_empty() || !self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(unfit("an identity that is none"));
        }
        let from = Path::read(&self.from.address).ok_or_else(|| unfit("an address that is none"))?;
        let domain = from.text.rsplit('@').next().unwrap_or_default();
        let mail = Mail {
            id: format!("{}@{domain}", self.id),
            at: self.at,
            from: self.from.clone(),
            reply_to: None,
            to: self.to.clone(),
            subject: self.subject.clone(),
            // Nobody's holiday notice answers a program.
            headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
            text: self.text.clone(),
            html: self.html.clone(),
            pictures: Vec::new(),
            attachments: Vec::new(),
        };
        Ok(Outgoing { from: self.from.address.clone(), to: self.to.address.clone(), content: mail.written()?.into() })
    }
}
