//! The text of the questions asked of one entity: a page of a list, a count, records by identity.

use crate::entity::Entity;
use crate::field::Field;
use crate::filter::Filter;
use crate::filter::compile::{Compile, ID};
use crate::shape::ColumnType;
use crate::sql::{Alias, Dialect, Sql};
use kernel::{Error, Id, Result, Say, Value};

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
        self.write(compile, &mut sql)?;
        Ok(sql)
    }

    /// How many records the page has: read as the page is, so that the index which serves the one serves the other.
    pub fn counted(&self, compile: &Compile<'_>) -> Result<Sql> {
        let mut sql = Sql::new();
        sql.push("SELECT count(*) FROM (");
        self.write(compile, &mut sql)?;
        sql.push(") AS counted");
        Ok(sql)
    }

    fn write(&self, compile: &Compile<'_>, sql: &mut Sql) -> Result<()> {
        sql.push("SELECT ").column(HERE, "id").push(",").column(HERE, "version");
        for field in self.fields {
            sql.push(",").column(HERE, &field.column());
        }
        for order in self.order {
            sql.push(",").column(HERE, &order.field.compared_column());
        }
        sql.push(" FROM ").name(self.entity.key).push(" AS ").alias(HERE).push(" WHERE ");
        conditions(self.entity, self.filter, self.seen, self.trash, compile, sql)?;
        let backward = self.after.is_some_and(|cursor| cursor.backward);
        if let Some(cursor) = self.after {
            cursor.fits(self.order)?;
        }
        if let Some(cursor) = self.after {
            sql.push(" AND ");
            self.beyond(cursor, sql);
        }
        sql.push(" ORDER BY ");
        for order in self.order {
            sql.column(HERE, &order.field.compared_column());
            let down = order.descending != backward;
            // Empty comes before everything else: SQLite's own order, and the one PostgreSQL's indexes are built in.
            sql.push(match (compile.dialect == Dialect::Postgres && nullable(order), down) {
                (false, false) => ",",
                (false, true) => " DESC,",
                (true, false) => " NULLS FIRST,",
                (true, true) => " DESC NULLS LAST,",
            });
        }
        sql.column(HERE, "id").push(if self.last_descending() != backward { " DESC" } else { "" });
        sql.push(" LIMIT ").number(self.limit as i64);
        Ok(())
    }

    fn last_descending(&self) -> bool {
        self.order.last().is_some_and(|order| order.descending)
    }

    /// Beyond the cursor: one comparison of rows where all directions agree, which an index serves; else key by key.
    fn beyond(&self, cursor: &Cursor, sql: &mut Sql) {
        let directions: Vec<bool> =
            self.order.iter().map(|order| order.descending).chain([self.last_descending()]).map(|down| down != cursor.backward).collect();
        let down = directions[0];
        let uniform = directions.iter().all(|other| *other == down);
        let values: Vec<Value> = cursor.values.iter().cloned().chain([Value::Link(cursor.id)]).collect();
        let maybe_empty = self.order.iter().any(|order| nullable(order) && !order.field.system);
        // Going up, what is empty lies behind, and a comparison with it is never true: as it should be.
        if uniform && !values.contains(&Value::Empty) && !(down && maybe_empty) {
            sql.push("(");
            for place in 0..values.len() {
                sql.push(if place > 0 { "," } else { "" });
                self.key(place, sql);
            }
            sql.push(if down { ") < (" } else { ") > (" });
            for (place, value) in values.into_iter().enumerate() {
                sql.push(if place > 0 { "," } else { "" }).bind(value);
            }
            sql.push(")");
            return;
        }
        sql.push("(");
        for last in 0..values.len() {
            sql.push(if last > 0 { " OR (" } else { "(" });
            for (place, value) in values[..last].iter().enumerate() {
                self.key(place, sql);
                match value {
                    Value::Empty => sql.push(" IS NULL AND "),
                    value => sql.push(" = ").bind(value.clone()).push(" AND "),
                };
            }
            self.further(last, &values[last], directions[last], sql);
            sql.push(")");
        }
        sql.push(")");
    }

    /// One key lies further on than a value; empty lies before everything.
    fn further(&self, place: usize, value: &Value, down: bool, sql: &mut Sql) {
        let maybe_empty = self.order.get(place).is_some_and(nullable);
        match (value, down) {
            (Value::Empty, true) => {
                sql.push("FALSE");
            }
            (Value::Empty, false) => {
                self.key(place, sql);
                sql.push(" IS NOT NULL");
            }
            (value, false) => {
                self.key(place, sql);
                sql.push(" > ").bind(value.clone());
            }
            (value, true) if maybe_empty => {
                sql.push("(");
                self.key(place, sql);
                sql.push(" < ").bind(value.clone()).push(" OR ");
                self.key(place, sql);
                sql.push(" IS NULL)");
            }
            (value, true) => {
                self.key(place, sql);
                sql.push(" < ").bind(value.clone());
            }
        }
    }

    /// A sorted column; after the last of them, the identity.
    fn key(&self, place: usize, sql: &mut Sql) {
        let column = self.order.get(place).map_or_else(|| "id".to_owned(), |order| order.field.compared_column());
        sql.column(HERE, &column);
    }
}

impl Cursor {
    /// Refuses a cursor that was not made for this order: cursors come back from outside.
    fn fits(&self, orders: &[Order]) -> Result<()> {
        let fits = |order: &Order, value: &Value| {
            matches!(
                (order.field.kind.column(), value),
                (ColumnType::Text, Value::Text(_))
                    | (ColumnType::Int, Value::Int(_))
                    | (ColumnType::Bool, Value::Bool(_))
                    | (ColumnType::Date, Value::Date(_) | Value::Empty)
                    | (ColumnType::Moment, Value::Empty)
                    | (ColumnType::Link, Value::Link(_) | Value::Empty)
            ) || matches!((order.field.kind.column(), value), (ColumnType::Moment, Value::Moment(at)) if MOMENTS.contains(&at.millis()))
        };
        if self.values.len() == orders.len() && orders.iter().zip(&self.values).all(|(order, value)| fits(order, value)) {
            Ok(())
        } else {
            Err(Error::invalid("cursor", Say::new("error-cursor")))
        }
    }
}

/// The moments of the calendar, from the year 1 to 9999; databases reach little further.
pub const MOMENTS: std::ops::RangeInclusive<i64> = -62_135_683_200_000..=253_402_300_799_999;

/// Whether the column of a sorted field may hold NULL; the identity never does.
fn nullable(order: &Order) -> bool {
    order.field.kind.nullable() && order.field.key != ID.key
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
        compile.visibility(seen, entity, HERE, &mut sql)?;
    }
    Ok(sql)
}

/// `= ?` or `IN (?, …)`. The last one stands there several times where that makes a number of places that is used oftener: of texts that
/// differ in the number alone the database would keep a plan each.
pub fn among(ids: &[Id], sql: &mut Sql) {
    if let [only] = ids {
        sql.push(" = ").bind(*only);
        return;
    }
    sql.push(" IN (");
    let repeated = ids.last().into_iter().cycle();
    for (place, id) in ids.iter().chain(repeated).take(places(ids.len())).enumerate() {
        sql.push(if place > 0 { "," } else { "" }).bind(*id);
    }
    sql.push(")");
}

/// A number of places for so many values, one of few: the next power of two, in its upper half with one between.
fn places(count: usize) -> usize {
    if count > 1_024 {
        return count;
    }
    let whole = count.next_power_of_two();
    let between = whole / 4 * 3;
    if count <= between { between } else { whole }
}

/// The identities of the records a filter selects, in the order of their creation, beyond a given one.
pub fn selected(
    entity: &Entity,
    filter: &Filter,
    seen: &Filter,
    trash: bool,
    after: Option<Id>,
    limit: usize,
    compile: &Compile<'_>,
) -> Result<Sql> {
    let mut sql = Sql::new();
    sql.push("SELECT ").column(HERE, "id").push(" FROM ").name(entity.key).push(" AS ").alias(HERE).push(" WHERE ");
    conditions(entity, filter, seen, trash, compile, &mut sql)?;
    if let Some(after) = after {
        sql.push(" AND ").column(HERE, "id").push(" > ").bind(after);
    }
    sql.push(" ORDER BY ").column(HERE, "id").push(" LIMIT ").number(limit as i64);
    Ok(sql)
}

pub(crate) fn conditions(entity: &Entity, filter: &Filter, seen: &Filter, trash: bool, compile: &Compile<'_>, sql: &mut Sql) -> Result<()> {
    sql.column(HERE, "removed_at").push(if trash { " IS NOT NULL" } else { " IS NULL" });
    if !filter.is_everything() {
        sql.push(" AND ");
        compile.condition(filter, entity, HERE, sql)?;
    }
    if !seen.is_everything() {
        sql.push(" AND ");
        compile.visibility(seen, entity, HERE, sql)?;
    }
    Ok(())
}

/// Adds what may be seen as a condition that probes row by row.
pub fn probe(compile: &Compile<'_>, seen: &Filter, entity: &Entity, alias: Alias, sql: &mut Sql) -> Result<()> {
    compile.visibility(seen, entity, alias, sql)
}
