//! A list walked page by page, on and back, meets every record once, in one order, on both databases.

use crate::model::cases;
use crate::shop::{self, Shop, customer, shops};
use crate::world::runner;
use engine::{Act, Asked, Counted, Sorting};
use kernel::{Date, Error, Id, Moment, Value};
use meta::filter::compile::{Compile, Mode};
use meta::query::{Cursor, Order, Page};
use meta::{Entity, Field, Filter, Record};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::cmp::Ordering;
use store::{Dialect, Statement};

const SORTED: [&str; 8] = ["name", "owner", "born", "met", "size", "created_at", "changed_at", "id"];

fn sorts() -> impl Strategy<Value = Vec<Sorting>> {
    vec((select(SORTED.to_vec()), any::<bool>()), 1..4)
        .prop_map(|keys| keys.into_iter().map(|(field, descending)| Sorting { field, descending }).collect())
}

/// Customers with many ties and many empty values.
async fn fill(shop: &Shop, number: usize, seed: usize) {
    let names = ["", "a", "à", "B", "b", "ß", "\u{10FFFF}", "😀", "zeta"];
    let owners = [None, shop.anna.user, shop.bruno.user, shop.carla.user];
    let acts = (0..number)
        .map(|place| {
            let turn = place * 7 + seed * 13 + place / 5;
            let mut draft = customer(&format!("x{}", names[turn % names.len()])).with(shop::SIZE.id(), (turn % 3) as i64 - 1);
            draft.put(shop::OWNER.id(), owners[turn % owners.len()].into());
            if !turn.is_multiple_of(4) {
                draft.put(shop::BORN.id(), Date::new(1990, 1, (turn % 5) as i8 + 1).map_or(Value::Empty, Value::Date));
            }
            if !turn.is_multiple_of(3) {
                draft.put(shop::MET.id(), Value::Moment(Moment::from_millis((turn % 4) as i64 * 1_000 - 1_500)));
            }
            Act::Create(draft)
        })
        .collect();
    shop.engine.write(&shop.admin, "create", acts).await.expect("customers");
}

fn value(record: &Record, field: &Field) -> Value {
    if field.key == "id" { Value::Link(record.id) } else { meta::filter::resolve::compared(field.kind, record.named(field.key)) }
}

/// The order as it is meant: empty first, texts by their folded form, the identity last.
fn compare(one: &Record, other: &Record, sort: &[Sorting], entity: &Entity) -> Ordering {
    for sorting in sort {
        let field = entity.field(sorting.field).copied().unwrap_or(meta::filter::compile::ID);
        let (a, b) = (value(one, &field), value(other, &field));
        let order = match (&a, &b) {
            (Value::Empty, Value::Empty) => Ordering::Equal,
            (Value::Empty, _) => Ordering::Less,
            (_, Value::Empty) => Ordering::Greater,
            _ => meta::filter::resolve::order(&a, &b).expect("values of one kind"),
        };
        let order = if sorting.descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    let ids = one.id.cmp(&other.id);
    if sort.last().is_some_and(|sorting| sorting.descending) { ids.reverse() } else { ids }
}

async fn page(shop: &Shop, sort: &[Sorting], limit: usize, after: Option<Cursor>) -> engine::Listed {
    let mut asked = Asked::new(shop.entity("customer"));
    asked.sort = sort.to_vec();
    asked.limit = limit;
    asked.fields = vec!["name", "owner", "born", "met", "size", "created_at", "changed_at"];
    asked.after = after;
    shop.engine.list(&shop.admin, asked).await.unwrap_or_else(|error| panic!("{shop:?}: {error}"))
}

async fn walk(shop: &Shop, sort: &[Sorting], limit: usize) -> Result<(), TestCaseError> {
    let all = page(shop, sort, 200, None).await;
    let mut meant: Vec<&Record> = all.records.iter().collect();
    meant.sort_by(|one, other| compare(one, other, sort, &shop.entity("customer")));
    let meant: Vec<Id> = meant.into_iter().map(|record| record.id).collect();
    let ids = |records: &[Record]| records.iter().map(|record| record.id).collect::<Vec<_>>();
    prop_assert_eq!(ids(&all.records), meant.clone(), "{:?}: the whole list", shop);
    prop_assert!(all.next.is_none() && all.previous.is_none());
    let (mut on, mut after) = (Vec::new(), None);
    let last = loop {
        let listed = page(shop, sort, limit, after.take()).await;
        prop_assert_eq!(listed.previous.is_some(), !on.is_empty());
        on.extend(ids(&listed.records));
        match listed.next.clone() {
            Some(next) => after = Some(next),
            None => break listed,
        }
        prop_assert!(on.len() <= meant.len(), "{:?}: the walk does not end", shop);
    };
    prop_assert_eq!(&on, &meant, "{:?}: onward", shop);
    let mut back = ids(&last.records);
    let mut before = last.previous;
    while let Some(cursor) = before {
        let listed = page(shop, sort, limit, Some(cursor)).await;
        prop_assert!(listed.next.is_some());
        back.splice(0..0, ids(&listed.records));
        before = listed.previous;
        prop_assert!(back.len() <= meant.len(), "{:?}: the walk back does not end", shop);
    }
    prop_assert_eq!(&back, &meant, "{:?}: backward", shop);
    // Each knows its place, as far as is counted.
    let all = meant.len() as i64;
    for (before, id) in meant.iter().enumerate().step_by(limit) {
        for most in [1, limit * 3, meant.len() - 1, meant.len(), 10_000] {
            let asked = Asked { sort: sort.to_vec(), ..Asked::new(shop.entity("customer")) };
            let position = shop.engine.position(&shop.admin, asked, *id, most).await.expect("a place").expect("in the list");
            let (place, counted) = (before as i64 + 1, most as i64);
            prop_assert_eq!(position.number, (place <= counted).then_some(place), "{:?}: of {}", shop, most);
            prop_assert_eq!(position.of, Counted { number: all.min(counted), more: all > counted });
        }
    }
    Ok(())
}

#[test]
fn every_record_is_met_once_in_one_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shops = runtime.block_on(async {
        let shops = shops().await;
        for shop in &shops {
            for seed in 0..3 {
                fill(shop, 14, seed).await;
                shop.clock.pass(1_000);
            }
        }
        shops
    });
    let outcome = runner(1, cases(40)).run(&(sorts(), 2..9_usize), |(sort, limit)| {
        runtime.block_on(async {
            for shop in &shops {
                walk(shop, &sort, limit).await?;
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async { drop(shops) });
}

#[tokio::test]
async fn what_comes_in_between_causes_no_repeats() {
    for shop in shops().await {
        fill(&shop, 30, 1).await;
        for (field, descending) in [("name", false), ("born", true), ("created_at", true), ("met", false)] {
            let sort = [Sorting { field, descending }];
            let before: Vec<Id> = page(&shop, &sort, 200, None).await.records.iter().map(|record| record.id).collect();
            let (mut met, mut after) = (Vec::new(), None);
            for turn in 0.. {
                let listed = page(&shop, &sort, 7, after.take()).await;
                met.extend(listed.records.iter().map(|record| record.id));
                shop.clock.pass(10);
                fill(&shop, 3, turn).await;
                match listed.next {
                    Some(next) if turn < 40 => after = Some(next),
                    _ => break,
                }
            }
            let mut once = met.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), met.len(), "{shop:?} {field}: a record came twice");
            let old: Vec<Id> = met.into_iter().filter(|id| before.contains(id)).collect();
            assert_eq!(old, before, "{shop:?} {field}: one was passed over");
        }
    }
}

/// Whatever stands in a cursor from outside, the answer is a page or a refusal.
#[test]
fn any_cursor_is_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shops = runtime.block_on(async {
        let shops = shops().await;
        for shop in &shops {
            fill(shop, 10, 0).await;
        }
        shops
    });
    let texts = || any::<String>().prop_map(Value::Text).boxed();
    let numbers = || prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()].prop_map(Value::Int).boxed();
    let moments = || {
        let millis = prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>(), -9_000_000_000_000_000..9_000_000_000_000_000_i64];
        millis.prop_map(|millis| Value::Moment(Moment::from_millis(millis))).boxed()
    };
    let links = || (1..i64::MAX).prop_map(|number| Value::Link(crate::trees::id(number))).boxed();
    let days = || (-719_162..2_932_896_i32).prop_map(|days| Date::from_days(days).map_or(Value::Empty, Value::Date)).boxed();
    let fitting = move |key: &str| match key {
        "name" => texts(),
        "size" => numbers(),
        "owner" | "id" => links(),
        "born" => days(),
        _ => moments(),
    };
    let anything = move || {
        let bytes = vec(any::<u8>(), 0..4).prop_map(Value::Bytes).boxed();
        let answer = any::<bool>().prop_map(Value::Bool).boxed();
        prop_oneof![Just(Value::Empty), texts(), numbers(), moments(), links(), days(), bytes, answer].boxed()
    };
    let cursors = sorts().prop_flat_map(move |sort| {
        let values: Vec<BoxedStrategy<Value>> =
            sort.iter().map(|sorting| prop_oneof![8 => fitting(sorting.field), 1 => Just(Value::Empty), 1 => anything()].boxed()).collect();
        let values = prop_oneof![9 => values, 1 => vec(anything(), 0..4)];
        (Just(sort), values, 1..i64::MAX, any::<bool>())
    });
    let outcome = runner(2, cases(200)).run(&cursors, |(sort, values, id, backward)| {
        runtime.block_on(async {
            for shop in &shops {
                let mut asked = Asked::new(shop.entity("customer"));
                asked.sort = sort.clone();
                asked.after = Some(Cursor { values: values.clone(), id: crate::trees::id(id), backward });
                match shop.engine.list(&shop.admin, asked).await {
                    Ok(_) | Err(Error::Invalid(_)) => {}
                    Err(other) => return Err(TestCaseError::fail(format!("{shop:?}: {other}"))),
                }
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async { drop(shops) });
}

/// Lists are read from their indexes, in both directions and from any page on: nothing is sorted.
#[tokio::test]
async fn sorted_lists_use_their_indexes() {
    for shop in shops().await {
        fill(&shop, 14, 0).await;
        let model = shop.engine.model();
        let entity = shop.entity("customer");
        let present = shop.engine.present(&shop.admin);
        let dialect = shop.engine.store().dialect();
        let visible = |_: &Entity| Filter::everything();
        let compile = Compile { model: &model, whole: &model, dialect, present: &present, visible: &visible, mode: Mode::Collect };
        for key in ["name", "created_at", "changed_at", "born", "met", "size", "owner"] {
            for descending in [false, true] {
                let sort = [Sorting { field: key, descending }];
                let next = page(&shop, &sort, 5, None).await.next;
                for after in [None, next] {
                    let field = *entity.field(key).expect("a field");
                    let order = [Order { field, descending }];
                    let everything = Filter::everything();
                    let page = Page {
                        entity: &entity,
                        fields: &entity.fields,
                        filter: &everything,
                        seen: &everything,
                        trash: false,
                        order: &order,
                        after: after.as_ref(),
                        limit: 51,
                    };
                    let sql = page.sql(&compile).expect("a question");
                    let plan = plan(&shop, dialect, sql).await;
                    let sorted = plan.contains("TEMP B-TREE") || plan.contains("Sort");
                    assert!(!sorted && plan.contains(&format!("customer_by_{key}")), "{key} {descending} {after:?}:\n{plan}");
                }
            }
        }
    }
}

async fn plan(shop: &Shop, dialect: Dialect, sql: meta::sql::Sql) -> String {
    let explain = if dialect == Dialect::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let statement = Statement::new(format!("{explain} {}", sql.text), sql.values);
    let plan = shop.engine.store().write(move |tx| {
        Box::pin(async move {
            if dialect == Dialect::Postgres {
                // The table is too small for an index to be worth it otherwise.
                for off in ["enable_seqscan", "enable_bitmapscan"] {
                    tx.execute(&Statement::new(format!("SET LOCAL {off} = off"), Vec::new())).await?;
                }
            }
            let column = usize::from(dialect == Dialect::Sqlite) * 3;
            Ok(tx.rows(&statement).await?.iter().map(|row| row.text(column).to_owned()).collect::<Vec<_>>().join("\n"))
        })
    });
    plan.await.expect("a plan")
}
