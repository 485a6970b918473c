//! Jobs as they stand; run again, or given up.

use crate::{Engine, Principal};
use kernel::{Error, Id, Moment, Result, Value};
use store::Statement;

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its time.
    Waiting,
    /// A node works on it.
    Running,
    /// It failed for good.
    Failed,
    /// It is done.
    Done,
}

impl JobState {
    /// All of them, what asks for attention first.
    pub const ALL: [JobState; 4] = [JobState::Failed, JobState::Running, JobState::Waiting, JobState::Done];

    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            JobState::Waiting => "waiting",
            JobState::Running => "running",
            JobState::Failed => "failed",
            JobState::Done => "done",
        }
    }

    /// The state of a key.
    pub fn from_key(key: &str) -> Option<JobState> {
        JobState::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its identity.
    pub id: Id,
    /// What it does.
    pub kind: String,
    /// In whose name; none for the program itself.
    pub principal: Option<Id>,
    /// How it stands.
    pub state: JobState,
    /// When it is due, or was.
    pub run_at: Option<Moment>,
    /// Until when a node holds it.
    pub leased_until: Option<Moment>,
    /// How often it was begun.
    pub attempts: i64,
    /// Why it failed last; empty where it did not.
    pub error: String,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it ended.
    pub finished_at: Option<Moment>,
}

impl Engine {
    /// The jobs in a state, the latest first. For administrators.
    pub async fn jobs_in(&self, who: &Principal, state: JobState, most: i64) -> Result<Vec<Job>> {
        who.administers()?;
        let sql = "SELECT \"id\", \"kind\", \"principal\", \"run_at\", \"leased_until\", \"attempts\", \"error\", \"created_at\", \"finished_at\" \
                   FROM \"job\" WHERE \"state\" = ? ORDER BY \"run_at\" DESC, \"id\" DESC LIMIT ?";
        let statement = Statement::new(sql, vec![state.key().into(), Value::Int(most)]);
        let read = self.store().read(move |tx| {
            Box::pin(async move {
                let rows = tx.rows(&statement).await?;
                let job = |row: store::Row<'_>| {
                    Some(Job {
                        id: row.link(0)?,
                        kind: row.text(1).to_owned(),
                        principal: row.link(2),
                        state,
                        run_at: row.moment(3),
                        leased_until: row.moment(4),
                        attempts: row.int(5),
                        error: row.text(6).to_owned(),
                        created_at: row.moment(7),
                        finished_at: row.moment(8),
                    })
                };
                Ok(rows.iter().filter_map(job).collect())
            })
        });
        read.await
    }

    /// How many jobs there are in each state.
    pub async fn job_counts(&self) -> Result<Vec<(JobState, i64)>> {
        let statement = Statement::new("SELECT \"state\", count(*) FROM \"job\" GROUP BY \"state\"", Vec::new());
        let read = self.store().read(move |tx| {
            Box::pin(async move {
                let rows = tx.rows(&statement).await?;
                Ok(rows.iter().filter_map(|row| Some((JobState::from_key(row.text(0))?, row.int(1)))).collect())
            })
        });
        let counted: Vec<(JobState, i64)> = read.await?;
        let count = |state| counted.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
        Ok(JobState::ALL.map(|state| (state, count(state))).to_vec())
    }

    /// Runs a job that failed, or that waits for a later moment, as soon as a node is free. `NotFound` for any other.
    pub async fn run_job_again(&self, who: &Principal, id: Id) -> Result<()> {
        who.administers()?;
        let sql = "UPDATE \"job\" SET \"state\" = 'waiting', \"run_at\" = ?, \"attempts\" = 0, \"finished_at\" = NULL \
                   WHERE \"id\" = ? AND \"state\" IN ('failed', 'waiting')";
        self.touch_job(id, sql, true).await.map(|_| ())
    }

    /// Gives up a job that waits: it is not run again by itself, and what it was about is told so. `NotFound` for any other.
    pub async fn give_up_job(&self, who: &Principal, id: Id) -> Result<()> {
        who.administers()?;
        let sql = "UPDATE \"job\" SET \"state\" = 'failed', \"finished_at\" = ? WHERE \"id\" = ? AND \"state\" = 'waiting'";
        let (kind, payload) = self.touch_job(id, sql, false).await?;
        match self.inside.jobs.get(kind.as_str()).cloned() {
            Some(run) => run.given_up(self, &payload).await,
            None => Ok(()),
        }
    }

    async fn touch_job(&self, id: Id, sql: &'static str, wakes: bool) -> Result<(String, String)> {
        let write = self.store().write(move |tx| {
            Box::pin(async move {
                let now = tx.now().await?;
                if tx.execute(&Statement::new(sql, vec![Value::Moment(now), Value::Link(id)])).await? == 0 {
                    return Err(Error::NotFound);
                }
                if wakes {
                    tx.announce("job").await?;
                }
                let about = Statement::new("SELECT \"kind\", \"payload\" FROM \"job\" WHERE \"id\" = ?", vec![Value::Link(id)]);
                let rows = tx.rows(&about).await?;
                rows.first().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).ok_or(Error::NotFound)
            })
        });
        write.await
    }
}
