//! Fields of the company's own, added and removed one after the other while clients make, change and list on two nodes of one
//! PostgreSQL: none of their requests may fail, none of their writes be lost, and what a node was just told of the other node
//! knows already.

use super::{Fallible, Goal, Report, company};
use crate::client::{Connection, request};
use crate::installation::ADMINISTRATOR;
use crate::report::Figure;
use crate::town::{Town, ask, expect, lost, work};
use serde_json::{Value as Json, json};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Clients of the API, and people who open pages.
const CLIENTS: usize = 6;
const READERS: usize = 2;
/// Fields that come, each of them written at the other node at once; every third goes again.
const FIELDS: usize = 24;
/// Between one field and the next.
const PAUSE: Duration = Duration::from_secs(2);
/// What they hold, by turns, with a value.
const KINDS: [(&str, &str); 4] = [("text", "\"Pisa\""), ("whole", "7"), ("date", "\"2026-01-31\""), ("yes-no", "true")];

pub async fn run(report: &mut Report) -> Fallible<()> {
    let company = company("postgres")?;
    let nodes = [company.serve().await?, company.serve().await?];
    let town = Town::of(&company, [&nodes[0], &nodes[1]])?;
    let cookie = nodes[0].sign_in(ADMINISTRATOR).await?;
    let (pages, unknown) = (Cell::new(0), Cell::new(0));
    let (added, slowest) = (Cell::new(0), Cell::new(Duration::ZERO));
    let begun = Instant::now();
    let adding = async {
        for number in 0..FIELDS {
            tokio::time::sleep(PAUSE).await;
            let (kind, value) = KINDS[number % KINDS.len()];
            let label = format!("Prova {} {number}", std::process::id());
            let field = json!({ "label": label, "entity": "account", "kind": kind, "sortable": number % 2 == 0 });
            let asked = Instant::now();
            let made = told(&town, number, "POST", "/api/v1/own_fields", &field, 201).await?;
            slowest.set(slowest.get().max(asked.elapsed()));
            added.set(added.get() + 1);
            let key = made["key"].as_str().ok_or("a field without a key")?;
            // At the other node, in the same moment.
            let value: Json = serde_json::from_str(value).map_err(|fault| fault.to_string())?;
            let account = json!({ "name": format!("{label} scritta"), key: value });
            let written = told(&town, number + 1, "POST", "/api/v1/accounts", &account, 201).await?;
            if written[key] != value {
                unknown.set(unknown.get() + 1);
            }
            if number % 3 == 2 {
                let id = made["id"].as_str().ok_or("a field without an id")?;
                told(&town, number, "DELETE", &format!("/api/v1/own_fields/{id}"), &Json::Null, 204).await?;
            }
        }
        town.over.set(true);
        Ok(())
    };
    let reading = async |reader: usize| -> Fallible<()> {
        let paths = ["/accounts", "/accounts/new", "/contacts", "/own_fields"];
        let headers = [("cookie", &*cookie)];
        while !town.over.get() {
            let path = paths[(pages.get() + reader) % paths.len()];
            expect(&ask(&town, reader, &request("GET", path, &headers, "")).await?, 200)?;
            pages.set(pages.get() + 1);
        }
        Ok(())
    };
    let mut working: Vec<std::pin::Pin<Box<dyn Future<Output = Fallible<()>> + '_>>> = vec![Box::pin(adding)];
    for client in 0..CLIENTS {
        working.push(Box::pin(work(&town, client)));
    }
    for reader in 0..READERS {
        working.push(Box::pin(reading(reader)));
    }
    crate::client::all(working).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let lost = lost(&company, &town, &nodes[0]).await?;
    let mut note = |measure: &str, value: f64, unit, goal| {
        report.note(Figure { bench: "fields", measure: measure.to_owned(), value, unit, goal, database: "postgres" });
    };
    note("fields added under load, of which a third removed again", f64::from(added.get()), "", None);
    note("longest that one took", slowest.get().as_secs_f64() * 1000.0, "ms", None);
    note("answers meanwhile", town.asked.get() as f64 / seconds, "/s", None);
    note("of those, pages", pages.get() as f64, "", None);
    note("requests that a node did not answer", town.again.get() as f64, "", Some(Goal::AtMost(0.0)));
    note("fields that the other node did not know at once", f64::from(unknown.get()), "", Some(Goal::AtMost(0.0)));
    note("records made or changed and answered", town.answered.borrow().len() as f64, "", None);
    note("of those not found as answered, or there twice", lost as f64, "", Some(Goal::AtMost(0.0)));
    Ok(())
}

/// Writes through the API of one node; gives what it answers.
async fn told(town: &Town, node: usize, method: &str, path: &str, body: &Json, status: u16) -> Fallible<Json> {
    let address = town.addresses.borrow()[node % 2].clone();
    // Nobody changed it since it was made.
    let headers = [("authorization", &*town.token), ("content-type", "application/json"), ("if-match", "\"1\"")];
    let headers = if method == "DELETE" { &headers[..] } else { &headers[..2] };
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = Connection::open(&address).await?.ask(&request(method, path, headers, &body)).await?;
    expect(&answer, status)?;
    Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
}
