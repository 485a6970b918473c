//! A filter as SQL: a condition on one aliased table.
//!
//! Steps along links and measures over children become semi-joins (`id IN (SELECT …)`), so that an index on
//! the children serves them and empty keeps its two values; where the condition holds for "no child" or "no
//! link", its complement is taken of the opposite. Visibility rules probe instead (`EXISTS …` for one row),
//! because they stand beside an order that stops after a page.

use super::resolve::{Range, Ready, after_prefix, ready};
use super::time::Present;
use super::{Filter, Measure, Path, Test, What};
use crate::entity::{Entity, Relation};
use crate::field::Field;
use crate::fields::{Family, Kind};
use crate::model::Model;
use crate::sql::{Alias, Dialect, Sql};
use kernel::{Error, Result, Say, Value};

/// What compiling depends on.
pub struct Compile<'m> {
    /// The entities, as the asker may know them.
    pub model: &'m Model,
    /// All there is of them: what decides what he sees may go by what he does not.
    pub whole: &'m Model,
    /// The database.
    pub dialect: Dialect,
    /// Today, the zone, who asks.
    pub present: &'m Present,
    /// What of an entity the asker may see; joined to every other table a filter reaches.
    pub visible: &'m (dyn Fn(&Entity) -> Filter + Sync),
    /// How semi-joins are written.
    pub mode: Mode,
}

/// How semi-joins are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Collect the identities, then look them up: for what people search for.
    Collect,
    /// Probe row by row: for visibility beside an ordered page.
    Probe,
}

/// An unknown name in a filter.
pub fn unknown(name: &str) -> Error {
    Error::invalid("filter", Say::new("error-filter-unknown").with("name", name))
}

/// The field `id`, which every entity has without describing it.
pub const ID: Field = Field { system: true, read_only: true, ..Field::new("id", Kind::Link("")) };

/// A field by its name, `id` included.
pub fn field_of<'e>(entity: &'e Entity, key: &str) -> Result<&'e Field> {
    if key == "id" { Ok(&ID) } else { entity.field(key).filter(|field| !field.secret).ok_or_else(|| unknown(key)) }
}

impl Compile<'_> {
    /// Adds the condition to a statement, always as one term that can stand beside `AND`.
    pub fn condition(&self, filter: &Filter, entity: &Entity, alias: Alias, sql: &mut Sql) -> Result<()> {
        match filter {
            Filter::All(parts) => self.joined(parts, " AND ", "TRUE", entity, alias, sql),
            Filter::Any(parts) => self.joined(parts, " OR ", "FALSE", entity, alias, sql),
            Filter::Not(inner) => {
                sql.push("NOT ");
                self.condition(inner, entity, alias, sql)
            }
            Filter::Test(path, test) => self.path(path, test, entity, alias, sql),
            Filter::Has(relation, inner) => {
                let relation = entity.relation(relation).ok_or_else(|| unknown(relation))?;
                self.children(relation, inner, alias, sql, |_, _| Ok(()))
            }
            Filter::Along(link, inner) => {
                let (link, target) = self.model.step(entity, link).ok_or_else(|| unknown(link))?;
                let far = self.begin_step(link, target, alias, sql)?;
                self.condition(inner, target, far, sql)?;
                self.end(alias, sql);
                Ok(())
            }
            Filter::Measure(measure, test) => self.measure(measure, test, entity, alias, sql),
        }
    }

    /// Begins the step along a link: what follows is a condition on the record there, as far as it may be seen.
    fn begin_step(&self, link: &Field, target: &Entity, alias: Alias, sql: &mut Sql) -> Result<Alias> {
        let inner = Alias(alias.0 + 1);
        match self.mode {
            Mode::Collect => {
                sql.push("(").column(alias, &link.column()).push(" IS NOT NULL AND ").column(alias, &link.column());
                self.collected(alias, sql).column(inner, "id").push(" FROM ").name(target.key).push(" AS ").alias(inner).push(" WHERE ");
            }
            Mode::Probe => {
                self.probed(sql).name(target.key).push(" AS ").alias(inner).push(" WHERE ");
                sql.column(inner, "id").push(" = ").column(alias, &link.column()).push(" AND ");
            }
        }
        let seen = (self.visible)(target);
        if !seen.is_everything() {
            self.visibility(&seen, target, inner, sql)?;
            sql.push(" AND ");
        }
        Ok(inner)
    }

    fn joined(
        &self,
        parts: &[Filter],
        word: &'static str,
        of_none: &'static str,
        entity: &Entity,
        alias: Alias,
        sql: &mut Sql,
    ) -> Result<()> {
        if parts.is_empty() {
            sql.push(of_none);
            return Ok(());
        }
        sql.push("(");
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                sql.push(word);
            }
            self.condition(part, entity, alias, sql)?;
        }
        sql.push(")");
        Ok(())
    }

    fn path(&self, path: &Path, test: &Test, entity: &Entity, alias: Alias, sql: &mut Sql) -> Result<()> {
        let Some((first, rest)) = path.links.split_first() else {
            let field = field_of(entity, path.field)?;
            let column = column(alias, field);
            return self.test(&column, field, &ready(test, field.kind, self.present), sql);
        };
        let (link, target) = self.model.step(entity, first).ok_or_else(|| unknown(first))?;
        let rest = Path { links: rest.to_vec(), field: path.field };
        let holds_for_none = self.holds_for_none(&rest, test, target)?;
        if holds_for_none {
            sql.push("NOT ");
        }
        let inner = self.begin_step(link, target, alias, sql)?;
        if holds_for_none {
            sql.push("NOT ");
        }
        self.path(&rest, test, target, inner, sql)?;
        self.end(alias, sql);
        Ok(())
    }

    /// Whether the test holds where the link leads nowhere, and every value is empty.
    fn holds_for_none(&self, path: &Path, test: &Test, entity: &Entity) -> Result<bool> {
        let mut entity = entity;
        for link in &path.links {
            entity = self.model.step(entity, link).ok_or_else(|| unknown(link))?.1;
        }
        let kind = field_of(entity, path.field)?.kind;
        Ok(ready(test, kind, self.present).passes(&kind.empty(), kind))
    }

    /// Adds what may be seen as a condition that probes row by row.
    pub(crate) fn visibility(&self, seen: &Filter, entity: &Entity, alias: Alias, sql: &mut Sql) -> Result<()> {
        let whole = self.whole.entity(entity.key).map_or(entity, |whole| whole);
        self.probing().condition(seen, whole, alias, sql)
    }

    /// Visibility rules are compiled over all there is, without visibility of their own.
    fn probing(&self) -> Compile<'_> {
        Compile {
            model: self.whole,
            whole: self.whole,
            dialect: self.dialect,
            present: self.present,
            visible: &|_| Filter::All(Vec::new()),
            mode: Mode::Probe,
        }
    }

    /// `id IN (SELECT parent FROM child WHERE living, visible, inner …)`, with an ending after the condition.
    fn children(
        &self,
        relation: &Relation,
        inner_filter: &Filter,
        alias: Alias,
        sql: &mut Sql,
        ending: impl FnOnce(&mut Sql, Alias) -> Result<()>,
    ) -> Result<()> {
        let child = self.model.child(relation).ok_or_else(|| unknown(relation.key))?;
        let via = field_of(child, relation.via)?.column();
        let inner = Alias(alias.0 + 1);
        match self.mode {
            Mode::Collect => {
                sql.push("(").column(alias, "id");
                self.collected(alias, sql).column(inner, &via).push(" FROM ");
                sql.name(child.key).push(" AS ").alias(inner).push(" WHERE ").column(inner, &via).push(" IS NOT NULL AND ");
            }
            Mode::Probe => {
                self.probed(sql).name(child.key).push(" AS ").alias(inner).push(" WHERE ");
                sql.column(inner, &via).push(" = ").column(alias, "id").push(" AND ");
            }
        }
        self.living(relation, child, inner_filter, inner, sql)?;
        ending(sql, inner)?;
        self.end(alias, sql);
        Ok(())
    }

    /// Begins the identities that a semi-join collects. PostgreSQL would flatten nested ones into joins, and knowing
    /// little of the data runs the innermost once for every combination of rows: within another, each is reckoned once.
    fn collected<'s>(&self, alias: Alias, sql: &'s mut Sql) -> &'s mut Sql {
        sql.push(if self.kept_apart(alias) { " IN (WITH \"collected\" AS MATERIALIZED (SELECT " } else { " IN (SELECT " })
    }

    /// Begins the probe of one row. PostgreSQL would rather gather all children into a hash before it looks at the first
    /// row, which an order that stops after a page never pays back; of a single value it can't.
    fn probed<'s>(&self, sql: &'s mut Sql) -> &'s mut Sql {
        sql.push(if self.dialect == Dialect::Postgres { "((SELECT 1 FROM " } else { "(EXISTS (SELECT 1 FROM " })
    }

    /// Ends a semi-join, and the bracket around it.
    fn end(&self, alias: Alias, sql: &mut Sql) {
        if self.dialect == Dialect::Postgres && self.mode == Mode::Probe {
            sql.push(" LIMIT 1) IS NOT NULL)");
            return;
        }
        sql.push(if self.kept_apart(alias) { ") SELECT * FROM \"collected\"))" } else { "))" });
    }

    fn kept_apart(&self, alias: Alias) -> bool {
        self.dialect == Dialect::Postgres && self.mode == Mode::Collect && alias.0 > 0
    }

    /// The conditions on children: not in the trash, visible, and the filter's own. Owned lines are seen with whom
    /// they belong to.
    fn living(&self, relation: &Relation, child: &Entity, filter: &Filter, alias: Alias, sql: &mut Sql) -> Result<()> {
        sql.column(alias, "removed_at").push(" IS NULL");
        let seen = if relation.owned { Filter::everything() } else { (self.visible)(child) };
        if !seen.is_everything() {
            sql.push(" AND ");
            self.visibility(&seen, child, alias, sql)?;
        }
        if !filter.is_everything() {
            sql.push(" AND ");
            self.condition(filter, child, alias, sql)?;
        }
        Ok(())
    }

    fn measure(&self, measure: &Measure, test: &Test, entity: &Entity, alias: Alias, sql: &mut Sql) -> Result<()> {
        let relation = entity.relation(measure.relation).ok_or_else(|| unknown(measure.relation))?;
        let child = self.model.child(relation).ok_or_else(|| unknown(relation.key))?;
        let field = measured(measure, child)?;
        let ready = ready(test, field.kind, self.present);
        let complement = ready.passes(&field.kind.empty(), field.kind);
        let collecting = Compile { mode: Mode::Collect, ..*self };
        let inner = Alias(alias.0 + 1);
        let via = field_of(child, relation.via)?.column();
        let compared = field.compared_column();
        let negation = if complement { "NOT " } else { "" };
        sql.push(if complement { "NOT " } else { "" });
        if matches!(measure.what, What::First | What::Last) {
            let outer = Alias(alias.0 + 2);
            sql.push("(").column(alias, "id");
            collecting.collected(alias, sql).column(outer, "parent").push(" FROM (SELECT ");
            sql.column(inner, &via)
                .push(" AS \"parent\", ")
                .column(inner, &compared)
                .push(" AS \"value\", row_number() OVER (PARTITION BY ");
            let direction = if measure.what == What::Last { " DESC" } else { " ASC" };
            sql.column(inner, &via).push(" ORDER BY ");
            // Of what happens, the order is that in which it happened.
            if let Some(at) = child.happens.as_ref().and_then(|happens| child.field(happens.at)) {
                sql.column(inner, &at.column()).push(direction).push(", ");
            }
            sql.column(inner, "id").push(direction);
            sql.push(") AS \"place\" FROM ").name(child.key).push(" AS ").alias(inner).push(" WHERE ");
            sql.column(inner, &via).push(" IS NOT NULL AND ");
            collecting.living(relation, child, &measure.filter, inner, sql)?;
            sql.push(") AS ").alias(outer).push(" WHERE ").column(outer, "place").push(" = 1 AND ").push(negation);
            let value = format!("t{}.\"value\"", outer.0);
            self.test(&value, &field, &ready, sql)?;
            collecting.end(alias, sql);
            return Ok(());
        }
        let quoted = column(inner, &field);
        let expression = match measure.what {
            What::Count => "count(*)".to_owned(),
            What::Sum => format!("sum({quoted})"),
            What::Min => format!("min({quoted})"),
            _ => format!("max({quoted})"),
        };
        collecting.children(relation, &measure.filter, alias, sql, |sql, inner| {
            sql.push(" GROUP BY ").column(inner, &via).push(" HAVING ").push(negation);
            self.test(&expression, &field, &ready, sql)
        })
    }

    /// One test of an expression: always true or false, never unknown.
    fn test(&self, expression: &str, field: &Field, ready: &Ready, sql: &mut Sql) -> Result<()> {
        let kind = field.kind;
        let nullable = kind.nullable();
        match ready {
            Ready::Never => {
                sql.push("FALSE");
            }
            Ready::Empty if nullable => {
                sql.text.push_str(expression);
                sql.push(" IS NULL");
            }
            Ready::Empty => {
                sql.text.push_str(expression);
                sql.push(" = ").bind(kind.empty());
            }
            Ready::OneOf(values) => {
                let (empty, given): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| matches!(value, Value::Empty));
                sql.push("(");
                if nullable {
                    sql.text.push_str(expression);
                    sql.push(if empty.is_empty() { " IS NOT NULL" } else { " IS NULL" });
                    if !given.is_empty() {
                        sql.push(if empty.is_empty() { " AND " } else { " OR " });
                    }
                }
                if let [only] = given.as_slice() {
                    sql.text.push_str(expression);
                    sql.push(" = ").bind((*only).clone());
                } else if !given.is_empty() {
                    sql.text.push_str(expression);
                    sql.push(" IN (");
                    for (place, value) in given.iter().enumerate() {
                        if place > 0 {
                            sql.push(",");
                        }
                        sql.bind((*value).clone());
                    }
                    sql.push(")");
                }
                sql.push(")");
            }
            Ready::Contains(part) => match self.dialect {
                Dialect::Sqlite => {
                    sql.push("instr(").text.push_str(expression);
                    sql.push(", ").bind(part.clone()).push(") > 0");
                }
                Dialect::Postgres => {
                    sql.text.push_str(expression);
                    let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                    sql.push(" LIKE ").bind(format!("%{escaped}%"));
                }
            },
            Ready::Starts(part) => {
                sql.push("(").text.push_str(expression);
                sql.push(" >= ").bind(part.clone());
                if let Some(end) = after_prefix(part) {
                    sql.push(" AND ").text.push_str(expression);
                    sql.push(" < ").bind(end);
                }
                sql.push(")");
            }
            Ready::Ranges(ranges) => {
                sql.push("(");
                if nullable {
                    sql.text.push_str(expression);
                    sql.push(" IS NOT NULL AND (");
                }
                any_of(expression, ranges, sql);
                sql.push(if nullable { "))" } else { ")" });
            }
        }
        Ok(())
    }
}

/// One of these ranges. Halved again and again: a chain of hundreds is deeper than SQLite reads.
fn any_of(expression: &str, ranges: &[Range], sql: &mut Sql) {
    match ranges {
        [] => {
            sql.push("FALSE");
        }
        [range] => within(expression, range, sql),
        _ => {
            let (first, second) = ranges.split_at(ranges.len() / 2);
            sql.push("(");
            any_of(expression, first, sql);
            sql.push(" OR ");
            any_of(expression, second, sql);
            sql.push(")");
        }
    }
}

fn within(expression: &str, range: &Range, sql: &mut Sql) {
    sql.push("(");
    if let Some((from, belongs)) = &range.from {
        sql.text.push_str(expression);
        sql.push(if *belongs { " >= " } else { " > " }).bind(from.clone());
        if range.to.is_some() {
            sql.push(" AND ");
        }
    }
    if let Some((to, belongs)) = &range.to {
        sql.text.push_str(expression);
        sql.push(if *belongs { " <= " } else { " < " }).bind(to.clone());
    }
    if range.from.is_none() && range.to.is_none() {
        sql.push("TRUE");
    }
    sql.push(")");
}

/// The kind of what a measure reckons, as a field.
pub fn measured(measure: &Measure, child: &Entity) -> Result<Field> {
    let Some(key) = measure.field else {
        return if measure.what == What::Count { Ok(Field::new("id", Kind::Whole)) } else { Err(unknown(measure.relation)) };
    };
    let field = *field_of(child, key)?;
    let family = field.kind.family();
    let fits = match measure.what {
        What::Count => true,
        What::Sum => family == Family::Numbers,
        What::Min | What::Max => matches!(family, Family::Numbers | Family::Times | Family::Words),
        What::First | What::Last => family != Family::ManyKeys,
    };
    if !fits {
        return Err(unknown(key));
    }
    Ok(if measure.what == What::Count { Field::new("id", Kind::Whole) } else { field })
}

fn column(alias: Alias, field: &Field) -> String {
    format!("t{}.\"{}\"", alias.0, field.compared_column())
}
