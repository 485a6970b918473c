//! What is checked before anything is written: rights over fields, required values, canonical forms, links.

use super::Writing;
use crate::Engine;
use kernel::{Error, Id, Problem, Result, Say, Value};
use meta::field::FieldId;
use meta::{Entity, Kind, Record};
use std::collections::HashSet;
use store::Tx;

/// Refuses fields that an input may not write.
pub(super) fn writable(writing: &Writing, entity: &Entity, fields: impl Iterator<Item = FieldId>) -> Result<()> {
    let mut problems = Vec::new();
    for id in fields {
        match entity.fields.iter().find(|field| field.id == id) {
            None => problems.push(Problem { field: String::new(), say: Say::new("error-unknown-field") }),
            Some(field) if writing.who.user.is_none() && !field.system && field.computed.is_none() => {}
            Some(field) if !field.writable() || field.guarded && !writing.who.role.administer => {
                problems.push(Problem { field: field.key.to_owned(), say: Say::new("error-read-only") });
            }
            Some(_) => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Required values are there, texts are in their canonical form.
pub(super) fn canonical(entity: &Entity, record: &mut Record) -> Result<()> {
    let mut problems = Vec::new();
    canonical_into(record, "", &mut problems);
    for relation in entity.owned() {
        if let Some((_, lines)) = record.lines.iter_mut().find(|(key, _)| *key == relation.key) {
            for (place, line) in lines.iter_mut().enumerate() {
                canonical_into(line, &format!("{}.{place}.", relation.key), &mut problems);
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn canonical_into(record: &mut Record, prefix: &str, problems: &mut Vec<Problem>) {
    for (field, value) in record.carried.fields.iter().zip(record.values.iter_mut()) {
        if field.required && field.computed.is_none() && value.is_empty() {
            problems.push(Problem { field: format!("{prefix}{}", field.key), say: Say::new("error-required") });
        } else if let (Some(check), Value::Text(text)) = (field.check, &*value)
            && !text.is_empty()
        {
            match check(text) {
                Ok(canonical) => *value = Value::Text(canonical),
                Err(say) => problems.push(Problem { field: format!("{prefix}{}", field.key), say }),
            }
        }
    }
}

impl Engine {
    /// Every link leads to a living record that the writer may see, to one created in the same act, or where it
    /// led before.
    pub(super) async fn check_links(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        records: &[Record],
        created: &HashSet<Id>,
        before: Option<&Record>,
    ) -> Result<()> {
        let mut problems = Vec::new();
        let model = self.model();
        for (slot, field) in entity_links(records) {
            let targets: Vec<&'static str> = match field.kind {
                Kind::Link(target) => vec![target],
                Kind::About(targets) => targets.to_vec(),
                _ => continue,
            };
            let mut ids: Vec<Id> = Vec::new();
            for record in records {
                if let Some(Value::Link(id)) = record.values.get(slot)
                    && !created.contains(id)
                    && before.is_none_or(|before| before.values[slot] != record.values[slot])
                    && !ids.contains(id)
                {
                    ids.push(*id);
                }
            }
            if ids.is_empty() || field.system {
                continue;
            }
            let mut found: HashSet<Id> = HashSet::new();
            for target in targets {
                let target = model.entity(target).ok_or(Error::NotFound)?;
                if writing.who.seen(&model, target).is_some() {
                    found.extend(self.existing(tx, &writing.who, target, &ids).await?);
                }
            }
            if ids.iter().any(|id| !found.contains(id)) {
                problems.push(Problem { field: field.key.to_owned(), say: Say::new("error-link") });
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    async fn existing(&self, tx: &mut Tx, who: &crate::Principal, entity: &Entity, ids: &[Id]) -> Result<Vec<Id>> {
        let model = self.model();
        let seen = who.seen(&model, entity).ok_or(Error::NotFound)?;
        let mut found = Vec::new();
        for some in ids.chunks(500) {
            let sql = self.compiling(who, &model, |compile| meta::query::records(entity, &[], some, &seen, false, compile))?;
            let rows = tx.rows_as(&store::Statement::new(sql.text, sql.values), &crate::asking::kinds(&[])).await?;
            found.extend(rows.into_iter().filter_map(|row| row.first().and_then(Value::link)));
        }
        Ok(found)
    }
}

fn entity_links(records: &[Record]) -> impl Iterator<Item = (usize, meta::Field)> {
    let fields = records.first().map(|record| record.carried.fields.clone()).unwrap_or_default();
    fields.into_iter().enumerate().filter(|(_, field)| matches!(field.kind, Kind::Link(_) | Kind::About(_)))
}
