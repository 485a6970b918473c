//! Owned lines: written with their parent, in order, under its version.

use super::{Draft, Writing, blank, compute};
use crate::Engine;
use kernel::{Error, Id, Problem, Result, Say, Value};
use meta::{Entity, Kind, Record};
use store::{Statement, Tx};

/// Most lines of one relation.
const MOST_LINES: usize = 500;

impl Engine {
    /// The lines of a relation as records, from what was given; identities must be those of lines already there.
    pub(super) fn new_lines(
        &self,
        writing: &Writing,
        entity: &Entity,
        relation: &str,
        parent: Id,
        drafts: Vec<Draft>,
        before: Option<&Record>,
    ) -> Result<Vec<Record>> {
        let relation = *entity.relation(relation).filter(|relation| relation.owned).ok_or(Error::NotFound)?;
        let child = self.entity(relation.child)?;
        // Lines that his roles hide are as unknown to him as what nobody described.
        let known = writing.who.model.entity(entity.key).map(|known| known.relation(relation.key).copied());
        match known {
            Some(None) => return Err(Error::invalid(relation.key, Say::new("error-unknown-field"))),
            Some(Some(known)) if known.read_only => return Err(Error::invalid(relation.key, Say::new("error-read-only"))),
            _ => {}
        }
        if drafts.len() > MOST_LINES {
            return Err(Error::invalid(relation.key, Say::new("error-too-many-lines").with("most", MOST_LINES)));
        }
        let known = before.map(|before| before.lines(relation.key)).unwrap_or_default();
        let mut problems = Vec::new();
        let mut lines = Vec::with_capacity(drafts.len());
        let via = child.field(relation.via);
        // An about-link says beside it which entity it leads to.
        let about = via.filter(|via| matches!(via.kind, Kind::About(_)));
        let kind = about.and_then(|via| child.fields.iter().find(|field| field.key.strip_prefix(via.key) == Some("_kind")));
        let position = child.field("position");
        for (place, draft) in drafts.into_iter().enumerate() {
            let old = draft.id.and_then(|id| known.iter().find(|line| line.id == id));
            let again = draft.id.is_some_and(|id| lines.iter().any(|line: &Record| line.id == id));
            // A line of somebody else's record is as unknown as one that never was; an undoing brings back its own.
            if again || draft.id.is_some() && old.is_none() && (before.is_some() || !writing.beyond_inputs()) && writing.undoes.is_none() {
                problems.push(Problem { field: format!("{}.{place}.id", relation.key), say: Say::new("error-link") });
                continue;
            }
            let mut line = match old {
                Some(old) => old.clone(),
                None => blank(&child, draft.id.unwrap_or_else(|| self.id())),
            };
            if old.is_none() {
                self.begin(writing, &child, &mut line);
            }
            for (id, value) in draft.values {
                match child.carried.slot(id).map(|slot| &child.carried.fields[slot]) {
                    Some(field) if field.writable() && (!field.guarded || writing.who.role.administer) => line.put(id, value),
                    Some(field) if writing.beyond_inputs() && !field.system && field.computed.is_none() => line.put(id, value),
                    _ => problems.push(Problem { field: format!("{}.{place}", relation.key), say: Say::new("error-read-only") }),
                }
            }
            if let Some(via) = via {
                line.put(via.id, Value::Link(parent));
            }
            if let Some(kind) = kind {
                line.put(kind.id, Value::from(entity.key));
            }
            if let Some(position) = position {
                line.put(position.id, Value::Int(place as i64));
            }
            compute(&mut line);
            lines.push(line);
        }
        if problems.is_empty() { Ok(lines) } else { Err(Error::Invalid(problems)) }
    }

    /// Writes the lines of a relation anew.
    pub(crate) async fn replace_lines(
        &self,
        tx: &mut Tx,
        _writing: &Writing,
        entity: &Entity,
        relation: &str,
        after: &Record,
    ) -> Result<()> {
        let relation = *entity.relation(relation).ok_or(Error::NotFound)?;
        let child = self.entity(relation.child)?;
        let via = child.field(relation.via).map(meta::Field::column).unwrap_or_default();
        let mut sql = meta::sql::Sql::new();
        sql.push("DELETE FROM ").name(child.key).push(" WHERE ").name(&via).push(" = ").bind(after.id);
        tx.execute(&Statement::new(sql.text, sql.values)).await?;
        let lines: Vec<Record> = after
            .lines(relation.key)
            .iter()
            .cloned()
            .map(|mut line| {
                compute(&mut line);
                line
            })
            .collect();
        self.insert(tx, &child, &lines).await
    }
}

/// Whether two sets of lines hold the same.
pub(super) fn same(before: &[Record], after: &[Record]) -> bool {
    before.len() == after.len()
        && before.iter().zip(after).all(|(one, other)| {
            one.id == other.id
                && one.carried.fields.iter().zip(one.values.iter().zip(&other.values)).all(|(field, (a, b))| field.system || a == b)
        })
}
