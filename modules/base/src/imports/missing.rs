//! Records that a scheduled import brought before and that its file no longer has: counted and told in the run's report, and, where the
//! schedule says so, marked by a tag, which goes when they come back. Of a file that lacks many of them nothing comes in then: it is
//! rather cut off than so much shorter.

use super::entity::fault::{self, Grave, IMPORT_FAULT};
use super::reading::{self, Survey};
use super::rows::Maker;
use super::{How, Options, keys, maker, surveyed};
use crate::tags::{FIELD as TAGS, TAGS as VOCABULARY};
use engine::{Act, Draft, Engine, Principal, Slicing, Statement, Tx};
use kernel::{Error, Id, Result, Say, Value};
use meta::fields::Chosen;
use meta::sql::Sql;
use meta::{Entity, Record};
use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;

/// More of the records that were there the last time than this share, in percent, are not missing: the file is.
const MOST: usize = 20;
/// Records that are looked at together.
const TOGETHER: usize = 200;
/// Missing records that the report names.
const NAMED: usize = 10_000;

/// A scheduled import whose records are watched.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    schedule: Id,
    /// The tag of those that are missing; none where they stay as they are.
    tag: String,
}

/// The scheduled import of a run; none where it came of none.
pub(super) async fn watch(engine: &Engine, run: Id) -> Result<Option<Watch>> {
    let sql = "SELECT s.\"id\", s.\"missing_tag\" FROM \"import_run\" AS r JOIN \"import_schedule\" AS s ON s.\"id\" = r.\"schedule\" WHERE r.\"id\" = ?";
    let asked = Statement::new(sql, vec![run.into()]);
    let rows = engine.store().read(move |tx| Box::pin(async move { tx.rows(&asked).await })).await?;
    let model = engine.model();
    let watched = rows.first().and_then(|row| Some((row.link(0)?, row.text(1).to_owned())));
    Ok(watched.map(|(schedule, tag)| {
        // A tag that is gone is put on nobody.
        let there = model.terms.contains_key(&(VOCABULARY.to_owned(), tag.clone()));
        Watch { schedule, tag: if there { tag } else { String::new() } }
    }))
}

/// Refuses a file that lacks too many of the records that were there the last time, where those that are missing get a tag.
///
/// Errors: `error-import-missing` (`missing`, `known`, `most`); those of reading the file and of its mapping.
pub(super) async fn check(engine: &Engine, who: &Principal, run: Id, file: File, options: &Options) -> Result<()> {
    let Some(watch) = watch(engine, run).await?.filter(|watch| !watch.tag.is_empty()) else { return Ok(()) };
    let entity = who.model.plural(&options.entity).cloned().ok_or(Error::NotFound)?;
    let known = known(engine, watch.schedule, &entity).await?;
    if known.is_empty() {
        return Ok(());
    }
    let (file, survey) = surveyed(file, options.manner.clone()).await?;
    let how = How { shown: survey.kind == reading::Kind::Workbook, ..options.how() };
    let (maker, keys) = maker(engine, who, &who.model, &entity, &survey.header.cells, how).await?;
    let present = present(engine, &entity, file, &survey, maker, keys).await?;
    let missing = known.difference(&present).count();
    if missing * 100 > known.len() * MOST {
        let say = Say::new("error-import-missing").with("missing", missing).with("known", known.len()).with("most", MOST);
        return Err(Error::invalid("file", say));
    }
    Ok(())
}

/// The living records that a schedule brought, but those that were missing already.
async fn known(engine: &Engine, schedule: Id, entity: &Entity) -> Result<HashSet<Id>> {
    let mut sql = Sql::new();
    sql.push("SELECT s.\"record\" FROM \"source_record\" AS s JOIN ")
        .name(entity.key)
        .push(" AS e ON e.\"id\" = s.\"record\" WHERE s.\"source\" = ");
    sql.bind(schedule).push(" AND s.\"missing\" = '' AND e.\"removed_at\" IS NULL");
    let asked = Statement::new(sql.text, sql.values);
    let rows = engine.store().read(move |tx| Box::pin(async move { tx.rows(&asked).await })).await?;
    Ok(rows.iter().filter_map(|row| row.link(0)).collect())
}

/// The records that the rows of a file are about, as its keys find them.
async fn present(
    engine: &Engine,
    entity: &Arc<Entity>,
    file: File,
    survey: &Survey,
    maker: Arc<Maker>,
    keys: Vec<keys::Key>,
) -> Result<HashSet<Id>> {
    type Values = Vec<Vec<String>>;
    let (sender, mut some) = tokio::sync::mpsc::channel::<Result<Vec<Values>>>(2);
    let (mut rows, wanted) = (reading::rows(file, survey)?, keys.clone());
    let read = move || {
        let mut together = Vec::with_capacity(TOGETHER);
        loop {
            match rows.next_row() {
                Ok(Some(row)) if row.is_blank() => {}
                Ok(Some(row)) => {
                    if let Ok(ready) = maker.make(&row) {
                        together.push(wanted.iter().map(|key| key.values(&ready)).collect());
                    }
                    if together.len() == TOGETHER && sender.blocking_send(Ok(std::mem::take(&mut together))).is_err() {
                        return;
                    }
                }
                // What breaks off is told by the import itself.
                Ok(None) | Err(_) => {
                    let _ = sender.blocking_send(Ok(together));
                    return;
                }
            }
        }
    };
    drop(tokio::task::spawn_blocking(read));
    let mut present = HashSet::new();
    while let Some(rows) = some.recv().await {
        let (rows, keys, entity) = (rows?, keys.clone(), entity.clone());
        let finding = engine.store().read(move |tx| {
            Box::pin(async move {
                let mut found = Vec::with_capacity(keys.len());
                for (place, key) in keys.iter().enumerate() {
                    let wanted: HashSet<&String> = rows.iter().flat_map(|row| &row[place]).collect();
                    let wanted: Vec<String> = wanted.into_iter().cloned().collect();
                    found.push(key.find(tx, &entity, &wanted).await?);
                }
                let one = |row: &Values| {
                    row.iter()
                        .zip(&found)
                        .find_map(|(values, found)| values.iter().filter_map(|value| found.get(value)).flatten().min().copied())
                };
                Ok(rows.iter().filter_map(one).collect::<Vec<Id>>())
            })
        });
        present.extend(finding.await?);
    }
    Ok(present)
}

/// After the last batch of a run: those that are missing are told and marked, and those that came back are marked no longer.
pub(super) async fn settle(engine: &Engine, who: &Principal, entity: &Arc<Entity>, run: Id, changeset: Id) -> Result<()> {
    let Some(watch) = watch(engine, run).await? else { return Ok(()) };
    // Whoever was interrupted begins with this anew.
    let forget = "DELETE FROM \"import_fault\" WHERE \"run\" = ? AND \"grave\" = ?";
    let forget = Statement::new(forget, vec![run.into(), Value::from(Grave::Missing.key())]);
    engine.store().write(move |tx| Box::pin(async move { tx.execute(&forget).await.map(|_| ()) })).await?;
    let (mut after, mut count) = (Id::SYSTEM, 0);
    loop {
        let (watch, entity, told) = (watch.clone(), entity.clone(), count);
        let work = engine::in_slice(move |slicing: &mut Slicing<'_>| Box::pin(gone(slicing, watch, entity, run, after, told)));
        let ids = engine.slice(who, "import", changeset, work).await?;
        count += ids.len();
        match ids.last() {
            Some(last) if ids.len() == TOGETHER => after = *last,
            _ => break,
        }
    }
    let mut after = Id::SYSTEM;
    loop {
        let (watch, entity) = (watch.clone(), entity.clone());
        let work = engine::in_slice(move |slicing: &mut Slicing<'_>| Box::pin(back(slicing, watch, entity, run, after)));
        let ids = engine.slice(who, "import", changeset, work).await?;
        match ids.last() {
            Some(last) if ids.len() == TOGETHER => after = *last,
            _ => break,
        }
    }
    let noted = Statement::new("UPDATE \"import_run\" SET \"missing\" = ? WHERE \"id\" = ?", vec![Value::Int(count as i64), run.into()]);
    engine.store().write(move |tx| Box::pin(async move { tx.execute(&noted).await.map(|_| ()) })).await
}

/// Some of the records that the run did not bring; their identities.
async fn gone(slicing: &mut Slicing<'_>, watch: Watch, entity: Arc<Entity>, run: Id, after: Id, told: usize) -> Result<Vec<Id>> {
    let mut sql = Sql::new();
    sql.push("SELECT s.\"record\" FROM \"source_record\" AS s JOIN ")
        .name(entity.key)
        .push(" AS e ON e.\"id\" = s.\"record\" WHERE s.\"source\" = ");
    sql.bind(watch.schedule).push(" AND s.\"run\" <> ").bind(run).push(" AND e.\"removed_at\" IS NULL AND s.\"record\" > ").bind(after);
    sql.push(" ORDER BY s.\"record\" LIMIT ").number(TOGETHER as i64);
    let rows = slicing.tx().rows(&Statement::new(sql.text, sql.values)).await?;
    let ids: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
    let named = ids.iter().take(NAMED.saturating_sub(told));
    let faults = named.map(|id| {
        let draft = Draft::new(IMPORT_FAULT).with(fault::RUN.id(), run).with(fault::GRAVE.id(), Grave::Missing.key());
        Act::Create(draft.with(fault::RECORD.id(), id.to_string()))
    });
    slicing.attempt_by_rule(faults.collect()).await?;
    if watch.tag.is_empty() || entity.field(TAGS).is_none() {
        return Ok(ids);
    }
    slicing.of_source(watch.schedule);
    for record in slicing.records(&entity, &ids).await? {
        let mut tags = tags(&record);
        if !tags.contains(&watch.tag) {
            tags.push(watch.tag.clone());
            // What somebody else keeps, or may not be changed, stays as it is, and is told all the same.
            if !marked(slicing, &entity, &record, &tags).await? {
                continue;
            }
        }
        mark(slicing.tx(), watch.schedule, record.id, &watch.tag).await?;
    }
    Ok(ids)
}

/// Some of the records that the run brought and that were missing before; their identities.
async fn back(slicing: &mut Slicing<'_>, watch: Watch, entity: Arc<Entity>, run: Id, after: Id) -> Result<Vec<Id>> {
    let sql = format!(
        "SELECT \"record\", \"missing\" FROM \"source_record\" WHERE \"source\" = ? AND \"run\" = ? AND \"missing\" <> '' AND \"record\" > ? \
         ORDER BY \"record\" LIMIT {TOGETHER}"
    );
    let rows = slicing.tx().rows(&Statement::new(sql, vec![watch.schedule.into(), run.into(), after.into()])).await?;
    let found: Vec<(Id, String)> = rows.iter().filter_map(|row| Some((row.link(0)?, row.text(1).to_owned()))).collect();
    let ids: Vec<Id> = found.iter().map(|(id, _)| *id).collect();
    slicing.of_source(watch.schedule);
    for record in slicing.records(&entity, &ids).await? {
        let mut tags = tags(&record);
        let (before, tag) = (tags.len(), found.iter().find(|(id, _)| *id == record.id).map_or("", |(_, tag)| tag));
        tags.retain(|known| known != tag);
        if tags.len() == before || marked(slicing, &entity, &record, &tags).await? {
            mark(slicing.tx(), watch.schedule, record.id, "").await?;
        }
    }
    Ok(ids)
}

fn tags(record: &Record) -> Vec<String> {
    record.named(TAGS).text().split('|').filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// Gives a record these tags; whether it took them.
async fn marked(slicing: &mut Slicing<'_>, entity: &Entity, record: &Record, tags: &[String]) -> Result<bool> {
    let Some(field) = entity.field(TAGS) else { return Ok(false) };
    let values = vec![(field.id, Value::Text(meta::fields::stored(tags.iter().map(String::as_str))))];
    match slicing.attempt(vec![Act::Change { entity: entity.key, id: record.id, version: None, values, lines: Vec::new() }]).await {
        Ok(_) => Ok(true),
        Err(error) if super::batches::is_of_a_row(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Notes by which tag a record is marked as missing; by none where it is not.
async fn mark(tx: &mut Tx, schedule: Id, record: Id, tag: &str) -> Result<()> {
    let sql = "UPDATE \"source_record\" SET \"missing\" = ? WHERE \"source\" = ? AND \"record\" = ?";
    tx.execute(&Statement::new(sql, vec![tag.into(), schedule.into(), record.into()])).await.map(|_| ())
}
