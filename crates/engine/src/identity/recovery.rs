//! By what codes on paper are known again: a key of their own, sealed like any secret, so that they outlive a change of the key that
//! seals. Codes of the time before were made by that one: as long as some of them are left, it stays too, sealed by its successor.

use crate::Engine;
use crate::secrets::{Keys, Turning, fresh};
use kernel::{Error, Id, Result};
use store::{Statement, Tx};

/// The row of the installation's table that keeps the key, and its place.
const KEY: &str = "recovery-key";
const PLACE: &str = "installation/recovery-key/value";
/// The same of the keys that codes were made by before.
const BEFORE: &str = "recovery-keys-before";
const BEFORE_PLACE: &str = "installation/recovery-keys-before/value";
/// What digests by the key of their own begin with.
const OWN: &str = "own.";
/// What the digests are for.
const PURPOSE: &str = "recovery-code";

impl Engine {
    /// Under what a code of somebody is kept.
    pub(super) async fn kept_code(&self, user: Id, letters: &str) -> Result<String> {
        let key = match self.own_recovery_key().await? {
            Some(key) => key,
            None => self.make_recovery_key().await?,
        };
        Ok(format!("{OWN}{}", key.derive(PURPOSE, &name(user, letters))?))
    }

    /// Under what a code of somebody may be kept: by the key of its own, and by those that made codes before there was one.
    pub(super) async fn possible_codes(&self, user: Id, letters: &str) -> Result<Vec<String>> {
        let name = name(user, letters);
        let mut possible = self.keys().await?.derive_each(PURPOSE, &name)?;
        if let Some(sealed) = self.installation(BEFORE).await? {
            possible.extend(Keys::read(&self.unseal(BEFORE_PLACE, &sealed).await?)?.derive_each(PURPOSE, &name)?);
        }
        if let Some(key) = self.own_recovery_key().await? {
            possible.push(format!("{OWN}{}", key.derive(PURPOSE, &name)?));
        }
        Ok(possible)
    }

    async fn own_recovery_key(&self) -> Result<Option<Keys>> {
        let Some(sealed) = self.installation(KEY).await? else { return Ok(None) };
        Keys::read(&self.unseal(PLACE, &sealed).await?).map(Some)
    }

    async fn make_recovery_key(&self) -> Result<Keys> {
        let sealed = self.seal(PLACE, &fresh(self.chance())).await?;
        let make = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO NOTHING";
        let make = Statement::new(make, vec![KEY.into(), sealed.into()]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&make).await.map(|_| ()) })).await?;
        // Another node may have made it at the same moment.
        self.own_recovery_key().await?.ok_or_else(|| Error::internal("the key of recovery codes vanished"))
    }
}

fn name(user: Id, letters: &str) -> String {
    format!("{user} {letters}")
}

/// Seals the key by the newest one. The older ones that codes were made by stay while such a code is left.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    turning.installation(tx, KEY, PLACE).await?;
    let left = format!("SELECT count(*) FROM \"recovery_code\" WHERE \"used_at\" IS NULL AND \"digest\" NOT LIKE '{OWN}%'");
    if crate::asking::one_number(tx, &Statement::new(left, Vec::new())).await? == 0 {
        let off = Statement::new("DELETE FROM \"installation\" WHERE \"key\" = ?", vec![BEFORE.into()]);
        return tx.execute(&off).await.map(|_| ());
    }
    let asked = Statement::new("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?", vec![BEFORE.into()]);
    let before = tx.rows(&asked).await?.first().map(|row| row.text(0).to_owned());
    let mut keys = match before {
        Some(sealed) => turning.keys().open(BEFORE_PLACE, &sealed)?,
        None => String::new(),
    };
    for key in turning.keys().older().split(',').filter(|key| !key.is_empty()) {
        if !keys.contains(key) {
            keys = if keys.is_empty() { key.to_owned() } else { format!("{keys},{key}") };
        }
    }
    let put = Engine::putting(BEFORE, turning.seal(BEFORE_PLACE, &keys)?);
    tx.execute(&put).await.map(|_| ())
}
