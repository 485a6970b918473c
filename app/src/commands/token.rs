//! `scheda token`: secrets of the API. The secret is printed once and kept as a digest.

use super::Ended;
use super::user::unknown;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use clap::Subcommand;
use engine::identity::users;
use engine::{Engine, Through};
use kernel::{Error, Id, Result};
use std::process::ExitCode;

/// `scheda token …`
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token of a user; prints it alone.
    Create {
        /// The user's address.
        email: String,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        name: String,
    },
    /// List the tokens of a user: id, how they begin, when they were made and last used, what for.
    List {
        /// The user's address.
        email: String,
    },
    /// End a token.
    Revoke {
        /// Its id, as `list` prints it.
        id: String,
    },
}

impl Token {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        match self {
            Token::Create { email, name } => {
                let engine = opening::open(settings).await?;
                let user = whose(&engine, &email).await?;
                let secret = engine.make_token(user, &name).await?;
                auditing::keep(&engine, "token-made", Some((users::USER, user)), "token create").await?;
                println!("{secret}");
                engine.close().await;
            }
            Token::List { email } => {
                let engine = opening::open_to_read(settings).await?;
                for token in engine.tokens(whose(&engine, &email).await?).await? {
                    let used = token.used_at.map_or("never used".to_owned(), |used_at| format!("used {used_at}"));
                    let until = token.expires_at.map_or(String::new(), |until| format!("  until {until}"));
                    println!("{}  {}…  made {}  {used}{until}  {}", token.id, token.begins, token.created_at, token.name);
                }
                engine.close().await;
            }
            Token::Revoke { id } => {
                let engine = opening::open(settings).await?;
                if !engine.revoke_token(&id).await? {
                    engine.close().await;
                    return Err(Error::NotFound);
                }
                auditing::keep(&engine, "revoke-token", None, &format!("token revoke {id}")).await?;
                engine.close().await;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn whose(engine: &Engine, email: &str) -> Result<Id> {
    let user = engine.principal_by_email(email, Through::CommandLine).await?;
    user.and_then(|who| who.user).ok_or_else(|| unknown(email))
}
