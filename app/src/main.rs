//! The one binary: lists the areas, wires them, owns process and config.

mod auditing;
mod commands;
mod opening;
mod settings;
mod speaking;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The CRM of Italian companies: one binary, one database.
#[derive(Debug, Parser)]
#[command(name = "scheda", version, about, long_about = None)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and the API, and work off jobs.
    Serve(commands::serve::Serve),
    /// Work off jobs only, beside the nodes that serve.
    Work,
    /// Read a file into the data.
    Import(Box<commands::import::Import>),
    /// Write data to standard output.
    Export(commands::export::Export),
    /// Records that may be one.
    #[command(subcommand)]
    Duplicates(commands::duplicates::Duplicates),
    /// The company's list of CAPs.
    #[command(subcommand)]
    Caps(commands::caps::Caps),
    /// Take a changeset back, such as that of an import.
    Undo(commands::undo::Undo),
    /// Fill in a demonstration company.
    Demo(commands::demo::Demo),
    /// Users.
    #[command(subcommand)]
    User(commands::user::User),
    /// Tokens of the API.
    #[command(subcommand)]
    Token(commands::token::Token),
    /// The key of what the database keeps secret.
    #[command(subcommand)]
    Key(commands::key::Key),
    /// Check that the data is whole.
    Check,
    /// Write everything into one sealed file, while others work on.
    Backup(commands::backup::Backup),
    /// Read a backup into an empty place, or see whether it is whole.
    Restore(commands::restore::Restore),
    /// Move from the embedded database to PostgreSQL.
    MoveTo(commands::move_to::MoveTo),
}

fn main() -> ExitCode {
    let line = Line::parse();
    let settings = match settings::Settings::read() {
        Ok(settings) => settings,
        Err(fault) => return speaking::fail(&fault),
    };
    if let Err(fault) = speaking::log(&settings.log) {
        return speaking::fail(&fault);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(settings.workers()).build() {
        Ok(runtime) => runtime,
        Err(fault) => return speaking::fail(&format!("The program can't start: {fault}")),
    };
    let outcome = runtime.block_on(async {
        match line.command {
            Command::Serve(serve) => serve.run(&settings).await,
            Command::Work => commands::work::run(&settings).await,
            Command::Import(import) => import.run(&settings).await,
            Command::Export(export) => export.run(&settings).await,
            Command::Duplicates(duplicates) => duplicates.run(&settings).await,
            Command::Caps(caps) => caps.run(&settings).await,
            Command::Undo(undo) => undo.run(&settings).await,
            Command::Demo(demo) => demo.run(&settings).await,
            Command::User(user) => user.run(&settings).await,
            Command::Token(token) => token.run(&settings).await,
            Command::Key(key) => key.run(&settings).await,
            Command::Check => commands::check::run(&settings).await,
            Command::Backup(backup) => backup.run(&settings).await,
            Command::Restore(restore) => restore.run(&settings).await,
            Command::MoveTo(move_to) => move_to.run(&settings).await,
        }
    });
    match outcome {
        Ok(code) => code,
        Err(error) => speaking::fail(&speaking::sentence(&error)),
    }
}
