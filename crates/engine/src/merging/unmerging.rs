//! Taking a merge back: the records that went are there again, what was attached to them is theirs again, and the one that
//! stayed says what it said before. What came since stays with it, and what somebody changed since is left and told.
//!
//! The rows are as they were, bit for bit, apart from `version`, `changed_at` and `changed_by` of those records that the merge
//! itself wrote: the ones that were merged, what would have stood twice, and what named one of them in a filter. What the merge
//! added is gone.

use super::leading::{gone_of, merge_row, merged_by};
use super::lines::MAIN;
use super::{MERGE, UNMERGE, mergeable, system};
use crate::Engine;
use crate::history::{self, Action, Before, line_image};
use crate::principal::{Principal, Verb};
use crate::write::{Act, Writing};
use kernel::error::Conflict;
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::Entity;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::sync::Arc;
use store::{Dialect, Statement, Tx};

/// What taking a merge back did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmerged {
    /// Its own changeset.
    pub changeset: Id,
    /// The record that had stayed.
    pub kept: Id,
    /// The records that are there again.
    pub back: Vec<Id>,
    /// How many records are attached to them again.
    pub moved: u64,
    /// What was left because somebody changed it since: record, and field (empty for the record as a whole).
    pub left: Vec<(Id, String)>,
    /// What moved with them and leads somewhere else by now, by entity.
    pub elsewhere: Vec<(&'static str, i64)>,
    /// What came to the record that had stayed since, and stays there, by entity.
    pub since: Vec<(&'static str, i64)>,
}

/// What is known of a merge.
struct Merge {
    entity: Arc<Entity>,
    kept: Id,
    gone: Vec<Id>,
    at: Moment,
}

impl Engine {
    /// Takes a merge back, in one commit: whoever may change and remove the record that stayed may do it.
    ///
    /// Errors: not found where he does not see that record, or there is no such merge; a conflict where it was taken back already,
    /// where the record that stayed was merged into another since (that merge is taken back first), where it stands in the trash,
    /// or where those that went are gone for good.
    pub async fn unmerge(&self, who: &Principal, merge: Id) -> Result<Unmerged> {
        let writing = Writing { undoes: Some(merge), ..self.writing(who, UNMERGE)? };
        let engine = self.clone();
        let unmerged = self.inside.store.write(move |tx| Box::pin(async move { engine.unmerge_in(tx, &writing, merge).await })).await?;
        self.follow_descriptions(unmerged.1).await?;
        Ok(unmerged.0)
    }

    async fn unmerge_in(&self, tx: &mut Tx, writing: &Writing, id: Id) -> Result<(Unmerged, bool)> {
        self.catch_up(tx).await?;
        let merge = self.to_be_unmerged(tx, writing, id).await?;
        history::open(tx, writing).await?;
        let ruling = Writing { who: writing.who.ruling(self), by_rule: true, as_was: true, ..writing.clone() };
        let mut unmerged = Unmerged {
            changeset: writing.changeset,
            kept: merge.kept,
            back: merge.gone.clone(),
            moved: 0,
            left: Vec::new(),
            elsewhere: self.moved_on(tx, id, &merge.entity, merge.kept).await?,
            since: self.came_since(tx, id, &merge.entity, merge.kept, merge.at).await?,
        };
        for gone in &merge.gone {
            unmerged.moved += self.move_back(tx, id, &merge.entity, merge.kept, *gone).await?;
        }
        // The one that stayed first: what it took of unique values is free for those that come back.
        let mut touched = self.touched(tx, id, None, usize::MAX >> 1).await?;
        touched.sort_by_key(|(record, ..)| (*record != merge.kept, !merge.gone.contains(record), *record));
        let mut describing = false;
        for (record, key, action, before) in touched {
            let Ok(entity) = self.entity(&key) else { continue };
            describing |= crate::write::describes(entity.key);
            match action {
                Action::Create => self.never_made(tx, &entity, record, &mut unmerged.left).await?,
                Action::Remove if merge.gone.contains(&record) => {
                    self.apply_all(tx, &ruling, vec![Act::Restore { entity: entity.key, id: record }]).await?;
                }
                Action::Remove => {
                    let outcome = self.put_back(tx, &ruling, vec![Act::Restore { entity: entity.key, id: record }]).await?;
                    unmerged.left.extend((!outcome).then(|| (record, String::new())));
                }
                Action::Change => self.as_before(tx, &ruling, id, &entity, record, &before, &mut unmerged.left).await?,
                Action::Restore => {}
            }
        }
        self.unsettle_pairs(tx, id, writing, &merge.entity, merge.kept, &merge.gone).await?;
        let now = Value::Moment(writing.now);
        for (sql, values) in [
            ("UPDATE \"merge\" SET \"ended_at\" = ? WHERE \"id\" = ?", vec![now.clone(), Value::Link(id)]),
            ("UPDATE \"merged\" SET \"ended_at\" = ? WHERE \"merge\" = ?", vec![now, Value::Link(id)]),
            ("UPDATE \"changeset\" SET \"undone_by\" = ? WHERE \"id\" = ?", vec![Value::Link(writing.changeset), Value::Link(id)]),
            ("DELETE FROM \"merge_move\" WHERE \"merge\" = ?", vec![Value::Link(id)]),
        ] {
            tx.execute(&Statement::new(sql, values)).await?;
        }
        if let Some(kept) = self.read_records(tx, &system(self), &merge.entity, &[merge.kept], true, false).await?.pop() {
            self.tell_of_it(tx, writing, &merge.entity, &kept).await?;
            self.search_learn_again(tx, &merge.entity, merge.kept).await?;
        }
        self.announce(tx, &merge.entity, &[&[merge.kept][..], &merge.gone].concat()).await?;
        Ok((unmerged, describing))
    }

    /// Reads a merge that may be taken back, held against others.
    async fn to_be_unmerged(&self, tx: &mut Tx, writing: &Writing, id: Id) -> Result<Merge> {
        let who = &writing.who;
        if tx.dialect() == Dialect::Postgres {
            let hold = "SELECT 1 FROM \"merge\" WHERE \"id\" = ? FOR UPDATE";
            tx.rows(&Statement::new(hold, vec![Value::Link(id)])).await?;
        }
        let (key, kept, ended) = merge_row(tx, id).await?.ok_or(Error::NotFound)?;
        let entity = self.entity(&key)?;
        if !mergeable(&entity) {
            return Err(Error::NotFound);
        }
        who.permit(Verb::See, &entity)?;
        if let Some((later, into)) = merged_by(tx, kept).await?.filter(|_| !ended) {
            // Whoever does not see what it became does not learn of it.
            if self.read_records(tx, who, &entity, &[into], true, false).await?.is_empty() {
                return Err(Error::NotFound);
            }
            let mut names = std::collections::HashMap::new();
            self.titles_of(tx, &system(self), entity.key, &[into], &mut names).await?;
            let name = names.remove(&into).unwrap_or_default();
            return Err(refused(Say::new("error-unmerge-later").with("name", name).with("merge", later)));
        }
        let record = self.read_records(tx, who, &entity, &[kept], true, false).await?.pop().ok_or(Error::NotFound)?;
        for verb in [Verb::Change, Verb::Remove] {
            who.permit(verb, &entity)?;
            let reaches = !who.reaches_fewer(verb, &entity) || self.reaches_record(tx, who, verb, &entity, kept).await?;
            if !who.may_with(verb, &entity, &record) || !reaches {
                return Err(Error::Forbidden(Say::new("error-forbidden")));
            }
        }
        if ended {
            return Err(refused(Say::new("error-undone-already")));
        }
        if record.removed_at().is_some() {
            return Err(refused(Say::new("error-unmerge-removed")));
        }
        let gone = gone_of(tx, id).await?;
        let there = self.read_records(tx, &system(self), &entity, &gone, true, false).await?;
        if there.len() < gone.len() {
            return Err(refused(Say::new("error-unmerge-gone")));
        }
        let sql = "SELECT \"at\" FROM \"merge\" WHERE \"id\" = ?";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(id)])).await?;
        let at = rows.first().and_then(|row| row.moment(0)).unwrap_or_default();
        Ok(Merge { entity, kept, gone, at })
    }

    /// What the merge made goes for good, unless somebody changed it since.
    async fn never_made(&self, tx: &mut Tx, entity: &Entity, id: Id, left: &mut Vec<(Id, String)>) -> Result<()> {
        let Some(record) = self.read_records(tx, &system(self), entity, &[id], true, false).await?.pop() else { return Ok(()) };
        if !entity.can.appended {
            // A term that was brought in is everybody's by now.
            return Ok(());
        }
        if self.purge_many(tx, entity, vec![record.id]).await?.is_empty() {
            left.push((id, String::new()));
        }
        self.search_forget(tx, entity, id).await?;
        tx.execute(&Statement::new("DELETE FROM \"timeline\" WHERE \"record\" = ?", vec![Value::Link(id)])).await?;
        self.announce(tx, entity, &[id]).await
    }

    /// A record that the merge changed says what it said before, as far as nobody changed it since.
    #[expect(clippy::too_many_arguments, reason = "the parts of one row of the history")]
    async fn as_before(
        &self,
        tx: &mut Tx,
        ruling: &Writing,
        merge: Id,
        entity: &Arc<Entity>,
        id: Id,
        before: &Before,
        left: &mut Vec<(Id, String)>,
    ) -> Result<()> {
        let since = self.changed_since(tx, merge, id).await?;
        let Some(record) = self.read_records(tx, &system(self), entity, &[id], true, true).await?.pop() else { return Ok(()) };
        if record.removed_at().is_some() {
            left.push((id, String::new()));
            return Ok(());
        }
        let act = self.reversal(entity, &record, before, &since, left)?;
        let mut acts: Vec<Act> = act.into_iter().collect();
        // Lines to which somebody added since: those that the merge added go, the others stay.
        for relation in entity.owned().filter(|relation| since.contains(relation.key)) {
            let Some(was) = before.0.get(relation.key) else { continue };
            let written = written_then(tx, merge, id, relation.key).await?;
            let known = ids_of(was);
            let mut changed = false;
            let stay: Vec<Json> = record
                .lines(relation.key)
                .iter()
                .map(line_image)
                .filter(|line| {
                    let added =
                        written.iter().find(|written| written["id"] == line["id"]).filter(|_| !known.contains(&line["id"].to_string()));
                    let stays = added.is_none_or(|added| !alike(added, line));
                    changed |= added.is_some() && stays;
                    stays
                })
                .collect();
            if !changed {
                left.retain(|(of, field)| *of != id || field != relation.key);
            }
            let lines = vec![(relation.key, self.line_drafts(relation.child, &Json::Array(stay))?)];
            acts.push(Act::Change { entity: entity.key, id, version: None, values: Vec::new(), lines });
        }
        if !acts.is_empty() && !self.put_back(tx, ruling, acts).await? {
            left.push((id, String::new()));
        }
        Ok(())
    }

    /// Applies acts that may fail by themselves; whether they did not.
    async fn put_back(&self, tx: &mut Tx, ruling: &Writing, acts: Vec<Act>) -> Result<bool> {
        let (engine, writing) = (self.clone(), ruling.clone());
        match tx.savepoint(move |tx| Box::pin(async move { engine.apply_all(tx, &writing, acts).await })).await {
            Ok(_) => Ok(true),
            Err(Error::Invalid(_) | Error::Conflict(_) | Error::NotFound | Error::Forbidden(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Whether a record may come out of the trash by itself: one that was merged comes back with all that was its own.
    pub(crate) async fn refuse_merged(&self, tx: &mut Tx, entity: &Entity, id: Id) -> Result<()> {
        if mergeable(entity) && merged_by(tx, id).await?.is_some() {
            return Err(refused(Say::new("error-merged-restore")));
        }
        Ok(())
    }

    /// Taking back what took a merge back would leave what is attached where it is: it is merged anew.
    pub(crate) async fn refuse_merging_again(&self, changeset: Id) -> Result<()> {
        let sql = Statement::new(
            "SELECT m.\"why\" FROM \"changeset\" AS c JOIN \"changeset\" AS m ON m.\"id\" = c.\"undoes\" WHERE c.\"id\" = ?",
            vec![Value::Link(changeset)],
        );
        let why = self
            .inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&sql).await?.first().map(|row| row.text(0).to_owned())) }))
            .await?;
        if why.as_deref() == Some(MERGE) { Err(refused(Say::new("error-unmerge-again"))) } else { Ok(()) }
    }
}

fn refused(say: Say) -> Error {
    Error::Conflict(Conflict::State(say))
}

fn ids_of(lines: &Json) -> HashSet<String> {
    lines.as_array().into_iter().flatten().map(|line| line["id"].to_string()).collect()
}

/// Whether a line is as it was written, whichever of them is the main one.
fn alike(one: &Json, other: &Json) -> bool {
    let plain = |line: &Json| {
        let mut line = line.clone();
        if let Some(line) = line.as_object_mut() {
            line.remove(MAIN);
        }
        line
    };
    plain(one) == plain(other)
}

/// The lines of a relation as a changeset left them: what the next change of them found.
async fn written_then(tx: &mut Tx, changeset: Id, record: Id, relation: &str) -> Result<Vec<Json>> {
    let sql = "SELECT h.\"before\" FROM \"history\" AS h WHERE h.\"record\" = ? AND h.\"version\" > \
               (SELECT m.\"version\" FROM \"history\" AS m WHERE m.\"changeset\" = ? AND m.\"record\" = ?) ORDER BY h.\"version\"";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(record), Value::Link(changeset), Value::Link(record)])).await?;
    for row in rows.iter() {
        if let Some(Json::Array(lines)) = Before::unpack(row.bytes(0))?.0.remove(relation) {
            return Ok(lines);
        }
    }
    Ok(Vec::new())
}
