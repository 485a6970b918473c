//! Signing in: by a password, and where there is a second factor by that too, before there is a session; or by a passkey alone,
//! which is two in one.

use crate::Engine;
use crate::identity::password::Proved;
use crate::identity::pending::take;
use crate::identity::sessions::{Device, SignedIn};
use crate::identity::{Attempt, digest};
use crate::principal::{Principal, Through};
use kernel::{Id, Result, Value};
use store::{Dialect, Statement, Tx};

/// What is pending between the password and the second factor.
const HALF: &str = "half";

/// What a right password gives.
#[derive(Debug)]
pub enum Entry {
    /// A session.
    In(SignedIn),
    /// The way to the second factor: a secret for a cookie of a few minutes, which opens nothing else.
    Half(String),
}

/// Somebody who is half in.
#[derive(Debug, Clone)]
pub struct HalfIn {
    /// Who he will be.
    pub who: Principal,
    /// His id.
    pub user: Id,
    /// Whether he has an authenticator app.
    pub app: bool,
    /// Whether he has a passkey.
    pub passkey: bool,
    /// The digest of the hash that his password was right by.
    hashed: String,
}

impl Engine {
    /// Lets in whoever has this address and password, or half in where there is a second factor; none where either is wrong, after
    /// the same time.
    pub async fn sign_in(&self, email: &str, password: String, device: impl Into<Device<'_>>) -> Result<Option<Entry>> {
        let device = device.into();
        let Some(Proved { who, hashed }) = self.proved(email, password, Through::Pages).await? else { return Ok(None) };
        let Some(user) = who.user else { return Ok(None) };
        self.enter(who, user, &digest(&hashed), device).await
    }

    /// Lets in somebody who took the first step, or half in where there is a second; `hashed` is the digest of the hash of his password.
    pub(crate) async fn enter(&self, who: Principal, user: Id, hashed: &str, device: Device<'_>) -> Result<Option<Entry>> {
        if self.factors(user).await?.any() {
            return Ok(Some(Entry::Half(self.begin_pending(HALF, Some(user), hashed).await?)));
        }
        Ok(self.let_in(who, hashed, device, None).await?.map(Entry::In))
    }

    /// Who is half in with this secret.
    pub async fn half_in(&self, secret: &str) -> Result<Option<HalfIn>> {
        let Some(pending) = self.pending(HALF, secret).await? else { return Ok(None) };
        let Some(user) = pending.user else { return Ok(None) };
        let Some(who) = self.principal_of(user, Through::Pages).await? else { return Ok(None) };
        let factors = self.factors(user).await?;
        let (app, passkey) = (factors.app.is_some(), !factors.passkeys.is_empty());
        Ok(Some(HalfIn { who, user, app, passkey, hashed: pending.payload }))
    }

    /// Lets in whoever is half in and gives a right code, of his app or on paper. None where it is wrong. `Busy` after too many
    /// wrong ones of this person, from wherever they came.
    pub async fn enter_by_code(&self, secret: &str, code: &str, device: impl Into<Device<'_>>) -> Result<Option<SignedIn>> {
        let Some(half) = self.half_in(secret).await? else { return Ok(None) };
        let attempt = second_step(half.user);
        self.begin_attempt(&attempt).await?;
        if !self.prove_code(half.user, code).await? {
            tracing::info!(target: "audit", event = "wrong-second-factor", user = %half.user);
            self.missed(secret).await?;
            return Ok(None);
        }
        self.succeeded(&attempt).await?;
        self.let_in(half.who, &half.hashed, device.into(), Some(secret)).await
    }

    /// Lets in whoever is half in and has proved his second factor otherwise.
    pub(crate) async fn enter_half(&self, half: HalfIn, secret: &str, device: Device<'_>) -> Result<Option<SignedIn>> {
        self.let_in(half.who, &half.hashed, device, Some(secret)).await
    }

    /// Opens a session, unless the password was changed, or the person put out, while he was on his way: then it would outlive it.
    async fn let_in(&self, who: Principal, hashed: &str, device: Device<'_>, half: Option<&str>) -> Result<Option<SignedIn>> {
        let user = who.user;
        let opening = self.opening(who, device, &self.sign_in_policy().await?);
        let (engine, hashed, half, now) = (self.clone(), hashed.to_owned(), half.map(str::to_owned), self.now());
        let opened = self.inside.store.write(move |tx| {
            Box::pin(async move {
                if !still(tx, user, &hashed).await? {
                    return Ok(None);
                }
                if let Some(half) = half
                    && !take(tx, HALF, &half, now).await?
                {
                    return Ok(None);
                }
                opening.put(&engine, tx).await.map(Some)
            })
        });
        opened.await
    }
}

/// The brake on guessing codes: whoever gets here knows the password, so one brake is enough, and it may be long.
pub(crate) fn second_step(user: Id) -> Attempt {
    Attempt { account: user.to_string(), address: String::new(), device: Some("second step".to_owned()) }
}

/// Whether a user is active, and his password the one with this hash's digest.
async fn still(tx: &mut Tx, user: Option<Id>, hashed: &str) -> Result<bool> {
    let hold = if tx.dialect() == Dialect::Postgres { " FOR SHARE" } else { "" };
    let sql = format!("SELECT \"password_hash\" FROM \"user\" WHERE \"id\" = ? AND \"active\" = ? AND \"removed_at\" IS NULL{hold}");
    let rows = tx.rows(&Statement::new(sql, vec![user.into(), Value::Bool(true)])).await?;
    Ok(rows.first().is_some_and(|row| digest(row.text(0)) == hashed))
}
