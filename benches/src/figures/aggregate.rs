//! Counting accounts by a filter with an aggregate over children: 1,000,000 accounts, 5,000,000 children, of
//! which an index selects about one in a hundred.

use super::{Fallible, Goal, Report, encoded, on_sqlite};
use crate::client::{load, request};
use crate::installation::{ADMINISTRATOR, Installation};
use crate::report::Figure;

/// How often it is asked: the CPU of a process is told in hundredths of a second.
const ASKED: usize = 30;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = Installation::of("aggregate", database)?.filled_large()?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = company.serve().await?;
    let filter = encoded("count(contacts where role is \"Responsabile IT\") >= 1");
    let path = format!("/api/v1/accounts/count?filter={filter}&exact=true");
    let make = |_| request("GET", &path, &[("authorization", &token)], "");
    load(&server.address, 1, 3, 200, make).await?;
    let before = server.cpu();
    let load = load(&server.address, 1, ASKED, 200, make).await?;
    let cpu = (server.cpu() - before) * 1000.0 / ASKED as f64;
    let goal = on_sqlite(database, Goal::AtMost(300.0));
    for (measure, value, goal) in [("p50 of the exact count, one client", load.p50, goal), ("CPU of the server per request", cpu, None)] {
        report.note(Figure { bench: "aggregate", measure: measure.to_owned(), value, unit: "ms", goal, database: company.database });
    }
    Ok(())
}
