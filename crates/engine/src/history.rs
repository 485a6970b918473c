//! History: every write belongs to a changeset. A creation stores no copy; a change stores one compressed
//! image of the fields it touched, as they were before.

use crate::Engine;
use crate::principal::Principal;
use crate::write::Writing;
use kernel::{Error, Id, Moment, Result, Value};
use meta::field::Field;
use meta::shape::{Column, ColumnType};
use meta::{Entity, Kind, Record};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use store::{Cell, Statement, Tx};

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was created.
    Create,
    /// Fields or lines got other values.
    Change,
    /// It was put in the trash.
    Remove,
    /// It was taken out of the trash.
    Restore,
}

impl Action {
    /// Its word in the database and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Change => "change",
            Action::Remove => "remove",
            Action::Restore => "restore",
        }
    }

    /// What two actions on one record come to, one after the other.
    fn then(self, next: Action) -> Action {
        match (self, next) {
            (Action::Create, _) => Action::Create,
            (Action::Change, next) => next,
            (Action::Remove, Action::Restore) | (Action::Restore, Action::Remove) => Action::Change,
            (first, _) => first,
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Action> {
        [Action::Create, Action::Change, Action::Remove, Action::Restore].into_iter().find(|action| action.key() == key)
    }
}

/// The image of a record before a change: the fields it touched, and the lines of the relations it touched.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Before(pub(crate) Map<String, Json>);

/// Images of at least this size are compressed.
const WORTH_COMPRESSING: usize = 160;

impl Before {
    pub(crate) fn of(before: &Record, fields: impl Iterator<Item = Field>, relations: &[&'static str]) -> Before {
        let mut image = Map::new();
        for field in fields.filter(|field| !field.system && !field.secret) {
            image.insert(field.key.to_owned(), field.kind.to_json(before.value(field.id)));
        }
        for relation in relations {
            let lines = before.lines(relation).iter().map(line_image).collect();
            image.insert((*relation).to_owned(), Json::Array(lines));
        }
        Before(image)
    }

    fn pack(&self) -> Vec<u8> {
        let plain = serde_json::to_vec(&self.0).unwrap_or_default();
        if plain.len() < WORTH_COMPRESSING {
            let mut packed = vec![0];
            packed.extend(plain);
            return packed;
        }
        let mut packed = vec![1];
        packed.extend(lz4_flex::compress_prepend_size(&plain));
        packed
    }

    pub(crate) fn unpack(packed: &[u8]) -> Result<Before> {
        match Before::plain(packed)? {
            plain if plain.is_empty() => Ok(Before::default()),
            plain => serde_json::from_slice(&plain).map(Before).map_err(Error::internal),
        }
    }

    /// The image as its JSON; nothing where none was stored.
    fn plain(packed: &[u8]) -> Result<Cow<'_, [u8]>> {
        match packed.split_first() {
            None => Ok(Cow::Borrowed(&[])),
            Some((0, plain)) => Ok(Cow::Borrowed(plain)),
            Some((_, packed)) => lz4_flex::decompress_size_prepended(packed).map(Cow::Owned).map_err(Error::internal),
        }
    }
}

/// Everything a line says of itself, what inputs may not write included: undone, a line is what it was. Whose it is
/// and its place follow from where it stands.
pub(crate) fn line_image(line: &Record) -> Json {
    let mut image = Map::new();
    image.insert("id".to_owned(), Json::String(line.id.to_string()));
    let about: Option<String> = line.carried.fields.iter().find_map(|field| match field.kind {
        Kind::About(_) => Some(format!("{}_kind", field.key)),
        _ => None,
    });
    for (field, value) in line.carried.fields.iter().zip(&line.values) {
        let placed = field.key == "position" || matches!(field.kind, Kind::About(_)) || about.as_deref() == Some(field.key);
        if !field.system && !field.secret && field.computed.is_none() && !placed {
            image.insert(field.key.to_owned(), field.kind.to_json(value));
        }
    }
    Json::Object(image)
}

/// Opens the changeset of a writing; a changeset that goes on over slices is opened once.
pub(crate) async fn open(tx: &mut Tx, writing: &Writing) -> Result<()> {
    let sql = "INSERT INTO \"changeset\" (\"id\", \"at\", \"author\", \"through\", \"why\", \"undoes\") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (\"id\") DO NOTHING";
    tx.execute(&Statement::new(
        sql,
        vec![
            Value::Link(writing.changeset),
            Value::Moment(writing.now),
            writing.who.user.into(),
            Value::from(writing.who.through.key()),
            Value::from(writing.why),
            writing.undoes.into(),
        ],
    ))
    .await?;
    Ok(())
}

fn columns() -> Vec<Column> {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind };
    vec![
        column("changeset", ColumnType::Link),
        column("record", ColumnType::Link),
        column("entity", ColumnType::Text),
        column("action", ColumnType::Text),
        column("version", ColumnType::Int),
        column("before", ColumnType::Bytes),
    ]
}

/// Notes that records were created.
pub(crate) async fn created(tx: &mut Tx, writing: &Writing, entity: &Entity, records: &[Record]) -> Result<()> {
    if !entity.can.tracked {
        return Ok(());
    }
    let changeset = Value::Link(writing.changeset);
    let mut cells = Vec::with_capacity(records.len() * 6);
    for record in records {
        cells.extend([
            Cell::Value(&changeset),
            Cell::Number(record.id.number()),
            Cell::Text(entity.key),
            Cell::Text(Action::Create.key()),
            Cell::Number(1),
            Cell::Nothing,
        ]);
    }
    tx.insert_cells("history", &columns(), cells).await
}

/// Notes what was done to one record. What is done again under the same changeset joins what was done before.
pub(crate) async fn record(
    tx: &mut Tx,
    writing: &Writing,
    entity: &Entity,
    record: &Record,
    action: Action,
    version: i64,
    before: Option<Before>,
) -> Result<()> {
    if !entity.can.tracked {
        return Ok(());
    }
    let sql = "INSERT INTO \"history\" (\"changeset\", \"record\", \"entity\", \"action\", \"version\", \"before\") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (\"changeset\", \"record\") DO NOTHING";
    let image = before.as_ref().map_or(Value::Empty, |before| Value::Bytes(before.pack()));
    let note = Statement::new(
        sql,
        vec![
            Value::Link(writing.changeset),
            Value::Link(record.id),
            Value::from(entity.key),
            Value::from(action.key()),
            Value::Int(version),
            image,
        ],
    );
    if tx.execute(&note).await? == 0 {
        join(tx, writing.changeset, record.id, action, version, before.unwrap_or_default()).await?;
    }
    Ok(())
}

/// Of a field touched twice the first image counts; fields touched only now are added.
async fn join(tx: &mut Tx, changeset: Id, record: Id, action: Action, version: i64, before: Before) -> Result<()> {
    let known = "SELECT \"action\", \"before\" FROM \"history\" WHERE \"changeset\" = ? AND \"record\" = ?";
    let rows = tx.rows(&Statement::new(known, vec![Value::Link(changeset), Value::Link(record)])).await?;
    let row = rows.first().ok_or_else(|| Error::internal("an entry of the history vanished"))?;
    let first = Action::from_key(row.text(0)).ok_or_else(|| Error::internal("an unknown action in the history"))?;
    let action = first.then(action);
    let image = match action {
        Action::Create => Value::Empty,
        _ => {
            let mut image = Before::unpack(row.bytes(1))?;
            for (key, was) in before.0 {
                image.0.entry(key).or_insert(was);
            }
            Value::Bytes(image.pack())
        }
    };
    let join = "UPDATE \"history\" SET \"action\" = ?, \"version\" = ?, \"before\" = ? WHERE \"changeset\" = ? AND \"record\" = ?";
    let values = vec![Value::from(action.key()), Value::Int(version), image, Value::Link(changeset), Value::Link(record)];
    tx.execute(&Statement::new(join, values)).await.map(|_| ())
}

/// One entry of a record's history, for a person.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The changeset.
    pub changeset: Id,
    /// The version of the record that it made.
    pub version: i64,
    /// When.
    pub at: Moment,
    /// Who; none for the system.
    pub author: Option<Id>,
    /// Through what: `pages`, `api`, `import`, …
    pub through: String,
    /// Why: the verb.
    pub why: String,
    /// What was done.
    pub action: Action,
    /// Whether it was undone since.
    pub undone: bool,
    /// What changed, field by field.
    pub changes: Vec<FieldChange>,
}

impl Entry {
    /// The same without the fields that somebody's description of the entity hides.
    pub(crate) fn known_to(mut self, entity: &Entity) -> Entry {
        self.changes.retain(|change| entity.knows(&change.key));
        self
    }
}

/// What a field was and became.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The field, or the relation of the lines.
    pub key: String,
    /// What it was.
    pub before: Json,
    /// What it became.
    pub after: Json,
}

/// The last changes of some fields of one record.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Those that touched them, the newest first, with these fields alone.
    pub entries: Vec<Entry>,
    /// The names of the authors.
    pub authors: HashMap<Id, String>,
    /// Whether there is no older one.
    pub whole: bool,
}

impl Past {
    /// Changes of a record that are looked through at most.
    pub const LOOKED_THROUGH: i64 = 5_000;
}

impl Engine {
    /// The last changes of some fields, or of the lines of relations, of a record that the asker may see.
    pub async fn past(&self, who: &Principal, entity: &Entity, id: Id, keys: &[&str], limit: usize) -> Result<Past> {
        let (engine, who, key) = (self.clone(), who.clone(), entity.key);
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let entity = who.entity(key)?;
                    let record = engine.read_records(tx, &who, &entity, &[id], true, true).await?.pop().ok_or(Error::NotFound)?;
                    let keys: Vec<String> = keys.into_iter().filter(|key| entity.knows(key)).collect();
                    let mut past = past(tx, &record, &keys, limit).await?;
                    let mut authors: Vec<Id> = past.entries.iter().filter_map(|entry| entry.author).collect();
                    authors.sort_unstable();
                    authors.dedup();
                    engine.titles_of(tx, &who, "user", &authors, &mut past.authors).await?;
                    Ok(past)
                })
            })
            .await
    }

    /// The history of a record that the asker may see, the newest first, and the names of the authors.
    pub async fn history(&self, who: &Principal, entity: &Entity, id: Id, limit: usize) -> Result<(Vec<Entry>, HashMap<Id, String>)> {
        let (engine, who, key) = (self.clone(), who.clone(), entity.key);
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let entity = who.entity(key)?;
                    let record = engine.read_records(tx, &who, &entity, &[id], true, true).await?.pop().ok_or(Error::NotFound)?;
                    let entries = engine.entries(tx, &record, None, None, limit).await?;
                    let entries: Vec<Entry> = entries.into_iter().map(|entry| entry.known_to(&entity)).collect();
                    let mut authors: Vec<Id> = entries.iter().filter_map(|entry| entry.author).collect();
                    authors.sort_unstable();
                    authors.dedup();
                    let mut names = HashMap::new();
                    engine.titles_of(tx, &who, "user", &authors, &mut names).await?;
                    Ok((entries, names))
                })
            })
            .await
    }

    /// The entries of a record, the newest first: from a version on, as long as they are above another.
    pub(crate) async fn entries(
        &self,
        tx: &mut Tx,
        record: &Record,
        from: Option<i64>,
        above: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        let sql = "SELECT h.\"changeset\", c.\"at\", c.\"author\", c.\"through\", c.\"why\", h.\"action\", c.\"undone_by\", h.\"before\", \
                   h.\"version\" FROM \"history\" AS h JOIN \"changeset\" AS c ON c.\"id\" = h.\"changeset\" \
                   WHERE h.\"record\" = ? AND h.\"version\" <= ? AND h.\"version\" > ? ORDER BY h.\"version\" DESC LIMIT ?";
        let bounds = [from.unwrap_or(i64::MAX), above.unwrap_or(0), limit as i64];
        let values = std::iter::once(Value::Link(record.id)).chain(bounds.map(Value::Int)).collect();
        let rows = tx.rows(&Statement::new(sql, values)).await?;
        // Walking back from the present: what a field became is what the next image says it was, or what it is now.
        let mut later = match from {
            Some(from) => newer(tx, record.id, from, rows.iter().map(|row| row.bytes(7))).await?,
            None => HashMap::new(),
        };
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows.iter() {
            let before = Before::unpack(row.bytes(7))?;
            let mut changes = Vec::with_capacity(before.0.len());
            for (key, was) in before.0 {
                let after = match later.get(&key) {
                    Some(known) => known.clone(),
                    None => now(record, &key),
                };
                later.insert(key.clone(), was.clone());
                changes.push(FieldChange { key, before: was, after });
            }
            let action = Action::from_key(row.text(5)).ok_or_else(|| Error::internal("an unknown action in the history"))?;
            // A record came to be when it says so itself: its changeset may tell of the past.
            let made = record.named("created_at").moment().filter(|_| action == Action::Create);
            entries.push(Entry {
                changeset: row.link(0).unwrap_or(Id::SYSTEM),
                version: row.int(8),
                at: made.or_else(|| row.moment(1)).unwrap_or_default(),
                author: row.link(2),
                through: row.text(3).to_owned(),
                why: row.text(4).to_owned(),
                action,
                undone: row.link(6).is_some(),
                changes,
            });
        }
        Ok(entries)
    }

    /// The records that a changeset touched, with their images, the last one first; beyond a given record.
    pub(crate) async fn touched(
        &self,
        tx: &mut Tx,
        changeset: Id,
        below: Option<Id>,
        limit: usize,
    ) -> Result<Vec<(Id, String, Action, Before)>> {
        let sql = "SELECT \"record\", \"entity\", \"action\", \"before\" FROM \"history\" WHERE \"changeset\" = ? AND \"record\" < ? ORDER BY \"record\" DESC LIMIT ?";
        let below = below.map_or(Value::Int(i64::MAX), Value::Link);
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(changeset), below, Value::Int(limit as i64)])).await?;
        let mut touched = Vec::with_capacity(rows.len());
        for row in rows.iter() {
            let action = Action::from_key(row.text(2)).ok_or_else(|| Error::internal("an unknown action in the history"))?;
            touched.push((row.link(0).unwrap_or(Id::SYSTEM), row.text(1).to_owned(), action, Before::unpack(row.bytes(3))?));
        }
        Ok(touched)
    }
}

/// Walks back from the present as far as need be: most images do not speak of the fields, and are passed over unread.
async fn past(tx: &mut Tx, record: &Record, keys: &[String], limit: usize) -> Result<Past> {
    let names: Vec<String> = keys.iter().map(|key| format!("\"{key}\":")).collect();
    let mut past = Past::default();
    let mut later: HashMap<String, Json> = HashMap::new();
    let (mut reached, mut looked) = (i64::MAX, 0);
    while past.entries.len() < limit && looked < Past::LOOKED_THROUGH {
        let sql = "SELECT \"version\", \"before\", \"changeset\", \"action\" FROM \"history\" WHERE \"record\" = ? AND \"version\" < ? ORDER BY \"version\" DESC LIMIT ?";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(record.id), Value::Int(reached), Value::Int(STRETCH)])).await?;
        looked += rows.len() as i64;
        for row in rows.iter() {
            reached = row.int(0);
            let plain = Before::plain(row.bytes(1))?;
            if !std::str::from_utf8(&plain).is_ok_and(|plain| names.iter().any(|name| plain.contains(name.as_str()))) {
                continue;
            }
            let before: Map<String, Json> = serde_json::from_slice(&plain).map_err(Error::internal)?;
            let mut changes = Vec::new();
            for (key, was) in before.into_iter().filter(|(key, _)| keys.contains(key)) {
                let after = later.insert(key.clone(), was.clone()).unwrap_or_else(|| now(record, &key));
                changes.push(FieldChange { key, before: was, after });
            }
            if changes.is_empty() {
                continue;
            }
            changes.sort_by_key(|change| keys.iter().position(|key| *key == change.key));
            past.entries.push(Entry {
                changeset: row.link(2).unwrap_or(Id::SYSTEM),
                version: reached,
                at: Moment::default(),
                author: None,
                through: String::new(),
                why: String::new(),
                action: Action::from_key(row.text(3)).ok_or_else(|| Error::internal("an unknown action in the history"))?,
                undone: false,
                changes,
            });
            if past.entries.len() == limit {
                break;
            }
        }
        if rows.len() < STRETCH as usize {
            past.whole = past.entries.len() < limit;
            break;
        }
    }
    for entry in &mut past.entries {
        let sql = "SELECT \"at\", \"author\", \"through\", \"why\", \"undone_by\" FROM \"changeset\" WHERE \"id\" = ?";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(entry.changeset)])).await?;
        if let Some(row) = rows.first() {
            (entry.at, entry.author) = (row.moment(0).unwrap_or_default(), row.link(1));
            (entry.through, entry.why) = (row.text(2).to_owned(), row.text(3).to_owned());
            entry.undone = row.link(4).is_some();
        }
    }
    Ok(past)
}

/// Images read at once while walking back.
const STRETCH: i64 = 500;

/// Images looked through at once for what fields became.
const IMAGES: i64 = 100;

/// What the fields of some images were when a change newer than a version touched them next; without those that none did.
async fn newer<'i>(tx: &mut Tx, record: Id, version: i64, images: impl Iterator<Item = &'i [u8]>) -> Result<HashMap<String, Json>> {
    let mut wanted = HashSet::new();
    for image in images {
        wanted.extend(Before::unpack(image)?.0.into_iter().map(|(key, _)| key));
    }
    let mut found = HashMap::new();
    let mut reached = version;
    while !wanted.is_empty() {
        let sql = "SELECT \"version\", \"before\" FROM \"history\" WHERE \"record\" = ? AND \"version\" > ? ORDER BY \"version\" LIMIT ?";
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(record), Value::Int(reached), Value::Int(IMAGES)])).await?;
        for row in rows.iter() {
            reached = row.int(0);
            for (key, was) in Before::unpack(row.bytes(1))?.0 {
                if wanted.remove(&key) {
                    found.insert(key, was);
                }
            }
        }
        if rows.len() < IMAGES as usize {
            break;
        }
    }
    Ok(found)
}

fn now(record: &Record, key: &str) -> Json {
    match record.carried.named(key) {
        Some((slot, field)) => field.kind.to_json(&record.values[slot]),
        None => Json::Array(record.lines(key).iter().map(line_image).collect()),
    }
}
