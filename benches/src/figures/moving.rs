//! Moving a million contacts from the embedded database to PostgreSQL, and a backup of them restored.

use super::{Fallible, Goal, Report};
use crate::installation::Installation;
use crate::report::Figure;
use std::time::Instant;

pub async fn run(report: &mut Report) -> Fallible<()> {
    let contacts = 1_000_000;
    let company = Installation::of(&format!("scale{contacts}"), "sqlite")?.filled(contacts / 5, contacts)?;
    let mut note = |measure: &str, seconds: f64, goal| {
        let measure = format!("{measure}, {contacts} contacts");
        report.note(Figure { bench: "move", measure, value: seconds, unit: "s", goal, database: "sqlite" });
    };
    let home = Installation::of("moved", "postgres")?;
    home.begin_anew()?;
    let (serving, owning) = home.addresses()?;
    let begun = Instant::now();
    let said = company.run(&["move-to", &serving, "--shape", &owning], "")?;
    note("move-to PostgreSQL, proved", begun.elapsed().as_secs_f64(), Some(Goal::AtMost(600.0)));
    eprintln!("{}", said.lines().next().unwrap_or_default());
    home.remove()?;
    let file = "target/bench/moved.backup";
    let _ = std::fs::remove_file(file);
    let begun = Instant::now();
    company.run(&["backup", file], "")?;
    note("backup, read again", begun.elapsed().as_secs_f64(), None);
    let restored = Installation::of("restored", "sqlite")?;
    restored.begin_anew()?;
    let key = company.path("backup.key");
    let begun = Instant::now();
    let said = restored.run(&["restore", file, "--key-file", &key], "")?;
    note("restore, proved and checked", begun.elapsed().as_secs_f64(), None);
    eprintln!("{}", said.lines().next().unwrap_or_default());
    restored.remove()?;
    std::fs::remove_file(file).map_err(|fault| fault.to_string())
}
