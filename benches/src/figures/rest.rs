//! At rest: memory, the way from start to the first answer, the binary's size.

use super::{Fallible, Goal, Report, company, on_sqlite};
use crate::report::Figure;
use std::time::Duration;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(company.serve().await?.started.as_secs_f64());
    }
    starts.sort_by(f64::total_cmp);
    let server = company.serve().await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let binary = std::fs::metadata("target/release/scheda").map(|file| file.len() as f64 / 1e6).unwrap_or(0.0);
    let goal = |most| on_sqlite(database, Goal::AtMost(most));
    for (measure, value, unit, goal) in [
        ("memory at rest", server.memory(), "MB", goal(60.0)),
        ("start to first answer, median of 5", starts[2], "s", goal(0.3)),
        ("binary", binary, "MB", goal(40.0)),
    ] {
        report.note(Figure { bench: "rest", measure: measure.to_owned(), value, unit, goal, database: company.database });
    }
    Ok(())
}
