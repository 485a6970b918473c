//! `scheda undo`: takes a changeset back, such as that of an import.

use super::Ended;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use clap::Args;
use kernel::{Error, Id, Say};
use std::process::ExitCode;

/// `scheda undo …`
#[derive(Debug, Args)]
pub struct Undo {
    /// The changeset, as the import printed it.
    changeset: String,
}

impl Undo {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let changeset: Id = self.changeset.parse().map_err(|_| Error::invalid("changeset", Say::new("error-link")))?;
        let engine = opening::open(settings).await?;
        let who = opening::whoever(&engine);
        let outcome = engine.undo(&who, changeset).await;
        if outcome.is_ok() {
            auditing::keep(&engine, "undo", None, &format!("undo {changeset}")).await?;
        }
        engine.close().await;
        let undone = outcome?;
        println!("{} records are as they were", undone.records);
        for (record, field) in &undone.left {
            println!("left, because it was changed since: {record} {field}");
        }
        Ok(ExitCode::SUCCESS)
    }
}
