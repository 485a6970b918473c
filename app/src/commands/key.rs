//! `scheda key`: the key by which the database keeps its secrets, made and changed.

use super::Ended;
use crate::opening;
use crate::settings::Settings;
use clap::Subcommand;
use engine::audit::Entry;
use engine::secrets::fresh;
use kernel::SystemChance;
use std::process::ExitCode;

/// `scheda key …`
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Print a new key, for SCHEDA_MASTER_KEY.
    Make,
    /// Seal all secrets by a new key, while no node runs; whoever was cut off runs it again.
    Change,
}

impl Key {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        match self {
            Key::Make => println!("{}", fresh(&SystemChance)),
            Key::Change => {
                let engine = opening::open(settings).await?;
                let changed = engine.change_key().await;
                if changed.is_ok() {
                    engine.audit(Entry { through: "command-line".to_owned(), ..Entry::new("key-changed") }).await?;
                }
                engine.close().await;
                let changed = changed?;
                println!("{} secrets are sealed by the new key", changed.secrets);
                if changed.kept.is_empty() {
                    println!(
                        "From now on say the first key alone in SCHEDA_MASTER_KEY, to all nodes. Backups made before still need the other: keep it with them."
                    );
                }
                for old in changed.kept {
                    println!(
                        "The old key is in {}: backups made before still need it. Keep it with them, and away from here.",
                        old.display()
                    );
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
