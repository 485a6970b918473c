//! A page of 50 contacts filtered by city, sorted by name, as an agent with his team's rights.

use super::{Fallible, Goal, Report, company, encoded, measured, on_sqlite, rate};
use crate::client::request;
use crate::installation::AGENT;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let server = company.serve().await?;
    let cookie = server.sign_in(AGENT).await?;
    let path = format!("/contacts?filter={}&sort=full_name", encoded("address.city is \"Pisa\""));
    let goals = (rate(database, 2_000.0), on_sqlite(database, Goal::AtMost(20.0)), on_sqlite(database, Goal::AtMost(1.0)));
    measured(&server, "list", company.database, goals, 20_000, 200, |_| request("GET", &path, &[("cookie", &cookie)], ""), report).await?;
    Ok(())
}
