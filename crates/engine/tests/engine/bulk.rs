//! Bulk: one action on many records, each as far as its requester may; interrupted, resumed, undone.

use crate::past::image;
use crate::shop::{self, Shop, customer, person, shops};
use crate::world::runner;
use engine::bulk::entity::{self as row, State};
use engine::bulk::{Begun, Bulk, Doing, Report, Selection, Terms};
use engine::{Draft, Principal};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Value};
use meta::{FieldId, Filter};
use proptest::prelude::*;

fn change(values: Vec<(FieldId, Value)>) -> Doing {
    Doing::Change { values, terms: Vec::new() }
}

fn registered(key: &str) -> Doing {
    Doing::Registered { key: key.to_owned(), options: Vec::new() }
}

fn sized(size: i64) -> Doing {
    change(vec![(shop::SIZE.id(), size.into())])
}

async fn begin(shop: &Shop, who: &Principal, selection: Selection, doing: Doing) -> Result<Begun> {
    let entity = shop.entity("customer");
    shop.engine.begin_bulk(who, Bulk { entity, selection, doing, list: String::new(), confirmed: None, once: None }).await
}

async fn done(shop: &Shop, who: &Principal, selection: Selection, doing: Doing) -> (Begun, Report) {
    let begun = begin(shop, who, selection, doing).await.unwrap_or_else(|error| panic!("{shop:?}: {error}"));
    shop.engine.work_off(who, begun.id).await.expect("worked off");
    (begun, report(shop, who, begun.id).await)
}

async fn report(shop: &Shop, who: &Principal, id: Id) -> Report {
    shop.engine.bulk_report(who, id).await.unwrap_or_else(|error| panic!("{shop:?}: {error}"))
}

/// Looked at, changed, unchanged, refused, created.
fn counts(report: &Report) -> [i64; 5] {
    [&row::DONE, &row::CHANGED, &row::UNCHANGED, &row::REFUSED, &row::CREATED].map(|count| report.record.get(count))
}

async fn customers(shop: &Shop, who: &Principal, count: usize) -> Vec<Id> {
    let acts = (0..count).map(|place| engine::Act::Create(customer(&format!("Cliente {place:04}")))).collect();
    let made = shop.engine.write(who, "create", acts).await.expect("customers");
    made.records.into_iter().map(|(id, _)| id).collect()
}

#[tokio::test]
async fn everything_a_filter_selects_is_changed_once_under_one_changeset() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 250).await;
        let hers = customers(&shop, &shop.carla, 3).await;
        // The filter stops matching with each record that is changed: they were chosen before.
        let small = Filter::is("size", Value::Int(0));
        let (begun, report) = done(&shop, &shop.anna, Selection::All(small), sized(7)).await;
        assert_eq!((begun.total, report.state, counts(&report)), (250, State::Done, [250, 250, 0, 0, 0]), "{shop:?}");
        assert_eq!(shop.show(ids[249]).await.get(&shop::SIZE), 7);
        assert_eq!(shop.show(hers[0]).await.get(&shop::SIZE), 0, "what she does not see is not chosen");
        let (history, _) = shop.engine.history(&shop.anna, &shop.entity("customer"), ids[3], 5).await.expect("a history");
        assert_eq!((history[0].changeset, history[0].why.as_str(), history[0].author), (begun.changeset, "bulk", shop.anna.user));
        assert_eq!(shop.number("SELECT count(*) FROM \"bulk_portion\"").await, 0, "nothing is left of the selection");
        // The job that was enqueued with it finds all of it done.
        assert!(shop.engine.work_once().await.expect("a job"));
        assert_eq!(counts(&self::report(&shop, &shop.anna, begun.id).await), [250, 250, 0, 0, 0]);
        let (_, again) = done(&shop, &shop.anna, Selection::These(ids), sized(7)).await;
        assert_eq!(counts(&again), [250, 0, 250, 0, 0], "who has it already is left alone");
    }
}

#[tokio::test]
async fn a_refused_record_leaves_no_trace_and_says_why() {
    for shop in shops().await {
        let mut ids = customers(&shop, &shop.anna, 97).await;
        let hers = customers(&shop, &shop.carla, 1).await[0];
        let gone = shop.create(&shop.anna, customer("Sparita")).await;
        shop.engine.remove(&shop.admin, &shop.entity("customer"), gone, None).await.expect("removed");
        let eternal = shop.create(&shop.anna, customer("Eterna")).await;
        ids.extend([hers, gone, eternal]);
        let (_, anna) = done(&shop, &shop.anna, Selection::These(ids.clone()), sized(5)).await;
        assert_eq!(counts(&anna), [100, 98, 0, 2, 0], "{shop:?}");
        let told: Vec<_> = anna.refusals.iter().map(|one| (one.record, one.title.as_deref(), one.reason.say.key.as_ref())).collect();
        assert!(told.contains(&(hers, None, "error-bulk-gone")), "of what is another's nothing is told: {told:?}");
        assert!(told.contains(&(gone, Some("Sparita"), "error-bulk-gone")), "{told:?}");
        assert_eq!(shop.show(hers).await.version, 1);
        // A hook that refuses, for whoever may remove.
        let (_, ada) = done(&shop, &shop.admin, Selection::These(vec![ids[0], eternal]), Doing::Remove).await;
        assert_eq!(counts(&ada), [2, 1, 0, 1, 0]);
        assert_eq!((ada.refusals[0].title.as_deref(), ada.refusals[0].reason.say.key.as_ref()), (Some("Eterna"), "error-forbidden"));
        // A value that only one may have: the first has it, the others are told the field.
        let code = change(vec![(shop::CODE.id(), "X1".into())]);
        let (_, taken) = done(&shop, &shop.anna, Selection::These(ids[1..4].to_vec()), code).await;
        assert_eq!(counts(&taken), [3, 1, 0, 2, 0]);
        assert_eq!(taken.refusals[0].reason.field, "customer.code");
        // And one that nobody may be without.
        let (_, nameless) = done(&shop, &shop.anna, Selection::These(ids[1..4].to_vec()), change(vec![(shop::NAME.id(), "".into())])).await;
        assert_eq!((counts(&nameless), nameless.refusals[0].reason.say.key.as_ref()), ([3, 0, 0, 3, 0], "error-required"));
    }
}

#[tokio::test]
async fn rights_are_those_of_the_verbs_and_of_the_moment() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 3).await;
        let these = || Selection::These(ids.clone());
        let forbidden = |outcome: Result<Begun>| matches!(outcome, Err(Error::Forbidden(_)));
        assert!(forbidden(begin(&shop, &shop.reader, these(), sized(1)).await), "{shop:?}: a reader changes nothing");
        assert!(forbidden(begin(&shop, &shop.anna, these(), Doing::Remove).await), "an agent removes nothing");
        assert!(forbidden(begin(&shop, &shop.anna, these(), Doing::Restore).await));
        assert!(forbidden(begin(&shop, &shop.reader, these(), registered("deal-for-each")).await));
        let invalid = |outcome: Result<Begun>| match outcome {
            Err(Error::Invalid(problems)) => problems.first().map(|problem| problem.say.key.to_string()).unwrap_or_default(),
            other => panic!("{other:?}"),
        };
        let nothing = Selection::All(Filter::is("name", "Nessuno"));
        assert_eq!(invalid(begin(&shop, &shop.anna, nothing, sized(1)).await), "error-bulk-nothing");
        assert_eq!(invalid(begin(&shop, &shop.anna, these(), change(Vec::new())).await), "error-required");
        assert_eq!(invalid(begin(&shop, &shop.anna, these(), registered("boh")).await), "error-bulk-action");
        for guarded in [shop::CREDIT.id(), shop::SINCE.id(), shop::PHONE.id()] {
            assert_eq!(invalid(begin(&shop, &shop.anna, these(), change(vec![(guarded, 5.into())])).await), "error-read-only");
        }
        assert_eq!(shop.number("SELECT count(*) FROM \"bulk\"").await, 0, "nothing was begun");
        // Whoever gives a record away does not see it any more, and the next one is still done.
        let (_, given) = done(&shop, &shop.anna, these(), change(vec![(shop::OWNER.id(), shop.carla.user.into())])).await;
        assert_eq!(counts(&given), [3, 3, 0, 0, 0]);
        let (_, late) = done(&shop, &shop.anna, these(), sized(1)).await;
        assert_eq!((counts(&late), late.refusals[0].title.clone()), ([3, 0, 0, 3, 0], None));
        // Begun with rights that are gone when it runs.
        let begun = begin(&shop, &shop.carla, these(), sized(4)).await.expect("begun");
        shop.sql("UPDATE \"user\" SET \"roles\" = '|reader|' WHERE \"id\" = ?", vec![shop.carla.user.into()]).await;
        while shop.engine.work_once().await.expect("jobs") {}
        let after = report(&shop, &shop.carla, begun.id).await;
        assert_eq!(counts(&after), [3, 0, 0, 3, 0]);
        assert_eq!(after.refusals[0].reason.say.key, "error-forbidden");
        // A11: nothing is done any more in the name of whoever was put out meanwhile.
        let begun = begin(&shop, &shop.anna, Selection::These(customers(&shop, &shop.anna, 3).await), sized(5)).await.expect("begun");
        shop.sql("UPDATE \"user\" SET \"active\" = ? WHERE \"id\" = ?", vec![kernel::Value::Bool(false), shop.anna.user.into()]).await;
        while shop.engine.work_once().await.expect("jobs") {}
        assert_eq!(counts(&report(&shop, &shop.admin, begun.id).await)[2], 0, "nothing was changed");
    }
}

#[tokio::test]
async fn its_record_is_its_requesters_and_the_administrators() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 2).await;
        let (begun, _) = done(&shop, &shop.anna, Selection::These(ids), sized(2)).await;
        assert!(shop.engine.bulk_report(&shop.admin, begun.id).await.is_ok());
        for other in [&shop.bruno, &shop.carla, &shop.reader] {
            assert!(matches!(shop.engine.bulk_report(other, begun.id).await, Err(Error::NotFound)), "{shop:?}");
            assert!(matches!(shop.engine.undo_bulk(other, begun.id).await, Err(Error::NotFound)));
            assert!(matches!(shop.engine.stop_bulk(other, begun.id).await, Err(Error::NotFound)));
            assert!(matches!(shop.engine.work_off(other, begun.id).await, Err(Error::NotFound)));
            assert!(shop.engine.bulks(other, 10).await.expect("a list").records.is_empty());
            assert_eq!(shop.engine.bulk_of(other, begun.changeset).await.expect("an answer"), None);
        }
        assert_eq!(shop.engine.bulks(&shop.anna, 10).await.expect("a list").records.len(), 1);
        let forged = Draft::new("bulk").with(row::TARGET.id(), "customer").with(row::ACTION.id(), "remove");
        assert!(matches!(shop.engine.create(&shop.anna, forged).await, Err(Error::Forbidden(_))));
    }
}

#[tokio::test]
async fn terms_are_put_on_and_taken_off_beside_the_others() {
    for shop in shops().await {
        let mut ids = Vec::new();
        for tags in ["", "|fiera|", "|estero|fiera|"] {
            ids.push(shop.create(&shop.anna, customer("Cliente").with(shop::TAGS.id(), tags)).await);
        }
        let terms = vec![Terms { field: shop::TAGS.id(), add: vec!["nuovo".into(), "estero".into()], take: vec!["fiera".into()] }];
        let (_, report) = done(&shop, &shop.anna, Selection::These(ids.clone()), Doing::Change { values: Vec::new(), terms }).await;
        assert_eq!(counts(&report), [3, 3, 0, 0, 0], "{shop:?}");
        for id in &ids {
            assert_eq!(shop.show(*id).await.value(shop::TAGS.id()).text(), "|estero|nuovo|");
        }
        let wrong = vec![Terms { field: shop::NAME.id(), add: vec!["x".into()], take: Vec::new() }];
        let refused = begin(&shop, &shop.anna, Selection::These(ids), Doing::Change { values: Vec::new(), terms: wrong }).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
}

#[tokio::test]
async fn into_the_trash_and_out_of_it_with_what_belongs_to_it() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 3).await;
        let rita = shop.create(&shop.anna, Draft::new("person").with(person::NAME.id(), "Rita")).await;
        let place = Draft::new("place").with(shop::place::CUSTOMER.id(), ids[0]).with(shop::place::PERSON.id(), rita);
        shop.create(&shop.anna, place).await;
        let living = || shop.number("SELECT count(*) FROM \"place\" WHERE \"removed_at\" IS NULL");
        let (removal, removed) = done(&shop, &shop.admin, Selection::All(Filter::everything()), Doing::Remove).await;
        assert_eq!((counts(&removed), living().await), ([3, 3, 0, 0, 0], 0), "{shop:?}");
        let (restoring, restored) = done(&shop, &shop.admin, Selection::All(Filter::everything()), Doing::Restore).await;
        assert_eq!((counts(&restored), living().await), ([3, 3, 0, 0, 0], 1));
        assert!(shop.engine.undo_bulk(&shop.admin, restoring.id).await.expect("undone").is_some());
        assert_eq!(living().await, 0);
        assert_eq!(report(&shop, &shop.admin, restoring.id).await.state, State::Undone);
        assert!(matches!(shop.engine.undo_bulk(&shop.admin, restoring.id).await, Err(Error::Conflict(Conflict::State(_)))));
        shop.engine.undo_bulk(&shop.admin, removal.id).await.expect("undone");
        assert_eq!(living().await, 1);
    }
}

/// Whoever is interrupted leaves whole slices, and the next one goes on behind them; nothing is done twice.
#[tokio::test]
async fn what_breaks_off_goes_on_where_it_stopped() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 350).await;
        shop.change(&shop.anna, ids[230], vec![(shop::NAME.id(), "Guasta".into())]).await.expect("a fault to come");
        shop.change(&shop.anna, ids[20], vec![(shop::NAME.id(), "Vietata".into())]).await.expect_err("its name is refused");
        shop.sql("UPDATE \"customer\" SET \"name\" = 'Vietata' WHERE \"id\" = ?", vec![ids[20].into()]).await;
        let deals = || shop.number("SELECT count(*) FROM \"deal\"");
        let begun = begin(&shop, &shop.anna, Selection::These(ids.clone()), registered("deal-for-each")).await.expect("begun");
        assert!(shop.engine.work_once().await.expect("it fails"));
        let broken = report(&shop, &shop.anna, begun.id).await;
        let reached = broken.record.get(&row::DONE);
        assert!(broken.state == State::Running && reached > 0 && reached <= 230, "{shop:?}: {reached}");
        assert_eq!(deals().await, reached - 1, "what is counted is there, and nothing beyond");
        shop.change(&shop.anna, ids[230], vec![(shop::NAME.id(), "Riparata".into())]).await.expect("mended");
        // Two at once share what is left.
        let (one, other) = tokio::join!(shop.engine.work_off(&shop.anna, begun.id), shop.engine.work_off(&shop.anna, begun.id));
        one.and(other).expect("to its end");
        let ended = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((ended.state, counts(&ended), deals().await), (State::Done, [350, 349, 0, 1, 349], 349));
        assert_eq!(ended.refusals[0].reason.field, "name");
        let (_, again) = done(&shop, &shop.anna, Selection::These(ids[..20].to_vec()), registered("deal-for-each")).await;
        assert_eq!(counts(&again), [20, 0, 20, 0, 0]);
    }
}

/// An undoing of many is a job as well; it tells how far it is, and what it left.
#[tokio::test]
async fn many_are_undone_by_a_job_that_goes_on_where_it_stopped() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 230).await;
        let (begun, _) = done(&shop, &shop.anna, Selection::These(ids.clone()), sized(9)).await;
        shop.change(&shop.bruno, ids[5], vec![(shop::SIZE.id(), 11.into())]).await.expect("changed since");
        while shop.engine.work_once().await.expect("jobs") {}
        assert_eq!(shop.engine.undo_bulk(&shop.anna, begun.id).await.expect("begun"), None, "{shop:?}: left to the job");
        let conflict = shop.engine.undo_bulk(&shop.anna, begun.id).await;
        assert!(matches!(conflict, Err(Error::Conflict(_))), "it is begun once");
        let waiting = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((waiting.state, waiting.to_undo, waiting.record.get(&row::UNDONE)), (State::Undoing, 230, 0));
        while shop.engine.work_once().await.expect("jobs") {}
        let undone = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((undone.state, undone.record.get(&row::UNDONE), undone.record.get(&row::LEFT)), (State::Undone, 230, 1));
        assert_eq!(undone.refusals.iter().map(|one| (one.record, one.reason.field.as_str())).collect::<Vec<_>>(), [(ids[5], "size")]);
        assert_eq!(shop.show(ids[5]).await.get(&shop::SIZE), 11);
        assert_eq!(shop.show(ids[6]).await.get(&shop::SIZE), 0);
    }
}

#[tokio::test]
async fn what_is_stopped_stays_as_it_is_and_can_be_undone() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 120).await;
        shop.sql("UPDATE \"customer\" SET \"name\" = 'Guasta' WHERE \"id\" = ?", vec![ids[110].into()]).await;
        let begun = begin(&shop, &shop.anna, Selection::These(ids), registered("deal-for-each")).await.expect("begun");
        shop.engine.work_off(&shop.anna, begun.id).await.expect_err("the fault");
        assert!(matches!(shop.engine.undo_bulk(&shop.anna, begun.id).await, Err(Error::Conflict(_))), "{shop:?}: not while it runs");
        shop.engine.stop_bulk(&shop.anna, begun.id).await.expect("stopped");
        shop.engine.work_off(&shop.anna, begun.id).await.expect("nothing to do");
        let stopped = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((stopped.state, counts(&stopped)), (State::Stopped, [100, 100, 0, 0, 100]));
        shop.engine.undo_bulk(&shop.anna, begun.id).await.expect("undone");
        while shop.engine.work_once().await.expect("jobs") {}
        assert_eq!(shop.number("SELECT count(*) FROM \"deal\" WHERE \"removed_at\" IS NULL").await, 100, "an agent removes no deals");
        let left = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((left.state, left.record.get(&row::LEFT)), (State::Undone, 100));
    }
}

/// Whoever is gone has nothing done in his name, and what he began does not seem to go on for ever.
#[tokio::test]
async fn what_somebody_began_who_is_gone_ends() {
    for shop in shops().await {
        let ids = customers(&shop, &shop.anna, 230).await;
        let begun = begin(&shop, &shop.anna, Selection::These(ids.clone()), sized(9)).await.expect("begun");
        shop.sql("UPDATE \"user\" SET \"active\" = ? WHERE \"id\" = ?", vec![false.into(), shop.anna.user.into()]).await;
        while shop.engine.work_once().await.expect("jobs") {}
        let ended = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((ended.state, ended.record.get(&row::CHANGED)), (State::Stopped, 0), "{shop:?}");
        shop.sql("UPDATE \"user\" SET \"active\" = ? WHERE \"id\" = ?", vec![true.into(), shop.anna.user.into()]).await;
        // The same of an undoing: what is left of it can be undone by whoever may.
        let (begun, _) = done(&shop, &shop.anna, Selection::These(ids), sized(9)).await;
        assert_eq!(shop.engine.undo_bulk(&shop.anna, begun.id).await.expect("begun"), None);
        shop.sql("UPDATE \"user\" SET \"active\" = ? WHERE \"id\" = ?", vec![false.into(), shop.anna.user.into()]).await;
        while shop.engine.work_once().await.expect("jobs") {}
        assert_eq!(report(&shop, &shop.anna, begun.id).await.state, State::Stopped);
    }
}

/// What was refused is told for a while after the end, whatever the night; the action itself stays, and can be undone.
#[tokio::test]
async fn refusals_are_told_for_ninety_days_after_the_end() {
    for shop in shops().await {
        let nightly = async || {
            let engine = shop.engine.clone();
            let ask = shop
                .engine
                .store()
                .write(move |tx| Box::pin(async move { engine.enqueue(tx, "empty-trash", String::new(), None).await.map(|_| ()) }));
            ask.await.expect("enqueued");
            while shop.engine.work_once().await.expect("jobs") {}
        };
        let ids = customers(&shop, &shop.anna, 3).await;
        let hers = customers(&shop, &shop.carla, 1).await[0];
        let (begun, _) = done(&shop, &shop.anna, Selection::These(vec![ids[0], ids[1], hers]), sized(5)).await;
        let waiting = begin(&shop, &shop.anna, Selection::These(vec![ids[2], hers]), sized(6)).await.expect("begun");
        shop.sql(
            "UPDATE \"job\" SET \"run_at\" = ? WHERE \"kind\" = 'bulk'",
            vec![Value::Moment(shop.engine.now().plus_millis(1_000 * 86_400_000))],
        )
        .await;
        shop.clock.pass(89 * 86_400_000);
        nightly().await;
        assert_eq!(report(&shop, &shop.anna, begun.id).await.refusals.len(), 1, "{shop:?}");
        shop.clock.pass(2 * 86_400_000);
        nightly().await;
        let after = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((after.state, counts(&after), after.refusals.len()), (State::Done, [3, 2, 0, 1, 0], 0));
        assert_eq!(shop.number("SELECT count(*) FROM \"bulk_portion\"").await, 1, "what has not ended keeps what it needs");
        // It is undone as ever, and what that leaves is told for as long again.
        shop.change(&shop.bruno, ids[1], vec![(shop::SIZE.id(), 8.into())]).await.expect("changed since");
        shop.engine.undo_bulk(&shop.anna, begun.id).await.expect("undone");
        nightly().await;
        let undone = report(&shop, &shop.anna, begun.id).await;
        assert_eq!((undone.state, undone.refusals.len(), shop.show(ids[0]).await.get(&shop::SIZE)), (State::Undone, 1, 0));
        shop.engine.work_off(&shop.anna, waiting.id).await.expect("worked off");
        let late = report(&shop, &shop.anna, waiting.id).await;
        assert_eq!((late.state, late.refusals.len()), (State::Done, 1));
        nightly().await;
        assert_eq!(report(&shop, &shop.anna, waiting.id).await.refusals.len(), 1, "it ended just now");
    }
}

/// The law: whatever a bulk action does to whatever records, undoing it brings back every one of them.
#[test]
fn undoing_brings_back_every_record() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let shops = runtime.block_on(shops());
    let tags = || prop::sample::select(vec!["", "|a|", "|a|b|", "|c|"]);
    let one = (0_i64..4, tags(), any::<bool>(), prop::sample::select(vec!["lead", "customer"]));
    let doing = prop_oneof![
        3 => (0_i64..4, prop::sample::select(vec!["lead", "customer"])).prop_map(|(size, stage)| change(vec![(shop::SIZE.id(), size.into()), (shop::STAGE.id(), stage.into())])),
        2 => tags().prop_map(|tags| change(vec![(shop::TAGS.id(), tags.into())])),
        3 => (tags(), tags()).prop_map(|(add, take)| {
            let words = |stored: &str| meta::fields::terms(stored).map(str::to_owned).collect();
            Doing::Change { values: Vec::new(), terms: vec![Terms { field: shop::TAGS.id(), add: words(add), take: words(take) }] }
        }),
        2 => Just(Doing::Remove),
        2 => Just(Doing::Restore),
    ];
    let world = (prop::collection::vec(one, 1..12), doing);
    runner(20_261_125, 24)
        .run(&world, |(records, doing)| {
            for shop in &shops {
                runtime.block_on(async {
                    let mut ids = Vec::new();
                    for (size, tags, removed, stage) in &records {
                        let draft =
                            customer("Cliente").with(shop::SIZE.id(), *size).with(shop::TAGS.id(), *tags).with(shop::STAGE.id(), *stage);
                        let id = shop.create(&shop.admin, draft).await;
                        if *removed {
                            shop.engine.remove(&shop.admin, &shop.entity("customer"), id, None).await.expect("removed");
                        }
                        ids.push(id);
                    }
                    let mut before = Vec::new();
                    for id in &ids {
                        before.push(image(&shop.show(*id).await));
                    }
                    let (begun, _) = done(shop, &shop.admin, Selection::These(ids.clone()), doing.clone()).await;
                    shop.engine.undo_bulk(&shop.admin, begun.id).await.expect("undone");
                    for (id, before) in ids.iter().zip(&before) {
                        assert_eq!(&image(&shop.show(*id).await), before, "{shop:?}: {doing:?}");
                    }
                });
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
