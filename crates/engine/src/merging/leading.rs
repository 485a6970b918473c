//! What became of a record that went: its old address leads to the one that stayed, and so does whatever is written to it later.

use super::{MERGE, mergeable, system};
use crate::Engine;
use crate::principal::{Principal, Verb};
use kernel::{Id, Moment, Result, Value};
use meta::query::among;
use meta::shape::ColumnType;
use meta::sql::Sql;
use meta::{Entity, Kind, Record};
use std::collections::HashMap;
use store::{Statement, Tx};

/// Merges of merges that are followed.
const FARTHEST: usize = 20;

/// What a record became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Became {
    /// The living record.
    pub into: Id,
    /// The merge by which it went.
    pub merge: Id,
    /// What it was called.
    pub name: String,
    /// When.
    pub at: Moment,
    /// Who did it; none for the system.
    pub author: Option<Id>,
    /// What he is called, as far as whoever asks may know.
    pub by: String,
}

/// A merge, told on the card of the record that stayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its changeset.
    pub merge: Id,
    /// The record that stayed.
    pub kept: Id,
    /// Those that went, and what they were called.
    pub gone: Vec<(Id, String)>,
    /// When.
    pub at: Moment,
    /// Whether it was taken back.
    pub ended: bool,
    /// Whether whoever asks may take it back.
    pub may_end: bool,
}

/// A merge: the entity, the record that stayed, whether it was taken back.
pub(super) async fn merge_row(tx: &mut Tx, merge: Id) -> Result<Option<(String, Id, bool)>> {
    let sql = "SELECT \"entity\", \"kept\", \"ended_at\" FROM \"merge\" WHERE \"id\" = ?";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(merge)])).await?;
    Ok(rows.first().and_then(|row| Some((row.text(0).to_owned(), row.link(1)?, row.moment(2).is_some()))))
}

/// The records that went by a merge.
pub(super) async fn gone_of(tx: &mut Tx, merge: Id) -> Result<Vec<Id>> {
    let sql = "SELECT \"record\" FROM \"merged\" WHERE \"merge\" = ? ORDER BY \"record\"";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(merge)])).await?;
    Ok(rows.iter().filter_map(|row| row.link(0)).collect())
}

/// The merge in force by which a record went, and the record it became, one step on.
pub(crate) async fn merged_by(tx: &mut Tx, record: Id) -> Result<Option<(Id, Id)>> {
    let sql = "SELECT \"merge\", \"into\" FROM \"merged\" WHERE \"record\" = ? AND \"ended_at\" IS NULL";
    let rows = tx.rows(&Statement::new(sql, vec![Value::Link(record)])).await?;
    Ok(rows.first().and_then(|row| Some((row.link(0)?, row.link(1)?))))
}

impl Engine {
    /// What the records were called that went into some others, also by way of others still: with the record that each is by now.
    pub(crate) async fn old_names(&self, tx: &mut Tx, entity: &Entity, ids: &[Id]) -> Result<Vec<(Id, Value)>> {
        if !mergeable(entity) || ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut by_now: HashMap<Id, Id> = HashMap::new();
        let mut next = ids.to_vec();
        for _ in 0..FARTHEST {
            let mut sql = Sql::new();
            sql.push("SELECT \"record\", \"into\" FROM \"merged\" WHERE \"ended_at\" IS NULL AND \"into\"");
            among(&next, &mut sql);
            next.clear();
            for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
                if let (Some(gone), Some(into)) = (row.link(0), row.link(1)) {
                    by_now.insert(gone, by_now.get(&into).copied().unwrap_or(into));
                    next.push(gone);
                }
            }
            if next.is_empty() {
                break;
            }
        }
        let Some(title) = entity.field(entity.title).filter(|_| !by_now.is_empty()) else { return Ok(Vec::new()) };
        let mut sql = Sql::new();
        sql.push("SELECT \"id\", ").name(&title.column()).push(" FROM ").name(entity.key).push(" WHERE \"id\"");
        among(&by_now.keys().copied().collect::<Vec<_>>(), &mut sql);
        let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &[ColumnType::Link, title.kind.column()]).await?;
        let named = |mut row: Vec<Value>| {
            let name = row.pop()?;
            Some((*by_now.get(&row.first()?.link()?)?, name))
        };
        Ok(rows.into_iter().filter_map(named).collect())
    }
}

/// The merge in force by which a record went, and the record that it is by now.
async fn ended_up(tx: &mut Tx, record: Id) -> Result<Option<(Id, Id)>> {
    let Some((merge, mut into)) = merged_by(tx, record).await? else { return Ok(None) };
    for _ in 0..FARTHEST {
        match merged_by(tx, into).await? {
            Some((_, further)) => into = further,
            None => break,
        }
    }
    Ok(Some((merge, into)))
}

/// Where records lead that were merged into others, as the program sees it: those that were not are left out.
pub async fn led_to(tx: &mut Tx, ids: &[Id]) -> Result<HashMap<Id, Id>> {
    let mut led = HashMap::new();
    for some in ids.chunks(500) {
        let mut sql = Sql::new();
        sql.push("SELECT \"record\" FROM \"merged\" WHERE \"ended_at\" IS NULL AND \"record\"");
        meta::query::among(some, &mut sql);
        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
        for id in rows.iter().filter_map(|row| row.link(0)).collect::<Vec<_>>() {
            if let Some((_, into)) = ended_up(tx, id).await? {
                led.insert(id, into);
            }
        }
    }
    Ok(led)
}

impl Engine {
    /// What a record became that was merged into another; none where it was not, or where whoever asks does not see the other.
    pub async fn became(&self, who: &Principal, entity: &Entity, id: Id) -> Result<Option<Became>> {
        if !mergeable(entity) || !who.may(Verb::See, entity) {
            return Ok(None);
        }
        let (engine, who, key) = (self.clone(), who.clone(), entity.key);
        self.inside.store.read(move |tx| Box::pin(async move { engine.became_in(tx, &who, key, id).await })).await
    }

    async fn became_in(&self, tx: &mut Tx, who: &Principal, key: &'static str, id: Id) -> Result<Option<Became>> {
        let Some((merge, into)) = ended_up(tx, id).await? else { return Ok(None) };
        let entity = who.entity(key)?;
        if self.read_records(tx, who, &entity, &[into], false, false).await?.is_empty() {
            return Ok(None);
        }
        let sql = "SELECT \"at\", \"author\" FROM \"merge\" WHERE \"id\" = ? AND \"entity\" = ?";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(merge), key.into()])).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (at, author) = (row.moment(0).unwrap_or_default(), row.link(1));
        let mut names = HashMap::new();
        self.titles_of(tx, who, crate::identity::USER, author.as_slice(), &mut names).await?;
        let by = author.and_then(|author| names.remove(&author)).unwrap_or_default();
        let name = self.called(tx, who, key, &[id]).await?.remove(&id).unwrap_or_default();
        Ok(Some(Became { into, merge, name, at, author, by }))
    }

    /// What records that went were called: whoever sees what they became may know it, where the name is not hidden from him.
    async fn called(&self, tx: &mut Tx, who: &Principal, key: &'static str, ids: &[Id]) -> Result<HashMap<Id, String>> {
        let mut names = HashMap::new();
        let known = who.entity(key)?;
        if known.field(known.title).is_some_and(|title| !title.secret) {
            self.titles_of(tx, &system(self), key, ids, &mut names).await?;
        }
        Ok(names)
    }

    /// The merges among these changesets, told to whoever sees the record that stayed, or one that went.
    pub async fn merges_told(&self, who: &Principal, entity: &Entity, changesets: &[Id]) -> Result<Vec<Told>> {
        if changesets.is_empty() || !mergeable(entity) {
            return Ok(Vec::new());
        }
        let (engine, who, key, changesets) = (self.clone(), who.clone(), entity.key, changesets.to_vec());
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let entity = who.entity(key)?;
                    let mut told = Vec::new();
                    let mut sql = Sql::new();
                    sql.push("SELECT \"id\", \"kept\", \"at\", \"ended_at\" FROM \"merge\" WHERE \"entity\" = ")
                        .bind(key)
                        .push(" AND \"id\"");
                    meta::query::among(&changesets, &mut sql);
                    for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
                        let (Some(merge), Some(kept)) = (row.link(0), row.link(1)) else { continue };
                        let Some(record) = engine.read_records(tx, &who, &entity, &[kept], true, false).await?.pop() else { continue };
                        let ids = gone_of(tx, merge).await?;
                        let mut names = engine.called(tx, &who, key, &ids).await?;
                        let ended = row.moment(3).is_some();
                        let living = record.removed_at().is_none();
                        let mut may_end = !ended && living && !who.looks;
                        for verb in [Verb::Change, Verb::Remove] {
                            may_end = may_end
                                && who.may_with(verb, &entity, &record)
                                && (!who.reaches_fewer(verb, &entity) || engine.reaches_record(tx, &who, verb, &entity, kept).await?);
                        }
                        told.push(Told {
                            merge,
                            kept,
                            gone: ids.iter().map(|id| (*id, names.remove(id).unwrap_or_default())).collect(),
                            at: row.moment(2).unwrap_or_default(),
                            ended,
                            may_end,
                        });
                    }
                    Ok(told)
                })
            })
            .await
    }

    /// Has the links of records that are about to be written lead on, where one leads to a record that was merged into another.
    /// Tells whether any did.
    pub(crate) async fn lead_on(&self, tx: &mut Tx, records: &mut [Record]) -> Result<bool> {
        let mut any = false;
        for record in records.iter_mut() {
            let carried = record.carried.clone();
            for (slot, field) in carried.fields.iter().enumerate() {
                if field.system || !matches!(field.kind, Kind::Link(_) | Kind::About(_)) {
                    continue;
                }
                let Some(id) = record.values[slot].link() else { continue };
                if let Some((_, into)) = ended_up(tx, id).await? {
                    record.values[slot] = Value::Link(into);
                    any = true;
                }
            }
            for (_, lines) in &mut record.lines {
                any |= Box::pin(self.lead_on(tx, lines)).await?;
            }
        }
        Ok(any)
    }

    /// A record that comes out of the trash leads to what became of those it led to; it moved then, as it would have with them.
    pub(crate) async fn restored_on(&self, tx: &mut Tx, entity: &Entity, record: &mut Record) -> Result<()> {
        let carried = record.carried.clone();
        for (slot, field) in carried.fields.iter().enumerate() {
            if field.system || !matches!(field.kind, Kind::Link(_) | Kind::About(_)) {
                continue;
            }
            if entity.mirrors.iter().any(|mirror| mirror.field == field.key) {
                continue;
            }
            // Step by step, so that each merge knows what it moved.
            let mut steps = 0;
            while let Some(id) = record.values[slot].link()
                && let Some((merge, into)) = merged_by(tx, id).await?
                && steps < FARTHEST
            {
                let note = "INSERT INTO \"merge_move\" (\"merge\", \"entity\", \"field\", \"record\", \"was\") VALUES (?, ?, ?, ?, ?) \
                            ON CONFLICT DO NOTHING";
                let values = vec![Value::Link(merge), entity.key.into(), field.key.into(), Value::Link(record.id), Value::Link(id)];
                tx.execute(&Statement::new(note, values)).await?;
                let mut turn = Sql::new();
                turn.push("UPDATE ").name(entity.key).push(" SET ").name(&field.column()).push(" = ").bind(into);
                turn.push(" WHERE \"id\" = ").bind(record.id);
                tx.execute(&Statement::new(turn.text, turn.values)).await?;
                record.values[slot] = Value::Link(into);
                steps += 1;
            }
        }
        Ok(())
    }

    /// Whether a changeset is a merge.
    pub(crate) async fn is_merge(&self, changeset: Id) -> Result<bool> {
        let sql = Statement::new("SELECT \"why\" FROM \"changeset\" WHERE \"id\" = ?", vec![Value::Link(changeset)]);
        self.inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&sql).await?.first().is_some_and(|row| row.text(0) == MERGE)) }))
            .await
    }
}
