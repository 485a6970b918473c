//! Counting accounts by a filter with an aggregate over children: 1,000,000 accounts, 5,000,000 children, of
//! which an index selects about one in a hundred.

use super::{Fallible, Goal, Report, encoded, on_sqlite};
use crate::client::{load, request};
use crate::installation::{ADMINISTRATOR, Installation};
use crate::report::Figure;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = Installation::of("aggregate", database)?.filled_large()?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = company.serve().await?;
    let filter = encoded("count(contacts where role is \"Responsabile IT\") >= 1");
    let path = format!("/api/v1/accounts/count?filter={filter}&exact=true");
    let make = |_| request("GET", &path, &[("authorization", &token)], "");
    load(&server.address, 1, 3, 200, make).await?;
    let load = load(&server.address, 1, 15, 200, make).await?;
    let goal = on_sqlite(database, Goal::AtMost(300.0));
    let measure = "p50 of the exact count, one client".to_owned();
    report.note(Figure { bench: "aggregate", measure, value: load.p50, unit: "ms", goal, database: company.database });
    Ok(())
}
