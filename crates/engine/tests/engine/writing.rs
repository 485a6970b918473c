//! Creating and changing: what is filled in, what is refused, what rules add.

use crate::model::cases;
use crate::shop::{self, customer, number, phone, shops};
use crate::world::runner;
use engine::{Act, Draft, Lines};
use kernel::error::Conflict;
use kernel::{Error, Result, Value};
use meta::Filter;
use proptest::collection::vec;
use proptest::prelude::*;

fn problems<T: std::fmt::Debug>(outcome: Result<T>) -> Vec<String> {
    match outcome {
        Err(Error::Invalid(problems)) => problems.into_iter().map(|problem| format!("{}: {}", problem.field, problem.say.key)).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

fn taken<T: std::fmt::Debug>(outcome: Result<T>, field: &str) {
    match outcome {
        Err(Error::Conflict(Conflict::Taken { field: named })) => assert_eq!(named, field),
        other => panic!("not taken: {other:?}"),
    }
}

#[tokio::test]
async fn a_new_customer_has_what_was_given_and_what_follows() {
    for shop in shops().await {
        let mut draft = customer("  Rossi & Figli").with(shop::TAX.id(), "ab 12").with(shop::CODE.id(), "c1");
        draft.lines = vec![("phones", vec![number("050 1"), number("050 2").with(phone::MAIN.id(), true)])];
        let outcome = shop.engine.create(&shop.anna, draft).await.expect("a customer");
        assert_eq!(outcome.records, [(outcome.id(), 1)]);
        let (record, titles) = shop.engine.show(&shop.anna, &shop.entity("customer"), outcome.id()).await.expect("it is there");
        assert_eq!(record.get(&shop::NAME), "Rossi & Figli", "amended by the rule");
        assert_eq!(record.get(&shop::TAX), "AB12", "canonical");
        assert_eq!(record.get(&shop::OWNER), shop.anna.user, "the default owner");
        assert_eq!(record.get(&shop::STAGE), Some(shop::Stage::Lead), "the default stage");
        assert_eq!(record.get(&shop::SINCE), Some(shop.engine.today()), "put by the rule");
        assert_eq!((record.get(&shop::PHONE), record.get(&shop::PHONES)), ("050 2", 2), "computed from the lines");
        let phones = record.lines("phones");
        assert_eq!(phones.iter().map(|line| line.get(&phone::NUMBER)).collect::<Vec<_>>(), ["050 1", "050 2"], "in order");
        assert_eq!(phones.iter().map(|line| line.get(&phone::STATE)).collect::<Vec<_>>(), ["valid", "valid"]);
        assert_eq!(record.named("created_by").link(), shop.anna.user);
        assert_eq!(titles.get(&shop.anna.user.expect("a user")).map(String::as_str), Some("Anna"));
        assert_eq!(shop.number("SELECT count(*) FROM \"step\"").await, 1, "the rule's own record, in the same commit");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_of_its_field() {
    for shop in shops().await {
        let refused = async |draft: Draft| problems(shop.engine.create(&shop.anna, draft).await);
        assert_eq!(refused(Draft::new("customer")).await, ["name: error-required"]);
        assert_eq!(refused(customer("Vietata")).await, ["name: error-name"]);
        assert_eq!(
            refused(customer("x").with(shop::CODE.id(), "a-b").with(shop::TAX.id(), "?")).await,
            ["code: error-code", "tax: error-code"]
        );
        assert_eq!(refused(customer("x").with(shop::SINCE.id(), shop.engine.today())).await, ["since: error-read-only"]);
        assert_eq!(refused(customer("x").with(shop::CREDIT.id(), 5)).await, ["credit: error-read-only"]);
        assert_eq!(refused(customer("x").with(shop::SECRET.id(), "s")).await, ["secret: error-read-only"]);
        assert_eq!(refused(customer("x").with(shop::PHONE.id(), "1")).await, ["phone: error-read-only"]);
        let created_at = meta::FieldId::declared("customer", "created_at");
        assert_eq!(refused(customer("x").with(created_at, shop.engine.now())).await, ["created_at: error-read-only"]);
        let mut draft = customer("x");
        draft.lines = vec![("phones", vec![number("1"), number("").with(phone::STATE.id(), "opted-out")])];
        assert_eq!(refused(draft.clone()).await, ["phones.1: error-read-only"]);
        draft.lines[0].1[1] = Draft::new("phone");
        assert_eq!(refused(draft.clone()).await, ["phones.1.number: error-required"]);
        draft.lines[0].1 = vec![number("1"); 501];
        assert_eq!(refused(draft).await, ["phones: error-too-many-lines"]);
        assert_eq!(shop.number("SELECT count(*) FROM \"customer\"").await, 0, "nothing was written");
        assert_eq!(shop.number("SELECT count(*) FROM \"changeset\" WHERE \"author\" IS NOT NULL").await, 0, "not even a changeset");
        // An administrator may write what is guarded; nobody what is read-only.
        let id = shop.create(&shop.admin, customer("x").with(shop::CREDIT.id(), 5)).await;
        assert_eq!(shop.show(id).await.get(&shop::CREDIT), 5);
        assert_eq!(problems(shop.change(&shop.admin, id, vec![(shop::SINCE.id(), Value::Empty)]).await), ["since: error-read-only"]);
    }
}

#[tokio::test]
async fn links_lead_only_where_the_writer_sees() {
    for shop in shops().await {
        let carlas = shop.create(&shop.carla, customer("di Carla")).await;
        let removed = shop.create(&shop.anna, customer("andata")).await;
        shop.engine.remove(&shop.admin, &shop.entity("customer"), removed, None).await.expect("removed");
        let unknown = shop.engine.id();
        let user = shop.anna.user.expect("a user");
        for target in [carlas, removed, unknown, user] {
            let refused = shop.engine.create(&shop.anna, customer("x").with(shop::PARENT.id(), target)).await;
            assert_eq!(problems(refused), ["parent: error-link"], "{target:?}");
            let mut draft = customer("x");
            draft.lines = vec![("phones", vec![number("1"), number("2").with(phone::AT.id(), target)])];
            assert_eq!(problems(shop.engine.create(&shop.anna, draft).await), ["phones.1.at: error-link"], "of a line, {target:?}");
        }
        let deal = Draft::new("deal").with(shop::deal::TITLE.id(), "x").with(shop::deal::CUSTOMER.id(), carlas);
        assert_eq!(problems(shop.engine.create(&shop.anna, deal).await), ["customer: error-link"]);
        // Where a link led before it may stay, even after its target went out of sight.
        let both = shop.create(&shop.admin, customer("x").with(shop::PARENT.id(), carlas).with(shop::OWNER.id(), user)).await;
        shop.change(&shop.anna, both, vec![(shop::NAME.id(), "y".into())]).await.expect("changed");
        // A record and what leads to it come in one act, in any order.
        let id = shop.engine.id();
        let mut parent = customer("madre");
        parent.id = Some(id);
        let acts = vec![Act::Create(customer("figlia").with(shop::PARENT.id(), id)), Act::Create(parent)];
        shop.engine.write(&shop.anna, "create", acts).await.expect("both");
        // Giving a record away is noted by the rule, though its author no longer sees it.
        let gift = customer("regalo").with(shop::OWNER.id(), shop.carla.user);
        let gift = shop.create(&shop.anna, gift).await;
        assert!(matches!(shop.engine.show(&shop.anna, &shop.entity("customer"), gift).await, Err(Error::NotFound)));
        assert_eq!(
            shop.engine.count(&shop.carla, &shop.entity("step"), &Filter::is("customer", gift), false, None).await.expect("steps").number,
            1
        );
    }
}

#[tokio::test]
async fn a_change_writes_what_changed_under_the_next_version() {
    for shop in shops().await {
        let id = shop.create(&shop.anna, customer("Rossi")).await;
        let entity = shop.entity("customer");
        let same = shop.change(&shop.anna, id, vec![(shop::NAME.id(), "Rossi".into())]).await.expect("nothing to do");
        assert_eq!(same.records, [(id, 1)], "nothing changed, nothing written");
        let rename = vec![(shop::NAME.id(), Value::from("Verdi"))];
        let outcome = shop.engine.change(&shop.bruno, &entity, id, Some(1), rename.clone(), Vec::new()).await.expect("changed");
        assert_eq!(outcome.records, [(id, 2)]);
        assert_eq!(shop.show(id).await.named("changed_by").link(), shop.bruno.user);
        match shop.engine.change(&shop.anna, &entity, id, Some(1), rename, Vec::new()).await {
            Err(Error::Conflict(Conflict::Stale { version })) => assert_eq!(version, 2),
            other => panic!("a stale write won: {other:?}"),
        }
        assert_eq!(shop.show(id).await.get(&shop::NAME), "Verdi");
        // The stage brings its date and its step.
        shop.clock.pass(86_400_000);
        shop.change(&shop.anna, id, vec![(shop::STAGE.id(), "customer".into())]).await.expect("changed");
        assert_eq!(shop.show(id).await.get(&shop::SINCE), Some(shop.engine.today()));
        assert_eq!(shop.number("SELECT count(*) FROM \"step\"").await, 2);
    }
}

#[tokio::test]
async fn lines_are_those_of_their_own_record() {
    for shop in shops().await {
        let entity = shop.entity("customer");
        let mut draft = customer("Rossi");
        draft.lines = vec![("phones", vec![number("1"), number("2")])];
        let rossi = shop.create(&shop.anna, draft.clone()).await;
        let verdi = shop.create(&shop.anna, draft).await;
        let set = async |lines: Lines| shop.engine.change(&shop.anna, &entity, rossi, None, Vec::new(), lines).await;
        let kept = |line: &meta::Record| Draft { id: Some(line.id), ..Draft::new("phone") };
        let (own, other) = (shop.show(rossi).await, shop.show(verdi).await);
        assert_eq!(problems(set(vec![("phones", vec![kept(&other.lines("phones")[0])])]).await), ["phones.0.id: error-link"]);
        let twice = vec![kept(&own.lines("phones")[0]), kept(&own.lines("phones")[0])];
        assert_eq!(problems(set(vec![("phones", twice)]).await), ["phones.1.id: error-link"]);
        assert!(matches!(set(vec![("deals", vec![])]).await, Err(Error::NotFound)), "deals are no lines");
        // A bounced number stays bounced through every edit that keeps the line.
        shop.sql("UPDATE \"phone\" SET \"state\" = 'bounced' WHERE \"id\" = ?", vec![own.lines("phones")[1].id.into()]).await;
        let turned = vec![kept(&own.lines("phones")[1]).with(phone::NUMBER.id(), "22"), kept(&own.lines("phones")[0]), number("3")];
        assert_eq!(set(vec![("phones", turned)]).await.expect("turned").records, [(rossi, 2)]);
        let now = shop.show(rossi).await;
        let said: Vec<_> =
            now.lines("phones").iter().map(|line| (line.get(&phone::NUMBER), line.get(&phone::STATE), line.get(&phone::MAIN))).collect();
        assert_eq!(said, [("22", "bounced", false), ("1", "valid", true), ("3", "valid", false)]);
        assert_eq!(now.get(&shop::PHONES), 3);
        assert_eq!(shop.show(verdi).await.lines("phones").len(), 2, "those of the other are as they were");
        assert_eq!(set(vec![("phones", now.lines("phones").iter().map(kept).collect())]).await.expect("the same").records, [(rossi, 2)]);
    }
}

#[tokio::test]
async fn unique_holds_over_the_living() {
    for shop in shops().await {
        let entity = shop.entity("customer");
        let first = shop.create(&shop.anna, customer("Prima").with(shop::CODE.id(), "c1")).await;
        taken(shop.engine.create(&shop.carla, customer("Seconda").with(shop::CODE.id(), "C 1")).await, "customer.code");
        shop.engine.remove(&shop.admin, &entity, first, None).await.expect("removed");
        let second = shop.create(&shop.carla, customer("Seconda").with(shop::CODE.id(), "c1")).await;
        taken(shop.engine.restore(&shop.admin, &entity, first).await, "customer.code");
        shop.change(&shop.carla, second, vec![(shop::CODE.id(), "c2".into())]).await.expect("changed");
        shop.engine.restore(&shop.admin, &entity, first).await.expect("restored");
        taken(shop.change(&shop.carla, second, vec![(shop::CODE.id(), "c1".into())]).await, "customer.code");
        // Empty is not a value.
        shop.create(&shop.anna, customer("Senza")).await;
        shop.create(&shop.anna, customer("Senza")).await;
    }
}

#[tokio::test]
async fn removed_records_rest_in_the_trash_and_then_go() {
    for shop in shops().await {
        let entity = shop.entity("customer");
        let mut draft = customer("Rossi");
        draft.lines = vec![("phones", vec![number("0501234567")])];
        let id = shop.create(&shop.anna, draft).await;
        let found = async |text: &str| shop.engine.search(&shop.anna, text, 10).await.expect("a search").len();
        assert_eq!((found("ros").await, found("050 123").await, found("verdi").await), (1, 1, 0));
        shop.change(&shop.anna, id, vec![(shop::NAME.id(), "Verdi".into())]).await.expect("renamed");
        assert_eq!((found("ros").await, found("verd").await), (0, 1), "the new words, not the old");
        assert!(matches!(shop.engine.remove(&shop.anna, &entity, id, None).await, Err(Error::Forbidden(_))), "agents don't remove");
        shop.engine.remove(&shop.admin, &entity, id, Some(2)).await.expect("removed");
        assert_eq!(found("verdi").await, 0, "forgotten");
        assert!(matches!(shop.engine.show(&shop.admin, &entity, id).await, Err(Error::NotFound)));
        assert!(matches!(shop.change(&shop.admin, id, vec![(shop::NAME.id(), "x".into())]).await, Err(Error::NotFound)));
        let count =
            async |trash: bool| shop.engine.count(&shop.anna, &entity, &Filter::everything(), trash, None).await.expect("a count").number;
        assert_eq!((count(false).await, count(true).await), (0, 1));
        let outcome = shop.engine.restore(&shop.admin, &entity, id).await.expect("restored");
        assert_eq!(outcome.records, [(id, 4)]);
        assert_eq!((found("verdi").await, shop.show(id).await.lines("phones").len()), (1, 1), "as it was, and found again");
        // A rule may refuse.
        let eternal = shop.create(&shop.anna, customer("Eterna")).await;
        assert!(matches!(shop.engine.remove(&shop.admin, &entity, eternal, None).await, Err(Error::Forbidden(_))));
        // After thirty days the trash is emptied, lines and history included.
        shop.engine.remove(&shop.admin, &entity, id, None).await.expect("removed");
        shop.clock.pass(29 * 86_400_000);
        empty_trash(&shop).await;
        assert_eq!(count(true).await, 1, "not yet");
        shop.clock.pass(2 * 86_400_000);
        empty_trash(&shop).await;
        assert_eq!(count(true).await, 0);
        assert_eq!(shop.number("SELECT count(*) FROM \"phone\"").await, 0);
        assert_eq!(shop.number("SELECT count(*) FROM \"history\" WHERE \"action\" = 'remove'").await, 0);
        assert!(matches!(shop.engine.restore(&shop.admin, &entity, id).await, Err(Error::NotFound)));
    }
}

pub async fn empty_trash(shop: &shop::Shop) {
    let engine = shop.engine.clone();
    let enqueue = shop
        .engine
        .store()
        .write(move |tx| Box::pin(async move { engine.enqueue(tx, "empty-trash", String::new(), None).await.map(|_| ()) }));
    enqueue.await.expect("a job");
    while shop.engine.work_once().await.expect("a job") {}
    assert_eq!(shop.number("SELECT count(*) FROM \"job\" WHERE \"state\" <> 'done'").await, 0);
}

/// One moment of several people at work on one record: who reads it again, and then who writes, all at once.
#[derive(Debug, Clone)]
struct Round {
    reads: [bool; 4],
    writes: [bool; 4],
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let round = (any::<[bool; 4]>(), any::<[bool; 4]>()).prop_map(|(reads, writes)| Round { reads, writes });
    vec(round, 1..7)
}

/// Whatever the order: of those who read the last version one wins, who read an older one never does, and nobody
/// overwrites what he has not read.
#[test]
fn a_stale_version_never_wins() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let shops = runtime.block_on(shops());
    let outcome = runner(7, cases(40)).run(&rounds(), |rounds| {
        runtime.block_on(async {
            for shop in &shops {
                at_once(shop, &rounds).await?;
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async { drop(shops) });
}

async fn at_once(shop: &shop::Shop, rounds: &[Round]) -> std::result::Result<(), TestCaseError> {
    let id = shop.create(&shop.anna, customer("Contatore")).await;
    let entity = shop.entity("customer");
    let (mut version, mut size) = (1, 0);
    // What each of them read last.
    let mut read = [(version, size); 4];
    for (number, round) in rounds.iter().enumerate() {
        for writer in (0..4).filter(|writer| round.reads[*writer]) {
            let (record, _) = shop.engine.show(&shop.anna, &entity, id).await.expect("the record");
            read[writer] = (record.version, record.get(&shop::SIZE));
        }
        let name = |writer: usize| format!("{number} di {writer}");
        let writing = (0..4).filter(|writer| round.writes[*writer]).map(|writer| {
            let (engine, anna, entity) = (shop.engine.clone(), shop.anna.clone(), entity.clone());
            let (known, size) = read[writer];
            let next = vec![(shop::SIZE.id(), Value::Int(size + 1)), (shop::NAME.id(), name(writer).into())];
            (writer, tokio::spawn(async move { engine.change(&anna, &entity, id, Some(known), next, Vec::new()).await }))
        });
        let mut winner = None;
        for (writer, written) in writing.collect::<Vec<_>>() {
            let known = read[writer].0;
            match written.await.expect("no panic") {
                Ok(outcome) => {
                    prop_assert_eq!(known, version, "{:?}: a stale write won", shop);
                    prop_assert_eq!(outcome.records, [(id, version + 1)]);
                    prop_assert_eq!(winner.replace(writer), None, "{:?}: two won", shop);
                }
                // The version told is that of before or of after the one who won.
                Err(Error::Conflict(Conflict::Stale { version: told })) => {
                    prop_assert!(told > known && (version..=version + 1).contains(&told), "{:?}: {} told to {}", shop, told, known);
                }
                Err(other) => return Err(TestCaseError::fail(format!("{shop:?}: {other}"))),
            }
        }
        let somebody_knew = (0..4).any(|writer| round.writes[writer] && read[writer].0 == version);
        prop_assert_eq!(winner.is_some(), somebody_knew, "{:?}: one of those who knew wins", shop);
        let record = shop.show(id).await;
        if let Some(winner) = winner {
            (version, size) = (version + 1, size + 1);
            prop_assert_eq!(record.get(&shop::NAME), name(winner));
        }
        prop_assert_eq!((record.version, record.get(&shop::SIZE)), (version, size), "{:?}", shop);
    }
    Ok(())
}

/// The same sending, fifty times at once: one record, one answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sending_has_one_effect() {
    use engine::{Created, Once};
    for shop in shops().await {
        let once = |digest: &str| Some(Once { key: "k1".to_owned(), digest: digest.to_owned() });
        let sends = (0..50).map(|_| {
            let (engine, anna, once) = (shop.engine.clone(), shop.anna.clone(), once("d"));
            tokio::spawn(async move {
                loop {
                    match engine.create_once(&anna, customer("Una").with(shop::TAX.id(), "T1"), Vec::new(), false, once.clone()).await {
                        Ok(created) => return created,
                        Err(Error::Busy(_)) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        });
        let mut answers = Vec::new();
        for send in sends.collect::<Vec<_>>() {
            answers.push(send.await.expect("no panic"));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0] && matches!(answer, Created::Now(_))), "{answers:?}");
        assert_eq!(shop.number("SELECT count(*) FROM \"customer\"").await, 1);
        let reused = shop.engine.create_once(&shop.anna, customer("Altra"), Vec::new(), true, once("other")).await;
        assert!(matches!(reused, Err(Error::Conflict(Conflict::State(_)))));
        // The key of another person is another key.
        shop.engine.create_once(&shop.carla, customer("Sua"), Vec::new(), true, once("d")).await.expect("created");
        assert_eq!(shop.number("SELECT count(*) FROM \"customer\"").await, 2);
        // A sending that was refused leaves its key free.
        let once = Some(Once { key: "k2".to_owned(), digest: "d".to_owned() });
        assert!(shop.engine.create_once(&shop.anna, customer("Vietata"), Vec::new(), true, once.clone()).await.is_err());
        let doubled = customer("Doppia").with(shop::TAX.id(), "T1");
        assert!(matches!(
            shop.engine.create_once(&shop.anna, doubled.clone(), Vec::new(), false, once.clone()).await,
            Ok(Created::Exists(_))
        ));
        assert!(matches!(shop.engine.create_once(&shop.anna, doubled, Vec::new(), true, once).await, Ok(Created::Now(_))));
    }
}

/// Duplicates are found wherever they are, and tell no more than that they exist to whoever may not see them.
#[tokio::test]
async fn twins_are_found_also_out_of_sight() {
    for shop in shops().await {
        let mut draft = customer("di Carla").with(shop::TAX.id(), "t 1");
        draft.lines = vec![("phones", vec![number("050 1")])];
        let carlas = shop.create(&shop.carla, draft.clone()).await;
        draft.values[0].1 = "nuova".into();
        let told = |twins: Vec<engine::Twin>| {
            twins.into_iter().map(|twin| (twin.field, twin.record.map(|(id, name)| (id == carlas, name)))).collect::<Vec<_>>()
        };
        let seen = told(shop.engine.twins(&shop.carla, &draft).await.expect("twins"));
        let name = Some((true, "di Carla".to_owned()));
        assert_eq!(seen, [("tax".to_owned(), name.clone()), ("phones.number".to_owned(), name)]);
        let unseen = told(shop.engine.twins(&shop.anna, &draft).await.expect("twins"));
        assert_eq!(unseen, [("tax".to_owned(), None), ("phones.number".to_owned(), None)]);
        assert!(matches!(shop.engine.twins(&shop.reader, &draft).await, Err(Error::Forbidden(_))), "readers create nothing");
        // The trash is not searched, neither for keys nor for those of lines.
        shop.engine.remove(&shop.admin, &shop.entity("customer"), carlas, None).await.expect("removed");
        assert_eq!(told(shop.engine.twins(&shop.anna, &draft).await.expect("twins")), []);
    }
}
