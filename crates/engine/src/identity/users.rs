//! Users and teams. A user's role and team decide what he sees; nobody is removed, only deactivated.

use crate::Engine;
use crate::area::Change;
use crate::identity::devices::end_devices;
use crate::identity::links::end_links;
use crate::identity::pending::end_pending;
use crate::identity::policy::given_roles;
use crate::identity::sessions::end_sessions;
use crate::identity::tokens::end_tokens;
use crate::principal::{Principal, Through};
use crate::rights::{self, ADMINISTRATOR};
use kernel::{Error, Id, Language, Result, Say, Value};
use meta::entity::{Granted, Visibility};
use meta::field::Default;
use meta::fields::{Choices, Code, Email, Link, Text, Vocabularies, YesNo, choice, code, email, link, terms, text, vocabularies, yes_no};
use meta::{Entity, Record, choices};
use std::str::FromStr;
use std::sync::Arc;
use store::{Dialect, Statement, Tx, Work};

choices! {
    /// The language a user reads.
    Reads {
        /// Italiano.
        Italian = "it" grey,
        /// English.
        English = "en" grey,
    }
}

/// The entity of teams.
pub const TEAM: &str = "team";
/// The entity of users.
pub const USER: &str = "user";

/// Fields of a team.
pub mod teams {
    use meta::fields::{Link, Text, link, text};
    meta::entity! { "team" {
        /// What everybody calls it.
        NAME: Text = text("name").required().search().sortable(),
        /// The team it is part of.
        PARENT: Link = link("parent", "team"),
        /// The teams above it and its own name, which is also the order of the tree.
        PATH: Text = text("path").read_only().sortable(),
    }}
}

meta::entity! { "user" {
    /// First and last name.
    NAME: Text = text("name").required().search().sortable().personal(),
    /// The address he signs in with.
    EMAIL: Email = email("email").required().unique().search().personal(),
    /// What he may: the keys of his roles, which add up.
    ROLES: Vocabularies = vocabularies("roles", "role").required().guarded().default("|agent|"),
    /// The team whose records he sees.
    TEAM_OF: Link = link("team", "team").guarded(),
    /// Whether he may come in at all.
    ACTIVE: YesNo = yes_no("active").guarded().starting(Default::Yes),
    /// The language he reads.
    LANGUAGE: Choices<Reads> = choice::<Reads>("language").default("it"),
    /// The hash of his password.
    PASSWORD: Code = code("password_hash").secret(),
}}

/// The description of teams.
pub(crate) fn team() -> Entity {
    let mut team = Entity::new(TEAM, "teams", teams::fields())
        .titled(&teams::NAME)
        .granted(Granted::Administered)
        .children("subteams", TEAM, "parent")
        .children("members", USER, "team")
        .columns(&["name", "path"])
        .head(&["path"])
        .section("team", &["name", "parent"]);
    team.sort = ("path", false);
    team
}

/// The description of users.
pub(crate) fn user() -> Entity {
    Entity::new(USER, "users", fields())
        .titled(&NAME)
        .seen(Visibility::Everyone)
        .granted(Granted::Administered)
        .columns(&["name", "email", "roles", "team", "active"])
        .head(&["roles", "team", "email"])
        .section("user", &["name", "email", "roles", "team", "active", "language"])
}

/// The last administrator stays one, and stays active; nobody goes into the trash. Whoever leaves, or gets another role, is out.
pub(crate) fn guard<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.changes(ROLES.id()) {
            rights::there_are(tx, change.after.get(&ROLES)).await?;
        }
        let Some(before) = &change.before else { return Ok(()) };
        if change.removes() {
            return Err(Error::Forbidden(Say::new("error-users-stay")));
        }
        given_roles(tx, before.id, before.get(&ROLES), change.after.get(&ROLES), change.now).await?;
        let administers = |user: &Record| user.get(&ACTIVE) && terms(user.get(&ROLES)).any(|key| key == ADMINISTRATOR);
        let (was, is) = (administers(before), administers(&change.after));
        if was && !is {
            // Held, so that two administrators can't put each other out at the same moment.
            let hold = if tx.dialect() == Dialect::Postgres { " FOR UPDATE" } else { "" };
            let sql = format!(
                "SELECT \"id\" FROM \"user\" WHERE \"roles\" LIKE ? AND \"active\" = ? AND \"removed_at\" IS NULL AND \"id\" <> ?{hold}"
            );
            let values = vec![HAS_ADMINISTRATOR.into(), Value::Bool(true), Value::Link(before.id)];
            if tx.rows(&Statement::new(sql, values)).await?.is_empty() {
                return Err(Error::invalid("roles", Say::new("error-last-administrator")));
            }
        }
        // A deactivated user is out everywhere at once. With another role one signs in anew: nothing goes on that was begun with the old one.
        let leaves = before.get(&ACTIVE) && !change.after.get(&ACTIVE);
        if leaves || change.changes(ROLES.id()) {
            end_sessions(tx, before.id, None).await?;
        }
        if leaves {
            end_tokens(tx, before.id).await?;
            end_devices(tx, before.id, change.now).await?;
        }
        // A link went to the address he had.
        if leaves || change.changes(EMAIL.id()) {
            end_links(tx, before.id, change.now).await?;
            end_pending(tx, before.id).await?;
        }
        Ok(())
    })
}

/// The columns a principal is made from, for joining; what is asked for after them stands from [`BESIDE`] on.
pub(crate) const PRINCIPAL: &str = "u.\"id\", u.\"name\", u.\"roles\", u.\"team\", u.\"language\", \
     (SELECT \"number\" FROM \"epoch\" WHERE \"key\" = 'rights'), (SELECT \"number\" FROM \"epoch\" WHERE \"key\" = 'descriptions')";
/// How many they are.
pub(crate) const BESIDE: usize = 7;

/// The roles of whoever is an administrator, among others.
const HAS_ADMINISTRATOR: &str = "%|administrator|%";

impl Engine {
    /// The system itself.
    pub fn system(&self, through: Through) -> Principal {
        Principal::system(self.model(), through)
    }

    /// The principal of an active user.
    pub async fn principal_of(&self, user: Id, through: Through) -> Result<Option<Principal>> {
        let engine = self.clone();
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let sql = format!(
                        "SELECT {PRINCIPAL} FROM \"user\" AS u WHERE u.\"id\" = ? AND u.\"active\" = ? AND u.\"removed_at\" IS NULL"
                    );
                    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(user), Value::Bool(true)])).await?;
                    match rows.first() {
                        Some(row) => engine.principal_from(tx, row.values(), through).await.map(Some),
                        None => Ok(None),
                    }
                })
            })
            .await
    }

    /// The principal of an active user with this address.
    pub async fn principal_by_email(&self, email: &str, through: Through) -> Result<Option<Principal>> {
        let sql = "SELECT \"id\" FROM \"user\" WHERE \"email_f\" = ? AND \"removed_at\" IS NULL";
        let statement = Statement::new(sql, vec![Value::Text(kernel::fold(email.trim()))]);
        let id = self
            .inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&statement).await?.first().and_then(|row| row.link(0))) }))
            .await?;
        match id {
            Some(id) => self.principal_of(id, through).await,
            None => Ok(None),
        }
    }

    /// A principal from a row that begins with [`PRINCIPAL`]: he knows whatever was described before he asked, on whichever node.
    pub(crate) async fn principal_from(&self, tx: &mut Tx, row: &[Value], through: Through) -> Result<Principal> {
        let [id, name, roles, team, language, rights, descriptions, ..] = row else {
            return Err(Error::internal("a principal's row is too short"));
        };
        let link = |value: &Value| store::coerce(value.clone(), meta::shape::ColumnType::Link).link();
        let id = link(id).ok_or_else(|| Error::internal("a principal without id"))?;
        // A write caught up when it began; what it describes itself may never come to be.
        if !tx.writes() {
            self.catch_up_with(tx, descriptions.int()).await?;
        }
        let known = self.known(tx, rights.int()).await?;
        let (role, model) = known.made(roles.text(), &self.model());
        let reach = Arc::new(known.reach(id, link(team), &role, self.today()));
        Ok(Principal {
            user: Some(id),
            name: name.text().to_owned(),
            role,
            reach,
            looks: false,
            model,
            language: Language::from_str(language.text()).unwrap_or_default(),
            through,
        })
    }

    /// Whether the installation has an administrator: before that, only the set-up page answers.
    pub async fn is_set_up(&self) -> Result<bool> {
        self.inside.store.read(move |tx| Box::pin(has_administrator(tx))).await
    }
}

pub(crate) async fn has_administrator(tx: &mut Tx) -> Result<bool> {
    let sql = "SELECT 1 FROM \"user\" WHERE \"roles\" LIKE ? AND \"removed_at\" IS NULL LIMIT 1";
    Ok(!tx.rows(&Statement::new(sql, vec![HAS_ADMINISTRATOR.into()])).await?.is_empty())
}
