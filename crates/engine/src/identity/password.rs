//! Passwords: Argon2id, hashed away from the request threads, few at a time.

use crate::Engine;
use crate::identity::letters::{Told, tell};
use crate::identity::links::end_links;
use crate::identity::pending::end_pending;
use crate::identity::sessions::end_sessions;
use crate::identity::tokens::end_tokens;
use crate::identity::users;
use crate::principal::{Principal, Through};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use kernel::{Error, Id, Moment, Result, Say, Value, fold};
use std::sync::LazyLock;
use store::{Statement, Tx};
use tokio::sync::Semaphore;

/// Longer ones are refused, not cut.
pub const MOST_PASSWORD_BYTES: usize = 1_024;
/// Shorter ones are refused.
const LEAST_LETTERS: usize = 12;

/// Memory is taken by each hashing: two at a time are enough for two cores.
static TURNS: Semaphore = Semaphore::const_new(2);

/// More than this many waiting are sent away: a burst of guesses neither outruns the brake nor holds up everybody.
static WAITING: Semaphore = Semaphore::const_new(24);

/// What is hashed when nobody has the address, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody signs in with this", &[7; 16]).unwrap_or_default());

/// Passwords that everybody tries first; longer lists come with the administrator's settings.
const COMMON: [&str; 12] = [
    "password",
    "passwort",
    "qwertyuiop",
    "1234567890",
    "123456789012",
    "qwerty123456",
    "letmein",
    "benvenuto",
    "iloveyou",
    "administrator",
    "amministratore",
    "forzainter",
];

/// Whether a password may be used: long enough, not too long, not among the first to be tried, not one's own name.
pub fn fit_password(password: &str, about: &[&str]) -> Result<()> {
    let refuse = |say: Say| Err(Error::invalid("password", say));
    if password.len() > MOST_PASSWORD_BYTES {
        return refuse(Say::new("error-password-long").with("most", MOST_PASSWORD_BYTES));
    }
    if password.chars().count() < LEAST_LETTERS {
        return refuse(Say::new("error-password-short").with("least", LEAST_LETTERS));
    }
    let folded = fold(password);
    let mut letters: Vec<char> = folded.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let own = about.iter().map(|word| fold(word)).filter(|word| word.chars().count() >= 4);
    let weak = COMMON.iter().map(|word| (*word).to_owned()).chain(own).any(|word| folded.contains(&word) && folded.len() < word.len() + 6);
    if letters.len() < 5 || weak || folded.starts_with("scheda") {
        return refuse(Say::new("error-password-common"));
    }
    Ok(())
}

/// Somebody who said the right password.
pub(crate) struct Proved {
    pub(crate) who: Principal,
    /// The hash that it was right by: another one by now means another password.
    pub(crate) hashed: String,
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str, salt: &[u8; 16]) -> Result<String> {
    Ok(hasher().hash_password_with_salt(password.as_bytes(), salt).map_err(Error::internal)?.to_string())
}

fn verify(password: &str, hashed: &str) -> bool {
    PasswordHash::new(hashed).is_ok_and(|hashed| hasher().verify_password(password.as_bytes(), &hashed).is_ok())
}

impl Engine {
    /// Sets somebody's password, as administrators do; all his sessions and tokens end. `Invalid` unless [`fit_password`] takes it.
    pub async fn set_password(&self, user: Id, password: String) -> Result<()> {
        let (hashed, now) = (self.fit_and_hashed(user, password).await?, self.now());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    put(tx, user, hashed, now).await?;
                    end_sessions(tx, user, None).await?;
                    end_tokens(tx, user).await
                })
            })
            .await
    }

    /// Sets one's own password. Of the sessions only this one goes on, by its digest; tokens stay until they are revoked.
    pub async fn change_own_password(&self, user: Id, password: String, session: &str) -> Result<()> {
        let hashed = self.fit_and_hashed(user, password).await?;
        let (engine, session, now) = (self.clone(), session.to_owned(), self.now());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    put(tx, user, hashed, now).await?;
                    end_sessions(tx, user, Some(&session)).await?;
                    tell(&engine, tx, user, Told::Password).await
                })
            })
            .await
    }

    pub(crate) async fn fit_and_hashed(&self, user: Id, password: String) -> Result<String> {
        let about = Statement::new("SELECT \"name\", \"email\" FROM \"user\" WHERE \"id\" = ?", vec![Value::Link(user)]);
        let about = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&about).await })).await?;
        let about = about.first().ok_or(Error::NotFound)?;
        self.hashed(password, &[about.text(0), about.text(1)]).await
    }

    /// The hash of a password that [`fit_password`] takes.
    pub(crate) async fn hashed(&self, password: String, about: &[&str]) -> Result<String> {
        fit_password(&password, about)?;
        let mut salt = [0; 16];
        self.chance().fill(&mut salt);
        self.aside(move || hash(&password, &salt)).await
    }

    /// The principal with this address and password; none where either is wrong, after the same time.
    pub async fn by_password(&self, email: &str, password: String, through: Through) -> Result<Option<Principal>> {
        Ok(self.proved(email, password, through).await?.map(|proved| proved.who))
    }

    /// The same, with what proved it.
    pub(crate) async fn proved(&self, email: &str, password: String, through: Through) -> Result<Option<Proved>> {
        if password.len() > MOST_PASSWORD_BYTES {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {}, u.\"password_hash\" FROM \"user\" AS u WHERE u.\"email_f\" = ? AND u.\"active\" = ? AND u.\"removed_at\" IS NULL",
            users::PRINCIPAL
        );
        let statement = Statement::new(sql, vec![Value::Text(fold(email.trim())), Value::Bool(true)]);
        let engine = self.clone();
        let found = self
            .inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.rows(&statement).await?;
                    let Some(row) = rows.first() else { return Ok(None) };
                    let hashed = row.text(users::BESIDE).to_owned();
                    let principal = engine.principal_from(tx, row.values(), through).await?;
                    Ok(Some((principal, hashed)))
                })
            })
            .await?;
        let (known, hashed) = match found {
            Some((principal, hashed)) if !hashed.is_empty() => (Some(Proved { who: principal, hashed: hashed.clone() }), hashed),
            _ => (None, NOBODY.clone()),
        };
        let right = self.aside(move || Ok(verify(&password, &hashed))).await?;
        let (user, who) = (known.as_ref().and_then(|known| known.who.user), known.filter(|_| right));
        if who.is_none() {
            // Of an address that nobody has, nothing is kept: it may be a password, typed into the wrong field.
            let user = user.map(|id| id.to_string()).unwrap_or_default();
            tracing::info!(target: "audit", event = "wrong-password", user);
        }
        Ok(who)
    }

    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _waiting = WAITING.try_acquire().map_err(|_| Error::Busy(2))?;
        let _turn = TURNS.acquire().await.map_err(Error::internal)?;
        #[cfg(feature = "testing")]
        self.inside.hashings.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

/// Keeps a hash as somebody's. Links by which he might have set it are over, and so is what was begun with the one before.
pub(crate) async fn put(tx: &mut Tx, user: Id, hashed: String, now: Moment) -> Result<()> {
    end_links(tx, user, now).await?;
    end_pending(tx, user).await?;
    let set = Statement::new("UPDATE \"user\" SET \"password_hash\" = ? WHERE \"id\" = ?", vec![hashed.into(), Value::Link(user)]);
    tx.execute(&set).await.map(|_| ())
}
