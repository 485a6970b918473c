//! Search over everything the asker may see, grouped by entity.

use crate::Engine;
use crate::principal::Principal;
use kernel::{Id, Result, fold};
use meta::field::Field;
use meta::sql::{Alias, Sql};
use meta::{Entity, Record};
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
}

/// How many candidates of an entity are weighed.
const WEIGHED: usize = 100;

impl Engine {
    /// Searches; up to `limit` records of each entity, the best first.
    pub async fn search(&self, who: &Principal, text: &str, limit: usize) -> Result<Vec<Group>> {
        let words = meta::words::asked(text);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let limit = limit.clamp(1, 50);
        let (engine, who) = (self.clone(), who.clone());
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let mut groups = Vec::new();
                    let model = engine.model();
                    for entity in model.entities().filter(|entity| entity.can.searchable && entity.can.public) {
                        if let Some(group) = engine.search_one(tx, &who, entity, &words, limit).await? {
                            groups.push(group);
                        }
                    }
                    Ok(groups)
                })
            })
            .await
    }

    async fn search_one(&self, tx: &mut Tx, who: &Principal, entity: &Entity, words: &[String], limit: usize) -> Result<Option<Group>> {
        let model = self.model();
        let Some(seen) = who.seen(&model, entity) else { return Ok(None) };
        let mut keys = vec![entity.title];
        keys.extend(entity.columns.iter().filter(|key| **key != entity.title));
        let fields: Vec<Field> = keys.iter().filter_map(|key| entity.field(key)).filter(|field| !field.secret).copied().collect();
        let expression = store::search_expression(self.inside.store.dialect(), words);
        let sql = self.compiling(who, &model, |compile| {
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
        let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &crate::asking::kinds(&fields)).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let carried = std::sync::Arc::new(meta::Carried::new(entity.key, fields));
        let mut found: Vec<(i32, Found)> = rows
            .into_iter()
            .map(|row| {
                let record = crate::asking::record(carried.clone(), row);
                let title = record.named(entity.title).text().to_owned();
                (weight(&title, words), Found { id: record.id, title, record })
            })
            .collect();
        found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| other.id.cmp(&one.id)));
        let more = found.len() > limit;
        let found = found.into_iter().take(limit).map(|(_, found)| found).collect();
        Ok(Some(Group { entity: entity.key, found, more }))
    }

    /// Learns the words of some records, whatever they were before.
    pub(crate) async fn search_learn(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<()> {
        if !entity.can.searchable {
            return Ok(());
        }
        tx.search_put_many(entity.key, &words(records)).await
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

/// Whole words of the name weigh most, then beginnings of its words, then everything else.
fn weight(title: &str, words: &[String]) -> i32 {
    let title = fold(title);
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

fn words(records: &[Record]) -> Vec<(Id, String)> {
    records.iter().map(|record| (record.id, words_of(record))).collect()
}

/// Whether a record has words that search should find it by.
pub(crate) fn has_words(record: &Record) -> bool {
    words_of(record).chars().any(char::is_alphanumeric)
}

fn words_of(record: &Record) -> String {
    let mut words = String::new();
    let lines = record.lines.iter().flat_map(|(_, lines)| lines);
    for one in std::iter::once(record).chain(lines) {
        for (field, value) in one.carried.fields.iter().zip(&one.values) {
            if field.search && !value.is_empty() {
                meta::words::kept(field.kind, value, &mut words);
            }
        }
    }
    words
}
