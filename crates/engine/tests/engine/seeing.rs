//! Who sees what: in lists, counts, single records, aggregates, search, and the names of what links lead to.

use crate::shop::{self, Shop, customer, deal, number, person, place, shops};
use engine::{Asked, Draft, Principal, Through};
use kernel::{Error, Id};
use meta::Filter;
use meta::filter::parse::parse;

async fn names(shop: &Shop, who: &Principal, entity: &str, filter: &str) -> Vec<String> {
    let entity = shop.entity(entity);
    let filter = parse(filter, &shop.engine.model(), &entity).expect("a filter");
    let listed = shop.engine.list(who, Asked::new(entity.clone()).filtered(filter.clone())).await.expect("a list");
    let names: Vec<String> = listed.records.iter().map(|record| record.named(entity.title).text().to_owned()).collect();
    let counted = shop.engine.count(who, &entity, &filter, false, None).await.expect("a count");
    assert_eq!(counted.number as usize, names.len(), "{shop:?}: the count of {filter:?}");
    for record in &listed.records {
        assert!(shop.engine.show(who, &entity, record.id).await.is_ok(), "{shop:?}: what is listed is shown");
    }
    names
}

struct Placed {
    annas: Id,
    carlas: Id,
    person: Id,
}

/// A customer of Anna's and one of Carla's, each with a deal; somebody of Carla's who also works for Anna's customer.
async fn placed(shop: &Shop) -> Placed {
    let mut draft = customer("di Anna").with(shop::SIZE.id(), 5);
    draft.lines = vec![("phones", vec![number("050 11")])];
    let annas = shop.create(&shop.anna, draft).await;
    let mut draft = customer("di Carla").with(shop::SIZE.id(), 7).with(shop::PARENT.id(), annas).with(shop::OWNER.id(), shop.carla.user);
    draft.lines = vec![("phones", vec![number("050 22")])];
    let carlas = shop.create(&shop.admin, draft).await;
    for (who, customer, title, amount) in [(&shop.anna, annas, "affare Anna", 100), (&shop.carla, carlas, "affare Carla", 900)] {
        let draft = Draft::new("deal").with(deal::TITLE.id(), title).with(deal::CUSTOMER.id(), customer).with(deal::AMOUNT.id(), amount);
        shop.create(who, draft).await;
    }
    let mut draft = Draft::new("person").with(person::NAME.id(), "Piero").with(person::OWNER.id(), shop.carla.user);
    draft.lines = vec![("phones", vec![number("050 33")])];
    let person = shop.create(&shop.carla, draft).await;
    shop.create(&shop.carla, Draft::new("person").with(person::NAME.id(), "Paola")).await;
    for customer in [annas, carlas] {
        let draft = Draft::new("place").with(place::CUSTOMER.id(), customer).with(place::PERSON.id(), person);
        shop.create(&shop.admin, draft).await;
    }
    Placed { annas, carlas, person }
}

#[tokio::test]
async fn everybody_sees_his_own_and_his_teams() {
    for shop in shops().await {
        let Placed { annas, carlas, person } = placed(&shop).await;
        for (who, customers, deals, people) in [
            (&shop.anna, vec!["di Anna"], vec!["affare Anna"], vec!["Piero"]),
            (&shop.bruno, vec!["di Anna"], vec!["affare Anna"], vec!["Piero"]),
            (&shop.carla, vec!["di Carla"], vec!["affare Carla"], vec!["Paola", "Piero"]),
            (&shop.reader, vec!["di Anna", "di Carla"], vec!["affare Anna", "affare Carla"], vec!["Paola", "Piero"]),
            (&shop.admin, vec!["di Anna", "di Carla"], vec!["affare Anna", "affare Carla"], vec!["Paola", "Piero"]),
        ] {
            assert_eq!(names(&shop, who, "customer", "").await, customers, "{shop:?} {}", who.name);
            assert_eq!(names(&shop, who, "deal", "").await, deals, "{shop:?} {}: through the customer", who.name);
            assert_eq!(names(&shop, who, "person", "").await, people, "{shop:?} {}: his own, or through a place", who.name);
        }
        // Lines are as those they belong to, even asked for by themselves.
        assert_eq!(names(&shop, &shop.anna, "phone", "").await, ["050 11", "050 33"]);
        assert_eq!(names(&shop, &shop.carla, "phone", "").await, ["050 22", "050 33"]);
        assert_eq!(names(&shop, &shop.admin, "phone", "").await.len(), 3);
        // With whom they belong to, they are seen.
        let (piero, _) = shop.engine.show(&shop.anna, &shop.entity("person"), person).await.expect("Piero");
        assert_eq!(piero.lines("phones").len(), 1);
        assert_eq!(names(&shop, &shop.anna, "person", "exists(phones where number contains \"33\")").await, ["Piero"]);
        // What can't be seen is not found, whatever is asked.
        let entity = shop.entity("customer");
        assert!(matches!(shop.engine.show(&shop.anna, &entity, carlas).await, Err(Error::NotFound)));
        assert!(matches!(shop.engine.history(&shop.anna, &entity, carlas, 9).await, Err(Error::NotFound)));
        assert!(matches!(shop.change(&shop.anna, carlas, vec![(shop::NAME.id(), "mia".into())]).await, Err(Error::NotFound)));
        assert!(matches!(shop.engine.remove(&shop.anna, &entity, carlas, None).await, Err(Error::NotFound)));
        assert!(matches!(shop.change(&shop.reader, annas, vec![(shop::NAME.id(), "x".into())]).await, Err(Error::Forbidden(_))));
        assert!(matches!(shop.engine.create(&shop.reader, customer("x")).await, Err(Error::Forbidden(_))));
        assert!(matches!(shop.engine.create(&shop.anna, Draft::new("team")).await, Err(Error::Forbidden(_))));
    }
}

#[tokio::test]
async fn aggregates_links_and_searches_reach_no_further() {
    for shop in shops().await {
        let Placed { annas, carlas, person } = placed(&shop).await;
        let see = async |who: &Principal, entity: &str, filter: &str| names(&shop, who, entity, filter).await;
        // Piero's places: Anna sees one of two.
        assert_eq!(see(&shop.anna, "person", "count(places) is 1").await, ["Piero"]);
        assert_eq!(see(&shop.admin, "person", "count(places) is 2").await, ["Piero"]);
        assert!(
            see(&shop.anna, "person", "exists(places where customer.size is 7)").await.is_empty(),
            "nothing is told of Carla's customer"
        );
        assert!(see(&shop.anna, "person", "max(places.created_at where customer.name contains Carla) is not empty").await.is_empty());
        assert_eq!(see(&shop.admin, "person", "exists(places where customer.size is 7)").await, ["Piero"]);
        // Carla's customer belongs to Anna's, which she doesn't see: a link to nowhere.
        assert_eq!(see(&shop.carla, "customer", "parent.name is empty").await, ["di Carla"]);
        assert!(see(&shop.carla, "customer", "parent.size > 0").await.is_empty());
        assert_eq!(see(&shop.admin, "customer", "parent.size is 5").await, ["di Carla"]);
        let (record, titles) = shop.engine.show(&shop.carla, &shop.entity("customer"), carlas).await.expect("her own");
        assert_eq!(record.get(&shop::PARENT), Some(annas));
        assert!(!titles.contains_key(&annas), "its name is left out");
        let both = vec![annas, carlas, person];
        assert_eq!(shop.engine.names(&shop.anna, "customer", both).await.expect("names").into_keys().collect::<Vec<_>>(), [annas]);
        // Search.
        let found = async |who: &Principal, text: &str| {
            let groups = shop.engine.search(who, text, 10).await.expect("a search");
            groups.into_iter().flat_map(|group| group.found.into_iter().map(|found| found.title)).collect::<Vec<_>>()
        };
        assert_eq!(found(&shop.anna, "di").await, ["di Anna"]);
        assert_eq!(found(&shop.carla, "affare").await, ["affare Carla"]);
        assert_eq!(found(&shop.reader, "carla").await, ["di Carla", "affare Carla"]);
        assert_eq!(found(&shop.anna, "050 22").await, Vec::<String>::new(), "nor by the words of lines");
        for odd in ["", "%", "_", "\"", "'; DROP TABLE customer", "a* OR b", "💥", "(((", "\u{10FFFF}", "& | !", "\\", "\0"] {
            found(&shop.anna, odd).await;
        }
        // A role of another time sees nothing at all.
        let nobody = Principal { role: std::sync::Arc::new(engine::principal::Role::none()), ..shop.admin.clone() };
        assert!(matches!(shop.engine.list(&nobody, Asked::new(shop.entity("customer"))).await, Err(Error::NotFound)));
        assert!(matches!(shop.engine.count(&nobody, &shop.entity("deal"), &Filter::everything(), false, None).await, Err(Error::NotFound)));
        assert!(shop.engine.search(&nobody, "di", 10).await.expect("a search").is_empty());
    }
}

/// Secret fields leave the server in no way.
#[tokio::test]
async fn secrets_stay() {
    use engine::Sorting;
    for shop in shops().await {
        let system = shop.engine.system(Through::Job);
        let id = shop.create(&system, customer("x").with(shop::SECRET.id(), "s3")).await;
        let entity = shop.entity("customer");
        shop.engine.change(&system, &entity, id, None, vec![(shop::SECRET.id(), "s4".into())], Vec::new()).await.expect("changed");
        let model = shop.engine.model();
        assert!(parse("secret is s3", &model, &entity).is_err());
        assert!(parse("max(deals.customer.secret) is s3", &model, &entity).is_err());
        assert!(parse("customer.secret is s3", &model, &shop.entity("deal")).is_err());
        let asked = |sort: Vec<Sorting>, filter: Filter| Asked {
            fields: vec!["name", "secret"],
            sort,
            ..Asked::new(entity.clone()).filtered(filter)
        };
        let listed = shop.engine.list(&shop.admin, asked(Vec::new(), Filter::everything())).await.expect("a list");
        assert!(listed.records.iter().all(|record| record.carried.named("secret").is_none()));
        assert!(shop.engine.list(&shop.admin, asked(Vec::new(), Filter::is("secret", "s4"))).await.is_err());
        let sort = vec![Sorting { field: "secret", descending: false }];
        assert!(shop.engine.list(&shop.admin, asked(sort, Filter::everything())).await.is_err());
        assert!(Sorting::parse("-secret", &entity).is_err());
        let (entries, _) = shop.engine.history(&shop.admin, &entity, id, 10).await.expect("a history");
        assert!(entries.iter().all(|entry| entry.changes.iter().all(|change| change.key != "secret")), "{entries:?}");
    }
}
