//! What is written comes back the same.

use crate::{columns, id, sql, stores};
use kernel::{Date, Error, Moment, Value};
use meta::shape::ColumnType;

fn full(number: i64) -> Vec<Value> {
    vec![
        id(number).into(),
        format!("Città è \"virgolette\" ' ? {number}").into(),
        Value::Int(i64::MIN + number),
        true.into(),
        Date::new(1969, 12, 31).expect("a date").into(),
        Moment::from_millis(-1_234_567_890_123).into(),
        id(i64::MAX).into(),
        Value::Bytes(vec![0, 255, 7]),
        Value::Empty,
    ]
}

fn empty(number: i64) -> Vec<Value> {
    let mut row = vec![Value::Empty; 9];
    row[0] = id(number).into();
    row[8] = Moment::from_millis(number).into();
    row
}

#[tokio::test]
async fn every_shape_comes_back_by_every_way_in() {
    for store in stores().await {
        // Few rows, many rows: each database has a way of its own for them.
        for (from, rows) in [(1, 3), (1000, 500)] {
            let written: Vec<_> = (from..from + rows).map(|number| if number % 2 == 0 { empty(number) } else { full(number) }).collect();
            let again = written.clone();
            let kinds: Vec<ColumnType> = columns().iter().map(|column| column.kind).collect();
            let read = store
                .write(move |tx| {
                    Box::pin(async move {
                        tx.insert_many("person", &columns(), written).await?;
                        let all = sql("SELECT * FROM person WHERE id >= ? AND id < ? ORDER BY id", vec![from.into(), (from + rows).into()]);
                        tx.rows_as(&all, &kinds).await
                    })
                })
                .await
                .expect("rows");
            for (mut wanted, found) in again.into_iter().zip(read) {
                // Text, numbers and yes/no are never nothing.
                for (value, kind) in wanted.iter_mut().zip(columns()) {
                    *value = store::coerce(value.clone(), kind.kind);
                }
                assert_eq!(found, wanted, "{store:?}");
            }
        }
    }
}

#[tokio::test]
async fn rows_are_read_alike_from_either_raw_form() {
    for store in stores().await {
        let rows = store
            .write(|tx| {
                Box::pin(async move {
                    tx.insert_many("person", &columns(), vec![full(1), empty(2)]).await?;
                    tx.rows(&sql("SELECT * FROM person ORDER BY id", vec![])).await
                })
            })
            .await
            .expect("rows");
        assert_eq!(rows.len(), 2);
        let mut rows = rows.iter();
        let (first, second) = (rows.next().expect("one"), rows.next().expect("two"));
        assert_eq!(first.link(0), Some(id(1)));
        assert_eq!(first.text(1), "Città è \"virgolette\" ' ? 1");
        assert_eq!(first.int(2), i64::MIN + 1);
        assert!(first.bool(3));
        assert_eq!(first.date(4), Date::new(1969, 12, 31));
        assert_eq!(first.moment(5), Some(Moment::from_millis(-1_234_567_890_123)));
        assert_eq!(first.bytes(7), [0, 255, 7]);
        assert_eq!((second.text(1), second.int(2), second.bool(3), second.date(4)), ("", 0, false, None));
        assert_eq!((second.moment(5), second.link(6), second.bytes(7)), (None, None, &[][..]));
    }
}

#[tokio::test]
async fn sums_are_whole_numbers_and_may_be_compared() {
    for store in stores().await {
        let sums = store
            .write(|tx| {
                Box::pin(async move {
                    let mut rows = vec![full(1), full(3), empty(2)];
                    rows[0][2] = Value::Int(12_345_678_901);
                    rows[1][2] = Value::Int(-5);
                    tx.insert_many("person", &columns(), rows).await?;
                    let sums = "SELECT active, sum(age), avg(id), count(*) FROM person GROUP BY active HAVING sum(age) > ? ORDER BY active";
                    tx.rows(&sql(sums, vec![Value::Int(-10_000)])).await
                })
            })
            .await
            .expect("sums");
        let sums: Vec<_> = sums.iter().map(|row| (row.bool(0), row.int(1), row.int(2), row.int(3))).collect();
        assert_eq!(sums, [(false, 0, 2, 1), (true, 12_345_678_896, 2, 2)], "{store:?}");
    }
}

#[tokio::test]
async fn a_question_mark_in_quotes_is_a_question_mark() {
    for store in stores().await {
        let asked = sql("SELECT 'why? it''s ?', ? AS \"so?\", 'x'", vec!["because".into()]);
        let row = store.read(move |tx| Box::pin(async move { tx.row(&asked).await })).await.expect("an answer");
        assert_eq!(row, Some(vec!["why? it's ?".into(), "because".into(), "x".into()]), "{store:?}");
    }
}

#[tokio::test]
async fn text_with_a_nul_enters_neither_database() {
    for store in stores().await {
        let outcome = store
            .write(|tx| {
                Box::pin(async move {
                    let mut row = full(1);
                    row[1] = "a\0b".into();
                    tx.insert_many("person", &columns(), vec![row]).await
                })
            })
            .await;
        assert!(matches!(&outcome, Err(Error::Invalid(problems)) if problems[0].field == "name"), "{outcome:?}");
        let bound =
            store.read(|tx| Box::pin(async move { tx.rows(&sql("SELECT 1 FROM person WHERE name = ?", vec!["\0".into()])).await })).await;
        assert!(matches!(bound, Err(Error::Invalid(_))));
    }
}

#[tokio::test]
async fn text_sorts_by_its_bytes() {
    for store in stores().await {
        let names = store
            .write(|tx| {
                Box::pin(async move {
                    for (number, name) in [(1, "b"), (2, "B"), (3, "à"), (4, "a b"), (5, "ab"), (6, "_")] {
                        let mut row = full(number);
                        row[1] = name.into();
                        tx.insert_many("person", &columns(), vec![row]).await?;
                    }
                    tx.rows(&sql("SELECT name FROM person ORDER BY name", vec![])).await
                })
            })
            .await
            .expect("names");
        let names: Vec<_> = names.iter().map(|row| row.text(0)).collect();
        assert_eq!(names, ["B", "_", "a b", "ab", "b", "à"], "{store:?}");
    }
}

#[tokio::test]
async fn the_clock_is_the_databases() {
    for store in stores().await {
        let now = store.read(|tx| Box::pin(async move { tx.now().await })).await.expect("a moment");
        assert!(now > "2026-01-01T00:00:00Z".parse().expect("a moment"), "{now}");
    }
}
