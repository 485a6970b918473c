//! Keys for signatures, and what the DNS says of them.

use super::unfit;
use crate::smtp::Refused;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Chance;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use std::convert::Infallible;
use std::fmt;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// How many bits an RSA key has that is made here: what every receiver takes, and what fits into the DNS.
const BITS: usize = 2048;
/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410, 7).
const ED25519: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// That a public key is one of RSA (RFC 3279, 2.3.1).
const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// What every receiver knows.
    Rsa,
    /// Shorter and quicker; not every receiver knows it, so that it goes beside RSA and not in its place.
    Ed25519,
}

impl Algorithm {
    /// As signatures name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Algorithm::Rsa => "rsa-sha256",
            Algorithm::Ed25519 => "ed25519-sha256",
        }
    }
}

/// Makes a key: PKCS#8 in DER, to be kept where nobody reads it. One of RSA takes about a second.
pub fn make(algorithm: Algorithm, chance: &dyn Chance) -> Result<Vec<u8>, Refused> {
    if algorithm == Algorithm::Ed25519 {
        let mut der = [ED25519.as_slice(), &[0; 32]].concat();
        chance.fill(&mut der[ED25519.len()..]);
        return Ok(der);
    }
    let key = rsa::RsaPrivateKey::new(&mut Drawn(chance), BITS).map_err(|fault| Refused::Unfit(fault.to_string()))?;
    Ok(key.to_pkcs8_der().map_err(|fault| Refused::Unfit(fault.to_string()))?.as_bytes().to_vec())
}

/// A key that signs.
pub struct Key(Pair);

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl Key {
    /// Reads a key in PKCS#8, DER or PEM. `Unfit` for anything else, and for RSA of less than 2048 bits.
    pub fn read(key: &[u8]) -> Result<Key, Refused> {
        let from_pem = PrivatePkcs8KeyDer::from_pem_slice(key);
        let der = from_pem.as_ref().map_or(key, PrivatePkcs8KeyDer::secret_pkcs8_der);
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            return Ok(Key(Pair::Rsa(Box::new(pair))));
        }
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| unfit("a key that is none"))?;
        Ok(Key(Pair::Ed25519(Box::new(pair))))
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Pair::Rsa(_) => Algorithm::Rsa,
            Pair::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// What the DNS has to say at `selector._domainkey.domain`, as one text; servers of names cut it into pieces of 255.
    pub fn record(&self) -> String {
        match &self.0 {
            Pair::Rsa(pair) => {
                let bits = tagged(0x03, &[&[0], pair.public_key().as_ref()].concat());
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(tagged(0x30, &[&RSA, bits.as_slice()].concat())))
            }
            Pair::Ed25519(pair) => format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(pair.public_key().as_ref())),
        }
    }

    pub(super) fn sign(&self, data: &[u8]) -> Result<Vec<u8>, Refused> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // This padding takes nothing from chance: the same message has the same signature.
                let signed = pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature);
                signed.map_err(|_| unfit("a key that does not sign"))?;
                Ok(signature)
            }
            // It signs the digest, not the message (RFC 8463, 3).
            Pair::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, data).as_ref()).as_ref().to_vec()),
        }
    }
}

/// A value of DER with its tag and length.
fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let length = match length {
        0..0x80 => vec![length as u8],
        0x80..0x100 => vec![0x81, length as u8],
        _ => vec![0x82, (length >> 8) as u8, length as u8],
    };
    [&[tag], length.as_slice(), value].concat()
}

/// Chance, as the maker of keys wants it.
struct Drawn<'c>(&'c dyn Chance);

impl TryRng for Drawn<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Drawn<'_> {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.algorithm())
    }
}
