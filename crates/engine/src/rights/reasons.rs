//! Why somebody sees a record, and who sees it: said by the same filters that decide it.

use super::{Right, Role, Scope};
use crate::Engine;
use crate::principal::{Principal, Through, Verb};
use kernel::{Date, Error, Id, Result, Value};
use meta::filter::Filter;
use meta::{Entity, Kind, Record, Visibility};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Statement, Tx};

/// How many records that he sees one through are named.
const MOST_THROUGH: usize = 3;

/// Why somebody sees a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Whoever may see the entity sees all of it.
    Everybody,
    /// His roles see everybody's.
    Role,
    /// It is his.
    Own,
    /// It belongs to this person of his team.
    Team(String),
    /// It belongs to this person of a team below his.
    Below(String),
    /// He looks after it as a subject, or his agency does.
    Subject,
    /// A rule of this name shares it with him, until a day.
    Shared(String, Option<Date>),
    /// Somebody shares it with everybody.
    Public,
    /// He sees this record, which it belongs to: entity, record, name, and why.
    Through(&'static str, Id, String, Vec<Reason>),
}

/// Somebody who sees a record.
#[derive(Debug, Clone)]
pub struct Sees {
    /// The user.
    pub user: Id,
    /// His name.
    pub name: String,
    /// Whether he may change it.
    pub changes: bool,
    /// Why he sees it.
    pub because: Vec<Reason>,
}

impl Engine {
    /// Why somebody sees a record; not found where he does not.
    pub async fn why_seen(&self, who: &Principal, entity: &Entity, id: Id) -> Result<Vec<Reason>> {
        let (engine, who, key) = (self.clone(), who.clone(), entity.key);
        self.inside.store.read(move |tx| Box::pin(async move { engine.why_in(tx, &who, key, id, Scope::All, 0).await })).await
    }

    /// Everybody who sees a record, and why; for administrators.
    pub async fn who_sees(&self, who: &Principal, entity: &Entity, id: Id) -> Result<Vec<Sees>> {
        who.administers()?;
        let (engine, who, key) = (self.clone(), who.clone(), entity.key);
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let entity = who.entity(key)?;
                    if engine.read_records(tx, &who, &entity, &[id], true, false).await?.is_empty() {
                        return Err(Error::NotFound);
                    }
                    let mut seeing = Vec::new();
                    let sql = format!(
                        "SELECT {} FROM \"user\" AS u WHERE u.\"active\" = ? AND u.\"removed_at\" IS NULL ORDER BY u.\"name_f\", u.\"id\"",
                        crate::identity::users::PRINCIPAL
                    );
                    for row in tx.rows(&Statement::new(sql, vec![Value::Bool(true)])).await?.iter() {
                        let his = engine.principal_from(tx, row.values(), Through::Pages).await?;
                        let Some(user) = his.user.filter(|_| his.may(Verb::See, &entity)) else { continue };
                        match engine.why_in(tx, &his, key, id, Scope::All, 0).await {
                            Ok(because) => {
                                let changes = engine.reaches_record(tx, &his, Verb::Change, &entity, id).await?;
                                seeing.push(Sees { user, name: his.name, changes, because });
                            }
                            Err(Error::NotFound) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    Ok(seeing)
                })
            })
            .await
    }

    /// Says in each of some records what the one they are read for may not do with it. One question for each verb that reaches
    /// fewer than he sees, about those records that do not say it themselves by their owner.
    pub(crate) async fn say_beyond<'r>(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        records: impl Iterator<Item = &'r mut Record>,
    ) -> Result<()> {
        let mut records: Vec<&mut Record> = records.collect();
        self.say_kept(tx, entity, &mut records).await?;
        for verb in [Verb::Change, Verb::Remove] {
            if !who.may(verb, entity) || !who.reaches_fewer(verb, entity) {
                continue;
            }
            let reaches = who.reaching_owner(verb, entity);
            let mut asked: Vec<&mut &mut Record> = records.iter_mut().filter(|record| !reaches(record)).collect();
            if asked.is_empty() {
                continue;
            }
            let ids: Vec<Id> = asked.iter().map(|record| record.id).collect();
            let reached = self.reached_in(tx, who, verb, entity, &ids).await?;
            for record in asked.iter_mut().filter(|record| !reached.contains(&record.id)) {
                match verb {
                    Verb::Remove => record.beyond.remove = true,
                    _ => record.beyond.change = true,
                }
            }
        }
        Ok(())
    }

    /// Whether a verb reaches one record.
    pub(crate) async fn reaches_record(&self, tx: &mut Tx, who: &Principal, verb: Verb, entity: &Entity, id: Id) -> Result<bool> {
        Ok(!self.reached_in(tx, who, verb, entity, &[id]).await?.is_empty())
    }

    /// Which of some records a verb reaches, the trash included.
    pub(crate) async fn reached_in(&self, tx: &mut Tx, who: &Principal, verb: Verb, entity: &Entity, ids: &[Id]) -> Result<Vec<Id>> {
        let Some(reached) = who.reached(verb, entity) else { return Ok(Vec::new()) };
        self.those(tx, who, entity, ids, &reached).await
    }

    /// Which of some records a filter of visibility lets through.
    pub(crate) async fn those(&self, tx: &mut Tx, who: &Principal, entity: &Entity, ids: &[Id], filter: &Filter) -> Result<Vec<Id>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(500) {
            let sql = self.compiling(who, |compile| meta::query::records(entity, &[], some, filter, true, compile))?;
            let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &crate::asking::kinds(&[])).await?;
            found.extend(rows.into_iter().filter_map(|row| row.first().and_then(Value::link)));
        }
        Ok(found)
    }

    /// Why he sees a record with a scope that is no wider than this.
    async fn why_in(&self, tx: &mut Tx, who: &Principal, key: &'static str, id: Id, most: Scope, depth: usize) -> Result<Vec<Reason>> {
        let entity = self.entity(key)?;
        let seen = who.seen(&entity).ok_or(Error::NotFound)?;
        if self.those(tx, who, &entity, &[id], &seen).await?.is_empty() || depth > 4 {
            return Err(Error::NotFound);
        }
        let system = self.system(who.through);
        let record = self.read_records(tx, &system, &entity, &[id], true, false).await?.pop();
        let record = match record {
            Some(record) => record,
            None => return Err(Error::NotFound),
        };
        let scope = who.role.right(&entity).see.min(most);
        let mut because = Vec::new();
        let owner = |field: &str| record.named(field).link();
        match entity.visibility {
            Visibility::Everyone => because.push(Reason::Everybody),
            Visibility::Administrators => because.push(Reason::Role),
            Visibility::Owner(field) => self.why_owned(tx, who, &entity, (owner(field), id), scope, &mut because).await?,
            Visibility::OwnOrShared(field, shared) => {
                if owner(field) == who.user && who.user.is_some() {
                    because.push(Reason::Own);
                }
                if record.named(shared).bool() {
                    because.push(Reason::Public);
                }
            }
            Visibility::OwnerOrThrough(field, relation, link) => {
                self.why_owned(tx, who, &entity, (owner(field), id), scope, &mut because).await?;
                if scope < Scope::All {
                    self.why_through(tx, who, &entity, id, (relation, link), scope, depth, &mut because).await?;
                }
            }
            Visibility::Through(link) => {
                let Kind::Link(target) = entity.field(link).map_or(Kind::Text, |field| field.kind) else { return Ok(because) };
                self.why_along(tx, who, target, owner(link), scope, depth, &mut because).await?;
            }
            Visibility::Parent(link, kind) => {
                self.why_about(tx, who, &entity, &record, (link, kind), scope, depth, &mut because).await?;
            }
            Visibility::Ends(ends) => {
                for end in ends {
                    self.why_about(tx, who, &entity, &record, end, scope, depth, &mut because).await?;
                }
            }
        }
        for share in who.reach.shares.iter().filter(|share| share.entity == entity.key) {
            if !self.those(tx, who, &entity, &[id], &share.filter).await?.is_empty() {
                because.push(Reason::Shared(share.name.clone(), share.until));
            }
        }
        if because.is_empty() && scope == Scope::All {
            because.push(Reason::Role);
        }
        Ok(because)
    }

    async fn why_owned(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        (owner, id): (Option<Id>, Id),
        scope: Scope,
        because: &mut Vec<Reason>,
    ) -> Result<()> {
        let name = async |tx: &mut Tx, owner: Id| {
            let mut names = HashMap::new();
            self.titles_of(tx, who, crate::identity::USER, &[owner], &mut names).await?;
            Ok::<_, Error>(names.remove(&owner).unwrap_or_default())
        };
        match owner {
            Some(owner) if Some(owner) == who.user => because.push(Reason::Own),
            Some(owner) if scope >= Scope::Team && who.reach.team.contains(&owner) => because.push(Reason::Team(name(tx, owner).await?)),
            Some(owner) if scope >= Scope::Subtree && who.reach.below.contains(&owner) => {
                because.push(Reason::Below(name(tx, owner).await?));
            }
            _ => {}
        }
        if let Some(attended) = who.attended(entity).filter(|_| scope > Scope::Own)
            && !self.those(tx, who, entity, &[id], &attended).await?.is_empty()
        {
            because.push(Reason::Subject);
        }
        if scope == Scope::All {
            because.push(Reason::Role);
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one question")]
    async fn why_along(
        &self,
        tx: &mut Tx,
        who: &Principal,
        target: &'static str,
        id: Option<Id>,
        scope: Scope,
        depth: usize,
        because: &mut Vec<Reason>,
    ) -> Result<()> {
        let Some(id) = id else { return Ok(()) };
        match Box::pin(self.why_in(tx, who, target, id, scope, depth + 1)).await {
            Ok(reasons) => {
                let mut names = HashMap::new();
                self.titles_of(tx, who, target, &[id], &mut names).await?;
                because.push(Reason::Through(target, id, names.remove(&id).unwrap_or_default(), reasons));
                Ok(())
            }
            Err(Error::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one question")]
    async fn why_about(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        record: &Record,
        (link, kind): (&'static str, &'static str),
        scope: Scope,
        depth: usize,
        because: &mut Vec<Reason>,
    ) -> Result<()> {
        let Some(Kind::About(targets)) = entity.field(link).map(|field| field.kind) else { return Ok(()) };
        let of = record.named(kind).text();
        match targets.iter().find(|target| **target == of) {
            Some(target) => self.why_along(tx, who, target, record.named(link).link(), scope, depth, because).await,
            None => Ok(()),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one question")]
    async fn why_through(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        id: Id,
        (relation, link): (&'static str, &'static str),
        scope: Scope,
        depth: usize,
        because: &mut Vec<Reason>,
    ) -> Result<()> {
        let model = self.model();
        let found = || {
            let relation = entity.relation(relation)?;
            let between = model.child(relation)?;
            let far = between.field(link)?;
            let Kind::Link(target) = far.kind else { return None };
            Some((between.clone(), between.field(relation.via)?.column(), far.column(), target))
        };
        let Some((between, via, far, target)) = found() else { return Ok(()) };
        let mut sql = meta::sql::Sql::new();
        sql.push("SELECT ").name(&far).push(" FROM ").name(between.key).push(" WHERE ").name(&via).push(" = ").bind(id);
        sql.push(" AND \"removed_at\" IS NULL ORDER BY \"id\" LIMIT 50");
        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
        let parents: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
        let before = because.len();
        for parent in parents {
            if because.len() - before == MOST_THROUGH {
                break;
            }
            self.why_along(tx, who, target, Some(parent), scope, depth, because).await?;
        }
        Ok(())
    }
}

impl Principal {
    /// The same, as a rule of the program: with the rights of the system and all there is, in the name of who does this.
    pub fn ruling(&self, engine: &Engine) -> Principal {
        Principal { role: Arc::new(Role::system()), model: engine.model(), ..self.clone() }
    }

    /// The same, who may only look: how an administrator sees what somebody else sees.
    pub fn looking(&self) -> Principal {
        Principal { role: Arc::new(self.role.looking()), looks: true, ..self.clone() }
    }
}

impl Role {
    /// The same without anything but looking.
    fn looking(&self) -> Role {
        let mut role = self.clone();
        role.narrow(|right| Right { see: right.see, ..Right::NOTHING });
        (role.import, role.export, role.bulk, role.send, role.share) = (false, false, false, false, false);
        role
    }
}
