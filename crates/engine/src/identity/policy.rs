//! What the installation asks of whoever signs in: a second factor of whom, and how long a session lasts.

use crate::Engine;
use crate::principal::Principal;
use crate::rights::ADMINISTRATOR;
use kernel::{Error, Id, Moment, Result, Say, Value, Zone};
use meta::fields::terms;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Statement, Tx};

/// The row of the installation's table.
pub(crate) const ROW: &str = "sign-in";

/// Of whom something is required.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfWhom {
    /// Everybody may, nobody has to.
    Nobody,
    /// Whoever administers.
    #[default]
    Administrators,
    /// Whoever has one of the roles that [`SignInPolicy::roles`] names.
    Roles,
    /// Everybody.
    Everybody,
}

/// What is asked of whoever signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInPolicy {
    /// Who has to have a second factor.
    pub second_factor: OfWhom,
    /// The keys of the roles, where it is required by role.
    pub roles: Vec<String>,
    /// Days for which whoever lacks it may put it off.
    pub grace_days: i64,
    /// Minutes without use after which a session ends.
    pub idle_minutes: i64,
    /// Days after which it ends in any case.
    pub whole_days: i64,
    /// Since when it is required, in milliseconds since 1970: of everybody, of administrators, of each role.
    since: BTreeMap<String, i64>,
}

impl Default for SignInPolicy {
    fn default() -> SignInPolicy {
        SignInPolicy {
            second_factor: OfWhom::default(),
            roles: Vec::new(),
            grace_days: 7,
            idle_minutes: 12 * 60,
            whole_days: 30,
            since: BTreeMap::new(),
        }
    }
}

/// Of what the beginning of a requirement is noted, where it is no role.
const EVERYBODY: &str = "everybody";
const ADMINISTRATORS: &str = "administrators";

/// How long a second factor that is required may be put off, in days.
pub const GRACE_DAYS: (i64, i64) = (0, 30);
/// The least and the most that a session may stay unused, in minutes.
pub const IDLE_MINUTES: (i64, i64) = (5, 30 * 24 * 60);
/// The least and the most that it may last, in days.
pub const WHOLE_DAYS: (i64, i64) = (1, 30);

const DAY_MILLIS: i64 = 24 * 3_600_000;

impl SignInPolicy {
    /// The policy in a row; the usual one where nothing was said, or where it can't be read.
    pub(crate) fn read(text: &str) -> SignInPolicy {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Whether somebody has to have a second factor.
    pub fn requires_second_factor(&self, who: &Principal) -> bool {
        self.requires(&Bears::of(who))
    }

    fn requires(&self, bears: &Bears<'_>) -> bool {
        match self.second_factor {
            OfWhom::Nobody => false,
            OfWhom::Administrators => bears.administers,
            OfWhom::Roles => self.roles.iter().any(|role| bears.roles.contains(&role.as_str())),
            OfWhom::Everybody => true,
        }
    }

    /// What it says the beginning of, by the names under which that is noted.
    fn scopes(&self) -> Vec<String> {
        match self.second_factor {
            OfWhom::Nobody => Vec::new(),
            OfWhom::Administrators => vec![ADMINISTRATORS.to_owned()],
            OfWhom::Roles => self.roles.iter().map(|role| format!("role {role}")).collect(),
            OfWhom::Everybody => vec![EVERYBODY.to_owned()],
        }
    }

    /// The same, in force from now on where it was not in force before: what was required stays required since then.
    fn beginning(mut self, before: &SignInPolicy, now: Moment) -> SignInPolicy {
        let administrator = format!("role {ADMINISTRATOR}");
        self.since = before.since.clone();
        for scope in self.scopes() {
            // Whoever administers had to before, whether as such or by his role.
            let wider = match scope.as_str() {
                ADMINISTRATORS => vec![EVERYBODY, administrator.as_str()],
                role if role == administrator => vec![EVERYBODY, ADMINISTRATORS],
                _ => vec![EVERYBODY],
            };
            let known = before.since.get(&scope).or_else(|| wider.iter().find_map(|other| before.since.get(*other)));
            let since = known.copied().unwrap_or(if before.scopes().contains(&scope) { 0 } else { now.millis() });
            self.since.insert(scope, since);
        }
        let kept = self.scopes();
        // Of administrators it is remembered also where everybody has to now: they have had their days.
        let narrower = |scope: &str| self.second_factor == OfWhom::Everybody && before.scopes().iter().any(|known| known == scope);
        self.since.retain(|scope, _| kept.contains(scope) || narrower(scope));
        self
    }

    /// Until when somebody may put off the second factor that is required of him: the end of a day. `created` is when he came.
    pub(crate) fn put_off_until(&self, who: &Principal, created: Moment, given: Option<Given>, zone: &Zone) -> Moment {
        let began = self.began(&Bears::of(who), created, given);
        if self.grace_days == 0 { began } else { began.date(zone).plus_days(self.grace_days + 1).start(zone) }
    }

    /// Since when it is required of somebody without a break: by a rule that is younger than his roles since then, by an older one
    /// since they, or those he had before, were the first that it was about.
    fn began(&self, bears: &Bears<'_>, created: Moment, given: Option<Given>) -> Moment {
        let applies = |scope: &str| match scope {
            EVERYBODY => true,
            ADMINISTRATORS => bears.administers,
            role => role.strip_prefix("role ").is_some_and(|role| bears.roles.contains(&role)),
        };
        let began = self.since.iter().filter(|(scope, _)| applies(scope)).map(|(_, since)| *since).min().unwrap_or(0);
        match given {
            Some(given) if began <= given.at.millis() => given.since,
            _ => Moment::from_millis(began.max(created.millis())),
        }
    }

    /// When a session that began then ends in any case.
    pub(crate) fn ends(&self, began: Moment) -> Moment {
        began.plus_millis(self.whole_days * DAY_MILLIS)
    }

    /// When one that was used then ends.
    pub(crate) fn idles(&self, used: Moment) -> Moment {
        used.plus_millis(self.idle_minutes * 60_000)
    }
}

/// What of somebody decides whether a second factor is required of him.
struct Bears<'r> {
    roles: Vec<&'r str>,
    administers: bool,
}

impl<'r> Bears<'r> {
    fn of(who: &'r Principal) -> Bears<'r> {
        Bears { roles: who.role.keys.iter().map(String::as_str).collect(), administers: who.administers().is_ok() }
    }

    fn by(roles: &'r str, administering: &[String]) -> Bears<'r> {
        let roles: Vec<&str> = terms(roles).collect();
        Bears { administers: roles.iter().any(|role| administering.iter().any(|known| known == role)), roles }
    }
}

/// The roles that somebody was given last, where they require a second factor of him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    /// When he was given them.
    pub(crate) at: Moment,
    /// Since when it was required of him then, without a break.
    pub(crate) since: Moment,
}

impl Given {
    /// From the columns of `role_given`; a row of before says no more than when roles were given.
    pub(crate) fn read(at: Option<Moment>, since: Option<Moment>) -> Option<Given> {
        at.map(|at| Given { at, since: since.unwrap_or(at) })
    }
}

/// Notes that somebody has other roles. His days for a second factor begin with the first that requires it of him, and go on with
/// each that follows without a break.
pub(crate) async fn given_roles(tx: &mut Tx, user: Id, before: &str, after: &str, now: Moment) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let administering = administering(tx).await?;
    noted(tx, user, &Bears::by(before, &administering), &Bears::by(after, &administering), now).await
}

/// The same where a role administers from now on: everybody who has it begins to, unless another of his does already.
pub(crate) async fn given_power(tx: &mut Tx, role: &str, now: Moment) -> Result<()> {
    let mut administering = administering(tx).await?;
    administering.retain(|known| known != role);
    let asked = Statement::new("SELECT \"id\", \"roles\" FROM \"user\" WHERE \"roles\" LIKE ?", vec![format!("%|{role}|%").into()]);
    for row in tx.rows(&asked).await?.iter() {
        let Some(user) = row.link(0) else { continue };
        let before = Bears::by(row.text(1), &administering);
        let after = Bears { roles: before.roles.clone(), administers: true };
        noted(tx, user, &before, &after, now).await?;
    }
    Ok(())
}

/// The roles that administer, by their keys.
async fn administering(tx: &mut Tx) -> Result<Vec<String>> {
    let sql = "SELECT \"key\" FROM \"role\" WHERE \"administer\" = ? AND \"removed_at\" IS NULL";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Bool(true)])).await?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}

async fn noted(tx: &mut Tx, user: Id, before: &Bears<'_>, after: &Bears<'_>, now: Moment) -> Result<()> {
    let asked = "SELECT (SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?), u.\"created_at\", g.\"at\", g.\"since\" \
                 FROM \"user\" AS u LEFT JOIN \"role_given\" AS g ON g.\"user\" = u.\"id\" WHERE u.\"id\" = ?";
    let rows = tx.rows(&Statement::new(asked, vec![ROW.into(), Value::Link(user)])).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (policy, created, given) =
        (SignInPolicy::read(row.text(0)), row.moment(1).unwrap_or_default(), Given::read(row.moment(2), row.moment(3)));
    if !policy.requires(after) {
        let off = Statement::new("DELETE FROM \"role_given\" WHERE \"user\" = ?", vec![Value::Link(user)]);
        return tx.execute(&off).await.map(|_| ());
    }
    let since = if policy.requires(before) { policy.began(before, created, given) } else { now };
    let sql = "INSERT INTO \"role_given\" (\"user\", \"at\", \"since\") VALUES (?, ?, ?) \
               ON CONFLICT (\"user\") DO UPDATE SET \"at\" = excluded.\"at\", \"since\" = excluded.\"since\"";
    tx.execute(&Statement::new(sql, vec![Value::Link(user), Value::Moment(now), Value::Moment(since)])).await.map(|_| ())
}

impl Engine {
    /// Begins with what is usual, where nobody has said anything else: administrators have their days from then on.
    pub(crate) async fn begin_sign_in_policy(&self) -> Result<()> {
        let usual =
            SignInPolicy::default().beginning(&SignInPolicy { second_factor: OfWhom::Nobody, ..SignInPolicy::default() }, self.now());
        let text = serde_json::to_string(&usual).map_err(Error::internal)?;
        let sql = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO NOTHING";
        let begin = Statement::new(sql, vec![ROW.into(), text.into()]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&begin).await.map(|_| ()) })).await
    }

    /// What is asked of whoever signs in.
    pub async fn sign_in_policy(&self) -> Result<SignInPolicy> {
        Ok(SignInPolicy::read(&self.installation(ROW).await?.unwrap_or_default()))
    }

    /// Says what is asked from now on, of sessions that are open too. `Forbidden` for whoever is no administrator, `Invalid` for
    /// numbers that are none, and for roles that nobody knows.
    pub async fn set_sign_in_policy(&self, who: &Principal, policy: SignInPolicy) -> Result<()> {
        who.administers()?;
        let mut problems = Vec::new();
        for (field, value, (least, most)) in [
            ("grace_days", policy.grace_days, GRACE_DAYS),
            ("idle_minutes", policy.idle_minutes, IDLE_MINUTES),
            ("whole_days", policy.whole_days, WHOLE_DAYS),
        ] {
            if !(least..=most).contains(&value) {
                let say = Say::new("error-between").with("least", least).with("most", most);
                problems.push(kernel::Problem { field: field.to_owned(), say });
            }
        }
        let known = |role: &String| self.model().terms.contains_key(&(crate::rights::ROLE.to_owned(), role.clone()));
        if policy.second_factor == OfWhom::Roles && (policy.roles.is_empty() || !policy.roles.iter().all(known)) {
            problems.push(kernel::Problem { field: "roles".to_owned(), say: Say::new("error-roles-needed") });
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let policy = policy.beginning(&self.sign_in_policy().await?, self.now());
        self.put_installation(ROW, serde_json::to_string(&policy).map_err(Error::internal)?).await
    }
}

#[cfg(test)]
mod tests;
