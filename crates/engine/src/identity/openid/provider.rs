//! The provider that the administrator names, and what it says of itself.

use super::down;
use crate::Engine;
use crate::principal::Principal;
use crate::secrets::Turning;
use kernel::{Error, Id, Problem, Result, Say};
use serde::{Deserialize, Serialize};
use store::Tx;
use wire::http::Client;

/// The row of the table of the installation.
const ROW: &str = "openid-provider";
/// The place of its secret.
const PLACE: &str = "installation/openid-provider/secret";

/// A provider of OpenID Connect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// What people call it, on the button.
    pub name: String,
    /// Who it is: the address that its answers name.
    pub issuer: String,
    /// Who we are to it.
    pub client: String,
    /// Where it stands, if that is in our own network: `host:port`. Empty for one that anybody reaches.
    #[serde(default)]
    pub own: String,
    /// Who gets an account when he comes in for the first time; nobody, unless it is said.
    #[serde(default)]
    pub welcomes: Option<Welcome>,
    /// The ciphertext of our secret.
    #[serde(default)]
    pub(super) sealed: String,
}

/// Who gets an account by coming in through the provider, and what he may then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The domains of his address, which the provider has to vouch for.
    pub domains: Vec<String>,
    /// The keys of the roles he gets; none that administers.
    pub roles: Vec<String>,
    /// The team he gets into.
    #[serde(with = "letters")]
    pub team: Option<Id>,
}

/// An id as text.
mod letters {
    use kernel::Id;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &Option<Id>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&id.map(|id| id.to_string()).unwrap_or_default())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Option<Id>, D::Error> {
        Ok(String::deserialize(deserializer)?.parse().ok())
    }
}

impl Provider {
    /// A provider without our secret yet.
    pub fn new(name: &str, issuer: &str, client: &str, own: &str) -> Provider {
        let text = |text: &str| text.trim().to_owned();
        Provider {
            name: text(name),
            issuer: text(issuer),
            client: text(client),
            own: text(own).to_ascii_lowercase(),
            welcomes: None,
            sealed: String::new(),
        }
    }
}

/// What a provider says of itself.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) authorization: String,
    pub(super) token: String,
    pub(super) keys: String,
    pub(super) takes_basic: bool,
}

/// Seals our secret by the newest key.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    turning.installation(tx, ROW, PLACE).await
}

impl Engine {
    /// The provider, if one is set.
    pub async fn openid_provider(&self) -> Result<Option<Provider>> {
        let text = self.installation(ROW).await?.filter(|text| !text.is_empty());
        text.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
    }

    /// Sets the provider, or takes it away. Without a secret the kept one stays, as long as it goes to the same provider. `Forbidden`
    /// for whoever is no administrator, `Invalid` where something is wrong with it, or it does not answer as a provider does.
    pub async fn set_openid_provider(&self, who: &Principal, provider: Option<Provider>, secret: Option<String>) -> Result<()> {
        who.administers()?;
        let Some(provider) = provider else { return self.put_installation(ROW, String::new()).await };
        let mut problems = Vec::new();
        for (field, text) in [("name", &provider.name), ("issuer", &provider.issuer), ("client", &provider.client)] {
            if text.is_empty() {
                problems.push(Problem { field: field.to_owned(), say: Say::new("error-required") });
            } else if text.chars().count() > 300 || text.chars().any(char::is_control) {
                problems.push(Problem { field: field.to_owned(), say: Say::new("error-too-long").with("most", 300) });
            }
        }
        if let Some(welcome) = &provider.welcomes {
            self.unwelcome(welcome, &mut problems).await?;
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let before = self.openid_provider().await?;
        let sealed = match secret.filter(|secret| !secret.is_empty()) {
            Some(secret) => self.seal(PLACE, &secret).await?,
            None => match before {
                Some(before) if (&before.issuer, &before.client, &before.own) == (&provider.issuer, &provider.client, &provider.own) => {
                    before.sealed
                }
                _ => return Err(Error::invalid("secret", Say::new("error-required"))),
            },
        };
        let provider = Provider { sealed, ..provider };
        if self.found(&provider).await.is_err() {
            return Err(Error::invalid("issuer", Say::new("error-openid-issuer")));
        }
        self.put_installation(ROW, serde_json::to_string(&provider).map_err(Error::internal)?).await
    }

    pub(super) async fn openid_secret(&self, provider: &Provider) -> Result<String> {
        self.unseal(PLACE, &provider.sealed).await
    }

    pub(super) fn openid_client(&self, provider: &Provider) -> Client {
        Client::new(self.inside.settings.trusted.clone()).allowing(Some(provider.own.clone()).filter(|own| !own.is_empty()))
    }

    /// What the provider says of itself; that it is who it should be, is part of it.
    pub(super) async fn found(&self, provider: &Provider) -> Result<Found> {
        let address = format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'));
        let answer = self.openid_client(provider).get(&address).await.map_err(down)?;
        let said: serde_json::Value = serde_json::from_slice(&answer.body).map_err(down)?;
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        if answer.status != 200 || text("issuer") != provider.issuer {
            return Err(down("it is not who it should be"));
        }
        let methods = said["token_endpoint_auth_methods_supported"].as_array();
        let takes_basic = methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"));
        let found =
            Found { authorization: text("authorization_endpoint"), token: text("token_endpoint"), keys: text("jwks_uri"), takes_basic };
        // The browser is sent there: nowhere but to a page of the network.
        let own = format!("http://{}/", provider.own);
        let page = found.authorization.starts_with("https://") || !provider.own.is_empty() && found.authorization.starts_with(&own);
        if !page || !found.authorization.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(down("its page is none"));
        }
        Ok(found)
    }
}
