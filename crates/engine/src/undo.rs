//! Undo: the inverse of a changeset, field by field. What somebody changed since is left, and reported.

use crate::Engine;
use crate::history::{Action, Before};
use crate::principal::Principal;
use crate::taking_back::TakenBack;
use crate::vocabulary::TERM;
use crate::write::{Act, Draft, Writing};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use meta::{Entity, Record};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use store::{Dialect, Statement, Tx};

/// What undoing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// The changeset of the undoing itself, which can be undone in turn.
    pub changeset: Option<Id>,
    /// How many records are as they were.
    pub records: usize,
    /// What was left because somebody changed it since: record, and field (empty for the record as a whole).
    pub left: Vec<(Id, String)>,
}

/// Records undone in one commit.
const SLICE: usize = 50;

/// Where the undoing of a changeset stands.
struct Standing {
    undone: bool,
    /// The changeset of an undoing that was begun.
    inverse: Option<Id>,
    /// The last record it came to.
    reached: Option<Id>,
    /// The changeset that this one undoes itself.
    undoes: Option<Id>,
}

impl Engine {
    /// Undoes a changeset: one's own, or anybody's for an administrator. Long ones are undone in slices, and one
    /// that was interrupted goes on where it stopped when it is asked for again.
    pub async fn undo(&self, who: &Principal, changeset: Id) -> Result<Undone> {
        let author = self.author_of(changeset).await?.ok_or(Error::NotFound)?;
        if author != who.user && !who.role.administer {
            return Err(Error::NotFound);
        }
        if self.is_merge(changeset).await? {
            let back = self.unmerge(who, changeset).await?;
            return Ok(Undone { changeset: Some(back.changeset), records: back.back.len() + 1, left: back.left });
        }
        self.refuse_merging_again(changeset).await?;
        let inverse = self.id();
        let mut undone = Undone::default();
        loop {
            let writing = Writing { changeset: inverse, undoes: Some(changeset), ..self.writing(who, "undo")? };
            let engine = self.clone();
            let slice =
                self.inside.store.write_slice(move |tx| Box::pin(async move { engine.undo_slice(tx, writing, changeset).await })).await?;
            let Some((part, ended)) = slice else {
                // Somebody else undid it: before, or just now.
                return if undone.changeset.is_some() { Ok(undone) } else { Err(already()) };
            };
            undone.changeset = part.changeset;
            undone.records += part.records;
            undone.left.extend(part.left);
            if ended {
                return Ok(undone);
            }
        }
    }

    /// The terms that a changeset touched.
    async fn touched_terms(&self, tx: &mut Tx, changeset: Id) -> Result<Vec<(Id, String, Action, Before)>> {
        let sql = "SELECT \"record\" FROM \"history\" WHERE \"changeset\" = ? AND \"entity\" = ?";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(changeset), TERM.into()])).await?;
        let mut touched = Vec::new();
        for id in rows.iter().filter_map(|row| row.link(0)) {
            touched.extend(self.touched(tx, changeset, Id::from_number(id.number() + 1), 1).await?);
        }
        Ok(touched)
    }

    async fn author_of(&self, changeset: Id) -> Result<Option<Option<Id>>> {
        let sql = Statement::new("SELECT \"author\" FROM \"changeset\" WHERE \"id\" = ?", vec![Value::Link(changeset)]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.rows(&sql).await?.first().map(|row| row.link(0))) })).await
    }

    /// One commit of an undoing, and whether it was the last; none where the changeset is undone already.
    async fn undo_slice(&self, tx: &mut Tx, mut writing: Writing, changeset: Id) -> Result<Option<(Undone, bool)>> {
        let standing = standing(tx, changeset).await?.ok_or(Error::NotFound)?;
        if standing.undone {
            return Ok(None);
        }
        writing.changeset = standing.inverse.unwrap_or(writing.changeset);
        crate::history::open(tx, &writing).await?;
        let bulk = crate::bulk::undoes(tx, changeset).await?;
        // What was changed in the trash is put back there.
        writing.in_trash = bulk.is_some_and(|(_, merges)| merges);
        let bulk = bulk.map(|(id, _)| id);
        let mut touched = self.touched(tx, changeset, standing.reached, SLICE).await?;
        let (looked_at, ended) = (touched.len(), touched.len() < SLICE);
        if writing.in_trash && standing.reached.is_none() {
            // The term is there again before the records that hold it, which would bring in another in its place.
            touched.extend(self.touched_terms(tx, changeset).await?);
            let terms = touched.len() - looked_at;
            touched.rotate_right(terms);
        }
        let mut undone = Undone { changeset: Some(writing.changeset), ..Undone::default() };
        for (id, entity, action, before) in &touched {
            if let Ok(entity) = self.entity(entity) {
                self.undo_record(tx, &writing, changeset, &entity, *id, *action, before, &mut undone).await?;
            }
        }
        let reached = touched.last().map(|(id, ..)| *id);
        let note = "UPDATE \"changeset\" SET \"undone_by\" = ?, \"undoing\" = ?, \"undone_to\" = ? WHERE \"id\" = ?";
        let inverse = Value::Link(writing.changeset);
        let values = if ended {
            vec![inverse, Value::Empty, Value::Empty, Value::Link(changeset)]
        } else {
            vec![Value::Empty, inverse, reached.into(), Value::Link(changeset)]
        };
        tx.execute(&Statement::new(note, values)).await?;
        if let Some(bulk) = bulk {
            crate::bulk::undone(tx, bulk, looked_at, &undone.left, writing.now, ended).await?;
        }
        if ended {
            turn_over(tx, changeset, standing.undoes).await?;
        }
        Ok(Some((undone, ended)))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one row of the history")]
    async fn undo_record(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        changeset: Id,
        entity: &Entity,
        id: Id,
        action: Action,
        before: &Before,
        undone: &mut Undone,
    ) -> Result<()> {
        let since = self.changed_since(tx, changeset, id).await?;
        let Some(record) = self.read_records(tx, &writing.who, entity, &[id], true, true).await?.pop() else {
            undone.left.push((id, String::new()));
            return Ok(());
        };
        let living = record.removed_at().is_none();
        let remove = || Act::Remove { entity: entity.key, id, version: None };
        let mut acts = Vec::new();
        match action {
            Action::Create | Action::Restore if living && !since.is_empty() => {
                undone.left.push((id, String::new()));
                return Ok(());
            }
            Action::Create if living && entity.can.appended => match self.take_back(tx, writing, changeset, entity, &record).await? {
                TakenBack::Answered(act) => acts.push(*act),
                TakenBack::Idle => {}
                TakenBack::Left => undone.left.push((id, String::new())),
            },
            Action::Create if living => acts.push(remove()),
            Action::Restore if living => {
                acts.extend(self.reversal(entity, &record, before, &since, &mut undone.left)?);
                acts.push(remove());
            }
            Action::Remove if !living => {
                acts.push(Act::Restore { entity: entity.key, id });
                acts.extend(self.reversal(entity, &record, before, &since, &mut undone.left)?);
            }
            Action::Create | Action::Remove | Action::Restore => {}
            Action::Change => acts.extend(self.reversal(entity, &record, before, &since, &mut undone.left)?),
        }
        if acts.is_empty() {
            return Ok(());
        }
        let outcome = tx
            .savepoint({
                let (engine, writing) = (self.clone(), writing.clone());
                move |tx| Box::pin(async move { engine.apply(tx, &writing, acts).await })
            })
            .await;
        match outcome {
            Ok(_) => undone.records += 1,
            // A word that came along is everybody's by now: it stays without a word.
            Err(Error::Forbidden(_)) if entity.key == TERM => {}
            // A value that another record took since, a link whose target is gone: left, and reported.
            Err(Error::Invalid(_) | Error::Conflict(_) | Error::NotFound | Error::Forbidden(_)) => undone.left.push((id, String::new())),
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// The act that puts back what a change replaced, leaving what was changed again since.
    pub(crate) fn reversal(
        &self,
        entity: &Entity,
        record: &Record,
        before: &Before,
        since: &HashSet<String>,
        left: &mut Vec<(Id, String)>,
    ) -> Result<Option<Act>> {
        let mut values = Vec::new();
        let mut lines = Vec::new();
        for (key, was) in &before.0 {
            if let Some(field) = entity.field(key) {
                // What follows from other fields comes back with them.
                if field.computed.is_some() || field.secret {
                    continue;
                }
                if since.contains(key) {
                    left.push((record.id, key.clone()));
                } else {
                    values.push((field.id, field.kind.from_json(was).unwrap_or_else(|_| stored(was, field.kind.empty()))));
                }
            } else if let Some(relation) = entity.relation(key) {
                if since.contains(key) {
                    left.push((record.id, key.clone()));
                } else {
                    lines.push((relation.key, self.line_drafts(relation.child, was)?));
                }
            }
        }
        if values.is_empty() && lines.is_empty() {
            return Ok(None);
        }
        Ok(Some(Act::Change { entity: entity.key, id: record.id, version: None, values, lines }))
    }

    pub(crate) fn line_drafts(&self, child: &'static str, image: &Json) -> Result<Vec<Draft>> {
        let entity = self.entity(child)?;
        let mut drafts = Vec::new();
        for line in image.as_array().into_iter().flatten() {
            let mut draft = Draft::new(child);
            for (key, value) in line.as_object().into_iter().flatten() {
                if key == "id" {
                    draft.id = value.as_str().and_then(|id| id.parse().ok());
                } else if let Some(field) = entity.field(key) {
                    draft.put(field.id, field.kind.from_json(value).unwrap_or_else(|_| stored(value, field.kind.empty())));
                }
            }
            drafts.push(draft);
        }
        Ok(drafts)
    }

    /// The fields of a record that later changesets touched; `""` where it was removed or restored. A changeset
    /// and its undoing cancel each other, and so on along the chain.
    pub(crate) async fn changed_since(&self, tx: &mut Tx, changeset: Id, record: Id) -> Result<HashSet<String>> {
        let sql = "SELECT h.\"changeset\", h.\"action\", h.\"before\" FROM \"history\" AS h WHERE h.\"record\" = ? AND h.\"version\" > \
                   (SELECT m.\"version\" FROM \"history\" AS m WHERE m.\"changeset\" = ? AND m.\"record\" = ?)";
        let later = tx.rows(&Statement::new(sql, vec![Value::Link(record), Value::Link(changeset), Value::Link(record)])).await?;
        if later.is_empty() {
            return Ok(HashSet::new());
        }
        let own = origin(tx, changeset).await?;
        let mut times: HashMap<(Id, String), usize> = HashMap::new();
        for row in later.iter() {
            let Some(other) = row.link(0) else { continue };
            let origin = origin(tx, other).await?;
            if origin == own {
                continue;
            }
            for (key, _) in Before::unpack(row.bytes(2))?.0 {
                *times.entry((origin, key)).or_default() += 1;
            }
            if Action::from_key(row.text(1)) != Some(Action::Change) {
                *times.entry((origin, String::new())).or_default() += 1;
            }
        }
        Ok(times.into_iter().filter(|(_, times)| times % 2 == 1).map(|((_, key), _)| key).collect())
    }
}

fn already() -> Error {
    Error::Conflict(Conflict::State(Say::new("error-undone-already")))
}

/// Reads where an undoing stands, held against another one.
async fn standing(tx: &mut Tx, changeset: Id) -> Result<Option<Standing>> {
    let hold = if tx.dialect() == Dialect::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT \"undone_by\", \"undoing\", \"undone_to\", \"undoes\" FROM \"changeset\" WHERE \"id\" = ?{hold}");
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(changeset)])).await?;
    Ok(rows.first().map(|row| Standing { undone: row.link(0).is_some(), inverse: row.link(1), reached: row.link(2), undoes: row.link(3) }))
}

/// Undoing an undoing puts what it undid in force again; undoing that undoes it again, and so on along the chain.
async fn turn_over(tx: &mut Tx, changeset: Id, undoes: Option<Id>) -> Result<()> {
    let (mut undoing, mut next, mut in_force) = (changeset, undoes, true);
    while let Some(older) = next {
        let set = Statement::new(
            "UPDATE \"changeset\" SET \"undone_by\" = ? WHERE \"id\" = ?",
            vec![if in_force { Value::Empty } else { Value::Link(undoing) }, Value::Link(older)],
        );
        tx.execute(&set).await?;
        (undoing, next, in_force) = (older, undone_of(tx, older).await?, !in_force);
    }
    Ok(())
}

/// The changeset at the beginning of a chain of undoings.
async fn origin(tx: &mut Tx, changeset: Id) -> Result<Id> {
    let mut origin = changeset;
    while let Some(older) = undone_of(tx, origin).await? {
        origin = older;
    }
    Ok(origin)
}

async fn undone_of(tx: &mut Tx, changeset: Id) -> Result<Option<Id>> {
    let sql = Statement::new("SELECT \"undoes\" FROM \"changeset\" WHERE \"id\" = ?", vec![Value::Link(changeset)]);
    Ok(tx.rows(&sql).await?.first().and_then(|row| row.link(0)))
}

/// A value of another time, kept as it was: an unknown key of a choice, a text that today's rules refuse.
fn stored(json: &Json, empty: Value) -> Value {
    match (json, empty) {
        (Json::String(text), Value::Text(_)) => Value::Text(text.clone()),
        (_, empty) => empty,
    }
}
