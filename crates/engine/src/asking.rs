//! The verbs that ask: list, count, show. What can't be seen is not found.

use crate::Engine;
use crate::principal::{Principal, Verb};
use kernel::{Error, Id, Result, Say, Value};
use meta::entity::Relation;
use meta::field::Field;
use meta::filter::Filter;
use meta::filter::compile::ID;
use meta::filter::resolve::compared;
use meta::query::{self, Cursor, Order, Page};
use meta::shape::ColumnType;
use meta::{Carried, Entity, Kind, Model, Record};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Statement, Tx};

/// Most fields that a list is sorted by.
const MOST_SORTED: usize = 8;

/// A question for a page of a list.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The entity.
    pub entity: Arc<Entity>,
    /// What is asked for.
    pub filter: Filter,
    /// The order; the entity's own where it is empty.
    pub sort: Vec<Sorting>,
    /// The fields to read; those of the entity's columns where it is empty.
    pub fields: Vec<&'static str>,
    /// Where the page begins.
    pub after: Option<Cursor>,
    /// How many records at most, 1 to 200.
    pub limit: usize,
    /// Whether it is the trash that is listed.
    pub trash: bool,
    /// Whether to read the owned lines too.
    pub lines: bool,
    /// Whether to read the names of the records that links lead to.
    pub names: bool,
}

impl Asked {
    /// Everything of an entity, in its own order, a page of 50.
    pub fn new(entity: Arc<Entity>) -> Asked {
        Asked {
            entity,
            filter: Filter::everything(),
            sort: Vec::new(),
            fields: Vec::new(),
            after: None,
            limit: 50,
            trash: false,
            lines: false,
            names: true,
        }
    }

    /// The same with this filter.
    pub fn filtered(mut self, filter: Filter) -> Asked {
        self.filter = filter;
        self
    }
}

/// A field to sort by, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorting {
    /// The field.
    pub field: &'static str,
    /// From the end.
    pub descending: bool,
}

impl Sorting {
    /// Reads `name` or `-created_at`; only fields that lists may be sorted by.
    pub fn parse(text: &str, entity: &Entity) -> Result<Sorting> {
        let (descending, key) = match text.strip_prefix('-') {
            Some(key) => (true, key),
            None => (false, text),
        };
        let field = if key == "id" { Some(&ID) } else { entity.field(key) };
        match field {
            Some(field) if (field.sortable || field.key == "id") && !field.secret => Ok(Sorting { field: field.key, descending }),
            _ => Err(Error::invalid("sort", Say::new("error-sort-unknown").with("name", key))),
        }
    }
}

/// A page of a list.
#[derive(Debug)]
pub struct Listed {
    /// The records.
    pub records: Vec<Record>,
    /// The names of the records that links lead to.
    pub titles: HashMap<Id, String>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// Where the previous page begins, if there is one.
    pub previous: Option<Cursor>,
}

/// The records before and after one, in the list it was found in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beside {
    /// The one before.
    pub previous: Option<Id>,
    /// The one after.
    pub next: Option<Id>,
}

/// Where a record stands in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Its place, the first being 1; none where it lies beyond the limit.
    pub number: Option<i64>,
    /// How many the list has.
    pub of: Counted,
}

/// A count that may have stopped at its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many were counted.
    pub number: i64,
    /// Whether there may be more.
    pub more: bool,
}

impl Counted {
    /// What was counted up to one more than `most`.
    fn up_to(most: Option<usize>, number: i64) -> Counted {
        let most = most.map_or(i64::MAX, |most| most as i64);
        Counted { number: number.min(most), more: number > most }
    }
}

impl Engine {
    /// A page of a list.
    pub async fn list(&self, who: &Principal, asked: Asked) -> Result<Listed> {
        let entity = who.entity(asked.entity.key)?;
        who.permit(Verb::See, &entity)?;
        let seen = who.seen(&entity).ok_or(Error::NotFound)?;
        let wanted: Vec<&str> = if asked.fields.is_empty() { entity.columns.clone() } else { asked.fields.clone() };
        let fields: Vec<Field> = wanted.iter().filter_map(|key| entity.field(key)).filter(|field| !field.secret).copied().collect();
        let order = orders(&entity, &asked.sort)?;
        let limit = asked.limit.clamp(1, 200);
        let sql = self.compiling(who, |compile| {
            Page {
                entity: &entity,
                fields: &fields,
                filter: &asked.filter,
                seen: &seen,
                trash: asked.trash,
                order: &order,
                after: asked.after.as_ref(),
                limit: limit + 1,
            }
            .sql(compile)
        })?;
        let carried = Arc::new(Carried::new(entity.key, fields));
        let mut kinds = kinds(&carried.fields);
        kinds.extend(order.iter().map(|order| order.field.kind.column()));
        let statement = Statement::new(sql.text, sql.values);
        let owned: Vec<Relation> = if asked.lines { entity.owned().copied().collect() } else { Vec::new() };
        let engine = self.clone();
        let (who_titles, names) = (who.clone(), asked.names);
        let width = carried.fields.len() + 2;
        let (rows, titles, lines) = self
            .inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let mut rows = tx.rows_as(&statement, &kinds).await?;
                    let full = rows.len() > limit;
                    let mut records: Vec<(Record, Vec<Value>)> = Vec::with_capacity(rows.len());
                    rows.truncate(limit);
                    for mut row in rows {
                        let sorted = row.split_off(width);
                        records.push((record(carried.clone(), row), sorted));
                    }
                    let ids: Vec<Id> = records.iter().map(|(record, _)| record.id).collect();
                    engine.say_beyond(tx, &who_titles, &entity, records.iter_mut().map(|(record, _)| record)).await?;
                    let lines = engine.lines_of(tx, &who_titles.model, &owned, &ids).await?;
                    let named = records.iter().map(|(record, _)| record).filter(|_| names);
                    let titles = engine.titles(tx, &who_titles, named).await?;
                    Ok(((records, full), titles, lines))
                })
            })
            .await?;
        let (mut records, full) = rows;
        attach(&mut records, lines);
        if asked.lines {
            // The fields of the list are known to him already; those of its lines come whole.
            records.iter_mut().for_each(|(record, _)| record.keep_secrets());
        }
        let backward = asked.after.as_ref().is_some_and(|cursor| cursor.backward);
        if backward {
            records.reverse();
        }
        let cursor = |end: Option<&(Record, Vec<Value>)>, backward: bool| {
            end.map(|(record, values)| Cursor { values: values.clone(), id: record.id, backward })
        };
        let begins = asked.after.is_some() && !backward || backward && full;
        let ends = backward || full;
        Ok(Listed {
            next: if ends { cursor(records.last(), false) } else { None },
            previous: if begins { cursor(records.first(), true) } else { None },
            records: records.into_iter().map(|(record, _)| record).collect(),
            titles,
        })
    }

    /// The records before and after a whole one in a list; none where the list does not have it.
    pub async fn beside(&self, who: &Principal, asked: Asked, record: &Record) -> Result<Beside> {
        let id = record.id;
        let orders = orders(&*who.entity(asked.entity.key)?, &asked.sort)?;
        let fields = vec![asked.entity.title];
        let asked = Asked { fields, limit: 1, names: false, lines: false, after: None, ..asked };
        // The plain list has every record; another may not have this one.
        if !asked.filter.is_everything() {
            let itself = Asked { filter: asked.filter.clone().and(Filter::is("id", Value::Link(id))), ..asked.clone() };
            if self.list(who, itself).await?.records.is_empty() {
                return Ok(Beside::default());
            }
        }
        let value = |field: &Field| if field.key == "id" { Value::Link(id) } else { record.value(field.id).clone() };
        let values: Vec<Value> = orders.iter().map(|order| compared(order.field.kind, &value(&order.field))).collect();
        let mut beside = Beside::default();
        for backward in [true, false] {
            let after = Some(Cursor { values: values.clone(), id, backward });
            let found = self.list(who, Asked { after, ..asked.clone() }).await?.records.first().map(|record| record.id);
            if backward {
                beside.previous = found;
            } else {
                beside.next = found;
            }
        }
        Ok(beside)
    }

    /// Where a record stands in a list, and how many there are, both up to `most` and of the same moment; none where the list
    /// does not have it.
    pub async fn position(&self, who: &Principal, asked: Asked, record: Id, most: usize) -> Result<Option<Position>> {
        let entity = who.entity(asked.entity.key)?;
        who.permit(Verb::See, &entity)?;
        let order = orders(&entity, &asked.sort)?;
        let (engine, who) = (self.clone(), who.clone());
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let seen = who.seen(&entity).ok_or(Error::NotFound)?;
                    let page = |filter: &Filter, after: Option<&Cursor>, limit: usize, counted: bool| {
                        let page =
                            Page { entity: &entity, fields: &[], filter, seen: &seen, trash: asked.trash, order: &order, after, limit };
                        let sql = engine.compiling(&who, |compile| if counted { page.counted(compile) } else { page.sql(compile) })?;
                        Ok::<_, Error>(Statement::new(sql.text, sql.values))
                    };
                    let itself = asked.filter.clone().and(Filter::is("id", Value::Link(record)));
                    let mut kinds = kinds(&[]);
                    let width = kinds.len();
                    kinds.extend(order.iter().map(|order| order.field.kind.column()));
                    let mut rows = tx.rows_as(&page(&itself, None, 1, false)?, &kinds).await?;
                    let Some(mut row) = rows.pop() else { return Ok(None) };
                    let cursor = Cursor { values: row.split_off(width), id: record, backward: true };
                    let before = one_number(tx, &page(&asked.filter, Some(&cursor), most, true)?).await?;
                    let sql = engine
                        .compiling(&who, |compile| query::count(&entity, &asked.filter, &seen, asked.trash, Some(most + 1), compile))?;
                    let all = one_number(tx, &Statement::new(sql.text, sql.values)).await?;
                    let number = (before < most as i64).then_some(before + 1);
                    Ok(Some(Position { number, of: Counted::up_to(Some(most), all) }))
                })
            })
            .await
    }

    /// How many records a filter selects; stops at `most`, exact where it is none.
    pub async fn count(&self, who: &Principal, entity: &Entity, filter: &Filter, trash: bool, most: Option<usize>) -> Result<Counted> {
        who.permit(Verb::See, entity)?;
        let seen = who.seen(entity).ok_or(Error::NotFound)?;
        let entity = &*who.entity(entity.key)?;
        let sql = self.compiling(who, |compile| query::count(entity, filter, &seen, trash, most.map(|most| most + 1), compile))?;
        let statement = Statement::new(sql.text, sql.values);
        let number = self.inside.store.read(move |tx| Box::pin(async move { one_number(tx, &statement).await })).await?;
        Ok(Counted::up_to(most, number))
    }

    /// One record with all its fields and owned lines, and the names its links lead to.
    pub async fn show(&self, who: &Principal, entity: &Entity, id: Id) -> Result<(Record, HashMap<Id, String>)> {
        self.show_in(who, entity, id, false).await
    }

    /// The same, also from the trash.
    pub async fn show_removed(&self, who: &Principal, entity: &Entity, id: Id) -> Result<(Record, HashMap<Id, String>)> {
        self.show_in(who, entity, id, true).await
    }

    async fn show_in(&self, who: &Principal, entity: &Entity, id: Id, trash: bool) -> Result<(Record, HashMap<Id, String>)> {
        who.permit(Verb::See, entity)?;
        let engine = self.clone();
        let who = who.clone();
        let key = entity.key;
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let entity = who.entity(key)?;
                    let mut found = engine.read_records(tx, &who, &entity, &[id], trash, true).await?;
                    let mut record = found.pop().ok_or(Error::NotFound)?;
                    record.keep_secrets();
                    engine.say_beyond(tx, &who, &entity, std::iter::once(&mut record)).await?;
                    let titles = engine.titles(tx, &who, std::iter::once(&record)).await?;
                    Ok((record, titles))
                })
            })
            .await
    }

    /// Records by identity, as far as the asker may see them, with all fields, and owned lines if asked.
    pub(crate) async fn read_records(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        ids: &[Id],
        trash: bool,
        lines: bool,
    ) -> Result<Vec<Record>> {
        let seen = who.seen(entity).ok_or(Error::NotFound)?;
        let carried = entity.carried.clone();
        let kinds = kinds(&carried.fields);
        let mut records = Vec::with_capacity(ids.len());
        for some in ids.chunks(500) {
            let sql = self.compiling(who, |compile| query::records(entity, &carried.fields, some, &seen, trash, compile))?;
            let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &kinds).await?;
            records.extend(rows.into_iter().map(|row| record(carried.clone(), row)));
        }
        if lines {
            let owned: Vec<Relation> = entity.owned().copied().collect();
            let found: Vec<Id> = records.iter().map(|record| record.id).collect();
            // Lines are read as their parents are: as the asker may know them, or whole.
            let personal = who.model.entity(entity.key).is_some_and(|known| Arc::ptr_eq(&known.carried, &entity.carried));
            let model = if personal { who.model.clone() } else { self.model() };
            let lines = self.lines_of(tx, &model, &owned, &found).await?;
            for record in &mut records {
                record.lines = owned.iter().map(|relation| (relation.key, Vec::new())).collect();
            }
            for (key, parent, line) in lines {
                if let Some(record) = records.iter_mut().find(|record| record.id == parent)
                    && let Some((_, lines)) = record.lines.iter_mut().find(|(relation, _)| *relation == key)
                {
                    lines.push(line);
                }
            }
        }
        Ok(records)
    }

    /// The owned lines of some records: relation, parent, line, in order.
    pub(crate) async fn lines_of(
        &self,
        tx: &mut Tx,
        model: &Model,
        owned: &[Relation],
        parents: &[Id],
    ) -> Result<Vec<(&'static str, Id, Record)>> {
        let mut all = Vec::new();
        if parents.is_empty() {
            return Ok(all);
        }
        let mut parts: Vec<(&Relation, &[Id])> = Vec::new();
        for relation in owned {
            for some in parents.chunks(500) {
                parts.push((relation, some));
            }
        }
        for (relation, parents) in parts {
            let child = model.child(relation).ok_or(Error::NotFound)?;
            let carried = child.carried.clone();
            let kinds = kinds(&carried.fields);
            let via = child.field(relation.via).map(Field::column).unwrap_or_default();
            let mut sql = meta::sql::Sql::new();
            let here = meta::sql::Alias(0);
            sql.push("SELECT ").column(here, "id").push(",").column(here, "version");
            for field in &carried.fields {
                sql.push(",").column(here, &field.column());
            }
            sql.push(" FROM ").name(child.key).push(" AS ").alias(here).push(" WHERE ").column(here, &via);
            query::among(parents, &mut sql);
            sql.push(" AND ").column(here, "removed_at").push(" IS NULL ORDER BY ");
            sql.column(here, if child.field("position").is_some() { "position" } else { "id" }).push(",").column(here, "id");
            let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &kinds).await?;
            for row in rows {
                let line = record(carried.clone(), row);
                if let Some(parent) = line.named(relation.via).link() {
                    all.push((relation.key, parent, line));
                }
            }
        }
        Ok(all)
    }

    /// The names of the records that the links of some records lead to. A name that may not be seen is left out.
    pub(crate) async fn titles<'r>(
        &self,
        tx: &mut Tx,
        who: &Principal,
        records: impl Iterator<Item = &'r Record>,
    ) -> Result<HashMap<Id, String>> {
        let mut wanted: Vec<(&'static str, Vec<Id>)> = Vec::new();
        let mut want = |entity: &'static str, id: Id| {
            let ids = match wanted.iter_mut().find(|(key, _)| *key == entity) {
                Some((_, ids)) => ids,
                None => {
                    wanted.push((entity, Vec::new()));
                    &mut wanted.last_mut().unwrap_or_else(|| unreachable!("it was just pushed")).1
                }
            };
            if !ids.contains(&id) {
                ids.push(id);
            }
        };
        for record in records {
            for (field, value) in record.carried.fields.iter().zip(&record.values) {
                match (field.kind, value) {
                    (Kind::Link(target), Value::Link(id)) => want(target, *id),
                    // Where the record does not say which of them it is, each is asked: identities are never shared.
                    (Kind::About(targets), Value::Link(id)) => {
                        let kind = record.named(&format!("{}_kind", field.key)).text();
                        targets.iter().filter(|target| kind.is_empty() || kind == **target).for_each(|target| want(target, *id));
                    }
                    _ => {}
                }
            }
        }
        let mut titles = HashMap::new();
        for (key, ids) in wanted {
            self.titles_of(tx, who, key, &ids, &mut titles).await?;
        }
        Ok(titles)
    }

    /// The names of some records of one entity.
    pub(crate) async fn titles_of(
        &self,
        tx: &mut Tx,
        who: &Principal,
        key: &str,
        ids: &[Id],
        titles: &mut HashMap<Id, String>,
    ) -> Result<()> {
        let Some(entity) = who.model.entity(key) else { return Ok(()) };
        let (Some(seen), Some(title)) = (who.seen(entity), entity.field(entity.title)) else { return Ok(()) };
        // Most records say by their owner that they are seen; only about the others it is asked.
        let owner = entity.owner().filter(|_| !seen.is_everything());
        let fields: Vec<Field> = std::iter::once(title).chain(owner).copied().collect();
        let (everything, kinds) = (Filter::everything(), kinds(&fields));
        let first = if owner.is_some() { &everything } else { &seen };
        let carried = Arc::new(Carried::new(entity.key, fields.clone()));
        for some in ids.chunks(500) {
            let sql = self.compiling(who, |compile| query::records(entity, &fields, some, first, true, compile))?;
            let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &kinds).await?;
            let mut found: Vec<Record> = rows.into_iter().map(|row| record(carried.clone(), row)).collect();
            if owner.is_some() {
                let reaches = who.reaching_owner(Verb::See, entity);
                let asked: Vec<Id> = found.iter().filter(|record| !reaches(record)).map(|record| record.id).collect();
                let reached = if asked.is_empty() { Vec::new() } else { self.those(tx, who, entity, &asked, &seen).await? };
                found.retain(|record| !asked.contains(&record.id) || reached.contains(&record.id));
            }
            titles.extend(found.iter().map(|record| (record.id, record.named(title.key).text().to_owned())));
        }
        Ok(())
    }

    /// The names of some records of one entity, for pages that show chosen links.
    pub async fn names(&self, who: &Principal, entity: &str, ids: Vec<Id>) -> Result<HashMap<Id, String>> {
        let (engine, who, entity) = (self.clone(), who.clone(), entity.to_owned());
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let mut titles = HashMap::new();
                    engine.titles_of(tx, &who, &entity, &ids, &mut titles).await?;
                    Ok(titles)
                })
            })
            .await
    }
}

fn attach(records: &mut [(Record, Vec<Value>)], lines: Vec<(&'static str, Id, Record)>) {
    for (key, parent, line) in lines {
        if let Some((record, _)) = records.iter_mut().find(|(record, _)| record.id == parent) {
            match record.lines.iter_mut().find(|(relation, _)| *relation == key) {
                Some((_, lines)) => lines.push(line),
                None => record.lines.push((key, vec![line])),
            }
        }
    }
}

fn orders(entity: &Entity, sort: &[Sorting]) -> Result<Vec<Order>> {
    let own = [Sorting { field: entity.sort.0, descending: entity.sort.1 }];
    let sort = if sort.is_empty() { &own[..] } else { sort };
    let mut orders = Vec::new();
    if sort.len() > MOST_SORTED {
        return Err(Error::invalid("sort", Say::new("error-sort-unknown").with("name", sort[MOST_SORTED].field)));
    }
    for sorting in sort {
        let field =
            if sorting.field == "id" { &ID } else { entity.field(sorting.field).filter(|field| !field.secret).ok_or(Error::NotFound)? };
        orders.push(Order { field: *field, descending: sorting.descending });
    }
    Ok(orders)
}

/// The column types of `id`, `version` and these fields.
pub(crate) fn kinds(fields: &[Field]) -> Vec<ColumnType> {
    let mut kinds = Vec::with_capacity(fields.len() + 6);
    kinds.extend([ColumnType::Link, ColumnType::Int]);
    kinds.extend(fields.iter().map(|field| field.kind.column()));
    kinds
}

/// A record from a row of `id`, `version`, fields.
pub(crate) fn record(carried: Arc<Carried>, mut row: Vec<Value>) -> Record {
    let values = row.split_off(2);
    let id = row.first().and_then(Value::link).unwrap_or(Id::SYSTEM);
    let version = row.get(1).map(Value::int).unwrap_or_default();
    Record { carried, id, version, values, lines: Vec::new(), beyond: Default::default() }
}

pub(crate) async fn one_number(tx: &mut Tx, statement: &Statement) -> Result<i64> {
    Ok(tx.row(statement).await?.and_then(|row| row.first().map(Value::int)).unwrap_or_default())
}
