//! `scheda token`: secrets of the API. The secret is printed once and kept as a digest.

use super::Ended;
use super::user::unknown;
use crate::opening;
use crate::settings::Settings;
use clap::Subcommand;
use kernel::Error;
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
}

impl Token {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let Token::Create { email, name } = self;
        let engine = opening::open(settings).await?;
        let user = engine.principal_by_email(&email, engine::Through::CommandLine).await?.ok_or_else(|| unknown(&email))?;
        let secret = engine.make_token(user.user.ok_or(Error::NotFound)?, &name).await?;
        println!("{secret}");
        engine.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
