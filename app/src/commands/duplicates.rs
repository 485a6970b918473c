//! `scheda duplicates`: records that may be one.

use super::Ended;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use clap::{Args, Subcommand};
use engine::Engine;
use engine::duplicates::{Found, Scanning};
use kernel::{Error, Result, Say};
use meta::Entity;
use serde_json::json;
use std::io::{BufWriter, Write};
use std::process::ExitCode;
use std::sync::Arc;

/// What is looked for where nothing is said.
const USUAL: [&str; 2] = ["accounts", "contacts"];

/// `scheda duplicates …`
#[derive(Debug, Subcommand)]
pub enum Duplicates {
    /// Hold all records against each other and print the pairs that may be one, the likeliest first, a line for each. Nothing is
    /// written, and whoever works on is not disturbed; with --store the pairs go into the queue too.
    Scan(Scan),
}

/// `scheda duplicates scan …`
#[derive(Debug, Args)]
pub struct Scan {
    /// Whose: accounts, contacts, subjects, directory_entries. Accounts and contacts where nothing is said.
    entities: Vec<String>,
    /// A JSON object on each line: entity, a, b, score, for, against.
    #[arg(long)]
    json: bool,
    /// From which likeness on, between 0 and 1; from which on people are asked where nothing is said.
    #[arg(long)]
    threshold: Option<f64>,
    /// Put the pairs into the queue, in place of those that nobody has decided on, and keep what was learned. The embedded database has
    /// to be served by nobody meanwhile.
    #[arg(long)]
    store: bool,
}

impl Duplicates {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let Duplicates::Scan(scan) = self;
        scan.run(settings).await
    }
}

impl Scan {
    async fn run(self, settings: &Settings) -> Ended {
        if self.threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
            return Err(Error::invalid("threshold", Say::new("error-choice").with("known", "0–1")));
        }
        let engine = if self.store { opening::open(settings).await? } else { opening::open_to_read(settings).await? };
        let outcome = self.on(&engine).await;
        engine.close().await;
        outcome?;
        Ok(ExitCode::SUCCESS)
    }

    async fn on(&self, engine: &Engine) -> Result<()> {
        let who = opening::whoever(engine);
        let model = engine.model();
        let asked: Vec<&str> = if self.entities.is_empty() { USUAL.to_vec() } else { self.entities.iter().map(String::as_str).collect() };
        let known = || {
            let known = model.entities().filter(|entity| !entity.compared.is_empty()).map(|entity| entity.plural);
            Error::invalid("entities", Say::new("error-choice").with("known", known.collect::<Vec<_>>().join(", ")))
        };
        let compared = |plural: &&str| model.plural(plural).filter(|entity| !entity.compared.is_empty()).cloned().ok_or_else(known);
        let entities: Vec<Arc<Entity>> = asked.iter().map(compared).collect::<Result<_>>()?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let scanning = Scanning { least: self.threshold, threads };
        let mut out = BufWriter::new(std::io::stdout());
        for entity in &entities {
            if self.store {
                let mut written = Ok(());
                engine
                    .store_duplicates(&who, entity, scanning, |found| {
                        if written.is_ok() {
                            written = self.tell(entity, found, &mut out);
                        }
                    })
                    .await?;
                written?;
                auditing::keep(engine, "scan-duplicates", None, &format!("duplicates scan {}", entity.plural)).await?;
            } else {
                engine.scan_duplicates(&who, entity, scanning, |_| {}, |found| self.tell(entity, &found, &mut out)).await?;
            }
        }
        out.flush().map_err(Error::internal)
    }

    fn tell(&self, entity: &Entity, found: &Found, out: &mut impl Write) -> Result<()> {
        let fields = |speaks_for: bool| -> Vec<&str> {
            let of = found.evidence.iter().filter(|one| one.weight != 0 && one.speaks_for() == speaks_for);
            of.map(|one| one.field.as_str()).collect()
        };
        let (a, b) = (found.pair.a.to_string(), found.pair.b.to_string());
        let score = (found.score * 10_000.0).round() / 10_000.0;
        let written = if self.json {
            writeln!(
                out,
                "{}",
                json!({ "entity": entity.plural, "a": a, "b": b, "score": score, "for": fields(true), "against": fields(false) })
            )
        } else {
            writeln!(out, "{} {a} {b} {score:.4} +{} -{}", entity.plural, fields(true).join(","), fields(false).join(","))
        };
        written.map_err(Error::internal)
    }
}
