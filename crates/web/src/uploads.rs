//! Files that come in: read part by part as they arrive, straight to the disk, never whole in memory. What may not be kept
//! is said file by file, and what is too long is read to its end without being kept, so that the answer arrives.

use crate::form::{Fields, media_type};
use crate::problem::Failure;
use crate::state::Web;
use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use engine::files::{Arriving, BEGINNING, Received, harmless_name, nature};
use futures_util::StreamExt;
use http::StatusCode;
use kernel::{Error, Result, Say};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Files sent at once.
pub(crate) const MOST_FILES: usize = 20;
/// How many times the largest file all files sent at once may be.
const TIMES: u64 = 10;
/// What a form may say besides its files, in bytes.
const MOST_WORDS: usize = 1 << 20;
/// The next bytes have to come within this time.
const PATIENCE: Duration = Duration::from_secs(30);
/// After this time so many bytes a second have to have come on average.
const EASY: Duration = Duration::from_secs(60);
const SLOWEST: u64 = 2 << 10;
/// Bytes that go to the disk at once.
const PIECE: usize = 256 << 10;

/// What a form with files has sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Its other fields.
    pub fields: Fields,
    /// The files that were kept, in the order they came.
    pub files: Vec<Received>,
    /// Why others were not.
    pub refused: Vec<Say>,
}

impl FromRequest<Web> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Sent, Failure> {
        receive(web, request).await
    }
}

/// The longest body of a request that brings files, when one of them has at most so many bytes.
pub(crate) fn most_bytes(of_one: u64) -> u64 {
    of_one.saturating_mul(TIMES).saturating_add(MOST_WORDS as u64)
}

/// Reads a form with files, or an ordinary one.
pub(crate) async fn receive(web: &Web, request: Request) -> Result<Sent, Failure> {
    if media_type(request.headers()) != "multipart/form-data" {
        return Ok(Sent { fields: Fields::from_request(request, &()).await?, ..Sent::default() });
    }
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| malformed())?;
    let mut sent = Sent::default();
    let mut pace = Pace::new();
    let mut words = 0;
    while let Some(mut part) = pace.wait(parts.next_field()).await?.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file) = part.file_name().map(str::to_owned) else {
            let mut text = Vec::new();
            while let Some(bytes) = pace.wait(part.chunk()).await?.map_err(broken)? {
                words += bytes.len();
                if words > MOST_WORDS {
                    return Err(too_large());
                }
                text.extend_from_slice(&bytes);
            }
            let text = String::from_utf8(text).map_err(|_| Failure::status(StatusCode::BAD_REQUEST, Say::new("error-encoding")))?;
            sent.fields.0.push((name, text));
            continue;
        };
        let taken = sent.files.len() + sent.refused.len() < MOST_FILES;
        match receive_part(web, &mut part, &file, taken, &mut pace).await? {
            Some(Ok(received)) => sent.files.push(received),
            Some(Err(say)) => sent.refused.push(say),
            // A browser sends the field of which nothing was chosen too.
            None => {}
        }
    }
    Ok(sent)
}

/// Reads a body that is a file and nothing else.
pub(crate) async fn receive_body(web: &Web, name: &str, body: Body) -> Result<Received, Failure> {
    let mut receiving = Receiving::begin(web, name).await?;
    let mut pace = Pace::new();
    let mut stream = body.into_data_stream();
    while let Some(bytes) = pace.wait(stream.next()).await? {
        let bytes = bytes.map_err(|error| crate::form::broken(&error))?;
        pace.came(bytes.len());
        receiving.take(&bytes).await?;
    }
    match receiving.end().await? {
        Ok(received) => Ok(received),
        Err(say) => Err(Error::invalid("file", say).into()),
    }
}

/// One file of a form; nothing where none was chosen.
async fn receive_part(
    web: &Web,
    part: &mut Field<'_>,
    name: &str,
    taken: bool,
    pace: &mut Pace,
) -> Result<Option<std::result::Result<Received, Say>>, Failure> {
    let mut receiving = Receiving::begin(web, name).await?;
    if !taken {
        receiving.refuse(Say::new("error-too-many-files").with("most", MOST_FILES));
    }
    let mut some = false;
    while let Some(bytes) = pace.wait(part.chunk()).await?.map_err(broken)? {
        pace.came(bytes.len());
        some |= !bytes.is_empty();
        receiving.take(&bytes).await?;
    }
    if name.is_empty() && !some {
        return Ok(None);
    }
    receiving.end().await.map(Some).map_err(Failure::from)
}

/// A file on its way to the disk.
struct Receiving {
    name: String,
    most: u64,
    beginning: Vec<u8>,
    piece: Vec<u8>,
    arriving: Option<Arriving>,
    size: u64,
    media: &'static str,
    refused: Option<Say>,
}

impl Receiving {
    async fn begin(web: &Web, name: &str) -> Result<Receiving> {
        let files = web.engine().files()?.clone();
        let arriving = blocking(move || files.arriving()).await?;
        Ok(Receiving {
            name: harmless_name(name),
            most: web.limits().measures().upload_bytes,
            beginning: Vec::with_capacity(BEGINNING),
            piece: Vec::new(),
            arriving: Some(arriving),
            size: 0,
            media: "",
            refused: None,
        })
    }

    fn refuse(&mut self, say: Say) {
        self.refused.get_or_insert(say);
        self.arriving = None;
        self.piece = Vec::new();
    }

    async fn take(&mut self, bytes: &Bytes) -> Result<()> {
        self.size += bytes.len() as u64;
        if self.refused.is_some() {
            return Ok(());
        }
        if self.size > self.most {
            let say = Say::new("error-file-large").with("name", &self.name).with("most", self.most >> 20);
            self.refuse(say);
            return Ok(());
        }
        if self.beginning.len() < BEGINNING {
            self.beginning.extend_from_slice(&bytes[..bytes.len().min(BEGINNING - self.beginning.len())]);
            if self.beginning.len() == BEGINNING {
                self.know();
            }
        }
        if self.refused.is_none() {
            self.piece.extend_from_slice(bytes);
            if self.piece.len() >= PIECE {
                self.write().await?;
            }
        }
        Ok(())
    }

    /// What it is, now that enough of it is here.
    fn know(&mut self) {
        match nature(&self.name, &self.beginning) {
            Ok(nature) => self.media = nature.media,
            Err(say) => self.refuse(say),
        }
    }

    async fn write(&mut self) -> Result<()> {
        let (piece, arriving) = (std::mem::take(&mut self.piece), self.arriving.take());
        let Some(mut arriving) = arriving else { return Ok(()) };
        let written = blocking(move || {
            arriving.write(&piece)?;
            Ok((arriving, piece))
        });
        let (arriving, mut piece) = written.await?;
        piece.clear();
        (self.arriving, self.piece) = (Some(arriving), piece);
        Ok(())
    }

    async fn end(mut self) -> Result<std::result::Result<Received, Say>> {
        if self.refused.is_none() && self.size == 0 {
            let say = Say::new("error-file-empty").with("name", &self.name);
            self.refuse(say);
        }
        if self.refused.is_none() && self.beginning.len() < BEGINNING {
            self.know();
        }
        if let Some(say) = self.refused {
            return Ok(Err(say));
        }
        self.write().await?;
        let arriving = self.arriving.take().ok_or_else(|| Error::internal("a file went before it was kept"))?;
        let kept = blocking(move || arriving.keep()).await?;
        Ok(Ok(Received { kept, name: self.name, media: self.media }))
    }
}

/// How quickly a body comes: one that drips is not waited for.
struct Pace {
    began: Instant,
    came: u64,
}

impl Pace {
    fn new() -> Pace {
        Pace { began: Instant::now(), came: 0 }
    }

    fn came(&mut self, bytes: usize) {
        self.came += bytes as u64;
    }

    async fn wait<T>(&self, next: impl Future<Output = T>) -> Result<T, Failure> {
        let passed = self.began.elapsed();
        let cut = || Failure::status(StatusCode::REQUEST_TIMEOUT, Say::new("error-body-cut"));
        if passed > EASY && self.came < passed.as_secs() * SLOWEST {
            return Err(cut());
        }
        timeout(PATIENCE, next).await.map_err(|_| cut())
    }
}

pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn broken(error: axum::extract::multipart::MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { malformed() }
}

fn malformed() -> Failure {
    Failure::status(StatusCode::BAD_REQUEST, Say::new("error-body-cut"))
}

fn too_large() -> Failure {
    Failure::status(StatusCode::PAYLOAD_TOO_LARGE, Say::new("error-too-large"))
}
