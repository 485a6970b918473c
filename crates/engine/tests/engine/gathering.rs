//! Groups and sums come to what the records say, over random customers and questions, for whoever asks, on both databases.

use crate::model::cases;
use crate::shop::{self, Shop, customer, shops};
use crate::world::runner;
use engine::{Act, Asked, Gathered, Period, Principal, within};
use kernel::{Date, Error, Moment, Value};
use meta::Record;
use meta::filter::{Filter, Operand, Path, Test};
use proptest::collection::vec;
use proptest::prelude::*;

type Row = (usize, usize, i64, i64, usize, usize);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    vec((0..4_usize, 0..3_usize, -5_000..5_000_i64, 0..400_i64, 0..2_usize, 0..9_usize), 0..40)
}

/// Customers that are told from those of other cases by their tax number.
async fn fill(shop: &Shop, rows: &[Row], case: &str) {
    let owners = [None, shop.anna.user, shop.bruno.user, shop.carla.user];
    let names = ["Alfa", "alfà", "Beta"];
    let acts = rows.iter().map(|(owner, name, size, day, stage, hour)| {
        let mut draft = customer(names[*name])
            .with(shop::TAX.id(), case)
            .with(shop::SIZE.id(), *size)
            .with(shop::CREDIT.id(), size * 3)
            .with(shop::STAGE.id(), ["lead", "customer"][*stage]);
        draft.put(shop::OWNER.id(), owners[*owner].into());
        if *day > 20 {
            draft.put(shop::BORN.id(), Date::new(2020, 1, 1).map_or(Value::Empty, |first| Value::Date(first.plus_days(*day))));
            let at = 1_577_836_800_000 + day * 86_400_000 + (*hour as i64) * 5_000_000;
            draft.put(shop::MET.id(), Value::Moment(Moment::from_millis(at)));
        }
        Act::Create(draft)
    });
    shop.engine.write(&shop.admin, "create", acts.collect()).await.expect("customers");
}

/// All that somebody sees of a filter, page by page.
async fn seen(shop: &Shop, who: &Principal, filter: &Filter) -> Vec<Record> {
    let entity = shop.engine.entity("customer").expect("customers");
    let mut asked = Asked {
        limit: 200,
        fields: vec!["size", "credit", "stage", "owner", "born", "met", "name"],
        ..Asked::new(entity).filtered(filter.clone())
    };
    let mut all = Vec::new();
    loop {
        let listed = shop.engine.list(who, asked.clone()).await.expect("a page");
        all.extend(listed.records);
        match listed.next {
            Some(next) => asked.after = Some(next),
            None => return all,
        }
    }
}

async fn gathered(shop: &Shop, who: &Principal, filter: &Filter, by: Option<(&'static str, Period)>) -> Vec<Gathered> {
    let entity = shop.engine.entity("customer").expect("customers");
    shop.engine.gather(who, &entity, filter, false, by, &["size", "credit"], 1_000).await.expect("groups")
}

fn agrees(group: &Gathered, records: &[Record]) {
    assert_eq!(group.count, records.len() as i64);
    for (place, key) in ["size", "credit"].into_iter().enumerate() {
        let values: Vec<i64> = records.iter().map(|record| record.named(key).int()).collect();
        let number = group.numbers[place];
        assert_eq!(number.sum, values.iter().sum::<i64>());
        assert_eq!((number.least, number.most), (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0)));
    }
}

#[test]
fn groups_come_to_what_their_records_say() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shops = runtime.block_on(shops());
    let case = std::cell::Cell::new(0);
    let outcome = runner(1, cases(12)).run(&(rows(), any::<bool>()), |(rows, narrow)| {
        case.set(case.get() + 1);
        runtime.block_on(told(&shops, &rows, narrow, &format!("CASE{}", case.get())));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async { drop(shops) });
}

async fn told(shops: &[Shop], rows: &[Row], narrow: bool, case: &str) {
    const GROUPS: [(&str, Period); 6] = [
        ("stage", Period::Month),
        ("owner", Period::Month),
        ("name", Period::Month),
        ("born", Period::Month),
        ("born", Period::Year),
        ("met", Period::Month),
    ];
    let mut told = Vec::new();
    for shop in shops {
        fill(shop, rows, case).await;
        let entity = shop.engine.entity("customer").expect("customers");
        let own = shop::TAX.is(case);
        let filter = if narrow { own.and(Filter::Test(Path::of("size"), Test::More(Operand::Value(Value::Int(0))))) } else { own };
        for who in [&shop.admin, &shop.anna] {
            let whole = gathered(shop, who, &filter, None).await;
            assert_eq!(whole.len(), 1);
            agrees(&whole[0], &seen(shop, who, &filter).await);
            for (key, period) in GROUPS {
                let field = entity.field(key).expect("a field");
                let groups = gathered(shop, who, &filter, Some((key, period))).await;
                let count: i64 = groups.iter().map(|group| group.count).sum();
                assert_eq!(count, whole[0].count, "{key}: nobody is left out, nobody counted twice");
                for group in &groups {
                    agrees(group, &seen(shop, who, &filter.clone().and(within(field, &group.key, period))).await);
                }
                // Who looks after them has another identity on each database.
                if key != "owner" {
                    told.push((key, groups.into_iter().map(|group| (group.key, group.count)).collect::<Vec<_>>()));
                }
            }
        }
    }
    let each = told.len() / shops.len();
    assert!(told.chunks(each).all(|other| other == &told[..each]), "the same on both databases");
}

#[tokio::test]
async fn what_makes_no_groups_is_refused() {
    for shop in shops().await {
        let entity = shop.engine.entity("customer").expect("customers");
        let all = Filter::everything();
        for by in ["secret", "size", "nothing", "phone_count"] {
            let asked = shop.engine.gather(&shop.admin, &entity, &all, false, Some((by, Period::Month)), &[], 10).await;
            assert!(matches!(asked, Err(Error::Invalid(_))), "{by}");
        }
        for number in ["name", "secret", "version"] {
            let asked = shop.engine.gather(&shop.admin, &entity, &all, false, None, &[number], 10).await;
            assert!(matches!(asked, Err(Error::Invalid(_))), "{number}");
        }
    }
}
