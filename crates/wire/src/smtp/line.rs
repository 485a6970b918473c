//! One open connection to a server, for many messages. Where the server lets us (RFC 2920), the end of one message and the beginning
//! of the next go out in one piece, so that a message costs one write and one way there and back.

use super::fate::{Fate, Outgoing, Stage};
use super::offers::Offers;
use super::path::Path;
use super::reply::{Enhanced, Reply};
use super::trust::Trust;
use super::{PATIENCE, Refused, Security, Server, content};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::io;
use std::mem;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// How much is given to the connection at once; where TLS fails, nobody knows how much of that has left.
const PIECE: usize = 64 << 10;
/// How many bytes a second the slowest of servers takes.
const SLOWEST: usize = 16 << 10;
/// How long it is listened for what a server says as it goes.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// What ends a message.
const DOT: &[u8] = b".\r\n";

/// A connection, private or not.
trait Flow: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Flow for T {}

/// One open connection, signed in and ready for messages.
pub struct Line {
    stream: BufReader<Box<dyn Flow>>,
    private: bool,
    offers: Offers,
    patience: Duration,
    /// What is to be written next.
    out: Vec<u8>,
    /// Whether a transaction stands open on the server that no final dot ended.
    begun: bool,
    /// Whether messages are under way.
    busy: bool,
    /// Why it is closed; nothing while it is open.
    closed: Option<String>,
}

/// A write that broke off.
struct Cut {
    /// How much may have left at most.
    gone: usize,
    cause: String,
}

/// What is said before a message's content.
struct Opening {
    mail: String,
    rcpt: String,
}

impl Opening {
    fn commands(&self) -> [(Stage, &str); 3] {
        [(Stage::Mail, &self.mail), (Stage::Rcpt, &self.rcpt), (Stage::Data, "DATA\r\n")]
    }

    fn write(&self, out: &mut Vec<u8>) {
        for (_, command) in self.commands() {
            out.extend_from_slice(command.as_bytes());
        }
    }
}

impl Line {
    /// Connects to a server, makes the connection private as it is asked for, and signs in. Each step may take the server's patience.
    pub async fn open(server: &Server) -> Result<Line, Refused> {
        Line::open_with(server, &Trust::of(server)?).await
    }

    /// The same, with the certificates already read.
    pub async fn open_with(server: &Server, trust: &Trust) -> Result<Line, Refused> {
        if server.security == Security::None && !server.is_here() {
            return Err(Refused::Open);
        }
        let patience = server.patience.unwrap_or(PATIENCE);
        let connected = within(patience, TcpStream::connect((server.bare_host(), server.port))).await?;
        connected.set_nodelay(true).map_err(|fault| Refused::Later(fault.to_string()))?;
        let mut line = Line::over(Box::new(connected), false, patience);
        if server.security == Security::Tls {
            line = line.under_tls(server, trust).await?;
        }
        let greeting = line.reply().await.map_err(Refused::Later)?;
        wanted(greeting, 220)?;
        line.greet(server).await?;
        if server.security == Security::StartTls {
            if !line.offers.start_tls {
                return Err(Refused::Later("the server does not offer STARTTLS".to_owned()));
            }
            line.ask("STARTTLS\r\n", 220).await?;
            // What was said in the open would be believed as if it had been said in private.
            if !line.stream.buffer().is_empty() {
                return Err(Refused::Later("something was said in the open after STARTTLS".to_owned()));
            }
            line = line.under_tls(server, trust).await?;
            line.greet(server).await?;
        }
        line.sign_in(server).await?;
        Ok(line)
    }

    /// Whether more messages may go over it.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// The largest message the server takes, in bytes, where it says so.
    pub fn limit(&self) -> Option<u64> {
        self.offers.limit
    }

    /// Sends messages in their order, each in a transaction of its own; tells of each what became of it, in the same order. What is
    /// no address, holds a NUL, or is larger than the server's limit is refused here and never written. A 421 or a loss closes the
    /// line; what had not begun stays untouched.
    pub async fn deliver(&mut self, messages: &[Outgoing]) -> Vec<Fate> {
        self.deliver_while(messages, || true).await
    }

    /// The same, but nothing begins from a moment on: what had not by then stays untouched, and the line open.
    pub async fn deliver_until(&mut self, messages: &[Outgoing], until: Instant) -> Vec<Fate> {
        self.deliver_while(messages, || Instant::now() < until).await
    }

    async fn deliver_while(&mut self, messages: &[Outgoing], begins: impl Fn() -> bool) -> Vec<Fate> {
        // Whoever gave up in the middle of messages left answers behind that belong to none of these.
        if mem::replace(&mut self.busy, true) {
            self.close("given up in the middle of a message");
        }
        let openings: Vec<Result<Opening, Fate>> = messages.iter().map(|message| self.offers.opening(message)).collect();
        let mut fates: Vec<Option<Fate>> = openings.iter().map(|opening| opening.as_ref().err().cloned()).collect();
        let mut fit = openings.iter().enumerate().filter_map(|(at, opening)| Some((at, opening.as_ref().ok()?)));
        let mut asked = None;
        while self.is_open() {
            let (at, opening) = match asked.take() {
                Some(next) => next,
                None => {
                    let Some(next) = fit.next().filter(|_| begins()) else { break };
                    if let Err(cause) = self.begin(next.1).await {
                        self.close(&cause);
                        break;
                    }
                    next
                }
            };
            fates[at] = Some(match self.opened(opening).await {
                Err(fate) => fate,
                Ok(()) => {
                    asked = if self.offers.pipelining && begins() { fit.next() } else { None };
                    self.hand_over(&messages[at].content, asked.map(|(_, opening)| opening)).await
                }
            });
        }
        self.busy = false;
        let cause = self.closed.clone().unwrap_or_default();
        fates.into_iter().map(|fate| fate.unwrap_or_else(|| Fate::Untouched(cause.clone()))).collect()
    }

    /// Takes leave of the server, which need not answer.
    pub async fn quit(mut self) {
        if self.is_open() && !self.busy {
            self.patience = self.patience.min(LAST_WORDS);
            self.out.extend_from_slice(b"QUIT\r\n");
            if self.put().await.is_ok() {
                let _ = self.reply().await;
            }
            let _ = timeout(self.patience, self.stream.shutdown()).await;
        }
    }

    fn over(stream: Box<dyn Flow>, private: bool, patience: Duration) -> Line {
        Line {
            stream: BufReader::with_capacity(4 << 10, stream),
            private,
            offers: Offers::default(),
            patience,
            out: Vec::new(),
            begun: false,
            busy: false,
            closed: None,
        }
    }

    async fn under_tls(self, server: &Server, trust: &Trust) -> Result<Line, Refused> {
        let later = |cause: &str| Refused::Later(cause.to_owned());
        let config = trust.0.clone().ok_or(later("no certificates to measure the server by"))?;
        let name = ServerName::try_from(server.bare_host().to_owned()).map_err(|_| later("a host that is no name"))?;
        let stream = within(self.patience, TlsConnector::from(config).connect(name, self.stream.into_inner())).await?;
        Ok(Line::over(Box::new(stream), true, self.patience))
    }

    async fn greet(&mut self, server: &Server) -> Result<(), Refused> {
        let unfit = || Refused::Unfit("a name to greet with that is none".to_owned());
        let name = if server.greeting.is_ascii() { Ok(server.greeting.clone()) } else { idna::domain_to_ascii(&server.greeting) };
        let name = name.map_err(|_| unfit())?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)) {
            return Err(unfit());
        }
        let reply = self.ask(&format!("EHLO {name}\r\n"), 250).await?;
        self.offers = Offers::read(&reply);
        Ok(())
    }

    async fn sign_in(&mut self, server: &Server) -> Result<(), Refused> {
        let (user, password) = (&server.user, &server.password);
        if user.is_empty() {
            return Ok(());
        }
        if self.offers.plain {
            if user.contains('\0') || password.contains('\0') {
                return Err(Refused::Unfit("a user or password that can't be said".to_owned()));
            }
            self.ask(&format!("AUTH PLAIN {}\r\n", STANDARD.encode(format!("\0{user}\0{password}"))), 235).await?;
        } else if self.offers.login {
            self.ask("AUTH LOGIN\r\n", 334).await?;
            self.ask(&format!("{}\r\n", STANDARD.encode(user)), 334).await?;
            self.ask(&format!("{}\r\n", STANDARD.encode(password)), 235).await?;
        } else {
            return Err(Refused::Never("the server offers no way to sign in that we know".to_owned()));
        }
        Ok(())
    }

    /// One command before there are messages, and the answer that it has to have.
    async fn ask(&mut self, command: &str, code: u16) -> Result<Reply, Refused> {
        self.out.extend_from_slice(command.as_bytes());
        self.put().await.map_err(|cut| Refused::Later(cut.cause))?;
        wanted(self.reply().await.map_err(Refused::Later)?, code)
    }

    /// Begins the next message: all its commands where they may go out together. What an earlier one left open is taken back first.
    async fn begin(&mut self, opening: &Opening) -> Result<(), String> {
        self.listened()?;
        if self.begun {
            self.out.extend_from_slice(b"RSET\r\n");
        }
        if self.offers.pipelining {
            opening.write(&mut self.out);
        }
        if let Err(cut) = self.put().await {
            let words = self.last_words().await.map_or(cut.cause, |reply| reply.told());
            return Err(words);
        }
        if mem::take(&mut self.begun) {
            let reply = self.reply().await?;
            if reply.class() != 2 {
                return Err(reply.told());
            }
        }
        Ok(())
    }

    /// Hears, or says and hears, what comes before the content. Well, the content may follow; else this is the message's fate.
    async fn opened(&mut self, opening: &Opening) -> Result<(), Fate> {
        let (mut refused, mut reached) = (None, false);
        for (stage, command) in opening.commands() {
            let reply = if self.offers.pipelining { self.reply().await } else { self.said(command).await };
            let out_of_step = match reply {
                Err(cause) => cause,
                Ok(reply) if reply.code == 421 => reply.told(),
                Ok(reply) if matches!(reply.class(), 4 | 5) => {
                    refused.get_or_insert(Fate::refused(stage, &reply));
                    if self.offers.pipelining {
                        continue;
                    }
                    break;
                }
                Ok(reply) if stage == Stage::Data && reply.class() == 3 => match refused {
                    None => match self.listened() {
                        Ok(()) => return Ok(()),
                        Err(cause) => cause,
                    },
                    // A server may go on without anybody to go on for (RFC 2920, 3.1): it gets nothing.
                    Some(_) if !reached => match self.empty().await {
                        Ok(()) => break,
                        Err(cause) => cause,
                    },
                    Some(_) => reply.told(),
                },
                Ok(reply) if stage != Stage::Data && reply.class() == 2 => {
                    self.begun = true;
                    reached |= stage == Stage::Rcpt;
                    continue;
                }
                Ok(reply) => reply.told(),
            };
            self.close(&out_of_step);
            return Err(refused.unwrap_or(Fate::Untouched(out_of_step)));
        }
        refused.map_or(Ok(()), Err)
    }

    /// Writes the content, its dot, and what the next message begins with; hears what becomes of it.
    async fn hand_over(&mut self, message: &[u8], next: Option<&Opening>) -> Fate {
        content::write(message, &mut self.out);
        let dot = self.out.len();
        self.out.extend_from_slice(DOT);
        if let Some(next) = next {
            next.write(&mut self.out);
        }
        let cut = self.put().await.err();
        // A server that has had enough may say so before it goes.
        let reply = if cut.is_some() { self.last_words().await.ok_or(String::new()) } else { self.reply().await };
        let whole = cut.as_ref().is_none_or(|cut| cut.gone > dot);
        let fate = match reply {
            Ok(reply) if reply.class() == 2 && whole => Fate::Taken(reply.told()),
            Ok(reply) if reply.code == 421 && !whole => Fate::Untouched(reply.told()),
            Ok(reply) if matches!(reply.class(), 4 | 5) => {
                if reply.code == 421 {
                    self.close(&reply.told());
                }
                Fate::refused(Stage::End, &reply)
            }
            other => {
                let cause = match (&cut, other) {
                    (Some(cut), _) => cut.cause.clone(),
                    (None, Ok(reply)) => reply.told(),
                    (None, Err(cause)) => cause,
                };
                self.close(&cause);
                if whole { Fate::Doubt(cause) } else { Fate::Untouched(cause) }
            }
        };
        if let Some(cut) = cut {
            self.close(&cut.cause);
        }
        self.begun = false;
        fate
    }

    /// Ends a message that nobody is there for, without a line in it.
    async fn empty(&mut self) -> Result<(), String> {
        self.out.extend_from_slice(DOT);
        self.put().await.map_err(|cut| cut.cause)?;
        let reply = self.reply().await?;
        self.begun = false;
        if reply.code == 421 { Err(reply.told()) } else { Ok(()) }
    }

    /// One command, and its answer.
    async fn said(&mut self, command: &str) -> Result<Reply, String> {
        self.out.extend_from_slice(command.as_bytes());
        match self.put().await {
            Ok(()) => self.reply().await,
            Err(cut) => self.last_words().await.ok_or(cut.cause),
        }
    }

    /// That nothing has come that nobody asked for: it would be taken for the answer to what is said next.
    fn listened(&self) -> Result<(), String> {
        if self.stream.buffer().is_empty() { Ok(()) } else { Err("an answer to nothing".to_owned()) }
    }

    /// Writes what stands in `out`, and empties it.
    async fn put(&mut self) -> Result<(), Cut> {
        let (stream, out) = (&mut self.stream, &self.out);
        let mut gone = 0;
        let patience = self.patience + Duration::from_secs((out.len() / SLOWEST) as u64);
        let written = timeout(patience, async {
            while gone < out.len() {
                let piece = &out[gone..out.len().min(gone + PIECE)];
                match stream.write(piece).await {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(taken) => gone += taken,
                    Err(fault) => {
                        // What TLS had made of it may have left in part.
                        gone += if self.private { piece.len() } else { 0 };
                        return Err(fault);
                    }
                }
            }
            stream.flush().await
        });
        let cause = match written.await {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(lost(&fault)),
            Err(_) => Some("timed out".to_owned()),
        };
        self.out.clear();
        // What one large message needed is not kept for all that follow.
        self.out.shrink_to(1 << 20);
        cause.map_or(Ok(()), |cause| Err(Cut { gone, cause }))
    }

    async fn reply(&mut self) -> Result<Reply, String> {
        timeout(self.patience, Reply::read(&mut self.stream)).await.unwrap_or_else(|_| Err("timed out".to_owned()))
    }

    /// What the server said before it went.
    async fn last_words(&mut self) -> Option<Reply> {
        timeout(self.patience.min(LAST_WORDS), Reply::read(&mut self.stream)).await.ok()?.ok()
    }

    fn close(&mut self, cause: &str) {
        self.closed.get_or_insert_with(|| cause.to_owned());
    }
}

impl Offers {
    /// The commands for a message; else why it is not sent at all.
    fn opening(&self, message: &Outgoing) -> Result<Opening, Fate> {
        let from = if message.from.is_empty() { Some(Path::none()) } else { Path::read(&message.from) };
        let from = from.ok_or_else(|| Fate::unfit(Stage::Mail, 553, Enhanced(5, 1, 7), "an address that is none"))?;
        let to = Path::read(&message.to).ok_or_else(|| Fate::unfit(Stage::Rcpt, 553, Enhanced(5, 1, 3), "an address that is none"))?;
        for (path, stage) in [(&from, Stage::Mail), (&to, Stage::Rcpt)] {
            if path.wide && !(self.utf8 && self.eight_bits) {
                return Err(Fate::unfit(stage, 553, Enhanced(5, 6, 7), "an address beyond ASCII, which the server does not take"));
            }
        }
        if message.content.contains(&0) {
            return Err(Fate::unfit(Stage::Mail, 554, Enhanced(5, 6, 0), "a message with a NUL in it"));
        }
        let size = content::size(&message.content);
        if self.limit.is_some_and(|limit| size as u64 > limit) {
            return Err(Fate::unfit(Stage::Mail, 552, Enhanced(5, 3, 4), "a message larger than the server takes"));
        }
        let mut mail = format!("MAIL FROM:<{}>", from.text);
        if self.size {
            mail += &format!(" SIZE={size}");
        }
        // To a server that does not offer it such bytes go as they are: what is signed can't be written otherwise, and all take them.
        if self.eight_bits && !message.content.is_ascii() {
            mail += " BODY=8BITMIME";
        }
        if from.wide || to.wide {
            mail += " SMTPUTF8";
        }
        mail += "\r\n";
        Ok(Opening { mail, rcpt: format!("RCPT TO:<{}>\r\n", to.text) })
    }
}

/// The answer, where it is the one that is wanted.
fn wanted(reply: Reply, code: u16) -> Result<Reply, Refused> {
    match reply.class() {
        _ if reply.code == code => Ok(reply),
        5 => Err(Refused::Never(reply.told())),
        _ => Err(Refused::Later(reply.told())),
    }
}

/// A step of connecting, which may take so long.
async fn within<T>(patience: Duration, step: impl Future<Output = io::Result<T>>) -> Result<T, Refused> {
    match timeout(patience, step).await {
        Ok(done) => done.map_err(|fault| Refused::Later(lost(&fault))),
        Err(_) => Err(Refused::Later("timed out".to_owned())),
    }
}

fn lost(fault: &io::Error) -> String {
    super::reply::legible(&format!("the connection was lost: {fault}"))
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({:?}, {:?})", self.offers, self.closed)
    }
}

#[cfg(test)]
mod tests;
