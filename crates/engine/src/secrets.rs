//! Secrets that have to be read again (the password of the mail account, the seeds of authenticator apps) stand in the database
//! as ciphertexts: XChaCha20-Poly1305, each bound to its place, so that one can't be put in another's. The key stands outside of
//! the database, in a file beside the data or in the environment: whoever takes the database alone has taken no secret.

mod changing;

pub(crate) use changing::Turning;
pub use changing::{Changed, fresh};

use crate::Engine;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use kernel::{Chance, Error, Result, Say};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use store::{Statement, Store};

/// What every ciphertext begins with, so that it is known where it is met.
const BEGINS: &str = "sealed1.";
/// The row that says by which key, and that it is the right one.
const PROOF: &str = "master-key";

/// Where the keys of an installation are.
#[derive(Clone, Default)]
pub enum Source {
    /// Nowhere: nothing can be kept secret.
    #[default]
    None,
    /// In a file, which is made when a key is first needed.
    File(PathBuf),
    /// Said from outside, the same to all nodes: one key, or the newest and older ones, between commas.
    Said(String),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::None => f.write_str("None"),
            Source::File(path) => write!(f, "File({})", path.display()),
            Source::Said(_) => f.write_str("Said"),
        }
    }
}

/// The keys, the newest first: what is sealed is sealed by it, and the older ones open what they sealed.
pub struct Keys(Vec<Key>);

struct Key {
    id: String,
    bytes: [u8; 32],
}

impl Key {
    fn new(bytes: [u8; 32]) -> Key {
        // Two keys that anybody tells apart, of neither of which this says anything.
        let id = URL_SAFE_NO_PAD.encode(&Sha256::digest([b"scheda key id ".as_slice(), &bytes].concat())[..6]);
        Key { id, bytes }
    }

    /// As files and the environment hold it.
    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    fn read(text: &str) -> Result<Key> {
        let wrong = || Error::Unavailable(Say::new("error-master-key-form"));
        let bytes = URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('=')).map_err(|_| wrong())?;
        Ok(Key::new(bytes.try_into().map_err(|_| wrong())?))
    }

    fn derive(&self, purpose: &str, name: &str) -> Result<String> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.bytes).map_err(Error::internal)?;
        mac.update(&(purpose.len() as u32).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(name.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}

impl Keys {
    pub(crate) fn read(text: &str) -> Result<Keys> {
        let keys: Vec<Key> = text.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty()).map(Key::read).collect::<Result<_>>()?;
        if keys.is_empty() { Err(Error::Unavailable(Say::new("error-master-key-form"))) } else { Ok(Keys(keys)) }
    }

    fn newest(&self) -> &Key {
        &self.0[0]
    }

    /// The older ones, as [`Keys::read`] reads them; empty where there are none.
    pub(crate) fn older(&self) -> String {
        self.0[1..].iter().map(Key::text).collect::<Vec<_>>().join(",")
    }

    /// Whether one of them sealed this, by what the ciphertext says of itself.
    fn hold(&self, sealed: &str) -> bool {
        sealed.strip_prefix(BEGINS).and_then(|rest| rest.split_once('.')).is_some_and(|(id, _)| self.0.iter().any(|key| key.id == id))
    }

    /// The ciphertext of a text that stands at a place: `table/row/column`.
    pub fn seal(&self, chance: &dyn Chance, place: &str, text: &str) -> Result<String> {
        let key = self.newest();
        let mut nonce = [0; 24];
        chance.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed = cipher(key)?.encrypt(&XNonce::from(nonce), payload).map_err(Error::internal)?;
        Ok(format!("{BEGINS}{}.{}", key.id, URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// The text of a ciphertext that stands at this place. `Unavailable` where its key is missing; `Internal` where it was changed,
    /// or belongs elsewhere.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String> {
        let broken = || Error::internal(format_args!("the ciphertext at {place} can't be opened"));
        let (id, letters) = sealed.strip_prefix(BEGINS).and_then(|rest| rest.split_once('.')).ok_or_else(broken)?;
        let key = self.0.iter().find(|key| key.id == id).ok_or_else(|| Error::Unavailable(Say::new("error-master-key-other")))?;
        let bytes = URL_SAFE_NO_PAD.decode(letters).map_err(|_| broken())?;
        let (nonce, ciphertext) = bytes.split_at_checked(24).ok_or_else(broken)?;
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| broken())?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        let text = cipher(key)?.decrypt(&XNonce::from(nonce), payload).map_err(|_| broken())?;
        String::from_utf8(text).map_err(|_| broken())
    }

    /// A secret that only this installation can make of a name, and makes again of the same until its key is changed: 43 letters.
    pub fn derive(&self, purpose: &str, name: &str) -> Result<String> {
        self.newest().derive(purpose, name)
    }

    /// The same by each key, the newest first.
    pub(crate) fn derive_each(&self, purpose: &str, name: &str) -> Result<Vec<String>> {
        self.0.iter().map(|key| key.derive(purpose, name)).collect()
    }
}

fn cipher(key: &Key) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(&key.bytes).map_err(Error::internal)
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

/// The keys of an engine, read when they are first needed.
pub(crate) type Held = OnceLock<Arc<Keys>>;

/// Refuses to open an installation whose secrets can't be read. `Unavailable` where a ciphertext is there and its key is not.
pub(crate) async fn guard(store: &Store, source: &Source) -> Result<Held> {
    let held = Held::new();
    let Some(proof) = proof(store).await? else { return Ok(held) };
    let keys = match source {
        Source::None => return Ok(held),
        Source::Said(text) => Keys::read(text)?,
        Source::File(path) => match read(path)? {
            Some(text) => Keys::read(&text)?,
            None => return Err(Error::Unavailable(Say::new("error-master-key-missing").with("file", path.display()))),
        },
    };
    keys.open(PROOF, &proof)?;
    let _ = held.set(Arc::new(keys));
    Ok(held)
}

async fn proof(store: &Store) -> Result<Option<String>> {
    let sql = "SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?";
    let asked = Statement::new(sql, vec![PROOF.into()]);
    store.read(move |tx| Box::pin(async move { Ok(tx.rows(&asked).await?.first().map(|row| row.text(0).to_owned())) })).await
}

fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(Error::Unavailable(Say::new("error-master-key-unreadable").with("file", path.display()).with("cause", fault))),
    }
}

/// The key in this file, made now if there is none; readable by its owner alone, and on the disk before it seals anything.
fn read_or_make(path: &Path, chance: &dyn Chance) -> Result<String> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(text) = read(path)? {
        return Ok(text);
    }
    let text = fresh(chance);
    let written = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
    });
    match written {
        Ok(()) => Ok(text),
        // Somebody else made it at the same moment.
        Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => read(path)?.ok_or(Error::NotFound),
        Err(fault) => Err(Error::Unavailable(Say::new("error-master-key-unreadable").with("file", path.display()).with("cause", fault))),
    }
}

impl Engine {
    /// The keys of this installation. The first time one is needed, the database notes which it is, so that no other node, and no
    /// later start, takes another for it.
    pub async fn keys(&self) -> Result<Arc<Keys>> {
        if let Some(keys) = self.inside.keys.get() {
            return Ok(keys.clone());
        }
        let text = match &self.inside.settings.secrets {
            Source::None => return Err(Error::Unavailable(Say::new("error-master-key-none"))),
            Source::Said(text) => text.clone(),
            Source::File(path) => match proof(&self.inside.store).await? {
                Some(_) => {
                    read(path)?.ok_or_else(|| Error::Unavailable(Say::new("error-master-key-missing").with("file", path.display())))?
                }
                None => read_or_make(path, self.chance())?,
            },
        };
        let keys = Keys::read(&text)?;
        let proof = keys.seal(self.chance(), PROOF, "the key of this installation")?;
        let noted = self
            .inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let note = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO NOTHING";
                    tx.execute(&Statement::new(note, vec![PROOF.into(), proof.into()])).await?;
                    let read = Statement::new("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?", vec![PROOF.into()]);
                    Ok(tx.rows(&read).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
                })
            })
            .await?;
        keys.open(PROOF, &noted)?;
        Ok(self.inside.keys.get_or_init(|| Arc::new(keys)).clone())
    }

    /// The ciphertext of a text that stands at a place: `table/row/column`. `Unavailable` where the key was changed while this node
    /// slept: what it seals now, nobody could open.
    pub async fn seal(&self, place: &str, text: &str) -> Result<String> {
        let keys = self.keys().await?;
        match proof(&self.inside.store).await? {
            Some(proof) if !keys.hold(&proof) => Err(Error::Unavailable(Say::new("error-master-key-other"))),
            _ => keys.seal(self.chance(), place, text),
        }
    }

    /// The text of a ciphertext that stands at this place.
    pub async fn unseal(&self, place: &str, sealed: &str) -> Result<String> {
        self.keys().await?.open(place, sealed)
    }
}

#[cfg(test)]
mod tests;
