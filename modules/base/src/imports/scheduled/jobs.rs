//! The work behind scheduled imports: whose turn it is, and taking the file. Each is safe to run twice.

use super::entity::{self, Every, IMPORT_SCHEDULE, Source};
use super::{Found, Seen, folder, rows};
use crate::imports::wizard::{self, saved};
use bytes::Bytes;
use engine::files::{BEGINNING, Received, nature};
use engine::jobs::{Done, JobContext, Run};
use engine::{Engine, Principal, Work};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say};
use meta::Record;
use meta::fields::Chosen;
use std::io::Read;
use std::time::Duration;
use tokio::sync::mpsc;
use wire::http::{Client, Fault, named};

/// The job that finds out whose turn it is.
pub(super) const DUE: &str = "import-due";
/// The job that takes the file of one.
pub(super) const TAKE: &str = "import-take";

/// The largest file that is taken, in bytes.
const MOST_BYTES: usize = 64 << 20;
/// How long fetching one may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pieces of a file that wait to be kept.
const PIECES: usize = 8;
/// After so long a file that may still be written is looked at again, in milliseconds.
const AGAIN: i64 = 5_000;

pub(super) struct Due;

impl Run for Due {
    fn kind(&self) -> &'static str {
        DUE
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let engine = &context.engine;
            for due in rows::due(engine).await? {
                let next = next(engine, &due.times)?;
                rows::claim(engine, due, next).await?;
            }
            Ok(Done::Finished)
        })
    }
}

/// When it looks next.
pub(super) fn next(engine: &Engine, (every, hour, weekday): &(Every, i64, i64)) -> Result<kernel::Moment> {
    let cron = match every {
        Every::Hour => "0 * * * *".to_owned(),
        Every::Day => format!("0 {} * * *", hour.clamp(&0, &23)),
        // Sunday is day 0 there.
        Every::Week => format!("0 {} * * {}", hour.clamp(&0, &23), weekday.clamp(&1, &7) % 7),
    };
    engine.next_time(&cron, engine.now())
}

pub(super) struct Take;

impl Run for Take {
    fn kind(&self) -> &'static str {
        TAKE
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let id = about(&context.payload)?;
            let (engine, who) = (&context.engine, &context.who);
            match take(engine, who, id).await {
                Ok(None) => Ok(Done::Finished),
                Ok(Some(wait)) => Ok(Done::Again(engine.now().plus_millis(wait))),
                Err(error) => {
                    let why = match error {
                        Error::Invalid(problems) => problems.into_iter().next().map(|problem| problem.say),
                        Error::Forbidden(say) | Error::Unavailable(say) | Error::Conflict(Conflict::State(say)) => Some(say),
                        Error::NotFound => Some(Say::new("error-schedule-mapping")),
                        other => return Err(other),
                    };
                    rows::failed(engine, id, &why.unwrap_or(Say::new("error-import-given-up"))).await?;
                    Ok(Done::Finished)
                }
            }
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        Box::pin(async move { rows::failed(engine, about(payload)?, &Say::new("error-schedule-owner")).await })
    }
}

fn about(payload: &str) -> Result<Id> {
    payload.parse().map_err(|_| Error::internal("a job of scheduled imports without its schedule"))
}

/// Takes the file of one, if there is another than the last, and has it imported. In how many milliseconds it is to be looked at
/// again, where somebody may still be writing it.
async fn take(engine: &Engine, who: &Principal, id: Id) -> Result<Option<i64>> {
    let (record, _) = match engine.show(who, &*engine.entity(IMPORT_SCHEDULE)?, id).await {
        // Removed meanwhile.
        Err(Error::NotFound) => return Ok(None),
        found => found?,
    };
    if who.administers().is_err() || !who.role.import {
        return Err(Error::Forbidden(Say::new("error-schedule-owner")));
    }
    let mapping = record.value(entity::MAPPING.id()).link().ok_or(Error::NotFound)?;
    let mapping = saved::one(engine, who, mapping).await?;
    let seen = Seen::read(record.value(entity::SEEN.id()).text());
    let found = match Source::from_key(record.value(entity::SOURCE.id()).text()) {
        Some(Source::Address) => fetched(engine, &record, &seen).await?,
        _ => match in_folder(engine, &record, &seen).await? {
            Looked::Waits(mark) => {
                rows::stood(engine, id, &mark).await?;
                return Ok(Some(AGAIN));
            }
            Looked::Nothing => None,
            Looked::File(found) => Some(found),
        },
    };
    match found {
        Some(found) if found.seen.digest != seen.digest => {
            super::keeping::settle(engine, &record).await?;
            wizard::begin_scheduled(engine, who, &mapping, &found.received, (id, found.seen.packed()?)).await?;
        }
        Some(found) => rows::looked(engine, id, Some(found.seen.packed()?)).await?,
        None => rows::looked(engine, id, None).await?,
    }
    Ok(None)
}

/// What a folder holds.
enum Looked {
    /// Nothing, or what is known.
    Nothing,
    /// A file that somebody may still be writing, as it stands.
    Waits(String),
    File(Found),
}

async fn in_folder(engine: &Engine, record: &Record, seen: &Seen) -> Result<Looked> {
    let allowed = engine.settings().import_folder.clone().ok_or_else(|| Error::invalid("folder", Say::new("error-schedule-no-folder")))?;
    let (within, pattern) = (record.get(&entity::FOLDER).to_owned(), record.get(&entity::PATTERN).to_owned());
    let (stood, known) = (record.value(entity::STOOD.id()).text().to_owned(), seen.mark.clone());
    let (files, now) = (engine.files()?.clone(), engine.now());
    let looking = tokio::task::spawn_blocking(move || {
        let Some(found) = folder::newest(&allowed, &within, &pattern)? else { return Ok(Looked::Nothing) };
        if found.mark() == known {
            return Ok(Looked::Nothing);
        }
        if !found.is_old(now) && stood != found.mark() {
            return Ok(Looked::Waits(found.mark()));
        }
        let Some(file) = folder::open(&allowed, &found)? else { return Ok(Looked::Waits(String::new())) };
        let received = received(&files, &found.name, &file)?;
        let still = folder::open(&allowed, &found)?.is_some();
        let seen = Seen { mark: found.mark(), digest: received.kept.digest.as_str().to_owned(), ..Seen::default() };
        Ok(if still { Looked::File(Found { received, seen }) } else { Looked::Waits(String::new()) })
    });
    looking.await.map_err(Error::internal)?
}

/// Keeps what is read as a file, and says what it is.
fn received(files: &engine::files::Files, name: &str, mut file: impl Read) -> Result<Received> {
    let refused = |say| Error::invalid("file", say);
    let unreadable = |fault: std::io::Error| Error::Unavailable(Say::new("error-import-unreadable").with("reason", fault));
    let mut beginning = Vec::new();
    file.by_ref().take(BEGINNING as u64).read_to_end(&mut beginning).map_err(unreadable)?;
    let media = nature(name, &beginning).map_err(refused)?.media;
    let mut arriving = files.arriving()?;
    arriving.write(&beginning)?;
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut piece).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        arriving.write(&piece[..read])?;
        if arriving.size() > MOST_BYTES as u64 {
            return Err(refused(Say::new("error-schedule-large").with("most", MOST_BYTES >> 20)));
        }
    }
    Ok(Received { kept: arriving.keep()?, name: engine::files::harmless_name(name), media })
}

/// A file while it comes, read by whoever keeps it. What ends before it is whole is an error.
struct Coming {
    pieces: mpsc::Receiver<Option<Bytes>>,
    rest: Bytes,
    whole: bool,
}

impl Read for Coming {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() && !self.whole {
            match self.pieces.blocking_recv() {
                Some(Some(piece)) => self.rest = piece,
                Some(None) => self.whole = true,
                None => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let length = self.rest.len().min(into.len());
        into[..length].copy_from_slice(&self.rest.split_to(length));
        Ok(length)
    }
}

/// The file at the address; none where the server says that it is the last one.
async fn fetched(engine: &Engine, record: &Record, seen: &Seen) -> Result<Option<Found>> {
    let address = record.value(entity::ADDRESS.id()).text().to_owned();
    let header = record.value(entity::HEADER.id()).text().to_owned();
    let secret = match rows::secret(engine, record.id).await? {
        sealed if sealed.is_empty() => String::new(),
        sealed => engine.unseal(&super::place(record.id), &sealed).await?,
    };
    let mut headers: Vec<(&str, &str)> = Vec::new();
    if !header.is_empty() && !secret.is_empty() {
        headers.push((&header, &secret));
    }
    for (name, value) in [("if-none-match", &seen.etag), ("if-modified-since", &seen.modified)] {
        if !value.is_empty() {
            headers.push((name, value));
        }
    }
    let fault = |fault: Fault| {
        let key = match fault {
            Fault::Address => "error-schedule-address",
            Fault::Private => "error-schedule-private",
            Fault::Elsewhere => "error-schedule-elsewhere",
            Fault::Long => "error-schedule-large",
            Fault::Late => "error-schedule-late",
            Fault::Broken(_) | Fault::Unwanted => "error-schedule-broken",
        };
        Error::Unavailable(Say::new(key).with("most", MOST_BYTES >> 20).with("reason", fault))
    };
    // What comes goes to the disk while it comes.
    let (files, name) = (engine.files()?.clone(), name_of(&address));
    let (pieces, coming) = mpsc::channel(PIECES);
    let keeping = tokio::task::spawn_blocking(move || received(&files, &name, Coming { pieces: coming, rest: Bytes::new(), whole: false }));
    let fetched = client(engine, &address).fetch(&address, &headers, MOST_BYTES, PATIENCE, pieces).await;
    let kept = keeping.await.map_err(Error::internal)?;
    let answer = match (fetched, kept.as_ref()) {
        // Whoever kept it stopped first, and says why.
        (Err(Fault::Unwanted), Err(_)) => return kept.map(|_| None),
        (fetched, _) => fetched.map_err(fault)?,
    };
    if answer.status == 304 {
        return Ok(None);
    }
    if answer.status != 200 {
        return Err(Error::Unavailable(Say::new("error-schedule-status").with("status", answer.status)));
    }
    let received = kept?;
    let seen = Seen { etag: answer.etag, modified: answer.modified, digest: received.kept.digest.as_str().to_owned(), ..Seen::default() };
    Ok(Some(Found { received, seen }))
}

/// The one way out, to public servers and to those of our own network that the installation's owner named.
fn client(engine: &Engine, address: &str) -> Client {
    Client::new(engine.settings().trusted.clone()).allowing(named(address, &engine.settings().import_hosts))
}

/// Whether an address is one that is gone to: https, or a server that the installation's owner named.
pub(super) fn leads(engine: &Engine, address: &str) -> bool {
    client(engine, address).leads(address)
}

/// What a file from an address is called.
fn name_of(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let name = path.split_once('/').and_then(|(_, path)| path.rsplit('/').next()).unwrap_or_default();
    if name.contains('.') { name.to_owned() } else { "importazione.csv".to_owned() }
}
