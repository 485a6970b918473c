//! What every handler is given: the engine, the settings of this face, the words.

use crate::limits::{Limits, Measures};
use crate::live::Streams;
use crate::pages::Demonstration;
use crate::problem::ErrorPage;
use crate::route::Route;
use crate::seal::Seal;
use crate::words::Words;
use engine::Engine;
use kernel::{Error, Result, Say};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// Settings of the web.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// The address people use; without one, only this machine is answered, under its own names.
    pub base_url: Option<BaseUrl>,
    /// Proxies whose word about the sender is taken.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The secret in the set-up link that the console prints; without one, nobody sets up through the web.
    pub console_token: Option<String>,
    /// How much is too much.
    pub measures: Measures,
}

impl WebSettings {
    /// For this machine alone.
    pub fn local(listen: SocketAddr) -> WebSettings {
        WebSettings { base_url: None, trusted_proxies: Vec::new(), listen, console_token: None, measures: Measures::default() }
    }
}

/// The address under which people reach an installation: scheme and host, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// Whether it is https.
    pub secure: bool,
    /// Host, and port where it is not the scheme's own, in lower case.
    pub authority: String,
}

impl BaseUrl {
    /// Reads `https://crm.example.it`; plain http is for this machine alone.
    pub fn parse(text: &str) -> Result<BaseUrl> {
        let wrong = || Error::invalid("base_url", Say::new("error-base-url"));
        let (secure, rest) = match text.trim() {
            text if text.starts_with("https://") => (true, &text[8..]),
            text if text.starts_with("http://") => (false, &text[7..]),
            _ => return Err(wrong()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(host) || !secure && !is_this_machine(&authority) {
            return Err(wrong());
        }
        let default_port = if secure { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default_port).map_or(authority.clone(), str::to_owned);
        Ok(BaseUrl { secure, authority })
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }
}

/// Whether an authority (`host` or `host:port`) is one of the names of this machine for itself.
pub(crate) fn is_this_machine(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) if port.is_empty() || is_port(port) => host,
            _ => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) if is_port(&format!(":{port}")) => host,
            Some(_) => return false,
            None => authority,
        },
    };
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

/// The web of one installation on one node. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    inside: Arc<Inside>,
}

struct Inside {
    engine: Engine,
    settings: WebSettings,
    words: Arc<Words>,
    limits: Limits,
    seal: Seal,
    set_up: AtomicBool,
    closing: watch::Sender<bool>,
    streams: Streams,
    table: OnceLock<Vec<Route>>,
    error_page: OnceLock<ErrorPage>,
    demonstration: OnceLock<Demonstration>,
}

impl Web {
    /// Makes ready to serve: reads the words of all slices, and the installation's key (made the first time).
    pub async fn open(engine: Engine, settings: WebSettings) -> Result<Web> {
        let words = Arc::new(Words::of_platform_and(engine.words())?);
        engine.speak_with(words.clone());
        let seal = Seal::of(&engine).await?;
        let set_up = AtomicBool::new(engine.is_set_up().await?);
        let limits = Limits::new(settings.measures.clone());
        let inside = Inside {
            engine,
            settings,
            words,
            limits,
            seal,
            set_up,
            closing: watch::Sender::new(false),
            streams: Streams::default(),
            table: OnceLock::new(),
            error_page: OnceLock::new(),
            demonstration: OnceLock::new(),
        };
        Ok(Web { inside: Arc::new(inside) })
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.inside.engine
    }

    /// The settings.
    pub fn settings(&self) -> &WebSettings {
        &self.inside.settings
    }

    /// The words, with what the company says itself now.
    pub fn words(&self) -> &Words {
        self.inside.words.follow(&self.inside.engine.model());
        &self.inside.words
    }

    /// The key of this installation, for tokens that only it can have made.
    pub fn seal(&self) -> &Seal {
        &self.inside.seal
    }

    /// What was counted against the limits.
    pub(crate) fn limits(&self) -> &Limits {
        &self.inside.limits
    }

    /// The event streams that are open.
    pub(crate) fn streams(&self) -> &Streams {
        &self.inside.streams
    }

    /// Whether people reach it through https.
    pub fn secure(&self) -> bool {
        self.inside.settings.base_url.as_ref().is_some_and(|base| base.secure)
    }

    /// Whether the installation has an administrator.
    pub async fn is_set_up(&self) -> Result<bool> {
        if self.inside.set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let set_up = self.inside.engine.is_set_up().await?;
        self.inside.set_up.store(set_up, Ordering::Relaxed);
        Ok(set_up)
    }

    /// The company's name.
    pub(crate) fn company(&self) -> Arc<str> {
        self.inside.engine.company_known().name.clone()
    }

    /// The address of the company's logo, if it has one: another for each picture.
    pub(crate) fn logo(&self) -> Option<String> {
        self.inside.engine.company_known().logo.as_ref().map(|logo| format!("/company/logo?v={}", logo.tag))
    }

    /// The same, offering demonstration data at the set-up.
    pub fn demonstrating(self, demonstration: Demonstration) -> Web {
        // Said once, when the binary wires it.
        let _ = self.inside.demonstration.set(demonstration);
        self
    }

    pub(crate) fn demonstration(&self) -> Option<Demonstration> {
        self.inside.demonstration.get().copied()
    }

    /// All routes, once they are wired.
    pub fn table(&self) -> &[Route] {
        self.inside.table.get().map_or(&[], Vec::as_slice)
    }

    /// The page that shows what went wrong, once it is wired.
    pub(crate) fn error_page(&self) -> Option<ErrorPage> {
        self.inside.error_page.get().copied()
    }

    pub(crate) fn wire(&self, table: Vec<Route>, error_page: Option<ErrorPage>) {
        // A second wiring of the same web shows the first table; nobody does that but tests.
        let _ = self.inside.table.set(table);
        if let Some(page) = error_page {
            let _ = self.inside.error_page.set(page);
        }
    }

    /// Ends what lasts, such as event streams, so that the server can stop.
    pub fn close(&self) {
        self.inside.closing.send_replace(true);
    }

    /// Turns true when the server stops.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.inside.closing.subscribe()
    }
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Web({:?})", self.inside.settings.listen)
    }
}

#[cfg(test)]
mod tests;
