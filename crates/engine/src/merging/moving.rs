//! Everything that leads to a record leads to the one that it became. A link is turned round and nothing else: what moves keeps
//! its version and its history, and a row says where it came from.

use super::system;
use crate::Engine;
use crate::duplicates::{self, State, Two};
use crate::write::Writing;
use kernel::{Id, IdSet, Result, Value};
use meta::query::among;
use meta::sql::Sql;
use meta::{Entity, Field, Kind, Model, Record};
use std::sync::Arc;
use store::{Statement, Tx};

/// What stands beside the records and names one: the table, and what each of its rows is told from the others by.
const BESIDE: [(&str, &str); 3] = [("favourite", "user"), ("recent", "user"), ("notification", "id")];

/// What a pair of the queue that follows is noted as.
const PAIR: &str = "duplicate_pair";

/// Records read at once.
const MANY: usize = 500;

/// Every link that may lead to a record of an entity, apart from those of its own lines, and those that say again what others say.
pub(super) fn links_to(model: &Model, entity: &Entity) -> Vec<(Arc<Entity>, Field)> {
    let mut links = Vec::new();
    for other in model.entities() {
        for field in other.fields.iter().filter(|field| !field.system) {
            let leads_here = match field.kind {
                Kind::Link(target) => target == entity.key,
                Kind::About(targets) => targets.contains(&entity.key),
                _ => false,
            };
            let line = entity.owned().any(|relation| relation.child == other.key && relation.via == field.key);
            let again = other.mirrors.iter().any(|mirror| mirror.field == field.key);
            if leads_here && !line && !again {
                links.push((other.clone(), *field));
            }
        }
    }
    links
}

impl Engine {
    /// Has everything that lives and leads to one of these lead to another, those excepted that stay behind. Gives how many
    /// records moved, by entity. Asked again, it finds what has come since.
    pub(super) async fn move_attached(
        &self,
        tx: &mut Tx,
        merge: Id,
        entity: &Entity,
        kept: Id,
        gone: &[Id],
        behind: &[(&'static str, Id)],
    ) -> Result<Vec<(&'static str, u64)>> {
        let mut moved: Vec<(&'static str, u64)> = Vec::new();
        for (other, field) in links_to(&self.model(), entity) {
            let mut stay: Vec<Id> = behind.iter().filter(|(of, _)| *of == other.key).map(|(_, id)| *id).collect();
            if other.key == entity.key {
                // What these say of one another is theirs.
                stay.push(kept);
                stay.extend(gone);
            }
            let which = |sql: &mut Sql| {
                sql.push(" WHERE \"removed_at\" IS NULL AND ").name(&field.column());
                among(gone, sql);
                if !stay.is_empty() {
                    sql.push(" AND NOT (\"id\"");
                    among(&stay, sql);
                    sql.push(")");
                }
            };
            let mut note = Sql::new();
            note.push("INSERT INTO \"merge_move\" (\"merge\", \"entity\", \"field\", \"record\", \"was\") SELECT ").number(merge.number());
            note.push(", '").push(other.key).push("', '").push(field.key).push("', \"id\", ").name(&field.column());
            note.push(" FROM ").name(other.key);
            which(&mut note);
            note.push(" ON CONFLICT DO NOTHING");
            tx.execute(&Statement::new(note.text, note.values)).await?;
            let mut turn = Sql::new();
            turn.push("UPDATE ").name(other.key).push(" SET ").name(&field.column()).push(" = ").bind(kept);
            which(&mut turn);
            let count = tx.execute(&Statement::new(turn.text, turn.values)).await?;
            if count == 0 {
                continue;
            }
            match moved.iter_mut().find(|(key, _)| *key == other.key) {
                Some((_, sum)) => *sum += count,
                None => moved.push((other.key, count)),
            }
            self.follow_turned(tx, merge, &other, &field, &[gone, &[kept]].concat()).await?;
        }
        for (table, by) in BESIDE {
            for id in gone {
                let which = |sql: &mut Sql| {
                    sql.push(" WHERE \"record\" = ").bind(*id);
                    if by == "user" {
                        sql.push(" AND \"user\" NOT IN (SELECT \"user\" FROM ")
                            .name(table)
                            .push(" WHERE \"record\" = ")
                            .bind(kept)
                            .push(")");
                    }
                };
                let mut note = Sql::new();
                note.push("INSERT INTO \"merge_move\" (\"merge\", \"entity\", \"field\", \"record\", \"was\") SELECT ");
                note.number(merge.number()).push(", '").push(table).push("', 'record', ").name(by).push(", \"record\" FROM ").name(table);
                which(&mut note);
                note.push(" ON CONFLICT DO NOTHING");
                tx.execute(&Statement::new(note.text, note.values)).await?;
                let mut turn = Sql::new();
                turn.push("UPDATE ").name(table).push(" SET \"record\" = ").bind(kept);
                which(&mut turn);
                tx.execute(&Statement::new(turn.text, turn.values)).await?;
            }
        }
        Ok(moved)
    }

    /// Of the queue of doubles: those that were merged are one, and what was called different from one of them is different from
    /// the one that stays.
    pub(super) async fn settle_pairs(
        &self,
        tx: &mut Tx,
        merge: Id,
        writing: &Writing,
        entity: &Entity,
        kept: Id,
        gone: &[Id],
    ) -> Result<()> {
        let all = [&[kept], gone].concat();
        for (place, one) in all.iter().enumerate() {
            for pair in all.iter().skip(place + 1).filter_map(|other| Two::new(*one, *other)) {
                duplicates::say(tx, entity.key, pair, State::Merged, writing.now, writing.who.user).await?;
            }
        }
        for id in gone {
            let sql = "SELECT \"a\", \"b\" FROM \"duplicate_pair\" WHERE \"state\" = 'different' AND (\"a\" = ? OR \"b\" = ?)";
            let rows = tx.rows(&Statement::new(sql, vec![Value::Link(*id), Value::Link(*id)])).await?;
            let others = rows.iter().filter_map(|row| Some(if row.link(0)? == *id { row.link(1)? } else { row.link(0)? }));
            for (other, pair) in others.collect::<Vec<_>>().into_iter().filter_map(|other| Some((other, Two::new(kept, other)?))) {
                let there = "SELECT 1 FROM \"duplicate_pair\" WHERE \"a\" = ? AND \"b\" = ?";
                if !tx.rows(&Statement::new(there, vec![Value::Link(pair.a), Value::Link(pair.b)])).await?.is_empty() {
                    continue;
                }
                duplicates::say(tx, entity.key, pair, State::Different, writing.now, writing.who.user).await?;
                let note = "INSERT INTO \"merge_move\" (\"merge\", \"entity\", \"field\", \"record\", \"was\") VALUES (?, ?, ?, ?, ?)";
                let values = vec![Value::Link(merge), PAIR.into(), PAIR.into(), Value::Link(other), Value::Link(*id)];
                tx.execute(&Statement::new(note, values)).await?;
            }
        }
        tx.announce(duplicates::TOPIC).await
    }

    /// The queue after a merge was taken back: what it added is gone, and whoever took it back has said that these are different.
    pub(super) async fn unsettle_pairs(
        &self,
        tx: &mut Tx,
        merge: Id,
        writing: &Writing,
        entity: &Entity,
        kept: Id,
        gone: &[Id],
    ) -> Result<()> {
        let mut sql = Sql::new();
        noted(merge, PAIR, None, None, &mut sql);
        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
        for pair in rows.iter().filter_map(|row| Two::new(kept, row.link(0)?)).collect::<Vec<_>>() {
            let gone = "DELETE FROM \"duplicate_pair\" WHERE \"a\" = ? AND \"b\" = ?";
            tx.execute(&Statement::new(gone, vec![Value::Link(pair.a), Value::Link(pair.b)])).await?;
        }
        let all = [&[kept], gone].concat();
        for (place, one) in all.iter().enumerate() {
            for pair in all.iter().skip(place + 1).filter_map(|other| Two::new(*one, *other)) {
                duplicates::say(tx, entity.key, pair, State::Different, writing.now, writing.who.user).await?;
            }
        }
        tx.announce(duplicates::TOPIC).await
    }

    /// Gives what moved back to one of the records that went, as far as it still leads to the one that stayed. Gives how many.
    pub(super) async fn move_back(&self, tx: &mut Tx, merge: Id, entity: &Entity, kept: Id, gone: Id) -> Result<u64> {
        let mut moved = 0;
        for (other, field) in links_to(&self.model(), entity) {
            let mut turn = Sql::new();
            turn.push("UPDATE ").name(other.key).push(" SET ").name(&field.column()).push(" = ").bind(gone).push(" WHERE ");
            turn.name(&field.column()).push(" = ").bind(kept).push(" AND \"id\" IN (");
            noted(merge, other.key, Some(field.key), Some(gone), &mut turn);
            turn.push(")");
            let count = tx.execute(&Statement::new(turn.text, turn.values)).await?;
            moved += count;
            if count > 0 {
                self.follow_turned(tx, merge, &other, &field, &[kept, gone]).await?;
            }
        }
        for (table, by) in BESIDE {
            let mut turn = Sql::new();
            turn.push("UPDATE ").name(table).push(" SET \"record\" = ").bind(gone).push(" WHERE \"record\" = ").bind(kept);
            turn.push(" AND ").name(by).push(" IN (");
            noted(merge, table, Some("record"), Some(gone), &mut turn);
            turn.push(")");
            tx.execute(&Statement::new(turn.text, turn.values)).await?;
        }
        Ok(moved)
    }

    /// How many records that moved lead somewhere else by now, by entity.
    pub(super) async fn moved_on(&self, tx: &mut Tx, merge: Id, entity: &Entity, kept: Id) -> Result<Vec<(&'static str, i64)>> {
        let mut on = Vec::new();
        for (other, field) in links_to(&self.model(), entity) {
            let mut sql = Sql::new();
            sql.push("SELECT count(*) FROM ").name(other.key).push(" WHERE \"id\" IN (");
            noted(merge, other.key, Some(field.key), None, &mut sql);
            sql.push(") AND (").name(&field.column()).push(" IS NULL OR ").name(&field.column()).push(" <> ").bind(kept).push(")");
            let count = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
            if count > 0 {
                on.push((other.key, count));
            }
        }
        Ok(on)
    }

    /// What is attached to the record that stayed and came there since, by entity.
    pub(super) async fn came_since(
        &self,
        tx: &mut Tx,
        merge: Id,
        entity: &Entity,
        kept: Id,
        at: kernel::Moment,
    ) -> Result<Vec<(&'static str, i64)>> {
        let mut came: Vec<(&'static str, i64)> = Vec::new();
        for (other, field) in links_to(&self.model(), entity).into_iter().filter(|(other, _)| other.can.public) {
            let mut sql = Sql::new();
            sql.push("SELECT count(*) FROM ").name(other.key).push(" WHERE \"removed_at\" IS NULL AND ").name(&field.column());
            sql.push(" = ").bind(kept).push(" AND \"created_at\" > ").bind(at).push(" AND \"id\" NOT IN (");
            noted(merge, other.key, None, None, &mut sql);
            sql.push(")");
            let count = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
            match came.iter_mut().find(|(key, _)| *key == other.key) {
                // Most of what stands on two cards of one kind stands on one of them by two links.
                Some((_, most)) => *most = count.max(*most),
                None if count > 0 => came.push((other.key, count)),
                None => {}
            }
        }
        Ok(came)
    }

    /// What follows the links of an entity's records follows those that were turned: timelines, links that say them again, who
    /// may do what, pages that are open.
    async fn follow_turned(&self, tx: &mut Tx, merge: Id, other: &Entity, field: &Field, ends: &[Id]) -> Result<()> {
        if other.happens.is_some() {
            self.timeline_anew(tx, merge, other).await?;
        }
        let model = self.model();
        if model.mirrors_of(other.key).next().is_some() {
            let mut sql = Sql::new();
            noted(merge, other.key, Some(field.key), None, &mut sql);
            let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
            let ids: Vec<Id> = rows.iter().filter_map(|row| row.link(0)).collect();
            for some in ids.chunks(MANY) {
                let records = self.read_records(tx, &system(self), other, some, false, false).await?;
                // As they stand, and as they stood at either end.
                let turned = |to: Id| {
                    records.iter().map(move |record| {
                        let mut record = record.clone();
                        record.put(field.id, Value::Link(to));
                        record
                    })
                };
                let mut all: Vec<Record> = ends.iter().flat_map(|end| turned(*end)).collect();
                all.extend(records.iter().cloned());
                self.follow_mirrors(tx, other, &all, &IdSet::default()).await?;
            }
        }
        self.announce(tx, other, &[]).await
    }

    /// Writes the timelines of what moved anew.
    async fn timeline_anew(&self, tx: &mut Tx, merge: Id, other: &Entity) -> Result<()> {
        let Some(happens) = &other.happens else { return Ok(()) };
        let mut gone = Sql::new();
        gone.push("DELETE FROM \"timeline\" WHERE \"record\" IN (");
        noted(merge, other.key, None, None, &mut gone);
        gone.push(")");
        tx.execute(&Statement::new(gone.text, gone.values)).await?;
        let column = |key: &str| other.field(key).map(Field::column).unwrap_or_default();
        for link in &happens.links {
            let mut there = Sql::new();
            there.push("INSERT INTO \"timeline\" (\"card\", \"entity\", \"at\", \"record\") SELECT ").name(&column(link));
            there.push(", '").push(other.key).push("', ").name(&column(happens.at)).push(", \"id\" FROM ").name(other.key);
            there.push(" WHERE \"id\" IN (");
            noted(merge, other.key, None, None, &mut there);
            there.push(") AND \"removed_at\" IS NULL AND ").name(&column(link)).push(" IS NOT NULL AND ");
            there.name(&column(happens.at)).push(" IS NOT NULL");
            if let Some(under) = happens.under {
                there.push(" AND ").name(&column(under)).push(" IS NULL");
            }
            there.push(" ON CONFLICT DO NOTHING");
            tx.execute(&Statement::new(there.text, there.values)).await?;
        }
        Ok(())
    }
}

/// Adds the question for the records that a merge moved.
fn noted(merge: Id, entity: &str, field: Option<&str>, was: Option<Id>, sql: &mut Sql) {
    sql.push("SELECT \"record\" FROM \"merge_move\" WHERE \"merge\" = ").bind(merge).push(" AND \"entity\" = ").bind(entity);
    if let Some(field) = field {
        sql.push(" AND \"field\" = ").bind(field);
    }
    if let Some(was) = was {
        sql.push(" AND \"was\" = ").bind(was);
    }
}
