//! Whether the time of an answer tells what its words do not: a record of others beside one that never was, asked for
//! by turns over one connection. The figure is the ratio of both medians, the greater above the lesser.

use super::{Fallible, Goal, Report, company};
use crate::client::{Connection, request};
use crate::installation::{ADMINISTRATOR, AGENT, Installation, Server};
use crate::report::Figure;
use std::time::Instant;

/// Answers of each; the first tenth warms up.
const ANSWERS: usize = 2_000;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let token = |who: &str, company: &Installation| company.run(&["token", "create", who], "").map(|token| format!("Bearer {token}"));
    let (administrator, agent) = (token(ADMINISTRATOR, &company)?, token(AGENT, &company)?);
    let server = company.serve().await?;
    let (theirs, never) = strangers(&server, &administrator, &agent).await?;
    let asking = [
        ("GET", "", "", "a record"),
        ("GET", "/contacts", "", "its children"),
        ("GET", "/history", "", "its history"),
        ("PATCH", "", "{\"trade_name\":\"x\"}", "a change of it"),
    ];
    for (method, part, body, what) in asking {
        let mut connection = Connection::open(&server.address).await?;
        let headers = [("authorization", &*agent), ("if-match", "*"), ("content-type", "application/json")];
        let mut times = [Vec::with_capacity(ANSWERS), Vec::with_capacity(ANSWERS)];
        for turn in 0..ANSWERS {
            // Neither is always the first of its pair.
            for which in [turn % 2, (turn + 1) % 2] {
                let id = if which == 0 { &theirs } else { &never };
                let asked = request(method, &format!("/api/v1/accounts/{id}{part}"), &headers, body);
                let begun = Instant::now();
                let answer = connection.ask(&asked).await?;
                if answer.status != 404 {
                    return Err(format!("{method} {id}{part} gave {}", answer.status));
                }
                if turn >= ANSWERS / 10 {
                    times[which].push(begun.elapsed());
                }
            }
        }
        let [theirs, never] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        });
        let (measure, value) =
            (format!("{what}, of others against of nobody, ratio of the medians"), theirs.max(never) / theirs.min(never));
        report.note(Figure { bench: "hiding", measure, value, unit: "×", goal: Some(Goal::AtMost(1.1)), database: company.database });
    }
    Ok(())
}

/// The identity of an account that the agent does not see, and one that no account has.
async fn strangers(server: &Server, administrator: &str, agent: &str) -> Fallible<(String, String)> {
    let mut connection = Connection::open(&server.address).await?;
    let listed = connection.ask(&request("GET", "/api/v1/accounts?fields=name&limit=200", &[("authorization", administrator)], "")).await?;
    let listed: serde_json::Value = serde_json::from_slice(&listed.body).map_err(|fault| fault.to_string())?;
    for record in listed["records"].as_array().into_iter().flatten() {
        let id = record["id"].as_str().unwrap_or_default().to_owned();
        let path = format!("/api/v1/accounts/{id}");
        if connection.ask(&request("GET", &path, &[("authorization", agent)], "")).await?.status != 404 {
            continue;
        }
        // Near the other, so that both are looked for in the same place.
        for last in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars() {
            let never = format!("{}{last}", &id[..id.len() - 1]);
            let path = format!("/api/v1/accounts/{never}");
            if connection.ask(&request("GET", &path, &[("authorization", administrator)], "")).await?.status == 404 {
                return Ok((id, never));
            }
        }
    }
    Err("the agent sees every account".to_owned())
}
