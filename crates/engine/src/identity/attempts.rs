//! The brake on guessing: failures by account and by address slow the next try down, before anything is
//! hashed. Kept in the database, so that it holds over nodes and restarts; nobody is locked out for good.

use crate::Engine;
use kernel::{Error, Moment, Result, Value};
use store::Statement;

/// A try to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account it is about.
    pub account: String,
    /// The network address it comes from.
    pub address: String,
}

/// Failures of one account before it slows down, and of one network address.
const FREE: [i64; 2] = [5, 10];
/// Failures are forgotten after this long without another: longer than the longest wait, or waiting would begin anew.
const MEMORY_MILLIS: i64 = 60 * 60_000;

impl Attempt {
    fn subjects(&self) -> [String; 2] {
        [format!("account:{}", crate::identity::digest(&kernel::fold(&self.account))), format!("address:{}", self.address)]
    }
}

impl Engine {
    /// Refuses a try that comes too soon after failures, with the seconds to wait.
    pub async fn may_try(&self, attempt: &Attempt) -> Result<()> {
        let now = self.now();
        let [account, address] = attempt.subjects();
        let sql = "SELECT \"until\" FROM \"attempt\" WHERE \"subject\" IN (?, ?) AND \"until\" > ?";
        let statement = Statement::new(sql, vec![account.into(), address.into(), Value::Moment(now)]);
        let until = self
            .inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&statement).await?.iter().filter_map(|row| row.moment(0)).max()) }))
            .await?;
        match until {
            Some(until) => Err(Error::Busy(((until.millis() - now.millis()) / 1000 + 1) as u32)),
            None => Ok(()),
        }
    }

    /// Notes a failure of account and address.
    pub async fn failed(&self, attempt: &Attempt) -> Result<()> {
        let now = self.now();
        let subjects = attempt.subjects();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    for (subject, free) in subjects.into_iter().zip(FREE) {
                        // Counted where it stands: failures that arrive together all count.
                        let fresh = now.plus_millis(-MEMORY_MILLIS);
                        let note = "INSERT INTO \"attempt\" (\"subject\", \"failures\", \"until\", \"at\") VALUES (?, 1, ?, ?) \
                                    ON CONFLICT (\"subject\") DO UPDATE SET \"at\" = excluded.\"at\", \
                                    \"failures\" = CASE WHEN \"attempt\".\"at\" > ? THEN \"attempt\".\"failures\" + 1 ELSE 1 END RETURNING \"failures\"";
                        let values = vec![subject.as_str().into(), Value::Moment(now), Value::Moment(now), Value::Moment(fresh)];
                        let failures = tx.rows(&Statement::new(note, values)).await?.first().map_or(1, |row| row.int(0));
                        let until = now.plus_millis(wait_millis(failures, free));
                        let wait = "UPDATE \"attempt\" SET \"until\" = ? WHERE \"subject\" = ?";
                        tx.execute(&Statement::new(wait, vec![Value::Moment(until), subject.into()])).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Forgets the failures of an account after it signed in, and old ones of anybody.
    pub async fn succeeded(&self, attempt: &Attempt) -> Result<()> {
        let [account, _] = attempt.subjects();
        let old: Moment = self.now().plus_millis(-MEMORY_MILLIS);
        let sql = Statement::new("DELETE FROM \"attempt\" WHERE \"subject\" = ? OR \"at\" < ?", vec![account.into(), Value::Moment(old)]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&sql).await.map(|_| ()) })).await
    }
}

/// Nothing at first, then a second, two, four, up to a quarter of an hour.
fn wait_millis(failures: i64, free: i64) -> i64 {
    if failures < free { 0 } else { (1_000_i64 << (failures - free).min(10)).min(15 * 60_000) }
}

/// An error for whoever may not come in, the same for every reason.
pub fn refused() -> Error {
    Error::invalid("password", kernel::Say::new("error-sign-in"))
}
