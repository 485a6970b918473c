//! The tokens of everybody.

use crate::identity::Token;
use crate::{Engine, Principal};
use kernel::{Id, Result};
use store::Statement;

/// A token, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOf {
    /// The token.
    pub token: Token,
    /// Whose.
    pub user: Option<Id>,
}

impl Engine {
    /// The tokens of everybody, those that were used last first. For administrators.
    pub async fn all_tokens(&self, who: &Principal) -> Result<Vec<TokenOf>> {
        who.administers()?;
        let sql = "SELECT \"digest\", \"begins\", \"name\", \"created_at\", \"used_at\", \"user\" FROM \"token\"";
        let read = self.store().read(move |tx| {
            Box::pin(async move {
                let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
                Ok(rows.iter().map(|row| TokenOf { user: row.link(5), token: Token::read(row) }).collect())
            })
        });
        let mut tokens: Vec<TokenOf> = read.await?;
        tokens.sort_by_key(|one| std::cmp::Reverse((one.token.used_at, one.token.created_at)));
        Ok(tokens)
    }
}
