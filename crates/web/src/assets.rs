//! Styles and modules: embedded, compressed beforehand, at addresses that change with their content.

use crate::route::{Face, Policy, Rate, Route, Routes};
use crate::{Answer, Failure};
use axum::body::{Body, Bytes};
use axum::response::Response;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode, Uri};
use kernel::Error;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::new(Face::Asset, Method::GET, "/assets/{*path}", Policy::Public, Rate::Free, "", ""), asset)
}

async fn asset(uri: Uri, headers: HeaderMap) -> Answer {
    let asset = ::assets::find(uri.path()).ok_or_else(|| Failure::from(Error::NotFound))?;
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|all| all.to_str().ok()).unwrap_or_default();
    let accepts = |coding: &str| accepts.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == coding));
    let (body, coding) = if !asset.brotli.is_empty() && accepts("br") {
        (asset.brotli, Some("br"))
    } else if !asset.gzip.is_empty() && accepts("gzip") {
        (asset.gzip, Some("gzip"))
    } else {
        (asset.body, None)
    };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag == asset.etag);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(Bytes::from_static(body)) });
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    answer.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    Ok(response)
}
