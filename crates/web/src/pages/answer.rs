//! What a page answers with.

use crate::pages::reader::Reader;
use crate::pages::toast;
use crate::{Answer, Failure};
use askama::Template;
use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderValue};
use http::{HeaderName, StatusCode};
use kernel::Error;

/// The kind of every page.
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Markup with a status.
pub(crate) fn html(status: StatusCode, markup: String) -> Response {
    let mut response = Response::new(Body::from(markup));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HTML);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("HX-Request, HX-Target, Cookie"));
    response
}

/// A whole page; the message it carried is not shown twice.
pub(crate) fn page(reader: &Reader, status: StatusCode, markup: String) -> Response {
    let mut response = html(status, markup);
    if reader.toast.is_some() && !reader.fragment {
        response.headers_mut().append(header::SET_COOKIE, toast::gone());
    }
    response
}

/// A part of a page.
pub(crate) fn part(_: &Reader, status: StatusCode, markup: String) -> Response {
    html(status, markup)
}

/// A template, rendered.
pub(crate) fn rendered(reader: &Reader, status: StatusCode, template: &impl Template) -> Answer {
    Ok(page(reader, status, markup(template)?))
}

/// The markup of a template.
pub fn markup(template: &impl Template) -> Result<String, Failure> {
    template.render().map_err(|error| Error::internal(error).into())
}

/// Sends the browser to another address of ours after something was done.
pub fn to(address: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/")));
    response
}

/// The same, also for a module of ours, which wants it in a header of its own.
pub fn onward(reader: &Reader, address: &str) -> Response {
    if !reader.fragment {
        return to(address);
    }
    let mut response = html(StatusCode::OK, String::new());
    let target = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(HeaderName::from_static("hx-redirect"), target);
    response
}

/// The same, with a short message there.
pub fn onward_saying(reader: &Reader, address: &str, key: &str, name: &str, changeset: Option<kernel::Id>) -> Answer {
    let mut response = onward(reader, address);
    response.headers_mut().append(header::SET_COOKIE, toast::send(&reader.web, &reader.csrf, key, name, changeset)?);
    Ok(response)
}

#[derive(Template)]
#[template(path = "framed.html")]
struct Framed<'f> {
    reader: &'f Reader,
    title: &'f str,
    inside: &'f str,
}

/// What a slice shows of its own, in the frame of every page: the markup of its `<main>`.
pub fn framed(reader: &Reader, status: StatusCode, title: &str, inside: &str) -> Answer {
    rendered(reader, status, &Framed { reader, title, inside })
}

/// A file that is taken away, as it is written: what comes over the channel, cut off where that says an error.
pub fn file(name: &str, media: &'static str, pieces: tokio::sync::mpsc::Receiver<kernel::Result<Vec<u8>>>) -> Response {
    let pieces = futures_util::stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?.map_err(|error| std::io::Error::other(error.to_string()));
        Some((piece, pieces))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CONTENT_SECURITY_POLICY, crate::content::HARMLESS);
    headers.insert(header::CONTENT_DISPOSITION, crate::content::disposition(name));
    response
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'n> {
    reader: &'n Reader,
    title: &'n str,
    back: &'n str,
}

/// A page that says one thing, and leads back.
pub(crate) fn notice(reader: &Reader, said: &str, back: &str) -> Answer {
    notice_as(reader, StatusCode::OK, said, back)
}

/// The same, of something that went otherwise than asked.
pub(crate) fn notice_as(reader: &Reader, status: StatusCode, said: &str, back: &str) -> Answer {
    rendered(reader, status, &Notice { reader, title: said, back })
}
