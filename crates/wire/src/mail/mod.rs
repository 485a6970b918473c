//! One message to one person, as it stands between its first header and its last line (RFC 5322, MIME). The same id, date and parts
//! make the same bytes, so that what is sent again is what was sent before.

mod parts;

use crate::smtp::{Path, Person, Refused};
use bytes::Bytes;
use kernel::Moment;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;

/// Headers that are written from the other fields, or in other ways.
const OWN: [&str; 12] =
    ["from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version", "return-path", "dkim-signature"];
/// How long a line may be (RFC 5322, 2.1.1).
const LONGEST: usize = 998;

/// A message.
#[derive(Debug, Clone)]
pub struct Mail {
    /// What it is known by, the same however often it is sent: `…@domain`, without brackets.
    pub id: String,
    /// When it was written.
    pub at: Moment,
    /// From whom.
    pub from: Person,
    /// Who is to be answered, if it is somebody else.
    pub reply_to: Option<Person>,
    /// To whom.
    pub to: Person,
    /// What it is about.
    pub subject: String,
    /// Further headers, in their order: `List-Unsubscribe`, `X-…`.
    pub headers: Vec<(String, String)>,
    /// The text; empty where there is only HTML.
    pub text: String,
    /// The same as HTML; empty where there is only text.
    pub html: String,
    /// Pictures that the HTML shows (`cid:…`).
    pub pictures: Vec<Picture>,
    /// Files that come with it.
    pub attachments: Vec<Attachment>,
}

/// A picture inside the HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the HTML calls it, behind `cid:`; it has an @ in it, as an id of a message does.
    pub id: String,
    /// What it is: `image/png`.
    pub kind: String,
    /// The picture.
    pub content: Bytes,
}

/// A file that comes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// What it is: `application/pdf`.
    pub kind: String,
    /// The file.
    pub content: Bytes,
}

impl Mail {
    /// The message as it goes over the wire. `Unfit` where a header would be more than one line or is none, where an address or an
    /// id is none, and where there is nothing to read.
    pub fn written(&self) -> Result<Vec<u8>, Refused> {
        let mut message = MessageBuilder::new().date(self.at.millis().div_euclid(1000)).from(mailbox(&self.from)?);
        if let Some(person) = &self.reply_to {
            message = message.reply_to(mailbox(person)?);
        }
        message = message.to(mailbox(&self.to)?).subject(legible(&self.subject)?).message_id(identity(&self.id)?);
        for (name, value) in &self.headers {
            message = further(message, name, value)?;
        }
        let mut written = Vec::new();
        message.body(parts::of(self)?).serialize(&mut written);
        // On the way it would get one anyway.
        if !written.ends_with(b"\r\n") {
            written.extend_from_slice(b"\r\n");
        }
        // A word is never broken, so that one may be longer than a line can be.
        let headers = written.split(|byte| *byte == b'\n').take_while(|line| *line != b"\r");
        if headers.into_iter().any(|line| line.len() > LONGEST + 1) {
            return Err(unfit("a header with a word that is too long"));
        }
        Ok(written)
    }
}

/// With a header of the sender's own choice. What is for programs is never encoded: they would not read it.
fn further<'m>(message: MessageBuilder<'m>, name: &'m str, value: &'m str) -> Result<MessageBuilder<'m>, Refused> {
    let token = |byte: u8| byte.is_ascii_graphic() && byte != b':';
    let lower = name.to_ascii_lowercase();
    if name.is_empty() || name.len() > 76 || !name.bytes().all(token) {
        return Err(unfit("a header without a name"));
    }
    if OWN.contains(&lower.as_str()) || lower.starts_with("content-") {
        return Err(unfit("a header that is written already"));
    }
    let value = one_line(value)?;
    match value.is_ascii() {
        true if !value.is_empty() => Ok(message.header(name, Raw::new(value))),
        false if !lower.starts_with("list-") => Ok(message.header(name, Text::new(value))),
        _ => Err(unfit("a header that nobody can read")),
    }
}

/// Somebody with an address.
fn mailbox(person: &Person) -> Result<Address<'_>, Refused> {
    let path = Path::read(&person.address).ok_or_else(|| unfit("an address that is none"))?;
    let name = legible(&person.name)?;
    Ok(Address::new_address((!name.is_empty()).then_some(name), path.text))
}

/// An id of a message or a picture: letters and signs, and an @ in it.
fn identity(id: &str) -> Result<&str, Refused> {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let word = |word: &str| !word.is_empty() && word.bytes().all(sign);
    // A host without a name is an address in square brackets.
    let literal =
        |host: &str| host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|host| word(&host.replace(':', "")));
    let whole = id.len() <= 250 && id.split_once('@').is_some_and(|(left, right)| word(left) && (word(right) || literal(right)));
    if whole { Ok(id) } else { Err(unfit("an id that is none")) }
}

/// What people read: on one line, and not such that their programs read something else in it, as they do where it looks encoded.
fn legible(value: &str) -> Result<&str, Refused> {
    match value.split_once("=?") {
        Some((_, rest)) if rest.contains("?=") => Err(unfit("a header that looks encoded")),
        _ => one_line(value),
    }
}

/// A value without spaces around it, and with nothing in it that ends a line.
fn one_line(value: &str) -> Result<&str, Refused> {
    if value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(unfit("a header with a line break"));
    }
    Ok(value.trim())
}

fn unfit(cause: &str) -> Refused {
    Refused::Unfit(cause.to_owned())
}

#[cfg(test)]
mod tests;
