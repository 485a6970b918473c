//! Tokens of the API: opaque secrets of a user, kept as digests; the secret is shown once.

use crate::Engine;
use crate::identity::{digest, users};
use crate::principal::{Principal, Through};
use kernel::{Error, Id, Moment, Result, Say, Value};
use store::{Row, Statement, Tx};

/// What a token's text begins with, so that it is known when it is found where it should not be.
pub const PREFIX: &str = "scheda_";
/// Letters of a token: the prefix, and 256 bits.
const LETTERS: usize = PREFIX.len() + 43;
/// So many letters after it are kept to tell a person's tokens apart.
const SHOWN: usize = 4;
/// So many letters of the digest name a token that is to be revoked.
const NAMED: usize = 12;
/// Use is noted this often at most.
const NOTED_MILLIS: i64 = 5 * 60_000;

/// A token, as it is shown: never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// By what it is revoked.
    pub id: String,
    /// How the secret begins.
    pub begins: String,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last used, to within five minutes; none where it never was.
    pub used_at: Option<Moment>,
    /// When it ends by itself; none where it does not.
    pub expires_at: Option<Moment>,
}

impl Token {
    pub(crate) fn read(row: Row<'_>) -> Token {
        Token {
            id: row.text(0).chars().take(NAMED).collect(),
            begins: row.text(1).to_owned(),
            name: row.text(2).to_owned(),
            created_at: row.moment(3).unwrap_or_default(),
            used_at: row.moment(4),
            expires_at: row.moment(5),
        }
    }
}

impl Engine {
    /// Makes a token of a user; gives its secret.
    pub async fn make_token(&self, user: Id, name: &str) -> Result<String> {
        self.make_token_until(user, name, None).await
    }

    /// Makes a token of a user that ends by itself at a moment, if one is given; gives its secret. `Invalid` without a name, or
    /// where the moment is past.
    pub async fn make_token_until(&self, user: Id, name: &str, expires_at: Option<Moment>) -> Result<String> {
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
        if name.is_empty() {
            return Err(Error::invalid("name", Say::new("error-required")));
        }
        if expires_at.is_some_and(|at| at <= self.now()) {
            return Err(Error::invalid("until", Say::new("error-token-past")));
        }
        let secret = format!("{PREFIX}{}", self.chance().secret());
        let begins: String = secret.chars().take(PREFIX.len() + SHOWN).collect();
        let sql =
            "INSERT INTO \"token\" (\"digest\", \"user\", \"name\", \"created_at\", \"begins\", \"expires_at\") VALUES (?, ?, ?, ?, ?, ?)";
        let until = expires_at.map_or(Value::Empty, Value::Moment);
        let values = vec![digest(&secret).into(), Value::Link(user), name.into(), Value::Moment(self.now()), begins.into(), until];
        let statement = Statement::new(sql, values);
        self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&statement).await.map(|_| ()) })).await?;
        Ok(secret)
    }

    /// The tokens of a user, the newest first.
    pub async fn tokens(&self, user: Id) -> Result<Vec<Token>> {
        let sql = "SELECT \"digest\", \"begins\", \"name\", \"created_at\", \"used_at\", \"expires_at\" FROM \"token\" WHERE \"user\" = ? \
                   ORDER BY \"created_at\" DESC, \"digest\"";
        let statement = Statement::new(sql, vec![Value::Link(user)]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.rows(&statement).await?.iter().map(Token::read).collect()) })).await
    }

    /// Revokes the token with this [`Token::id`]; whether there was one.
    pub async fn revoke_token(&self, id: &str) -> Result<bool> {
        if id.len() != NAMED {
            return Ok(false);
        }
        let sql = format!("DELETE FROM \"token\" WHERE substr(\"digest\", 1, {NAMED}) = ?");
        let statement = Statement::new(sql, vec![id.into()]);
        self.inside.store.write(move |tx| Box::pin(async move { Ok(tx.execute(&statement).await? > 0) })).await
    }

    /// Revokes the token of a user with this [`Token::id`]; whether there was one.
    pub async fn revoke_own_token(&self, user: Id, id: &str) -> Result<bool> {
        if id.len() != NAMED {
            return Ok(false);
        }
        let sql = format!("DELETE FROM \"token\" WHERE \"user\" = ? AND substr(\"digest\", 1, {NAMED}) = ?");
        let statement = Statement::new(sql, vec![Value::Link(user), id.into()]);
        self.inside.store.write(move |tx| Box::pin(async move { Ok(tx.execute(&statement).await? > 0) })).await
    }

    /// The principal of a token whose user is active.
    pub async fn by_token(&self, secret: &str) -> Result<Option<Principal>> {
        if !secret.starts_with(PREFIX) || secret.len() != LETTERS {
            return Ok(None);
        }
        let digest = digest(secret);
        let sql = format!(
            "SELECT {}, t.\"used_at\" FROM \"token\" AS t JOIN \"user\" AS u ON u.\"id\" = t.\"user\" WHERE t.\"digest\" = ? AND (t.\"expires_at\" IS NULL OR t.\"expires_at\" > ?) AND u.\"active\" = ? AND u.\"removed_at\" IS NULL",
            users::PRINCIPAL
        );
        let statement = Statement::new(sql, vec![digest.as_str().into(), Value::Moment(self.now()), Value::Bool(true)]);
        let engine = self.clone();
        let found: Option<(Principal, Option<Moment>)> = self
            .inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.rows(&statement).await?;
                    let Some(row) = rows.first() else { return Ok(None) };
                    Ok(Some((engine.principal_from(tx, row.values(), Through::Api).await?, row.moment(users::BESIDE))))
                })
            })
            .await?;
        let Some((who, used_at)) = found else { return Ok(None) };
        let now = self.now();
        if used_at.is_none_or(|used_at| now.millis() - used_at.millis() > NOTED_MILLIS) {
            let note = Statement::new("UPDATE \"token\" SET \"used_at\" = ? WHERE \"digest\" = ?", vec![Value::Moment(now), digest.into()]);
            self.inside.store.write(move |tx| Box::pin(async move { tx.execute(&note).await.map(|_| ()) })).await?;
        }
        Ok(Some(who))
    }
}

/// Ends all tokens of a user.
pub(crate) async fn end_tokens(tx: &mut Tx, user: Id) -> Result<()> {
    tx.execute(&Statement::new("DELETE FROM \"token\" WHERE \"user\" = ?", vec![Value::Link(user)])).await.map(|_| ())
}
