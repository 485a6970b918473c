//! People whom the provider vouches for, and who have no account yet: where the administrator wants it, they get one when they come
//! in for the first time. Nobody who has one gets it this way: an address that is known here opens nothing, whoever it belongs to.

use super::provider::{Provider, Welcome};
use super::token::Claims;
use crate::Engine;
use crate::audit::Entry;
use crate::identity::{USER, users};
use crate::principal::Through;
use crate::write::{Act, Draft};
use kernel::{Error, Id, Language, Problem, Result, Say, Value};
use meta::{Kind, Reading};
use store::Statement;

/// So many domains may be named.
const MOST: usize = 50;
/// Letters of a name that are kept.
const NAME: usize = 120;

impl Welcome {
    /// Whether an address is of one of the domains.
    fn takes(&self, email: &str) -> bool {
        email.rsplit_once('@').is_some_and(|(_, domain)| self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain)))
    }
}

impl Engine {
    /// What is wrong with it.
    pub(super) async fn unwelcome(&self, welcome: &Welcome, problems: &mut Vec<Problem>) -> Result<()> {
        let mut wrong = |field: &str, say: &'static str| problems.push(Problem { field: field.to_owned(), say: Say::new(say) });
        let domain = |text: &String| {
            let plain = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            text.len() <= 250 && text.contains('.') && text.split('.').all(plain)
        };
        if welcome.domains.is_empty() || welcome.domains.len() > MOST || !welcome.domains.iter().all(domain) {
            wrong("domains", "error-provider-domains");
        }
        let administer = self.inside.rights.load().that_may(|role| role.administer);
        let known = |role: &String| self.model().terms.contains_key(&(crate::rights::ROLE.to_owned(), role.clone()));
        if welcome.roles.is_empty() || !welcome.roles.iter().all(known) || welcome.roles.iter().any(|role| administer.contains(role)) {
            wrong("roles", "error-provider-roles");
        }
        if let Some(team) = welcome.team {
            let sql = "SELECT 1 FROM \"team\" WHERE \"id\" = ? AND \"removed_at\" IS NULL";
            let asked = Statement::new(sql, vec![Value::Link(team)]);
            if self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&asked).await })).await?.is_empty() {
                wrong("team", "error-provider-team");
            }
        }
        Ok(())
    }

    /// Makes the account of somebody whom the provider vouches for, bound to it, in one commit. None where that is not wanted, where his
    /// address is not vouched for or of another domain, and where somebody here has it, also one who was put out.
    pub(super) async fn welcomed(&self, provider: &Provider, claims: &Claims, network: &str) -> Result<Option<Id>> {
        let Some(welcome) = &provider.welcomes else { return Ok(None) };
        let reading = Reading { language: Language::Italian, zone: self.settings().zone.clone() };
        let Ok(Value::Text(email)) = Kind::Email.parse(&claims.email, &reading) else { return Ok(None) };
        if !claims.email_verified || !welcome.takes(&email) {
            return Ok(None);
        }
        let name: String = claims.name.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
        let name = if name.is_empty() { email.split('@').next().unwrap_or_default().to_owned() } else { name };
        let mut draft = Draft::new(USER)
            .with(users::NAME.id(), name)
            .with(users::EMAIL.id(), email.as_str())
            .with(users::ROLES.id(), meta::fields::stored(welcome.roles.iter().map(String::as_str)))
            .with(users::LANGUAGE.id(), claims.language.code());
        draft.put(users::TEAM_OF.id(), welcome.team.into());
        let writing = self.writing(&self.system(Through::Pages), "create")?;
        let (engine, now, folded) = (self.clone(), self.now(), kernel::fold(&email));
        let (issuer, subject) = (claims.issuer.clone(), claims.subject.clone());
        let made = self.inside.store.write(move |tx| {
            Box::pin(async move {
                let known = Statement::new("SELECT 1 FROM \"user\" WHERE \"email_f\" = ?", vec![folded.into()]);
                if !tx.rows(&known).await?.is_empty() {
                    return Ok(None);
                }
                let made = engine.apply(tx, &writing, vec![Act::Create(draft)]).await?.id();
                let bind = "INSERT INTO \"openid_link\" (\"issuer\", \"subject\", \"user\", \"created_at\") VALUES (?, ?, ?, ?)";
                tx.execute(&Statement::new(bind, vec![issuer.into(), subject.into(), Value::Link(made), Value::Moment(now)])).await?;
                Ok(Some(made))
            })
        });
        match made.await {
            Ok(Some(user)) => {
                let entry = Entry::new("provider-welcomed");
                self.audit(Entry { user: Some(user), through: "pages".to_owned(), address: network.to_owned(), ..entry }).await?;
                Ok(Some(user))
            }
            Ok(None) => Ok(None),
            // A role or a team that is gone since, or the same person twice at this moment.
            Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
                tracing::warn!(target: "audit", event = "provider-welcome", %error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
