//! Numbers of series while many create at once, on two nodes, in other years.

use engine::own_fields::{ENTITY, KIND, LABEL, OWN_FIELD};
use engine::series::{KEY, NAME, PATTERN, SERIES};
use engine::testing::StandingClock;
use engine::{Act, Area, Change, Dialect, Draft, Engine, Principal, Slice, Through, Tx, Work};
use kernel::{Error, Id, Result, Say};
use meta::Entity;
use meta::fields::{Code, Text, code, text};
use std::sync::Arc;
use std::time::Instant;

meta::entity! { "ticket" {
    TITLE: Text = text("title").required().search(),
    NUMBER: Code = code("number").numbered("ticket"),
    BILL: Code = code("bill").numbered("bill"),
}}

/// Refuses what is called so, after numbers were taken from the series of those beside it.
fn refuses<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(
        async move { if change.after.get(&TITLE) == "refused" { Err(Error::invalid("title", Say::new("error-taken"))) } else { Ok(()) } },
    )
}

fn area() -> Area {
    let ticket = Entity::new("ticket", "tickets", fields()).titled(&TITLE).searchable().section("ticket", &["title", "number"]);
    let slice = Slice::new("tickets").entity(ticket).hook("ticket", refuses);
    Area::new("service").slice(slice.series("ticket", "Ticket", "Tickets", "T{year}/{number:4}"))
}

async fn desks() -> Vec<(Engine, Arc<StandingClock>, Principal)> {
    let mut desks = Vec::new();
    for (engine, clock) in engine::testing::both(|| vec![area()]).await {
        let system = engine.system(Through::CommandLine);
        desks.push((engine, clock, system));
    }
    desks
}

fn ticket(title: &str) -> Draft {
    Draft::new("ticket").with(TITLE.id(), title)
}

async fn number(engine: &Engine, who: &Principal, id: Id) -> String {
    let entity = engine.entity("ticket").expect("tickets");
    engine.show(who, &entity, id).await.expect("the ticket").0.get(&NUMBER).to_owned()
}

async fn create(engine: &Engine, who: &Principal, title: &str) -> Result<Id> {
    Ok(engine.create(who, ticket(title)).await?.id())
}

#[tokio::test]
async fn a_declared_field_takes_its_numbers_from_a_series_that_is_there_when_it_is_needed() {
    for (engine, clock, who) in desks().await {
        let first = create(&engine, &who, "uno").await.expect("a ticket");
        assert_eq!(number(&engine, &who, first).await, "T2026/0001");
        let entity = engine.entity("ticket").expect("tickets");
        assert_eq!(engine.show(&who, &entity, first).await.expect("it").0.get(&BILL), "2026/000001", "one that nobody described is plain");

        // Nobody but a rule writes it, and it never changes; it is found however one asks.
        let numbered = engine.model().entity("ticket").expect("tickets").field("number").copied().expect("the field");
        assert!(!numbered.writable());
        for asked in ["T2026/0001", "t2026 0001"] {
            assert_eq!(engine.search(&who, asked, 5).await.expect("an answer")[0].found[0].id, first, "{asked}");
        }
        for asked in ["2026/000001", "2026/1"] {
            assert_eq!(engine.search(&who, asked, 5).await.expect("an answer")[0].found[0].id, first, "{asked}");
        }

        // A refused one takes none, nor does any beside it; several in one go take them in order.
        create(&engine, &who, "refused").await.expect_err("refused");
        let acts = ["due", "refused", "tre"].map(|title| Act::Create(ticket(title))).to_vec();
        engine.write(&who, "create", acts).await.expect_err("refused");
        let acts = ["due", "tre", "quattro"].map(|title| Act::Create(ticket(title))).to_vec();
        let mut numbers = Vec::new();
        for (id, _) in engine.write(&who, "create", acts).await.expect("three").records {
            numbers.push(number(&engine, &who, id).await);
        }
        assert_eq!(numbers, ["T2026/0002", "T2026/0003", "T2026/0004"]);

        // It begins again when the year does where the company is, and goes on from what an administrator says.
        let record = engine.list(&who, engine::Asked::new(engine.entity(SERIES).expect("series"))).await.expect("the series").records;
        let series = record.iter().find(|series| series.get(&KEY) == "ticket").expect("the tickets’").id;
        assert_eq!(engine.next_numbers(&who).await.expect("numbers")["ticket"], (5, "T2026/0005".to_owned()));
        engine.raise_series(&who, series, 4).await.expect_err("never lowered");
        engine.raise_series(&who, series, 0).await.expect_err("never lowered");
        engine.raise_series(&who, series, i64::MAX).await.expect_err("no end");
        engine.raise_series(&who, series, 120).await.expect("raised");
        engine.raise_series(&who, series, 120).await.expect("as it is");
        let id = create(&engine, &who, "cinque").await.expect("a ticket");
        assert_eq!(number(&engine, &who, id).await, "T2026/0120");
        // From the second of March at nine to 22:59:59 UTC of the last day of the year: in Rome it is midnight a second later.
        clock.pass(((304 * 24 + 13) * 3_600 + 59 * 60 + 59) * 1_000);
        let id = create(&engine, &who, "l’ultimo").await.expect("a ticket");
        assert_eq!(number(&engine, &who, id).await, "T2026/0121");
        clock.pass(1_000);
        let id = create(&engine, &who, "il primo").await.expect("a ticket");
        assert_eq!(number(&engine, &who, id).await, "T2027/0001");

        // Taken out and put back, it keeps its number, and nobody else gets it.
        engine.remove(&who, &entity, id, None).await.expect("removed");
        let other = create(&engine, &who, "il secondo").await.expect("a ticket");
        assert_eq!(number(&engine, &who, other).await, "T2027/0002");
        engine.restore(&who, &entity, id).await.expect("restored");
        assert_eq!(number(&engine, &who, id).await, "T2027/0001");

        // A series that something takes from stays; one that nothing does goes.
        let kept = engine.remove(&who, &engine.entity(SERIES).expect("series"), series, None).await.expect_err("it is used");
        assert!(matches!(&kept, Error::Invalid(problems) if problems[0].say.key == "error-series-used"), "{kept:?}");
        let spare = engine.create(&who, Draft::new(SERIES).with(NAME.id(), "Di scorta")).await.expect("a series").id();
        engine.create(&who, Draft::new(SERIES).with(NAME.id(), "Di scorta")).await.expect_err("its key is taken");
        for wrong in ["{year}", "{month}/{number}", "{nothing}{number}"] {
            let draft = Draft::new(SERIES).with(NAME.id(), "Storta").with(PATTERN.id(), wrong);
            engine.create(&who, draft).await.expect_err(wrong);
        }
        engine.remove(&who, &engine.entity(SERIES).expect("series"), spare, None).await.expect("gone");
    }
}

/// Another node; on SQLite there is only one.
async fn other_node(engine: &Engine) -> Engine {
    match engine.store().dialect() {
        Dialect::Sqlite => engine.clone(),
        Dialect::Postgres => engine::testing::engine(engine.store().clone(), vec![area()]).await.0,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_missing_and_none_is_given_twice_while_many_create_on_two_nodes() {
    for (engine, _, who) in desks().await {
        let other = other_node(&engine).await;
        let own = Draft::new(OWN_FIELD).with(LABEL.id(), "Protocollo").with(ENTITY.id(), "ticket").with(KIND.id(), "series");
        engine.create(&who, own.clone()).await.expect_err("it names no series");
        engine.create(&who, Draft::new(SERIES).with(NAME.id(), "Protocollo").with(PATTERN.id(), "{number}")).await.expect("a series");
        let own = own.with(engine::own_fields::SERIES.id(), "protocollo");
        engine.create(&who, own).await.expect("a field");
        let began = Instant::now();
        let mut writers = Vec::new();
        for (place, node) in [&engine, &other, &engine, &other].into_iter().enumerate() {
            let (node, who) = (node.clone(), who.clone());
            writers.push(tokio::spawn(async move {
                let mut written = 0;
                for turn in 0..30 {
                    // Some are refused, some come several at once, some are made ready before.
                    let outcome = match (turn + place) % 4 {
                        0 => create(&node, &who, "refused").await.map(|_| 1),
                        1 => {
                            let acts = (0..5).map(|_| Act::Create(ticket("insieme"))).collect();
                            node.write(&who, "create", acts).await.map(|_| 5)
                        }
                        2 => {
                            let acts = node.made_ahead(&who, vec![ticket("prima"), ticket("poi")]).expect("made ahead");
                            node.write(&who, "create", acts).await.map(|_| 2)
                        }
                        _ => create(&node, &who, "uno").await.map(|_| 1),
                    };
                    match outcome {
                        Ok(count) => written += count,
                        Err(Error::Invalid(_)) => assert_eq!((turn + place) % 4, 0),
                        Err(error) => panic!("{error}"),
                    }
                }
                written
            }));
        }
        let mut written = 0;
        for writer in writers {
            written += writer.await.expect("every request was answered");
        }
        let key = "x_protocollo";
        let rows = engine.store().read(move |tx| {
            Box::pin(async move {
                let sql = format!("SELECT \"number\", \"{key}\" FROM \"ticket\"");
                tx.rows(&engine::Statement::new(sql, Vec::new())).await
            })
        });
        let rows = rows.await.expect("the tickets");
        let mut numbers: Vec<i64> = rows.iter().map(|row| row.text(1).parse().expect("a number")).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=written).collect::<Vec<i64>>(), "{engine:?}");
        let mut tickets: Vec<String> = rows.iter().map(|row| row.text(0).to_owned()).collect();
        tickets.sort_unstable();
        assert_eq!(tickets, (1..=written).map(|number| format!("T2026/{number:04}")).collect::<Vec<_>>(), "{engine:?}");
        println!("{engine:?}: {written} tickets by four writers in {:?}", began.elapsed());
    }
}
