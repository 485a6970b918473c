//! A short message on the next page: carried there by a sealed cookie of a minute, so that a redirect can say what
//! was done and offer to undo it.

use crate::pages::reader::{Reader, cookie};
use crate::pages::speech::Speech;
use crate::{Answer, Web};
use axum::response::Response;
use http::HeaderMap;
use http::header::HeaderValue;
use kernel::{Error, Id, Result};

/// A short message.
pub(crate) struct Toast {
    /// How it sounds: `good`, `bad`, or nothing.
    pub(crate) tone: &'static str,
    /// What it says.
    pub(crate) text: String,
    /// Where it is undone; empty where it can't be.
    pub(crate) undo: String,
}

const COOKIE: &str = "scheda_toast";
const PURPOSE: &str = "toast";
/// The name of a record is cut here: a cookie is small.
const MOST_LETTERS: usize = 80;

/// The cookie that carries a message: its key, the name of what it is about, the changeset to be undone.
pub(crate) fn send(web: &Web, csrf: &str, key: &str, name: &str, changeset: Option<Id>) -> Result<HeaderValue> {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(MOST_LETTERS).collect();
    let undo = changeset.map(|id| id.to_string()).unwrap_or_default();
    let sealed = web.seal().seal(PURPOSE, format!("{csrf}\n{key}\n{undo}\n{name}").as_bytes());
    let secure = if web.secure() { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{COOKIE}={sealed}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax{secure}")).map_err(Error::internal)
}

/// The message that the page before left, if it was left for this session.
pub(crate) fn read(web: &Web, csrf: &str, headers: &HeaderMap, speech: &Speech) -> Option<Toast> {
    let opened = web.seal().open(PURPOSE, cookie(headers, COOKIE)?)?;
    let text = String::from_utf8(opened).ok()?;
    let mut parts = text.splitn(4, '\n');
    let (whose, key, undo, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if whose != csrf {
        return None;
    }
    let tone = if key.ends_with("-partly") { "" } else { "good" };
    let undo = if undo.is_empty() { String::new() } else { format!("/changes/{undo}/undo") };
    Some(Toast { tone, text: speech.with(key, &[("name", name)]), undo })
}

/// Says something beside an answer to a module of ours, with the way to undo it.
pub(crate) fn beside(reader: &Reader, response: Response, key: &str, name: &str, changeset: Id) -> Answer {
    let text = reader.speech.with(key, &[("name", name)]);
    carried(response, &serde_json::json!({ "toast": { "text": text, "tone": "good", "undo": format!("/changes/{changeset}/undo") } }))
}

/// Says a sentence beside an answer to a module of ours.
pub(crate) fn telling(response: Response, text: &str, tone: &str) -> Answer {
    carried(response, &serde_json::json!({ "toast": { "text": text, "tone": tone } }))
}

fn carried(mut response: Response, said: &serde_json::Value) -> Answer {
    // A header is written in ASCII.
    let mut header = String::new();
    for letter in said.to_string().chars() {
        match letter.is_ascii() {
            true => header.push(letter),
            false => letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| header.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    response.headers_mut().insert("hx-trigger", HeaderValue::from_str(&header).map_err(Error::internal)?);
    Ok(response)
}

/// The header that takes the message away once it was shown.
pub(crate) fn gone() -> HeaderValue {
    HeaderValue::from_static("scheda_toast=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}
