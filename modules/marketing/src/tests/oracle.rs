//! A mail server that remembers every message it took, outside of what it judges: real sockets, a real conversation, and faults on
//! demand. It is no real server: what it lacks is told by the tests that use real ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
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

/// Where in the conversation something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum At {
    Greeting,
    Hello,
    Mail,
    Rcpt,
    Data,
    End,
}

/// What it says there, so often; it hangs up after a 421, and where it says nothing at all.
#[derive(Debug, Clone, Copy)]
struct Fault {
    answer: &'static str,
    times: usize,
}

/// A message as it was taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) id: String,
    pub(crate) content: String,
    /// When the server was asked to take its content.
    pub(crate) began: Instant,
}

#[derive(Default)]
struct Inside {
    taken: Vec<Taken>,
    manners: HashMap<String, Manner>,
    tries: HashMap<String, usize>,
    /// By the sender; of nobody before one is named.
    faults: HashMap<(String, At), Fault>,
    takes: Duration,
    /// Hangs up at every so many commands, before or after it did what it was told.
    hangs_up: Option<usize>,
    commands: usize,
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

    /// What it says at a point of the conversation to a sender, to everybody where there is none yet, so often.
    pub(crate) fn fails(&self, sender: &str, at: At, answer: &'static str, times: usize) {
        self.lock().faults.insert((sender.to_owned(), at), Fault { answer, times });
    }

    /// How long it takes over each message.
    pub(crate) fn takes(&self, long: Duration) {
        self.lock().takes = long;
    }

    /// It hangs up at every so many commands, at one before it did what it was told and at the next after.
    pub(crate) fn hangs_up_every(&self, commands: usize) {
        self.lock().hangs_up = Some(commands);
    }

    /// It hangs up no more.
    pub(crate) fn is_well_again(&self) {
        let mut inside = self.lock();
        (inside.hangs_up, inside.takes) = (None, Duration::ZERO);
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

    /// What goes wrong here, if something does.
    fn fault(&self, sender: &str, at: At) -> Option<&'static str> {
        let mut inside = self.lock();
        let fault = inside.faults.get_mut(&(sender.to_owned(), at)).filter(|fault| fault.times > 0)?;
        fault.times -= 1;
        Some(fault.answer)
    }

    /// Whether it hangs up at this command, and whether it does before it did what it was told.
    fn hangs_up(&self) -> Option<bool> {
        let mut inside = self.lock();
        inside.commands += 1;
        let every = inside.hangs_up?;
        inside.commands.is_multiple_of(every).then_some((inside.commands / every).is_multiple_of(2))
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

    /// Talks to one client, until one of the two hangs up.
    async fn talk(&self, stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let greeting = self.fault("", At::Greeting).unwrap_or("220 oracle ESMTP");
        said(&mut writer, greeting).await?;
        let (mut from, mut to, mut manner) = (String::new(), None, None);
        while let Some(line) = lines.next_line().await.ok()? {
            let mut hangs_up = self.hangs_up();
            if hangs_up == Some(true) {
                return None;
            }
            let named = line.split(['<', '>']).nth(1).unwrap_or_default();
            let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => self.fault("", At::Hello).unwrap_or("250-oracle\r\n250-PIPELINING\r\n250 8BITMIME"),
                "MAIL" => {
                    to = None;
                    let fault = self.fault(named, At::Mail);
                    from = if fault.is_some() { String::new() } else { named.to_owned() };
                    fault.unwrap_or("250 ok")
                }
                "RCPT" if from.is_empty() => "503 from nobody",
                "RCPT" => match self.fault(&from, At::Rcpt) {
                    Some(fault) => fault,
                    None => {
                        manner = self.manner(named);
                        match manner {
                            Some(Manner::Never) => "550 5.1.1 nobody here",
                            Some(Manner::Later(_)) => "451 4.2.0 come again",
                            _ => {
                                to = Some(named.to_owned());
                                "250 ok"
                            }
                        }
                    }
                },
                "DATA" => match (to.take(), self.fault(&from, At::Data)) {
                    (None, _) => "503 nobody to take it",
                    (_, Some(fault)) => fault,
                    (Some(to), None) => {
                        let began = Instant::now();
                        said(&mut writer, "354 go on").await?;
                        let mut content = String::new();
                        loop {
                            let line = lines.next_line().await.ok()??;
                            if line == "." {
                                break;
                            }
                            content.push_str(line.strip_prefix('.').unwrap_or(&line));
                            content.push('\n');
                        }
                        let takes = self.lock().takes;
                        if !takes.is_zero() {
                            tokio::time::sleep(takes).await;
                        }
                        hangs_up = hangs_up.or(self.hangs_up());
                        if hangs_up == Some(true) {
                            return None;
                        }
                        match self.fault(&from, At::End) {
                            Some(fault) => fault,
                            None => {
                                let id = content.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default().to_owned();
                                self.lock().taken.push(Taken { from: from.clone(), to, id, content, began });
                                if matches!(manner, Some(Manner::Vanish(_))) {
                                    return None;
                                }
                                "250 2.0.0 taken"
                            }
                        }
                    }
                },
                "QUIT" => {
                    said(&mut writer, "221 bye").await?;
                    return None;
                }
                _ => "250 ok",
            };
            if hangs_up.is_some() {
                return None;
            }
            said(&mut writer, answer).await?;
        }
        Some(())
    }
}

/// Says something; hangs up after a 421, and where there is nothing to say.
async fn said(writer: &mut OwnedWriteHalf, answer: &str) -> Option<()> {
    if !answer.is_empty() {
        writer.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    (!answer.is_empty() && !answer.starts_with("421")).then_some(())
}
