//! A load on two nodes of one installation: clients that make, change and list over the API, and remember what was answered.

use crate::client::{Answer, Connection, Fallible, request};
use crate::installation::{ADMINISTRATOR, Installation, Server};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

/// What all clients share.
pub struct Town {
    /// The header by which an administrator is known.
    pub token: String,
    /// Where the nodes listen.
    pub addresses: RefCell<[String; 2]>,
    /// How many records were begun.
    pub next: Cell<usize>,
    /// What was answered: the name that a record has now.
    pub answered: RefCell<HashMap<String, String>>,
    /// Requests that were answered.
    pub asked: Cell<u64>,
    /// Requests that one node did not answer, so that the other was asked.
    pub again: Cell<u64>,
    /// Whether the clients go home.
    pub over: Cell<bool>,
    stamp: String,
}

impl Town {
    /// On two nodes of an installation.
    pub fn of(company: &Installation, nodes: [&Server; 2]) -> Fallible<Town> {
        Ok(Town {
            token: format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?),
            addresses: RefCell::new(nodes.map(|node| node.address.clone())),
            next: Cell::new(0),
            answered: RefCell::new(HashMap::new()),
            asked: Cell::new(0),
            again: Cell::new(0),
            over: Cell::new(false),
            stamp: std::process::id().to_string(),
        })
    }
}

/// Makes, changes and lists accounts until it is over.
pub async fn work(town: &Town, client: usize) -> Fallible<()> {
    let mut own: Vec<(String, i64)> = Vec::new();
    let mut step = 0;
    while !town.over.get() {
        step += 1;
        match step % 4 {
            0 | 1 => {
                let number = town.next.get();
                town.next.set(number + 1);
                let name = format!("Nodi {} {number}", town.stamp);
                let key = format!("nodes-{}-{number}", town.stamp);
                let body = serde_json::json!({ "name": name }).to_string();
                let headers = [("authorization", &*town.token), ("content-type", "application/json"), ("idempotency-key", &*key)];
                let answer = ask(town, client + step, &request("POST", "/api/v1/accounts", &headers, &body)).await?;
                expect(&answer, 201)?;
                let made: serde_json::Value = serde_json::from_slice(&answer.body).map_err(|fault| fault.to_string())?;
                let id = made["id"].as_str().ok_or("a record without an id")?.to_owned();
                town.answered.borrow_mut().insert(id.clone(), name);
                own.push((id, made["version"].as_i64().unwrap_or(1)));
            }
            2 => {
                let Some(place) = step.checked_sub(1).filter(|_| !own.is_empty()).map(|step| step % own.len()) else { continue };
                let (id, version) = own[place].clone();
                let name = format!("Nodi {} {client} {step}", town.stamp);
                let body = serde_json::json!({ "name": name }).to_string();
                let tag = format!("\"{version}\"");
                let headers = [("authorization", &*town.token), ("content-type", "application/json"), ("if-match", &*tag)];
                let path = format!("/api/v1/accounts/{id}");
                let changing = request("PATCH", &path, &headers, &body);
                let answer = ask(town, client + step, &changing).await?;
                // A change that was done without an answer has its version moved on already: nobody knows which name it has.
                if answer.status == 200 {
                    town.answered.borrow_mut().insert(id, name);
                    own[place].1 = version + 1;
                } else {
                    town.answered.borrow_mut().remove(&id);
                    own.swap_remove(place);
                }
            }
            _ => {
                let listing = request("GET", "/api/v1/accounts?limit=20", &[("authorization", &*town.token)], "");
                expect(&ask(town, client + step, &listing).await?, 200)?;
            }
        }
    }
    Ok(())
}

/// Whether an answer has this status.
pub fn expect(answer: &Answer, status: u16) -> Fallible<()> {
    let told = || String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
    if answer.status == status { Ok(()) } else { Err(format!("an answer of {}: {}", answer.status, told())) }
}

/// Asks one node, and the other where it does not answer.
pub async fn ask(town: &Town, first: usize, request: &[u8]) -> Fallible<Answer> {
    for attempt in 0..200 {
        let address = town.addresses.borrow()[(first + attempt) % 2].clone();
        let asked = async { Connection::open(&address).await?.ask(request).await };
        match asked.await {
            Ok(answer) if answer.status != 503 => {
                town.asked.set(town.asked.get() + 1);
                return Ok(answer);
            }
            _ => town.again.set(town.again.get() + 1),
        }
        tokio::time::sleep(Duration::from_millis(if attempt > 1 { 100 } else { 1 })).await;
    }
    Err("no node answers".to_owned())
}

/// How many of those that were answered are not there as they were answered.
pub async fn lost(company: &Installation, town: &Town, node: &Server) -> Fallible<usize> {
    let mut connection = Connection::open(&node.address).await?;
    let mut lost = 0;
    let answered = town.answered.borrow().clone();
    for (id, name) in &answered {
        let asking = request("GET", &format!("/api/v1/accounts/{id}"), &[("authorization", &*town.token)], "");
        let answer = connection.ask(&asking).await?;
        let found: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status != 200 || found["name"] != *name {
            eprintln!("{id} {name}: {} {}", answer.status, found["name"]);
            lost += 1;
        }
    }
    let made = company.psql(&format!("SELECT count(*) FROM account WHERE name LIKE 'Nodi {} %'", town.stamp))?;
    let made: usize = made.trim().parse().map_err(|_| format!("a strange count: {made}"))?;
    // Each number was made once, whether it was answered in the end or not.
    Ok(lost + made.saturating_sub(town.next.get()))
}
