//! A mail server that remembers every message it took, outside of what it judges: real sockets, a real conversation, and faults on
//! demand. It is no real server: what it lacks is told by the tests that use real ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Refuses him for good.
    Never,
    /// Asks to come again, this often.
    Later(usize),
    /// Takes the message and hangs up before it says so, this often.
    Vanish(usize),
}

/// A message as it was taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) to: String,
    pub(crate) id: String,
    pub(crate) content: String,
}

#[derive(Default)]
struct Inside {
    taken: Vec<Taken>,
    manners: HashMap<String, Manner>,
    tries: HashMap<String, usize>,
}

#[derive(Clone)]
pub(crate) struct Oracle {
    pub(crate) port: u16,
    inside: Arc<Mutex<Inside>>,
}

impl Oracle {
    pub(crate) async fn begin() -> Oracle {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let oracle = Oracle { port, inside: Arc::default() };
        let serving = oracle.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.talk(stream).await });
            }
        });
        oracle
    }

    /// What it does with somebody.
    pub(crate) fn treats(&self, address: &str, manner: Manner) {
        self.lock().manners.insert(address.to_owned(), manner);
    }

    /// Every message that it took.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.lock().taken.clone()
    }

    /// How many messages it took for an address.
    pub(crate) fn taken_for(&self, address: &str) -> usize {
        self.lock().taken.iter().filter(|taken| taken.to == address).count()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The manner that counts for this try.
    fn manner(&self, address: &str) -> Option<Manner> {
        let mut inside = self.lock();
        let tried = inside.tries.entry(address.to_owned()).or_default();
        *tried += 1;
        let tried = *tried;
        match inside.manners.get(address).copied() {
            Some(Manner::Later(times) | Manner::Vanish(times)) if tried > times => None,
            other => other,
        }
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 oracle ESMTP\r\n").await.ok()?;
        let (mut to, mut manner) = (None, None);
        while let Some(line) = lines.next_line().await.ok()? {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match word.as_str() {
                "EHLO" => "250-oracle\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    manner = self.manner(&address);
                    to = match manner {
                        Some(Manner::Never | Manner::Later(_)) => None,
                        _ => Some(address),
                    };
                    match manner {
                        Some(Manner::Never) => "550 5.1.1 nobody here\r\n",
                        Some(Manner::Later(_)) => "451 4.2.0 come again\r\n",
                        _ => "250 ok\r\n",
                    }
                }
                "DATA" if to.is_none() => "503 nobody to take it\r\n",
                "DATA" => {
                    writer.write_all(b"354 go on\r\n").await.ok()?;
                    let mut content = String::new();
                    loop {
                        let line = lines.next_line().await.ok()??;
                        if line == "." {
                            break;
                        }
                        content.push_str(line.strip_prefix('.').unwrap_or(&line));
                        content.push('\n');
                    }
                    let id = content.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default().to_owned();
                    self.lock().taken.push(Taken { to: to.take().unwrap_or_default(), id, content });
                    if matches!(manner, Some(Manner::Vanish(_))) {
                        return None;
                    }
                    "250 2.0.0 taken\r\n"
                }
                "QUIT" => {
                    writer.write_all(b"221 bye\r\n").await.ok()?;
                    return Some(());
                }
                _ => "250 ok\r\n",
            };
            writer.write_all(answer.as_bytes()).await.ok()?;
        }
        Some(())
    }
}
