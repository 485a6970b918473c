//! The verbs that write, all of them one path: acts are applied in one transaction, under one changeset.

mod check;
mod create;
mod lines;
pub(crate) mod mirrors;
pub(crate) mod once;
mod slices;

pub use crate::duplicates::Twin;
pub(crate) use check::writable;
pub use once::{Created, Once};
pub use slices::Slicing;

use crate::Engine;
use crate::area::Change;
use crate::history::{self, Action, Before};
use crate::own_fields::OWN_FIELD;
use crate::principal::{Principal, Verb};
use crate::vocabulary::TERM;
use kernel::error::Conflict;
use kernel::{Error, Id, IdSet, Moment, Result, Say, Value, fold};
use meta::{Entity, FieldId, Record};
use std::sync::Arc;
use store::{Dialect, Statement, Tx};

/// Lines of one relation, in order; a line without an identity is new.
pub type Lines = Vec<(&'static str, Vec<Draft>)>;

/// A record to be: values, owned lines, an identity if it was made before.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The entity.
    pub entity: &'static str,
    /// The identity, for trees of records written in one go.
    pub id: Option<Id>,
    /// Values by field.
    pub values: Vec<(FieldId, Value)>,
    /// Owned lines.
    pub lines: Lines,
    /// When it came to be, of what a program tells of the past; now where it is not said. No input says it.
    pub made_at: Option<Moment>,
}

impl Draft {
    /// A record of an entity without any values yet.
    pub fn new(entity: &'static str) -> Draft {
        Draft { entity, id: None, values: Vec::new(), lines: Vec::new(), made_at: None }
    }

    /// The same with a value.
    pub fn with(mut self, field: FieldId, value: impl Into<Value>) -> Draft {
        self.put(field, value.into());
        self
    }

    /// Puts a value.
    pub fn put(&mut self, field: FieldId, value: Value) {
        match self.values.iter_mut().find(|(id, _)| *id == field) {
            Some((_, old)) => *old = value,
            None => self.values.push((field, value)),
        }
    }

    /// A value; none where it was not given.
    pub fn value(&self, field: FieldId) -> Option<&Value> {
        self.values.iter().find(|(id, _)| *id == field).map(|(_, value)| value)
    }
}

/// One thing to be written.
#[derive(Debug, Clone)]
pub enum Act {
    /// A new record.
    Create(Draft),
    /// The same, made ready outside of the transaction by [`Engine::made_ahead`].
    Insert(Box<Ahead>),
    /// Other values, other lines. With a version, only if the record still has it.
    Change {
        /// The entity.
        entity: &'static str,
        /// The record.
        id: Id,
        /// The version it was read at.
        version: Option<i64>,
        /// New values by field.
        values: Vec<(FieldId, Value)>,
        /// New lines, whole, of the relations named.
        lines: Lines,
    },
    /// Into the trash.
    Remove {
        /// The entity.
        entity: &'static str,
        /// The record.
        id: Id,
        /// The version it was read at.
        version: Option<i64>,
    },
    /// Out of the trash.
    Restore {
        /// The entity.
        entity: &'static str,
        /// The record.
        id: Id,
    },
}

impl Act {
    /// The entity of its record.
    pub(crate) fn entity(&self) -> &'static str {
        match self {
            Act::Create(draft) => draft.entity,
            Act::Insert(ahead) => ahead.0.entity(),
            Act::Change { entity, .. } | Act::Remove { entity, .. } | Act::Restore { entity, .. } => entity,
        }
    }
}

/// A new record made ready outside of the transaction.
#[derive(Debug, Clone)]
pub struct Ahead(Record);

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The changeset it stands under.
    pub changeset: Id,
    /// The record of each act, and its version now.
    pub records: Vec<(Id, i64)>,
}

impl Outcome {
    /// The record of the first act.
    pub fn id(&self) -> Id {
        self.records.first().map_or(Id::SYSTEM, |(id, _)| *id)
    }
}

/// One writing: who, when, why, under which changeset.
#[derive(Clone)]
pub(crate) struct Writing {
    pub(crate) who: Principal,
    pub(crate) now: Moment,
    pub(crate) why: &'static str,
    pub(crate) changeset: Id,
    pub(crate) undoes: Option<Id>,
    /// Asked for by a hook: a rule of the program, in the name of whoever set it off.
    pub(crate) by_rule: bool,
    /// Whether what is in the trash is changed as well, and stays there.
    pub(crate) in_trash: bool,
    /// The outside source that it is from: what this one keeps it may change.
    pub(crate) source: Option<Id>,
    /// Whether what is written was written before: no behaviour of a slice makes something else of it, and nobody is told.
    pub(crate) as_was: bool,
}

impl Writing {
    /// Whether fields may be written that an input may not write: by the system, by a rule, by an undoing, which puts
    /// back what was there.
    pub(crate) fn beyond_inputs(&self) -> bool {
        self.who.user.is_none() || self.by_rule || self.undoes.is_some()
    }
}

impl Engine {
    /// Writes some acts in one transaction: all of them, or none.
    pub async fn write(&self, who: &Principal, why: &'static str, acts: Vec<Act>) -> Result<Outcome> {
        let writing = self.writing(who, why)?;
        let describing = acts.iter().any(|act| describes(act.entity()));
        let engine = self.clone();
        let outcome = self.inside.store.write(move |tx| Box::pin(async move { engine.apply(tx, &writing, acts).await })).await?;
        self.follow_descriptions(describing).await?;
        Ok(outcome)
    }

    /// After a write that made the descriptions others, this node knows them before it answers; the others hear of it.
    pub(crate) async fn follow_descriptions(&self, describing: bool) -> Result<()> {
        if !describing {
            return Ok(());
        }
        self.load_descriptions().await
    }

    /// Puts an own field in the trash although views, segments or conditions speak of it.
    pub async fn remove_own_field(&self, who: &Principal, id: Id, version: Option<i64>) -> Result<Outcome> {
        let outcome = self.write_received(who, "remove", vec![Act::Remove { entity: OWN_FIELD, id, version }]).await?;
        self.follow_descriptions(true).await?;
        Ok(outcome)
    }

    /// The same, of what a page has made of files that it received: their fields are written by nobody else.
    pub async fn write_received(&self, who: &Principal, why: &'static str, acts: Vec<Act>) -> Result<Outcome> {
        let writing = Writing { by_rule: true, ..self.writing(who, why)? };
        let engine = self.clone();
        self.inside.store.write(move |tx| Box::pin(async move { engine.apply(tx, &writing, acts).await })).await
    }

    /// A slice of long work: the same, but people's writes go first, and the changeset may go on over slices.
    pub async fn write_slice(&self, who: &Principal, why: &'static str, changeset: Id, acts: Vec<Act>) -> Result<Outcome> {
        let writing = Writing { changeset, ..self.writing(who, why)? };
        let engine = self.clone();
        self.inside.store.write_slice(move |tx| Box::pin(async move { engine.apply(tx, &writing, acts).await })).await
    }

    /// Creates one record.
    pub async fn create(&self, who: &Principal, draft: Draft) -> Result<Outcome> {
        self.write(who, "create", vec![Act::Create(draft)]).await
    }

    /// Changes one record.
    pub async fn change(
        &self,
        who: &Principal,
        entity: &Entity,
        id: Id,
        version: Option<i64>,
        values: Vec<(FieldId, Value)>,
        lines: Lines,
    ) -> Result<Outcome> {
        self.write(who, "change", vec![Act::Change { entity: entity.key, id, version, values, lines }]).await
    }

    /// Puts one record in the trash.
    pub async fn remove(&self, who: &Principal, entity: &Entity, id: Id, version: Option<i64>) -> Result<Outcome> {
        self.write(who, "remove", vec![Act::Remove { entity: entity.key, id, version }]).await
    }

    /// Takes one record out of the trash.
    pub async fn restore(&self, who: &Principal, entity: &Entity, id: Id) -> Result<Outcome> {
        self.write(who, "restore", vec![Act::Restore { entity: entity.key, id }]).await
    }

    /// What a write begins with. `Unavailable` while this node has no number to make ids with.
    pub(crate) fn writing(&self, who: &Principal, why: &'static str) -> Result<Writing> {
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        self.inside.node.numbered()?;
        Ok(Writing {
            who: who.clone(),
            now: self.now(),
            why,
            changeset: self.id(),
            undoes: None,
            by_rule: false,
            in_trash: false,
            source: None,
            as_was: false,
        })
    }

    /// Applies acts inside a transaction.
    pub(crate) async fn apply(&self, tx: &mut Tx, writing: &Writing, acts: Vec<Act>) -> Result<Outcome> {
        self.catch_up(tx).await?;
        history::open(tx, writing).await?;
        let records = self.apply_all(tx, writing, acts).await?;
        Ok(Outcome { changeset: writing.changeset, records })
    }

    /// Applies acts under a changeset that is open already.
    pub(super) async fn apply_all(&self, tx: &mut Tx, writing: &Writing, acts: Vec<Act>) -> Result<Vec<(Id, i64)>> {
        let applied = self.apply_acts(tx, writing, acts, &mut IdSet::default(), 0).await;
        applied.map_err(|error| self.naming_fields(error))
    }

    /// The database names the column in which a value is taken; people know the field.
    fn naming_fields(&self, error: Error) -> Error {
        let Error::Conflict(Conflict::Taken { field: taken }) = error else { return error };
        let model = self.model();
        let named = taken.split_once('.').and_then(|(table, column)| {
            let field = model.entity(table)?.fields.iter().find(|field| field.column() == column || field.compared_column() == column)?;
            Some(format!("{table}.{}", field.key))
        });
        Error::Conflict(Conflict::Taken { field: named.unwrap_or(taken) })
    }

    /// `created` are the records made so far: links to them need no looking up, also from what hooks ask for.
    async fn apply_acts(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        acts: Vec<Act>,
        created: &mut IdSet,
        depth: usize,
    ) -> Result<Vec<(Id, i64)>> {
        if depth > 4 {
            return Err(Error::internal("hooks ask for more writes without end"));
        }
        let mut records = Vec::with_capacity(acts.len());
        let mut fresh = Vec::new();
        let mut more = Vec::new();
        for act in acts {
            match act {
                // Creations that stand together are written together.
                Act::Create(draft) => fresh.push(self.drafted(writing, draft)?),
                Act::Insert(ahead) => fresh.push(ahead.0),
                other => {
                    records.extend(self.create_all(tx, writing, std::mem::take(&mut fresh), created, &mut more).await?);
                    records.push(self.apply_one(tx, writing, other, &mut more).await?);
                }
            }
        }
        records.extend(self.create_all(tx, writing, fresh, created, &mut more).await?);
        if !more.is_empty() {
            // What a rule asks for may reach what the person may not: the log of a record he has just given away.
            let who = writing.who.ruling(self);
            let undoes = writing.undoes.filter(|_| writing.as_was);
            let writing = Writing { who, by_rule: true, undoes, in_trash: false, ..writing.clone() };
            Box::pin(self.apply_acts(tx, &writing, more, created, depth + 1)).await?;
        }
        Ok(records)
    }

    async fn apply_one(&self, tx: &mut Tx, writing: &Writing, act: Act, more: &mut Vec<Act>) -> Result<(Id, i64)> {
        match act {
            Act::Create(_) | Act::Insert(_) => Err(Error::internal("creations are written together")),
            Act::Change { entity, id, version, values, lines } => {
                let entity = self.entity(entity)?;
                self.change_one(tx, writing, &entity, id, version, values, lines, more).await
            }
            Act::Remove { entity, id, version } => {
                let entity = self.entity(entity)?;
                let before = self.held(tx, writing, &entity, id, version, Verb::Remove, false).await?;
                if entity.key == OWN_FIELD {
                    self.refuse_used(tx, writing, &before).await?;
                    self.follow_own_field(tx, Some(&before), None).await?;
                }
                if entity.key == TERM {
                    self.refuse_held(tx, writing, &before).await?;
                }
                self.hooks_of_mark(tx, writing, &entity, &before, Value::Moment(writing.now), more).await?;
                self.mark(tx, writing, &entity, &before, Value::Moment(writing.now), Action::Remove).await?;
                self.search_forget(tx, &entity, id).await?;
                self.timeline_forget(tx, &entity, &before).await?;
                for (child, id) in self.following(tx, &entity, id, None).await? {
                    more.push(Act::Remove { entity: child, id, version: None });
                }
                Ok((id, before.version + 1))
            }
            Act::Restore { entity, id } => {
                let entity = self.entity(entity)?;
                let mut before = self.held(tx, writing, &entity, id, None, Verb::Remove, true).await?;
                let Some(removed_at) = before.removed_at() else { return Ok((id, before.version)) };
                if !writing.as_was {
                    self.refuse_merged(tx, &entity, id).await?;
                    self.restored_on(tx, &entity, &mut before).await?;
                }
                if entity.key == OWN_FIELD {
                    self.follow_own_field(tx, None, Some(&before)).await?;
                }
                self.hooks_of_mark(tx, writing, &entity, &before, Value::Empty, more).await?;
                self.mark(tx, writing, &entity, &before, Value::Empty, Action::Restore).await?;
                self.search_learn(tx, &entity, std::slice::from_ref(&before)).await?;
                self.timeline_learn(tx, &entity, std::slice::from_ref(&before)).await?;
                for (child, id) in self.following(tx, &entity, id, Some(removed_at)).await? {
                    more.push(Act::Restore { entity: child, id });
                }
                Ok((id, before.version + 1))
            }
        }
    }

    /// The children that follow a record: the living ones, or those that went into the trash with it.
    async fn following(&self, tx: &mut Tx, entity: &Entity, id: Id, removed_at: Option<Moment>) -> Result<Vec<(&'static str, Id)>> {
        let mut children = Vec::new();
        for relation in entity.relations.iter().filter(|relation| relation.following) {
            let child = self.entity(relation.child)?;
            let via = child.field(relation.via).map(meta::Field::column).unwrap_or_default();
            let mut sql = meta::sql::Sql::new();
            sql.push("SELECT \"id\" FROM ").name(child.key).push(" WHERE ").name(&via).push(" = ").bind(id);
            match removed_at {
                None => sql.push(" AND \"removed_at\" IS NULL"),
                Some(removed_at) => sql.push(" AND \"removed_at\" = ").bind(removed_at),
            };
            let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
            children.extend(rows.iter().filter_map(|row| Some((child.key, row.link(0)?))));
        }
        Ok(children)
    }

    /// Reads a record to be written, held against other writers; refuses what may not be done with it.
    #[expect(clippy::too_many_arguments, reason = "the parts of one act, taken apart once")]
    async fn held(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        id: Id,
        version: Option<i64>,
        verb: Verb,
        trash: bool,
    ) -> Result<Record> {
        writing.who.permit(Verb::See, entity)?;
        if tx.dialect() == Dialect::Postgres {
            let mut hold = meta::sql::Sql::new();
            hold.push("SELECT 1 FROM ").name(entity.key).push(" WHERE \"id\" = ").bind(id).push(" FOR UPDATE");
            tx.rows(&Statement::new(hold.text, hold.values)).await?;
        }
        let record = self.read_records(tx, &writing.who, entity, &[id], trash, true).await?.pop().ok_or(Error::NotFound)?;
        writing.who.permit(verb, entity)?;
        if !writing.who.may_with(verb, entity, &record) {
            return Err(Error::Forbidden(Say::new("error-authored")));
        }
        if writing.who.reaches_fewer(verb, entity) && !self.reaches_record(tx, &writing.who, verb, entity, id).await? {
            return Err(Error::Forbidden(Say::new("error-forbidden")));
        }
        match version {
            Some(version) if version != record.version => Err(Error::Conflict(Conflict::Stale { version: record.version })),
            _ => Ok(record),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one act, taken apart once")]
    async fn change_one(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Arc<Entity>,
        id: Id,
        version: Option<i64>,
        values: Vec<(FieldId, Value)>,
        lines: Lines,
        more: &mut Vec<Act>,
    ) -> Result<(Id, i64)> {
        let before = self.held(tx, writing, entity, id, version, Verb::Change, writing.in_trash).await?;
        let mut after = before.clone();
        check::writable(writing, entity, values.iter().map(|(field, _)| *field))?;
        for (field, value) in &values {
            after.put(*field, value.clone());
        }
        for (relation, drafts) in lines {
            let lines = self.new_lines(writing, entity, relation, id, drafts, Some(&before))?;
            match after.lines.iter_mut().find(|(key, _)| *key == relation) {
                Some((_, old)) => *old = lines,
                None => after.lines.push((relation, lines)),
            }
        }
        // What an undoing puts back stands, whatever the rules would make of it today.
        let put_back = writing.undoes.is_some().then(|| after.clone());
        let mut change = Change {
            who: writing.who.clone(),
            now: writing.now,
            zone: self.settings().zone.clone(),
            model: self.model(),
            before: Some(before),
            after,
            more: std::mem::take(more),
            jobs: Vec::new(),
        };
        if !writing.as_was {
            self.run_hooks(tx, entity, &mut change).await?;
        }
        self.enqueue_once(tx, &change.jobs).await?;
        let Change { before, mut after, more: asked, .. } = change;
        *more = asked;
        let before = before.ok_or_else(|| Error::internal("a hook took the record away"))?;
        if let Some(put_back) = put_back {
            for (field, _) in &values {
                after.put(*field, put_back.value(*field).clone());
            }
            after.lines = put_back.lines;
        }
        self.resolve_mentions(tx, writing, entity, std::slice::from_mut(&mut after), Some(&before)).await?;
        check::canonical(writing, entity, Some(&before), &mut after)?;
        self.check_conditions(writing, &self.model(), entity, Some(&before), &mut after)?;
        self.check_kept(tx, writing, entity, &values, &before, &after).await?;
        if entity.key == OWN_FIELD {
            self.shape_own_field(tx, &mut after).await?;
            self.follow_own_field(tx, Some(&before), Some(&after)).await?;
        }
        compute(&mut after);
        self.check_led(tx, writing, entity, std::slice::from_mut(&mut after), &IdSet::default(), Some(&before)).await?;
        let changed: Vec<usize> = (0..after.values.len()).filter(|slot| before.values[*slot] != after.values[*slot]).collect();
        // Lines may be amended by hooks too.
        let relined: Vec<&'static str> = entity
            .owned()
            .map(|relation| relation.key)
            .filter(|relation| !lines::same(before.lines(relation), after.lines(relation)))
            .collect();
        if changed.is_empty() && relined.is_empty() {
            return Ok((id, before.version));
        }
        let mut sql = meta::sql::Sql::new();
        sql.push("UPDATE ").name(entity.key).push(" SET \"version\" = ").bind(before.version + 1);
        sql.push(", \"changed_at\" = ").bind(writing.now).push(", \"changed_by\" = ").bind(writing.who.user);
        for slot in &changed {
            let field = &after.carried.fields[*slot];
            if field.system {
                continue;
            }
            sql.push(", ").name(&field.column()).push(" = ").bind(after.values[*slot].clone());
            if field.folded() {
                sql.push(", ").name(&field.compared_column()).push(" = ").bind(fold(after.values[*slot].text()));
            }
        }
        sql.push(" WHERE \"id\" = ").bind(id).push(" AND \"version\" = ").bind(before.version);
        if tx.execute(&Statement::new(sql.text, sql.values)).await? == 0 {
            return Err(Error::Conflict(Conflict::Stale { version: before.version + 1 }));
        }
        for relation in &relined {
            self.replace_lines(tx, writing, entity, relation, &after).await?;
        }
        let image = Before::of(&before, changed.iter().map(|slot| before.carried.fields[*slot]), &relined);
        history::record(tx, writing, entity, &after, Action::Change, before.version + 1, Some(image)).await?;
        self.duplicates_follow(tx, entity, &before, &after).await?;
        if after.removed_at().is_some() {
            // Nobody finds, or is told of, what is in the trash.
            return Ok((id, before.version + 1));
        }
        self.search_learn(tx, entity, std::slice::from_ref(&after)).await?;
        self.timeline_follow(tx, entity, &before, &after).await?;
        self.picture_files(tx, entity, Some(&before), std::slice::from_ref(&after)).await?;
        self.notify(tx, writing, entity, std::slice::from_ref(&after), Some(&before)).await?;
        self.follow_mirrors(tx, entity, [&before, &after], &IdSet::default()).await?;
        self.announce(tx, entity, &[id]).await?;
        Ok((id, before.version + 1))
    }

    /// Marks a record as removed, or as living again.
    async fn mark(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        before: &Record,
        removed_at: Value,
        action: Action,
    ) -> Result<()> {
        let mut sql = meta::sql::Sql::new();
        sql.push("UPDATE ").name(entity.key).push(" SET \"removed_at\" = ").bind(removed_at);
        sql.push(", \"version\" = ").bind(before.version + 1).push(", \"changed_at\" = ").bind(writing.now);
        sql.push(", \"changed_by\" = ").bind(writing.who.user);
        sql.push(" WHERE \"id\" = ").bind(before.id).push(" AND \"version\" = ").bind(before.version);
        if tx.execute(&Statement::new(sql.text, sql.values)).await? == 0 {
            return Err(Error::Conflict(Conflict::Stale { version: before.version + 1 }));
        }
        history::record(tx, writing, entity, before, action, before.version + 1, None).await?;
        self.follow_mirrors(tx, entity, [before], &IdSet::default()).await?;
        self.announce(tx, entity, &[before.id]).await
    }

    /// Runs the hooks of a removal or a restoring, which may refuse it or ask for more.
    async fn hooks_of_mark(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        before: &Record,
        removed_at: Value,
        more: &mut Vec<Act>,
    ) -> Result<()> {
        if writing.as_was || !self.inside.hooks.contains_key(entity.key) {
            return Ok(());
        }
        let mut after = before.clone();
        if let Some((slot, _)) = after.carried.named("removed_at") {
            after.values[slot] = removed_at;
        }
        let mut change = Change {
            who: writing.who.clone(),
            now: writing.now,
            zone: self.settings().zone.clone(),
            model: self.model(),
            before: Some(before.clone()),
            after,
            more: std::mem::take(more),
            jobs: Vec::new(),
        };
        self.run_hooks(tx, entity, &mut change).await?;
        self.enqueue_once(tx, &change.jobs).await?;
        *more = change.more;
        Ok(())
    }

    pub(crate) async fn run_hooks(&self, tx: &mut Tx, entity: &Entity, change: &mut Change) -> Result<()> {
        for hook in self.inside.hooks.get(entity.key).into_iter().flatten() {
            hook(tx, change).await?;
        }
        Ok(())
    }

    /// Says what changed, when the commit has succeeded.
    pub(crate) async fn announce(&self, tx: &mut Tx, entity: &Entity, ids: &[Id]) -> Result<()> {
        if self.inside.deciding.contains(entity.key) {
            crate::epoch::count(tx, crate::epoch::RIGHTS).await?;
        }
        tx.announce(entity.key).await?;
        // A page of one record listens for it; after many at once, listening for the entity is enough.
        if ids.len() <= 20 {
            for id in ids {
                tx.announce(&format!("{}/{id}", entity.key)).await?;
            }
        }
        Ok(())
    }
}

/// Whether the records of an entity, or what goes by a topic, are a part of the descriptions.
pub(crate) fn describes(entity: &str) -> bool {
    use crate::{geocoding, keeping, layouts::LAYOUT, postcodes, rights::ROLE, series::SERIES, vocabulary::VOCABULARY, wordings::WORDING};
    matches!(
        entity,
        OWN_FIELD | VOCABULARY | TERM | ROLE | WORDING | LAYOUT | SERIES | postcodes::TOPIC | geocoding::TOPIC | keeping::TOPIC
    )
}

/// A record with every field of its entity at its empty value.
pub(crate) fn blank(entity: &Entity, id: Id) -> Record {
    let carried = entity.carried.clone();
    let values = carried.blank();
    Record { carried, id, version: 1, values, lines: Vec::new(), beyond: Default::default() }
}

/// Fills in the computed fields.
pub(crate) fn compute(record: &mut Record) {
    for slot in 0..record.carried.fields.len() {
        if let Some(rule) = record.carried.fields[slot].computed {
            record.values[slot] = rule(record);
        }
    }
}
