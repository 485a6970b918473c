//! The list's p99 from 10,000 to 1,000,000 contacts.

use super::{CLIENTS, Fallible, Goal, Report, encoded};
use crate::client::{load, request};
use crate::installation::{AGENT, Installation};
use crate::report::Figure;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let path = format!("/contacts?filter={}&sort=full_name", encoded("address.city is \"Pisa\""));
    let mut p99 = Vec::new();
    for contacts in [10_000, 1_000_000] {
        let company = Installation::of(&format!("scale{contacts}"), database)?.filled(contacts / 5, contacts)?;
        let server = company.serve().await?;
        let cookie = server.sign_in(AGENT).await?;
        let make = |_| request("GET", &path, &[("cookie", &cookie)], "");
        load(&server.address, CLIENTS, 1_000, 200, make).await?;
        let load = load(&server.address, CLIENTS, 10_000, 200, make).await?;
        let measure = format!("p99 of the list, {contacts} contacts");
        report.note(Figure { bench: "scale", measure, value: load.p99, unit: "ms", goal: None, database: company.database });
        p99.push(load.p99);
    }
    let ratio = p99[1] / p99[0];
    let database = if database == "postgres" { "postgres" } else { "sqlite" };
    let goal = Some(Goal::AtMost(2.0));
    report.note(Figure {
        bench: "scale",
        measure: "p99 at 1,000,000 over p99 at 10,000".to_owned(),
        value: ratio,
        unit: "×",
        goal,
        database,
    });
    Ok(())
}
