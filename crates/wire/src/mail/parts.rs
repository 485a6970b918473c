//! The parts of a message, one inside the other: files beside all else, text beside HTML, pictures beside the HTML that shows them.

use super::{Mail, identity, legible, unfit};
use crate::lines::lines;
use crate::smtp::Refused;
use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;
use ring::digest::{SHA256, digest};
use std::borrow::Cow;

/// The body of a message.
pub(super) fn of(mail: &Mail) -> Result<MimePart<'_>, Refused> {
    if mail.text.is_empty() && mail.html.is_empty() || mail.html.is_empty() && !mail.pictures.is_empty() {
        return Err(unfit("a message without anything to read"));
    }
    let mut readable = Vec::with_capacity(2);
    if !mail.text.is_empty() {
        readable.push(MimePart::new("text/plain", ended(&mail.text)));
    }
    if !mail.html.is_empty() {
        let mut shown = vec![MimePart::new("text/html", ended(&mail.html))];
        for picture in &mail.pictures {
            shown.push(MimePart::new(kind(&picture.kind)?, picture.content.as_ref()).inline().cid(identity(&picture.id)?));
        }
        readable.push(together("related", shown, mail));
    }
    let mut all = vec![together("alternative", readable, mail)];
    for file in &mail.attachments {
        all.push(MimePart::new(kind(&file.kind)?, file.content.as_ref()).attachment(legible(&file.name)?));
    }
    Ok(together("mixed", all, mail))
}

/// A text whose lines end in CRLF, as they have to before they are encoded (RFC 2049, 4); a NUL, which no mail can hold, is left out.
fn ended(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let whole = |end: usize| match bytes[end] {
        0 => false,
        b'\r' => bytes.get(end + 1) == Some(&b'\n'),
        _ => end > 0 && bytes[end - 1] == b'\r',
    };
    if memchr::memchr3_iter(0, b'\r', b'\n', bytes).all(whole) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 32 + 2);
    for line in lines(bytes) {
        out.extend(line.iter().filter(|byte| **byte != 0));
        out.extend_from_slice(b"\r\n");
    }
    if !text.ends_with(['\r', '\n']) {
        out.truncate(out.len() - 2);
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Several parts as one; a single one as it is.
fn together<'m>(how: &str, mut parts: Vec<MimePart<'m>>, mail: &Mail) -> MimePart<'m> {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    MimePart::new(ContentType::new(format!("multipart/{how}")).attribute("boundary", boundary(how, mail)), parts)
}

/// What stands between parts: made of the id, not of chance, and found in no text. Encoded bytes can't hold it either, because of
/// its first signs.
fn boundary(how: &str, mail: &Mail) -> String {
    let mut seal = mail.id.clone();
    loop {
        seal = digest(&SHA256, seal.as_bytes()).as_ref()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        if !mail.text.contains(&seal) && !mail.html.contains(&seal) {
            return format!("=_{how}_{seal}");
        }
    }
}

/// What a file is; without parameters.
fn kind(kind: &str) -> Result<&str, Refused> {
    let token = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    let whole = kind.len() <= 76 && kind.split_once('/').is_some_and(|(left, right)| token(left) && token(right));
    // Parts inside of a file are the file's own business; a file of them would be taken apart.
    if whole && !kind.to_ascii_lowercase().starts_with("multipart/") { Ok(kind) } else { Err(unfit("a kind of file that is none")) }
}
