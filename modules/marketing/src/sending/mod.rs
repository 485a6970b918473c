//! Sending: what is due goes out, as long as a node serves. Several lines to the mail server take a few deliveries at a time, each in one
//! transaction that also notes what became of the last ones, so that whoever is killed leaves no more in doubt than was on its way.

mod doubt;
mod ledger;
mod line;

use crate::deliveries::counts::counts;
use crate::mailings::entity::{self as mailing, Doubtful, State};
use crate::mailings::message::{Frozen, Written};
use crate::mailings::standing;
use engine::services::Serve;
use engine::{Engine, Slice, Statement, Through, Tx, Work, in_tx, packed};
use kernel::{Error, Id, Result, Say, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;

/// What is announced when something may be due.
pub const TOPIC: &str = "sending";

/// Lines to the mail server side by side, for one mailing on one node.
const LINES: usize = 6;
/// How often it is looked for what has become due.
const LOOKS: Duration = Duration::from_secs(5);

/// What sending registers.
pub fn slice() -> Slice {
    Slice::new("sending").service(Sending)
}

/// The service.
struct Sending;

impl Serve for Sending {
    fn name(&self) -> &'static str {
        "sending"
    }

    fn serve<'s>(&'s self, engine: &'s Engine) -> Work<'s, ()> {
        Box::pin(async move {
            // The embedded database belongs to this process: what was on its way belongs to nobody any more.
            doubt::left_behind(engine).await?;
            let mut topics = engine.listen();
            loop {
                doubt::abandoned(engine).await?;
                begin_scheduled(engine).await?;
                send_due(engine).await?;
                let _ = tokio::time::timeout(LOOKS, async {
                    loop {
                        match topics.recv().await {
                            Ok(topic) if topic != TOPIC => {}
                            Err(RecvError::Closed) => std::future::pending::<()>().await,
                            _ => return,
                        }
                    }
                })
                .await;
            }
        })
    }
}

/// A mailing that goes out.
pub(crate) struct Going {
    pub(crate) id: Id,
    pub(crate) written: Written,
    /// The topic that may be left.
    pub(crate) topic: Option<Id>,
    pub(crate) doubtful: Doubtful,
    pub(crate) seal: web::Seal,
}

/// Sends everything that is due now, and says of each mailing when nothing of it is left.
pub async fn send_due(engine: &Engine) -> Result<()> {
    let mut going = JoinSet::new();
    for id in due(engine).await? {
        let engine = engine.clone();
        going.spawn(async move {
            if let Err(error) = send(&engine, id).await {
                tracing::warn!(%error, mailing = %id, "a mailing could not go on");
            }
        });
    }
    while going.join_next().await.is_some() {}
    Ok(())
}

/// Begins the mailings whose moment has come, by the database's clock: each once, on whichever node is first.
pub async fn begin_scheduled(engine: &Engine) -> Result<()> {
    let read = in_tx(|tx: &mut Tx| {
        Box::pin(async move {
            let now = tx.now().await?;
            let sql = "SELECT \"id\" FROM \"mailing\" WHERE \"state\" = 'scheduled' AND \"scheduled_at\" <= ? AND \"removed_at\" IS NULL";
            let rows = tx.rows(&Statement::new(sql, vec![Value::Moment(now)])).await?;
            Ok(rows.iter().filter_map(|row| row.link(0)).collect::<Vec<_>>())
        })
    });
    for id in engine.store().read(read).await? {
        standing::moves_on(engine, id, State::Scheduled, State::Sending, String::new()).await?;
    }
    Ok(())
}

/// The mailings that go out.
async fn due(engine: &Engine) -> Result<Vec<Id>> {
    let read = in_tx(|tx: &mut Tx| {
        Box::pin(async move {
            let sql = "SELECT \"id\" FROM \"mailing\" WHERE \"state\" = 'sending' AND \"removed_at\" IS NULL ORDER BY \"begun_at\", \"id\"";
            Ok(tx.rows(&Statement::new(sql, Vec::new())).await?.iter().filter_map(|row| row.link(0)).collect::<Vec<_>>())
        })
    });
    engine.store().read(read).await
}

async fn send(engine: &Engine, id: Id) -> Result<()> {
    let record = standing::standing(engine, &engine.system(Through::Job), id).await?;
    if standing::state(&record) != State::Sending {
        return Ok(());
    }
    let pause = |why: Say| standing::moves_on(engine, id, State::Sending, State::Paused, packed(&why));
    let frozen: Frozen = serde_json::from_str(record.get(&mailing::FROZEN)).map_err(Error::internal)?;
    let going = Arc::new(Going {
        id,
        topic: frozen.topic.as_deref().and_then(|topic| topic.parse().ok()),
        written: Written::new(frozen)?,
        doubtful: record.get(&mailing::DOUBTFUL).unwrap_or(Doubtful::Resend),
        seal: web::Seal::of(engine).await?,
    });
    let Some((_, server)) = engine.mail_server().await? else { return pause(Say::new("error-sending-account")).await };
    let (server, trouble) = (Arc::new(server), Arc::new(line::Trouble::default()));
    let mut lines = JoinSet::new();
    for _ in 0..LINES {
        lines.spawn(line::work(engine.clone(), going.clone(), server.clone(), trouble.clone()));
    }
    while let Some(ended) = lines.join_next().await {
        if let Err(fault) = ended {
            tracing::error!(%fault, mailing = %id, "a line broke");
        }
    }
    if let Some(why) = trouble.stops() {
        return pause(why).await;
    }
    if counts(engine, id).await?.left() == 0 {
        standing::moves_on(engine, id, State::Sending, State::Done, String::new()).await?;
    }
    Ok(())
}
