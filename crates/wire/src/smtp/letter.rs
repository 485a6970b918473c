//! One message: plain text and the same as simple HTML.

use super::Refused;
use kernel::Moment;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use std::time::{Duration, UNIX_EPOCH};

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

impl Person {
    fn mailbox(&self) -> Result<Mailbox, Refused> {
        if self.name.chars().any(char::is_control) {
            return Err(Refused::Unfit("a name with a line break".to_owned()));
        }
        let address = self.address.parse().map_err(|fault| Refused::Unfit(format!("{}: {fault}", self.address)))?;
        Ok(Mailbox::new(Some(self.name.trim().to_owned()).filter(|name| !name.is_empty()), address))
    }
}

impl Letter {
    /// The message as it goes over the wire. `Unfit` where a header would be more than one line, or an address is none.
    pub(super) fn written(&self) -> Result<Message, Refused> {
        let unfit = |cause: &str| Refused::Unfit(cause.to_owned());
        if self.subject.chars().any(char::is_control) {
            return Err(unfit("a subject with a line break"));
        }
        if self.id.is_empty() || !self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(unfit("an identity that is none"));
        }
        let from = self.from.mailbox()?;
        let domain = from.email.domain().to_owned();
        let date = UNIX_EPOCH + Duration::from_millis(self.at.millis().max(0) as u64);
        let parts = MultiPart::alternative()
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(self.text.clone()))
            .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(self.html.clone()));
        let mut message = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", self.id)))
            .date(date)
            .from(from)
            .to(self.to.mailbox()?)
            .subject(self.subject.clone())
            .multipart(parts)
            .map_err(|fault| unfit(&fault.to_string()))?;
        // Nobody's holiday notice answers a program.
        message.headers_mut().insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        Ok(message)
    }
}
