//! `scheda export`: data to standard output.

use super::Ended;
use crate::opening;
use crate::settings::Settings;
use crate::speaking;
use base::exports::{self, Format, Options};
use clap::Args;
use kernel::{Error, Say};
use std::process::ExitCode;

/// `scheda export …`
#[derive(Debug, Args)]
pub struct Export {
    /// What: accounts, contacts, sites.
    entity: String,
    /// Which: the text of a filter.
    #[arg(long, default_value = "")]
    filter: String,
    /// csv, json, vcard (4.0) or vcard3.
    #[arg(long, default_value = "csv")]
    format: String,
}

impl Export {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let format = Format::parse(&self.format)
            .ok_or_else(|| Error::invalid("format", Say::new("error-choice").with("known", "csv, json, vcard, vcard3")))?;
        let engine = opening::open_to_read(settings).await?;
        let who = opening::whoever(&engine);
        let options = Options { filter: self.filter, format, ..Options::new(&self.entity, speaking::words()?) };
        let outcome = exports::run(&engine, &who, &options, std::io::BufWriter::new(std::io::stdout())).await;
        engine.close().await;
        outcome?;
        Ok(ExitCode::SUCCESS)
    }
}
