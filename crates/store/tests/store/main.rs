//! The store as its users see it, told on both databases.

mod files;
mod people;
mod place;
mod search;
mod shape;
mod values;
mod writes;

use kernel::{Id, Moment, Result, Value};
use meta::shape::{Column, ColumnType, Table};
use store::{Statement, Store};

/// People with one column of every kind.
fn people() -> Table {
    let mut table = Table::new(
        "person",
        &[
            ("id", ColumnType::Link),
            ("name", ColumnType::Text),
            ("age", ColumnType::Int),
            ("active", ColumnType::Bool),
            ("born", ColumnType::Date),
            ("called_at", ColumnType::Moment),
            ("boss", ColumnType::Link),
            ("photo", ColumnType::Bytes),
            ("removed_at", ColumnType::Moment),
        ],
    )
    .index(&["boss"])
    .unique(&["name", "removed_at"]);
    table.searchable = true;
    table
}

fn id(number: i64) -> Id {
    Id::from_number(number).expect("a positive number")
}

fn sql(sql: &str, values: Vec<Value>) -> Statement {
    Statement::new(sql, values)
}

/// A store on each database with people in it.
async fn stores() -> Vec<Store> {
    let stores = store::testing::both().await;
    for store in &stores {
        store.shape(&[people()]).await.expect("the shape");
    }
    stores
}

async fn add(store: &Store, number: i64, name: &str) -> Result<()> {
    let add = sql(
        "INSERT INTO person (id, name, removed_at) VALUES (?, ?, ?)",
        vec![id(number).into(), name.into(), Moment::from_millis(1).into()],
    );
    store.write(move |tx| Box::pin(async move { tx.execute(&add).await.map(|_| ()) })).await
}

async fn count(store: &Store) -> i64 {
    let count = sql("SELECT count(*) FROM person", vec![]);
    store.read(move |tx| Box::pin(async move { tx.rows(&count).await })).await.expect("a count").first().expect("a row").int(0)
}

fn columns() -> Vec<Column> {
    people().columns
}
