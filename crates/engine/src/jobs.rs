//! Jobs: work after a commit. A struct with one `run`, safe to run twice; leased by the database's clock.

use crate::Engine;
use crate::principal::{Principal, Through};
use kernel::{Error, Id, Moment, Result, Value};
use std::borrow::Cow;

use std::time::Duration;
use store::{Dialect, Statement, Store, Tx, Work};

/// A kind of work. `run` may be run again after a crash, and has to end the same.
pub trait Run: Send + Sync {
    /// Its name in the database.
    fn kind(&self) -> &'static str;

    /// Does it.
    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done>;

    /// What is done where it is given up for good: it failed too often, or whoever asked for it may no longer.
    fn given_up<'r>(&'r self, _engine: &'r Engine, _payload: &'r str) -> Work<'r, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// How a run ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// There is nothing left to do.
    Finished,
    /// Again at this moment.
    Again(Moment),
}

/// The embedded database belongs to one process: what ran when it is opened was left by one that is gone, and is taken up at once.
pub(crate) async fn take_over(store: &Store) -> Result<()> {
    if store.dialect() != Dialect::Sqlite {
        return Ok(());
    }
    store
        .write(|tx| {
            Box::pin(async move {
                let sql = "UPDATE \"job\" SET \"leased_until\" = ? WHERE \"state\" = 'running'";
                tx.execute(&Statement::new(sql, vec![Value::Moment(Moment::from_millis(0))])).await?;
                Ok(())
            })
        })
        .await
}

/// What a run is given.
pub struct JobContext {
    /// The engine.
    pub engine: Engine,
    /// In whose name, with the rights he has now.
    pub who: Principal,
    /// What it is about, as JSON.
    pub payload: String,
    /// The job.
    pub id: Id,
}

/// Work that runs at set times.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// Five fields of cron, in the company's zone.
    pub cron: Cow<'static, str>,
    /// The job.
    pub kind: &'static str,
}

/// How long a node holds a job before another may take it: so long work stands still where a node was killed.
const LEASE_MILLIS: i64 = 90_000;
/// How often a running job is held anew.
const HELD_ANEW: Duration = Duration::from_secs(20);
/// After so many failures a job stays failed until somebody runs it again.
const MOST_ATTEMPTS: i64 = 12;

impl Engine {
    /// Enqueues a job inside the transaction that made it necessary.
    pub async fn enqueue(&self, tx: &mut Tx, kind: &'static str, payload: String, principal: Option<Id>) -> Result<Id> {
        if !self.inside.jobs.contains_key(kind) {
            return Err(Error::internal(format_args!("no slice registers the job {kind}")));
        }
        self.inside.node.numbered()?;
        let id = self.id();
        let now = tx.now().await?;
        let sql = "INSERT INTO \"job\" (\"id\", \"kind\", \"payload\", \"principal\", \"state\", \"run_at\", \"epoch\", \"attempts\", \"error\", \"created_at\") \
                   VALUES (?, ?, ?, ?, 'waiting', ?, 0, 0, '', ?)";
        tx.execute(&Statement::new(
            sql,
            vec![Value::Link(id), Value::from(kind), Value::Text(payload), principal.into(), Value::Moment(now), Value::Moment(now)],
        ))
        .await?;
        tx.announce("job").await?;
        Ok(id)
    }

    /// Enqueues jobs of these kinds, about nothing in particular, in the program's name: of each kind one that is due is enough.
    pub async fn enqueue_once(&self, tx: &mut Tx, kinds: &[&'static str]) -> Result<()> {
        for kind in kinds {
            let sql = "SELECT 1 FROM \"job\" WHERE \"kind\" = ? AND \"state\" = 'waiting' AND \"run_at\" <= ? LIMIT 1";
            let now = Value::Moment(tx.now().await?);
            if tx.rows(&Statement::new(sql, vec![Value::from(*kind), now])).await?.is_empty() {
                self.enqueue(tx, kind, String::new(), None).await?;
            }
        }
        Ok(())
    }

    /// Whether a job of this kind waits or runs.
    pub async fn has_job(&self, kind: &'static str) -> Result<bool> {
        self.is_job(kind, "'waiting', 'running'").await
    }

    /// Whether a job of this kind waits: another one, for whoever runs it.
    pub async fn has_waiting(&self, kind: &'static str) -> Result<bool> {
        self.is_job(kind, "'waiting'").await
    }

    async fn is_job(&self, kind: &'static str, states: &'static str) -> Result<bool> {
        let sql = format!("SELECT 1 FROM \"job\" WHERE \"kind\" = ? AND \"state\" IN ({states}) LIMIT 1");
        let statement = Statement::new(sql, vec![Value::from(kind)]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(!tx.rows(&statement).await?.is_empty()) })).await
    }

    /// Works off jobs until the future is dropped, beside the services: the loop of `scheda work`, and of `serve` beside its pages.
    pub async fn work(&self) {
        let _services = self.begin_services();
        let mut topics = self.listen();
        loop {
            if let Err(error) = self.schedule_due().await {
                tracing::warn!(%error, "the schedule could not be read");
            }
            match self.work_once().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "jobs could not be read"),
            }
            let _ = tokio::time::timeout(Duration::from_secs(20), async {
                loop {
                    match topics.recv().await {
                        Ok(topic) if topic != "job" => {}
                        Err(tokio::sync::broadcast::error::RecvError::Closed) => std::future::pending::<()>().await,
                        _ => return,
                    }
                }
            })
            .await;
        }
    }

    /// Leases one job that is due and runs it; tells whether there was one.
    pub async fn work_once(&self) -> Result<bool> {
        let Some(leased) = self.lease().await? else { return Ok(false) };
        if let Some(outcome) = self.run_leased(&leased).await {
            self.settle(leased, outcome).await?;
        }
        Ok(true)
    }

    /// Runs a job, holding it for as long as that takes; none where another node took it meanwhile.
    async fn run_leased(&self, leased: &Leased) -> Option<Result<Done>> {
        let Some(run) = self.inside.jobs.get(leased.kind.as_str()).cloned() else {
            return Some(Err(Error::internal(format_args!("nobody knows the job {}", leased.kind))));
        };
        // Somebody who may no longer come in has no jobs done in his name.
        let who = match self.job_principal(leased.principal).await {
            Ok(who) => who,
            Err(error) => return Some(Err(error)),
        };
        let context = JobContext { engine: self.clone(), who, payload: leased.payload.clone(), id: leased.id };
        // A panic fails the job, not the worker.
        let mut running = tokio::spawn(async move { run.run(&context).await });
        loop {
            tokio::select! {
                outcome = &mut running => return Some(outcome.unwrap_or_else(|fault| Err(Error::internal(fault)))),
                () = tokio::time::sleep(HELD_ANEW) => match self.hold(leased).await {
                    Ok(true) => {}
                    Ok(false) => {
                        tracing::warn!(job = %leased.id, "another node took the job over");
                        running.abort();
                        return None;
                    }
                    Err(error) => tracing::warn!(%error, "a job could not be held"),
                },
            }
        }
    }

    /// Holds a job for longer; tells whether it is still this node's.
    async fn hold(&self, leased: &Leased) -> Result<bool> {
        let (id, epoch) = (leased.id, leased.epoch);
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let now = tx.now().await?;
                    let sql = "UPDATE \"job\" SET \"leased_until\" = ? WHERE \"id\" = ? AND \"epoch\" = ? AND \"state\" = 'running'";
                    let values = vec![Value::Moment(now.plus_millis(LEASE_MILLIS)), Value::Link(id), Value::Int(epoch)];
                    Ok(tx.execute(&Statement::new(sql, values)).await? == 1)
                })
            })
            .await
    }

    async fn job_principal(&self, user: Option<Id>) -> Result<Principal> {
        match user {
            Some(user) => self.principal_of(user, Through::Job).await?.ok_or(Error::NotFound),
            None => Ok(self.system(Through::Job)),
        }
    }

    async fn lease(&self) -> Result<Option<Leased>> {
        self.inside
            .store
            .write(|tx| {
                Box::pin(async move {
                    let now = tx.now().await?;
                    // A job that ends its process every time is not taken up for ever.
                    let give_up = "UPDATE \"job\" SET \"state\" = 'failed', \"error\" = 'the process ended while it ran', \"finished_at\" = ? \
                                   WHERE \"state\" = 'running' AND \"leased_until\" < ? AND \"attempts\" >= ?";
                    let values = vec![Value::Moment(now), Value::Moment(now), Value::Int(MOST_ATTEMPTS)];
                    tx.execute(&Statement::new(give_up, values)).await?;
                    let lock = if tx.dialect() == Dialect::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
                    let sql = format!(
                        "UPDATE \"job\" SET \"state\" = 'running', \"leased_until\" = ?, \"epoch\" = \"epoch\" + 1, \"attempts\" = \"attempts\" + 1 \
                         WHERE \"id\" = (SELECT \"id\" FROM \"job\" WHERE (\"state\" = 'waiting' AND \"run_at\" <= ?) \
                         OR (\"state\" = 'running' AND \"leased_until\" < ?) ORDER BY \"run_at\", \"id\" LIMIT 1{lock}) \
                         RETURNING \"id\", \"kind\", \"payload\", \"principal\", \"epoch\", \"attempts\""
                    );
                    let values = vec![Value::Moment(now.plus_millis(LEASE_MILLIS)), Value::Moment(now), Value::Moment(now)];
                    let rows = tx.rows(&Statement::new(sql, values)).await?;
                    Ok(rows.first().and_then(|row| {
                        Some(Leased {
                            id: row.link(0)?,
                            kind: row.text(1).to_owned(),
                            payload: row.text(2).to_owned(),
                            principal: row.link(3),
                            epoch: row.int(4),
                            attempts: row.int(5),
                        })
                    }))
                })
            })
            .await
    }

    /// Notes how a run ended, unless another node took the job meanwhile.
    async fn settle(&self, leased: Leased, outcome: Result<Done>) -> Result<()> {
        let (state, again, wait, attempts, error) = match outcome {
            Ok(Done::Finished) => ("done", None, 0, leased.attempts, String::new()),
            // Going on is no failure.
            Ok(Done::Again(at)) => ("waiting", Some(at), 0, 0, String::new()),
            Err(error) => {
                tracing::warn!(job = %leased.id, kind = leased.kind, %error, "a job failed");
                let wait = 5_000 * (1_i64 << leased.attempts.clamp(0, 12));
                // What may not be, or is not there, is neither a moment later.
                let vain = matches!(error, Error::Forbidden(_) | Error::NotFound) || leased.attempts >= MOST_ATTEMPTS;
                let state = if vain { "failed" } else { "waiting" };
                (state, None, wait, leased.attempts, error.to_string().replace('\0', " "))
            }
        };
        let run = self.inside.jobs.get(leased.kind.as_str()).filter(|_| state == "failed").cloned();
        let payload = leased.payload.clone();
        let settled = self
            .inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let now = tx.now().await?;
                    let sql = "UPDATE \"job\" SET \"state\" = ?, \"run_at\" = ?, \"attempts\" = ?, \"error\" = ?, \"finished_at\" = ? \
                               WHERE \"id\" = ? AND \"epoch\" = ? AND \"state\" = 'running'";
                    tx.execute(&Statement::new(
                        sql,
                        vec![
                            Value::from(state),
                            Value::Moment(again.unwrap_or(now.plus_millis(wait))),
                            Value::Int(attempts),
                            Value::Text(error),
                            Value::Moment(now),
                            Value::Link(leased.id),
                            Value::Int(leased.epoch),
                        ],
                    ))
                    .await
                })
            })
            .await?;
        match run {
            Some(run) if settled == 1 => run.given_up(self, &payload).await,
            _ => Ok(()),
        }
    }

    /// Enqueues what the schedule says is due; once over all nodes, because the row is claimed by its old time.
    pub async fn schedule_due(&self) -> Result<()> {
        let now = self.shared_now().await?;
        for scheduled in self.inside.schedule.clone() {
            let next = self.next_time(&scheduled.cron, now)?;
            let (engine, kind) = (self.clone(), scheduled.kind);
            self.inside
                .store
                .write(move |tx| {
                    Box::pin(async move {
                        let known = Statement::new("SELECT \"next_at\" FROM \"schedule\" WHERE \"kind\" = ?", vec![Value::from(kind)]);
                        let Some(due) = tx.rows(&known).await?.first().map(|row| row.moment(0).unwrap_or_default()) else {
                            let begin = "INSERT INTO \"schedule\" (\"kind\", \"next_at\") VALUES (?, ?) ON CONFLICT (\"kind\") DO NOTHING";
                            tx.execute(&Statement::new(begin, vec![Value::from(kind), Value::Moment(next)])).await?;
                            return Ok(());
                        };
                        if due > now {
                            return Ok(());
                        }
                        let claim = "UPDATE \"schedule\" SET \"next_at\" = ? WHERE \"kind\" = ? AND \"next_at\" = ?";
                        let values = vec![Value::Moment(next), Value::from(kind), Value::Moment(due)];
                        if tx.execute(&Statement::new(claim, values)).await? == 1 {
                            engine.enqueue(tx, kind, String::new(), None).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }

    /// The present moment by the clock that all nodes share.
    pub(crate) async fn shared_now(&self) -> Result<Moment> {
        if self.settings().shared_clock {
            self.inside.store.read(|tx| Box::pin(async move { tx.now().await })).await
        } else {
            Ok(self.now())
        }
    }

    /// When a time of cron (five fields, in the company's zone) comes next after a moment.
    pub fn next_time(&self, cron: &str, after: Moment) -> Result<Moment> {
        let cron: croner::Cron = cron.parse().map_err(Error::internal)?;
        let next = cron.find_next_occurrence(&after.zoned(&self.settings().zone), false).map_err(Error::internal)?;
        Ok(Moment::from_zoned(&next))
    }
}

struct Leased {
    id: Id,
    kind: String,
    payload: String,
    principal: Option<Id>,
    epoch: i64,
    attempts: i64,
}
