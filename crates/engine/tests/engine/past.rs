//! The history of a record, and undoing what was done.

use crate::model::cases;
use crate::shop::{self, Shop, customer, number, phone, shops};
use crate::world::runner;
use engine::{Act, Draft, Principal, Undone};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Value};
use meta::{FieldId, Record};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

type Values = Vec<(String, Value)>;
pub type Image = (Values, Vec<(Id, Values)>);

/// What undoing has to bring back: every value that is not the system's, and the lines with their identities.
pub fn image(record: &Record) -> Image {
    let values = |record: &Record| {
        let own = record.carried.fields.iter().zip(&record.values).filter(|(field, _)| !field.system || field.key == "removed_at");
        own.map(|(field, value)| (field.key.to_owned(), if field.system { Value::Bool(value.is_empty()) } else { value.clone() })).collect()
    };
    (values(record), record.lines("phones").iter().map(|line| (line.id, values(line))).collect())
}

async fn undo(shop: &Shop, who: &Principal, changeset: Id) -> Undone {
    shop.engine.undo(who, changeset).await.unwrap_or_else(|error| panic!("{shop:?}: {error}"))
}

#[tokio::test]
async fn the_history_tells_what_was_and_became() {
    for shop in shops().await {
        let entity = shop.entity("customer");
        let mut draft = customer("Rossi");
        draft.lines = vec![("phones", vec![number("1")])];
        let id = shop.create(&shop.anna, draft).await;
        shop.change(&shop.anna, id, vec![(shop::NAME.id(), "Verdi".into()), (shop::SIZE.id(), 3.into())]).await.expect("changed");
        let line = shop.show(id).await.lines("phones")[0].id;
        let lines = vec![("phones", vec![Draft { id: Some(line), ..number("1") }, number("2")])];
        shop.engine.change(&shop.bruno, &entity, id, None, vec![(shop::NAME.id(), "Bianchi".into())], lines).await.expect("changed");
        shop.engine.remove(&shop.admin, &entity, id, None).await.expect("removed");
        shop.engine.restore(&shop.admin, &entity, id).await.expect("restored");
        let (entries, names) = shop.engine.history(&shop.anna, &entity, id, 10).await.expect("a history");
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.action.key(), entry.author.and_then(|id| names.get(&id)).map_or("", String::as_str)))
            .collect();
        assert_eq!(told, [("restore", "Ada"), ("remove", "Ada"), ("change", "Bruno"), ("change", "Anna"), ("create", "Anna")]);
        let change = |place: usize, key: &str| {
            entries[place].changes.iter().find(|change| change.key == key).map(|change| (change.before.clone(), change.after.clone()))
        };
        assert_eq!(change(2, "name"), Some((json!("Verdi"), json!("Bianchi"))));
        assert_eq!(change(3, "name"), Some((json!("Rossi"), json!("Verdi"))));
        assert_eq!(change(3, "size"), Some((json!(0), json!(3))));
        assert_eq!(change(3, "phones"), None);
        let (before, after) = change(2, "phones").expect("the lines");
        assert_eq!((before.as_array().map(Vec::len), after.as_array().map(Vec::len)), (Some(1), Some(2)));
        assert_eq!(before[0]["number"], json!("1"));
        assert_eq!(entries.iter().map(|entry| entry.through.as_str()).collect::<Vec<_>>(), ["pages"; 5]);
        assert!(shop.engine.history(&shop.anna, &entity, id, 2).await.expect("a history").0.len() == 2);
    }
}

/// Twice in one act, the history has both, and undoing brings back the first image.
#[tokio::test]
async fn what_is_done_twice_under_one_changeset_is_undone_at_once() {
    for shop in shops().await {
        let id = shop.create(&shop.admin, customer("a").with(shop::SIZE.id(), 1)).await;
        let before = image(&shop.show(id).await);
        let change = |values: Vec<(FieldId, Value)>| Act::Change { entity: "customer", id, version: None, values, lines: Vec::new() };
        let acts = vec![
            change(vec![(shop::NAME.id(), "b".into())]),
            change(vec![(shop::SIZE.id(), 2.into())]),
            change(vec![(shop::NAME.id(), "c".into())]),
            Act::Remove { entity: "customer", id, version: None },
        ];
        let done = shop.engine.write(&shop.admin, "test", acts).await.expect("all of it");
        let after = image(&shop.show(id).await);
        let undone = undo(&shop, &shop.admin, done.changeset).await;
        assert_eq!((undone.records, undone.left.len()), (1, 0));
        assert_eq!(image(&shop.show(id).await), before);
        let redone = undo(&shop, &shop.admin, undone.changeset.expect("a changeset")).await;
        assert_eq!(image(&shop.show(id).await), after);
        undo(&shop, &shop.admin, redone.changeset.expect("a changeset")).await;
        assert_eq!(image(&shop.show(id).await), before);
    }
}

/// A line that was taken away comes back as it was: the same line, opted out as it was.
#[tokio::test]
async fn lines_come_back_as_they_were() {
    for shop in shops().await {
        let mut draft = customer("a").with(shop::STAGE.id(), "lead");
        draft.lines = vec![("phones", vec![number("1"), number("2")])];
        let id = shop.create(&shop.anna, draft).await;
        shop.sql("UPDATE \"phone\" SET \"state\" = 'opted-out' WHERE \"number\" = '2'", Vec::new()).await;
        let before = image(&shop.show(id).await);
        shop.clock.pass(3 * 86_400_000);
        let lines = vec![("phones", vec![number("2")])];
        let values = vec![(shop::STAGE.id(), "customer".into())];
        let done = shop.engine.change(&shop.anna, &shop.entity("customer"), id, None, values, lines).await.expect("changed");
        assert_eq!(shop.show(id).await.lines("phones")[0].get(&phone::STATE), "valid", "a new line");
        shop.clock.pass(86_400_000);
        let undone = undo(&shop, &shop.anna, done.changeset).await;
        assert_eq!((undone.records, undone.left), (1, vec![]));
        assert_eq!(image(&shop.show(id).await), before, "{shop:?}: the day of the stage included");
    }
}

#[tokio::test]
async fn what_others_changed_since_is_left_and_told() {
    for shop in shops().await {
        let id = shop.create(&shop.anna, customer("a").with(shop::SIZE.id(), 1)).await;
        let both = vec![(shop::NAME.id(), "b".into()), (shop::SIZE.id(), 2.into())];
        let first = shop.change(&shop.anna, id, both).await.expect("changed").changeset;
        let second = shop.change(&shop.bruno, id, vec![(shop::NAME.id(), "c".into())]).await.expect("changed").changeset;
        assert!(matches!(shop.engine.undo(&shop.bruno, first).await, Err(Error::NotFound)), "another's is not one's to undo");
        // Bruno's change undone, then done again: it stands, and is not to be lost.
        let undone = undo(&shop, &shop.bruno, second).await.changeset.expect("a changeset");
        assert_eq!(shop.show(id).await.get(&shop::NAME), "b");
        assert!(matches!(shop.engine.undo(&shop.bruno, second).await, Err(Error::Conflict(Conflict::State(_)))));
        undo(&shop, &shop.bruno, undone).await;
        assert_eq!(shop.show(id).await.get(&shop::NAME), "c");
        let part = undo(&shop, &shop.anna, first).await;
        assert_eq!(part.left, [(id, "name".to_owned())]);
        let record = shop.show(id).await;
        assert_eq!((record.get(&shop::NAME), record.get(&shop::SIZE)), ("c", 1), "{shop:?}");
        // Done again after it was undone and redone, it can be undone once more.
        undo(&shop, &shop.admin, second).await;
        assert_eq!(shop.show(id).await.get(&shop::NAME), "b");
    }
}

#[tokio::test]
async fn a_creation_changed_since_is_left() {
    for shop in shops().await {
        let made = shop.engine.create(&shop.admin, customer("a")).await.expect("created");
        shop.change(&shop.anna, made.id(), vec![(shop::NAME.id(), "b".into())]).await.expect("a colleague changes it");
        shop.change(&shop.admin, made.id(), vec![(shop::NAME.id(), "c".into())]).await.expect("changed");
        let undone = undo(&shop, &shop.admin, made.changeset).await;
        assert_eq!((undone.records, undone.left), (0, vec![(made.id(), String::new())]));
        assert!(shop.show(made.id()).await.removed_at().is_none());
        // A restoring that collides is told, not forced.
        let gone = shop.create(&shop.admin, customer("x").with(shop::CODE.id(), "c1")).await;
        let removed = shop.engine.remove(&shop.admin, &shop.entity("customer"), gone, None).await.expect("removed");
        shop.create(&shop.admin, customer("y").with(shop::CODE.id(), "c1")).await;
        let undone = undo(&shop, &shop.admin, removed.changeset).await;
        assert_eq!((undone.records, undone.left), (0, vec![(gone, String::new())]));
    }
}

/// A large changeset is undone in slices; one that was broken off goes on where it stopped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_off_undoing_goes_on() {
    for shop in shops().await {
        let acts = (0..230).map(|place| Act::Create(customer(&format!("n{place}")))).collect();
        let done = shop.engine.write(&shop.admin, "import", acts).await.expect("created");
        let changed = done.records[0].0;
        shop.change(&shop.admin, changed, vec![(shop::NAME.id(), "altro".into())]).await.expect("changed");
        let mut topics = shop.engine.listen();
        let (engine, admin) = (shop.engine.clone(), shop.admin.clone());
        let undoing = tokio::spawn(async move { engine.undo(&admin, done.changeset).await });
        while topics.recv().await.expect("a topic") != "customer" {}
        undoing.abort();
        let _ = undoing.await;
        // What had begun may still end.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let living = "SELECT count(*) FROM \"customer\" WHERE \"removed_at\" IS NULL";
        let halfway = shop.number(living).await;
        match shop.engine.undo(&shop.admin, done.changeset).await {
            Ok(undone) => {
                assert!(halfway > 1, "{shop:?}");
                // A slice that had begun may have ended meanwhile.
                assert!(undone.records > 0 && (undone.records as i64) < halfway, "only the rest");
                assert_eq!(undone.left, [(changed, String::new())]);
            }
            Err(Error::Conflict(Conflict::State(_))) => assert_eq!(halfway, 1, "{shop:?}: it had ended already"),
            Err(other) => panic!("{other}"),
        }
        assert_eq!(shop.number(living).await, 1);
        assert_eq!(shop.number("SELECT count(*) FROM \"changeset\" WHERE \"undoes\" IS NOT NULL").await, 1, "one inverse");
        // And back again, all of it, by two at once.
        let inverse = shop.number("SELECT \"undone_by\" FROM \"changeset\" WHERE \"undone_by\" IS NOT NULL").await;
        let inverse = Id::from_number(inverse).expect("the inverse");
        let two = [(); 2].map(|()| {
            let (engine, admin) = (shop.engine.clone(), shop.admin.clone());
            tokio::spawn(async move { engine.undo(&admin, inverse).await })
        });
        for one in two {
            match one.await.expect("no panic") {
                Ok(_) | Err(Error::Conflict(Conflict::State(_))) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(shop.number(living).await, 230, "{shop:?}");
        assert_eq!(shop.number("SELECT max(\"version\") FROM \"customer\"").await, 3, "each was touched once");
    }
}

/// What people do, one after the other.
#[derive(Debug, Clone)]
enum Deed {
    Create(i64),
    Change(usize, Vec<(usize, i64)>, Option<Vec<i64>>),
    Remove(usize),
    Restore(usize),
    Undo(usize),
}

fn deeds() -> impl Strategy<Value = Vec<(usize, Deed)>> {
    let deed = prop_oneof![
        2 => (0..5_i64).prop_map(Deed::Create),
        6 => (0..4_usize, vec((0..4_usize, 0..4_i64), 0..3), proptest::option::of(vec(0..4_i64, 0..3)))
            .prop_map(|(record, values, lines)| Deed::Change(record, values, lines)),
        1 => (0..4_usize).prop_map(Deed::Remove),
        1 => (0..4_usize).prop_map(Deed::Restore),
        2 => (0..8_usize).prop_map(Deed::Undo),
    ];
    vec((0..3_usize, deed), 1..9)
}

struct Past<'s> {
    shop: &'s Shop,
    records: Vec<Id>,
    changesets: Vec<Id>,
}

impl Past<'_> {
    async fn images(&self) -> Vec<Image> {
        let mut images = Vec::new();
        for id in &self.records {
            images.push(image(&self.shop.show(*id).await));
        }
        images
    }

    async fn does(&mut self, who: usize, deed: &Deed) -> Result<Option<Id>> {
        let shop = self.shop;
        let entity = shop.entity("customer");
        let who = [&shop.anna, &shop.bruno, &shop.admin][who];
        let record = |place: &usize| self.records.get(place % self.records.len().max(1)).copied();
        let outcome = match deed {
            Deed::Create(value) => {
                let mut draft = customer(&format!("n{value}")).with(shop::OWNER.id(), shop.anna.user);
                draft.lines = vec![("phones", (0..*value % 3).map(|line| number(&line.to_string())).collect())];
                let outcome = shop.engine.create(who, draft).await?;
                self.records.push(outcome.id());
                outcome
            }
            Deed::Change(place, values, lines) => {
                let Some(id) = record(place) else { return Ok(None) };
                let values = values
                    .iter()
                    .map(|(field, value)| match field {
                        0 => (shop::NAME.id(), Value::Text(format!("n{value}"))),
                        1 => (shop::SIZE.id(), Value::Int(*value)),
                        2 => (shop::STAGE.id(), Value::from(if value % 2 == 0 { "lead" } else { "customer" })),
                        _ => (shop::BORN.id(), kernel::Date::new(2000, 1, *value as i8).map_or(Value::Empty, Value::Date)),
                    })
                    .collect();
                let known = shop.show(id).await;
                let lines = lines.as_ref().map(|lines| {
                    let keep = |(place, line): (usize, &i64)| Draft {
                        id: known.lines("phones").get(place).filter(|_| line % 2 == 0).map(|line| line.id),
                        ..number(&line.to_string())
                    };
                    ("phones", lines.iter().enumerate().map(keep).collect())
                });
                shop.engine.change(who, &entity, id, None, values, lines.into_iter().collect()).await?
            }
            Deed::Remove(place) => {
                let Some(id) = record(place) else { return Ok(None) };
                shop.engine.remove(&shop.admin, &entity, id, None).await?
            }
            Deed::Restore(place) => {
                let Some(id) = record(place) else { return Ok(None) };
                shop.engine.restore(&shop.admin, &entity, id).await?
            }
            Deed::Undo(back) => {
                let Some(changeset) = self.changesets.iter().rev().nth(*back).copied() else { return Ok(None) };
                return Ok(shop.engine.undo(&shop.admin, changeset).await?.changeset);
            }
        };
        Ok(Some(outcome.changeset))
    }
}

/// Undoing the last thing gives back exactly what was; undoing that does it again. Whatever came before.
#[test]
fn undo_is_the_inverse() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let shops = runtime.block_on(shops());
    let outcome = runner(3, cases(25)).run(&deeds(), |deeds| {
        runtime.block_on(async {
            for shop in &shops {
                let mut past = Past { shop, records: Vec::new(), changesets: Vec::new() };
                for (who, deed) in &deeds {
                    shop.clock.pass(86_400_000);
                    let known = past.records.len();
                    let before = past.images().await;
                    let changeset = match past.does(*who, deed).await {
                        Ok(Some(changeset)) => changeset,
                        Ok(None) | Err(Error::NotFound | Error::Conflict(_)) => continue,
                        Err(other) => return Err(TestCaseError::fail(format!("{shop:?}: {deed:?}: {other}"))),
                    };
                    let after = past.images().await;
                    shop.clock.pass(86_400_000);
                    let undone = undo(shop, &shop.admin, changeset).await;
                    prop_assert_eq!(&undone.left, &Vec::new(), "{:?}: {:?}", shop, deed);
                    let back = past.images().await;
                    prop_assert_eq!(&back[..known], &before[..], "{:?}: undoing {:?}", shop, deed);
                    let redone = undo(shop, &shop.admin, undone.changeset.unwrap_or(Id::SYSTEM)).await;
                    prop_assert_eq!(&redone.left, &Vec::new());
                    prop_assert_eq!(&past.images().await, &after, "{:?}: doing {:?} again", shop, deed);
                    past.changesets.push(changeset);
                }
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async { drop(shops) });
}
