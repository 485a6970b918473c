//! A page of 50 contacts filtered by city, sorted by name, as an agent with his team's rights.

use super::{Fallible, Goal, Loading, Report, company, encoded, measured, on_sqlite, rate};
use crate::client::request;
use crate::installation::AGENT;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let server = company.serve().await?;
    let cookie = server.sign_in(AGENT).await?;
    let path = format!("/contacts?filter={}&sort=full_name", encoded("address.city is \"Pisa\""));
    let goals = (rate(database, 2_000.0), on_sqlite(database, Goal::AtMost(20.0)), on_sqlite(database, Goal::AtMost(1.0)));
    let load = Loading { bench: "list", database: company.database, goals, count: 20_000, expected: 200 };
    measured(&server, load, |_| request("GET", &path, &[("cookie", &cookie)], ""), report).await?;
    Ok(())
}
