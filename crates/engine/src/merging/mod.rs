//! Several records become one: one is kept, what the others say goes into it field by field, everything attached to them moves
//! to it, and they go into the trash with what they became.
//!
//! All of it is one transaction under one changeset. The records themselves are written by the ordinary verbs; what is attached
//! moves by its links alone, which is no change of what moves: its version and its history stay, and a row of `merge_move` says
//! where each of them came from. So ten thousand of them are a few statements, whoever is killed leaves nothing half done, and
//! taking the merge back gives every row to whom it was.

mod groups;
mod leading;
mod lines;
mod moving;
mod plan;
mod proposal;
pub(crate) mod strictest;
mod twice;
mod unmerging;

pub use leading::{Became, Told, led_to};
pub use plan::{MOST_GONE, Merged, Pick, Plan};
pub use proposal::{Proposal, Proposed, Why};
pub use unmerging::Unmerged;

use crate::Engine;
use crate::area::Slice;
use crate::history;
use crate::jobs::{Done, JobContext, Run};
use crate::naming::{Renamed, naming_another};
use crate::principal::{Principal, Through, Verb};
use crate::write::{Act, Writing};
use kernel::error::Conflict;
use kernel::{Error, Id, Problem, Result, Say, Value};
use meta::entity::Granted;
use meta::query::among;
use meta::shape::ColumnType::{Link, Moment, Text};
use meta::shape::Table;
use meta::sql::Sql;
use meta::{Entity, FieldId, Filter, Model, Record};
use std::sync::Arc;
use store::{Dialect, Statement, Tx, Work};

/// The reason of its changeset.
pub const MERGE: &str = "merge";
/// The reason of the changeset that takes one back.
pub const UNMERGE: &str = "unmerge";
/// The job that has latecomers follow.
const FOLLOW: &str = "follow-merge";

/// What merging registers.
pub(crate) fn slice() -> Slice {
    Slice::new("merging").job(Follow)
}

/// What merging keeps beside the records: what was merged, which records went, and where what moved came from.
pub(crate) fn tables() -> Vec<Table> {
    vec![
        // By its changeset.
        Table::new("merge", &[("id", Link), ("entity", Text), ("kept", Link), ("at", Moment), ("author", Link), ("ended_at", Moment)])
            .index(&["kept"]),
        Table::new("merged", &[("merge", Link), ("record", Link), ("into", Link), ("at", Moment), ("ended_at", Moment)])
            .key(&["merge", "record"])
            .index(&["record"])
            .index(&["into"]),
        Table::new("merge_move", &[("merge", Link), ("entity", Text), ("field", Text), ("record", Link), ("was", Link)])
            .key(&["merge", "entity", "field", "record"]),
    ]
}

/// Whether records of an entity may be merged: what has a card of its own, and is neither an entry nor something that happened.
pub fn mergeable(entity: &Entity) -> bool {
    let can = entity.can;
    can.public
        && can.tracked
        && !can.appended
        && !can.joining
        && !can.kept
        && !can.authored
        && entity.granted == Granted::Roles
        && entity.happens.is_none()
        && entity.filing.is_none()
        && entity.holds_file().is_none()
        && entity.mutual.is_none()
        && entity.key != crate::identity::USER
}

/// Whoever wrote at the same moment as a merge may still have led to what went: it follows a moment later.
struct Follow;

impl Run for Follow {
    fn kind(&self) -> &'static str {
        FOLLOW
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let merge = context.payload.parse().map_err(|_| Error::internal("a merge without its changeset"))?;
            context.engine.have_latecomers_follow(merge).await?;
            Ok(Done::Finished)
        })
    }
}

impl Engine {
    /// Makes several records one, in one commit.
    ///
    /// Whoever merges sees all of them, may change the one that stays and remove the others. What is attached moves whether he
    /// sees it or not, and values that he may not see are merged by default, without being shown. Choices that the plan does not
    /// make are those of [`Engine::merge_proposal`].
    ///
    /// Errors: not found where he does not see one of them; forbidden where he may not; a stale version is a conflict; invalid
    /// for a plan that names a field he may not write, or records that can't be one.
    pub async fn merge(&self, who: &Principal, entity: &Entity, plan: Plan) -> Result<Merged> {
        plan.examine()?;
        let writing = self.writing(who, MERGE)?;
        let (engine, key) = (self.clone(), entity.key);
        let merging = self.inside.store.write(move |tx| Box::pin(async move { engine.merge_all(tx, &writing, key, &plan).await }));
        let (merged, describing) = merging.await?;
        self.follow_descriptions(describing).await?;
        Ok(merged)
    }

    /// The same, inside of a transaction.
    async fn merge_all(&self, tx: &mut Tx, writing: &Writing, key: &'static str, plan: &Plan) -> Result<(Merged, bool)> {
        self.catch_up(tx).await?;
        let entity = self.entity(key)?;
        let known = writing.who.entity(key)?;
        let records = self.to_be_merged(tx, writing, &entity, plan).await?;
        history::open(tx, writing).await?;
        let gone = plan.gone_ids();
        let (values, typed) = plan.values(&entity, &known, &records)?;
        let lines = lines::united(self, &entity, &records)?;
        let stricter = self.stricter(tx, &entity, &records).await?;
        // By a rule of the program: what he does not see moves and is merged too. What was written stands as it was.
        let ruling = Writing { who: writing.who.ruling(self), by_rule: true, as_was: true, ..writing.clone() };
        let begun = Statement::new(
            "INSERT INTO \"merge\" (\"id\", \"entity\", \"kept\", \"at\", \"author\") VALUES (?, ?, ?, ?, ?)",
            vec![
                Value::Link(writing.changeset),
                entity.key.into(),
                Value::Link(plan.kept.0),
                Value::Moment(writing.now),
                writing.who.user.into(),
            ],
        );
        tx.execute(&begun).await?;
        let doubles = self.settle_doubles(tx, &ruling, &entity, plan.kept.0, &gone).await?;
        let moved = self.move_attached(tx, writing.changeset, &entity, plan.kept.0, &gone, &doubles).await?;
        for id in &gone {
            let note = Statement::new(
                "INSERT INTO \"merged\" (\"merge\", \"record\", \"into\", \"at\") VALUES (?, ?, ?, ?)",
                vec![Value::Link(writing.changeset), Value::Link(*id), Value::Link(plan.kept.0), Value::Moment(writing.now)],
            );
            tx.execute(&note).await?;
        }
        // Those that go leave their unique values to the one that stays.
        let mut acts: Vec<Act> = gone.iter().map(|id| Act::Remove { entity: entity.key, id: *id, version: None }).collect();
        if !values.is_empty() || !lines.is_empty() {
            acts.push(Act::Change { entity: entity.key, id: plan.kept.0, version: None, values, lines });
        }
        acts.extend(stricter.into_iter().map(Act::Create));
        acts.extend(naming_another(tx, &self.model(), &OtherRecord { gone: &gone, kept: plan.kept.0 }).await?);
        let describing = acts.iter().any(|act| crate::write::describes(act.entity()));
        self.apply_all(tx, &ruling, acts).await?;
        if !typed.is_empty() {
            let act = Act::Change { entity: entity.key, id: plan.kept.0, version: None, values: typed, lines: Vec::new() };
            self.apply_all(tx, writing, vec![act]).await?;
        }
        self.settle_pairs(tx, writing.changeset, writing, &entity, plan.kept.0, &gone).await?;
        // What was written on it was learned with the names of those that went.
        if self.tell_of_it(tx, writing, &entity, &records[0]).await? {
            self.search_learn_again(tx, &entity, plan.kept.0).await?;
        }
        self.enqueue(tx, FOLLOW, writing.changeset.to_string(), None).await?;
        self.announce(tx, &entity, &[plan.kept.0]).await?;
        let version = self.version_of(tx, &entity, plan.kept.0).await?;
        Ok((Merged { changeset: writing.changeset, kept: plan.kept.0, version, moved }, describing))
    }

    /// Reads the records of a plan, the one that stays first, held against other writers; refuses what may not be merged.
    async fn to_be_merged(&self, tx: &mut Tx, writing: &Writing, entity: &Arc<Entity>, plan: &Plan) -> Result<Vec<Record>> {
        let who = &writing.who;
        if !mergeable(entity) {
            return Err(Error::Forbidden(Say::new("error-merge-entity")));
        }
        who.permit(Verb::See, entity)?;
        let mut ids = plan.gone_ids();
        ids.insert(0, plan.kept.0);
        if tx.dialect() == Dialect::Postgres {
            let mut hold = Sql::new();
            hold.push("SELECT 1 FROM ").name(entity.key).push(" WHERE \"id\"");
            among(&ids, &mut hold);
            hold.push(" ORDER BY \"id\" FOR UPDATE");
            tx.rows(&Statement::new(hold.text, hold.values)).await?;
        }
        let mut found = self.read_records(tx, who, entity, &ids, false, true).await?;
        let mut records = Vec::with_capacity(ids.len());
        for (place, (id, version)) in std::iter::once(&plan.kept).chain(&plan.gone).enumerate() {
            let at = found.iter().position(|record| record.id == *id).ok_or(Error::NotFound)?;
            let record = found.swap_remove(at);
            let verb = if place == 0 { Verb::Change } else { Verb::Remove };
            who.permit(verb, entity)?;
            let reaches = !who.reaches_fewer(verb, entity) || self.reaches_record(tx, who, verb, entity, *id).await?;
            if !who.may_with(verb, entity, &record) || !reaches {
                return Err(Error::Forbidden(Say::new("error-forbidden")));
            }
            if version.is_some_and(|version| version != record.version) {
                return Err(Error::Conflict(Conflict::Stale { version: record.version }));
            }
            records.push(record);
        }
        Ok(records)
    }

    /// A merge, or its undoing, that writes nothing on the record which stays stands in its history all the same: from there it is
    /// taken back. Whether it wrote nothing else there.
    async fn tell_of_it(&self, tx: &mut Tx, writing: &Writing, entity: &Entity, kept: &Record) -> Result<bool> {
        let told = "SELECT 1 FROM \"history\" WHERE \"changeset\" = ? AND \"record\" = ?";
        if !tx.rows(&Statement::new(told, vec![Value::Link(writing.changeset), Value::Link(kept.id)])).await?.is_empty() {
            return Ok(false);
        }
        let mut sql = Sql::new();
        sql.push("UPDATE ").name(entity.key).push(" SET \"version\" = \"version\" + 1, \"changed_at\" = ").bind(Value::Moment(writing.now));
        sql.push(", \"changed_by\" = ").bind(Value::from(writing.who.user)).push(" WHERE \"id\" = ").bind(kept.id);
        tx.execute(&Statement::new(sql.text, sql.values)).await?;
        let version = self.version_of(tx, entity, kept.id).await?;
        history::record(tx, writing, entity, kept, history::Action::Change, version, Some(history::Before::default())).await?;
        Ok(true)
    }

    async fn version_of(&self, tx: &mut Tx, entity: &Entity, id: Id) -> Result<i64> {
        let mut sql = Sql::new();
        sql.push("SELECT \"version\" FROM ").name(entity.key).push(" WHERE \"id\" = ").bind(id);
        crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await
    }

    /// What led to a record that went, and was written while it went, follows.
    pub(crate) async fn have_latecomers_follow(&self, merge: Id) -> Result<()> {
        let engine = self.clone();
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    let Some((key, kept, ended)) = leading::merge_row(tx, merge).await? else { return Ok(()) };
                    let (false, Some(entity)) = (ended, engine.model().entity(&key).cloned()) else { return Ok(()) };
                    let gone = leading::gone_of(tx, merge).await?;
                    // Nobody is late who stands in the trash together with what went.
                    let left = engine.removed_with(tx, merge).await?;
                    engine.move_attached(tx, merge, &entity, kept, &gone, &left).await.map(|_| ())
                })
            })
            .await
    }

    /// What a merge itself put into the trash.
    async fn removed_with(&self, tx: &mut Tx, merge: Id) -> Result<Vec<(&'static str, Id)>> {
        let sql = "SELECT \"entity\", \"record\" FROM \"history\" WHERE \"changeset\" = ? AND \"action\" = 'remove'";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(merge)])).await?;
        let model = self.model();
        Ok(rows.iter().filter_map(|row| Some((model.entity(row.text(0))?.key, row.link(1)?))).collect())
    }

    /// What happened to a record of the system's: whoever may not merge what he sees is told so before he tries.
    pub fn may_merge(&self, who: &Principal, entity: &Entity) -> bool {
        mergeable(entity) && who.may(Verb::Change, entity) && who.may(Verb::Remove, entity)
    }
}

/// Who is named by filters that named one of those that went.
struct OtherRecord<'g> {
    gone: &'g [Id],
    kept: Id,
}

impl Renamed for OtherRecord<'_> {
    fn may_stand_in(&self, text: &str) -> bool {
        self.gone.iter().any(|id| text.contains(&id.to_string()))
    }

    fn filter(&self, filter: &Filter, _: &Model, _: &Entity) -> Filter {
        filter.with_other_record(self.gone, self.kept)
    }
}

/// One problem of a plan.
fn wrong(field: &str, say: Say) -> Error {
    Error::Invalid(vec![Problem { field: field.to_owned(), say }])
}

/// Values by field.
type Values = Vec<(FieldId, Value)>;

/// The system, for what is read whole.
fn system(engine: &Engine) -> Principal {
    engine.system(Through::Job)
}
