//! The one client for HTTP to other machines. It goes where it is told and nowhere else: the address it connects to is looked at,
//! not the name; answers that lead elsewhere are not followed; and no answer takes longer or grows larger than it may.

mod public;

pub use public::is_public;

use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How long a whole exchange may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How large an answer may be.
const MOST_BYTES: usize = 1 << 20;
/// The ports of https that any server may have; others are for hosts that are named.
const PORTS: [u16; 2] = [443, 8443];

/// What names lead to.
pub trait Names: Send + Sync {
    /// The addresses of a host.
    fn addresses<'n>(&'n self, host: &'n str, port: u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'n>>;
}

/// What the system says names lead to.
struct System;

impl Names for System {
    fn addresses<'n>(&'n self, host: &'n str, port: u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'n>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// The server of our own network, of those that are named (`host:port`), that an address leads to.
pub fn named(address: &str, hosts: &[String]) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let there = rest.split(['/', '?', '#']).next()?;
    hosts.iter().find(|host| there.eq_ignore_ascii_case(host)).cloned()
}

/// A client.
#[derive(Clone)]
pub struct Client {
    /// The one server that may stand in our own network, at any port, and without TLS on this very machine: `host:port`.
    own: Option<String>,
    trusted: Vec<Vec<u8>>,
    names: Arc<dyn Names>,
    patience: Duration,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Where a file goes while it comes: its pieces, and nothing once it is whole. What ends without that was cut off.
pub type Pieces = tokio::sync::mpsc::Sender<Option<bytes::Bytes>>;

/// What a server said of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The status: 200 where the file came, 304 where it is the one that was known.
    pub status: u16,
    /// What the server calls this state of it (`ETag`); empty where it does not say.
    pub etag: String,
    /// When it was changed, in the server's words (`Last-Modified`).
    pub modified: String,
}

/// How an exchange is bounded, and what is taken.
struct Measure<'m> {
    patience: Duration,
    most: usize,
    accept: &'static str,
    /// Where the answer goes; into memory where it goes nowhere.
    pieces: Option<&'m Pieces>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No address that is gone to: not https, a port of something else, a name and password in it.
    Address,
    /// It leads into our own network.
    Private,
    /// It leads elsewhere, which is not followed.
    Elsewhere,
    /// The answer is longer than it may be.
    Long,
    /// It took too long.
    Late,
    /// Whoever takes it does so no longer.
    Unwanted,
    /// It did not work.
    Broken(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Address => f.write_str("no address to go to"),
            Fault::Private => f.write_str("the address is in a private network"),
            Fault::Elsewhere => f.write_str("the answer leads elsewhere"),
            Fault::Long => f.write_str("the answer is too long"),
            Fault::Late => f.write_str("timed out"),
            Fault::Unwanted => f.write_str("it is taken no longer"),
            Fault::Broken(cause) => f.write_str(cause),
        }
    }
}

impl Client {
    /// A client for public servers, which trusts these certificates (DER) beside those of the system.
    pub fn new(trusted: Vec<Vec<u8>>) -> Client {
        Client { own: None, trusted, names: Arc::new(System), patience: PATIENCE }
    }

    /// The same, which may also go to this one server (`host:port`) in our own network.
    pub fn allowing(mut self, own: Option<String>) -> Client {
        self.own = own.map(|own| own.to_ascii_lowercase());
        self
    }

    /// The same, which is told by somebody else what names lead to.
    pub fn naming(mut self, names: Arc<dyn Names>) -> Client {
        self.names = names;
        self
    }

    /// The same with another patience.
    pub fn patient(mut self, patience: Duration) -> Client {
        self.patience = patience;
        self
    }

    /// Whether an address is one that is gone to at all, as far as its letters say; where its host leads is looked at when it is.
    pub fn leads(&self, address: &str) -> bool {
        Way::read(address, self.own.as_deref()).is_ok()
    }

    /// Reads what stands at an address.
    pub async fn get(&self, address: &str) -> Result<Answer, Fault> {
        self.get_with(address, &[]).await
    }

    /// The same, with headers of one's own.
    pub async fn get_with(&self, address: &str, headers: &[(&str, &str)]) -> Result<Answer, Fault> {
        self.ask(Method::GET, address, headers, Vec::new()).await
    }

    /// Fetches a file of so many bytes at most, with headers of one's own (`if-none-match`, a key); its bytes go on as they come.
    pub async fn fetch(
        &self,
        address: &str,
        headers: &[(&str, &str)],
        most: usize,
        patience: Duration,
        pieces: Pieces,
    ) -> Result<Fetched, Fault> {
        let measure = Measure { patience, most, accept: "*/*", pieces: Some(&pieces) };
        Ok(self.exchange(Method::GET, address, headers, Vec::new(), &measure).await?.0)
    }

    /// Sends a form to an address.
    pub async fn post(&self, address: &str, headers: &[(&str, &str)], form: String) -> Result<Answer, Fault> {
        let headers = [&[("content-type", "application/x-www-form-urlencoded")], headers].concat();
        self.ask(Method::POST, address, &headers, form.into_bytes()).await
    }

    async fn ask(&self, method: Method, address: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Answer, Fault> {
        let measure = Measure { patience: self.patience, most: MOST_BYTES, accept: "application/json", pieces: None };
        let (said, body) = self.exchange(method, address, headers, body, &measure).await?;
        Ok(Answer { status: said.status, body })
    }

    async fn exchange(
        &self,
        method: Method,
        address: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        measure: &Measure<'_>,
    ) -> Result<(Fetched, Vec<u8>), Fault> {
        let way = Way::read(address, self.own.as_deref())?;
        match tokio::time::timeout(measure.patience, self.asked(&way, method, headers, body, measure)).await {
            Ok(answered) => answered,
            Err(_) => Err(Fault::Late),
        }
    }

    async fn asked(
        &self,
        way: &Way,
        method: Method,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        measure: &Measure<'_>,
    ) -> Result<(Fetched, Vec<u8>), Fault> {
        let broken = |fault: &dyn std::fmt::Display| Fault::Broken(fault.to_string().chars().take(300).collect());
        let mut request = Request::builder()
            .method(method)
            .uri(&way.path)
            .header(header::HOST, &way.authority)
            .header(header::ACCEPT, measure.accept)
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::CONNECTION, "close");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(bytes::Bytes::from(body))).map_err(|fault| broken(&fault))?;
        let stream = self.connected(way).await?;
        if !way.secure {
            return exchanged(stream, request, measure).await;
        }
        let name = ServerName::try_from(way.host.clone()).map_err(|_| Fault::Address)?;
        let connector = TlsConnector::from(Arc::new(self.tls()?));
        let stream = connector.connect(name, stream).await.map_err(|fault| broken(&fault))?;
        exchanged(stream, request, measure).await
    }

    /// Connects to an address that may be gone to: what was looked at is what is connected to.
    async fn connected(&self, way: &Way) -> Result<TcpStream, Fault> {
        let broken = |fault: io::Error| Fault::Broken(fault.to_string());
        let addresses = self.names.addresses(&way.host, way.port).await.map_err(broken)?;
        let open =
            |address: &SocketAddr| if way.secure { way.own || is_public(address.ip()) } else { address.ip().to_canonical().is_loopback() };
        let mut refused = Fault::Private;
        for address in addresses.iter().filter(|address| open(address)) {
            match TcpStream::connect((address.ip(), way.port)).await {
                Ok(stream) => return Ok(stream),
                Err(fault) => refused = broken(fault),
            }
        }
        Err(refused)
    }

    fn tls(&self) -> Result<ClientConfig, Fault> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.add_parsable_certificates(self.trusted.iter().map(|der| CertificateDer::from(der.clone())));
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|fault| Fault::Broken(fault.to_string()))?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Where an address leads.
struct Way {
    secure: bool,
    host: String,
    port: u16,
    authority: String,
    path: String,
    /// Whether it is the server that may stand in our own network.
    own: bool,
}

impl Way {
    fn read(address: &str, own: Option<&str>) -> Result<Way, Fault> {
        let uri: Uri = address.parse().map_err(|_| Fault::Address)?;
        let (scheme, authority) = (uri.scheme_str().unwrap_or_default(), uri.authority().ok_or(Fault::Address)?);
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(Fault::Address),
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let own = own.is_some_and(|own| own == format!("{host}:{port}"));
        // A name and password before the host are somebody's trick.
        let fit = !host.is_empty() && !authority.as_str().contains('@') && (own || secure && PORTS.contains(&port));
        if !fit {
            return Err(Fault::Address);
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Way { secure, host, port, authority: authority.as_str().to_owned(), path, own })
    }
}

async fn exchanged<S>(stream: S, request: Request<Full<bytes::Bytes>>, measure: &Measure<'_>) -> Result<(Fetched, Vec<u8>), Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |fault: hyper::Error| Fault::Broken(fault.to_string());
    let (mut sender, connection) =
        http1::Builder::new().max_headers(60).max_buf_size(64 << 10).handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let going = tokio::spawn(connection);
    let answered = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        if response.status().is_redirection() && status != 304 {
            return Err(Fault::Elsewhere);
        }
        let said = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (etag, modified) = (said(header::ETAG), said(header::LAST_MODIFIED));
        let (mut body, mut whole) = (Limited::new(response.into_body(), measure.most), Vec::new());
        // Of an answer that is no file nothing is taken where files go.
        while measure.pieces.is_none() || status == 200 {
            let Some(frame) = body.frame().await else { break };
            let frame =
                frame.map_err(|fault| if fault.is::<LengthLimitError>() { Fault::Long } else { Fault::Broken(fault.to_string()) })?;
            let Ok(piece) = frame.into_data() else { continue };
            match measure.pieces {
                Some(pieces) => pieces.send(Some(piece)).await.map_err(|_| Fault::Unwanted)?,
                None => whole.extend_from_slice(&piece),
            }
        }
        if let Some(pieces) = measure.pieces.filter(|_| status == 200) {
            pieces.send(None).await.map_err(|_| Fault::Unwanted)?;
        }
        Ok((Fetched { status, etag, modified }, whole))
    };
    let answered = answered.await;
    going.abort();
    answered
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({:?})", self.own)
    }
}

#[cfg(test)]
mod tests;
