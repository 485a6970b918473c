//! Tokens of the API: opaque secrets of a user, kept as digests; the secret is shown once.

use crate::Engine;
use crate::identity::{digest, users};
use crate::principal::{Principal, Through};
use kernel::{Id, Result, Value};
use store::Statement;

/// What a token's text begins with, so that it is known when it is found where it should not be.
pub const PREFIX: &str = "scheda_";

impl Engine {
    /// Makes a token of a user; gives its secret.
    pub async fn make_token(&self, user: Id, name: &str) -> Result<String> {
        let secret = format!("{PREFIX}{}", self.chance().secret());
        let sql = "INSERT INTO \"token\" (\"digest\", \"user\", \"name\", \"created_at\") VALUES (?, ?, ?, ?)";
        let statement = Statement::new(sql, vec![digest(&secret).into(), Value::Link(user), name.into(), Value::Moment(self.now())]);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&statement).await.map(|_| ()) })).await?;
        Ok(secret)
    }

    /// The principal of a token whose user is active.
    pub async fn by_token(&self, secret: &str) -> Result<Option<Principal>> {
        if !secret.starts_with(PREFIX) || secret.len() > 100 {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {} FROM \"token\" AS t JOIN \"user\" AS u ON u.\"id\" = t.\"user\" WHERE t.\"digest\" = ? AND u.\"active\" = ? AND u.\"removed_at\" IS NULL",
            users::PRINCIPAL
        );
        let statement = Statement::new(sql, vec![digest(secret).into(), Value::Bool(true)]);
        let engine = self.clone();
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.rows(&statement).await?;
                    match rows.first() {
                        Some(row) => engine.principal_from(tx, row.values(), Through::Api).await.map(Some),
                        None => Ok(None),
                    }
                })
            })
            .await
    }
}
