//! The same page through the API.

use super::{Fallible, Loading, Report, company, encoded, measured, rate};
use crate::client::request;
use crate::installation::AGENT;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let token = format!("Bearer {}", company.run(&["token", "create", AGENT], "")?);
    let server = company.serve().await?;
    let path = format!("/api/v1/contacts?filter={}&sort=full_name&limit=50", encoded("address.city is \"Pisa\""));
    let goals = (rate(database, 2_500.0), None, None);
    let load = Loading { bench: "api", database: company.database, goals, count: 20_000, expected: 200 };
    measured(&server, load, |_| request("GET", &path, &[("authorization", &token)], ""), report).await?;
    Ok(())
}
