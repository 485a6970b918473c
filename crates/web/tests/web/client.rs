//! A small HTTP client that sends exactly what it is told, right or wrong.

use serde_json::Value as Json;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request about to be sent.
pub struct Sending {
    to: SocketAddr,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    host: bool,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Got {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Sending {
    pub fn new(to: SocketAddr, method: &str, target: &str) -> Sending {
        Sending { to, method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new(), host: true }
    }

    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Sending {
        self.headers.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Sending {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// Without the host that is usually sent.
    pub fn without_host(mut self) -> Sending {
        self.host = false;
        self
    }

    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Sending {
        self.body = body.into();
        self.header("Content-Type", kind)
    }

    pub fn json(self, json: &Json) -> Sending {
        self.body("application/json", json.to_string())
    }

    pub fn form(self, form: &str) -> Sending {
        self.body("application/x-www-form-urlencoded", form)
    }

    /// A form with files: fields first, then files by name and bytes.
    pub fn multipart(self, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Sending {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
        }
        for (name, bytes) in files {
            let head =
                format!("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--limit--\r\n");
        self.body("multipart/form-data; boundary=limit", body)
    }

    pub fn if_match(self, version: i64) -> Sending {
        self.header("If-Match", format!("\"{version}\""))
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if self.host {
            head += &format!("Host: {}\r\n", self.to);
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        head += "Connection: close\r\n\r\n";
        [head.as_bytes(), &self.body].concat()
    }

    /// Opens the connection and sends; for streams.
    pub async fn open(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.to).await.expect("a connection");
        stream.write_all(&self.bytes()).await.expect("a request");
        stream
    }

    pub async fn send(self) -> Got {
        let mut stream = TcpStream::connect(self.to).await.expect("a connection");
        // A server that refuses a long body may close before it has read all of it.
        let _ = stream.write_all(&self.bytes()).await;
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all).await;
        Got::read(&all)
    }
}

impl Got {
    fn read(all: &[u8]) -> Got {
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no answer: {all:?}"));
        let head = String::from_utf8_lossy(&all[..end]);
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let headers: Vec<(String, String)> =
            lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked { joined(&all[end + 4..]) } else { all[end + 4..].to_vec() };
        Got { status, headers, body }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The answer with this status; anything else is shown.
    #[track_caller]
    pub fn expect(self, status: u16) -> Got {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Without the date, which is the only thing that may differ between two answers to nobody's business.
    pub fn undated(mut self) -> Got {
        self.headers.retain(|(name, _)| name != "date");
        self
    }
}

/// The pieces of a body that is sent while it is made.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(String::from_utf8_lossy(&rest[..end]).trim(), 16).expect("a length");
        let from = end + 2;
        if length == 0 || rest.len() < from + length + 2 {
            break;
        }
        body.extend(&rest[from..from + length]);
        rest = &rest[from + length + 2..];
    }
    body
}
