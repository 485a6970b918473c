//! The rules of `crates/italy` held against other programs: check digits against python-stdnum, phones against phonenumbers.

use crate::client::Fallible;
use crate::report::{Figure, Goal, Report};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages, as `bin/bench` installs them.
const ENVIRONMENT: &str = "checks";

/// Asks both and notes how often they agree. The environment of Python and the example are made by `bin/bench` and here.
pub fn run(report: &mut Report) -> Fallible<()> {
    let target = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.parent()?.to_owned()));
    let target = target.ok_or("the target folder is unknown")?;
    let python = interpreter(&target)?;
    let built = Command::new("cargo").args(["build", "--release", "-q", "-p", "italy", "--example", "oracle"]).status();
    if !built.map_err(|fault| format!("cargo: {fault}"))?.success() {
        return Err("the example oracle of italy does not build".to_owned());
    }
    let script = "benches/src/figures/checks.py";
    let asked = Command::new(python).arg(script).arg(target.join("release/examples/oracle")).output();
    let asked = asked.map_err(|fault| format!("python: {fault}"))?;
    if !asked.status.success() {
        return Err(format!("{script}: {}", String::from_utf8_lossy(&asked.stderr)));
    }
    let answer = String::from_utf8_lossy(&asked.stdout);
    for line in answer.lines() {
        eprintln!("  {line}");
        if let Some((measure, share)) = line.strip_prefix("= ").and_then(|line| line.rsplit_once('\t')) {
            let value = share.parse().map_err(|_| format!("{script} says {line}"))?;
            let goal = if measure.starts_with("phones") { 99.9 } else { 100.0 };
            let (unit, goal) = ("%", Some(Goal::AtLeast(goal)));
            report.note(Figure { bench: "checks", measure: measure.to_owned(), value, unit, goal, database: "none" });
        }
    }
    Ok(())
}

/// The interpreter of the environment that has the packages, which is made where it is not there.
fn interpreter(target: &Path) -> Fallible<PathBuf> {
    let packages = "python-stdnum==2.2 phonenumbers==9.0.43";
    let made = Command::new("bash").args(["-c", &format!(". bin/tools.sh && python_tools {ENVIRONMENT} {packages}")]).status();
    if !made.map_err(|fault| format!("bash: {fault}"))?.success() {
        return Err(format!("{packages} can't be installed"));
    }
    Ok(target.join(ENVIRONMENT).join("bin/python3"))
}
