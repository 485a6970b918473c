//! Bytes that only the key opens: XChaCha20-Poly1305 over pieces of 64 KiB, each with its number and whether it is the
//! last, so that none can be changed, moved, left out or cut off.

use super::cells::broken;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305, XNonce};
use kernel::{Chance, Error, Result, Say};
use std::io::{self, Read, Write};

/// How every sealed file begins; the number is that of the format.
const MAGIC: &[u8; 16] = b"scheda backup 1\n";
/// Bytes of a piece before it is sealed, and of what seals it.
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
/// What makes the key slow to guess: OWASP asks for 19 MiB, and nobody waits here.
const MEMORY_KIB: u32 = 64 * 1024;
const ROUNDS: u32 = 3;

/// What seals a backup and opens it: a passphrase, or the text of a key file.
#[derive(Clone)]
pub struct Key(String);

impl Key {
    /// From a text of at least twelve letters; space around it does not count.
    pub fn new(text: &str) -> Result<Key> {
        let text = text.trim();
        if text.chars().count() < 12 {
            return Err(Error::Unavailable(Say::new("error-backup-key-short")));
        }
        Ok(Key(text.to_owned()))
    }

    fn cipher(&self, salt: &[u8]) -> Result<XChaCha20Poly1305> {
        let params = Params::new(MEMORY_KIB, ROUNDS, 1, Some(32)).map_err(Error::internal)?;
        let mut key = [0; 32];
        let slow = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        slow.hash_password_into(self.0.as_bytes(), salt, &mut key).map_err(Error::internal)?;
        Ok(XChaCha20Poly1305::new(&CipherKey::from(key)))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What both sides know of a sealed file.
struct Seal {
    cipher: XChaCha20Poly1305,
    /// Magic, salt and the beginning of every nonce: bound to each piece.
    head: [u8; 48],
    count: u64,
}

impl Seal {
    fn new(key: &Key, head: [u8; 48]) -> Result<Seal> {
        Ok(Seal { cipher: key.cipher(&head[16..32])?, head, count: 0 })
    }

    fn nonce(&mut self, last: bool) -> XNonce {
        let mut nonce = [0; 24];
        nonce[..16].copy_from_slice(&self.head[32..]);
        nonce[16..].copy_from_slice(&(self.count | u64::from(last) << 63).to_be_bytes());
        self.count += 1;
        XNonce::from(nonce)
    }
}

/// Seals what is written into it.
pub(super) struct Sealing<W: Write> {
    inner: W,
    seal: Seal,
    piece: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    /// Begins, with a salt that nobody had before.
    pub(super) fn new(mut inner: W, key: &Key, chance: &dyn Chance) -> Result<Sealing<W>> {
        let mut head = [0; 48];
        head[..16].copy_from_slice(MAGIC);
        chance.fill(&mut head[16..]);
        inner.write_all(&head).map_err(|error| from_disk(&error))?;
        Ok(Sealing { inner, seal: Seal::new(key, head)?, piece: Vec::with_capacity(PIECE) })
    }

    /// Writes the last piece; what was written can be read from then on.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.put(true)?;
        self.inner.flush()?;
        Ok(self.inner)
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.seal.nonce(last);
        let payload = Payload { msg: &self.piece, aad: &self.seal.head };
        let sealed = self.seal.cipher.encrypt(&nonce, payload).map_err(io::Error::other)?;
        self.piece.clear();
        self.inner.write_all(&sealed)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits until it is known not to be the last.
        if self.piece.len() == PIECE {
            self.put(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Opens what was sealed.
pub(super) struct Opening<R: Read> {
    inner: R,
    seal: Seal,
    /// The next piece, still sealed; the one after it says whether it is the last.
    ahead: Vec<u8>,
    piece: Vec<u8>,
    place: usize,
    ended: bool,
}

impl<R: Read> Opening<R> {
    /// Begins. `Unavailable` with `error-backup-none` for what is no backup, with `error-backup-key` for another key.
    pub(super) fn new(mut inner: R, key: &Key) -> Result<Opening<R>> {
        let mut head = [0; 48];
        let known = inner.read_exact(&mut head).is_ok() && head[..16] == *MAGIC;
        if !known {
            return Err(Error::Unavailable(Say::new("error-backup-none")));
        }
        let ahead = piece(&mut inner).map_err(|error| from_disk(&error))?;
        let mut opening = Opening { inner, seal: Seal::new(key, head)?, ahead, piece: Vec::new(), place: 0, ended: false };
        opening.next().map_err(|_| Error::Unavailable(Say::new("error-backup-key")))?;
        Ok(opening)
    }

    /// Whether everything was read, to the seal of the last piece.
    pub(super) fn is_at_end(&self) -> bool {
        self.ended && self.place == self.piece.len()
    }

    fn next(&mut self) -> io::Result<()> {
        let following = piece(&mut self.inner)?;
        let sealed = std::mem::replace(&mut self.ahead, following);
        self.ended = self.ahead.is_empty();
        let nonce = self.seal.nonce(self.ended);
        let payload = Payload { msg: &sealed, aad: &self.seal.head };
        self.piece = self.seal.cipher.decrypt(&nonce, payload).map_err(io::Error::other)?;
        self.place = 0;
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.place == self.piece.len() && !self.ended {
            self.next()?;
        }
        let taken = into.len().min(self.piece.len() - self.place);
        into[..taken].copy_from_slice(&self.piece[self.place..self.place + taken]);
        self.place += taken;
        Ok(taken)
    }
}

/// A sealed piece; less than a whole one at the end, nothing behind it.
fn piece(inner: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut sealed = Vec::with_capacity(PIECE + TAG);
    inner.take((PIECE + TAG) as u64).read_to_end(&mut sealed)?;
    Ok(sealed)
}

/// An error of the file that is written or read; of what does not open, that it is broken.
pub(super) fn from_disk(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::Other | io::ErrorKind::UnexpectedEof => broken(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Unavailable(Say::new("error-disk-full")),
        _ => Error::Unavailable(Say::new("error-backup-file").with("cause", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemChance;

    fn sealed(text: &[u8], key: &Key) -> Vec<u8> {
        let mut sealing = Sealing::new(Vec::new(), key, &SystemChance).expect("a seal");
        sealing.write_all(text).expect("room");
        sealing.finish().expect("an end")
    }

    fn opened(sealed: &[u8], key: &Key) -> Result<Vec<u8>> {
        let mut opening = Opening::new(sealed, key)?;
        let mut text = Vec::new();
        opening.read_to_end(&mut text).map_err(|error| from_disk(&error))?;
        if opening.is_at_end() { Ok(text) } else { Err(broken()) }
    }

    #[test]
    fn only_the_key_opens_it_and_nothing_of_it_can_be_changed() {
        let key = Key::new("correct horse battery").expect("a key");
        let other = Key::new("correct horse batterz").expect("a key");
        for length in [0, 10, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let text: Vec<u8> = (0..length).map(|place| b"Rossi S.r.l. "[place % 13]).collect();
            let sealed = sealed(&text, &key);
            assert_eq!(opened(&sealed, &key).expect("the text"), text);
            assert!(!sealed.windows(5).any(|some| some == b"Rossi"), "nothing of the text is to be read");
            assert!(matches!(opened(&sealed, &other), Err(Error::Unavailable(say)) if say.key == "error-backup-key"));
        }
        let text = vec![7; 2 * PIECE + 100];
        let whole = sealed(&text, &key);
        for place in [20, 40, 60, PIECE, PIECE + 200, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            assert!(opened(&changed, &key).is_err(), "byte {place}");
        }
        // Cut off, also between two pieces; and with two of them in each other's place.
        for end in [0, 47, 48, 48 + PIECE + TAG, 48 + 2 * (PIECE + TAG), whole.len() - 1] {
            assert!(opened(&whole[..end], &key).is_err(), "cut at {end}");
        }
        let mut swapped = whole[..48].to_vec();
        swapped.extend_from_slice(&whole[48 + PIECE + TAG..48 + 2 * (PIECE + TAG)]);
        swapped.extend_from_slice(&whole[48..48 + PIECE + TAG]);
        swapped.extend_from_slice(&whole[48 + 2 * (PIECE + TAG)..]);
        assert!(opened(&swapped, &key).is_err());
        assert!(Key::new("short").is_err());
        assert!(matches!(opened(b"PK\x03\x04", &key), Err(Error::Unavailable(say)) if say.key == "error-backup-none"));
    }
}
