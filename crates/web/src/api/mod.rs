//! The JSON API: the engine's verbs over any public entity, from the descriptions.
//!
//! One address, one file. Links are id strings under the field's key, composite fields are nested, money is decimal
//! text, owned lines are arrays under the relation's key; unknown and read-only attributes are refused.

mod bulk;
mod change;
mod children;
mod content;
mod create;
mod cursor;
mod duplicates;
mod history;
mod input;
mod list;
mod me;
mod merging;
mod one;
mod openapi;
mod parameters;
mod remove;
mod render;
mod search;
mod undoing;

use crate::route::Routes;
use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderValue};

/// Adds the addresses of the API.
pub fn routes(routes: Routes) -> Routes {
    let adding = [
        me::routes,
        search::routes,
        openapi::routes,
        undoing::routes,
        bulk::routes,
        duplicates::routes,
        list::routes,
        create::routes,
        merging::routes,
        one::routes,
        change::routes,
        remove::routes,
        history::routes,
        content::routes,
        children::routes,
    ];
    adding.into_iter().fold(routes, |routes, add| add(routes))
}

/// An answer of JSON.
fn json(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The entity tag of a version.
fn etag(version: i64) -> HeaderValue {
    // A version is a number: its text is always a header.
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}
