//! Search over everything the asker may see, grouped by entity.

use crate::Engine;
use crate::principal::{Principal, Through};
use kernel::{Id, Result, Value, fold};
use meta::field::Field;
use meta::filter::{Path, Test};
use meta::query::{Order, Page};
use meta::sql::{Alias, Sql};
use meta::{Entity, Filter, Record};
use store::{Dialect, Statement, Tx};

/// What was found of one entity.
#[derive(Debug)]
pub struct Group {
    /// The entity.
    pub entity: &'static str,
    /// The best of them.
    pub found: Vec<Found>,
    /// Whether there are more.
    pub more: bool,
}

/// A record that was found.
#[derive(Debug)]
pub struct Found {
    /// The record.
    pub id: Id,
    /// Its name.
    pub title: String,
    /// The record with the fields of the entity's columns, for what stands beside the name.
    pub record: Record,
    /// What else of the record, or of its lines, holds a word that the name does not.
    pub because: Vec<(Field, Value)>,
}

/// How many candidates of an entity are weighed.
const WEIGHED: usize = 100;

/// How many more whose name begins with what was asked, where there are more candidates than are weighed.
const BY_NAME: usize = 20;

/// Values that say why a record was found.
const REASONS: usize = 2;

impl Engine {
    /// Searches; up to `limit` records of each entity, the best first.
    pub async fn search(&self, who: &Principal, text: &str, limit: usize) -> Result<Vec<Group>> {
        let words = meta::words::asked(text);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let limit = limit.clamp(1, 50);
        let (engine, who, text) = (self.clone(), who.clone(), text.trim().chars().take(200).collect::<String>());
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let mut groups = Vec::new();
                    let model = who.model.clone();
                    for entity in model.entities().filter(|entity| entity.can.searchable && entity.can.public) {
                        if let Some(group) = engine.search_one(tx, &who, entity, (&text, &words), limit).await? {
                            groups.push(group);
                        }
                    }
                    Ok(groups)
                })
            })
            .await
    }

    async fn search_one(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        (text, words): (&str, &[String]),
        limit: usize,
    ) -> Result<Option<Group>> {
        let Some(seen) = who.seen(entity) else { return Ok(None) };
        let mut keys = vec![entity.title];
        keys.extend(entity.columns.iter().filter(|key| **key != entity.title));
        let fields: Vec<Field> = keys.iter().filter_map(|key| entity.field(key)).filter(|field| !field.secret).copied().collect();
        let expression = store::search_expression(self.inside.store.dialect(), words);
        let sql = self.compiling(who, |compile| {
            let here = Alias(0);
            let mut sql = Sql::new();
            sql.push("SELECT ").column(here, "id").push(",").column(here, "version");
            for field in &fields {
                sql.push(",").column(here, &field.column());
            }
            // The companion leads, newest first, so that the first hundred visible ones end the walk.
            let companion = format!("{}_search", entity.key);
            match self.inside.store.dialect() {
                Dialect::Sqlite => {
                    sql.push(" FROM ").name(&companion).push(" AS s CROSS JOIN ").name(entity.key).push(" AS ").alias(here);
                    sql.push(" ON ").column(here, "id").push(" = s.rowid WHERE ").name(&companion).push(" MATCH ").bind(expression.clone());
                }
                Dialect::Postgres => {
                    sql.push(" FROM ").name(&companion).push(" AS s JOIN ").name(entity.key).push(" AS ").alias(here);
                    sql.push(" ON ")
                        .column(here, "id")
                        .push(" = s.id WHERE s.words @@ CAST(CAST(")
                        .bind(expression.clone())
                        .push(" AS text) AS tsquery)");
                }
            }
            sql.push(" AND ").column(here, "removed_at").push(" IS NULL");
            if !seen.is_everything() {
                sql.push(" AND ");
                meta::query::probe(compile, &seen, entity, here, &mut sql)?;
            }
            match self.inside.store.dialect() {
                Dialect::Sqlite => sql.push(" ORDER BY s.rowid DESC LIMIT "),
                Dialect::Postgres => sql.push(" ORDER BY s.id DESC LIMIT "),
            };
            sql.number(WEIGHED as i64);
            Ok(sql)
        })?;
        let mut rows = tx.rows_as(&Statement::new(sql.text, sql.values), &crate::asking::kinds(&fields)).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        if hides_words(entity) {
            rows = self.without_hidden(tx, who, entity, words, rows).await?;
        }
        // Too many to weigh them all: the newest must not push out the one that is called just so.
        if let Some(title) = fields.first().filter(|title| title.sortable && title.key == entity.title && rows.len() == WEIGHED) {
            let sql = self.compiling(who, |compile| {
                Page {
                    entity,
                    fields: &fields,
                    filter: &Filter::Test(Path::of(entity.title), Test::Starts(text.to_owned())),
                    seen: &seen,
                    trash: false,
                    order: &[Order { field: *title, descending: false }],
                    after: None,
                    limit: BY_NAME,
                }
                .sql(compile)
            })?;
            let mut kinds = crate::asking::kinds(&fields);
            kinds.push(title.kind.column());
            for mut row in tx.rows_as(&Statement::new(sql.text, sql.values), &kinds).await? {
                row.truncate(fields.len() + 2);
                if rows.iter().all(|known| known.first() != row.first()) {
                    rows.push(row);
                }
            }
        }
        let carried = std::sync::Arc::new(meta::Carried::new(entity.key, fields));
        let mut found: Vec<(i32, Found)> = rows
            .into_iter()
            .map(|row| {
                let record = crate::asking::record(carried.clone(), row);
                let title = record.named(entity.title).text().to_owned();
                (weight(&title, text, words), Found { id: record.id, title, record, because: Vec::new() })
            })
            .collect();
        found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| other.id.cmp(&one.id)));
        let more = found.len() > limit;
        let mut found: Vec<Found> = found.into_iter().take(limit).map(|(_, found)| found).collect();
        self.reasons(tx, who, entity, words, &mut found).await?;
        Ok(Some(Group { entity: entity.key, found, more }))
    }

    /// Without those that are found only by words of fields that the asker may not know.
    async fn without_hidden(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        words: &[String],
        mut rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Vec<Value>>> {
        let ids: Vec<Id> = rows.iter().filter_map(|row| row.first().and_then(Value::link)).collect();
        let mut records = self.read_records(tx, who, entity, &ids, false, true).await?;
        records.iter_mut().for_each(Record::keep_secrets);
        let names = self.old_names(tx, entity, &ids).await?;
        let title = entity.field(entity.title).filter(|title| title.search && !title.secret);
        let says = |record: &Record| {
            let mut said = words_of(record);
            if let Some(title) = title {
                names.iter().filter(|(id, _)| *id == record.id).for_each(|(_, name)| keep(title, name, &mut said));
            }
            words.iter().all(|word| said.split(' ').any(|part| part.starts_with(word.as_str())))
        };
        let found: Vec<Id> = records.iter().filter(|record| says(record)).map(|record| record.id).collect();
        rows.retain(|row| row.first().and_then(Value::link).is_some_and(|id| found.contains(&id)));
        Ok(rows)
    }

    /// Reads why records were found, of those whose name does not say it.
    async fn reasons(&self, tx: &mut Tx, who: &Principal, entity: &Entity, words: &[String], found: &mut [Found]) -> Result<()> {
        let silent: Vec<Id> = found.iter().filter(|found| unsaid(&found.title, words).next().is_some()).map(|found| found.id).collect();
        if silent.is_empty() {
            return Ok(());
        }
        let records = self.read_records(tx, who, entity, &silent, false, true).await?;
        let names = self.old_names(tx, entity, &silent).await?;
        for found in found {
            let Some(record) = records.iter().find(|record| record.id == found.id) else { continue };
            let unsaid: Vec<&String> = unsaid(&found.title, words).collect();
            let title = entity.field(entity.title).filter(|title| title.search);
            let called = names.iter().filter(|(id, _)| *id == found.id).filter_map(|(_, name)| Some((title?, name)));
            found.because = searched(record)
                .chain(called)
                .filter(|(field, value)| {
                    let mut kept = String::new();
                    keep(field, value, &mut kept);
                    !field.secret && kept.split(' ').any(|part| unsaid.iter().any(|word| part.starts_with(word.as_str())))
                })
                .take(REASONS)
                .map(|(field, value)| (*field, value.clone()))
                .collect();
        }
        Ok(())
    }

    /// Learns the words of some records, whatever they were before: also the names of those that went into them.
    pub(crate) async fn search_learn(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<()> {
        if !entity.can.searchable {
            return Ok(());
        }
        let ids: Vec<Id> = records.iter().map(|record| record.id).collect();
        let mut words = words(records);
        if let Some(title) = entity.field(entity.title).filter(|title| title.search) {
            for (id, name) in self.old_names(tx, entity, &ids).await? {
                if let Some((_, words)) = words.iter_mut().find(|(of, _)| *of == id) {
                    keep(title, &name, words);
                }
            }
        }
        tx.search_put_many(entity.key, &words).await
    }

    /// Learns the words of a living record once more, since others went into it, or came out of it.
    pub(crate) async fn search_learn_again(&self, tx: &mut Tx, entity: &Entity, id: Id) -> Result<()> {
        let found = self.read_records(tx, &self.system(Through::Job), entity, &[id], false, true).await?;
        self.search_learn(tx, entity, &found).await
    }

    /// Learns the words of records that were just created.
    pub(crate) async fn search_learn_new(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<()> {
        if !entity.can.searchable {
            return Ok(());
        }
        tx.search_put_new(entity.key, &words(records)).await
    }

    /// Forgets a record's words.
    pub(crate) async fn search_forget(&self, tx: &mut Tx, entity: &Entity, id: Id) -> Result<()> {
        if entity.can.searchable { tx.search_remove(entity.key, id).await } else { Ok(()) }
    }
}

/// The very name weighs most, then whole words of it, then beginnings of its words, then everything else.
fn weight(title: &str, text: &str, words: &[String]) -> i32 {
    let title = fold(title);
    if title == fold(text) {
        return i32::MAX;
    }
    let in_title: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).collect();
    let starts = i32::from(words.first().is_some_and(|word| title.starts_with(word.as_str())));
    words
        .iter()
        .map(|word| {
            if in_title.contains(&word.as_str()) {
                4
            } else if in_title.iter().any(|part| part.starts_with(word.as_str())) {
                2
            } else {
                0
            }
        })
        .sum::<i32>()
        + starts
}

/// The words of a question that begin no word of a name.
fn unsaid<'w>(title: &str, words: &'w [String]) -> impl Iterator<Item = &'w String> {
    let title = fold(title);
    words.iter().filter(move |word| !title.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word.as_str())))
}

/// Whether some of the words that records are found by are hidden from whoever this description is for.
fn hides_words(entity: &Entity) -> bool {
    entity.carried.fields.iter().any(|field| field.secret && field.search) || entity.hides_lines
}

fn words(records: &[Record]) -> Vec<(Id, String)> {
    records.iter().map(|record| (record.id, words_of(record))).collect()
}

/// Whether a record has words that search should find it by.
pub(crate) fn has_words(record: &Record) -> bool {
    words_of(record).chars().any(char::is_alphanumeric)
}

fn words_of(record: &Record) -> String {
    let mut words = String::new();
    for (field, value) in searched(record) {
        keep(field, value, &mut words);
    }
    words
}

/// Adds the words of a field's value.
fn keep(field: &Field, value: &Value, into: &mut String) {
    meta::words::kept(field.kind, value, into);
    if field.series.is_some() {
        meta::words::numbered(value, into);
    }
}

/// The values that a record, with its lines, is found by.
fn searched(record: &Record) -> impl Iterator<Item = (&Field, &Value)> {
    let lines = record.lines.iter().flat_map(|(_, lines)| lines);
    let values = std::iter::once(record).chain(lines).flat_map(|one| one.carried.fields.iter().zip(&one.values));
    values.filter(|(field, value)| field.search && !value.is_empty())
}
