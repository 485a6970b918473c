//! Undo: the inverse of a changeset, field by field. What somebody changed since is left, and reported.

use crate::Engine;
use crate::history::{Action, Before};
use crate::principal::Principal;
use crate::write::{Act, Draft, Writing};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value};
use meta::{Entity, Record};
use serde_json::Value as Json;
use std::collections::HashSet;
use store::{Statement, Tx};

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
const SLICE: usize = 200;

impl Engine {
    /// Undoes a changeset: one's own, or anybody's for an administrator. Long ones are undone in slices, and one
    /// that was interrupted goes on where it stopped when it is asked for again.
    pub async fn undo(&self, who: &Principal, changeset: Id) -> Result<Undone> {
        let (author, undone_by) = self.changeset(changeset).await?.ok_or(Error::NotFound)?;
        if author != who.user && !who.role.administer {
            return Err(Error::NotFound);
        }
        if undone_by.is_some() {
            return Err(Error::Conflict(Conflict::State(Say::new("error-undone-already"))));
        }
        let inverse = self.open_inverse(changeset).await?;
        let writing = Writing { changeset: inverse, undoes: Some(changeset), ..self.writing(who, "undo") };
        let mut undone = Undone { changeset: Some(inverse), ..Undone::default() };
        let mut below = None;
        loop {
            let (engine, writing) = (self.clone(), writing.clone());
            let (last, part) = self
                .inside
                .store
                .write_slice(move |tx| Box::pin(async move { engine.undo_slice(tx, &writing, changeset, below).await }))
                .await?;
            undone.records += part.records;
            undone.left.extend(part.left);
            match last {
                Some(last) => below = Some(last),
                None => return Ok(undone),
            }
        }
    }

    async fn changeset(&self, id: Id) -> Result<Option<(Option<Id>, Option<Id>)>> {
        let sql = Statement::new("SELECT \"author\", \"undone_by\" FROM \"changeset\" WHERE \"id\" = ?", vec![Value::Link(id)]);
        self.inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&sql).await?.first().map(|row| (row.link(0), row.link(1)))) }))
            .await
    }

    /// The changeset of an undoing that was begun before, or a new one.
    async fn open_inverse(&self, changeset: Id) -> Result<Id> {
        let begun =
            Statement::new("SELECT \"id\" FROM \"changeset\" WHERE \"undoes\" = ? ORDER BY \"id\" LIMIT 1", vec![Value::Link(changeset)]);
        let found = self
            .inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&begun).await?.first().and_then(|row| row.link(0))) }))
            .await?;
        Ok(found.unwrap_or_else(|| self.id()))
    }

    async fn undo_slice(&self, tx: &mut Tx, writing: &Writing, changeset: Id, below: Option<Id>) -> Result<(Option<Id>, Undone)> {
        crate::history::open(tx, writing).await?;
        let touched = self.touched(tx, changeset, below, SLICE).await?;
        let mut undone = Undone::default();
        for (id, entity, action, before) in &touched {
            let Ok(entity) = self.entity(entity) else { continue };
            if self.already(tx, writing.changeset, *id).await? {
                continue;
            }
            self.undo_record(tx, writing, changeset, &entity, *id, *action, before, &mut undone).await?;
        }
        if touched.len() < SLICE {
            let mark = "UPDATE \"changeset\" SET \"undone_by\" = ? WHERE \"id\" = ?";
            tx.execute(&Statement::new(mark, vec![Value::Link(writing.changeset), Value::Link(changeset)])).await?;
            return Ok((None, undone));
        }
        Ok((touched.last().map(|(id, ..)| *id), undone))
    }

    async fn already(&self, tx: &mut Tx, inverse: Id, record: Id) -> Result<bool> {
        let sql = "SELECT 1 FROM \"history\" WHERE \"changeset\" = ? AND \"record\" = ?";
        Ok(!tx.rows(&Statement::new(sql, vec![Value::Link(inverse), Value::Link(record)])).await?.is_empty())
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
        let act = match action {
            Action::Create if since.is_empty() && living => Act::Remove { entity: entity.key, id, version: None },
            Action::Create if living => {
                undone.left.push((id, String::new()));
                return Ok(());
            }
            Action::Remove if !living => Act::Restore { entity: entity.key, id },
            Action::Restore if living => Act::Remove { entity: entity.key, id, version: None },
            Action::Create | Action::Remove | Action::Restore => return Ok(()),
            Action::Change => match self.reversal(entity, &record, before, &since, &mut undone.left)? {
                Some(act) => act,
                None => return Ok(()),
            },
        };
        let outcome = tx
            .savepoint({
                let (engine, writing) = (self.clone(), writing.clone());
                move |tx| Box::pin(async move { engine.apply(tx, &writing, vec![act]).await })
            })
            .await;
        match outcome {
            Ok(_) => undone.records += 1,
            // A value that another record took since, a link whose target is gone: left, and reported.
            Err(Error::Invalid(_) | Error::Conflict(_) | Error::NotFound | Error::Forbidden(_)) => undone.left.push((id, String::new())),
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// The act that puts back what a change replaced, leaving what was changed again since.
    fn reversal(
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
            if since.contains(key) {
                left.push((record.id, key.clone()));
            } else if let Some(field) = entity.field(key) {
                if field.computed.is_none() && !field.read_only {
                    values.push((field.id, field.kind.from_json(was).unwrap_or_else(|_| stored(was, field.kind.empty()))));
                }
            } else if let Some(relation) = entity.relation(key) {
                lines.push((relation.key, self.line_drafts(relation.child, was)?));
            }
        }
        if values.is_empty() && lines.is_empty() {
            return Ok(None);
        }
        Ok(Some(Act::Change { entity: entity.key, id: record.id, version: None, values, lines }))
    }

    fn line_drafts(&self, child: &'static str, image: &Json) -> Result<Vec<Draft>> {
        let entity = self.entity(child)?;
        let mut drafts = Vec::new();
        for line in image.as_array().into_iter().flatten() {
            let mut draft = Draft::new(child);
            for (key, value) in line.as_object().into_iter().flatten() {
                if let Some(field) = entity.field(key) {
                    draft.put(field.id, field.kind.from_json(value).unwrap_or_else(|_| stored(value, field.kind.empty())));
                }
            }
            drafts.push(draft);
        }
        Ok(drafts)
    }

    /// The fields of a record that later changesets touched, those undone again left out; `""` where it was
    /// removed or restored.
    async fn changed_since(&self, tx: &mut Tx, changeset: Id, record: Id) -> Result<HashSet<String>> {
        let sql = "SELECT h.\"action\", h.\"before\" FROM \"history\" AS h JOIN \"changeset\" AS c ON c.\"id\" = h.\"changeset\" \
                   WHERE h.\"record\" = ? AND h.\"changeset\" > ? AND c.\"undone_by\" IS NULL AND (c.\"undoes\" IS NULL OR c.\"undoes\" < ?)";
        let values = vec![Value::Link(record), Value::Link(changeset), Value::Link(changeset)];
        let mut fields = HashSet::new();
        for row in tx.rows(&Statement::new(sql, values)).await?.iter() {
            match Action::from_key(row.text(0)) {
                Some(Action::Change) => fields.extend(Before::unpack(row.bytes(1))?.0.into_iter().map(|(key, _)| key)),
                _ => {
                    fields.insert(String::new());
                }
            }
        }
        Ok(fields)
    }
}

/// A value of another time, kept as it was: an unknown key of a choice, a text that today's rules refuse.
fn stored(json: &Json, empty: Value) -> Value {
    match (json, empty) {
        (Json::String(text), Value::Text(_)) => Value::Text(text.clone()),
        (_, empty) => empty,
    }
}
