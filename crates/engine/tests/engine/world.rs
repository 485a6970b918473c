//! Random worlds: some sixty records that link to each other, to nothing, and to what is not there; put into
//! databases as they are, so that filters can be asked there and in memory.

use crate::model::model;
use crate::trees::{id, ids, tree, value};
use kernel::{Id, Result, Value, fold};
use meta::entity::Relation;
use meta::filter::compile::{Compile, Mode};
use meta::filter::evaluate::{Evaluate, World};
use meta::filter::time::Present;
use meta::{Entity, Filter, Kind, Model, Record};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::{Statement, Store};

/// The identities of each entity's records.
pub const RANGES: [(&str, std::ops::RangeInclusive<i64>); 4] =
    [("company", 1..=18), ("user", 19..=26), ("site", 27..=42), ("line", 43..=60)];

/// Records, and what of each entity the asker may see.
#[derive(Debug, Clone)]
pub struct Invented {
    pub model: Arc<Model>,
    pub records: HashMap<&'static str, Vec<Record>>,
    pub seen: HashMap<&'static str, Filter>,
    pub present: Present,
    visible: HashSet<Id>,
}

pub fn runner(seed: u64, cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 2_000,
        ..Config::default()
    })
}

impl Invented {
    /// The world of a number: the same one every time.
    pub fn new(seed: u64, present: Present, restricted: bool) -> Invented {
        let model = Arc::new(model());
        let mut runner = runner(seed, 1);
        let mut draw = |strategy: BoxedStrategy<Value>| strategy.new_tree(&mut runner).expect("a value").current();
        let mut records = HashMap::new();
        for (key, range) in RANGES {
            let entity = model.entity(key).expect("an entity");
            let all: Vec<Record> = range.map(|number| record(entity, id(number), &mut draw)).collect();
            records.insert(key, all);
        }
        let mut filters = self::runner(seed ^ 0x5eed, 1);
        let seen = RANGES
            .iter()
            .filter(|_| restricted)
            .map(|(key, _)| (*key, tree(&model, key, 1).new_tree(&mut filters).expect("a filter").current()))
            .collect();
        let mut world = Invented { model, records, seen, present, visible: HashSet::new() };
        world.visible = world.visible_now();
        world
    }

    fn visible_now(&self) -> HashSet<Id> {
        let plain = Plain(self);
        let evaluate = Evaluate { model: &self.model, present: &self.present, world: &plain };
        let mut visible = HashSet::new();
        for (key, records) in &self.records {
            let entity = self.model.entity(key).expect("an entity");
            for record in records {
                if evaluate.holds(&self.seen_of(key), entity, record).expect("visibility") {
                    visible.insert(record.id);
                }
            }
        }
        visible
    }

    pub fn seen_of(&self, entity: &str) -> Filter {
        self.seen.get(entity).cloned().unwrap_or_else(Filter::everything)
    }

    /// Puts all records into a store, as they are.
    pub async fn put_into(&self, store: &Store) {
        let mut tables = self.model.tables();
        tables.iter_mut().for_each(|table| table.searchable = false);
        store.shape(&tables).await.expect("the shape");
        for (key, records) in &self.records {
            let entity = self.model.entity(key).expect("an entity").clone();
            let rows: Vec<Vec<Value>> = records.iter().map(row).collect();
            let key = *key;
            let put = store.write(move |tx| {
                Box::pin(async move {
                    let all = format!("DELETE FROM \"{key}\"");
                    tx.execute(&Statement::new(all, Vec::new())).await?;
                    tx.insert_many(key, &entity.stored, rows).await
                })
            });
            put.await.expect("the records");
        }
    }

    /// The living records that a filter selects and the asker may see, reckoned in memory.
    pub fn selected(&self, entity: &Entity, filter: &Filter) -> Result<Vec<Id>> {
        let evaluate = Evaluate { model: &self.model, present: &self.present, world: self };
        let mut selected = Vec::new();
        for record in &self.records[entity.key] {
            if record.removed_at().is_none() && self.visible.contains(&record.id) && evaluate.holds(filter, entity, record)? {
                selected.push(record.id);
            }
        }
        Ok(selected)
    }

    /// The same, asked of a database.
    pub async fn selected_in(&self, store: &Store, entity: &Entity, filter: &Filter, mode: Mode) -> Result<Vec<Id>> {
        let visible = |entity: &Entity| self.seen_of(entity.key);
        let compile =
            Compile { model: &self.model, whole: &self.model, dialect: store.dialect(), present: &self.present, visible: &visible, mode };
        let sql = meta::query::selected(entity, filter, &self.seen_of(entity.key), false, None, 1_000, &compile)?;
        let statement = Statement::new(sql.text, sql.values);
        store.read(move |tx| Box::pin(async move { Ok(tx.rows(&statement).await?.iter().filter_map(|row| row.link(0)).collect()) })).await
    }

    /// How many there are, by the database's own counting.
    pub async fn count_in(&self, store: &Store, entity: &Entity, filter: &Filter) -> Result<i64> {
        let visible = |entity: &Entity| self.seen_of(entity.key);
        let compile = Compile {
            model: &self.model,
            whole: &self.model,
            dialect: store.dialect(),
            present: &self.present,
            visible: &visible,
            mode: Mode::Collect,
        };
        let sql = meta::query::count(entity, filter, &self.seen_of(entity.key), false, None, &compile)?;
        let statement = Statement::new(sql.text, sql.values);
        store.read(move |tx| Box::pin(async move { Ok(tx.rows(&statement).await?.first().map_or(0, |row| row.int(0))) })).await
    }

    fn found(&self, entity: &str, id: Id) -> Option<&Record> {
        self.records.get(entity)?.iter().find(|record| record.id == id)
    }

    fn related(&self, relation: &Relation, parent: Id) -> impl Iterator<Item = &Record> {
        let via = relation.via;
        self.records[relation.child].iter().filter(move |one| one.named(via).link() == Some(parent) && one.removed_at().is_none())
    }
}

/// The world as the asker sees it.
impl World for Invented {
    fn record(&self, entity: &str, id: Id) -> Option<&Record> {
        self.found(entity, id).filter(|record| self.visible.contains(&record.id))
    }

    fn children(&self, relation: &Relation, parent: Id) -> Vec<&Record> {
        // Owned lines are seen with whom they belong to.
        self.related(relation, parent).filter(|record| relation.owned || self.visible.contains(&record.id)).collect()
    }
}

/// The world as it is.
struct Plain<'w>(&'w Invented);

impl World for Plain<'_> {
    fn record(&self, entity: &str, id: Id) -> Option<&Record> {
        self.0.found(entity, id)
    }

    fn children(&self, relation: &Relation, parent: Id) -> Vec<&Record> {
        self.0.related(relation, parent).collect()
    }
}

fn record(entity: &Entity, number: Id, draw: &mut impl FnMut(BoxedStrategy<Value>) -> Value) -> Record {
    let carried = entity.carried.clone();
    let values = carried
        .fields
        .iter()
        .map(|field| match (field.key, field.kind) {
            ("removed_at", _) => draw(prop_oneof![4 => Just(Value::Empty), 1 => value(field)].boxed()),
            ("parent_kind", _) => Value::from(""),
            (_, Kind::Link(target)) => draw(link(&[target])),
            (_, Kind::About(targets)) => draw(link(targets)),
            _ => draw(value(field)),
        })
        .collect();
    let version = draw((1..4_i64).prop_map(Value::Int).boxed()).int();
    let mut record = Record { carried, id: number, version, values, lines: Vec::new(), beyond: Default::default() };
    if let (Some(kind), Some(parent)) = (entity.field("parent_kind"), record.named("parent").link()) {
        let target = RANGES.iter().find(|(_, range)| range.contains(&parent.number())).map_or("", |(key, _)| *key);
        record.put(kind.id, Value::from(target));
    }
    record
}

fn link(targets: &[&'static str]) -> BoxedStrategy<Value> {
    let known: Vec<i64> = RANGES.into_iter().filter(|(key, _)| targets.contains(key)).flat_map(|(_, range)| range).collect();
    prop_oneof![
        2 => Just(Value::Empty),
        7 => proptest::sample::select(known).prop_map(|number| Value::Link(id(number))),
        1 => ids().prop_map(Value::Link),
    ]
    .boxed()
}

/// A row in the order of the table's columns.
pub fn row(record: &Record) -> Vec<Value> {
    let mut values = vec![Value::Link(record.id)];
    for (field, value) in record.carried.fields.iter().zip(&record.values) {
        values.push(value.clone());
        if field.folded() {
            values.push(Value::Text(fold(value.text())));
        }
    }
    values.push(Value::Int(record.version));
    values
}
