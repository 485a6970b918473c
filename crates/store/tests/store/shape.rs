//! The database follows the descriptions, and loses nothing.

use crate::{add, count, people, sql};
use meta::shape::{Column, ColumnType, Guard, Table, TableIndex};

#[tokio::test]
async fn the_second_time_nothing_is_missing() {
    for store in store::testing::both().await {
        let report = store.shape(&[people()]).await.expect("a shape");
        assert_eq!(report.tables, ["person"]);
        assert_eq!(report.indexes, ["person_by_boss", "person_by_name_removed_at"]);
        assert_eq!(report.searches, ["person"]);
        assert!(store.shape(&[people()]).await.expect("a shape").is_empty(), "{store:?}");
    }
}

#[tokio::test]
async fn what_is_added_later_finds_the_rows_there_are() {
    for store in store::testing::both().await {
        let mut table = people();
        table.searchable = false;
        table.indexes.clear();
        store.shape(std::slice::from_ref(&table)).await.expect("a shape");
        for number in 1..=10 {
            add(&store, number, &format!("P{}", number % 5)).await.expect("a person");
        }
        for (name, kind) in
            [("x_note", ColumnType::Text), ("x_score", ColumnType::Int), ("x_vip", ColumnType::Bool), ("x_due", ColumnType::Date)]
        {
            table.columns.push(Column { name: name.to_owned(), kind });
        }
        let mut table = table.index(&["x_score"]).unique(&["name"]);
        table.searchable = true;
        let report = store.shape(std::slice::from_ref(&table)).await.expect("a shape");
        assert_eq!(report.columns, ["person.x_note", "person.x_score", "person.x_vip", "person.x_due"]);
        assert_eq!(report.indexes, ["person_by_x_score"]);
        assert_eq!(report.searches, ["person"]);
        assert_eq!(report.refused.len(), 1, "the names there are stand twice: {report:?}");
        let rows = store
            .read(|tx| Box::pin(async move { tx.rows(&sql("SELECT x_note, x_score, x_vip, x_due FROM person", vec![])).await }))
            .await
            .expect("rows");
        assert!(rows.iter().all(|row| row.text(0).is_empty() && row.int(1) == 0 && !row.bool(2) && row.date(3).is_none()));
        assert_eq!(count(&store).await, 10);
        // Fewer columns in a description drop nothing.
        assert!(store.shape(&[Table::new("person", &[("id", ColumnType::Link)])]).await.expect("a shape").is_empty());
    }
}

#[tokio::test]
async fn living_records_only_hold_a_value_once() {
    for store in store::testing::both().await {
        let mut table = people();
        table.indexes = vec![TableIndex {
            name: "person_by_name_and_a_very_long_story_about_why_it_is_called_exactly_so_and_not_otherwise".to_owned(),
            columns: vec!["name".to_owned()],
            unique: true,
            living: true,
        }];
        store.shape(std::slice::from_ref(&table)).await.expect("a shape");
        assert!(store.shape(&[table]).await.expect("a shape").is_empty());
        let insert = |number: i64, name: &'static str| {
            let add = sql("INSERT INTO person (id, name) VALUES (?, ?)", vec![number.into(), name.into()]);
            store.write(move |tx| Box::pin(async move { tx.execute(&add).await }))
        };
        insert(1, "Anna").await.expect("Anna");
        add(&store, 2, "Anna").await.expect("an Anna in the trash");
        insert(3, "").await.expect("no name");
        insert(4, "").await.expect("no name twice");
        match insert(5, "Anna").await {
            Err(kernel::Error::Conflict(kernel::error::Conflict::Taken { field })) => assert_eq!(field, "person.name"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn keys_may_be_texts_or_several_columns() {
    for store in store::testing::both().await {
        let settings = Table::new("setting", &[("key", ColumnType::Text), ("value", ColumnType::Text)]);
        let members = Table::new("member", &[("team", ColumnType::Link), ("person", ColumnType::Link)]).key(&["team", "person"]);
        store.shape(&[settings, members]).await.expect("a shape");
        let outcome = store
            .write(|tx| {
                Box::pin(async move {
                    tx.execute(&sql("INSERT INTO setting (key, value) VALUES (?, ?)", vec!["a".into(), "1".into()])).await?;
                    tx.execute(&sql(
                        "INSERT INTO member (team, person) VALUES (?, ?), (?, ?)",
                        vec![1.into(), 2.into(), 1.into(), 3.into()],
                    ))
                    .await?;
                    tx.execute(&sql("INSERT INTO member (team, person) VALUES (?, ?)", vec![1.into(), 2.into()])).await
                })
            })
            .await;
        assert!(
            matches!(&outcome, Err(kernel::Error::Conflict(kernel::error::Conflict::Taken { field })) if field == "member.team"),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn nodes_may_shape_at_once() {
    for store in store::testing::both().await {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.shape(&[people()]).await })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            made += task.await.expect("no panic").expect("a shape").tables.len();
        }
        assert_eq!(made, 1);
    }
}

#[tokio::test]
async fn the_serving_role_can_shape_nothing_by_itself() {
    if let Some(store) = store::testing::postgres().await {
        store.shape(&[people()]).await.expect("a shape");
        for forbidden in ["DROP TABLE person", "CREATE TABLE mine (id bigint)", "ALTER TABLE person ADD COLUMN y text"] {
            let outcome = store.write(move |tx| Box::pin(async move { tx.execute(&sql(forbidden, vec![])).await })).await;
            // 42501: not enough rights, and no other fault that would come first.
            assert!(matches!(&outcome, Err(kernel::Error::Internal(cause)) if cause.contains("(42501)")), "{forbidden}: {outcome:?}");
        }
    }
}

/// B5: the serving role is no superuser and runs no programs; where it is one, it is said.
#[tokio::test]
async fn the_serving_role_has_no_powers() {
    let Some(store) = store::testing::postgres().await else { return };
    let asked = "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, pg_has_role(current_user, 'pg_execute_server_program', 'MEMBER'), \
                 pg_has_role(current_user, 'pg_read_server_files', 'MEMBER'), pg_has_role(current_user, 'pg_write_server_files', 'MEMBER') \
                 FROM pg_roles WHERE rolname = current_user";
    let rows = store.read(move |tx| Box::pin(async move { tx.rows(&sql(asked, vec![])).await })).await.expect("rows");
    let row = rows.first().expect("the role");
    assert!((0..7).all(|power| !row.bool(power)), "{row:?}");
    assert!(!store.overpowered().await.expect("an answer"));
    for forbidden in ["COPY (SELECT 1) TO PROGRAM 'true'", "SELECT pg_read_file('/etc/hostname')", "SET ROLE scheda_test_owner"] {
        let outcome = store.write(move |tx| Box::pin(async move { tx.rows(&sql(forbidden, vec![])).await })).await;
        assert!(matches!(&outcome, Err(kernel::Error::Internal(cause)) if cause.contains("(42501)")), "{forbidden}: {outcome:?}");
    }
    let as_owner = store::testing::postgres_as_administrator().await.expect("a store");
    assert!(as_owner.overpowered().await.expect("an answer"), "whoever administers the server may do everything");
}

#[tokio::test]
async fn a_guard_is_put_back_and_another_takes_the_place_of_an_older() {
    for store in store::testing::both().await {
        let guard = |closed_by| Guard { closed_by, letting_go: None };
        let table = people().guarded(guard(None));
        let older = vec![people().guarded(guard(Some("age")))];
        assert_eq!(store.shape(&older).await.expect("a shape").guards, ["person"]);
        assert!(store.shape(&older).await.expect("a shape").is_empty());
        add(&store, 1, "Anna").await.expect("a person");
        let tried =
            async |text: &'static str| store.write(move |tx| Box::pin(async move { tx.execute(&sql(text, vec![])).await })).await.is_ok();
        assert!(tried("UPDATE person SET age = 7").await, "what is set once");
        assert!(
            !tried("UPDATE person SET age = 8").await && !tried("UPDATE person SET age = 0").await && !tried("DELETE FROM person").await
        );
        assert_eq!(store.shape(std::slice::from_ref(&table)).await.expect("a shape").guards, ["person"]);
        add(&store, 2, "Bruno").await.expect("a person");
        assert!(!tried("UPDATE person SET age = 7 WHERE id = 2").await, "the newer guard lets nothing be set");
        store.unguard(&[people()]).await.expect("no guard");
        assert!(tried("UPDATE person SET age = 8").await);
        assert_eq!(store.shape(&[table]).await.expect("a shape").guards, ["person"]);
        assert!(!tried("DELETE FROM person").await);
        assert_eq!(count(&store).await, 2);
    }
}
