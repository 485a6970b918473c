//! The first build of the program: into an empty folder, what it needs downloaded before.

use super::{Fallible, Goal, Report};
use crate::report::Figure;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Where it is built: nothing of another build is found there.
const FOLDER: &str = "target/bench/build";

pub fn run(report: &mut Report) -> Fallible<()> {
    empty()?;
    cargo(&["fetch", "--quiet", "--locked"])?;
    let begun = Instant::now();
    let built = cargo(&["build", "--quiet", "--release", "--locked", "-p", "scheda", "--target-dir", FOLDER]);
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    empty()?;
    built?;
    let measure = "first build of the release, downloads done".to_owned();
    report.note(Figure { bench: "build", measure, value: minutes, unit: "min", goal: Some(Goal::AtMost(14.0)), database: "none" });
    Ok(())
}

fn empty() -> Fallible<()> {
    match Path::new(FOLDER).exists() {
        true => std::fs::remove_dir_all(FOLDER).map_err(|fault| format!("{FOLDER}: {fault}")),
        false => Ok(()),
    }
}

fn cargo(arguments: &[&str]) -> Fallible<()> {
    let status = Command::new("cargo").args(arguments).status().map_err(|fault| format!("cargo: {fault}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", arguments[0])) }
}
