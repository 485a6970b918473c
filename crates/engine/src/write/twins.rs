//! Exact duplicates: living records that already have one of a draft's keys.

use super::Draft;
use crate::Engine;
use crate::principal::{Principal, Verb};
use kernel::{Id, Result, Value};
use meta::Entity;
use meta::sql::{Alias, Sql};
use std::collections::HashMap;
use store::{Statement, Tx};

/// A living record with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The field that holds the same.
    pub field: String,
    /// The record and its name; none where the asker may not see it, only that it exists.
    pub record: Option<(Id, String)>,
}

/// Most twins worth telling.
const MOST: i64 = 10;

impl Engine {
    /// The living records that have one of the draft's duplicate keys.
    pub async fn twins(&self, who: &Principal, draft: &Draft) -> Result<Vec<Twin>> {
        let (engine, who, draft) = (self.clone(), who.clone(), draft.clone());
        self.inside.store.read(move |tx| Box::pin(async move { engine.twins_in(tx, &who, &draft).await })).await
    }

    /// The same, inside a transaction.
    pub(crate) async fn twins_in(&self, tx: &mut Tx, who: &Principal, draft: &Draft) -> Result<Vec<Twin>> {
        let entity = self.entity(draft.entity)?;
        // Whoever may not create has no reason to learn which keys are taken.
        who.permit(Verb::Create, &entity)?;
        let mut sql = Sql::new();
        let mut fields = Vec::new();
        for field in entity.fields.iter().filter(|field| field.matching) {
            let Some(value) = draft.value(field.id).filter(|value| !value.is_empty()) else { continue };
            let value = match (field.check, value) {
                (Some(check), Value::Text(text)) => check(text).map_or_else(|_| value.clone(), Value::Text),
                _ => value.clone(),
            };
            let value = meta::filter::resolve::compared(field.kind, &value);
            begin(&mut sql, fields.len());
            sql.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"removed_at\" IS NULL AND ");
            sql.name(&field.compared_column()).push(" = ").bind(value);
            end(&mut sql, fields.len());
            fields.push(field.key.to_owned());
        }
        for (relation, lines) in &draft.lines {
            self.line_keys(&entity, relation, lines, &mut sql, &mut fields)?;
        }
        if fields.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<(Id, i64)> =
            tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().filter_map(|row| Some((row.link(0)?, row.int(1)))).collect();
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Id> = found.iter().map(|(id, _)| *id).collect();
        let mut titles = HashMap::new();
        self.titles_of(tx, who, entity.key, &ids, &mut titles).await?;
        let mut twins: Vec<Twin> = Vec::new();
        for (id, place) in found {
            let field = fields.get(place as usize).cloned().unwrap_or_default();
            let twin = Twin { field, record: titles.get(&id).map(|title| (id, title.clone())) };
            if !twins.contains(&twin) {
                twins.push(twin);
            }
        }
        Ok(twins)
    }

    fn line_keys(&self, entity: &Entity, relation: &str, lines: &[Draft], sql: &mut Sql, fields: &mut Vec<String>) -> Result<()> {
        let Some(relation) = entity.relation(relation) else { return Ok(()) };
        let child = self.entity(relation.child)?;
        let Some(via) = child.field(relation.via) else { return Ok(()) };
        for field in child.fields.iter().filter(|field| field.matching) {
            for value in lines.iter().filter_map(|line| line.value(field.id)).filter(|value| !value.is_empty()).take(10) {
                begin(sql, fields.len());
                // The lines of a record in the trash live on; the record does not.
                let (line, parent) = (Alias(0), Alias(1));
                sql.push("SELECT ").column(parent, "id").push(" FROM ").name(child.key).push(" AS ").alias(line).push(" JOIN ");
                sql.name(entity.key).push(" AS ").alias(parent).push(" ON ").column(parent, "id").push(" = ").column(line, &via.column());
                sql.push(" WHERE ").column(line, "removed_at").push(" IS NULL AND ").column(parent, "removed_at").push(" IS NULL AND ");
                sql.column(line, &field.compared_column()).push(" = ").bind(meta::filter::resolve::compared(field.kind, value));
                end(sql, fields.len());
                fields.push(format!("{}.{}", relation.key, field.key));
            }
        }
        Ok(())
    }
}

fn begin(sql: &mut Sql, place: usize) {
    sql.push(if place > 0 { " UNION ALL " } else { "" }).push("SELECT \"id\", ").number(place as i64).push(" FROM (");
}

fn end(sql: &mut Sql, place: usize) {
    sql.push(" LIMIT ").number(MOST).push(") AS found").number(place as i64);
}
