//! The brake on guessing. A try is counted before anything is hashed and taken back when it was right, so that tries
//! that arrive together all count. Kept in the database, so that it holds over nodes and restarts.
//!
//! Who guesses one account from one address waits long. Who guesses one account from everywhere, or many accounts from one
//! address, waits a little, and so does everybody else there: nobody is kept out for good, least of all an office. A
//! browser that has signed in to the account before is slowed down by its own failures alone.

use crate::Engine;
use crate::identity::digest;
use kernel::{Error, Moment, Result, Value};
use store::{Statement, Tx};

/// A try to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account it is about.
    pub account: String,
    /// The network it comes from.
    pub address: String,
    /// What it comes from, where that is known to have been signed in to this account before.
    pub device: Option<String>,
}

/// How failures of a subject slow it down.
struct Brake {
    subject: String,
    /// So many failures are free.
    free: i64,
    /// The longest wait.
    most_millis: i64,
    /// Whether one success leaves nothing of the failures, or half of them.
    forgives: bool,
}

/// Failures are forgotten after this long without another: longer than the longest wait, or waiting would begin anew.
const MEMORY_MILLIS: i64 = 60 * 60_000;
const LONG: i64 = 15 * 60_000;
const SHORT: i64 = 30_000;

impl Attempt {
    /// In the order in which they are held, the same for every try.
    fn brakes(&self) -> Vec<Brake> {
        let account = digest(&kernel::fold(&self.account));
        let brake = |subject, free, most_millis, forgives| Brake { subject, free, most_millis, forgives };
        match &self.device {
            Some(device) => vec![brake(format!("device:{account} {device}"), 5, LONG, true)],
            None => vec![
                brake(format!("address:{}", self.address), 20, SHORT, false),
                brake(format!("account:{account}"), 10, SHORT, true),
                brake(format!("both:{account} {}", self.address), 5, LONG, true),
            ],
        }
    }
}

impl Engine {
    /// Counts a try as a failure, which [`Engine::succeeded`] takes back. Refuses one that comes too soon after others, with
    /// the seconds to wait.
    pub async fn begin_attempt(&self, attempt: &Attempt) -> Result<()> {
        let (now, brakes) = (self.now(), attempt.brakes());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let mut longest = None;
                    for brake in &brakes {
                        longest = longest.max(count(tx, brake, now).await?);
                    }
                    match longest {
                        Some(seconds) => Err(Error::Busy(seconds)),
                        None => Ok(()),
                    }
                })
            })
            .await
    }

    /// Takes a try back that was right, and forgets old ones of anybody.
    pub async fn succeeded(&self, attempt: &Attempt) -> Result<()> {
        let (now, brakes) = (self.now(), attempt.brakes());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    for brake in brakes {
                        let (sql, mut values) = match brake.forgives {
                            true => ("DELETE FROM \"attempt\" WHERE \"subject\" = ?", Vec::new()),
                            false => (
                                "UPDATE \"attempt\" SET \"failures\" = \"failures\" / 2, \"until\" = ? WHERE \"subject\" = ?",
                                vec![Value::Moment(now)],
                            ),
                        };
                        values.push(brake.subject.into());
                        tx.execute(&Statement::new(sql, values)).await?;
                    }
                    let old = Value::Moment(now.plus_millis(-MEMORY_MILLIS));
                    tx.execute(&Statement::new("DELETE FROM \"attempt\" WHERE \"at\" < ?", vec![old])).await.map(|_| ())
                })
            })
            .await
    }
}

/// Counts a try, or gives the seconds to wait.
async fn count(tx: &mut Tx, brake: &Brake, now: Moment) -> Result<Option<u32>> {
    // Counted where it stands, and only where nothing is being waited for.
    let note = "INSERT INTO \"attempt\" (\"subject\", \"failures\", \"until\", \"at\") VALUES (?, 1, ?, ?) \
                ON CONFLICT (\"subject\") DO UPDATE SET \"at\" = excluded.\"at\", \
                \"failures\" = CASE WHEN \"attempt\".\"at\" > ? THEN \"attempt\".\"failures\" + 1 ELSE 1 END \
                WHERE \"attempt\".\"until\" <= excluded.\"at\" RETURNING \"failures\"";
    let fresh = now.plus_millis(-MEMORY_MILLIS);
    let values = vec![brake.subject.as_str().into(), Value::Moment(now), Value::Moment(now), Value::Moment(fresh)];
    let failures = tx.rows(&Statement::new(note, values)).await?.first().map(|row| row.int(0));
    let Some(failures) = failures else {
        let until = Statement::new("SELECT \"until\" FROM \"attempt\" WHERE \"subject\" = ?", vec![brake.subject.as_str().into()]);
        let until = tx.rows(&until).await?.first().and_then(|row| row.moment(0)).unwrap_or(now);
        return Ok(Some(((until.millis() - now.millis()).max(0) / 1000 + 1) as u32));
    };
    let until = Value::Moment(now.plus_millis(wait_millis(failures, brake)));
    let wait = "UPDATE \"attempt\" SET \"until\" = ? WHERE \"subject\" = ?";
    tx.execute(&Statement::new(wait, vec![until, brake.subject.as_str().into()])).await?;
    Ok(None)
}

/// Nothing at first, then a second, two, four, up to the longest.
fn wait_millis(failures: i64, brake: &Brake) -> i64 {
    if failures < brake.free { 0 } else { (1_000_i64 << (failures - brake.free).min(10)).min(brake.most_millis) }
}
