//! `scheda restore`: a backup into an empty place, of either database, or only whether it is whole.

use super::Ended;
use super::backup::telling;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use clap::Args;
use engine::archive::Key;
use kernel::{Error, Result, Say};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use store::{Mode, Store};

/// How long a statement may take where nobody waits.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// `scheda restore …`
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    from: PathBuf,
    /// The file with the key or passphrase that it was sealed with [default: backup.key beside the data].
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// Only read it to its end, and see whether it is whole.
    #[arg(long)]
    verify: bool,
}

impl Restore {
    /// Restores, proves, and checks.
    pub async fn run(self, settings: &Settings) -> Ended {
        let key_file = self.key_file.clone().unwrap_or_else(|| opening::backups(settings).key_file);
        let key = key(&key_file)?;
        if self.verify {
            let (manifest, totals) = engine::archive::read(&self.from, &key).await?;
            println!(
                "whole: {} rows, {} files, written by version {} on {}",
                totals.rows(),
                totals.files,
                manifest.version,
                manifest.database
            );
            return Ok(ExitCode::SUCCESS);
        }
        let place = store::Settings { patience: PATIENCE, ..opening::place(settings, Mode::Serve)? };
        let store = Store::open(place).await?;
        let restored = engine::archive::restore(&self.from, &key, store.clone(), &opening::files(settings), telling()).await;
        let (filling, _, totals) = match restored {
            Ok(restored) => restored,
            Err(error) => {
                store.close().await;
                return Err(error);
            }
        };
        let engine = opening::open_on(settings, store).await?;
        let now = engine.now().to_string();
        filling.finish(&engine, vec![("restored_at", now)]).await?;
        auditing::keep(&engine, "restored", None, "restore").await?;
        engine.store().tidy().await?;
        let findings = engine.examine().await?;
        engine.close().await;
        println!("{} rows and {} files restored, the same as in the backup", totals.rows(), totals.files);
        for finding in &findings {
            println!("{finding}");
        }
        Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn key(path: &Path) -> Result<Key> {
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Error::Unavailable(Say::new("error-file").with("file", path.display()).with("cause", cause)))?;
    Key::new(&text)
}
