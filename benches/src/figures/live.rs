//! How long one browser waits for what another writes: two real ones, on the card of one customer.

use super::{Fallible, Goal, Report};
use crate::installation::{ADMINISTRATOR, Installation, PASSWORD};
use crate::report::Figure;
use std::process::Command;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = Installation::of("card", database)?.filled(200, 400)?;
    let server = company.serve().await?;
    let asked = Command::new("node")
        .args(["live-bench.js", &format!("http://{}", server.address), ADMINISTRATOR, PASSWORD])
        .current_dir("tests/browser")
        .output()
        .map_err(|fault| format!("node: {fault}"))?;
    if !asked.status.success() {
        return Err(format!("the browsers failed: {}", String::from_utf8_lossy(&asked.stderr)));
    }
    let mut times: Vec<f64> = serde_json::from_slice(&asked.stdout).map_err(|fault| fault.to_string())?;
    times.sort_by(f64::total_cmp);
    let (Some(most), Some(half)) = (times.last().copied(), times.get(times.len() / 2).copied()) else {
        return Err("the browsers measured nothing".to_owned());
    };
    for (measure, value, goal) in [
        ("p50 from saving a note to its being seen in another browser", half, None),
        ("the longest of 40", most, Some(Goal::AtMost(1_000.0))),
    ] {
        report.note(Figure { bench: "live", measure: measure.to_owned(), value, unit: "ms", goal, database: company.database });
    }
    Ok(())
}
