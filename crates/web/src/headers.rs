//! What comes before every route and after every answer: the host asked for, the sender's address, the headers that
//! tell a browser to trust nobody but us.

use crate::problem::Failure;
use crate::route::Face;
use crate::state::{Web, WebSettings, is_this_machine};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{self, HeaderName, HeaderValue};
use http::{Extensions, HeaderMap, StatusCode};
use kernel::Say;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The network address of whoever sent a request, proxies we trust taken into account.
#[derive(Debug, Clone, Copy)]
struct Sender(IpAddr);

/// The network address of whoever sent a request.
pub(crate) fn sender(extensions: &Extensions) -> IpAddr {
    let peer = || extensions.get::<Peer>().map(|peer| peer.0.ip());
    extensions.get::<Sender>().map(|sender| sender.0).or_else(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// Scripts, styles and pictures of our own, nothing else, framed by nobody.
const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
                       form-action 'self'; frame-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Goes around everything. A header that the answer set itself stays.
pub(crate) async fn around(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let from = trusted_sender(&web, &request);
    request.extensions_mut().insert(Sender(from));
    let face = Face::of(request.uri().path());
    let mut response = if own_host(web.settings(), &request) {
        next.run(request).await
    } else {
        let failure = Failure::status(StatusCode::MISDIRECTED_REQUEST, Say::new("error-host"));
        crate::problem::answer(&web, failure, face, crate::caller::accepted(request.headers()), None, false)
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if web.secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    response
}

/// Who sent it. What headers say about it counts only from a proxy we trust, and then the last address it did not add itself.
fn trusted_sender(web: &Web, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    let trusted: Vec<IpAddr> = web.settings().trusted_proxies.iter().map(IpAddr::to_canonical).collect();
    if !trusted.contains(&peer) {
        return peer;
    }
    let lines = request.headers().get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        match hop.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(address) if trusted.contains(&address) => {}
            Ok(address) => return address,
            Err(_) => break,
        }
    }
    peer
}

/// The network that an address stands for when it is counted: of IPv6 everybody is given 64 bits to himself.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// Whether the request is for us. One host, said once, and the one people were told; without one, a name of this machine.
/// What is not https is for this machine alone: the name is only said, so the other end of the connection has to be here too.
fn own_host(settings: &WebSettings, request: &Request) -> bool {
    let Some(host) = only(request.headers(), &header::HOST) else { return false };
    let host = host.to_ascii_lowercase();
    if let Some(authority) = request.uri().authority()
        && authority.as_str().to_ascii_lowercase() != host
    {
        return false;
    }
    if !settings.base_url.as_ref().is_some_and(|base| base.secure) && !from_here(request) {
        return false;
    }
    match &settings.base_url {
        Some(base) => {
            let default_port = if base.secure { ":443" } else { ":80" };
            // The health of a node is asked from the node itself.
            host.strip_suffix(default_port).unwrap_or(&host) == base.authority
                || request.uri().path() == "/healthz" && is_this_machine(&host)
        }
        None => is_this_machine(&host),
    }
}

/// Whether the other end of the connection is on this machine.
fn from_here(request: &Request) -> bool {
    request.extensions().get::<Peer>().is_some_and(|peer| peer.0.ip().to_canonical().is_loopback())
}

/// The value of a header that stands exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether a browser says that one of our own pages sent this. Silence is no answer: `None`.
pub(crate) fn from_own_page(web: &Web, headers: &HeaderMap) -> Option<bool> {
    if let Some(site) = headers.get("sec-fetch-site") {
        return Some(site == "same-origin");
    }
    let origin = headers.get(header::ORIGIN)?.to_str().unwrap_or_default().to_ascii_lowercase();
    Some(origin == origin_of(web, headers))
}

/// Scheme and host of our own pages, as the asker reached them.
pub(crate) fn origin_of(web: &Web, headers: &HeaderMap) -> String {
    match &web.settings().base_url {
        Some(base) => base.to_string(),
        None => format!("http://{}", only(headers, &header::HOST).unwrap_or_default().to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests;
