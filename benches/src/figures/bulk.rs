//! One action on 10,000 contacts of 100,000, and its undoing: a tag for each of them, with hooks, history and search.

use super::{Fallible, Report, company};
use crate::client::{Connection, request};
use crate::installation::{ADMINISTRATOR, Server};
use crate::report::Figure;
use serde_json::Value as Json;
use std::time::{Duration, Instant};

/// Records it is done on.
const RECORDS: usize = 10_000;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let company = company(database)?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = company.serve().await?;
    let asking = Asking { server: &server, token };
    let ids = asking.identities().await?;
    let body = serde_json::json!({ "action": "change", "ids": ids, "add": { "tags": ["banco-di-prova"] } }).to_string();
    let mut note = |measure: &str, value, unit| {
        let database = company.database;
        report.note(Figure { bench: "bulk", measure: measure.to_owned(), value, unit, goal: None, database });
    };
    let doing = asking.until_done("POST", "/api/v1/contacts/bulk", &body).await?;
    if doing.state["changed"] != RECORDS {
        return Err(format!("not every contact was changed: {}", doing.state));
    }
    note("records a second, a tag for each of 10,000 contacts", RECORDS as f64 / doing.seconds, "/s");
    note("CPU of the server per 1,000 records", doing.cpu * 1_000_000.0 / RECORDS as f64, "ms");
    let undoing = format!("/api/v1/changesets/{}/undoing", doing.state["changeset"].as_str().unwrap_or_default());
    let undoing = asking.until_done("PUT", &undoing, "").await?;
    // The tag itself is one record more.
    if undoing.state["left"] != 0 {
        return Err(format!("not every contact was given back: {}", undoing.state));
    }
    note("records a second, undoing it", RECORDS as f64 / undoing.seconds, "/s");
    Ok(())
}

struct Asking<'s> {
    server: &'s Server,
    token: String,
}

/// A run that came to its end: how it stands, how long it took, and the CPU of the server, both in seconds.
struct Done {
    state: Json,
    seconds: f64,
    cpu: f64,
}

impl Asking<'_> {
    async fn ask(&self, connection: &mut Connection, method: &str, path: &str, body: &str) -> Fallible<Json> {
        let headers = [("authorization", &*self.token), ("content-type", "application/json")];
        let answer = connection.ask(&request(method, path, if body.is_empty() { &headers[..1] } else { &headers }, body)).await?;
        if answer.status >= 300 {
            return Err(format!("{method} {path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
        }
        serde_json::from_slice(&answer.body).map_err(|fault| fault.to_string())
    }

    /// The identities of the first contacts by name.
    async fn identities(&self) -> Fallible<Vec<String>> {
        let mut connection = Connection::open(&self.server.address).await?;
        let mut ids = Vec::with_capacity(RECORDS);
        let first = "/api/v1/contacts?fields=full_name&sort=full_name&limit=200".to_owned();
        let mut next = Some(first.clone());
        while let Some(path) = next.filter(|_| ids.len() < RECORDS) {
            let page = self.ask(&mut connection, "GET", &path, "").await?;
            ids.extend(page["records"].as_array().into_iter().flatten().filter_map(|record| record["id"].as_str().map(str::to_owned)));
            next = page["next"].as_str().map(|cursor| format!("{first}&cursor={}", super::encoded(cursor)));
        }
        ids.truncate(RECORDS);
        Ok(ids)
    }

    async fn until_done(&self, method: &str, path: &str, body: &str) -> Fallible<Done> {
        let mut connection = Connection::open(&self.server.address).await?;
        let (begun, before) = (Instant::now(), self.server.cpu());
        let mut state = self.ask(&mut connection, method, path, body).await?;
        let place = format!("/api/v1/bulks/{}", state["id"].as_str().unwrap_or_default());
        while state["state"] == "running" || state["state"] == "undoing" {
            tokio::time::sleep(Duration::from_millis(20)).await;
            state = self.ask(&mut connection, "GET", &place, "").await?;
        }
        Ok(Done { state, seconds: begun.elapsed().as_secs_f64(), cpu: self.server.cpu() - before })
    }
}
