//! What `bin/bench` runs: each figure measured on a release build of the program itself, over its real doors.

mod api;
mod client;
mod figures;
mod installation;
mod ranks;
mod report;
mod sink;
mod town;

use clap::Parser;
use report::Report;
use std::process::ExitCode;

/// Measures the figures of `docs/performance.md`.
#[derive(Debug, Parser)]
#[command(name = "bin/bench")]
struct Line {
    /// The bench to run: list, api, search, create, import, card, rest, or one that runs by its name alone: checks, duplicates, live, mailing, rights, scale, aggregate, hiding, signing, move, nodes, fields, build; `all` runs every one, and
    /// without a name all but the large ones run.
    name: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Only this database: sqlite or postgres.
    #[arg(long)]
    database: Option<String>,
}

fn main() -> ExitCode {
    let line = Line::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            eprintln!("the bench can't start: {fault}");
            return ExitCode::FAILURE;
        }
    };
    let mut report = Report::new(line.json);
    let outcome = runtime.block_on(figures::run(line.name.as_deref(), line.database.as_deref(), &mut report));
    report.end();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}
