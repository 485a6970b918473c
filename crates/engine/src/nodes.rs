//! The number of this node, leased from the database: the part of an id that keeps nodes apart.

use crate::Engine;
use arc_swap::ArcSwap;
use kernel::{Error, IdMaker, Result, Say, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Dialect, Mode, Statement, Store};

/// A lease is held anew for as long as its process lives; that of one that ended without giving it back runs out.
const LEASE_MILLIS: i64 = 6 * 3_600_000;
/// How often.
const HELD_ANEW: Duration = Duration::from_secs(30 * 60);
/// How often a node shows that it lives.
const SHOWN_ALIVE: Duration = Duration::from_secs(30);
/// How often, while there is none to hold.
const ASKED_ANEW: Duration = Duration::from_secs(5);

/// The number of a node, and the secret of whoever holds it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) number: u16,
    holder: String,
}

/// The number that this node has now, and the ids it makes with it.
pub(crate) struct Numbering {
    now: ArcSwap<(Node, Arc<IdMaker>)>,
    /// Another node has it: no id may be made until there is a new one.
    lost: AtomicBool,
}

impl Numbering {
    pub(crate) fn new(node: Node) -> Numbering {
        Numbering { now: ArcSwap::from_pointee(Numbering::with(node)), lost: AtomicBool::new(false) }
    }

    fn with(node: Node) -> (Node, Arc<IdMaker>) {
        let ids = Arc::new(IdMaker::new(node.number));
        (node, ids)
    }

    pub(crate) fn now(&self) -> Node {
        self.now.load().0.clone()
    }

    pub(crate) fn ids(&self) -> Arc<IdMaker> {
        self.now.load().1.clone()
    }

    /// `Unavailable` while there is no number: an id made now might be another node's.
    pub(crate) fn numbered(&self) -> Result<()> {
        if self.lost.load(Ordering::Acquire) { Err(Error::Unavailable(Say::new("error-no-number"))) } else { Ok(()) }
    }

    fn lose(&self) {
        self.lost.store(true, Ordering::Release);
    }

    fn renew(&self, node: Node) {
        self.now.store(Arc::new(Numbering::with(node)));
        self.lost.store(false, Ordering::Release);
    }
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
                    "INSERT INTO \"node\" (\"number\", \"leased_until\", \"holder\", \"seen_at\", \"version\") VALUES (?, ?, ?, ?, ?)",
                    vec![
                        Value::Int(number),
                        Value::Moment(now.plus_millis(LEASE_MILLIS)),
                        Value::Text(name),
                        Value::Moment(now),
                        env!("CARGO_PKG_VERSION").into(),
                    ],
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
    if engine.inside.node.now().number == 0 {
        return;
    }
    show_life(engine);
    let weak = Arc::downgrade(&engine.inside);
    tokio::spawn(async move {
        let mut wait = HELD_ANEW;
        loop {
            tokio::time::sleep(wait).await;
            let Some(inside) = weak.upgrade() else { return };
            let engine = Engine { inside };
            wait = match engine.hold_number().await {
                Ok(()) => HELD_ANEW,
                Err(error) => {
                    tracing::warn!(%error, "the number of this node could not be held");
                    if engine.inside.node.numbered().is_ok() { HELD_ANEW } else { ASKED_ANEW }
                }
            };
        }
    });
}

/// Says every half minute that this node lives.
fn show_life(engine: &Engine) {
    let weak = Arc::downgrade(&engine.inside);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(SHOWN_ALIVE).await;
            let Some(inside) = weak.upgrade() else { return };
            let node = inside.node.now();
            let shown = inside.store.write(move |tx| {
                Box::pin(async move {
                    let now = tx.now().await?;
                    let sql = "UPDATE \"node\" SET \"seen_at\" = ? WHERE \"number\" = ? AND \"holder\" = ?";
                    let values = vec![Value::Moment(now), Value::Int(i64::from(node.number)), Value::Text(node.holder)];
                    tx.execute(&Statement::new(sql, values)).await.map(|_| ())
                })
            });
            if let Err(error) = shown.await {
                tracing::debug!(%error, "this node could not show that it lives");
            }
        }
    });
}

impl Engine {
    /// Holds this node's number for longer. Where another node has it, as after a long sleep, nothing more is written until
    /// there is a new one, which is leased here, or at the next call.
    pub async fn hold_number(&self) -> Result<()> {
        let inside = &self.inside;
        if inside.node.numbered().is_ok() {
            if hold(&inside.store, &inside.node.now(), LEASE_MILLIS).await? {
                return Ok(());
            }
            inside.node.lose();
            tracing::error!("another node has the number of this one: nothing is written before there is a new one");
        }
        let node = lease(&inside.store, inside.chance.secret()).await?;
        tracing::warn!(number = node.number, "this node has a new number");
        inside.node.renew(node);
        Ok(())
    }
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
