//! The timeline of a card: what happened on it, for those who may see it, in order, a page at a time.

use crate::model::cases;
use crate::shop::{self, Shop, customer, memo, person, place, shops};
use crate::world::runner;
use engine::{Asked, Draft, Happening, Place, Principal, Stretch};
use kernel::{Error, Id, Moment, Value};
use meta::Filter;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

const MINUTE: i64 = 60_000;

fn memo_on(card: Id, text: &str) -> Draft {
    Draft::new("memo").with(memo::TEXT.id(), text).with(memo::ABOUT.record.id(), card)
}

fn stretch(limit: usize) -> Stretch {
    Stretch { kinds: vec!["memo"], changes: true, limit, ..Stretch::default() }
}

fn told(happening: &Happening) -> String {
    match happening {
        Happening::Record { record, .. } => record.get(&memo::TEXT).to_owned(),
        Happening::Change(entry) => format!("{} {}", entry.action.key(), entry.version),
    }
}

async fn timeline(shop: &Shop, who: &Principal, card: &str, id: Id) -> Vec<String> {
    let timeline =
        shop.engine.timeline(who, &shop.entity(card), id, stretch(100)).await.unwrap_or_else(|error| panic!("{shop:?}: {error}"));
    timeline.happenings.iter().map(told).collect()
}

async fn examined(shop: &Shop) {
    assert_eq!(shop.engine.examine().await.expect("an examination"), Vec::<String>::new(), "{shop:?}");
}

#[tokio::test]
async fn a_card_tells_what_happened_on_it() {
    for shop in shops().await {
        let id = shop.create(&shop.anna, customer("Rossi")).await;
        shop.clock.pass(MINUTE);
        let first = shop.create(&shop.anna, memo_on(id, "chiamato")).await;
        shop.clock.pass(MINUTE);
        shop.change(&shop.bruno, id, vec![(shop::SIZE.id(), 3.into())]).await.expect("changed");
        shop.clock.pass(MINUTE);
        let made = shop.engine.create(&shop.bruno, memo_on(id, "visitato")).await.expect("a memo");
        assert_eq!(timeline(&shop, &shop.anna, "customer", id).await, ["visitato", "change 2", "chiamato", "create 1"]);
        let only = |kinds: Vec<&'static str>, changes| Stretch { kinds, changes, ..stretch(9) };
        let customers = shop.entity("customer");
        let memos = shop.engine.timeline(&shop.anna, &customers, id, only(vec!["memo"], false)).await.expect("memos");
        assert_eq!(memos.happenings.iter().map(told).collect::<Vec<_>>(), ["visitato", "chiamato"]);
        let author = |record: &meta::Record| record.named("created_by").link().and_then(|id| memos.names.get(&id).cloned());
        let authors: Vec<_> = memos
            .happenings
            .iter()
            .filter_map(|one| if let Happening::Record { record, .. } = one { author(record) } else { None })
            .collect();
        assert_eq!(authors, ["Bruno", "Anna"]);
        let changes = shop.engine.timeline(&shop.anna, &customers, id, only(Vec::new(), true)).await.expect("changes");
        assert_eq!(changes.happenings.iter().map(told).collect::<Vec<_>>(), ["change 2", "create 1"]);
        // Undoing takes it off, undoing that puts it back; so do trash and restoring, and another day.
        let undone = shop.engine.undo(&shop.bruno, made.changeset).await.expect("undone");
        assert_eq!(shop.number("SELECT count(*) FROM \"timeline\"").await, 1, "{shop:?}");
        shop.engine.undo(&shop.bruno, undone.changeset.expect("a changeset")).await.expect("redone");
        let memos = shop.entity("memo");
        let earlier = vec![(memo::AT.id(), Value::Moment(shop.engine.now().plus_millis(-60 * MINUTE)))];
        shop.engine.change(&shop.bruno, &memos, made.id(), None, earlier, Vec::new()).await.expect("changed");
        assert_eq!(timeline(&shop, &shop.anna, "customer", id).await, ["change 2", "chiamato", "create 1", "visitato"]);
        shop.engine.remove(&shop.anna, &memos, first, None).await.expect("removed");
        assert_eq!(timeline(&shop, &shop.anna, "customer", id).await, ["change 2", "create 1", "visitato"]);
        shop.engine.restore(&shop.anna, &memos, first).await.expect("restored");
        examined(&shop).await;
        // With the card it goes into the trash and comes back.
        shop.engine.remove(&shop.admin, &customers, id, None).await.expect("removed");
        assert_eq!(shop.number("SELECT count(*) FROM \"timeline\"").await, 0, "{shop:?}");
        assert_eq!(timeline(&shop, &shop.anna, "customer", id).await, ["remove 3", "change 2", "create 1"]);
        shop.engine.restore(&shop.admin, &customers, id).await.expect("restored");
        let texts = timeline(&shop, &shop.anna, "customer", id).await;
        assert_eq!(texts, ["restore 4", "remove 3", "change 2", "chiamato", "create 1", "visitato"], "{shop:?}");
        examined(&shop).await;
        shop.sql("DELETE FROM \"timeline\" WHERE \"record\" = ?", vec![Value::Link(first)]).await;
        assert_eq!(shop.engine.examine().await.expect("an examination"), ["memo.about: 1 records are missing on timelines"]);
    }
}

#[tokio::test]
async fn what_may_not_be_seen_stands_on_no_timeline() {
    for shop in shops().await {
        let annas = shop.create(&shop.anna, customer("di Anna")).await;
        let carlas = shop.create(&shop.carla, customer("di Carla")).await;
        let secret = shop.create(&shop.carla, memo_on(carlas, "segreto di Carla")).await;
        let piero = shop.create(&shop.carla, Draft::new("person").with(person::NAME.id(), "Piero")).await;
        // About a person of Carla's, but on the card of Anna's customer too.
        let both = memo_on(piero, "detto da Piero").with(memo::CUSTOMER.id(), annas);
        let both = shop.create(&shop.admin, both).await;
        let (customers, people, memos) = (shop.entity("customer"), shop.entity("person"), shop.entity("memo"));
        for (card, id) in [(&customers, carlas), (&people, piero)] {
            assert!(matches!(shop.engine.timeline(&shop.anna, card, id, stretch(9)).await, Err(Error::NotFound)), "{shop:?}");
        }
        assert_eq!(timeline(&shop, &shop.anna, "customer", annas).await, ["create 1"], "{shop:?}");
        assert_eq!(timeline(&shop, &shop.reader, "customer", annas).await, ["detto da Piero", "create 1"], "{shop:?}");
        assert_eq!(timeline(&shop, &shop.carla, "person", piero).await, ["detto da Piero", "create 1"], "{shop:?}");
        for text in ["segreto", "piero"] {
            let found = shop.engine.search(&shop.anna, text, 9).await.expect("a search");
            assert!(found.iter().all(|group| group.entity != "memo"), "{shop:?}: {text}");
        }
        let listed = shop.engine.list(&shop.anna, Asked::new(memos.clone())).await.expect("a list");
        assert!(listed.records.is_empty(), "{shop:?}");
        assert_eq!(shop.engine.count(&shop.anna, &memos, &Filter::everything(), false, None).await.expect("a count").number, 0);
        for id in [secret, both] {
            assert!(matches!(shop.engine.show(&shop.anna, &memos, id).await, Err(Error::NotFound)), "{shop:?}");
            assert!(matches!(shop.engine.history(&shop.anna, &memos, id, 9).await, Err(Error::NotFound)), "{shop:?}");
            assert!(matches!(shop.engine.remove(&shop.anna, &memos, id, None).await, Err(Error::NotFound)), "{shop:?}");
        }
        assert!(matches!(shop.engine.create(&shop.anna, memo_on(carlas, "mio")).await, Err(Error::Invalid(_))), "{shop:?}");
        assert!(matches!(shop.engine.create(&shop.reader, memo_on(annas, "mio")).await, Err(Error::Forbidden(_))), "{shop:?}");
        // Whoever sees the person through a customer sees what was said of him.
        let place = Draft::new("place").with(place::CUSTOMER.id(), annas).with(place::PERSON.id(), piero);
        shop.create(&shop.admin, place).await;
        assert_eq!(timeline(&shop, &shop.anna, "customer", annas).await, ["detto da Piero", "create 1"], "{shop:?}");
        assert_eq!(timeline(&shop, &shop.bruno, "person", piero).await, ["detto da Piero", "create 1"], "{shop:?}");
    }
}

/// Others read it; only whoever wrote it, or removes what anybody wrote, changes it.
#[tokio::test]
async fn a_memo_belongs_to_whoever_wrote_it() {
    for shop in shops().await {
        let id = shop.create(&shop.anna, customer("Rossi")).await;
        let memos = shop.entity("memo");
        let memo = shop.create(&shop.anna, memo_on(id, "mio")).await;
        let other = || vec![(memo::TEXT.id(), Value::from("altro"))];
        for result in [
            shop.engine.change(&shop.bruno, &memos, memo, None, other(), Vec::new()).await,
            shop.engine.remove(&shop.bruno, &memos, memo, None).await,
            shop.engine.change(&shop.reader, &memos, memo, None, other(), Vec::new()).await,
        ] {
            assert!(matches!(result, Err(Error::Forbidden(_))), "{shop:?}: {result:?}");
        }
        let (record, _) = shop.engine.show(&shop.bruno, &memos, memo).await.expect("the memo");
        let may = |who: &Principal| who.may_with(engine::principal::Verb::Change, &memos, &record);
        assert_eq!([&shop.anna, &shop.bruno, &shop.admin, &shop.reader].map(may), [true, false, true, false], "{shop:?}");
        shop.engine.change(&shop.anna, &memos, memo, None, other(), Vec::new()).await.expect("her own");
        shop.engine.change(&shop.admin, &memos, memo, None, other(), Vec::new()).await.expect("an administrator");
        shop.engine.remove(&shop.anna, &memos, memo, None).await.expect("her own");
        assert!(matches!(shop.engine.restore(&shop.bruno, &memos, memo).await, Err(Error::Forbidden(_))), "{shop:?}");
        shop.engine.restore(&shop.anna, &memos, memo).await.expect("her own");
    }
}

/// Pages of any size, with something written between them: every entry once, in order; and what came meanwhile stands
/// above the place where the first page ended.
#[tokio::test]
async fn pages_have_neither_doubles_nor_gaps() {
    let steps = proptest::collection::vec((0..40_i64, any::<bool>()), 0..60);
    let mut runner = runner(0x7e11, cases(12));
    let strategy = (steps, 1..9_usize);
    for shop in shops().await {
        for _ in 0..cases(12) {
            let (steps, limit) = strategy.new_tree(&mut runner).expect("steps").current();
            let id = shop.create(&shop.anna, customer("Rossi")).await;
            let begun = shop.engine.now().millis();
            for (number, (minute, written)) in steps.iter().enumerate() {
                if *written {
                    // Moments repeat, and go back.
                    let at = Moment::from_millis(begun + minute * MINUTE);
                    shop.create(&shop.anna, memo_on(id, &format!("memo {number}")).with(memo::AT.id(), Value::Moment(at))).await;
                } else {
                    shop.clock.pass(MINUTE);
                    shop.change(&shop.anna, id, vec![(shop::SIZE.id(), (number as i64 + 1).into())]).await.expect("changed");
                }
            }
            let customers = shop.entity("customer");
            let whole = shop.engine.timeline(&shop.anna, &customers, id, stretch(200)).await.expect("all of it");
            assert_eq!(whole.next, None);
            let all: Vec<String> = whole.happenings.iter().map(told).collect();
            assert_eq!(all.len(), steps.len() + 1, "{shop:?}");
            let (mut read, mut from, mut first): (Vec<String>, Option<Place>, Option<Option<Place>>) = (Vec::new(), None, None);
            loop {
                let page = shop.engine.timeline(&shop.anna, &customers, id, Stretch { from, ..stretch(limit) }).await.expect("a page");
                // What a field became is known on every page.
                for one in &page.happenings {
                    if let Happening::Change(entry) = one
                        && entry.action.key() == "change"
                    {
                        let change = entry.changes.iter().find(|change| change.key == "size").expect("the size");
                        let later = whole.happenings.iter().find_map(|one| match one {
                            Happening::Change(known) if known.version == entry.version => Some(&known.changes),
                            _ => None,
                        });
                        assert!(later.expect("the same").contains(change), "{shop:?}: {change:?}");
                    }
                }
                read.extend(page.happenings.iter().map(told));
                first.get_or_insert(page.next);
                let Some(next) = page.next else { break };
                assert_eq!(next.to_string().parse::<Place>().expect("its own text"), next);
                from = Some(next);
                // Newer ones do not move what is older.
                shop.clock.pass(50 * MINUTE);
                shop.create(&shop.anna, memo_on(id, "nuovo")).await;
            }
            assert_eq!(read, all, "{shop:?}, {limit} a page");
            // The first page, asked for again, ends where it ended.
            let until = first.flatten();
            let again = shop.engine.timeline(&shop.anna, &customers, id, Stretch { until, ..stretch(200) }).await.expect("the beginning");
            let mut again: Vec<String> = again.happenings.iter().map(told).collect();
            again.retain(|text| text != "nuovo");
            assert_eq!(again, all[..if until.is_some() { limit } else { all.len() }], "{shop:?}");
        }
    }
}

#[test]
fn what_is_no_place_is_refused() {
    for text in ["", "-", "1", "x.-", "1_x.-", "-.x", "99999999999999999_0000000000001.-", "1_0000000000001"] {
        assert!(text.parse::<Place>().is_err(), "{text}");
    }
    assert_eq!("-.-".parse::<Place>().expect("an end"), Place { record: None, change: None });
}
