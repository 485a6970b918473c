//! A client of as little cost as can be: kept connections, requests written whole, answers read by their length.

use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What goes wrong in a bench is said and ends it.
pub type Fallible<T> = Result<T, String>;

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head as text.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

impl Connection {
    /// Opens one.
    pub async fn open(address: &str) -> Fallible<Connection> {
        let stream = TcpStream::connect(address).await.map_err(|fault| format!("{address}: {fault}"))?;
        stream.set_nodelay(true).map_err(|fault| fault.to_string())?;
        Ok(Connection { stream, buffer: Vec::with_capacity(128 * 1024) })
    }

    /// Sends a request and reads its answer.
    pub async fn ask(&mut self, request: &[u8]) -> Fallible<Answer> {
        self.stream.write_all(request).await.map_err(|fault| fault.to_string())?;
        self.buffer.clear();
        let mut end = None;
        let mut length = 0;
        loop {
            if let Some(end) = end
                && self.buffer.len() >= end + length
            {
                let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                let status = head.get(9..12).and_then(|code| code.parse().ok()).unwrap_or(0);
                return Ok(Answer { status, head, body: self.buffer[end..end + length].to_vec() });
            }
            let read = self.stream.read_buf(&mut self.buffer).await.map_err(|fault| fault.to_string())?;
            if read == 0 {
                return Err("the server closed the connection".to_owned());
            }
            if end.is_none()
                && let Some(place) = find(&self.buffer, b"\r\n\r\n")
            {
                end = Some(place + 4);
                length = content_length(&self.buffer[..place])?;
            }
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn content_length(head: &[u8]) -> Fallible<usize> {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let value = text.lines().find_map(|line| line.strip_prefix("content-length:").map(|value| value.trim().to_owned()));
    match value {
        Some(value) => value.parse().map_err(|_| "a strange content-length".to_owned()),
        None if text.starts_with("http/1.1 204") || text.starts_with("http/1.1 304") => Ok(0),
        None => Err(format!("an answer without a content-length: {}", text.lines().next().unwrap_or(""))),
    }
}

/// A request as text.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// What a load gave.
#[derive(Debug)]
pub struct Load {
    /// Answers a second.
    pub rate: f64,
    /// The time that half of the answers stayed below, in milliseconds.
    pub p50: f64,
    /// The time that 99 of 100 answers stayed below, in milliseconds.
    pub p99: f64,
}

/// Sends `count` requests over `clients` connections; `make` gives the request of each number.
pub async fn load(address: &str, clients: usize, count: usize, expected: u16, make: impl Fn(usize) -> Vec<u8>) -> Fallible<Load> {
    let next = std::cell::Cell::new(0);
    let times = std::cell::RefCell::new(Vec::with_capacity(count));
    let begun = Instant::now();
    let worker = async || -> Fallible<()> {
        let mut connection = Connection::open(address).await?;
        loop {
            let number = next.get();
            if number >= count {
                return Ok(());
            }
            next.set(number + 1);
            let request = make(number);
            let sent = Instant::now();
            let answer = connection.ask(&request).await?;
            times.borrow_mut().push(sent.elapsed());
            if answer.status != expected {
                return Err(format!(
                    "an answer of {}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body).chars().take(400).collect::<String>()
                ));
            }
        }
    };
    let mut workers: Vec<std::pin::Pin<Box<dyn Future<Output = Fallible<()>>>>> = Vec::new();
    for _ in 0..clients {
        workers.push(Box::pin(worker()));
    }
    all(workers).await?;
    let whole = begun.elapsed();
    let mut times = times.into_inner();
    times.sort_unstable();
    let at = |part: f64| times.get(((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1))).map_or(0.0, millis);
    Ok(Load { rate: count as f64 / whole.as_secs_f64(), p50: at(0.5), p99: at(0.99) })
}

fn millis(time: &Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Runs futures together on this thread; the first failure ends it.
pub async fn all(mut futures: Vec<std::pin::Pin<Box<dyn Future<Output = Fallible<()>> + '_>>>) -> Fallible<()> {
    std::future::poll_fn(move |context| {
        let mut failed = None;
        futures.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(Ok(())) => false,
            std::task::Poll::Ready(Err(fault)) => {
                failed = Some(fault);
                false
            }
            std::task::Poll::Pending => true,
        });
        match failed {
            Some(fault) => std::task::Poll::Ready(Err(fault)),
            None if futures.is_empty() => std::task::Poll::Ready(Ok(())),
            None => std::task::Poll::Pending,
        }
    })
    .await
}
