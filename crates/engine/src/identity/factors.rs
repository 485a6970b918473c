//! Second factors: an authenticator app, passkeys, and codes on paper for the day when neither is at hand.

use super::totp;
use crate::Engine;
use crate::identity::letters::{Told, tell};
use crate::identity::sessions::end_sessions;
use crate::principal::Principal;
use crate::secrets::Turning;
use kernel::{Id, Moment, Result, Value};
use store::{Row, Statement, Tx};

/// The kind of an authenticator app.
const APP: &str = "app";
/// The kind of a passkey.
pub(crate) const PASSKEY: &str = "passkey";
/// So many codes on paper are made at once.
const CODES: usize = 10;
/// Bytes of one of them.
const CODE_BYTES: usize = 10;

/// What somebody has beside his password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Factors {
    /// Since when he has an authenticator app.
    pub app: Option<Moment>,
    /// His passkeys, the oldest first.
    pub passkeys: Vec<KeptPasskey>,
    /// How many codes on paper he has left.
    pub codes: i64,
}

impl Factors {
    /// Whether there is a second factor. Codes on paper are none of their own.
    pub fn any(&self) -> bool {
        self.app.is_some() || !self.passkeys.is_empty()
    }
}

/// A passkey, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPasskey {
    /// Its id.
    pub id: Id,
    /// What he calls it.
    pub name: String,
    /// Since when he has it.
    pub created_at: Moment,
    /// When it was last used.
    pub used_at: Option<Moment>,
}

/// The seed of an authenticator app that is being added.
#[derive(Debug, Clone)]
pub struct AppSeed {
    /// As a person types it.
    pub letters: String,
    /// As a picture says it.
    pub address: String,
}

impl AppSeed {
    fn new(letters: String, company: &str, email: &str) -> AppSeed {
        let issuer = in_address(&format!("Scheda {company}"));
        let address = format!("otpauth://totp/{issuer}:{}?secret={letters}&issuer={issuer}", in_address(email));
        AppSeed { letters, address }
    }
}

/// A text as addresses carry it.
pub(super) fn in_address(text: &str) -> String {
    text.bytes().fold(String::new(), |mut said, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => said.push(byte as char),
            byte => said += &format!("%{byte:02X}"),
        }
        said
    })
}

/// What is compared with a code.
struct App {
    id: Id,
    seed: Vec<u8>,
}

fn place(id: Id) -> String {
    format!("factor/{id}/secret")
}

impl Engine {
    /// What somebody has beside his password.
    pub async fn factors(&self, user: Id) -> Result<Factors> {
        let factors = "SELECT \"id\", \"kind\", \"name\", \"created_at\", \"used_at\" FROM \"factor\" WHERE \"user\" = ? AND \"confirmed_at\" IS NOT NULL ORDER BY \"id\"";
        let factors = Statement::new(factors, vec![Value::Link(user)]);
        let codes =
            Statement::new("SELECT count(*) FROM \"recovery_code\" WHERE \"user\" = ? AND \"used_at\" IS NULL", vec![Value::Link(user)]);
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let mut found = Factors { codes: crate::asking::one_number(tx, &codes).await?, ..Factors::default() };
                    for row in tx.rows(&factors).await?.iter() {
                        match row.text(1) {
                            APP => found.app = row.moment(3),
                            _ => found.passkeys.extend(row.link(0).map(|id| KeptPasskey {
                                id,
                                name: row.text(2).to_owned(),
                                created_at: row.moment(3).unwrap_or_default(),
                                used_at: row.moment(4),
                            })),
                        }
                    }
                    Ok(found)
                })
            })
            .await
    }

    /// Begins to add an authenticator app: a new seed, which counts for nothing until a code of it was given.
    pub async fn begin_app(&self, user: Id, email: &str) -> Result<AppSeed> {
        let mut seed = [0; totp::SEED];
        self.chance().fill(&mut seed);
        let (id, letters) = (self.id(), totp::letters(&seed));
        let sealed = self.seal(&place(id), &letters).await?;
        let company = self.company().await?;
        let now = self.now();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let off = "DELETE FROM \"factor\" WHERE \"user\" = ? AND \"kind\" = ? AND \"confirmed_at\" IS NULL";
                    tx.execute(&Statement::new(off, vec![Value::Link(user), APP.into()])).await?;
                    let values =
                        vec![Value::Link(id), Value::Link(user), APP.into(), "".into(), sealed.into(), Value::Int(0), Value::Moment(now)];
                    tx.execute(&Statement::new(INSERT, values)).await.map(|_| ())
                })
            })
            .await?;
        Ok(AppSeed::new(letters, &company, email))
    }

    /// The seed that is being added, to be shown once more after a wrong code.
    pub async fn begun_app(&self, user: Id, email: &str) -> Result<Option<AppSeed>> {
        let Some(app) = self.app(user, false).await? else { return Ok(None) };
        Ok(Some(AppSeed::new(totp::letters(&app.seed), &self.company().await?, email)))
    }

    /// Adds the app whose seed was given out last, once its code is right, in place of one that was there; all other sessions end.
    /// Whether it was right.
    pub async fn confirm_app(&self, user: Id, code: &str, session: &str) -> Result<bool> {
        let Some(app) = self.app(user, false).await? else { return Ok(false) };
        let now = self.now();
        let Some(step) = totp::step_of(&app.seed, &digits(code), now)? else { return Ok(false) };
        let (engine, session) = (self.clone(), session.to_owned());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let on = "UPDATE \"factor\" SET \"confirmed_at\" = ?, \"counter\" = ? WHERE \"id\" = ? AND \"confirmed_at\" IS NULL";
                    if tx.execute(&Statement::new(on, vec![Value::Moment(now), Value::Int(step), Value::Link(app.id)])).await? != 1 {
                        return Ok(false);
                    }
                    let off = "DELETE FROM \"factor\" WHERE \"user\" = ? AND \"kind\" = ? AND \"id\" <> ?";
                    tx.execute(&Statement::new(off, vec![Value::Link(user), APP.into(), Value::Link(app.id)])).await?;
                    end_sessions(tx, user, Some(&session)).await?;
                    tell(&engine, tx, user, Told::App).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Takes a factor off: the app where no passkey is named. With the last one the codes on paper go too. Whether there was one.
    pub async fn remove_factor(&self, user: Id, passkey: Option<Id>) -> Result<bool> {
        let engine = self.clone();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let (sql, value) = match passkey {
                        Some(id) => ("DELETE FROM \"factor\" WHERE \"user\" = ? AND \"kind\" = 'passkey' AND \"id\" = ?", Value::Link(id)),
                        None => ("DELETE FROM \"factor\" WHERE \"user\" = ? AND \"kind\" = ?", Value::from(APP)),
                    };
                    let there = tx.execute(&Statement::new(sql, vec![Value::Link(user), value])).await? > 0;
                    let left = Statement::new(
                        "SELECT count(*) FROM \"factor\" WHERE \"user\" = ? AND \"confirmed_at\" IS NOT NULL",
                        vec![Value::Link(user)],
                    );
                    if crate::asking::one_number(tx, &left).await? == 0 {
                        end_codes(tx, user).await?;
                    }
                    if there {
                        tell(&engine, tx, user, Told::Removed).await?;
                    }
                    Ok(there)
                })
            })
            .await
    }

    /// Takes all second factors off somebody who has lost them, as administrators do; his sessions end. `Forbidden` for whoever is
    /// none.
    pub async fn reset_factors(&self, who: &Principal, user: Id) -> Result<()> {
        who.administers()?;
        let engine = self.clone();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(&Statement::new("DELETE FROM \"factor\" WHERE \"user\" = ?", vec![Value::Link(user)])).await?;
                    end_codes(tx, user).await?;
                    super::pending::end_pending(tx, user).await?;
                    end_sessions(tx, user, None).await?;
                    tell(&engine, tx, user, Told::Removed).await
                })
            })
            .await
    }

    /// New codes on paper, in place of those before; shown once, and kept so that only this installation knows them again.
    pub async fn new_codes(&self, user: Id) -> Result<Vec<String>> {
        let mut codes = Vec::with_capacity(CODES);
        let mut kept = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            let mut bytes = [0; CODE_BYTES];
            self.chance().fill(&mut bytes);
            let letters = totp::letters(&bytes).to_lowercase();
            kept.push(self.kept_code(user, &letters).await?);
            codes.push(letters.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four)).collect::<Vec<_>>().join("-"));
        }
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    end_codes(tx, user).await?;
                    for digest in kept {
                        let put = "INSERT INTO \"recovery_code\" (\"digest\", \"user\") VALUES (?, ?)";
                        tx.execute(&Statement::new(put, vec![digest.into(), Value::Link(user)])).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(codes)
    }

    /// Whether a code of the app, or one on paper, is right. Each is so once.
    pub async fn prove_code(&self, user: Id, code: &str) -> Result<bool> {
        let digits = digits(code);
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.prove_app(user, &digits).await;
        }
        let possible = self.possible_codes(user, &digits.to_lowercase()).await?;
        let marks = vec!["?"; possible.len()].join(", ");
        let sql =
            format!("UPDATE \"recovery_code\" SET \"used_at\" = ? WHERE \"user\" = ? AND \"used_at\" IS NULL AND \"digest\" IN ({marks})");
        let mut values = vec![Value::Moment(self.now()), Value::Link(user)];
        values.extend(possible.into_iter().map(Value::from));
        let take = Statement::new(sql, values);
        self.inside.store.write(move |tx| Box::pin(async move { Ok(tx.execute(&take).await? == 1) })).await
    }

    async fn prove_app(&self, user: Id, digits: &str) -> Result<bool> {
        let Some(app) = self.app(user, true).await? else { return Ok(false) };
        let now = self.now();
        let Some(step) = totp::step_of(&app.seed, digits, now)? else { return Ok(false) };
        // A code that was seen is used: whoever sends it a second time, at the same moment too, is late.
        let sql = "UPDATE \"factor\" SET \"counter\" = ?, \"used_at\" = ? WHERE \"id\" = ? AND \"counter\" < ?";
        let take = Statement::new(sql, vec![Value::Int(step), Value::Moment(now), Value::Link(app.id), Value::Int(step)]);
        self.inside.store.write(move |tx| Box::pin(async move { Ok(tx.execute(&take).await? == 1) })).await
    }

    async fn app(&self, user: Id, confirmed: bool) -> Result<Option<App>> {
        let state = if confirmed { "IS NOT NULL" } else { "IS NULL" };
        let sql = format!("SELECT \"id\", \"secret\" FROM \"factor\" WHERE \"user\" = ? AND \"kind\" = ? AND \"confirmed_at\" {state}");
        let asked = Statement::new(sql, vec![Value::Link(user), APP.into()]);
        let found = self.inside.store.read(move |tx| {
            Box::pin(async move { Ok(tx.rows(&asked).await?.first().and_then(|row| Some((row.link(0)?, row.text(1).to_owned())))) })
        });
        let Some((id, sealed)) = found.await? else { return Ok(None) };
        let letters = self.unseal(&place(id), &sealed).await?;
        Ok(totp::bytes(&letters).map(|seed| App { id, seed }))
    }
}

/// Seals the seeds of apps by the newest key.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    let of = |row: &Row<'_>| row.link(0).map(|id| (Value::Link(id), place(id)));
    turning.column(tx, ("factor", "\"id\"", "secret"), of).await
}

/// How a factor is written, before it is confirmed.
pub(crate) const INSERT: &str =
    "INSERT INTO \"factor\" (\"id\", \"user\", \"kind\", \"name\", \"secret\", \"counter\", \"created_at\") VALUES (?, ?, ?, ?, ?, ?, ?)";

/// A code without what people put between its letters.
fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

async fn end_codes(tx: &mut Tx, user: Id) -> Result<()> {
    tx.execute(&Statement::new("DELETE FROM \"recovery_code\" WHERE \"user\" = ?", vec![Value::Link(user)])).await.map(|_| ())
}
