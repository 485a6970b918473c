//! `scheda import`: a file into the data, whole or not at all of its batches.

use super::Ended;
use crate::auditing;
use crate::opening;
use crate::settings::Settings;
use crate::speaking;
use base::imports::reading::{DELIMITERS, Encoding, Heading, Manner};
use base::imports::{self, Alike, Mode, Options, Output, Totals};
use clap::Args;
use kernel::{Error, Result, Say};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `scheda import …`
#[derive(Debug, Args)]
pub struct Import {
    /// What the rows are: accounts, contacts, sites.
    entity: String,
    /// The file: CSV, XLSX, vCard.
    file: PathBuf,
    /// Which sheet of a workbook; the first that shows where none is named.
    #[arg(long)]
    sheet: Option<String>,
    /// How its text is encoded, where that is found out wrongly: utf-8, utf-16, windows-1252.
    #[arg(long)]
    encoding: Option<String>,
    /// What stands between two cells: `;`, `,`, `|` or `tab`.
    #[arg(long)]
    delimiter: Option<String>,
    /// The line with the names of the columns, or `none`: they are A, B, C then.
    #[arg(long)]
    header: Option<String>,
    /// create, update or both; create where neither this nor a mapping with a name says it.
    #[arg(long)]
    mode: Option<String>,
    /// By what a row finds its record; the first that finds one counts.
    #[arg(long)]
    key: Vec<String>,
    /// Where each column goes: a mapping file, or the name of a mapping that everybody has.
    #[arg(long)]
    map: Option<String>,
    /// FIELD=VALUE of new records, where the row gives none.
    #[arg(long)]
    default: Vec<String>,
    /// create, skip or update: what becomes of rows that no key finds and that are alike to a record.
    #[arg(long)]
    alike: Option<String>,
    /// Count what would happen, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write what became of each row to this file.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Write the refused rows, with the reason, to this file.
    #[arg(long)]
    errors: Option<PathBuf>,
    /// Print the counts as JSON.
    #[arg(long)]
    json: bool,
}

impl Import {
    /// Runs it.
    pub async fn run(self, settings: &Settings) -> Ended {
        let open = || File::open(&self.file).map_err(|fault| unreadable(&self.file, &fault));
        let (file, mut options) = (open()?, self.options()?);
        let engine = opening::open(settings).await?;
        let who = opening::whoever(&engine);
        if let Some(name) = self.map.as_deref().filter(|_| options.mapping.is_none()) {
            let (mode, alike) = (options.mode, options.alike);
            options = imports::by_name(&engine, &who, open()?, options, name).await?;
            options.mode = if self.mode.is_some() { mode } else { options.mode };
            options.alike = if self.alike.is_some() { alike } else { options.alike };
        }
        if !self.dry_run {
            // Before it begins: whoever is interrupted has written as well.
            auditing::keep(&engine, "import", None, &format!("import {}", self.entity)).await?;
        }
        let mut told = 0;
        let outcome = imports::run(&engine, &who, file, options, |totals| {
            if totals.done - told >= 10_000 {
                told = totals.done;
                eprintln!("{} of {} rows", totals.done, totals.rows);
            }
        })
        .await;
        engine.close().await;
        let totals = outcome?;
        if self.json {
            let json = serde_json::to_string(&totals).map_err(Error::internal)?;
            println!("{json}");
        } else {
            print!("{}", summary(&totals));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn manner(&self) -> Result<Manner> {
        let wrong = |option: &'static str, known: &str| Error::invalid(option, Say::new("error-choice").with("known", known));
        let encoding =
            self.encoding.as_deref().map(|said| Encoding::parse(said).ok_or_else(|| wrong("encoding", "utf-8, utf-16, windows-1252")));
        let delimiter = self.delimiter.as_deref().map(|said| {
            let said = if said == "tab" { "\t" } else { said };
            DELIMITERS.into_iter().find(|known| known.to_string() == said).ok_or_else(|| wrong("delimiter", "; , | tab"))
        });
        let heading = match self.header.as_deref() {
            None => Heading::Found,
            Some("none") => Heading::Missing,
            Some(line) => Heading::Line(line.parse().ok().filter(|line| *line > 0).ok_or_else(|| wrong("header", "1, 2, 3, …, none"))?),
        };
        Ok(Manner { encoding: encoding.transpose()?, delimiter: delimiter.transpose()?, sheet: self.sheet.clone(), heading })
    }

    fn options(&self) -> Result<Options> {
        let name = self.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mode = Mode::parse(self.mode.as_deref().unwrap_or("create"))
            .ok_or_else(|| Error::invalid("mode", Say::new("error-choice").with("known", "create, update, both")))?;
        let alike = Alike::parse(self.alike.as_deref().unwrap_or("create"))
            .ok_or_else(|| Error::invalid("alike", Say::new("error-choice").with("known", "create, skip, update")))?;
        let mut defaults = Vec::new();
        for one in &self.default {
            let pair = one.split_once('=').ok_or_else(|| Error::invalid("default", Say::new("error-default").with("given", one)))?;
            defaults.push((pair.0.to_owned(), pair.1.to_owned()));
        }
        let mapping = match &self.map {
            // What is no file is the name of a mapping.
            Some(map) if Path::new(map).exists() => Some(std::fs::read_to_string(map).map_err(|fault| unreadable(Path::new(map), &fault))?),
            _ => None,
        };
        Ok(Options {
            manner: self.manner()?,
            mode,
            keys: self.key.clone(),
            mapping,
            defaults,
            alike,
            dry_run: self.dry_run,
            report: self.report.as_deref().map(created).transpose()?,
            errors: self.errors.as_deref().map(created).transpose()?,
            ..Options::new(&self.entity, &name, speaking::words()?)
        })
    }
}

fn created(path: &Path) -> Result<Output> {
    let file = File::create(path).map_err(|fault| unreadable(path, &fault))?;
    Ok(Box::new(std::io::BufWriter::new(file)))
}

fn unreadable(path: &Path, fault: &std::io::Error) -> Error {
    Error::Unavailable(Say::new("error-file").with("file", path.display()).with("cause", fault))
}

fn summary(totals: &Totals) -> String {
    let mut lines = format!(
        "{} rows: {} created, {} updated, {} unchanged, {} skipped, {} errors; {} values kept in the remarks\n",
        totals.rows, totals.created, totals.updated, totals.unchanged, totals.skipped, totals.errors, totals.warnings
    );
    if totals.alike > 0 {
        lines.push_str(&format!("{} rows are alike to a record, or to a row before them\n", totals.alike));
    }
    if totals.consents + totals.consents_left > 0 {
        lines.push_str(&format!(
            "{} consents recorded, {} left out, which the ledger knows better\n",
            totals.consents, totals.consents_left
        ));
    }
    if totals.resumed > 0 {
        lines.push_str(&format!("{} rows were there from an interrupted run\n", totals.resumed));
    }
    match &totals.changeset {
        _ if totals.dry_run => lines.push_str("Nothing was written.\n"),
        Some(changeset) => lines.push_str(&format!("Changeset {changeset}\n")),
        None => {}
    }
    lines
}
