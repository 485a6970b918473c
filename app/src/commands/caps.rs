//! `scheda caps`: the company's list of CAPs.

use super::Ended;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use base::postcodes::{MOST_BYTES, read};
use clap::Subcommand;
use engine::Engine;
use engine::postcodes::PostcodeList;
use kernel::{Error, Result, Say};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `scheda caps …`
#[derive(Debug, Subcommand)]
pub enum Caps {
    /// Load a list, in place of the one there is: a CSV with columns CAP, comune and provincia, or IT.txt of GeoNames.
    Load {
        /// The file.
        file: PathBuf,
    },
    /// Say which list there is.
    Show,
    /// Take the list away.
    Remove,
}

impl Caps {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let engine = match self {
            Caps::Show => opening::open_to_read(settings).await?,
            _ => opening::open(settings).await?,
        };
        let outcome = self.on(&engine).await;
        engine.close().await;
        outcome?;
        Ok(ExitCode::SUCCESS)
    }

    async fn on(&self, engine: &Engine) -> Result<()> {
        let who = opening::whoever(engine);
        match self {
            Caps::Load { file } => {
                let (list, about) = read(bytes(file)?, &file.file_name().unwrap_or_default().to_string_lossy())?;
                let about = engine.put_postcodes(&who, &list, about).await?;
                auditing::keep(engine, "postcodes", None, "caps load").await?;
                tell(&about);
            }
            Caps::Show => match engine.postcode_list().await? {
                Some(about) => tell(&about),
                None => println!("No list of CAPs is loaded."),
            },
            Caps::Remove => {
                engine.remove_postcodes(&who).await?;
                auditing::keep(engine, "postcodes-removal", None, "caps remove").await?;
            }
        }
        Ok(())
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let unreadable = |fault: std::io::Error| Error::Unavailable(Say::new("error-file").with("file", path.display()).with("cause", fault));
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

fn tell(about: &PostcodeList) {
    println!("{}: {} CAPs, {} comuni, {} other places", about.file, about.caps, about.comuni, about.hamlets);
    println!("{} rows, {} of them not understood", about.rows, about.unread);
    for row in &about.first_unread {
        println!("  line {}: {} ({})", row.line, row.text, if row.postcode { "no CAP of five digits" } else { "no comune of today" });
    }
}
