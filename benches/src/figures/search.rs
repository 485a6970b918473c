//! Search of «rossi» over everything permitted, grouped.

use super::{Fallible, Goal, Report, company, on_sqlite};
use crate::client::{load, request};
use crate::installation::AGENT;
use crate::report::Figure;

/// How often it is asked.
const ASKED: usize = 1_000;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let token = format!("Bearer {}", company.run(&["token", "create", AGENT], "")?);
    let server = company.serve().await?;
    let make = |_| request("GET", "/api/v1/search?q=rossi", &[("authorization", &token)], "");
    load(&server.address, 1, 50, 200, make).await?;
    let before = server.cpu();
    let one = load(&server.address, 1, ASKED, 200, make).await?;
    let cpu = (server.cpu() - before) * 1000.0 / ASKED as f64;
    let goal = on_sqlite(database, Goal::AtMost(5.0));
    for (measure, value, goal) in
        [("p50, one client", one.p50, goal), ("p99, one client", one.p99, None), ("CPU of the server per request", cpu, None)]
    {
        report.note(Figure { bench: "search", measure: measure.to_owned(), value, unit: "ms", goal, database: company.database });
    }
    Ok(())
}
