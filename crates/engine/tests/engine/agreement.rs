//! A filter gives the same in memory, on SQLite and on PostgreSQL; and `not` is the plain complement.

use crate::model::cases;
use crate::trees::{id, tree};
use crate::world::{Invented, runner};
use kernel::{Id, Zone};
use meta::filter::compile::Mode;
use meta::filter::print::print;
use meta::filter::time::Present;
use meta::{Entity, Filter};
use proptest::prelude::*;
use store::Store;

const DAYS: [&str; 6] = ["2026-03-29", "2026-03-30", "2026-10-25", "2024-02-29", "2025-12-31", "2026-06-15"];

fn present(seed: u64) -> Present {
    let today = DAYS[seed as usize % DAYS.len()].parse().unwrap_or_else(|_| panic!("a day"));
    Present { today, zone: Zone::rome(), me: (!seed.is_multiple_of(3)).then(|| id(19 + seed as i64 % 8)) }
}

#[test]
fn memory_and_both_databases_agree() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stores = runtime.block_on(store::testing::both());
    for seed in 0..u64::from(cases(4)) {
        let world = Invented::new(seed, present(seed), seed % 2 == 1);
        for store in &stores {
            runtime.block_on(world.put_into(store));
        }
        for (place, entity) in ["company", "site", "user", "line"].into_iter().enumerate() {
            let described = world.model.entity(entity).expect("an entity").clone();
            let outcome = runner(seed * 4 + place as u64, if entity == "company" { 60 } else { 25 })
                .run(&tree(&world.model, entity, 3), |filter| runtime.block_on(agree(&world, &stores, &described, &filter)));
            outcome.unwrap_or_else(|error| panic!("world {seed} ({:?}): {error}", world.seen));
        }
    }
    runtime.block_on(async { drop(stores) });
}

async fn agree(world: &Invented, stores: &[Store], entity: &Entity, filter: &Filter) -> Result<(), TestCaseError> {
    let text = print(filter, &world.model, entity);
    let failed = |what: String| TestCaseError::fail(format!("{what}, for {}: {text}", entity.plural));
    let memory = world.selected(entity, filter).map_err(|error| failed(format!("memory: {error}")))?;
    let negated = filter.clone().negate();
    for store in stores {
        for mode in [Mode::Collect, Mode::Probe] {
            let found =
                world.selected_in(store, entity, filter, mode).await.map_err(|error| failed(format!("{store:?} {mode:?}: {error}")))?;
            if found != memory {
                return Err(failed(format!("{store:?} {mode:?} gives {}, memory {}", numbers(&found), numbers(&memory))));
            }
        }
        let count = |filter: Filter| async move { world.count_in(store, entity, &filter).await };
        let (some, others, all) = (count(filter.clone()).await, count(negated.clone()).await, count(Filter::everything()).await);
        let (some, others, all) = (
            some.map_err(|error| failed(error.to_string()))?,
            others.map_err(|error| failed(format!("not: {error}")))?,
            all.map_err(|error| failed(error.to_string()))?,
        );
        if some + others != all || some != memory.len() as i64 {
            return Err(failed(format!("{store:?}: {some} and {others} others of {all}")));
        }
    }
    Ok(())
}

fn numbers(ids: &[Id]) -> String {
    format!("{:?}", ids.iter().map(|id| id.number()).collect::<Vec<_>>())
}

/// Filters as long as they may be don't break a database.
#[tokio::test]
async fn the_longest_filters_are_answered() {
    let world = Invented::new(7, present(0), false);
    let company = world.model.entity("company").expect("companies").clone();
    let days: Vec<String> = (0..1_000).map(|day| format!("{}-{:02}-{:02}", 1950 + day / 300, 1 + day / 25 % 12, 1 + day % 25)).collect();
    let deep = |inner: &str| format!("{}{inner}{}", "exists(branches where ".repeat(7), ")".repeat(7));
    let texts = [
        format!("called in ({})", days.join(", ")),
        format!("founded not in ({})", days.join(", ")),
        format!("size in ({})", (0..1_000).map(|n| n.to_string()).collect::<Vec<_>>().join(",")),
        vec!["size is 1"; 200].join(" or "),
        vec!["not (size is 1 and credit > 5)"; 100].join(" and "),
        vec!["count(sites where open is yes) > 1"; 60].join(" or "),
        vec!["last(sites.visited where size > 1) within this year"; 60].join(" or "),
        vec!["owner.employer.parent.name is not \"x\""; 100].join(" and "),
        deep("called is today"),
        format!("{}size is 1{}", "not (not not not not ".repeat(8), ")".repeat(8)),
        format!("name contains \"{}\"", "%".repeat(19_000)),
    ];
    for store in store::testing::both().await {
        world.put_into(&store).await;
        for text in &texts {
            let filter =
                meta::filter::parse::parse(text, &world.model, &company).unwrap_or_else(|error| panic!("{error}: {}", &text[..80]));
            let memory = world.selected(&company, &filter).expect("an answer");
            let found = world.selected_in(&store, &company, &filter, Mode::Collect).await;
            assert_eq!(found.unwrap_or_else(|error| panic!("{store:?}: {error:.300}: {text:.80}")), memory, "{text:.100}");
        }
    }
}
