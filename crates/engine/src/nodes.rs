//! The number of this node, leased from the database: the part of an id that keeps nodes apart.

use crate::Engine;
use kernel::{Error, Result, Value};
use std::time::Duration;
use store::{Dialect, Mode, Statement, Store};

/// A lease is held anew for as long as its process lives; that of one that ended without giving it back runs out.
const LEASE_MILLIS: i64 = 6 * 3_600_000;
/// How often.
const HELD_ANEW: Duration = Duration::from_secs(30 * 60);

/// The number of a node, and the secret of whoever holds it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) number: u16,
    holder: String,
}

/// The first number that nobody holds. The embedded database has one writer, and so one node.
pub(crate) async fn lease(store: &Store, holder: String) -> Result<Node> {
    if store.dialect() == Dialect::Sqlite || store.mode() == Mode::Read {
        return Ok(Node { number: 0, holder });
    }
    let name = holder.clone();
    let number = store
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
                    vec![Value::Int(number), Value::Moment(now.plus_millis(LEASE_MILLIS)), Value::Text(name)],
                );
                tx.execute(&lease).await?;
                Ok(number as u16)
            })
        })
        .await?;
    Ok(Node { number, holder })
}

/// Holds the number for as long as the engine lives.
pub(crate) fn keep(engine: &Engine) {
    if engine.inside.node.number == 0 {
        return;
    }
    let weak = std::sync::Arc::downgrade(&engine.inside);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(HELD_ANEW).await;
            let Some(inside) = weak.upgrade() else { return };
            match hold(&inside.store, &inside.node, LEASE_MILLIS).await {
                Ok(true) => {}
                Ok(false) => tracing::error!("another node has the number of this one: it has to be started anew"),
                Err(error) => tracing::warn!(%error, "the number of this node could not be held"),
            }
        }
    });
}

/// Gives the number back.
pub(crate) async fn give_back(store: &Store, node: &Node) {
    if node.number > 0
        && let Err(error) = hold(store, node, 0).await
    {
        tracing::warn!(%error, "the number of this node could not be given back");
    }
}

async fn hold(store: &Store, node: &Node, millis: i64) -> Result<bool> {
    let node = node.clone();
    store
        .write(move |tx| {
            Box::pin(async move {
                let until = tx.now().await?.plus_millis(millis);
                let sql = "UPDATE \"node\" SET \"leased_until\" = ? WHERE \"number\" = ? AND \"holder\" = ?";
                let values = vec![Value::Moment(until), Value::Int(i64::from(node.number)), Value::Text(node.holder)];
                Ok(tx.execute(&Statement::new(sql, values)).await? == 1)
            })
        })
        .await
}
