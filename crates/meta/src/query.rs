//! The text of the questions asked of one entity: a page of a list, a count, records by identity.

use crate::entity::Entity;
use crate::field::Field;
use crate::fields::Kind;
use crate::filter::Filter;
use crate::filter::compile::{Compile, ID, Mode};
use crate::sql::{Alias, Sql};
use kernel::{Date, Id, Moment, Result, Value};

/// The one table of these questions.
const HERE: Alias = Alias(0);

/// A field a list is sorted by, and whether from the end.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The field.
    pub field: Field,
    /// From the end.
    pub descending: bool,
}

/// Where a page begins: the sorted values and the identity of the last record before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The values of the sorted fields, as compared.
    pub values: Vec<Value>,
    /// The record.
    pub id: Id,
    /// Whether the page goes back from it rather than on.
    pub backward: bool,
}

/// A page of a list.
pub struct Page<'q> {
    /// The entity.
    pub entity: &'q Entity,
    /// The fields to read, besides `id` and `version`, which come first.
    pub fields: &'q [Field],
    /// What is asked for.
    pub filter: &'q Filter,
    /// What may be seen.
    pub seen: &'q Filter,
    /// Whether it is the trash that is listed.
    pub trash: bool,
    /// The order; the identity breaks ties.
    pub order: &'q [Order],
    /// Where the page begins.
    pub after: Option<&'q Cursor>,
    /// How many records at most.
    pub limit: usize,
}

impl Page<'_> {
    /// `id`, `version`, the fields, then the sorted values, of each record.
    pub fn sql(&self, compile: &Compile<'_>) -> Result<Sql> {
        let mut sql = Sql::new();
        sql.push("SELECT ").column(HERE, "id").push(",").column(HERE, "version");
        for field in self.fields {
            sql.push(",").column(HERE, &field.column());
        }
        for order in self.order {
            sql.push(",").column(HERE, &order.field.compared_column());
        }
        sql.push(" FROM ").name(self.entity.key).push(" AS ").alias(HERE).push(" WHERE ");
        conditions(self.entity, self.filter, self.seen, self.trash, compile, &mut sql)?;
        let backward = self.after.is_some_and(|cursor| cursor.backward);
        if let Some(cursor) = self.after {
            sql.push(" AND ");
            self.beyond(cursor, &mut sql);
        }
        sql.push(" ORDER BY ");
        for order in self.order {
            key(order, &mut sql);
            sql.push(if order.descending != backward { " DESC," } else { "," });
        }
        sql.column(HERE, "id").push(if self.last_descending() != backward { " DESC" } else { "" });
        sql.push(" LIMIT ").number(self.limit as i64);
        Ok(sql)
    }

    fn last_descending(&self) -> bool {
        self.order.last().is_some_and(|order| order.descending)
    }

    /// Beyond the cursor: one comparison of rows where all directions agree, which an index serves.
    fn beyond(&self, cursor: &Cursor, sql: &mut Sql) {
        let directions: Vec<bool> =
            self.order.iter().map(|order| order.descending).chain([self.last_descending()]).map(|down| down != cursor.backward).collect();
        let uniform = directions.iter().all(|down| *down == directions[0]);
        let keys = self.order.len() + 1;
        let write_key = |place: usize, sql: &mut Sql| match self.order.get(place) {
            Some(order) => key(order, sql),
            None => {
                sql.column(HERE, "id");
            }
        };
        let value = |place: usize| match self.order.get(place) {
            Some(order) => match cursor.values.get(place) {
                Some(Value::Empty) | None => lowest(order.field.kind),
                Some(value) => value.clone(),
            },
            None => Value::Link(cursor.id),
        };
        if uniform {
            sql.push("(");
            for place in 0..keys {
                sql.push(if place > 0 { "," } else { "" });
                write_key(place, sql);
            }
            sql.push(if directions[0] { ") < (" } else { ") > (" });
            for place in 0..keys {
                sql.push(if place > 0 { "," } else { "" }).bind(value(place));
            }
            sql.push(")");
            return;
        }
        sql.push("(");
        for last in 0..keys {
            sql.push(if last > 0 { " OR (" } else { "(" });
            for place in 0..=last {
                sql.push(if place > 0 { " AND " } else { "" });
                write_key(place, sql);
                sql.push(match (place == last, directions[place]) {
                    (false, _) => " = ",
                    (true, true) => " < ",
                    (true, false) => " > ",
                });
                sql.bind(value(place));
            }
            sql.push(")");
        }
        sql.push(")");
    }
}

/// How many records there are, up to a limit.
pub fn count(entity: &Entity, filter: &Filter, seen: &Filter, trash: bool, most: Option<usize>, compile: &Compile<'_>) -> Result<Sql> {
    let mut sql = Sql::new();
    match most {
        Some(_) => sql.push("SELECT count(*) FROM (SELECT 1 FROM "),
        None => sql.push("SELECT count(*) FROM "),
    };
    sql.name(entity.key).push(" AS ").alias(HERE).push(" WHERE ");
    conditions(entity, filter, seen, trash, compile, &mut sql)?;
    if let Some(most) = most {
        sql.push(" LIMIT ").number(most as i64).push(") AS counted");
    }
    Ok(sql)
}

/// `id`, `version` and these fields of the records with these identities that may be seen, trash included if asked.
pub fn records(entity: &Entity, fields: &[Field], ids: &[Id], seen: &Filter, trash: bool, compile: &Compile<'_>) -> Result<Sql> {
    let mut sql = Sql::new();
    sql.push("SELECT ").column(HERE, "id").push(",").column(HERE, "version");
    for field in fields {
        sql.push(",").column(HERE, &field.column());
    }
    sql.push(" FROM ").name(entity.key).push(" AS ").alias(HERE).push(" WHERE ").column(HERE, "id");
    among(ids, &mut sql);
    if !trash {
        sql.push(" AND ").column(HERE, "removed_at").push(" IS NULL");
    }
    if !seen.is_everything() {
        sql.push(" AND ");
        probing(compile).condition(seen, entity, HERE, &mut sql)?;
    }
    Ok(sql)
}

/// `= ?` or `IN (?, …)`.
pub fn among(ids: &[Id], sql: &mut Sql) {
    if let [only] = ids {
        sql.push(" = ").bind(*only);
        return;
    }
    sql.push(" IN (");
    for (place, id) in ids.iter().enumerate() {
        sql.push(if place > 0 { "," } else { "" }).bind(*id);
    }
    sql.push(")");
}

/// The identities of the records a filter selects, in the order of their creation, beyond a given one.
pub fn selected(entity: &Entity, filter: &Filter, seen: &Filter, after: Option<Id>, limit: usize, compile: &Compile<'_>) -> Result<Sql> {
    let mut sql = Sql::new();
    sql.push("SELECT ").column(HERE, "id").push(" FROM ").name(entity.key).push(" AS ").alias(HERE).push(" WHERE ");
    conditions(entity, filter, seen, false, compile, &mut sql)?;
    if let Some(after) = after {
        sql.push(" AND ").column(HERE, "id").push(" > ").bind(after);
    }
    sql.push(" ORDER BY ").column(HERE, "id").push(" LIMIT ").number(limit as i64);
    Ok(sql)
}

fn conditions(entity: &Entity, filter: &Filter, seen: &Filter, trash: bool, compile: &Compile<'_>, sql: &mut Sql) -> Result<()> {
    sql.column(HERE, "removed_at").push(if trash { " IS NOT NULL" } else { " IS NULL" });
    if !filter.is_everything() {
        sql.push(" AND ");
        compile.condition(filter, entity, HERE, sql)?;
    }
    if !seen.is_everything() {
        sql.push(" AND ");
        probing(compile).condition(seen, entity, HERE, sql)?;
    }
    Ok(())
}

/// Adds what may be seen as a condition that probes row by row.
pub fn probe(compile: &Compile<'_>, seen: &Filter, entity: &Entity, alias: Alias, sql: &mut Sql) -> Result<()> {
    probing(compile).condition(seen, entity, alias, sql)
}

fn probing<'m>(compile: &Compile<'m>) -> Compile<'m> {
    Compile { mode: Mode::Probe, visible: &|_| Filter::All(Vec::new()), ..*compile }
}

fn key(order: &Order, sql: &mut Sql) {
    let column = order.field.compared_column();
    if order.field.kind.nullable() && !order.field.system && order.field.key != ID.key {
        sql.push("coalesce(").column(HERE, &column).push(",").bind(lowest(order.field.kind)).push(")");
    } else {
        sql.column(HERE, &column);
    }
}

/// What stands for empty in an order: before everything else.
fn lowest(kind: Kind) -> Value {
    match kind {
        Kind::Date => Date::new(1, 1, 1).map_or(Value::Empty, Value::Date),
        Kind::Moment => Value::Moment(Moment::from_millis(-62_135_596_800_000)),
        Kind::Link(_) | Kind::About(_) => Value::Int(0),
        other => other.empty(),
    }
}
