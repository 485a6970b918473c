//! What somebody is in the middle of: half signed in, adding a passkey. Kept on the server for a few minutes under a secret that
//! his browser holds; good for one end, and gone with his password, his address, his being here.

use crate::Engine;
use crate::identity::digest;
use crate::secrets::Turning;
use kernel::{Id, Moment, Result, Value};
use store::{Row, Statement, Tx};

/// How long one may be in the middle of something.
const MILLIS: i64 = 10 * 60_000;
/// So many wrong answers, and one begins again.
const MOST_TRIES: i64 = 8;

/// Something begun.
pub(crate) struct Pending {
    pub(crate) user: Option<Id>,
    /// What is needed to end it.
    pub(crate) payload: String,
}

fn place(purpose: &str) -> String {
    format!("pending/{purpose}/payload")
}

impl Engine {
    /// Begins something; gives the secret by which it is found again.
    pub(crate) async fn begin_pending(&self, purpose: &'static str, user: Option<Id>, payload: &str) -> Result<String> {
        let secret = self.chance().secret();
        let sealed = self.seal(&place(purpose), payload).await?;
        let now = self.now();
        let values =
            vec![digest(&secret).into(), purpose.into(), user.into(), sealed.into(), Value::Moment(now.plus_millis(MILLIS)), Value::Int(0)];
        let begin =
            "INSERT INTO \"pending\" (\"digest\", \"purpose\", \"user\", \"payload\", \"expires_at\", \"tries\") VALUES (?, ?, ?, ?, ?, ?)";
        let begin = Statement::new(begin, values);
        let swept = Statement::new("DELETE FROM \"pending\" WHERE \"expires_at\" < ?", vec![Value::Moment(now)]);
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(&swept).await?;
                    tx.execute(&begin).await.map(|_| ())
                })
            })
            .await?;
        Ok(secret)
    }

    /// What was begun under this secret, if it still goes on.
    pub(crate) async fn pending(&self, purpose: &'static str, secret: &str) -> Result<Option<Pending>> {
        let sql = "SELECT \"user\", \"payload\" FROM \"pending\" WHERE \"digest\" = ? AND \"purpose\" = ? AND \"expires_at\" > ? AND \"tries\" < ?";
        let asked = Statement::new(sql, vec![digest(secret).into(), purpose.into(), Value::Moment(self.now()), Value::Int(MOST_TRIES)]);
        let found = self
            .inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&asked).await?.first().map(|row| (row.link(0), row.text(1).to_owned()))) }));
        let Some((user, sealed)) = found.await? else { return Ok(None) };
        Ok(Some(Pending { user, payload: self.unseal(&place(purpose), &sealed).await? }))
    }

    /// Counts a wrong answer.
    pub(crate) async fn missed(&self, secret: &str) -> Result<()> {
        let sql = Statement::new("UPDATE \"pending\" SET \"tries\" = \"tries\" + 1 WHERE \"digest\" = ?", vec![digest(secret).into()]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&sql).await.map(|_| ()) })).await
    }
}

/// Seals what is pending by the newest key.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    let of = |row: &Row<'_>| Some((Value::from(row.text(0)), place(row.text(1))));
    turning.column(tx, ("pending", "\"digest\", \"purpose\"", "payload"), of).await
}

/// Takes what was begun under this secret: whoever comes second finds nothing.
pub(crate) async fn take(tx: &mut Tx, purpose: &'static str, secret: &str, now: Moment) -> Result<bool> {
    let sql = "DELETE FROM \"pending\" WHERE \"digest\" = ? AND \"purpose\" = ? AND \"expires_at\" > ?";
    Ok(tx.execute(&Statement::new(sql, vec![digest(secret).into(), purpose.into(), Value::Moment(now)])).await? == 1)
}

/// Ends everything that a user is in the middle of.
pub(crate) async fn end_pending(tx: &mut Tx, user: Id) -> Result<()> {
    tx.execute(&Statement::new("DELETE FROM \"pending\" WHERE \"user\" = ?", vec![Value::Link(user)])).await.map(|_| ())
}
