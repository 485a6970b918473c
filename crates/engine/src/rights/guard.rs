//! What keeps roles and sharing rules whole.

use super::ADMINISTRATOR;
use super::entity::{self as role, ROLE, restrictions, rights, sharing};
use super::fields::may_be_restricted;
use super::known::shared;
use crate::area::Change;
use crate::identity::given_power;
use crate::write::Act;
use kernel::{Error, Problem, Result, Say};
use meta::fields::term_key;
use meta::{Entity, Model};
use std::collections::HashSet;
use std::sync::Arc;
use store::{Statement, Tx, Work};

/// A role gets its key from its name and keeps it; the administrators' stays as it is; what it names is there.
pub(super) fn role<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if let Some(before) = &change.before {
            let key = before.get(&role::KEY);
            if key == ADMINISTRATOR && change.who.user.is_some() && (change.removes() || gives_other(change)) {
                return Err(Error::Forbidden(Say::new("error-role-administrator")));
            }
            if change.after.get(&role::KEY) != key {
                return Err(Error::invalid("key", Say::new("error-read-only")));
            }
            if change.removes() {
                unused(tx, key).await?;
                // Whatever is called so later begins with nothing.
                let left = crate::layouts::of_role(tx, key).await?;
                change.more.extend(left.into_iter().map(|id| Act::Remove { entity: crate::layouts::LAYOUT, id, version: None }));
                return Ok(());
            }
            if !before.get(&role::ADMINISTER) && change.after.get(&role::ADMINISTER) {
                given_power(tx, key, change.now).await?;
            }
            return examine(change);
        }
        if change.after.get(&role::KEY).is_empty() {
            let name = change.after.get(&role::NAME).to_owned();
            let key = term_key(&name).ok_or_else(|| Error::invalid("name", Say::new("error-term").with("term", &name)))?;
            change.put(role::KEY.id(), key);
        } else if term_key(change.after.get(&role::KEY)).is_none_or(|key| key != change.after.get(&role::KEY)) {
            return Err(Error::invalid("key", Say::new("error-term").with("term", change.after.get(&role::KEY))));
        }
        examine(change)
    })
}

/// Whether anything but its words changes.
fn gives_other(change: &Change) -> bool {
    let words = [role::NAME.id(), role::ENGLISH.id(), role::DESCRIPTION.id()];
    let fields = change.after.carried.fields.iter().filter(|field| !field.system && !words.contains(&field.id));
    let lines = |of: &meta::Record| (of.lines("rights").len(), of.lines("fields").len());
    fields.into_iter().any(|field| change.changes(field.id))
        || change.before.as_ref().is_some_and(|before| lines(before) != lines(&change.after))
}

/// A role that somebody has can't go.
async fn unused(tx: &mut Tx, key: &str) -> Result<()> {
    let sql = "SELECT count(*) FROM \"user\" WHERE \"roles\" LIKE ? AND \"removed_at\" IS NULL";
    let users = crate::asking::one_number(tx, &Statement::new(sql, vec![format!("%|{key}|%").into()])).await?;
    if users > 0 {
        return Err(Error::Forbidden(Say::new("error-role-used").with("count", users)));
    }
    Ok(())
}

/// Each entity once, each field there and one that may be hidden.
fn examine(change: &Change) -> Result<()> {
    let mut problems = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for (place, line) in change.after.lines("rights").iter().enumerate() {
        let entity = line.get(&rights::ENTITY);
        let wrong = |what: Say| Problem { field: format!("rights.{place}.entity"), say: what };
        if change.model.entity(entity).is_none() {
            problems.push(wrong(Say::new("error-entity-unknown").with("name", entity)));
        } else if named.contains(&entity) {
            problems.push(wrong(Say::new("error-taken")));
        }
        named.push(entity);
    }
    let mut named: Vec<(&str, &str)> = Vec::new();
    for (place, line) in change.after.lines("fields").iter().enumerate() {
        let (entity, field) = (line.get(&restrictions::ENTITY), line.get(&restrictions::FIELD));
        let wrong = |part: &str, what: Say| Problem { field: format!("fields.{place}.{part}"), say: what };
        match change.model.entity(entity) {
            None => problems.push(wrong("entity", Say::new("error-entity-unknown").with("name", entity))),
            Some(described) if !may_be_restricted(described, field) => {
                problems.push(wrong("field", Say::new("error-field-shown").with("name", field)));
            }
            Some(_) if named.contains(&(entity, field)) => problems.push(wrong("field", Say::new("error-taken"))),
            Some(_) => {}
        }
        named.push((entity, field));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// A sharing rule says of what, with whom, and by a filter that reads.
pub(super) fn rule<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            return Ok(());
        }
        let after = &change.after;
        let unknown = || Error::invalid("entity", Say::new("error-entity-unknown").with("name", after.get(&sharing::ENTITY)));
        let entity = change.model.entity(after.get(&sharing::ENTITY)).filter(|entity| entity.can.public).ok_or_else(unknown)?;
        shared(after.get(&sharing::FILTER), &change.model, entity)?;
        let with = [sharing::ROLE.id(), sharing::TEAM.id(), sharing::USER.id()];
        if with.iter().filter(|field| !after.value(**field).is_empty()).count() != 1 {
            return Err(Error::invalid("role", Say::new("error-share-with")));
        }
        Ok(())
    })
}

/// Every role of a user is one that there is.
pub(crate) async fn there_are(tx: &mut Tx, keys: &str) -> Result<()> {
    for key in meta::fields::terms(keys) {
        let sql = Statement::new("SELECT 1 FROM \"role\" WHERE \"key\" = ? AND \"removed_at\" IS NULL", vec![key.into()]);
        if tx.rows(&sql).await?.is_empty() {
            return Err(Error::invalid("roles", Say::new("error-role-unknown").with("name", key)));
        }
    }
    Ok(())
}

/// The entities whose records decide what people may: those of rights, users, teams, and the subjects that look after others.
pub(crate) fn deciding(model: &Model) -> HashSet<&'static str> {
    let subject = |entity: &Arc<Entity>| {
        let relation = entity.relation(entity.attended?.relation)?;
        Some(model.target(model.child(relation)?.field(relation.far?)?)?.key)
    };
    let own = [ROLE, role::ROLE_RIGHT, role::ROLE_FIELD, role::SHARING_RULE, crate::identity::USER, crate::identity::TEAM];
    own.into_iter().chain(model.entities().filter_map(subject)).collect()
}
