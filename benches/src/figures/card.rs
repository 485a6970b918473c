//! The card of an account on which 10,000 things happened: the page, and a page of what is older.

use super::{CLIENTS, Fallible, Goal, Report};
use crate::client::{Connection, load, request};
use crate::installation::{ADMINISTRATOR, Installation};
use crate::report::Figure;

/// What happened on it.
const EVENTS: usize = 10_000;
const NAME: &str = "Cliente con diecimila note S.r.l.";

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = Installation::of("card", database)?.filled(200, 400)?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = company.serve().await?;
    let headers = [("authorization", &*token), ("content-type", "application/json")];
    let mut connection = Connection::open(&server.address).await?;
    let filter = super::encoded(&format!("name is \"{NAME}\""));
    let known = request("GET", &format!("/api/v1/accounts?filter={filter}&fields=name"), &headers, "");
    let known: serde_json::Value = serde_json::from_slice(&connection.ask(&known).await?.body).map_err(|fault| fault.to_string())?;
    let account = match known["records"][0]["id"].as_str() {
        Some(id) => id.to_owned(),
        None => {
            let make = request("POST", "/api/v1/accounts", &headers, &serde_json::json!({ "name": NAME }).to_string());
            let made: serde_json::Value = serde_json::from_slice(&connection.ask(&make).await?.body).map_err(|fault| fault.to_string())?;
            let id = made["id"].as_str().ok_or_else(|| format!("no account was made: {made}"))?.to_owned();
            let note = |number: usize| {
                let at = format!("2026-{:02}-{:02}T{:02}:{:02}:00Z", number % 9 + 1, number % 28 + 1, number % 10 + 8, number % 60);
                let body =
                    serde_json::json!({ "text": format!("Sentito per la {number}ª volta: richiamare 050 123456."), "about": id, "at": at });
                request("POST", "/api/v1/notes", &headers, &body.to_string())
            };
            load(&server.address, CLIENTS, EVENTS, 201, note).await?;
            id
        }
    };
    let cookie = server.sign_in(ADMINISTRATOR).await?;
    let card = format!("/accounts/{account}");
    let whole = |_| request("GET", &card, &[("cookie", &cookie)], "");
    load(&server.address, 1, 50, 200, whole).await?;
    let page = load(&server.address, 1, 1_000, 200, whole).await?;
    // The middle of them, as a module of ours asks for it.
    let older = format!("{card}?timeline=notes&from=1779000000000_{account}.-");
    let part = |_| request("GET", &older, &[("cookie", &cookie), ("hx-request", "true"), ("hx-target", "div#timeline-older")], "");
    let step = load(&server.address, 1, 1_000, 200, part).await?;
    for (measure, value, goal) in [
        ("p50 of the page, 10,000 events, one client", page.p50, Some(Goal::AtMost(10.0))),
        ("p99 of the page, one client", page.p99, None),
        ("p50 of a step back, one client", step.p50, Some(Goal::AtMost(10.0))),
    ] {
        report.note(Figure { bench: "card", measure: measure.to_owned(), value, unit: "ms", goal, database: company.database });
    }
    Ok(())
}
