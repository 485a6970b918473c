//! `scheda move-to`: from the embedded database to PostgreSQL, all of it, proved.

use super::Ended;
use super::backup::telling;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use clap::Args;
use engine::files::Files;
use kernel::{Error, Say};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use store::Store;

/// How long a statement may take where nobody waits.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// `scheda move-to …`
#[derive(Debug, Args)]
pub struct MoveTo {
    /// Where to: postgres://role@host/database, an empty database, with the role that will serve.
    to: String,
    /// The same with the role that owns the tables [default: SCHEDA_SHAPE_URL, or else the serving role].
    #[arg(long)]
    shape: Option<String>,
    /// Copy files into this folder too, where the new home has another [default: they stay where they are].
    #[arg(long)]
    files: Option<PathBuf>,
    /// Move once more to where this installation went already: what was written there since is lost.
    #[arg(long)]
    again: bool,
}

impl MoveTo {
    /// Moves and proves; what was here stays, marked as moved.
    pub async fn run(self, settings: &Settings) -> Ended {
        if settings.database_url.is_some() || !self.to.starts_with("postgres") {
            return Err(Error::Unavailable(Say::new("error-move-to")));
        }
        // Held for writing, so that nobody else writes meanwhile.
        let source = opening::open(settings).await?;
        let shape = self.shape.clone().or(settings.shape_url.clone());
        let place = store::Settings { patience: PATIENCE, ..store::Settings::postgres(self.to.clone(), shape.clone()) };
        let target = Store::open(place).await?;
        let (filling, totals) = source.move_tables(target.clone(), self.again, telling()).await?;
        let folder = self.files.clone().map_or_else(|| opening::files(settings), Files::new);
        let (files, bytes) = source.move_files(&folder).await?;
        let engine = opening::open_on(settings, target).await?;
        filling.finish(&engine, Vec::new()).await?;
        auditing::keep(&engine, "moved", None, "move-to").await?;
        let findings = engine.examine().await?;
        engine.close().await;
        println!(
            "{} tables, {} rows and {files} files ({bytes} bytes) moved; counts and sums are the same on both sides",
            totals.tables.len(),
            totals.rows()
        );
        if !findings.is_empty() {
            for finding in &findings {
                println!("{finding}");
            }
            return Ok(ExitCode::FAILURE);
        }
        source.note_moved(&self.to).await?;
        source.close().await;
        println!("From now on serve with:\n  database_url = \"{}\"", self.to);
        if let Some(shape) = shape {
            println!("  shape_url = \"{shape}\"");
        }
        println!("in scheda.toml (or SCHEDA_DATABASE_URL and SCHEDA_SHAPE_URL). What is here stays as it is, marked as moved.");
        Ok(ExitCode::SUCCESS)
    }
}
