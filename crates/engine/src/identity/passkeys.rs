//! Passkeys: keys of a device, a browser or a stick, which prove by themselves who somebody is. Their holder has to be verified,
//! so that one alone is enough to sign in, and they answer to our address and to no other.

use crate::Engine;
use crate::identity::entering::HalfIn;
use crate::identity::factors::{INSERT, PASSKEY};
use crate::identity::letters::{Told, tell};
use crate::identity::pending::take;
use crate::identity::sessions::{Device, SignedIn, end_sessions};
use crate::principal::Through;
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use store::Statement;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// What is pending while one is added, and while one proves who somebody is.
const ADDING: &str = "passkey-adding";
const ALONE: &str = "passkey-alone";
const SECOND: &str = "passkey-second";
/// So many a person has.
const MOST: usize = 20;

/// What a browser is asked, and the secret under which its answer is expected.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The secret.
    pub secret: String,
    /// What the browser is asked, as JSON.
    pub question: String,
}

/// A passkey that is kept.
struct Kept {
    id: Id,
    user: Id,
    passkey: Passkey,
}

impl Engine {
    /// Our side of the protocol. A conflict where people reach us by a number, which no passkey answers to.
    fn relying(&self, address: &str) -> Result<Webauthn> {
        let wrong = || Error::Conflict(Conflict::State(Say::new("error-passkey-address")));
        let origin = Url::parse(address).map_err(|_| wrong())?;
        let host = origin.domain().ok_or_else(wrong)?.to_owned();
        WebauthnBuilder::new(&host, &origin).and_then(|builder| builder.rp_name("Scheda").build()).map_err(|_| wrong())
    }

    /// Begins to add a passkey of somebody, under the address at which he sees us.
    pub async fn begin_passkey(&self, user: Id, email: &str, name: &str, address: &str) -> Result<Asked> {
        let known = self.passkeys("\"user\" = ?", Value::Link(user)).await?;
        if known.len() >= MOST {
            return Err(Error::invalid("name", Say::new("error-passkeys-many").with("most", MOST)));
        }
        let known = known.iter().map(|kept| kept.passkey.cred_id().clone()).collect();
        let (question, state) = self.relying(address)?.start_passkey_registration(handle(user), email, name, Some(known)).map_err(fault)?;
        let mut question = serde_json::to_value(&question).map_err(Error::internal)?;
        // One that the device keeps itself is found without saying first who one is.
        question["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
        let state = serde_json::to_string(&state).map_err(Error::internal)?;
        let secret = self.begin_pending(ADDING, Some(user), &state).await?;
        Ok(Asked { secret, question: question.to_string() })
    }

    /// Adds the passkey that a browser answered with; all other sessions end. Whether it was right.
    pub async fn add_passkey(&self, user: Id, secret: &str, answer: &str, name: &str, address: &str, session: &str) -> Result<bool> {
        let Some(pending) = self.pending(ADDING, secret).await?.filter(|pending| pending.user == Some(user)) else { return Ok(false) };
        let state: PasskeyRegistration = serde_json::from_str(&pending.payload).map_err(Error::internal)?;
        let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else { return Ok(false) };
        let Ok(passkey) = self.relying(address)?.finish_passkey_registration(&answer, &state) else { return Ok(false) };
        // Nobody else may have it.
        let credential = credential(passkey.cred_id());
        if !self.passkeys("\"name_of\" = ?", credential.as_str().into()).await?.is_empty() {
            return Ok(false);
        }
        let (id, now) = (self.id(), self.now());
        let kept = serde_json::to_string(&passkey).map_err(Error::internal)?;
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(60).collect();
        let (engine, secret, session) = (self.clone(), secret.to_owned(), session.to_owned());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    if !take(tx, ADDING, &secret, now).await? {
                        return Ok(false);
                    }
                    let values = vec![
                        Value::Link(id),
                        Value::Link(user),
                        PASSKEY.into(),
                        name.into(),
                        kept.into(),
                        Value::Int(0),
                        Value::Moment(now),
                    ];
                    tx.execute(&Statement::new(INSERT, values)).await?;
                    let on = "UPDATE \"factor\" SET \"confirmed_at\" = ?, \"name_of\" = ? WHERE \"id\" = ?";
                    tx.execute(&Statement::new(on, vec![Value::Moment(now), credential.into(), Value::Link(id)])).await?;
                    end_sessions(tx, user, Some(&session)).await?;
                    tell(&engine, tx, user, Told::Passkey).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Asks whoever stands before the door for a passkey, without knowing who he is.
    pub async fn ask_any_passkey(&self, address: &str) -> Result<Asked> {
        let (mut question, state) = self.relying(address)?.start_discoverable_authentication().map_err(fault)?;
        // Asked by a button, not beside a field that fills itself in.
        question.mediation = None;
        let state = serde_json::to_string(&state).map_err(Error::internal)?;
        let secret = self.begin_pending(ALONE, None, &state).await?;
        Ok(Asked { secret, question: serde_json::to_string(&question).map_err(Error::internal)? })
    }

    /// Lets in whoever answers with a passkey of an active person, which proves his presence and who he is.
    pub async fn enter_by_passkey(
        &self,
        secret: &str,
        answer: &str,
        address: &str,
        device: impl Into<Device<'_>>,
    ) -> Result<Option<SignedIn>> {
        let Some(pending) = self.pending(ALONE, secret).await? else { return Ok(None) };
        let state: DiscoverableAuthentication = serde_json::from_str(&pending.payload).map_err(Error::internal)?;
        let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(None) };
        let webauthn = self.relying(address)?;
        let Ok((claimed, presented)) = webauthn.identify_discoverable_authentication(&answer) else { return Ok(None) };
        let Some(user) = whose(claimed) else { return Ok(None) };
        let known = self.passkeys("\"user\" = ?", Value::Link(user)).await?;
        let Some(key) = known.iter().find(|kept| kept.passkey.cred_id().as_slice() == presented) else { return Ok(None) };
        let key = DiscoverableKey::from(&key.passkey);
        let Ok(proved) = webauthn.finish_discoverable_authentication_v2(&answer, state, &key) else { return Ok(None) };
        if !self.used(&known, &proved, ALONE, secret).await? {
            return Ok(None);
        }
        let Some(who) = self.principal_of(user, Through::Pages).await? else { return Ok(None) };
        self.open_session(who, device).await.map(Some)
    }

    /// Asks whoever is half in for one of his passkeys.
    pub async fn ask_second_passkey(&self, half: &HalfIn, address: &str) -> Result<Asked> {
        self.ask_passkey_of(half.user, address).await
    }

    /// Asks somebody for one of his passkeys. `NotFound` where he has none.
    pub async fn ask_passkey_of(&self, user: Id, address: &str) -> Result<Asked> {
        let known: Vec<Passkey> = self.passkeys("\"user\" = ?", Value::Link(user)).await?.into_iter().map(|kept| kept.passkey).collect();
        if known.is_empty() {
            return Err(Error::NotFound);
        }
        let (question, state) = self.relying(address)?.start_passkey_authentication(&known).map_err(fault)?;
        let state = serde_json::to_string(&state).map_err(Error::internal)?;
        let secret = self.begin_pending(SECOND, Some(user), &state).await?;
        Ok(Asked { secret, question: serde_json::to_string(&question).map_err(Error::internal)? })
    }

    /// Whether an answer proves one of somebody's passkeys.
    pub async fn prove_passkey(&self, user: Id, secret: &str, answer: &str, address: &str) -> Result<bool> {
        let Some(pending) = self.pending(SECOND, secret).await?.filter(|pending| pending.user == Some(user)) else { return Ok(false) };
        let state: PasskeyAuthentication = serde_json::from_str(&pending.payload).map_err(Error::internal)?;
        let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(false) };
        let Ok(proved) = self.relying(address)?.finish_passkey_authentication(&answer, &state) else { return Ok(false) };
        let known = self.passkeys("\"user\" = ?", Value::Link(user)).await?;
        self.used(&known, &proved, SECOND, secret).await
    }

    /// Lets in whoever is half in and answers with one of his passkeys.
    pub async fn enter_by_second_passkey(
        &self,
        half: &str,
        secret: &str,
        answer: &str,
        address: &str,
        device: impl Into<Device<'_>>,
    ) -> Result<Option<SignedIn>> {
        let Some(who) = self.half_in(half).await? else { return Ok(None) };
        if !self.prove_passkey(who.user, secret, answer, address).await? {
            tracing::info!(target: "audit", event = "wrong-second-factor", user = %who.user);
            self.missed(half).await?;
            return Ok(None);
        }
        self.enter_half(who, half, device.into()).await
    }

    /// Notes that a passkey was used, and takes the question it answered. A counter that went back is the mark of a copy: the key is
    /// not believed.
    async fn used(&self, known: &[Kept], proved: &AuthenticationResult, purpose: &'static str, secret: &str) -> Result<bool> {
        let Some(kept) = known.iter().find(|kept| kept.passkey.cred_id() == proved.cred_id()) else { return Ok(false) };
        if !proved.user_verified() {
            return Ok(false);
        }
        let mut passkey = kept.passkey.clone();
        passkey.update_credential(proved);
        let (id, counter, now) = (kept.id, i64::from(proved.counter()), self.now());
        let text = serde_json::to_string(&passkey).map_err(Error::internal)?;
        let secret = secret.to_owned();
        let user = kept.user;
        let noted = self.inside.store.write(move |tx| {
            Box::pin(async move {
                if !take(tx, purpose, &secret, now).await? {
                    return Ok(false);
                }
                let note = "UPDATE \"factor\" SET \"used_at\" = ?, \"secret\" = ?, \"counter\" = ? WHERE \"id\" = ? AND (\"counter\" < ? OR ? = 0 AND \"counter\" = 0)";
                let values = vec![
                    Value::Moment(now),
                    text.into(),
                    Value::Int(counter),
                    Value::Link(id),
                    Value::Int(counter),
                    Value::Int(counter),
                ];
                Ok(tx.execute(&Statement::new(note, values)).await? == 1)
            })
        });
        let noted = noted.await?;
        if !noted {
            tracing::warn!(target: "audit", event = "copied-passkey", user = %user);
        }
        Ok(noted)
    }

    async fn passkeys(&self, which: &str, value: Value) -> Result<Vec<Kept>> {
        let sql = format!(
            "SELECT \"id\", \"user\", \"secret\" FROM \"factor\" WHERE {which} AND \"kind\" = 'passkey' AND \"confirmed_at\" IS NOT NULL ORDER BY \"id\""
        );
        let asked = Statement::new(sql, vec![value]);
        let rows = self.inside.store.read(move |tx| {
            Box::pin(async move {
                let rows = tx.rows(&asked).await?;
                Ok(rows.iter().filter_map(|row| Some((row.link(0)?, row.link(1)?, row.text(2).to_owned()))).collect::<Vec<_>>())
            })
        });
        let read =
            |(id, user, text): (Id, Id, String)| Ok(Kept { id, user, passkey: serde_json::from_str(&text).map_err(Error::internal)? });
        rows.await?.into_iter().map(read).collect()
    }
}

/// By what a device knows whose passkey it is: his id, which is no secret.
fn handle(user: Id) -> Uuid {
    Uuid::from_u128(user.number() as u128)
}

fn whose(handle: Uuid) -> Option<Id> {
    Id::from_number(i64::try_from(handle.as_u128()).ok()?)
}

/// The letters under which a credential is looked up.
fn credential(id: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id)
}

fn fault(error: WebauthnError) -> Error {
    Error::internal(format_args!("{error:?}"))
}
