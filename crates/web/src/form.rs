//! The fields of a form or of an address, as they were sent: names may repeat.

use crate::problem::Failure;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use futures_util::StreamExt;
use http::StatusCode;
use http::request::Parts;
use http_body_util::BodyExt;
use kernel::Say;
use std::time::Duration;

/// Most fields of a form or an address.
const MOST_FIELDS: usize = 5_000;

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(60);

/// Names and values. As an extractor: of the form in the body of a POST, of the address otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

/// The names and values after the question mark of the address, whatever the method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asking(pub Fields);

impl Fields {
    /// From `a=1&b=2`, percent-encoded. Refused where a name or value is no text.
    pub fn parse(encoded: &[u8]) -> Result<Fields, Failure> {
        let wrong = |key: &'static str| Failure::status(StatusCode::BAD_REQUEST, Say::new(key));
        let mut fields = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if fields.len() == MOST_FIELDS {
                return Err(wrong("error-too-many-fields"));
            }
            let mut parts = pair.splitn(2, |byte| *byte == b'=').map(decode);
            match (parts.next(), parts.next().unwrap_or_else(|| Some(String::new()))) {
                (Some(Some(name)), Some(value)) => fields.push((name, value)),
                _ => return Err(wrong("error-encoding")),
            }
        }
        Ok(Fields(fields))
    }

    /// The last value of a name, which is what a browser's default followed by a person's choice means.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a name.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn decode(part: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_encoding::percent_decode(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asking, Failure> {
        Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()).map(Asking)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Fields, Failure> {
        if request.method().is_safe() {
            return Fields::parse(request.uri().query().unwrap_or_default().as_bytes());
        }
        if !is_form(&request) {
            return Err(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE, Say::new("error-form-expected")));
        }
        Fields::parse(&whole(request.into_body()).await?)
    }
}

/// Whether the body is an ordinary form.
pub(crate) fn is_form(request: &Request) -> bool {
    media_type(request.headers()) == "application/x-www-form-urlencoded"
}

/// The media type of the body, without its parameters, in lower case.
pub(crate) fn media_type(headers: &http::HeaderMap) -> String {
    let kind = headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The whole body, up to the limit that the route's guard has put on it. One that drips is not waited for.
pub(crate) async fn whole(body: Body) -> Result<Bytes, Failure> {
    match tokio::time::timeout(BODY_PATIENCE, body.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) => Err(broken(&error)),
        Err(_) => Err(Failure::status(StatusCode::REQUEST_TIMEOUT, Say::new("error-body-cut"))),
    }
}

/// How much of a form with files is read to find the part it begins with.
const MOST_OF_A_PART: usize = 4 << 10;

/// The text of the first part of a form with files, where it has this name, and the request as it was. Whoever wants to know
/// it before anything is received puts it first.
pub(crate) async fn first_part(request: Request, name: &str) -> Result<(String, Request), Failure> {
    let (parts, body) = request.into_parts();
    let mut stream = body.into_data_stream();
    let mut begun = Vec::new();
    let mut found = None;
    while found.is_none() && begun.len() < MOST_OF_A_PART {
        match tokio::time::timeout(BODY_PATIENCE, stream.next()).await {
            Err(_) => return Err(Failure::status(StatusCode::REQUEST_TIMEOUT, Say::new("error-body-cut"))),
            Ok(None) => break,
            Ok(Some(bytes)) => begun.extend_from_slice(&bytes.map_err(|error| broken(&error))?),
        }
        found = text_of_first(&begun, name);
    }
    let begun = futures_util::stream::iter([Ok(Bytes::from(begun))]);
    let request = Request::from_parts(parts, Body::from_stream(begun.chain(stream)));
    Ok((found.unwrap_or_default(), request))
}

/// The text of the part that a form with files begins with, once all of it is there.
fn text_of_first(begun: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(begun);
    let (boundary, rest) = text.split_once("\r\n")?;
    let (head, rest) = rest.split_once("\r\n\r\n")?;
    let head = head.to_ascii_lowercase();
    let is_it =
        head.starts_with("content-disposition: form-data;") && head.contains(&format!("; name=\"{name}\"")) && !head.contains("filename");
    let (value, _) = rest.split_once(&format!("\r\n{boundary}"))?;
    Some(if is_it { value.to_owned() } else { String::new() })
}

/// A body that did not come whole: too long, or cut off.
pub(crate) fn broken(error: &axum::Error) -> Failure {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return Failure::status(StatusCode::PAYLOAD_TOO_LARGE, Say::new("error-too-large"));
        }
        cause = error.source();
    }
    Failure::status(StatusCode::BAD_REQUEST, Say::new("error-body-cut"))
}
