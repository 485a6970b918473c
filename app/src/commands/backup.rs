//! `scheda backup`: all of an installation in one sealed file, while others work on.

use super::Ended;
use crate::opening;
use crate::settings::Settings;
use crate::speaking;
use clap::Args;
use engine::backups::{ENDING, key_of};
use kernel::{Chance, Error, Result, Say, SystemChance};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// `scheda backup …`
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write, or a folder for a file named after the moment.
    to: PathBuf,
    /// The file with the key or passphrase that seals it [default: backup.key beside the data, which is made].
    #[arg(long)]
    key_file: Option<PathBuf>,
}

impl Backup {
    /// Writes it, and reads it again.
    pub async fn run(self, settings: &Settings) -> Ended {
        let place = opening::backups(settings);
        let key_file = self.key_file.unwrap_or(place.key_file);
        let made = !key_file.exists();
        let engine = opening::open_to_read(settings).await?;
        let key = key_of(&key_file, || (&SystemChance as &dyn Chance).secret())?;
        let path = if self.to.is_dir() { self.to.join(format!("scheda-{}.{ENDING}", engine.backup_stamp())) } else { self.to };
        if path.exists() {
            return Err(Error::Unavailable(Say::new("error-file-there").with("file", path.display())));
        }
        let outcome = written(&engine, &path, &key).await;
        engine.close().await;
        let totals = outcome?;
        println!("{}: {} rows, {} files, read again and whole", path.display(), totals.rows(), totals.files);
        if made {
            speaking::warn(&format!(
                "Only {} opens this backup. Keep a copy of that file somewhere else: who loses both the machine and the key loses everything.",
                key_file.display()
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn written(engine: &engine::Engine, path: &Path, key: &engine::archive::Key) -> Result<engine::archive::Totals> {
    let (_, written) = engine.write_backup(path, key, telling()).await?;
    let (_, found) = engine::archive::read(path, key).await?;
    if found == written { Ok(found) } else { Err(Error::Unavailable(Say::new("error-backup-broken"))) }
}

/// Says on standard error how far it is, every 100,000 rows.
pub fn telling() -> engine::archive::Progress {
    let told = AtomicU64::new(0);
    Arc::new(move |done| {
        let hundreds = done / 100_000;
        if told.swap(hundreds, Ordering::Relaxed) != hundreds {
            eprintln!("{} rows", hundreds * 100_000);
        }
    })
}
