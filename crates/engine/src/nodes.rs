//! The number of this node, leased from the database: the part of an id that keeps nodes apart.

use kernel::{Error, Result, Value};
use store::{Statement, Store};

/// How long a number stays taken after its node was last heard of.
const LEASE_MILLIS: i64 = 24 * 3_600_000;
/// How often a node that goes on renews its lease.
pub(crate) const RENEWED_MILLIS: i64 = 3_600_000;

/// The first number that nobody holds. The embedded database has one writer, and so one node.
pub(crate) async fn lease(store: &Store) -> Result<u16> {
    if store.dialect() == store::Dialect::Sqlite || store.mode() == store::Mode::Read {
        return Ok(0);
    }
    store
        .write(|tx| {
            Box::pin(async move {
                let now = tx.now().await?;
                let lock = Statement::new("LOCK TABLE \"node\" IN EXCLUSIVE MODE", Vec::new());
                tx.execute(&lock).await?;
                let taken = Statement::new("SELECT \"number\" FROM \"node\" WHERE \"leased_until\" > ?", vec![Value::Moment(now)]);
                let taken: Vec<i64> = tx.rows(&taken).await?.iter().map(|row| row.int(0)).collect();
                let number =
                    (1..1024).find(|number| !taken.contains(number)).ok_or_else(|| Error::internal("every node number is leased"))?;
                let clear = Statement::new("DELETE FROM \"node\" WHERE \"number\" = ?", vec![Value::Int(number)]);
                tx.execute(&clear).await?;
                let lease = Statement::new(
                    "INSERT INTO \"node\" (\"number\", \"leased_until\", \"holder\") VALUES (?, ?, ?)",
                    vec![Value::Int(number), Value::Moment(now.plus_millis(LEASE_MILLIS)), Value::from("")],
                );
                tx.execute(&lease).await?;
                Ok(number as u16)
            })
        })
        .await
}

/// Keeps the number of a node that goes on.
pub(crate) async fn renew(store: &Store, number: u16) -> Result<()> {
    if store.dialect() == store::Dialect::Sqlite {
        return Ok(());
    }
    store
        .write(move |tx| {
            Box::pin(async move {
                let until = tx.now().await?.plus_millis(LEASE_MILLIS);
                let keep = Statement::new(
                    "UPDATE \"node\" SET \"leased_until\" = ? WHERE \"number\" = ?",
                    vec![Value::Moment(until), Value::Int(i64::from(number))],
                );
                tx.execute(&keep).await.map(|_| ())
            })
        })
        .await
}

/// Gives the number of a node that ends back. It is taken again only a while later, so that no id is made twice
/// within one millisecond by two nodes that had the same number.
pub(crate) async fn release(store: &Store, number: u16) -> Result<()> {
    if store.dialect() == store::Dialect::Sqlite || store.mode() == store::Mode::Read {
        return Ok(());
    }
    store
        .write(move |tx| {
            Box::pin(async move {
                let until = tx.now().await?.plus_millis(2_000);
                let end = Statement::new(
                    "UPDATE \"node\" SET \"leased_until\" = ? WHERE \"number\" = ?",
                    vec![Value::Moment(until), Value::Int(i64::from(number))],
                );
                tx.execute(&end).await.map(|_| ())
            })
        })
        .await
}
