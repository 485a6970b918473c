//! Links that say again what a relation says: the company of a contact is the first of his places. They follow the records of
//! the link entity in the same commit, and are no change of the record they stand in: its version and its history stay.

use crate::Engine;
use kernel::{Id, IdSet, Result, Value};
use meta::entity::Mirror;
use meta::query::among;
use meta::sql::{Alias, Dialect, Sql};
use meta::{Entity, Model, Record};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::{Statement, Store, Tx};

/// Records that follow in one statement.
const MANY: usize = 500;

impl Engine {
    /// Fills the links of records that are made together with what they follow, before they are written: all that leads to them
    /// stands here.
    pub(super) fn mirror_fresh(&self, groups: &mut [(Arc<Entity>, Vec<Record>)]) {
        let model = self.model();
        for place in 0..groups.len() {
            let written = groups[place].0.clone();
            for (entity, mirror) in model.mirrors_of(written.key) {
                let Some((own, relation)) = entity.field(mirror.field).zip(entity.relation(mirror.relation)) else { continue };
                let value = |record: &Record, key: &str| written.field(key).map(|field| record.value(field.id).clone()).unwrap_or_default();
                let yes = |record: &Record, key: &str| value(record, key).bool();
                let mut firsts: HashMap<Id, ((bool, bool, Id), Value)> = HashMap::new();
                for record in &groups[place].1 {
                    let Some(parent) = value(record, relation.via).link() else { continue };
                    let rank = (yes(record, mirror.last), !yes(record, mirror.first), record.id);
                    if firsts.get(&parent).is_none_or(|(first, _)| rank < *first) {
                        firsts.insert(parent, (rank, value(record, relation.far.unwrap_or_default())));
                    }
                }
                let parents = groups.iter_mut().filter(|(of, _)| of.key == entity.key).flat_map(|(_, parents)| parents);
                for parent in parents {
                    if let Some((_, first)) = firsts.remove(&parent.id) {
                        parent.put(own.id, first);
                    }
                }
            }
        }
    }

    /// Has the records that these lead to follow: what was written, and what stood before. Those that were just made with
    /// them do so already.
    pub(crate) async fn follow_mirrors<'r>(
        &self,
        tx: &mut Tx,
        written: &Entity,
        records: impl IntoIterator<Item = &'r Record> + Clone + Send,
        fresh: &IdSet,
    ) -> Result<()> {
        let model = self.model();
        for (entity, mirror) in model.mirrors_of(written.key) {
            let Some(via) = entity.relation(mirror.relation).and_then(|relation| written.field(relation.via)) else { continue };
            let ids: BTreeSet<Id> =
                records.clone().into_iter().filter_map(|record| record.value(via.id).link()).filter(|id| !fresh.contains(id)).collect();
            let ids: Vec<Id> = ids.into_iter().collect();
            for some in ids.chunks(MANY) {
                // Two who write at once see one another.
                if tx.dialect() == Dialect::Postgres {
                    let mut hold = Sql::new();
                    hold.push("SELECT 1 FROM ").name(entity.key).push(" WHERE \"id\"");
                    among(some, &mut hold);
                    hold.push(" ORDER BY \"id\" FOR UPDATE");
                    tx.rows(&Statement::new(hold.text, hold.values)).await?;
                }
                let mut sql = mirrored(&model, entity, mirror);
                sql.push(" WHERE \"id\"");
                among(some, &mut sql);
                tx.execute(&Statement::new(sql.text, sql.values)).await?;
            }
            if !ids.is_empty() {
                self.announce(tx, entity, &ids).await?;
            }
        }
        Ok(())
    }
}

/// Has every record follow, where the column has just been added to a table that was there.
pub(crate) async fn fill(store: &Store, model: &Model, added: &[String]) -> Result<()> {
    for entity in model.entities() {
        for mirror in &entity.mirrors {
            if !entity.field(mirror.field).is_some_and(|field| added.contains(&format!("{}.{}", entity.key, field.column()))) {
                continue;
            }
            let sql = mirrored(model, entity, *mirror);
            store.write(move |tx| Box::pin(async move { tx.execute(&Statement::new(sql.text, sql.values)).await })).await?;
        }
    }
    Ok(())
}

/// `UPDATE contact SET account = (the first of its places)`, of all of them.
fn mirrored(model: &Model, entity: &Entity, mirror: Mirror) -> Sql {
    let mut sql = Sql::new();
    sql.push("UPDATE ").name(entity.key).push(" SET ").name(&column(Some(entity), mirror.field)).push(" = ");
    first(model, entity, mirror, &mut sql);
    sql
}

/// How many records say something else than their relation does.
pub(crate) fn differing(model: &Model, entity: &Entity, mirror: Mirror) -> Sql {
    let mut sql = Sql::new();
    sql.push("SELECT count(*) FROM ").name(entity.key).push(" WHERE ").name(&column(Some(entity), mirror.field)).push(" IS DISTINCT FROM ");
    first(model, entity, mirror, &mut sql);
    sql
}

/// Adds the question for what the first of a record's relation leads to.
fn first(model: &Model, entity: &Entity, mirror: Mirror, sql: &mut Sql) {
    let place = Alias(0);
    let relation = entity.relation(mirror.relation);
    let child = relation.and_then(|relation| model.child(relation)).map(std::convert::AsRef::as_ref);
    let far = relation.and_then(|relation| relation.far).unwrap_or_default();
    sql.push("(SELECT ")
        .column(place, &column(child, far))
        .push(" FROM ")
        .name(child.map_or("", |child| child.key))
        .push(" AS ")
        .alias(place);
    sql.push(" WHERE ").column(place, &column(child, relation.map_or("", |relation| relation.via)));
    sql.push(" = ").name(entity.key).push(".\"id\" AND ").column(place, "removed_at").push(" IS NULL ORDER BY ");
    sql.column(place, &column(child, mirror.last)).push(", ").column(place, &column(child, mirror.first)).push(" DESC, ");
    sql.column(place, "id").push(" LIMIT 1)");
}

/// Descriptions have been examined: there is such a field.
fn column(entity: Option<&Entity>, key: &str) -> String {
    entity.and_then(|entity| entity.field(key)).map(meta::Field::column).unwrap_or_default()
}
