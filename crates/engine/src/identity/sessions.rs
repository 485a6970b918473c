//! Sessions: opaque secrets, kept as digests, made anew at every signing in.

use crate::Engine;
use crate::identity::password::Proved;
use crate::identity::{digest, users};
use crate::principal::{Principal, Through};
use kernel::{Id, Moment, Result, Value};
use store::{Dialect, Statement, Tx};

/// Ends after so long without use, and in any case after so long.
const IDLE_MILLIS: i64 = 12 * 3_600_000;
const WHOLE_MILLIS: i64 = 30 * 24 * 3_600_000;
/// Use is noted this often at most.
const NOTED_MILLIS: i64 = 5 * 60_000;

/// A new session.
#[derive(Debug)]
pub struct SignedIn {
    /// The secret for the cookie.
    pub secret: String,
    /// Who signed in.
    pub who: Principal,
}

/// A session that was found.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose it is.
    pub who: Principal,
    /// Its digest, which the tokens of its forms are bound to.
    pub digest: String,
}

impl Engine {
    /// Opens a session for whoever has this address and password; none where either is wrong, after the same time.
    pub async fn sign_in(&self, email: &str, password: String, device: &str) -> Result<Option<SignedIn>> {
        let Some(Proved { who, hashed }) = self.proved(email, password, Through::Pages).await? else { return Ok(None) };
        let (secret, session) = self.fresh(&who, device);
        let user = who.user;
        let opened = self.inside.store.write(move |tx| {
            Box::pin(async move {
                // The password may have been changed, or the person put out, while it was hashed: then the session would outlive it.
                let hold = if tx.dialect() == Dialect::Postgres { " FOR SHARE" } else { "" };
                let sql = format!(
                    "SELECT 1 FROM \"user\" WHERE \"id\" = ? AND \"password_hash\" = ? AND \"active\" = ? AND \"removed_at\" IS NULL{hold}"
                );
                let still = Statement::new(sql, vec![user.into(), hashed.into(), Value::Bool(true)]);
                if tx.rows(&still).await?.is_empty() {
                    return Ok(false);
                }
                tx.execute(&session).await?;
                Ok(true)
            })
        });
        Ok(opened.await?.then_some(SignedIn { secret, who }))
    }

    /// Opens a session for somebody who has proved otherwise who he is.
    pub async fn open_session(&self, who: Principal, device: &str) -> Result<SignedIn> {
        let (secret, session) = self.fresh(&who, device);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&session).await.map(|_| ()) })).await?;
        Ok(SignedIn { secret, who })
    }

    /// A new secret, and the statement that keeps its digest.
    fn fresh(&self, who: &Principal, device: &str) -> (String, Statement) {
        let secret = self.chance().secret();
        let now = self.now();
        let sql = "INSERT INTO \"session\" (\"digest\", \"user\", \"created_at\", \"used_at\", \"expires_at\", \"device\") VALUES (?, ?, ?, ?, ?, ?)";
        let statement = Statement::new(
            sql,
            vec![
                digest(&secret).into(),
                who.user.into(),
                Value::Moment(now),
                Value::Moment(now),
                Value::Moment(now.plus_millis(WHOLE_MILLIS)),
                Value::Text(device.chars().filter(|c| !c.is_control()).take(200).collect()),
            ],
        );
        (secret, statement)
    }

    /// The session with this secret, if it lives and its user is active.
    pub async fn session(&self, secret: &str) -> Result<Option<Session>> {
        if secret.len() != 43 {
            return Ok(None);
        }
        let digest = digest(secret);
        let now = self.now();
        let Some((who, used_at)) = self.living(&digest).await? else { return Ok(None) };
        if now.millis() - used_at.millis() > NOTED_MILLIS {
            let note = Statement::new(
                "UPDATE \"session\" SET \"used_at\" = ? WHERE \"digest\" = ?",
                vec![Value::Moment(now), digest.as_str().into()],
            );
            self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&note).await.map(|_| ()) })).await?;
        }
        Ok(Some(Session { who, digest }))
    }

    /// Whose the session with this digest is, with his rights of the moment, if it lives and he is active. Watching it is not
    /// using it.
    pub async fn watch_session(&self, digest: &str) -> Result<Option<Principal>> {
        Ok(self.living(digest).await?.map(|(who, _)| who))
    }

    async fn living(&self, digest: &str) -> Result<Option<(Principal, Moment)>> {
        let now = self.now();
        let sql = format!(
            "SELECT {}, s.\"used_at\" FROM \"session\" AS s JOIN \"user\" AS u ON u.\"id\" = s.\"user\" \
             WHERE s.\"digest\" = ? AND s.\"expires_at\" > ? AND s.\"used_at\" > ? AND u.\"active\" = ? AND u.\"removed_at\" IS NULL",
            users::PRINCIPAL
        );
        let values = vec![digest.into(), Value::Moment(now), Value::Moment(now.plus_millis(-IDLE_MILLIS)), Value::Bool(true)];
        let statement = Statement::new(sql, values);
        let engine = self.clone();
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.rows(&statement).await?;
                    let Some(row) = rows.first() else { return Ok(None) };
                    let who = engine.principal_from(tx, row.values(), Through::Pages).await?;
                    Ok(Some((who, row.moment(users::BESIDE).unwrap_or_default())))
                })
            })
            .await
    }

    /// Ends a session.
    pub async fn end_session(&self, digest: &str) -> Result<()> {
        let sql = Statement::new("DELETE FROM \"session\" WHERE \"digest\" = ?", vec![digest.into()]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&sql).await.map(|_| ()) })).await
    }
}

/// Ends the sessions of a user; all of them, but for one that may be kept, by its digest.
pub(crate) async fn end_sessions(tx: &mut Tx, user: Id, kept: Option<&str>) -> Result<()> {
    let sql = "DELETE FROM \"session\" WHERE \"user\" = ? AND \"digest\" <> ?";
    tx.execute(&Statement::new(sql, vec![Value::Link(user), kept.unwrap_or_default().into()])).await.map(|_| ())
}
