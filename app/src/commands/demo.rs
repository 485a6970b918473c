//! `scheda demo`: a believable company to try things on.

use super::Ended;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use base::demo::{Measure, fill, take_out};
use clap::Args;
use std::process::ExitCode;

/// `scheda demo …`
#[derive(Debug, Args)]
pub struct Demo {
    /// How many accounts.
    #[arg(long, default_value_t = 300)]
    accounts: usize,
    /// How many contacts.
    #[arg(long, default_value_t = 700)]
    contacts: usize,
    /// The same seed gives the same company.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Takes all demonstration data out again, with what was written on it since.
    #[arg(long)]
    remove: bool,
}

impl Demo {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let engine = opening::open(settings).await?;
        if self.remove {
            auditing::keep(&engine, "remove-demonstration", None, "demo --remove").await?;
            let erased = take_out(&engine).await?;
            println!("{} records taken out, {} left because something leads to them", erased.records, erased.left);
            engine.store().tidy().await?;
            engine.close().await;
            return Ok(ExitCode::SUCCESS);
        }
        auditing::keep(&engine, "fill-demonstration", None, "demo").await?;
        let who = opening::whoever(&engine);
        let measure = Measure { accounts: self.accounts, contacts: self.contacts, seed: self.seed };
        let mut told = 0;
        let made = fill(&engine, &who, measure, |done| {
            if done - told >= 10_000 {
                told = done;
                eprintln!("{done} of {} accounts", self.accounts);
            }
        })
        .await?;
        println!("{} accounts, {} contacts, {} sites; changeset {}", made.accounts, made.contacts, made.sites, made.changeset);
        engine.store().tidy().await?;
        engine.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
