//! A mail server that takes everything and keeps nothing: `smtp-sink` of Postfix.

use crate::client::{Connection, Fallible};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian puts it: among the programs of administrators, which not everybody's shell finds.
const PROGRAM: &str = "/usr/sbin/smtp-sink";

/// A running one.
pub struct Sink {
    child: Child,
    /// Where it listens, on the loopback.
    pub port: u16,
    counts: PathBuf,
}

impl Sink {
    /// Starts it and waits until it listens.
    pub async fn start() -> Fallible<Sink> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|fault| fault.to_string())?
            .port();
        let address = format!("127.0.0.1:{port}");
        let counts = PathBuf::from(format!("target/bench/sink-{port}"));
        let file = std::fs::File::create(&counts).map_err(|fault| fault.to_string())?;
        let mut command = Command::new(PROGRAM);
        // Whoever is root says as whom it is to go on.
        if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command.args(["-u", "nobody"]);
        }
        // It writes its counts after every message.
        let child = command
            .args(["-c", &address, "128"])
            .stdout(file)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|fault| format!("{PROGRAM}: {fault}"))?;
        let sink = Sink { child, port, counts };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if Connection::open(&address).await.is_ok() {
                return Ok(sink);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the mail server does not listen".to_owned())
    }

    /// How many messages it took so far.
    pub fn taken(&self) -> Fallible<usize> {
        let counts = std::fs::read(&self.counts).map_err(|fault| fault.to_string())?;
        // As `sess=12 quit=5 mesg=200`, the newest last.
        let counts = String::from_utf8_lossy(&counts);
        let newest = counts.rsplit_once("mesg=").map_or("0", |(_, newest)| newest);
        newest.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().map_err(|_| format!("a strange count: {newest}"))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.counts);
    }
}
