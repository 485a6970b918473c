//! The key of an installation, and what it vouches for: the tokens of forms, the places in lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Engine, Statement};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Error, Result};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The name under which the key stands in the table of the installation.
const KEY: &str = "web-key";

/// Makes codes that only this installation can make, and knows them again.
#[derive(Clone)]
pub struct Seal(Hmac<Sha256>);

impl Seal {
    /// With this key.
    pub fn new(key: &[u8]) -> Result<Seal> {
        Hmac::new_from_slice(key).map(Seal).map_err(Error::internal)
    }

    /// The installation's own, made when it is first asked for; the same on all nodes.
    pub async fn of(engine: &Engine) -> Result<Seal> {
        let fresh = engine.chance().secret();
        let key = engine
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    let make = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO NOTHING";
                    tx.execute(&Statement::new(make, vec![KEY.into(), fresh.into()])).await?;
                    let read = Statement::new("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?", vec![KEY.into()]);
                    let rows = tx.rows(&read).await?;
                    rows.first().map(|row| row.text(0).to_owned()).ok_or_else(|| Error::internal("the web's key vanished"))
                })
            })
            .await?;
        Seal::new(key.as_bytes())
    }

    /// The code for some bytes and the purpose they serve: 16 bytes.
    pub fn code(&self, purpose: &str, bytes: &[u8]) -> [u8; 16] {
        let mut mac = self.0.clone();
        mac.update(&(purpose.len() as u32).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(bytes);
        let whole = mac.finalize().into_bytes();
        let mut code = [0; 16];
        code.copy_from_slice(&whole[..16]);
        code
    }

    /// The same in letters that addresses and forms carry as they are.
    pub fn letters(&self, purpose: &str, bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.code(purpose, bytes))
    }

    /// Bytes with their code, in letters.
    pub fn seal(&self, purpose: &str, bytes: &[u8]) -> String {
        let mut whole = bytes.to_vec();
        whole.extend(self.code(purpose, bytes));
        URL_SAFE_NO_PAD.encode(whole)
    }

    /// The bytes of a sealed text; `None` unless this installation sealed it for this purpose.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut whole = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let code = whole.split_off(whole.len().checked_sub(16)?);
        same(&code, &self.code(purpose, &whole)).then_some(whole)
    }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}
