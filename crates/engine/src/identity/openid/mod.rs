//! Signing in through the company's own provider (OpenID Connect): by a code, with PKCE, state and nonce. Whom an answer is about is
//! known by issuer and subject, which somebody has bound to his account while he was signed in; an address alone binds nothing.

mod provider;
mod token;
mod welcome;

pub(crate) use provider::turn;
pub use provider::{Provider, Welcome};

use crate::Engine;
use crate::identity::digest;
use crate::identity::entering::Entry;
use crate::identity::pending::take;
use crate::identity::sessions::Device;
use crate::principal::Through;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use provider::Found;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Statement;
use token::{Claims, Expected};

/// What is pending while somebody is at the provider.
const AWAY: &str = "openid";

/// Where a browser is sent, and what it has to come back with.
#[derive(Debug, Clone)]
pub struct Leading {
    /// The state, for a cookie: only this browser ends what it began.
    pub state: String,
    /// The address of the provider.
    pub address: String,
}

/// What coming back from the provider led to.
#[derive(Debug)]
pub enum Returned {
    /// He is in, or half in, and goes on there.
    Entered(Box<Entry>, Id, String),
    /// His account is bound to the provider now.
    Bound,
    /// The provider knows him, and nobody here is bound to that.
    Unknown,
    /// The answer is not one to this question, or nobody vouches for it.
    Refused,
}

#[derive(Serialize, Deserialize)]
struct Away {
    nonce: String,
    verifier: String,
    next: String,
    /// Whose account is to be bound, where that is what he went for.
    binds: Option<String>,
}

fn down(cause: impl std::fmt::Display) -> Error {
    tracing::warn!(target: "audit", event = "openid-provider", cause = %cause);
    Error::Conflict(Conflict::State(Say::new("error-openid-provider")))
}

impl Engine {
    /// Sends somebody to the provider: to come in and go on at `next`, or to bind his account. `NotFound` where no provider is set, a
    /// conflict where it does not answer as it should.
    pub async fn lead_to_provider(&self, next: &str, binds: Option<Id>, address: &str) -> Result<Leading> {
        let provider = self.openid_provider().await?.ok_or(Error::NotFound)?;
        let found = self.found(&provider).await?;
        let (nonce, verifier) = (self.chance().secret(), self.chance().secret());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let away = Away { nonce: nonce.clone(), verifier, next: next.to_owned(), binds: binds.map(|user| user.to_string()) };
        let state = self.begin_pending(AWAY, binds, &serde_json::to_string(&away).map_err(Error::internal)?).await?;
        let asked = pairs(&[
            ("response_type", "code"),
            ("scope", "openid email profile"),
            ("client_id", &provider.client),
            ("redirect_uri", &back(address)),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let between = if found.authorization.contains('?') { '&' } else { '?' };
        Ok(Leading { address: format!("{}{between}{asked}", found.authorization), state })
    }

    /// Takes somebody back from the provider. `me` is whoever is signed in here already.
    pub async fn back_from_provider(
        &self,
        state: &str,
        code: &str,
        issuer: Option<&str>,
        me: Option<Id>,
        address: &str,
        device: impl Into<Device<'_>>,
    ) -> Result<Returned> {
        let Some(provider) = self.openid_provider().await? else { return Ok(Returned::Refused) };
        // A provider that says who it is (RFC 9207) is the one that was asked.
        if code.is_empty() || issuer.is_some_and(|issuer| issuer != provider.issuer) {
            return Ok(Returned::Refused);
        }
        let Some(pending) = self.pending(AWAY, state).await? else { return Ok(Returned::Refused) };
        let (taken, now) = (state.to_owned(), self.now());
        if !self.inside.store.write(move |tx| Box::pin(async move { take(tx, AWAY, &taken, now).await })).await? {
            return Ok(Returned::Refused);
        }
        let away: Away = serde_json::from_str(&pending.payload).map_err(Error::internal)?;
        let Some(claims) = self.claims(&provider, &away, code, address).await? else { return Ok(Returned::Refused) };
        if let Some(binds) = &away.binds {
            let bound = me.filter(|me| me.to_string() == *binds);
            return match bound {
                Some(user) => self.bind(user, &claims).await,
                None => Ok(Returned::Refused),
            };
        }
        let device = device.into();
        let user = match self.bound_to(&claims).await? {
            Some(user) => user,
            None => match self.welcomed(&provider, &claims, device.network).await? {
                Some(user) => user,
                None => return Ok(Returned::Unknown),
            },
        };
        let Some(who) = self.principal_of(user, Through::Pages).await? else { return Ok(Returned::Unknown) };
        let hashed = self.password_digest(user).await?;
        match self.enter(who, user, &hashed, device).await? {
            Some(entry) => Ok(Returned::Entered(Box::new(entry), user, away.next)),
            None => Ok(Returned::Unknown),
        }
    }

    /// Whether somebody's account is bound to the provider that is set now.
    pub async fn is_bound(&self, user: Id) -> Result<bool> {
        let Some(provider) = self.openid_provider().await? else { return Ok(false) };
        let sql = "SELECT 1 FROM \"openid_link\" WHERE \"issuer\" = ? AND \"user\" = ?";
        let asked = Statement::new(sql, vec![provider.issuer.into(), Value::Link(user)]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(!tx.rows(&asked).await?.is_empty()) })).await
    }

    /// Frees somebody's account from every provider.
    pub async fn unbind(&self, user: Id) -> Result<()> {
        let off = Statement::new("DELETE FROM \"openid_link\" WHERE \"user\" = ?", vec![Value::Link(user)]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&off).await.map(|_| ()) })).await
    }

    /// Binds an account to whom the provider knows, if it vouches for the account's own address.
    async fn bind(&self, user: Id, claims: &Claims) -> Result<Returned> {
        let email = self.email_of(user).await?;
        if !claims.email_verified || kernel::fold(&claims.email) != kernel::fold(&email) {
            return Ok(Returned::Refused);
        }
        let values = vec![claims.issuer.as_str().into(), claims.subject.as_str().into(), Value::Link(user), Value::Moment(self.now())];
        let made = self.inside.store.write(move |tx| {
            Box::pin(async move {
                let off = Statement::new("DELETE FROM \"openid_link\" WHERE \"user\" = ?", vec![Value::Link(user)]);
                tx.execute(&off).await?;
                // Whoever is bound to it already stays so.
                let bind = "INSERT INTO \"openid_link\" (\"issuer\", \"subject\", \"user\", \"created_at\") VALUES (?, ?, ?, ?) \
                            ON CONFLICT (\"issuer\", \"subject\") DO NOTHING";
                tx.execute(&Statement::new(bind, values)).await
            })
        });
        Ok(if made.await? == 1 { Returned::Bound } else { Returned::Refused })
    }

    async fn bound_to(&self, claims: &Claims) -> Result<Option<Id>> {
        let sql = "SELECT \"user\" FROM \"openid_link\" WHERE \"issuer\" = ? AND \"subject\" = ?";
        let asked = Statement::new(sql, vec![claims.issuer.as_str().into(), claims.subject.as_str().into()]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.rows(&asked).await?.first().and_then(|row| row.link(0))) })).await
    }

    async fn password_digest(&self, user: Id) -> Result<String> {
        let asked = Statement::new("SELECT \"password_hash\" FROM \"user\" WHERE \"id\" = ?", vec![Value::Link(user)]);
        let hash = self.inside.store.read(move |tx| {
            Box::pin(async move { Ok(tx.rows(&asked).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default()) })
        });
        Ok(digest(&hash.await?))
    }

    /// Gives the code to the provider, and reads what it says of whom; none where nobody vouches for that.
    async fn claims(&self, provider: &Provider, away: &Away, code: &str, address: &str) -> Result<Option<Claims>> {
        let found: Found = self.found(provider).await?;
        let secret = self.openid_secret(provider).await?;
        let redirect = back(address);
        let mut sent = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", away.verifier.as_str()),
        ];
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(&provider.client), encoded(&secret))));
        let mut headers = Vec::new();
        if found.takes_basic {
            headers.push(("authorization", basic.as_str()));
        } else {
            sent.extend([("client_id", provider.client.as_str()), ("client_secret", secret.as_str())]);
        }
        let client = self.openid_client(provider);
        let answer = client.post(&found.token, &headers, pairs(&sent)).await.map_err(down)?;
        if answer.status != 200 {
            tracing::warn!(target: "audit", event = "openid-code-refused", status = answer.status);
            return Ok(None);
        }
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).map_err(down)?;
        let Some(token) = answer["id_token"].as_str() else { return Ok(None) };
        let keys = client.get(&found.keys).await.map_err(down)?;
        let keys: serde_json::Value = serde_json::from_slice(&keys.body).map_err(down)?;
        let expected = Expected { issuer: &provider.issuer, client: &provider.client, nonce: &away.nonce, now: self.now() };
        match token::verified(token, &keys, &expected) {
            Ok(claims) => Ok(Some(claims)),
            Err(cause) => {
                tracing::warn!(target: "audit", event = "openid-token-refused", cause);
                Ok(None)
            }
        }
    }
}

/// Where the provider sends people back to.
pub fn back(address: &str) -> String {
    format!("{address}/sign-in/company/return")
}

/// Names and values as addresses and forms carry them.
fn pairs(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    super::factors::in_address(text)
}
