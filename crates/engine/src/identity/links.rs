//! Links by which somebody sets his password: an invitation, or because he has forgotten it. Of 256 bits, kept as a digest, good
//! for one use and for a short time; a newer one, a new password and a new address put an end to it.

use crate::Engine;
use crate::identity::digest;
use crate::identity::letters::{Told, tell};
use crate::identity::password::put;
use crate::identity::sessions::end_sessions;
use crate::principal::Principal;
use kernel::{Error, Id, Language, Moment, Result, Say, Value};
use std::str::FromStr;
use store::{Statement, Tx};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// He comes in for the first time.
    Invitation,
    /// He has forgotten his password.
    Reset,
}

impl Purpose {
    /// Its word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Purpose::Invitation => "invitation",
            Purpose::Reset => "reset",
        }
    }

    /// How long a link is good for.
    pub(crate) fn millis(self) -> i64 {
        match self {
            Purpose::Invitation => 72 * 3_600_000,
            Purpose::Reset => 30 * 60_000,
        }
    }
}

/// A link that is good.
#[derive(Debug, Clone)]
pub struct Link {
    /// Whose it is.
    pub user: Id,
    /// His name.
    pub name: String,
    /// The address he signs in with.
    pub email: String,
    /// The language he reads.
    pub language: Language,
    /// What it is for.
    pub purpose: Purpose,
}

/// Whom a letter with a link goes to.
pub(crate) struct Addressee {
    pub(crate) user: Id,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) language: Language,
}

/// How many letters with a link one address is sent in an hour.
const MOST_AN_HOUR: i64 = 3;
/// Links stay this long after they are over, so that a letter's job that runs again does not make them anew.
const KEPT_MILLIS: i64 = 30 * 24 * 3_600_000;

impl Engine {
    /// Sends somebody the letter that invites him. `Forbidden` for whoever is no administrator, `NotFound` where there is no such
    /// active user, a conflict where no mail account is set.
    pub async fn invite(&self, who: &Principal, user: Id) -> Result<()> {
        who.administers()?;
        if self.mail_account().await?.is_none() {
            return Err(Error::Conflict(kernel::error::Conflict::State(Say::new("error-mail-unset"))));
        }
        let payload = serde_json::json!({ "user": user.to_string(), "at": self.now().millis() }).to_string();
        let engine = self.clone();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "SELECT 1 FROM \"user\" WHERE \"id\" = ? AND \"active\" = ? AND \"removed_at\" IS NULL";
                    if tx.rows(&Statement::new(sql, vec![Value::Link(user), Value::Bool(true)])).await?.is_empty() {
                        return Err(Error::NotFound);
                    }
                    engine.enqueue(tx, super::letters::INVITATION, payload, None).await.map(|_| ())
                })
            })
            .await
    }

    /// Sends whoever has this address a letter by which he sets a new password. What is done here is the same whether anybody has
    /// it or not: who that is, is looked up later, by the job. Beyond three letters an hour nothing more is sent, and nobody is
    /// told.
    pub async fn ask_reset(&self, email: &str) -> Result<()> {
        let email = email.trim();
        let sealed = self.seal(super::letters::RESET_PLACE, email).await?;
        let payload = serde_json::json!({ "email": sealed, "at": self.now().millis() }).to_string();
        let subject = format!("reset:{}", digest(&kernel::fold(email)));
        let (engine, now) = (self.clone(), self.now());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    if counted(tx, &subject, now).await? <= MOST_AN_HOUR {
                        engine.enqueue(tx, super::letters::RESET, payload, None).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The secret of the link that a job sends: the same however often it runs; none where the link is over, or a newer one was
    /// made. A job whose letter may have gone out makes no second link.
    pub(crate) async fn make_link(&self, job: Id, user: Id, purpose: Purpose, at: Moment) -> Result<Option<String>> {
        let expires = at.plus_millis(purpose.millis());
        if expires <= self.now() {
            return Ok(None);
        }
        let secret = self.keys().await?.derive("access-link", &job.to_string())?;
        let (kept, now) = (digest(&secret), self.now());
        let made = self.inside.store.write(move |tx| {
            Box::pin(async move {
                let newer =
                    "SELECT 1 FROM \"access_link\" WHERE \"user\" = ? AND (\"created_at\" > ? OR \"id\" = ? AND \"ended_at\" IS NOT NULL)";
                let values = vec![Value::Link(user), Value::Moment(at), Value::Link(job)];
                if !tx.rows(&Statement::new(newer, values)).await?.is_empty() {
                    return Ok(false);
                }
                let older = "UPDATE \"access_link\" SET \"ended_at\" = ? WHERE \"user\" = ? AND \"id\" <> ? AND \"ended_at\" IS NULL";
                tx.execute(&Statement::new(older, vec![Value::Moment(now), Value::Link(user), Value::Link(job)])).await?;
                let old = Value::Moment(now.plus_millis(-KEPT_MILLIS));
                tx.execute(&Statement::new("DELETE FROM \"access_link\" WHERE \"expires_at\" < ?", vec![old])).await?;
                // With another key since its first run the letter is another, and the last one counts.
                let make = "INSERT INTO \"access_link\" (\"id\", \"digest\", \"user\", \"purpose\", \"created_at\", \"expires_at\") \
                            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (\"id\") DO UPDATE SET \"digest\" = excluded.\"digest\"";
                let values =
                    vec![Value::Link(job), kept.into(), Value::Link(user), purpose.key().into(), Value::Moment(at), Value::Moment(expires)];
                tx.execute(&Statement::new(make, values)).await?;
                Ok(true)
            })
        });
        Ok(made.await?.then_some(secret))
    }

    /// The link with this secret, if it is still good and its user active.
    pub async fn link(&self, secret: &str) -> Result<Option<Link>> {
        let (digest, now) = (digest(secret), self.now());
        self.inside.store.read(move |tx| Box::pin(async move { living(tx, &digest, now).await })).await
    }

    /// Sets the password of whoever a link belongs to, and puts an end to the link and to all his sessions; second factors stay, and
    /// so do tokens until they are revoked. None where the link is not good any more; `Invalid` unless the password is fit to be
    /// one, and then the link stays good.
    pub async fn use_link(&self, secret: &str, password: String) -> Result<Option<Link>> {
        let Some(link) = self.link(secret).await? else { return Ok(None) };
        let hashed = self.fit_and_hashed(link.user, password).await?;
        let (engine, digest, now) = (self.clone(), digest(secret), self.now());
        let used = self.inside.store.write(move |tx| {
            Box::pin(async move {
                // Two who use it at the same moment: one of them finds it used.
                let take = "UPDATE \"access_link\" SET \"ended_at\" = ? WHERE \"digest\" = ? AND \"ended_at\" IS NULL AND \"expires_at\" > ? \
                            AND EXISTS (SELECT 1 FROM \"user\" AS u WHERE u.\"id\" = \"access_link\".\"user\" AND u.\"active\" = ? AND u.\"removed_at\" IS NULL)";
                let values = vec![Value::Moment(now), digest.into(), Value::Moment(now), Value::Bool(true)];
                if tx.execute(&Statement::new(take, values)).await? != 1 {
                    return Ok(None);
                }
                put(tx, link.user, hashed, now).await?;
                end_sessions(tx, link.user, None).await?;
                if link.purpose == Purpose::Reset {
                    tell(&engine, tx, link.user, Told::Password).await?;
                }
                Ok(Some(link))
            })
        });
        used.await
    }

    /// The address by which a user signs in. `NotFound` where there is no such active user.
    pub async fn email_of(&self, user: Id) -> Result<String> {
        Ok(self.addressee(Some(user), "").await?.ok_or(Error::NotFound)?.email)
    }

    /// The active user with this address, as letters know him.
    pub(crate) async fn addressee(&self, user: Option<Id>, email: &str) -> Result<Option<Addressee>> {
        let (sql, value) = match user {
            Some(user) => ("\"id\" = ?", Value::Link(user)),
            None => ("\"email_f\" = ?", Value::Text(kernel::fold(email.trim()))),
        };
        let sql = format!(
            "SELECT \"id\", \"name\", \"email\", \"language\" FROM \"user\" WHERE {sql} AND \"active\" = ? AND \"removed_at\" IS NULL"
        );
        let asked = Statement::new(sql, vec![value, Value::Bool(true)]);
        let found = self.inside.store.read(move |tx| {
            Box::pin(async move {
                let rows = tx.rows(&asked).await?;
                Ok(rows.first().and_then(|row| {
                    Some(Addressee {
                        user: row.link(0)?,
                        name: row.text(1).to_owned(),
                        email: row.text(2).to_owned(),
                        language: Language::from_str(row.text(3)).unwrap_or_default(),
                    })
                }))
            })
        });
        found.await
    }
}

async fn living(tx: &mut Tx, digest: &str, now: Moment) -> Result<Option<Link>> {
    let sql = "SELECT u.\"id\", u.\"name\", u.\"email\", u.\"language\", l.\"purpose\" FROM \"access_link\" AS l JOIN \"user\" AS u ON u.\"id\" = l.\"user\" \
               WHERE l.\"digest\" = ? AND l.\"ended_at\" IS NULL AND l.\"expires_at\" > ? AND u.\"active\" = ? AND u.\"removed_at\" IS NULL";
    let rows = tx.rows(&Statement::new(sql, vec![digest.into(), Value::Moment(now), Value::Bool(true)])).await?;
    Ok(rows.first().and_then(|row| {
        Some(Link {
            user: row.link(0)?,
            name: row.text(1).to_owned(),
            email: row.text(2).to_owned(),
            language: Language::from_str(row.text(3)).unwrap_or_default(),
            purpose: if row.text(4) == Purpose::Invitation.key() { Purpose::Invitation } else { Purpose::Reset },
        })
    }))
}

/// Puts an end to all links of a user.
pub(crate) async fn end_links(tx: &mut Tx, user: Id, now: Moment) -> Result<()> {
    let sql = "UPDATE \"access_link\" SET \"ended_at\" = ? WHERE \"user\" = ? AND \"ended_at\" IS NULL";
    tx.execute(&Statement::new(sql, vec![Value::Moment(now), Value::Link(user)])).await.map(|_| ())
}

/// Counts one more within an hour from the first.
async fn counted(tx: &mut Tx, subject: &str, now: Moment) -> Result<i64> {
    let sql = "INSERT INTO \"attempt\" (\"subject\", \"failures\", \"until\", \"at\") VALUES (?, 1, ?, ?) ON CONFLICT (\"subject\") DO UPDATE SET \
               \"failures\" = CASE WHEN \"attempt\".\"at\" > ? THEN \"attempt\".\"failures\" + 1 ELSE 1 END, \
               \"at\" = CASE WHEN \"attempt\".\"at\" > ? THEN \"attempt\".\"at\" ELSE excluded.\"at\" END RETURNING \"failures\"";
    let hour = Value::Moment(now.plus_millis(-3_600_000));
    let values = vec![subject.into(), Value::Moment(now), Value::Moment(now), hour.clone(), hour];
    Ok(tx.rows(&Statement::new(sql, values)).await?.first().map_or(0, |row| row.int(0)))
}
