//! For one record: which others may be the same, before it is made or once it is there.
//!
//! What has a key in common ([`meta::Field::matching`]) exists already, and that is said also of what the asker may not see, without
//! saying what it is. What is only alike is told of what he sees, compared by the fields that he may know.

use super::evidence::Evidence;
use super::queue::Two;
use super::reading::Reading;
use super::scheme::Compared;
use super::settings;
use crate::Engine;
use crate::principal::{Principal, Verb};
use crate::write::Draft;
use kernel::{Id, Result, Value};
use meta::sql::{Alias, Sql};
use meta::{Entity, Record};
use std::collections::HashMap;
use store::{Statement, Tx};

/// A living record that may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The field that holds the same key; empty where it is only alike.
    pub field: String,
    /// The record and its name; none where the asker may not see it, only that it exists.
    pub record: Option<(Id, String)>,
    /// How alike they are, where they were compared.
    pub alike: Option<Alike>,
}

/// How alike two records are, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// How likely they are one, in ten-thousandths.
    pub score: i64,
    /// What speaks for and against.
    pub evidence: Vec<Evidence>,
    /// What tells the record from others of its name: where it is. Empty where that is not known.
    pub place: String,
}

/// Most twins worth telling.
pub(super) const MOST: usize = 10;
/// So many candidates are compared.
const COMPARED: usize = 60;

impl Engine {
    /// The living records that have one of the draft's duplicate keys.
    pub async fn twins(&self, who: &Principal, draft: &Draft) -> Result<Vec<Twin>> {
        let (engine, who, draft) = (self.clone(), who.clone(), draft.clone());
        self.inside.store.read(move |tx| Box::pin(async move { engine.twins_in(tx, &who, &draft).await })).await
    }

    /// The living records that may be the same as a draft, the likeliest first: by its keys, and by what is alike. `of` is the record
    /// itself, where it is there already: then whoever may change it may ask, and what was called different from it is left out.
    ///
    /// Errors: forbidden for whoever may not create such records.
    pub async fn alike(&self, who: &Principal, draft: &Draft, of: Option<Id>) -> Result<Vec<Twin>> {
        let (engine, who, draft) = (self.clone(), who.clone(), draft.clone());
        self.inside.store.read(move |tx| Box::pin(async move { engine.alike_in(tx, &who, &draft, of).await })).await
    }

    /// How alike two records are that were read for somebody, by the fields that he may know.
    pub async fn likeness(&self, who: &Principal, entity: &Entity, one: &Record, other: &Record) -> Result<Alike> {
        let compared = Compared::of(&self.model(), entity).ok_or(kernel::Error::NotFound)?;
        let (one, other) = (compared.of_record(one), compared.of_record(other));
        let (engine, key, known) = (self.clone(), entity.key, who.entity(entity.key)?);
        let weighing = self.inside.store.read(move |tx| Box::pin(async move { engine.weighing(tx, key, &compared).await })).await?;
        let (score, _, mut evidence) = weighing.compare(&one, &other);
        evidence.retain(|one| one.is_known(&known));
        Ok(Alike { score, evidence, place: String::new() })
    }

    async fn alike_in(&self, tx: &mut Tx, who: &Principal, draft: &Draft, of: Option<Id>) -> Result<Vec<Twin>> {
        let entity = self.entity(draft.entity)?;
        let mut twins = match of {
            None => self.twins_in(tx, who, draft).await?,
            Some(_) => {
                who.permit(Verb::Change, &entity)?;
                self.sharing_keys(tx, who, &entity, draft).await?
            }
        };
        twins.retain(|twin| of.is_none() || twin.record.as_ref().is_some_and(|(id, _)| Some(*id) != of));
        if let Some(compared) = Compared::of(&self.model(), &entity) {
            self.compare(tx, who, &compared, draft, of, &mut twins).await?;
        }
        if let Some(of) = of {
            let pairs: Vec<Two> = twins.iter().filter_map(|twin| Two::new(of, twin.record.as_ref()?.0)).collect();
            let different = settings::different(tx, &pairs).await?;
            let said =
                |twin: &Twin| twin.record.as_ref().and_then(|(id, _)| Two::new(of, *id)).is_some_and(|pair| different.contains(&pair));
            twins.retain(|twin| !said(twin));
        }
        // What is the same key comes first, whatever else is alike.
        twins.sort_by_key(|twin| (twin.field.is_empty(), -twin.alike.as_ref().map_or(0, |alike| alike.score)));
        twins.truncate(MOST);
        Ok(twins)
    }

    /// Adds what is alike to what has a key in common, and says of that how alike it is.
    async fn compare(
        &self,
        tx: &mut Tx,
        who: &Principal,
        compared: &Compared,
        draft: &Draft,
        of: Option<Id>,
        twins: &mut Vec<Twin>,
    ) -> Result<()> {
        let prepared = compared.of_draft(draft);
        let known = who.entity(draft.entity)?;
        let mut ids: Vec<Id> = twins.iter().filter_map(|twin| Some(twin.record.as_ref()?.0)).collect();
        for id in self.sharing(tx, &known, &prepared, COMPARED).await? {
            if Some(id) != of && !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        let weighing = self.weighing(tx, known.key, compared).await?;
        let mut fresh: Vec<(i64, Twin)> = Vec::new();
        for record in Reading::new(&who.model, &known, &["address.city", "address.province"]).some(self, tx, who, &ids).await? {
            let (score, rank, mut evidence) = weighing.compare(&prepared, &compared.of_record(&record));
            evidence.retain(|one| one.is_known(&known));
            let alike = Alike { score, evidence, place: place(&record) };
            match twins.iter_mut().find(|twin| twin.record.as_ref().is_some_and(|(id, _)| *id == record.id)) {
                Some(twin) => twin.alike = Some(alike),
                None if score >= weighing.settings.ask => {
                    fresh.push((rank, Twin { field: String::new(), record: Some((record.id, String::new())), alike: Some(alike) }));
                }
                None => {}
            }
        }
        fresh.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        fresh.truncate(MOST);
        let mut titles = HashMap::new();
        let ids: Vec<Id> = fresh.iter().filter_map(|(_, twin)| Some(twin.record.as_ref()?.0)).collect();
        self.titles_of(tx, who, known.key, &ids, &mut titles).await?;
        for (_, mut twin) in fresh {
            if let Some((id, name)) = &mut twin.record
                && let Some(title) = titles.remove(id)
            {
                *name = title;
                twins.push(twin);
            }
        }
        Ok(())
    }

    /// The same as [`Engine::twins`], inside a transaction.
    pub(crate) async fn twins_in(&self, tx: &mut Tx, who: &Principal, draft: &Draft) -> Result<Vec<Twin>> {
        let entity = self.entity(draft.entity)?;
        // Whoever may not create has no reason to learn which keys are taken.
        who.permit(Verb::Create, &entity)?;
        self.sharing_keys(tx, who, &entity, draft).await
    }

    async fn sharing_keys(&self, tx: &mut Tx, who: &Principal, entity: &Entity, draft: &Draft) -> Result<Vec<Twin>> {
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
            self.line_keys(entity, relation, lines, &mut sql, &mut fields)?;
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
            let twin = Twin { field, record: titles.get(&id).map(|title| (id, title.clone())), alike: None };
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
            for value in lines.iter().filter_map(|line| line.value(field.id)).filter(|value| !value.is_empty()).take(MOST) {
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

/// Where a record is, as people say it.
fn place(record: &Record) -> String {
    let (city, province) = (record.named("address.city").text(), record.named("address.province").text());
    match (city.is_empty(), province.is_empty()) {
        (true, _) => String::new(),
        (false, true) => city.to_owned(),
        (false, false) => format!("{city} ({province})"),
    }
}

fn begin(sql: &mut Sql, place: usize) {
    sql.push(if place > 0 { " UNION ALL " } else { "" }).push("SELECT \"id\", ").number(place as i64).push(" FROM (");
}

fn end(sql: &mut Sql, place: usize) {
    sql.push(" LIMIT ").number(MOST as i64).push(") AS found").number(place as i64);
}
