//! The keys by which records are found without reading all of them: kept in the same commit as the records.

use super::reading::Reading;
use super::scheme::Compared;
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::principal::Through;
use kernel::{Error, Id, Result, Value};
use matching::Prepared;
use meta::shape::{Column, ColumnType};
use meta::sql::Sql;
use meta::{Entity, FieldId, Model, Record};
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;
use store::{Cell, Dialect, Statement, Tx, Work};

/// The job's name.
const FILL: &str = "fill-duplicate-keys";
/// Under what it stands in the installation that every record has its keys, and by which rules.
const MARK: &str = "duplicate-keys";
/// Of a record so many keys are kept, those that tell most first; by what is a key already ([`meta::Field::matching`]) it is found anyway.
const KEPT: usize = 12;
/// More new records than these at once get their keys after the commit, by a job: each key lies elsewhere in the index, and an import
/// would wait for it a dozen times a row.
const AT_ONCE: usize = 64;
/// Records whose keys are written in one commit.
const SLICE: usize = 200;
/// So many times in a row a slice gives way to somebody who writes the same records.
const PATIENCE: u64 = 10;
/// Of one key so many records are looked at: what more of them have says little.
const OF_ONE: i64 = 48;
/// Keys of which one question asks.
const TOGETHER: usize = 100;

static COLUMNS: LazyLock<[Column; 2]> =
    LazyLock::new(|| [("key", ColumnType::Int), ("record", ColumnType::Link)].map(|(name, kind)| Column { name: name.to_owned(), kind }));

/// The keys of a record as the table holds them.
pub(super) fn keys(entity: &str, prepared: &Prepared) -> Vec<i64> {
    let of = FieldId::declared(entity, "").0;
    // The bits are what counts, not the number.
    prepared.keys().into_iter().take(KEPT).map(|key| (key ^ of).cast_signed()).collect()
}

/// Whether what is compared of an entity is the same in two states of a record.
fn says_the_same(model: &Model, entity: &Entity, one: &Record, other: &Record) -> bool {
    let mut compared = entity.compared.iter().flat_map(|name| model.compared(entity, name));
    compared.all(|(relation, field)| match relation {
        None => one.value(field.id) == other.value(field.id),
        Some(relation) => {
            let (ours, theirs) = (one.lines(relation.key), other.lines(relation.key));
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(one, other)| one.value(field.id) == other.value(field.id))
        }
    })
}

impl Engine {
    /// Notes the keys of new records.
    pub(crate) async fn duplicates_learn_new(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<()> {
        if entity.compared.is_empty() || records.is_empty() {
            return Ok(());
        }
        if records.len() > AT_ONCE {
            let ids = || records.iter().map(|record| record.id);
            let (first, last) = (ids().min().unwrap_or(Id::SYSTEM), ids().max().unwrap_or(Id::SYSTEM));
            let before = Id::from_number(first.number() - 1).unwrap_or(Id::SYSTEM);
            return self.learn_late(tx, entity.key, before, last).await;
        }
        let Some(compared) = Compared::of(&self.model(), entity) else { return Ok(()) };
        let mut rows: Vec<(i64, i64)> = Vec::with_capacity(records.len() * 8);
        for record in records {
            let keys = keys(entity.key, &compared.of_record(record));
            rows.extend(keys.into_iter().map(|key| (key, record.id.number())));
        }
        // Neighbours of the index are written one after the other.
        rows.sort_unstable();
        let cells = rows.iter().flat_map(|(key, record)| [Cell::Number(*key), Cell::Number(*record)]).collect();
        tx.insert_cells("duplicate_key", &*COLUMNS, cells).await
    }

    /// Leaves the keys of an entity's records beyond one and up to another to the job.
    async fn learn_late(&self, tx: &mut Tx, entity: &'static str, first: Id, last: Id) -> Result<()> {
        let sql = "INSERT INTO \"duplicate_late\" (\"entity\", \"first\", \"last\") VALUES (?, ?, ?) \
                   ON CONFLICT (\"entity\", \"first\") DO UPDATE SET \"last\" = excluded.\"last\"";
        tx.execute(&Statement::new(sql, vec![entity.into(), first.into(), last.into()])).await?;
        // One that runs may have looked for the last time.
        let waits = Statement::new("SELECT 1 FROM \"job\" WHERE \"kind\" = ? AND \"state\" = 'waiting' LIMIT 1", vec![FILL.into()]);
        if tx.row(&waits).await?.is_none() {
            self.enqueue(tx, FILL, String::new(), None).await?;
        }
        Ok(())
    }

    /// Follows a change of a record. Most changes change nothing that is compared, and cost nothing here.
    pub(crate) async fn duplicates_follow(&self, tx: &mut Tx, entity: &Entity, before: &Record, after: &Record) -> Result<()> {
        if says_the_same(&self.model(), entity, before, after) {
            return Ok(());
        }
        let Some(compared) = Compared::of(&self.model(), entity) else { return Ok(()) };
        let (was, is) = (keys(entity.key, &compared.of_record(before)), keys(entity.key, &compared.of_record(after)));
        let gone: Vec<i64> = was.iter().copied().filter(|key| !is.contains(key)).collect();
        forget_keys(tx, &gone, after.id).await?;
        let come: Vec<(i64, Id)> = is.into_iter().filter(|key| !was.contains(key)).map(|key| (key, after.id)).collect();
        add_keys(tx, &come).await
    }

    /// Forgets what was kept of records that go for good; they are still there.
    pub(crate) async fn duplicates_forget(&self, tx: &mut Tx, entity: &Entity, ids: &[Id]) -> Result<()> {
        let Some(compared) = Compared::of(&self.model(), entity) else { return Ok(()) };
        if ids.is_empty() {
            return Ok(());
        }
        let system = self.system(Through::Job);
        for record in self.read_records(tx, &system, &*self.entity(entity.key)?, ids, true, true).await? {
            forget_keys(tx, &keys(entity.key, &compared.of_record(&record)), record.id).await?;
        }
        super::settings::forget(tx, ids).await
    }

    /// The records that share keys with one, those that share most first.
    pub(super) async fn sharing(&self, tx: &mut Tx, entity: &Entity, prepared: &Prepared, most: usize) -> Result<Vec<Id>> {
        let keys = keys(entity.key, prepared);
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new();
        for (place, key) in keys.iter().enumerate() {
            sql.push(if place > 0 { " UNION ALL " } else { "" })
                .push("SELECT \"record\" FROM (SELECT \"record\" FROM \"duplicate_key\" WHERE \"key\" = ");
            sql.bind(*key).push(" LIMIT ").number(OF_ONE).push(") AS of").number(place as i64);
        }
        let mut shared: HashMap<Id, usize> = HashMap::new();
        for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
            if let Some(id) = row.link(0) {
                *shared.entry(id).or_default() += 1;
            }
        }
        Ok(likeliest(shared, most))
    }

    /// The same for many, in few questions: their keys are given.
    pub(super) async fn sharing_each(&self, tx: &mut Tx, each: &[&[i64]], most: usize) -> Result<Vec<Vec<Id>>> {
        let mut keys: Vec<i64> = each.iter().flat_map(|keys| keys.iter().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut of: HashMap<i64, Vec<Id>> = HashMap::new();
        for some in keys.chunks(TOGETHER) {
            let mut sql = Sql::new();
            for (place, key) in some.iter().enumerate() {
                sql.push(if place > 0 { " UNION ALL " } else { "" })
                    .push("SELECT \"key\", \"record\" FROM (SELECT \"key\", \"record\" FROM \"duplicate_key\" WHERE \"key\" = ");
                sql.bind(*key).push(" LIMIT ").number(OF_ONE).push(") AS of").number(place as i64);
            }
            for row in tx.rows(&Statement::new(sql.text, sql.values)).await?.iter() {
                of.entry(row.int(0)).or_default().extend(row.link(1));
            }
        }
        let shared = |keys: &&[i64]| {
            let mut shared: HashMap<Id, usize> = HashMap::new();
            for id in keys.iter().filter_map(|key| of.get(key)).flatten() {
                *shared.entry(*id).or_default() += 1;
            }
            likeliest(shared, most)
        };
        Ok(each.iter().map(shared).collect())
    }

    /// Whatever was written before there were keys, or under other rules, gets them by the job; nothing is to be done where nothing was
    /// written yet.
    pub(crate) async fn begin_duplicate_keys(&self) -> Result<()> {
        let rules = self.rules();
        if self.installation(MARK).await?.as_deref() == Some(&rules) {
            return Ok(());
        }
        let model = self.model();
        let compared: Vec<&'static str> = model.entities().filter(|entity| !entity.compared.is_empty()).map(|entity| entity.key).collect();
        let engine = self.clone();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    for key in compared {
                        let mut sql = Sql::new();
                        sql.push("SELECT MAX(\"id\") FROM ").name(key);
                        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
                        if let Some(last) = rows.first().and_then(|row| row.link(0)) {
                            engine.learn_late(tx, key, Id::SYSTEM, last).await?;
                        }
                    }
                    tx.execute(&Engine::putting(MARK, rules)).await.map(|_| ())
                })
            })
            .await
    }

    /// By which rules keys are made now.
    fn rules(&self) -> String {
        let model = self.model();
        let compared = model.entities().filter_map(|entity| Some((entity.key, Compared::of(&model, entity)?)));
        let said: Vec<String> =
            compared.map(|(key, compared)| format!("{key}:{}", compared.names().collect::<Vec<_>>().join(","))).collect();
        format!("{} {}", matching::KEYS_VERSION, said.join(" "))
    }

    /// Gives the records that wait for them their keys, slice by slice; those that are there already stay.
    pub(super) async fn fill_duplicate_keys(&self) -> Result<()> {
        let model = self.model();
        loop {
            let next = Statement::new("SELECT \"entity\", \"first\", \"last\" FROM \"duplicate_late\" LIMIT 1", Vec::new());
            let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&next).await })).await?;
            let Some(row) = rows.first() else { return Ok(()) };
            let (key, first, last) = (row.text(0).to_owned(), row.link(1).unwrap_or(Id::SYSTEM), row.link(2).unwrap_or(Id::SYSTEM));
            let described = model.entity(&key).and_then(|entity| Some((entity, Compared::of(&model, entity)?)));
            let Some((entity, compared)) = described else {
                // No longer compared.
                let drop = Statement::new("DELETE FROM \"duplicate_late\" WHERE \"entity\" = ?", vec![key.into()]);
                self.inside.store.write_slice(move |tx| Box::pin(async move { tx.execute(&drop).await })).await?;
                continue;
            };
            let reading = Reading::new(&model, entity, &[]);
            let (mut from, mut busy) = (first, 0);
            loop {
                let (reading, compared) = (reading.clone(), compared.clone());
                let (next, whole) = (from, (first, last));
                let reached = self
                    .inside
                    .store
                    .write_slice(move |tx| Box::pin(async move { fill(tx, &reading, &compared, next, whole).await }))
                    .await;
                match reached {
                    Ok(Some(reached)) => (from, busy) = (reached, 0),
                    Ok(None) => break,
                    // Somebody who changes many of these records has them in another order.
                    Err(Error::Busy(_)) if busy < PATIENCE => {
                        busy += 1;
                        tokio::time::sleep(Duration::from_millis(50 * busy)).await;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// Those that share most keys, the first of them first.
fn likeliest(shared: HashMap<Id, usize>, most: usize) -> Vec<Id> {
    let mut shared: Vec<(usize, Id)> = shared.into_iter().map(|(id, count)| (count, id)).collect();
    shared.sort_unstable_by(|one, other| other.cmp(one));
    shared.into_iter().take(most).map(|(_, id)| id).collect()
}

/// Gives the next records of a stretch their keys; where the stretch goes on from, or nothing at its end.
async fn fill(tx: &mut Tx, reading: &Reading, compared: &Compared, from: Id, (first, last): (Id, Id)) -> Result<Option<Id>> {
    if tx.dialect() == Dialect::Postgres {
        // Who changes one of these records meanwhile waits for this slice, or comes before it; others go on.
        let mut sql = Sql::new();
        sql.push("SELECT \"id\" FROM ").name(reading.entity.key).push(" WHERE \"id\" > ").bind(from).push(" AND \"id\" <= ").bind(last);
        sql.push(" AND \"removed_at\" IS NULL ORDER BY \"id\" LIMIT ").number(SLICE as i64).push(" FOR SHARE");
        tx.rows(&Statement::new(sql.text, sql.values)).await?;
    }
    let records = reading.between(tx, from, last, SLICE).await?;
    let key = reading.entity.key;
    let of = |record: &Record| keys(key, &compared.of_record(record)).into_iter().map(|key| (key, record.id)).collect::<Vec<_>>();
    let mut rows: Vec<(i64, Id)> = records.iter().flat_map(of).collect();
    rows.sort_unstable();
    add_keys(tx, &rows).await?;
    let reached = records.last().map(|record| record.id).filter(|_| records.len() == SLICE);
    if reached.is_none() {
        let done = "DELETE FROM \"duplicate_late\" WHERE \"entity\" = ? AND \"first\" = ? AND \"last\" = ?";
        tx.execute(&Statement::new(done, vec![key.into(), first.into(), last.into()])).await?;
    }
    Ok(reached)
}

/// Gives records their keys, where work of old had none.
pub(super) struct Fill;

impl Run for Fill {
    fn kind(&self) -> &'static str {
        FILL
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            if context.who.user.is_some() {
                return Err(Error::NotFound);
            }
            context.engine.fill_duplicate_keys().await?;
            Ok(Done::Finished)
        })
    }
}

async fn add_keys(tx: &mut Tx, rows: &[(i64, Id)]) -> Result<()> {
    for some in rows.chunks(200) {
        let mut sql = Sql::new();
        sql.push("INSERT INTO \"duplicate_key\" (\"key\", \"record\") VALUES ");
        for (place, (key, record)) in some.iter().enumerate() {
            sql.push(if place > 0 { ", (" } else { "(" }).bind(*key).push(", ").bind(*record).push(")");
        }
        sql.push(" ON CONFLICT (\"key\", \"record\") DO NOTHING");
        tx.execute(&Statement::new(sql.text, sql.values)).await?;
    }
    Ok(())
}

async fn forget_keys(tx: &mut Tx, keys: &[i64], record: Id) -> Result<()> {
    for some in keys.chunks(200) {
        let mut sql = Sql::new();
        sql.push("DELETE FROM \"duplicate_key\" WHERE \"record\" = ").bind(record).push(" AND \"key\" IN (");
        for (place, key) in some.iter().enumerate() {
            sql.push(if place > 0 { ", " } else { "" }).bind(Value::Int(*key));
        }
        sql.push(")");
        tx.execute(&Statement::new(sql.text, sql.values)).await?;
    }
    Ok(())
}
