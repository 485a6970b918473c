//! What each person had open last: a few identities for each, seen through his rights of the moment.

use crate::Engine;
use crate::principal::Principal;
use crate::search::Found;
use kernel::{Id, Result, Value};
use meta::sql::Sql;
use meta::{Entity, Record};
use store::{Statement, Tx};

/// So many are kept of each person: some of them may have gone out of sight.
const KEPT: usize = 30;

impl Engine {
    /// Notes that somebody opened a record. Opening the same one again writes nothing.
    pub async fn opened(&self, who: &Principal, entity: &Entity, record: Id) -> Result<()> {
        if who.looks {
            return Ok(());
        }
        let Some(user) = who.user else { return Ok(()) };
        let (now, entity) = (self.now(), entity.key);
        let known = self.inside.store.read(move |tx| Box::pin(async move { newest(tx, "recent", user, 1).await })).await?;
        if known.first().is_some_and(|(_, known)| *known == record) {
            return Ok(());
        }
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let note = "INSERT INTO \"recent\" (\"user\", \"record\", \"entity\", \"at\") VALUES (?, ?, ?, ?) \
                                ON CONFLICT (\"user\", \"record\") DO UPDATE SET \"at\" = excluded.\"at\" \
                                WHERE \"recent\".\"at\" < excluded.\"at\"";
                    let values = vec![Value::Link(user), Value::Link(record), entity.into(), Value::Moment(now)];
                    tx.execute(&Statement::new(note, values)).await?;
                    let old = "DELETE FROM \"recent\" WHERE \"user\" = ? AND \"at\" < \
                               (SELECT \"at\" FROM \"recent\" WHERE \"user\" = ? ORDER BY \"at\" DESC LIMIT 1 OFFSET ?)";
                    let values = vec![Value::Link(user), Value::Link(user), Value::Int(KEPT as i64 - 1)];
                    tx.execute(&Statement::new(old, values)).await.map(|_| ())
                })
            })
            .await
    }

    /// The records that somebody had open last, the latest first, as far as they live and he may see them now.
    pub async fn recents(&self, who: &Principal, most: usize) -> Result<Vec<(&'static str, Found)>> {
        self.noted(who, "recent", KEPT, most).await
    }

    /// What one of these tables notes of a person: its newest so many, of which the first `most` that live and that he may see now.
    pub(crate) async fn noted(
        &self,
        who: &Principal,
        table: &'static str,
        newest: usize,
        most: usize,
    ) -> Result<Vec<(&'static str, Found)>> {
        let Some(user) = who.user else { return Ok(Vec::new()) };
        let (engine, who) = (self.clone(), who.clone());
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let noted = self::newest(tx, table, user, newest).await?;
                    engine.seen_of(tx, &who, &noted, most).await
                })
            })
            .await
    }

    /// Of these records, by entity, the first so many that live and that he may see now, in their order.
    async fn seen_of(&self, tx: &mut Tx, who: &Principal, noted: &[(String, Id)], most: usize) -> Result<Vec<(&'static str, Found)>> {
        let mut found: Vec<(usize, &'static str, Record)> = Vec::new();
        let model = &who.model;
        for entity in model.entities().filter(|entity| entity.can.public) {
            let ids: Vec<Id> = noted.iter().filter(|(of, _)| of == entity.key).map(|(_, id)| *id).collect();
            if ids.is_empty() || who.seen(entity).is_none() {
                continue;
            }
            let records = self.read_records(tx, who, entity, &ids, false, false).await?;
            let place = |record: &Record| noted.iter().position(|(_, id)| *id == record.id).unwrap_or(usize::MAX);
            found.extend(records.into_iter().map(|record| (place(&record), entity.key, record)));
        }
        found.sort_by_key(|(place, ..)| *place);
        let found = found.into_iter().take(most).map(|(_, key, record)| {
            let title = model.entity(key).map(|entity| record.named(entity.title).text().to_owned()).unwrap_or_default();
            (key, Found { id: record.id, title, record, because: Vec::new() })
        });
        Ok(found.collect())
    }
}

/// The newest notes of a person in one of the tables: entity and record.
async fn newest(tx: &mut Tx, table: &'static str, user: Id, most: usize) -> Result<Vec<(String, Id)>> {
    let mut sql = Sql::new();
    sql.push("SELECT \"entity\", \"record\" FROM ").name(table).push(" WHERE \"user\" = ").bind(user);
    sql.push(" ORDER BY \"at\" DESC, \"record\" DESC LIMIT ").number(most as i64);
    let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
    Ok(rows.iter().filter_map(|row| Some((row.text(0).to_owned(), row.link(1)?))).collect())
}
