//! Coming in: a session of one's own, and a mark by which the browser is known again at the next signing in.

use crate::caller::Visitor;
use crate::headers::network;
use crate::pages::answer;
use crate::pages::reader::cookie;
use crate::{Answer, Web};
use engine::identity::{Device, SignedIn, digest};
use http::HeaderMap;
use http::header::{self, HeaderValue};
use kernel::{Error, Result, fold};

/// The cookie of the mark, and what it is sealed for.
const MARK: &str = "scheda_browser";

/// What somebody comes in with; it stands in the list of sessions.
pub(crate) struct Coming {
    agent: String,
    network: String,
    known: String,
}

impl Coming {
    pub(crate) fn of(web: &Web, visitor: &Visitor, headers: &HeaderMap) -> Coming {
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let known = cookie(headers, browser(web)).unwrap_or_default();
        Coming { agent: agent.to_owned(), network: network(visitor.address).to_string(), known: known.to_owned() }
    }

    pub(crate) fn device(&self) -> Device<'_> {
        Device { agent: &self.agent, network: &self.network, known: Some(&self.known) }
    }
}

/// The way on for whoever came in, with his session and the browser's mark.
pub(crate) fn on_to(web: &Web, next: &str, email: &str, session: &SignedIn) -> Answer {
    let mut response = answer::to(next);
    response.headers_mut().append(header::SET_COOKIE, web.session_cookie(&session.secret)?);
    response.headers_mut().append(header::SET_COOKIE, mark(web, email)?);
    if let Some(known) = &session.known {
        let secure = if web.secure() { "; Secure" } else { "" };
        let kept = format!("{}={known}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax{secure}", browser(web));
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&kept).map_err(Error::internal)?);
    }
    Ok(response)
}

/// The cookie by which a browser is known as one of its people's: it opens nothing, and stays as long as browsers keep any.
fn browser(web: &Web) -> &'static str {
    if web.secure() { "__Host-device" } else { "device" }
}

/// The mark of a browser that has signed in to this account before, if this one carries it.
pub(crate) fn known(web: &Web, headers: &HeaderMap, email: &str) -> Option<String> {
    let opened = web.seal().open(MARK, cookie(headers, MARK)?)?;
    let text = String::from_utf8(opened).ok()?;
    let (account, device) = text.split_once(' ')?;
    (account == of(email)).then(|| device.to_owned())
}

fn mark(web: &Web, email: &str) -> Result<HeaderValue> {
    let sealed = web.seal().seal(MARK, format!("{} {}", of(email), web.engine().chance().secret()).as_bytes());
    let secure = if web.secure() { "; Secure" } else { "" };
    let mark = format!("{MARK}={sealed}; Path=/sign-in; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&mark).map_err(Error::internal)
}

fn of(email: &str) -> String {
    digest(&fold(email.trim()))
}
