//! What a node knows of roles, teams, subjects and sharing rules, so that finding out what somebody may costs no question. It
//! carries the number of the change it was read at: whoever finds another in the database reads it again first.

use super::entity::{Shares, sharing};
use super::role::{Part, Powers, Right, Role};
use super::{FieldRight, Scope, fields};
use crate::{Engine, epoch};
use kernel::{Date, Id, Result, Value};
use meta::fields::{Chosen, terms};
use meta::filter::Filter;
use meta::filter::parse::parse;
use meta::{Entity, Kind, Model};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Row, Statement, Tx};

/// What is known at one moment.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The number of the change it was read at.
    epoch: i64,
    roles: HashMap<String, Part>,
    /// Each team: whom it has, and whom it has with all teams below it.
    teams: HashMap<Id, Team>,
    /// By user, the subjects that he looks after customers as: his own, and those that work for it.
    subjects: HashMap<Id, Arc<[Id]>>,
    rules: Vec<Rule>,
    /// What was made of the roles of people so far.
    made: Mutex<HashMap<String, Made>>,
}

#[derive(Debug, Default)]
struct Team {
    above: Option<Id>,
    members: Arc<[Id]>,
    below: Arc<[Id]>,
    teams: Arc<[Id]>,
}

/// A sharing rule that is in force until a day.
#[derive(Debug)]
struct Rule {
    until: Option<Date>,
    role: String,
    team: Option<Id>,
    user: Option<Id>,
    share: Arc<Share>,
}

/// What a sharing rule gives somebody.
#[derive(Debug)]
pub struct Share {
    /// The rule.
    pub rule: Id,
    /// What it is called.
    pub name: String,
    /// Of which entity.
    pub entity: &'static str,
    /// Which of its records.
    pub filter: Filter,
    /// Whether they may be changed too.
    pub change: bool,
    /// The last day it holds on.
    pub until: Option<Date>,
}

/// What some roles come to: rights, and the model as whoever has them may know it.
#[derive(Debug, Clone)]
struct Made {
    of: Arc<Model>,
    role: Arc<Role>,
    model: Arc<Model>,
}

/// Whose records somebody's rights reach.
#[derive(Debug, Default)]
pub struct Reach {
    /// The people of his team, himself included.
    pub team: Arc<[Id]>,
    /// And those of the teams below it.
    pub below: Arc<[Id]>,
    /// His team and those below it.
    pub teams: Arc<[Id]>,
    /// The subjects that he looks after customers as.
    pub subjects: Arc<[Id]>,
    /// What is shared with him.
    pub shares: Vec<Arc<Share>>,
}

impl Known {
    /// What the roles with these keys, as a user carries them, come to; keys of another time give nothing.
    pub(crate) fn made(&self, roles: &str, whole: &Arc<Model>) -> (Arc<Role>, Arc<Model>) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(roles).filter(|known| Arc::ptr_eq(&known.of, whole)) {
            return (known.role.clone(), known.model.clone());
        }
        let parts: Vec<&Part> = terms(roles).filter_map(|key| self.roles.get(key)).collect();
        let role = Arc::new(Role::of(&parts));
        let restrictions = if role.administer { Default::default() } else { fields::together(&parts) };
        let mut model = whole.clone();
        if !restrictions.is_empty() {
            model = Arc::new(model.restricted(|entity, field| restrictions.get(&(entity.to_owned(), field.to_owned())).copied()));
        }
        let mut arranging: Vec<&str> = parts.iter().map(|part| part.key.as_str()).filter(|key| whole.arranged.contains_key(*key)).collect();
        if !arranging.is_empty() {
            crate::layouts::in_order(whole, &mut arranging);
            model = Arc::new(model.arranged_for(&arranging));
        }
        made.insert(roles.to_owned(), Made { of: whole.clone(), role: role.clone(), model: model.clone() });
        (role, model)
    }

    /// Whose records somebody reaches, on a day.
    pub(crate) fn reach(&self, user: Id, team: Option<Id>, role: &Role, today: Date) -> Reach {
        let alone = || Arc::from([user]);
        let of = team.and_then(|team| self.teams.get(&team));
        let holds = |rule: &&Rule| {
            rule.until.is_none_or(|until| until >= today)
                && (rule.user == Some(user) || role.has(&rule.role) || rule.team.is_some_and(|shared| self.within(team, shared)))
        };
        Reach {
            team: of.map_or_else(alone, |team| team.members.clone()),
            below: of.map_or_else(alone, |team| team.below.clone()),
            teams: of.map(|team| team.teams.clone()).unwrap_or_default(),
            subjects: self.subjects.get(&user).cloned().unwrap_or_default(),
            shares: self.rules.iter().filter(holds).map(|rule| rule.share.clone()).collect(),
        }
    }

    /// Whether a team is another, or below it.
    fn within(&self, team: Option<Id>, above: Id) -> bool {
        let mut at = team;
        // The tree is no deeper, and where it goes round the walk ends.
        for _ in 0..64 {
            match at {
                Some(team) if team == above => return true,
                Some(team) => at = self.teams.get(&team).and_then(|team| team.above),
                None => return false,
            }
        }
        false
    }

    /// The keys of the roles that give something, of a verb, of an entity.
    pub(crate) fn that_may(&self, may: impl Fn(&Role) -> bool) -> Vec<String> {
        let mut keys: Vec<String> = self.roles.values().filter(|part| may(&Role::of(&[part]))).map(|part| part.key.clone()).collect();
        keys.sort_unstable();
        keys
    }
}

impl Engine {
    /// The entities as somebody may know them now.
    pub fn model_of(&self, who: &crate::Principal) -> Arc<Model> {
        match who.user {
            Some(_) => self.inside.rights.load().made(&meta::fields::stored(who.role.keys.iter().map(String::as_str)), &self.model()).1,
            None => self.model(),
        }
    }

    /// What this node knows, read again where it is behind the database.
    pub(crate) async fn known(&self, tx: &mut Tx, epoch: i64) -> Result<Arc<Known>> {
        let known = self.inside.rights.load_full();
        if known.epoch == epoch {
            return Ok(known);
        }
        let read = Arc::new(self.read_rights(tx).await?);
        // What was read beside by a later change stays; what is read while it is being written may never come to be.
        if !tx.writes() && read.epoch >= self.inside.rights.load().epoch {
            self.inside.rights.store(read.clone());
        }
        Ok(read)
    }

    /// Reads what is to be known.
    pub(crate) async fn read_rights(&self, tx: &mut Tx) -> Result<Known> {
        let model = self.model();
        let mut known = Known { epoch: epoch::read(tx, epoch::RIGHTS).await?, roles: roles(tx).await?, ..Known::default() };
        let users = "SELECT \"id\", \"team\" FROM \"user\" WHERE \"removed_at\" IS NULL ORDER BY \"id\"";
        let users = tx.rows(&Statement::new(users, Vec::new())).await?;
        let teams = tx.rows(&Statement::new("SELECT \"id\", \"parent\" FROM \"team\" WHERE \"removed_at\" IS NULL", Vec::new())).await?;
        let above: HashMap<Id, Option<Id>> = teams.iter().filter_map(|row| Some((row.link(0)?, row.link(1)))).collect();
        let mut members: HashMap<Id, Vec<Id>> = HashMap::new();
        for row in users.iter() {
            if let (Some(user), Some(team)) = (row.link(0), row.link(1)) {
                members.entry(team).or_default().push(user);
            }
        }
        let mut below: HashMap<Id, Vec<Id>> = HashMap::new();
        let mut under: HashMap<Id, Vec<Id>> = HashMap::new();
        for team in above.keys() {
            let mut at = Some(*team);
            for _ in 0..64 {
                let Some(here) = at else { break };
                below.entry(here).or_default().extend(members.get(team).into_iter().flatten());
                under.entry(here).or_default().push(*team);
                at = above.get(&here).copied().flatten();
            }
        }
        for (team, above) in above {
            let sorted = |all: Option<Vec<Id>>| {
                let mut all = all.unwrap_or_default();
                all.sort_unstable();
                all.dedup();
                Arc::<[Id]>::from(all)
            };
            let (members, below, teams) = (members.remove(&team), below.remove(&team), under.remove(&team));
            known.teams.insert(team, Team { above, members: sorted(members), below: sorted(below), teams: sorted(teams) });
        }
        for entity in model.entities() {
            for (user, subject) in subjects(tx, &model, entity).await? {
                let known = known.subjects.entry(user).or_insert_with(|| Arc::from([]));
                *known = known.iter().copied().chain([subject]).collect();
            }
        }
        known.rules = rules(tx, &model).await?;
        Ok(known)
    }
}

async fn roles(tx: &mut Tx) -> Result<HashMap<String, Part>> {
    let scope = |row: &Row<'_>, place: usize| Scope::from_key(row.text(place)).unwrap_or(Scope::None);
    let right = |row: &Row<'_>, from: usize| Right {
        see: scope(row, from),
        create: scope(row, from + 1),
        change: scope(row, from + 2),
        remove: scope(row, from + 3),
    };
    let sql = "SELECT \"id\", \"key\", \"see\", \"create\", \"change\", \"remove\", \"import\", \"export\", \"bulk\", \"send\", \"share\", \"administer\" \
               FROM \"role\" WHERE \"removed_at\" IS NULL";
    let mut parts: HashMap<Id, Part> = HashMap::new();
    for row in tx.rows(&Statement::new(sql, Vec::new())).await?.iter() {
        let Some(id) = row.link(0) else { continue };
        let answer = |place: usize| row.bool(place);
        let powers =
            Powers { import: answer(6), export: answer(7), bulk: answer(8), send: answer(9), share: answer(10), administer: answer(11) };
        let part =
            Part { key: row.text(1).to_owned(), default: right(&row, 2), entities: HashMap::new(), powers, fields: fields::Fields::new() };
        parts.insert(id, part);
    }
    let sql = "SELECT \"role\", \"entity\", \"see\", \"create\", \"change\", \"remove\" FROM \"role_right\" WHERE \"removed_at\" IS NULL";
    for row in tx.rows(&Statement::new(sql, Vec::new())).await?.iter() {
        if let Some(part) = row.link(0).and_then(|role| parts.get_mut(&role)) {
            part.entities.insert(row.text(1).to_owned(), right(&row, 2));
        }
    }
    let sql = "SELECT \"role\", \"entity\", \"field\", \"right\" FROM \"role_field\" WHERE \"removed_at\" IS NULL";
    for row in tx.rows(&Statement::new(sql, Vec::new())).await?.iter() {
        if let (Some(part), Some(right)) = (row.link(0).and_then(|role| parts.get_mut(&role)), FieldRight::from_key(row.text(3))) {
            part.fields.insert((row.text(1).to_owned(), row.text(2).to_owned()), right);
        }
    }
    Ok(parts.into_values().map(|part| (part.key.clone(), part)).collect())
}

/// The subjects by which people look after the records of an entity: user and subject, also of those that work for his.
async fn subjects(tx: &mut Tx, model: &Model, entity: &Entity) -> Result<Vec<(Id, Id)>> {
    let found = || {
        let attended = entity.attended?;
        let relation = entity.relation(attended.relation)?;
        let Kind::Link(subject) = model.child(relation)?.field(relation.far?)?.kind else { return None };
        let subject = model.entity(subject)?;
        Some((subject.key, subject.field(attended.user)?.column(), subject.field(attended.under)?.column()))
    };
    let Some((table, user, under)) = found() else { return Ok(Vec::new()) };
    let mut sql = meta::sql::Sql::new();
    sql.push("SELECT \"id\", ").name(&user).push(", ").name(&under).push(" FROM ").name(table).push(" WHERE \"removed_at\" IS NULL");
    let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
    let users: HashMap<Id, Id> = rows.iter().filter_map(|row| Some((row.link(0)?, row.link(1)?))).collect();
    let own = users.iter().map(|(subject, user)| (*user, *subject));
    let working = rows.iter().filter_map(|row| Some((*users.get(&row.link(2)?)?, row.link(0)?)));
    let mut all: Vec<(Id, Id)> = own.chain(working).collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The sharing rules that are in force. One whose filter no longer reads, because a field of it is gone, shares nothing.
async fn rules(tx: &mut Tx, model: &Model) -> Result<Vec<Rule>> {
    let sql = "SELECT \"id\", \"name\", \"entity\", \"filter\", \"role\", \"team\", \"user\", \"level\", \"until\" FROM \"sharing_rule\" \
               WHERE \"active\" = ? AND \"removed_at\" IS NULL ORDER BY \"id\"";
    let mut rules = Vec::new();
    for row in tx.rows(&Statement::new(sql, vec![Value::Bool(true)])).await?.iter() {
        let Some((id, entity)) = row.link(0).zip(model.entity(row.text(2))) else { continue };
        match shared(row.text(3), model, entity) {
            Ok(filter) => {
                let share = Share {
                    rule: id,
                    name: row.text(1).to_owned(),
                    entity: entity.key,
                    filter,
                    change: row.text(7) == Shares::Change.key(),
                    until: row.date(8),
                };
                rules.push(Rule {
                    until: row.date(8),
                    role: row.text(4).to_owned(),
                    team: row.link(5),
                    user: row.link(6),
                    share: Arc::new(share),
                });
            }
            Err(error) => tracing::warn!(%error, rule = row.text(1), "a sharing rule shares nothing: its filter does not read"),
        }
    }
    Ok(rules)
}

/// The filter of a sharing rule; everything where it is empty.
pub(super) fn shared(text: &str, model: &Model, entity: &Entity) -> Result<Filter> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Filter::everything());
    }
    parse(text, model, entity).map_err(|error| match error {
        kernel::Error::Invalid(problems) => {
            let named = |problem: kernel::Problem| kernel::Problem { field: sharing::FILTER.field.key.to_owned(), ..problem };
            kernel::Error::Invalid(problems.into_iter().map(named).collect())
        }
        error => error,
    })
}
