//! Files by their content: the name of a file is the digest of its bytes, so the same file is kept once.
//!
//! These calls wait for the disk; from a task they belong in `spawn_blocking`.

use crate::sqlite::from_disk;
use kernel::{Error, Result};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The SHA-256 of a file's bytes, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
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

/// A folder of files by content.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
    arrivals: Arc<AtomicU64>,
}

impl Files {
    /// In this folder, made when the first file comes.
    pub fn new(folder: impl Into<PathBuf>) -> Files {
        Files { folder: folder.into(), arrivals: Arc::new(AtomicU64::new(0)) }
    }

    /// Keeps all bytes of a reader; they are on the disk when this returns.
    pub fn put(&self, mut reader: impl Read) -> Result<Digest> {
        let arrivals = self.folder.join("arriving");
        fs::create_dir_all(&arrivals).map_err(|error| from_disk(&error))?;
        let arriving = arrivals.join(format!("{}-{}", std::process::id(), self.arrivals.fetch_add(1, Ordering::Relaxed)));
        let outcome = self.receive(&mut reader, &arriving);
        if outcome.is_err() {
            let _ = fs::remove_file(&arriving);
        }
        outcome.map_err(|error| from_disk(&error))
    }

    /// The file with this digest, for reading. `NotFound` if there is none.
    pub fn open(&self, digest: &Digest) -> Result<File> {
        File::open(self.place(digest)).map_err(|error| from_disk(&error))
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, digest: &Digest) -> Result<()> {
        match fs::remove_file(self.place(digest)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(from_disk(&error)),
            _ => Ok(()),
        }
    }

    fn receive(&self, reader: &mut impl Read, arriving: &Path) -> std::io::Result<Digest> {
        let mut file = File::create(arriving)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    hash.update(&buffer[..length]);
                    file.write_all(&buffer[..length])?;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        file.sync_all()?;
        let digest = Digest(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        let place = self.place(&digest);
        let folder = place.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        fs::rename(arriving, &place)?;
        // The names are on the disk too, not only the bytes.
        File::open(folder)?.sync_all()?;
        File::open(&self.folder)?.sync_all()?;
        Ok(digest)
    }

    fn place(&self, digest: &Digest) -> PathBuf {
        self.folder.join(&digest.0[..2]).join(&digest.0[2..])
    }
}
