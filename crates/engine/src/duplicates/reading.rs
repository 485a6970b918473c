//! What is compared of records, read without the rest: of some, as somebody may know them, or of all, in streams.

use crate::Engine;
use crate::asking::{kinds, record};
use crate::principal::Principal;
use kernel::{Id, Result, Value};
use meta::field::Field;
use meta::query::among;
use meta::sql::{Alias, Sql};
use meta::{Carried, Entity, Model, Record, Relation};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Statement, Tx};

/// Which fields and lines of an entity are read to be compared.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) entity: Arc<Entity>,
    carried: Arc<Carried>,
    lines: Vec<Lines>,
}

/// The lines of one relation.
#[derive(Clone)]
struct Lines {
    relation: Relation,
    child: Arc<Entity>,
    /// The link to the record, then what is compared.
    carried: Arc<Carried>,
}

/// The alias of the only table of a question.
const HERE: Alias = Alias(0);

impl Reading {
    /// Of an entity as a model knows it: what is hidden there is not read. `beside` are fields to be shown with the record.
    pub(super) fn new(model: &Model, entity: &Arc<Entity>, beside: &[&str]) -> Reading {
        let (mut fields, mut lines): (Vec<Field>, Vec<Lines>) = (Vec::new(), Vec::new());
        for (relation, field) in entity.compared.iter().flat_map(|name| model.compared(entity, name)) {
            if field.secret {
                continue;
            }
            match relation {
                None => fields.push(*field),
                Some(relation) => {
                    let Some(child) = model.child(relation) else { continue };
                    let via = child.field(relation.via).into_iter().copied();
                    lines.push(Lines {
                        relation: *relation,
                        carried: Arc::new(Carried::new(child.key, via.chain([*field]).collect())),
                        child: child.clone(),
                    });
                }
            }
        }
        for field in beside.iter().filter_map(|key| entity.field(key)).filter(|field| !field.secret) {
            if !fields.iter().any(|known| known.id == field.id) {
                fields.push(*field);
            }
        }
        Reading { carried: Arc::new(Carried::new(entity.key, fields)), entity: entity.clone(), lines }
    }

    /// Some living records, as far as somebody sees them.
    pub(super) async fn some(&self, engine: &Engine, tx: &mut Tx, who: &Principal, ids: &[Id]) -> Result<Vec<Record>> {
        let Some(seen) = who.seen(&self.entity) else { return Ok(Vec::new()) };
        let mut records = Vec::with_capacity(ids.len());
        for some in ids.chunks(500) {
            let sql =
                engine.compiling(who, |compile| meta::query::records(&self.entity, &self.carried.fields, some, &seen, false, compile))?;
            let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &kinds(&self.carried.fields)).await?;
            records.extend(rows.into_iter().map(|row| record(self.carried.clone(), row)));
        }
        let found: Vec<Id> = records.iter().map(|record| record.id).collect();
        for lines in &self.lines {
            let mut of: HashMap<Id, Vec<Record>> = HashMap::new();
            for some in found.chunks(500) {
                let mut sql = lines.begin();
                among(some, &mut sql);
                lines.read(tx, sql, &mut of).await?;
            }
            lines.attach(&mut records, of);
        }
        Ok(records)
    }

    /// The living records beyond a given one up to another, in the order of their creation, whole as the system knows them.
    pub(super) async fn between(&self, tx: &mut Tx, after: Id, up_to: Id, most: usize) -> Result<Vec<Record>> {
        let first = Value::Link(after);
        let mut sql = Sql::new();
        sql.push("SELECT ").column(HERE, "id").push(",").column(HERE, "version");
        for field in &self.carried.fields {
            sql.push(",").column(HERE, &field.column());
        }
        sql.push(" FROM ")
            .name(self.entity.key)
            .push(" AS ")
            .alias(HERE)
            .push(" WHERE ")
            .column(HERE, "id")
            .push(" > ")
            .bind(first.clone());
        sql.push(" AND ").column(HERE, "id").push(" <= ").bind(up_to);
        sql.push(" AND ").column(HERE, "removed_at").push(" IS NULL ORDER BY ").column(HERE, "id").push(" LIMIT ").number(most as i64);
        let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &kinds(&self.carried.fields)).await?;
        let mut records: Vec<Record> = rows.into_iter().map(|row| record(self.carried.clone(), row)).collect();
        let Some(last) = records.last().map(|record| record.id) else { return Ok(records) };
        for lines in &self.lines {
            // Lines of other kinds of records may stand between: they are many only where they were made at the same time.
            let mut sql = lines.begin();
            sql.push(" > ").bind(first.clone()).push(" AND ").column(HERE, &lines.via()).push(" <= ").bind(last);
            let mut of = HashMap::with_capacity(records.len());
            lines.read(tx, sql, &mut of).await?;
            lines.attach(&mut records, of);
        }
        Ok(records)
    }
}

impl Lines {
    fn via(&self) -> String {
        self.carried.fields.first().map(Field::column).unwrap_or_default()
    }

    /// A question up to what is asked of the link to the record.
    fn begin(&self) -> Sql {
        let mut sql = Sql::new();
        sql.push("SELECT ").column(HERE, "id").push(",").column(HERE, "version");
        for field in &self.carried.fields {
            sql.push(",").column(HERE, &field.column());
        }
        sql.push(" FROM ").name(self.child.key).push(" AS ").alias(HERE).push(" WHERE ").column(HERE, "removed_at").push(" IS NULL AND ");
        sql.column(HERE, &self.via());
        sql
    }

    async fn read(&self, tx: &mut Tx, sql: Sql, of: &mut HashMap<Id, Vec<Record>>) -> Result<()> {
        for row in tx.rows_as(&Statement::new(sql.text, sql.values), &kinds(&self.carried.fields)).await? {
            let line = record(self.carried.clone(), row);
            if let Some(parent) = line.values.first().and_then(Value::link) {
                of.entry(parent).or_default().push(line);
            }
        }
        Ok(())
    }

    fn attach(&self, records: &mut [Record], mut of: HashMap<Id, Vec<Record>>) {
        for record in records {
            record.lines.push((self.relation.key, of.remove(&record.id).unwrap_or_default()));
        }
    }
}
