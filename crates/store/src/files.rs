//! Files by their content: the name of a file is the digest of its bytes, so the same file is kept once.
//!
//! A file arrives under a name of its own in `arriving/` and gets its place only when all of it is on the disk: who is cut
//! off leaves nothing but that, which is swept away later. These calls wait for the disk; from a task they belong in
//! `spawn_blocking`. Whoever keeps files elsewhere gives this another inside; nobody else knows that there is a folder.

use crate::sqlite::from_disk;
use kernel::{Error, Result};
use sha2::{Digest as _, Sha256};
use std::any::Any;
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The SHA-256 of a file's bytes, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(hash: Sha256) -> Digest {
        Digest(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Digest> {
        let hexadecimal = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if hexadecimal { Ok(Digest(text.to_owned())) } else { Err(Error::NotFound) }
    }
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What is in it.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
}

/// A folder of files by content.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
    arrivals: Arc<AtomicU64>,
    /// Kept for as long as the folder is wanted.
    guard: Option<Arc<dyn Any + Send + Sync>>,
}

/// A file on its way in; dropped before it is kept, it was never there.
#[derive(Debug)]
pub struct Arriving {
    files: Files,
    path: PathBuf,
    file: Option<File>,
    hash: Sha256,
    size: u64,
}

/// The folder of what is on its way in.
const ARRIVING: &str = "arriving";
/// The folder of what is looked at a last time before it goes.
const LEAVING: &str = "leaving";

impl Files {
    /// In this folder, made when the first file comes.
    pub fn new(folder: impl Into<PathBuf>) -> Files {
        Files { folder: folder.into(), arrivals: Arc::new(AtomicU64::new(0)), guard: None }
    }

    /// The same, keeping something for as long as it is kept itself: a temporary folder.
    pub fn keeping(mut self, guard: impl Any + Send + Sync) -> Files {
        self.guard = Some(Arc::new(guard));
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Begins to take in a file.
    pub fn arriving(&self) -> Result<Arriving> {
        let begin = || {
            let folder = self.folder.join(ARRIVING);
            make(&folder)?;
            loop {
                let number = self.arrivals.fetch_add(1, Ordering::Relaxed);
                let path = folder.join(format!("{}-{number}", std::process::id()));
                match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                    // Left by one that was cut off, or another node's.
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                    file => return Ok(Arriving { files: self.clone(), path, file: Some(file?), hash: Sha256::new(), size: 0 }),
                }
            }
        };
        begin().map_err(|error: std::io::Error| from_disk(&error))
    }

    /// Keeps all bytes of a reader; they are on the disk when this returns.
    pub fn put(&self, mut reader: impl Read) -> Result<Digest> {
        let mut arriving = self.arriving()?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return arriving.keep().map(|kept| kept.digest),
                Ok(length) => arriving.write(&buffer[..length])?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(from_disk(&error)),
            }
        }
    }

    /// The file with this digest, for reading. `NotFound` if there is none.
    pub fn open(&self, digest: &Digest) -> Result<File> {
        File::open(self.place(digest)).map_err(|error| from_disk(&error))
    }

    /// What is kept under this digest, read to its end: `NotFound` if there is nothing, and another digest if it was spoilt.
    pub fn examine(&self, digest: &Digest) -> Result<Kept> {
        let mut file = self.open(digest)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        let mut size = 0;
        loop {
            match file.read(&mut buffer).map_err(|error| from_disk(&error))? {
                0 => return Ok(Kept { digest: Digest::of(hash), size }),
                length => {
                    hash.update(&buffer[..length]);
                    size += length as u64;
                }
            }
        }
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, digest: &Digest) -> Result<()> {
        gone(fs::remove_file(self.place(digest))).map_err(|error| from_disk(&error))
    }

    /// All of what is here, with its bytes.
    pub fn all(&self) -> Result<Vec<(Digest, u64)>> {
        let mut all = Vec::new();
        for digest in self.older_than(Duration::ZERO)? {
            // What goes meanwhile is not here.
            if let Ok(data) = fs::metadata(self.place(&digest)) {
                all.push((digest, data.len()));
            }
        }
        Ok(all)
    }

    /// Digests of what has been here for longer than this.
    pub fn older_than(&self, age: Duration) -> Result<Vec<Digest>> {
        let mut found = Vec::new();
        let mut look = || {
            for folder in entries(&self.folder)? {
                let Some(begin) = folder.file_name().to_str().filter(|name| name.len() == 2).map(str::to_owned) else { continue };
                for file in entries(&folder.path())? {
                    let digest = file.file_name().to_str().and_then(|rest| format!("{begin}{rest}").parse::<Digest>().ok());
                    found.extend(digest.filter(|_| is_older(&file.path(), age)));
                }
            }
            Ok(())
        };
        look().map_err(|error: std::io::Error| from_disk(&error))?;
        Ok(found)
    }

    /// Removes a file that nothing refers to, unless it came anew meanwhile: whoever brings the same bytes again makes it
    /// young, and it is looked at once more where nobody can renew it. Tells whether it went.
    pub fn let_go(&self, digest: &Digest, age: Duration) -> Result<bool> {
        let aside = self.folder.join(LEAVING).join(&digest.0);
        let go = || {
            make(&self.folder.join(LEAVING))?;
            match fs::rename(self.place(digest), &aside) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
                other => other?,
            }
            if !is_older(&aside, age) {
                fs::rename(&aside, self.place(digest))?;
                return Ok(false);
            }
            fs::remove_file(&aside)?;
            Ok(true)
        };
        go().map_err(|error: std::io::Error| from_disk(&error))
    }

    /// Sweeps away what was on its way in and never came, for longer than this.
    pub fn sweep_arrivals(&self, age: Duration) -> Result<()> {
        let sweep = || {
            for arriving in entries(&self.folder.join(ARRIVING))?.into_iter().filter(|entry| is_older(&entry.path(), age)) {
                gone(fs::remove_file(arriving.path()))?;
            }
            Ok(())
        };
        sweep().map_err(|error: std::io::Error| from_disk(&error))
    }

    fn place(&self, digest: &Digest) -> PathBuf {
        self.folder.join(&digest.0[..2]).join(&digest.0[2..])
    }
}

impl Arriving {
    /// Takes in some more bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        let file = self.file.as_mut().ok_or_else(|| Error::internal("the file is kept already"))?;
        file.write_all(bytes).map_err(|error| from_disk(&error))
    }

    /// How many bytes there are so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Keeps it: bytes and name are on the disk when this returns.
    pub fn keep(mut self) -> Result<Kept> {
        let digest = Digest::of(std::mem::take(&mut self.hash));
        let mut settle = || {
            let file = self.file.take();
            file.ok_or(std::io::ErrorKind::NotFound)?.sync_all()?;
            let place = self.files.place(&digest);
            let folder = place.parent().unwrap_or(&self.files.folder);
            make(folder)?;
            // In the place of the same bytes too: what came anew is young again.
            fs::rename(&self.path, &place)?;
            File::open(folder)?.sync_all()?;
            File::open(&self.files.folder)?.sync_all()
        };
        settle().map_err(|error: std::io::Error| from_disk(&error))?;
        Ok(Kept { digest, size: self.size })
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.file = None;
        // Of one that is kept nothing is left here.
        let _ = fs::remove_file(&self.path);
    }
}

fn make(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn gone(outcome: std::io::Result<()>) -> std::io::Result<()> {
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What is in a folder; nothing in one that is not there.
fn entries(folder: &Path) -> std::io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(entries) => Ok(entries.filter_map(std::result::Result::ok).collect()),
    }
}

/// Whether a file has not been touched for so long; one that can't be asked is taken for young.
fn is_older(path: &Path, age: Duration) -> bool {
    let modified = fs::metadata(path).and_then(|data| data.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|passed| passed >= age))
}
