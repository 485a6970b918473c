//! Two nodes on one PostgreSQL under a mixed load, one of them killed every twenty seconds and started again: what was
//! answered is there afterwards, with what it says.

use super::{Fallible, Goal, Report, company};
use crate::client::{Answer, Connection, request};
use crate::installation::{ADMINISTRATOR, Installation, Server};
use crate::report::Figure;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long the load goes on, and how often a node is killed.
const WHOLE: Duration = Duration::from_secs(180);
const EVERY: Duration = Duration::from_secs(20);
const DOWN: Duration = Duration::from_secs(3);
const CLIENTS: usize = 8;

/// What all clients share.
struct Town<'t> {
    token: String,
    addresses: RefCell<[String; 2]>,
    next: Cell<usize>,
    /// What was answered: the name that a record has now.
    answered: RefCell<HashMap<String, String>>,
    asked: Cell<u64>,
    again: Cell<u64>,
    over: Cell<bool>,
    stamp: &'t str,
}

pub async fn run(report: &mut Report) -> Fallible<()> {
    let company = company("postgres")?;
    let token = format!("Bearer {}", company.run(&["token", "create", ADMINISTRATOR], "")?);
    let mut nodes = [company.serve().await?, company.serve().await?];
    let stamp = std::process::id().to_string();
    let town = Town {
        token,
        addresses: RefCell::new([nodes[0].address.clone(), nodes[1].address.clone()]),
        next: Cell::new(0),
        answered: RefCell::new(HashMap::new()),
        asked: Cell::new(0),
        again: Cell::new(0),
        over: Cell::new(false),
        stamp: &stamp,
    };
    let kills = Cell::new(0);
    let killing = async {
        let begun = Instant::now();
        while begun.elapsed() + EVERY < WHOLE {
            tokio::time::sleep(EVERY - DOWN).await;
            let place = kills.get() % 2;
            nodes[place].kill()?;
            kills.set(kills.get() + 1);
            tokio::time::sleep(DOWN).await;
            nodes[place] = company.serve().await?;
            town.addresses.borrow_mut()[place] = nodes[place].address.clone();
        }
        tokio::time::sleep(WHOLE.saturating_sub(begun.elapsed())).await;
        town.over.set(true);
        Fallible::Ok(())
    };
    let mut working: Vec<std::pin::Pin<Box<dyn Future<Output = Fallible<()>> + '_>>> = vec![Box::pin(killing)];
    for client in 0..CLIENTS {
        working.push(Box::pin(work(&town, client)));
    }
    crate::client::all(working).await?;
    let lost = lost(&company, &town, &nodes[0]).await?;
    let mut note = |measure: &str, value: f64, unit, goal| {
        report.note(Figure { bench: "nodes", measure: measure.to_owned(), value, unit, goal, database: "postgres" });
    };
    note("nodes killed in 3 minutes", f64::from(kills.get() as u32), "", None);
    note("answers", town.asked.get() as f64 / WHOLE.as_secs_f64(), "/s", None);
    note("asked again at the other node", town.again.get() as f64, "", None);
    note("records made or changed and answered", town.answered.borrow().len() as f64, "", None);
    note("of those not found as answered, or there twice", lost as f64, "", Some(Goal::AtMost(0.0)));
    Ok(())
}

/// Makes, changes and lists until it is over.
async fn work(town: &Town<'_>, client: usize) -> Fallible<()> {
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

fn expect(answer: &Answer, status: u16) -> Fallible<()> {
    let told = || String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
    if answer.status == status { Ok(()) } else { Err(format!("an answer of {}: {}", answer.status, told())) }
}

/// Asks one node, and the other where it does not answer.
async fn ask(town: &Town<'_>, first: usize, request: &[u8]) -> Fallible<Answer> {
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
async fn lost(company: &Installation, town: &Town<'_>, node: &Server) -> Fallible<usize> {
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
