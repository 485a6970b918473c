//! Records are found by the beginnings of their words, whatever is typed.

use crate::{id, sql, stores};
use kernel::{Id, Value};
use store::{Store, search_expression, search_matches, search_query};

async fn found(store: &Store, words: &[&str]) -> Vec<i64> {
    let query = search_query(store.dialect(), "person", words, 10);
    let rows = store.read(move |tx| Box::pin(async move { tx.rows(&query).await })).await.expect("a search");
    rows.iter().map(|row| row.int(0)).collect()
}

async fn put(store: &Store, records: &[(i64, &str)]) {
    let records: Vec<(Id, String)> = records.iter().map(|(number, words)| (id(*number), (*words).to_owned())).collect();
    store.write(move |tx| Box::pin(async move { tx.search_put_many("person", &records).await })).await.expect("words");
}

#[tokio::test]
async fn words_are_found_changed_and_forgotten() {
    for store in stores().await {
        put(&store, &[(1, "mario rossi pisa 0123456789"), (2, "maria bianchi livorno"), (3, "marco rossini x")]).await;
        assert_eq!(found(&store, &["mar"]).await, [3, 2, 1], "newest first on {store:?}");
        assert_eq!(found(&store, &["ros", "mar"]).await, [3, 1]);
        assert_eq!(found(&store, &["012345"]).await, [1]);
        assert_eq!(found(&store, &["ossi"]).await, [0; 0]);
        put(&store, &[(1, "anna verdi"), (3, "")]).await;
        assert_eq!(found(&store, &["ros"]).await, [0; 0]);
        assert_eq!(found(&store, &["verdi"]).await, [1]);
        store.write(|tx| Box::pin(async move { tx.search_remove("person", id(1)).await })).await.expect("forgotten");
        assert_eq!(found(&store, &["verdi"]).await, [0; 0]);
        assert_eq!(found(&store, &["mar"]).await, [2]);
    }
}

#[tokio::test]
async fn no_word_means_anything_to_the_search_language() {
    for store in stores().await {
        put(&store, &[(1, "or and not near words rossi"), (2, "a'b \"c\" *d {e} :* & | ! \\ (f) ^g -h +i")]).await;
        let hostile = [
            "rossi OR x",
            "\"",
            "'",
            "ros*",
            "NEAR(rossi words)",
            "words:rossi",
            "-rossi",
            "a' | 'b",
            "':*",
            "\\",
            "!rossi",
            "rossi & zzz",
            "(",
            "^",
            "",
            " ",
            "*",
            "rossi' OR 1=1 --",
            "\" OR \"",
            "{words} : x",
            "ros:*",
            "<->",
        ];
        for words in hostile {
            // It may find something or nothing; it never fails.
            found(&store, &[words]).await;
        }
        assert_eq!(found(&store, &["rossi OR x"]).await, [0; 0]);
        assert_eq!(found(&store, &["OR".to_lowercase().as_str(), "not"]).await, [1]);
        assert_eq!(found(&store, &[""]).await, [0; 0]);
        assert_eq!(found(&store, &[]).await, [0; 0]);
        for letter in ["b", "c", "d", "e", "f", "g", "h", "i"] {
            assert_eq!(found(&store, &[letter]).await, [2], "{letter} on {store:?}");
        }
    }
}

#[tokio::test]
async fn a_condition_stands_among_others() {
    for store in stores().await {
        crate::add(&store, 1, "Mario").await.expect("Mario");
        crate::add(&store, 2, "Maria").await.expect("Maria");
        put(&store, &[(1, "mario"), (2, "maria")]).await;
        let dialect = store.dialect();
        let text = format!("SELECT id FROM person WHERE name <> ? AND {}", search_matches(dialect, "person"));
        let query = sql(&text, vec!["Maria".into(), Value::Text(search_expression(dialect, &["mar"]))]);
        let rows = store.read(move |tx| Box::pin(async move { tx.rows(&query).await })).await.expect("rows");
        assert_eq!(rows.iter().map(|row| row.int(0)).collect::<Vec<_>>(), [1]);
    }
}
