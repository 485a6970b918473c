//! What search finds first and why it found it; what somebody had open last.

use crate::shop::{self, Shop, customer, number, shops};
use engine::principal::Role;
use engine::{Found, Principal};
use kernel::Id;

async fn found(shop: &Shop, who: &Principal, text: &str) -> Vec<Found> {
    shop.engine.search(who, text, 5).await.expect("a search").into_iter().flat_map(|group| group.found).collect()
}

/// Whoever is called just so comes first, however many newer ones begin alike.
#[tokio::test]
async fn the_very_name_comes_first() {
    for shop in shops().await {
        let wanted = shop.create(&shop.anna, customer("Rossi")).await;
        shop.create(&shop.anna, customer("Rossi e Figli")).await;
        for place in 0..120 {
            shop.create(&shop.anna, customer(&format!("Officina {place} Rossini Rossi"))).await;
        }
        let first = found(&shop, &shop.anna, "ròssi").await;
        assert_eq!(first.first().map(|found| found.id), Some(wanted), "{shop:?}");
        assert_eq!(first.len(), 5);
        assert_eq!(found(&shop, &shop.carla, "rossi").await.len(), 0, "by the name neither");
    }
}

/// What is found by something else than its name says by what.
#[tokio::test]
async fn a_found_record_says_why() {
    for shop in shops().await {
        let mut draft = customer("Ferramenta Bini");
        draft.lines = vec![("phones", vec![number("050 12 34 56"), number("333 123 4567")])];
        shop.create(&shop.anna, draft).await;
        for (text, because) in [("4567", vec!["333 123 4567"]), ("bini", vec![]), ("bini 050", vec!["050 12 34 56"])] {
            let found = found(&shop, &shop.anna, text).await;
            let said: Vec<&str> = found[0].because.iter().map(|(_, value)| value.text()).collect();
            assert_eq!(said, because, "{shop:?} {text}");
        }
    }
}

async fn recents(shop: &Shop, who: &Principal) -> Vec<Id> {
    shop.engine.recents(who, 8).await.expect("the recents").into_iter().map(|(_, found)| found.id).collect()
}

#[tokio::test]
async fn the_palette_begins_with_what_was_open_last() {
    for shop in shops().await {
        let entity = shop.entity("customer");
        let mut made = Vec::new();
        for name in ["uno", "due", "tre"] {
            made.push(shop.create(&shop.anna, customer(name)).await);
        }
        let open = async |who: &Principal, id: Id| {
            shop.clock.pass(1_000);
            shop.engine.opened(who, &entity, id).await.expect("noted");
        };
        for id in [made[0], made[1], made[2], made[0]] {
            open(&shop.anna, id).await;
        }
        assert_eq!(recents(&shop, &shop.anna).await, [made[0], made[2], made[1]], "each once");
        assert!(recents(&shop, &shop.bruno).await.is_empty(), "each person has his own");
        // The same again changes nothing.
        let at = "SELECT max(\"at\") FROM \"recent\"";
        let before = shop.number(at).await;
        open(&shop.anna, made[0]).await;
        assert_eq!(shop.number(at).await, before);
        // Removed, it is gone; restored, it is back.
        shop.engine.remove(&shop.admin, &entity, made[0], None).await.expect("removed");
        assert_eq!(recents(&shop, &shop.anna).await, [made[2], made[1]]);
        // Another's by now: it is gone as well, whatever was open before.
        let carlas = shop.carla.user;
        shop.change(&shop.admin, made[2], vec![(shop::OWNER.id(), carlas.into())]).await.expect("given away");
        assert_eq!(recents(&shop, &shop.anna).await, [made[1]]);
        // A role of another time sees nothing at all, and the system has opened nothing.
        let nobody = Principal { role: std::sync::Arc::new(Role::none()), ..shop.anna.clone() };
        assert!(recents(&shop, &nobody).await.is_empty());
        let system = shop.engine.system(engine::Through::Job);
        open(&system, made[1]).await;
        assert!(recents(&shop, &system).await.is_empty());
        // A few are kept.
        for place in 0..40 {
            let id = shop.create(&shop.bruno, customer(&format!("n. {place}"))).await;
            open(&shop.bruno, id).await;
        }
        assert_eq!(recents(&shop, &shop.bruno).await.len(), 8);
        assert!(shop.number("SELECT count(*) FROM \"recent\"").await <= 33, "{shop:?}");
    }
}

async fn favourites(shop: &Shop, who: &Principal) -> Vec<Id> {
    shop.engine.favourites(who, 200).await.expect("the favourites").into_iter().map(|(_, found)| found.id).collect()
}

#[tokio::test]
async fn everybody_keeps_what_he_wants_at_hand() {
    for shop in shops().await {
        let entity = shop.entity("customer");
        let mut made = Vec::new();
        for name in ["uno", "due", "tre"] {
            made.push(shop.create(&shop.anna, customer(name)).await);
        }
        let keep = async |who: &Principal, id: Id, kept: bool| {
            shop.clock.pass(1_000);
            shop.engine.keep_favourite(who, &entity, id, kept).await
        };
        for id in [made[0], made[1], made[2], made[0]] {
            keep(&shop.anna, id, true).await.expect("kept");
        }
        assert_eq!(favourites(&shop, &shop.anna).await, [made[2], made[1], made[0]], "each once, the latest first");
        assert!(favourites(&shop, &shop.bruno).await.is_empty(), "each person has his own");
        assert!(shop.engine.is_favourite(&shop.anna, made[0]).await.expect("known"));
        assert!(!shop.engine.is_favourite(&shop.bruno, made[0]).await.expect("known"));
        for _ in 0..2 {
            keep(&shop.anna, made[1], false).await.expect("taken off");
        }
        assert_eq!(favourites(&shop, &shop.anna).await, [made[2], made[0]]);
        // What is not seen, or never was, is not found; the system keeps nothing.
        for (who, id) in [(&shop.carla, made[0]), (&shop.anna, shop.engine.id()), (&shop.engine.system(engine::Through::Job), made[0])] {
            for kept in [true, false] {
                assert!(matches!(keep(who, id, kept).await, Err(kernel::Error::NotFound)), "{shop:?}");
            }
        }
        // Another's by now: it is gone, and back when it is back.
        shop.change(&shop.admin, made[2], vec![(shop::OWNER.id(), shop.carla.user.into())]).await.expect("given away");
        assert_eq!(favourites(&shop, &shop.anna).await, [made[0]]);
        shop.change(&shop.admin, made[2], vec![(shop::OWNER.id(), shop.anna.user.into())]).await.expect("given back");
        let nobody = Principal { role: std::sync::Arc::new(Role::none()), ..shop.anna.clone() };
        assert!(favourites(&shop, &nobody).await.is_empty());
        // In the trash it waits with its record; gone for good, nothing of it is left.
        shop.engine.remove(&shop.admin, &entity, made[0], None).await.expect("removed");
        assert_eq!(favourites(&shop, &shop.anna).await, [made[2]]);
        shop.engine.restore(&shop.admin, &entity, made[0]).await.expect("restored");
        assert_eq!(favourites(&shop, &shop.anna).await, [made[2], made[0]]);
        shop.engine.remove(&shop.admin, &entity, made[0], None).await.expect("removed");
        shop.clock.pass(31 * 86_400_000);
        crate::writing::empty_trash(&shop).await;
        assert_eq!(shop.number("SELECT count(*) FROM \"favourite\"").await, 1, "{shop:?}");
    }
}

#[tokio::test]
async fn nobody_keeps_more_favourites_than_he_can_look_through() {
    for shop in shops().await {
        let entity = shop.entity("customer");
        let most = engine::favourites::MOST_FAVOURITES;
        let mut last = shop.engine.id();
        for place in 0..=most {
            last = shop.create(&shop.bruno, customer(&format!("n. {place}"))).await;
            let kept = shop.engine.keep_favourite(&shop.bruno, &entity, last, true).await;
            assert_eq!(kept.is_ok(), place < most, "{shop:?}: {place}");
        }
        assert!(!shop.engine.is_favourite(&shop.bruno, last).await.expect("known"));
        assert_eq!(favourites(&shop, &shop.bruno).await.len(), most);
    }
}
