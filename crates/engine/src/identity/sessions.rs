//! Sessions: opaque secrets, kept as digests, made anew at every signing in.

use crate::Engine;
use crate::identity::devices::Arrival;
use crate::identity::policy::{self, Given, SignInPolicy};
use crate::identity::{digest, users};
use crate::principal::{Principal, Through};
use kernel::{Id, Moment, Result, Value};
use store::{Row, Statement, Tx};

/// Use is noted this often at most.
const NOTED_MILLIS: i64 = 5 * 60_000;
/// So many letters of the digest name a session that is to be ended.
const NAMED: usize = 12;

/// What a session is opened on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Device<'d> {
    /// What the browser says of itself.
    pub agent: &'d str,
    /// The network it comes from.
    pub network: &'d str,
    /// By what the browser is known again, empty for one that was never here; none where it is no browser.
    pub known: Option<&'d str>,
}

impl<'d> From<&'d str> for Device<'d> {
    fn from(agent: &'d str) -> Device<'d> {
        Device { agent, network: "", known: None }
    }
}

/// A new session.
#[derive(Debug)]
pub struct SignedIn {
    /// The secret for the cookie.
    pub secret: String,
    /// By what the browser is known again, for another cookie; none where it is no browser.
    pub known: Option<String>,
    /// Who signed in.
    pub who: Principal,
}

/// A session that is about to be opened.
pub(crate) struct Opening {
    secret: String,
    session: Statement,
    arrival: Option<Arrival>,
    who: Principal,
}

impl Opening {
    /// Opens it.
    pub(crate) async fn put(self, engine: &Engine, tx: &mut Tx) -> Result<SignedIn> {
        tx.execute(&self.session).await?;
        if let Some(arrival) = &self.arrival {
            arrival.note(engine, tx).await?;
        }
        Ok(SignedIn { secret: self.secret, known: self.arrival.map(|arrival| arrival.secret), who: self.who })
    }
}

/// A session that was found.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose it is.
    pub who: Principal,
    /// Its digest, which the tokens of its forms are bound to.
    pub digest: String,
    /// When he last proved that it is he.
    pub proved_at: Moment,
    /// Whether he lacks the second factor that is required of him, and may put it off no longer.
    pub lacks_factor: bool,
    /// Until when he may put it off, where he lacks it.
    pub put_off_until: Option<Moment>,
}

/// A session, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// By what it is ended.
    pub id: String,
    /// What the browser says of itself.
    pub agent: String,
    /// The network it was opened from.
    pub network: String,
    /// Since when it is open.
    pub created_at: Moment,
    /// When it was last used, to within five minutes.
    pub used_at: Moment,
    /// Whether it is the one that asks.
    pub own: bool,
}

/// What is read of a session.
struct Found {
    who: Principal,
    used_at: Moment,
    proved_at: Moment,
    lacks_factor: bool,
    put_off_until: Option<Moment>,
}

impl Engine {
    /// Opens a session for somebody who has proved who he is.
    pub async fn open_session(&self, who: Principal, device: impl Into<Device<'_>>) -> Result<SignedIn> {
        let (engine, opening) = (self.clone(), self.opening(who, device.into(), &self.sign_in_policy().await?));
        self.inside.store.write(move |tx| Box::pin(async move { opening.put(&engine, tx).await })).await
    }

    /// A session with a new secret, of which the digest is kept.
    pub(crate) fn opening(&self, who: Principal, device: Device<'_>, policy: &SignInPolicy) -> Opening {
        let secret = self.chance().secret();
        let now = self.now();
        let plain = |text: &str, most: usize| Value::Text(text.chars().filter(|c| !c.is_control()).take(most).collect());
        let sql = "INSERT INTO \"session\" (\"digest\", \"user\", \"created_at\", \"used_at\", \"expires_at\", \"device\", \"network\", \"proved_at\") \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let session = Statement::new(
            sql,
            vec![
                digest(&secret).into(),
                who.user.into(),
                Value::Moment(now),
                Value::Moment(now),
                Value::Moment(policy.ends(now)),
                plain(device.agent, 200),
                plain(device.network, 60),
                Value::Moment(now),
            ],
        );
        Opening { secret, session, arrival: self.arrival(&who, device), who }
    }

    /// The session with this secret, if it lives and its user is active.
    pub async fn session(&self, secret: &str) -> Result<Option<Session>> {
        if secret.len() != 43 {
            return Ok(None);
        }
        let digest = digest(secret);
        let now = self.now();
        let Some(found) = self.living(&digest).await? else { return Ok(None) };
        if now.millis() - found.used_at.millis() > NOTED_MILLIS {
            let note = Statement::new(
                "UPDATE \"session\" SET \"used_at\" = ? WHERE \"digest\" = ?",
                vec![Value::Moment(now), digest.as_str().into()],
            );
            self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&note).await.map(|_| ()) })).await?;
        }
        let Found { who, proved_at, lacks_factor, put_off_until, .. } = found;
        Ok(Some(Session { who, digest, proved_at, lacks_factor, put_off_until }))
    }

    /// Whose the session with this digest is, with his rights of the moment, if it lives and he is active. Watching it is not
    /// using it.
    pub async fn watch_session(&self, digest: &str) -> Result<Option<Principal>> {
        Ok(self.living(digest).await?.map(|found| found.who))
    }

    /// A session that lives by what is asked now: a shorter length holds for those that are open too.
    async fn living(&self, digest: &str) -> Result<Option<Found>> {
        let now = self.now();
        let sql = format!(
            "SELECT {}, s.\"used_at\", s.\"created_at\", s.\"proved_at\", \
             (SELECT i.\"value\" FROM \"installation\" AS i WHERE i.\"key\" = ?), \
             (SELECT count(*) FROM \"factor\" AS f WHERE f.\"user\" = u.\"id\" AND f.\"confirmed_at\" IS NOT NULL), u.\"created_at\", \
             g.\"at\", g.\"since\" FROM \"session\" AS s JOIN \"user\" AS u ON u.\"id\" = s.\"user\" \
             LEFT JOIN \"role_given\" AS g ON g.\"user\" = u.\"id\" \
             WHERE s.\"digest\" = ? AND s.\"expires_at\" > ? AND u.\"active\" = ? AND u.\"removed_at\" IS NULL",
            users::PRINCIPAL
        );
        let statement = Statement::new(sql, vec![policy::ROW.into(), digest.into(), Value::Moment(now), Value::Bool(true)]);
        let engine = self.clone();
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.rows(&statement).await?;
                    let Some(row) = rows.first() else { return Ok(None) };
                    let at = |place: usize| row.moment(users::BESIDE + place).unwrap_or_default();
                    let (used_at, created_at, proved_at) = (at(0), at(1), at(2));
                    let policy = SignInPolicy::read(row.text(users::BESIDE + 3));
                    if policy.idles(used_at) <= now || policy.ends(created_at) <= now {
                        return Ok(None);
                    }
                    let (factors, user_since) = (row.int(users::BESIDE + 4), at(5));
                    let given = Given::read(row.moment(users::BESIDE + 6), row.moment(users::BESIDE + 7));
                    let who = engine.principal_from(tx, row.values(), Through::Pages).await?;
                    let lacks = factors == 0 && policy.requires_second_factor(&who);
                    // Few lack it: nobody else's days are reckoned.
                    let until = lacks.then(|| policy.put_off_until(&who, user_since, given, &engine.settings().zone));
                    let put_off_until = until.filter(|until| *until > now);
                    Ok(Some(Found { who, used_at, proved_at, lacks_factor: lacks && put_off_until.is_none(), put_off_until }))
                })
            })
            .await
    }

    /// Gives a session another secret, because something about it changed; whoever knew the old one is out.
    pub async fn renew_session(&self, old: &str) -> Result<String> {
        let secret = self.chance().secret();
        let sql = "UPDATE \"session\" SET \"digest\" = ? WHERE \"digest\" = ?";
        let renew = Statement::new(sql, vec![digest(&secret).into(), old.into()]);
        let renewed = self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&renew).await })).await?;
        if renewed == 1 { Ok(secret) } else { Err(kernel::Error::NotFound) }
    }

    /// Notes that whoever has this session proved again who he is.
    pub async fn prove_session(&self, digest: &str) -> Result<()> {
        let sql = "UPDATE \"session\" SET \"proved_at\" = ? WHERE \"digest\" = ?";
        let prove = Statement::new(sql, vec![Value::Moment(self.now()), digest.into()]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&prove).await.map(|_| ()) })).await
    }

    /// The sessions of a user that live, the one used last first; `own` is the digest of the one that asks.
    pub async fn open_sessions(&self, user: Id, own: &str) -> Result<Vec<OpenSession>> {
        let (policy, now) = (self.sign_in_policy().await?, self.now());
        let own = own.to_owned();
        let sql = "SELECT \"digest\", \"device\", \"network\", \"created_at\", \"used_at\" FROM \"session\" WHERE \"user\" = ? AND \"expires_at\" > ? \
                   ORDER BY \"used_at\" DESC, \"digest\"";
        let asked = Statement::new(sql, vec![Value::Link(user), Value::Moment(now)]);
        let open = move |row: Row<'_>| OpenSession {
            id: row.text(0).chars().take(NAMED).collect(),
            agent: row.text(1).to_owned(),
            network: row.text(2).to_owned(),
            created_at: row.moment(3).unwrap_or_default(),
            used_at: row.moment(4).unwrap_or_default(),
            own: row.text(0) == own,
        };
        let all =
            self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.rows(&asked).await?.iter().map(open).collect::<Vec<_>>()) }));
        Ok(all.await?.into_iter().filter(|one| policy.idles(one.used_at) > now && policy.ends(one.created_at) > now).collect())
    }

    /// Ends the session of a user with this [`OpenSession::id`]; whether there was one.
    pub async fn end_session_of(&self, user: Id, id: &str) -> Result<bool> {
        if id.len() != NAMED {
            return Ok(false);
        }
        let sql = format!("DELETE FROM \"session\" WHERE \"user\" = ? AND substr(\"digest\", 1, {NAMED}) = ?");
        let end = Statement::new(sql, vec![Value::Link(user), id.into()]);
        self.inside.store.write(move |tx| Box::pin(async move { Ok(tx.execute(&end).await? > 0) })).await
    }

    /// Ends the sessions of a user; all of them, but for one that may be kept, by its digest.
    pub async fn end_sessions_of(&self, user: Id, kept: Option<&str>) -> Result<()> {
        let kept = kept.map(str::to_owned);
        self.inside.store.write(move |tx| Box::pin(async move { end_sessions(tx, user, kept.as_deref()).await })).await
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
