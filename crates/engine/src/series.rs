//! Number series: what is issued by number takes the next one in the transaction that creates the record, so that none is
//! given twice and none is missing, on however many nodes. The counter of a series is one row for each year, or month.

use crate::area::{Change, Slice};
use crate::own_fields::OWN_FIELD;
use crate::principal::{Principal, Through};
use crate::write::{Act, Draft};
use crate::{Engine, epoch};
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::entity::Visibility;
use meta::fields::{Code, Text, code, term_key, text};
use meta::series::PLAIN;
use meta::{Entity, Model, Pattern, Record, Series};
use std::collections::HashMap;
use store::{Statement, Tx, Work};

/// The entity of series.
pub const SERIES: &str = "series";

/// The greatest number that a series is told to go on from.
pub const MOST: i64 = 999_999_999_999;

meta::entity! { "series" {
    /// What it is called, in Italian.
    NAME: Text = text("name").required().search().sortable(),
    /// In English; the Italian words where it is empty.
    ENGLISH: Text = text("english"),
    /// How its numbers are written.
    PATTERN: Text = text("pattern").required().default(PLAIN),
    /// The stable key by which fields name it.
    KEY: Code = code("key").read_only().unique(),
}}

pub(crate) fn slice() -> Slice {
    let series = Entity::new(SERIES, "series", fields())
        .titled(&NAME)
        .seen(Visibility::Administrators)
        .columns(&["name", "english", "pattern", "key"])
        .section("series", &["name", "english", "pattern"])
        .kept();
    Slice::new("series").entity(series).hook(SERIES, examine)
}

/// A series gets its key from its name and keeps it; its pattern gives numbers; one that a field takes its numbers from stays.
fn examine<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            unused(tx, change).await?;
        } else {
            if change.after.get(&KEY).is_empty() {
                let name = change.after.get(&NAME).to_owned();
                let key = term_key(&name).ok_or_else(|| Error::invalid(NAME.field.key, Say::new("error-term").with("term", &name)))?;
                if is_known(tx, &key).await? {
                    return Err(Error::invalid(NAME.field.key, Say::new("error-taken")));
                }
                change.put(KEY.id(), key);
            }
            Pattern::parse(change.after.get(&PATTERN)).map_err(|say| Error::invalid(PATTERN.field.key, say))?;
        }
        // Every node that writes after this commit reads them again before.
        epoch::count(tx, epoch::DESCRIPTIONS).await
    })
}

/// Whether a key is a series', or was: fields in the trash may still name it.
async fn is_known(tx: &mut Tx, key: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM \"series\" WHERE \"key\" = ?";
    Ok(!tx.rows(&Statement::new(sql, vec![key.into()])).await?.is_empty())
}

async fn unused(tx: &mut Tx, change: &Change) -> Result<()> {
    let key = change.after.get(&KEY);
    let mut names: Vec<String> = uses(&change.model, key).into_iter().map(|(entity, field)| named(&change.model, entity, field)).collect();
    // What another node added meanwhile.
    let sql = format!("SELECT \"label\" FROM \"{OWN_FIELD}\" WHERE \"series\" = ? AND \"removed_at\" IS NULL");
    names.extend(tx.rows(&Statement::new(sql, vec![key.into()])).await?.iter().map(|row| row.text(0).to_owned()));
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = names.iter().map(|name| format!("«{name}»")).collect();
    Err(Error::invalid("", Say::new("error-series-used").with("uses", names.join(", "))))
}

fn named(model: &Model, entity: &str, field: &str) -> String {
    model.spoken.get(&format!("field-{entity}-{field}")).map_or_else(|| format!("{entity}.{field}"), |[italian, _]| italian.clone())
}

/// The fields that take their numbers from a series: entity and field.
pub fn uses(model: &Model, series: &str) -> Vec<(&'static str, &'static str)> {
    let fields = model.entities().flat_map(|entity| entity.fields.iter().map(|field| (entity.key, field)));
    fields.filter(|(_, field)| field.series == Some(series)).map(|(entity, field)| (entity, field.key)).collect()
}

/// The living series, by key. One whose pattern is none any more has the plain one.
pub(crate) async fn read(tx: &mut Tx) -> Result<HashMap<String, Series>> {
    let sql = "SELECT \"key\", \"name\", \"english\", \"pattern\" FROM \"series\" WHERE \"removed_at\" IS NULL";
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    let series = |row: store::Row<'_>| {
        let english = if row.text(2).is_empty() { row.text(1) } else { row.text(2) };
        let pattern = Pattern::parse(row.text(3)).or_else(|_| Pattern::parse(PLAIN)).ok()?;
        Some((row.text(0).to_owned(), Series { italian: row.text(1).to_owned(), english: english.to_owned(), pattern }))
    };
    Ok(rows.iter().filter_map(series).collect())
}

impl Engine {
    /// Makes the series that declared fields take numbers from, where there are none yet: as a slice describes them, or plain.
    pub(crate) async fn begin_series(&self, described: &[(&'static str, [&'static str; 3])]) -> Result<()> {
        let declared = self.inside.declared.entities.iter().flat_map(|entity| &entity.fields).filter_map(|field| field.series);
        let mut wanted: Vec<(&'static str, [&'static str; 3])> = described.to_vec();
        for key in declared {
            if !wanted.iter().any(|(known, _)| *known == key) {
                wanted.push((key, [key, "", PLAIN]));
            }
        }
        for (key, [italian, english, pattern]) in wanted {
            if self.inside.store.read(move |tx| Box::pin(is_known(tx, key))).await? {
                continue;
            }
            let draft =
                Draft::new(SERIES).with(NAME.id(), italian).with(ENGLISH.id(), english).with(PATTERN.id(), pattern).with(KEY.id(), key);
            match self.write(&self.system(Through::Job), "begin-series", vec![Act::Create(draft)]).await {
                // Another node was quicker.
                Ok(_) | Err(Error::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.load_descriptions().await
    }

    /// Gives new records the numbers that their fields take, in their order. What a rule of the program gave stays.
    pub(crate) async fn number(&self, tx: &mut Tx, now: Moment, entity: &Entity, records: &mut [Record]) -> Result<()> {
        let mut numbered: Vec<(usize, &'static str)> =
            entity.carried.fields.iter().enumerate().filter_map(|(slot, field)| Some((slot, field.series?))).collect();
        // Whoever takes from several series takes in the same order.
        numbered.sort_unstable_by_key(|(slot, series)| (*series, *slot));
        for (slot, series) in numbered {
            let mut without: Vec<&mut Record> = records.iter_mut().filter(|record| record.values[slot].is_empty()).collect();
            if without.is_empty() {
                continue;
            }
            let numbers = self.take(tx, now, series, without.len()).await?;
            for (record, number) in without.iter_mut().zip(numbers) {
                record.values[slot] = Value::from(number);
            }
        }
        Ok(())
    }

    /// Takes so many numbers of a series, written. They come back to it where the transaction does not come to its end.
    pub(crate) async fn take(&self, tx: &mut Tx, now: Moment, series: &str, count: usize) -> Result<Vec<String>> {
        let pattern = self.pattern(series)?;
        let day = now.date(&self.settings().zone);
        let count = i64::try_from(count).map_err(Error::internal)?;
        // Whoever comes next waits here until this transaction has ended.
        let sql = "INSERT INTO \"series_counter\" (\"series\", \"period\", \"number\") VALUES (?, ?, ?) \
                   ON CONFLICT (\"series\", \"period\") DO UPDATE SET \"number\" = \"series_counter\".\"number\" + excluded.\"number\" \
                   RETURNING \"number\"";
        let values = vec![series.into(), pattern.period(day).into(), Value::Int(count)];
        let last = crate::asking::one_number(tx, &Statement::new(sql, values)).await?;
        Ok((last - count + 1..=last).map(|number| pattern.write(day, number)).collect())
    }

    fn pattern(&self, series: &str) -> Result<Pattern> {
        match self.model().series.get(series) {
            Some(series) => Ok(series.pattern.clone()),
            None => Pattern::parse(PLAIN).map_err(|say| Error::internal(say.key)),
        }
    }

    /// The next number of each series, by its key, and how it will be written.
    ///
    /// Errors: forbidden for whoever administers nothing.
    pub async fn next_numbers(&self, who: &Principal) -> Result<HashMap<String, (i64, String)>> {
        who.administers()?;
        let (model, day) = (self.model(), self.today());
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let mut next = HashMap::new();
                    for (key, series) in model.series.iter() {
                        let place = [Value::from(key.as_str()), Value::from(series.pattern.period(day))];
                        let number = counted(tx, place).await? + 1;
                        next.insert(key.clone(), (number, series.pattern.write(day, number)));
                    }
                    Ok(next)
                })
            })
            .await
    }

    /// Has a series go on from a number, in the year or month that is now: never from one that may be given already.
    ///
    /// Errors: forbidden for whoever administers nothing; invalid where the number is lower than the next one, or too great.
    pub async fn raise_series(&self, who: &Principal, id: Id, next: i64) -> Result<()> {
        who.administers()?;
        let writing = self.writing(who, "series")?;
        let entity = self.entity(SERIES)?;
        let (record, _) = self.show(who, &entity, id).await?;
        if next > MOST {
            return Err(Error::invalid("next", Say::new("error-series-most").with("most", MOST)));
        }
        let engine = self.clone();
        let key = record.get(&KEY).to_owned();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    engine.catch_up(tx).await?;
                    let period = engine.pattern(&key)?.period(writing.now.date(&engine.settings().zone));
                    let place = [Value::from(key.as_str()), Value::from(period)];
                    let [of, period] = place.clone();
                    let there = "INSERT INTO \"series_counter\" (\"series\", \"period\", \"number\") VALUES (?, ?, 0) \
                                 ON CONFLICT (\"series\", \"period\") DO NOTHING";
                    tx.execute(&Statement::new(there, vec![of.clone(), period.clone()])).await?;
                    let raise = "UPDATE \"series_counter\" SET \"number\" = ? WHERE \"series\" = ? AND \"period\" = ? AND \"number\" <= ?";
                    let values = vec![Value::Int(next - 1), of, period, Value::Int(next - 1)];
                    if tx.execute(&Statement::new(raise, values)).await? == 0 {
                        let now = counted(tx, place).await? + 1;
                        return Err(Error::invalid("next", Say::new("error-series-lowered").with("next", now)));
                    }
                    tx.announce(SERIES).await
                })
            })
            .await
    }
}

/// How many numbers were given in a stretch of a series.
async fn counted(tx: &mut Tx, [series, period]: [Value; 2]) -> Result<i64> {
    let sql = "SELECT \"number\" FROM \"series_counter\" WHERE \"series\" = ? AND \"period\" = ?";
    crate::asking::one_number(tx, &Statement::new(sql, vec![series, period])).await
}
