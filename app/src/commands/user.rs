//! `scheda user`: people, made and given passwords from the command line.

use super::Ended;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use clap::Subcommand;
use engine::Draft;
use engine::identity::{fit_password, users};
use kernel::{Error, Say};
use std::io::Read;
use std::process::ExitCode;

/// `scheda user …`
#[derive(Debug, Subcommand)]
pub enum User {
    /// Make a user.
    Add {
        /// The address he signs in with.
        email: String,
        /// First and last name.
        #[arg(long)]
        name: String,
        /// The key of a role, such as administrator, manager, agent or reader; several add up.
        #[arg(long, default_value = "agent")]
        role: Vec<String>,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a user a new password, read from standard input; his sessions and tokens end.
    Password {
        /// The address he signs in with.
        email: String,
    },
    /// Take all second factors off a user who has lost them; his sessions end.
    ResetFactors {
        /// The address he signs in with.
        email: String,
    },
}

impl User {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let engine = opening::open(settings).await?;
        let who = opening::whoever(&engine);
        match self {
            User::Add { email, name, role, password_stdin } => {
                let password = if password_stdin { Some(password(&[&email, &name])?) } else { None };
                let entity = engine.entity(users::USER)?;
                let reading = meta::Reading { language: kernel::Language::English, zone: engine.settings().zone.clone() };
                let mut draft = Draft::new(users::USER);
                for (key, given) in [("name", &name), ("email", &email), ("roles", &role.join(","))] {
                    let field = entity.field(key).ok_or(Error::NotFound)?;
                    draft.put(field.id, field.kind.parse(given, &reading).map_err(|say| Error::invalid(key, say))?);
                }
                let made = engine.create(&who, draft).await?;
                if let Some(password) = password {
                    engine.set_password(made.id(), password).await?;
                }
                auditing::keep(&engine, "create", Some((users::USER, made.id())), "user add").await?;
                println!("{}", made.id());
            }
            User::Password { email } => {
                let user = engine.principal_by_email(&email, who.through).await?.ok_or_else(|| unknown(&email))?;
                let password = password(&[&email, &user.name])?;
                let user = user.user.ok_or(Error::NotFound)?;
                engine.set_password(user, password).await?;
                auditing::keep(&engine, "password", Some((users::USER, user)), "user password").await?;
            }
            User::ResetFactors { email } => {
                let user = engine.principal_by_email(&email, who.through).await?.ok_or_else(|| unknown(&email))?;
                let user = user.user.ok_or(Error::NotFound)?;
                engine.reset_factors(&who, user).await?;
                auditing::keep(&engine, "factors-reset", Some((users::USER, user)), "user reset-factors").await?;
            }
        }
        engine.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// The first line of standard input, if it may be a password.
fn password(about: &[&str]) -> kernel::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4_096).read_to_string(&mut text).map_err(Error::internal)?;
    let password = text.lines().next().unwrap_or("").to_owned();
    fit_password(&password, about)?;
    Ok(password)
}

/// Nobody signs in with this address.
pub fn unknown(email: &str) -> Error {
    Error::invalid("email", Say::new("error-user-unknown").with("email", email))
}
