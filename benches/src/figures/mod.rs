//! The figures, one file each.

mod aggregate;
mod api;
mod arranged;
mod build;
mod bulk;
mod card;
pub mod checks;
mod create;
mod duplicates;
mod fields;
mod hiding;
mod import;
mod list;
mod live;
mod mailing;
mod moving;
mod nodes;
mod rest;
mod rights;
mod scale;
mod search;
mod signing;

use crate::client::Fallible;
use crate::installation::{Installation, Server};
use crate::report::{Figure, Goal, Report};

/// Clients at once.
const CLIENTS: usize = 16;

/// The benches that take some minutes together.
const ORDINARY: [&str; 9] = ["list", "api", "search", "create", "import", "card", "arranged", "bulk", "rest"];
/// Those that open browsers or a mail server, first make a million records or hundreds of people, or build the program anew.
const LARGE: [&str; 13] =
    ["checks", "duplicates", "live", "mailing", "rights", "scale", "aggregate", "hiding", "signing", "move", "nodes", "fields", "build"];

/// Runs one bench, all of them, or without a name all but the large ones; on one database or both.
pub async fn run(name: Option<&str>, database: Option<&str>, report: &mut Report) -> Fallible<()> {
    let mut names: Vec<&str> = match name {
        Some("all") => ORDINARY.iter().chain(&LARGE).copied().collect(),
        Some(name) => ORDINARY.iter().chain(&LARGE).copied().filter(|known| *known == name).collect(),
        None => ORDINARY.to_vec(),
    };
    if names.is_empty() {
        return Err(format!("there is no bench {}: {}, {} or all", name.unwrap_or_default(), ORDINARY.join(", "), LARGE.join(", ")));
    }
    if database.is_some_and(|database| !matches!(database, "sqlite" | "postgres")) {
        return Err("the databases are sqlite and postgres".to_owned());
    }
    // On no database: only rules are asked. Duplicates are found by what these rules make of a value.
    if names.contains(&"checks") || names.contains(&"duplicates") {
        checks::run(report)?;
    }
    // On no database, and last: the measuring of the others does not wait for it.
    let builds = names.contains(&"build");
    // From the one database to the other, or with several nodes.
    let several = |name: &str| names.contains(&name) && database.is_none_or(|asked| asked == "postgres");
    let (moves, nodes, fields) = (names.contains(&"move"), several("nodes"), several("fields"));
    names.retain(|name| !["checks", "build", "move", "nodes", "fields"].contains(name));
    if names.contains(&"duplicates") {
        duplicates::known(report)?;
    }
    for database in ["sqlite", "postgres"].into_iter().filter(|known| database.is_none_or(|asked| asked == *known)) {
        for name in &names {
            match *name {
                "list" => list::run(database, report).await?,
                "api" => api::run(database, report).await?,
                "search" => search::run(database, report).await?,
                "duplicates" => duplicates::run(database, report).await?,
                "create" => create::run(database, report).await?,
                "import" => import::run(database, report).await?,
                "hiding" => hiding::run(database, report).await?,
                "signing" => signing::run(database, report).await?,
                "card" => card::run(database, report).await?,
                "arranged" => arranged::run(database, report).await?,
                "bulk" => bulk::run(database, report).await?,
                "live" => live::run(database, report).await?,
                "mailing" => mailing::run(database, report).await?,
                "rights" => rights::run(database, report).await?,
                "scale" => scale::run(database, report).await?,
                "aggregate" => aggregate::run(database, report).await?,
                _ => rest::run(database, report).await?,
            }
        }
    }
    if moves {
        moving::run(report).await?;
    }
    if nodes {
        nodes::run(report).await?;
    }
    if fields {
        fields::run(report).await?;
    }
    if builds { build::run(report) } else { Ok(()) }
}

/// The installation most figures are measured on: 20,000 accounts, 100,000 contacts.
fn company(database: &str) -> Fallible<Installation> {
    Installation::of("company", database)?.filled(20_000, 100_000)
}

/// A rate that PostgreSQL has to reach half of.
fn rate(database: &str, goal: f64) -> Option<Goal> {
    Some(Goal::AtLeast(if database == "postgres" { goal / 2.0 } else { goal }))
}

/// The goal of SQLite; PostgreSQL's figure is shown beside it.
fn on_sqlite(database: &str, goal: Goal) -> Option<Goal> {
    (database == "sqlite").then_some(goal)
}

/// A load: which bench, on what, with the goals of rate, p99 and CPU, how many requests, and the status they get.
struct Loading {
    bench: &'static str,
    database: &'static str,
    goals: (Option<Goal>, Option<Goal>, Option<Goal>),
    count: usize,
    expected: u16,
}

/// Notes rate, p99 and CPU of a load.
async fn measured(server: &Server, load: Loading, make: impl Fn(usize) -> Vec<u8>, report: &mut Report) -> Fallible<crate::client::Load> {
    let Loading { bench, database, goals, count, expected } = load;
    crate::client::load(&server.address, CLIENTS, count / 10, expected, |number| make(number + 1_000_000_000)).await?;
    let before = server.cpu();
    let load = crate::client::load(&server.address, CLIENTS, count, expected, &make).await?;
    let cpu = (server.cpu() - before) * 1000.0 / count as f64;
    let mut note =
        |measure: &str, value, unit, goal| report.note(Figure { bench, measure: measure.to_owned(), value, unit, goal, database });
    note("rate", load.rate, "/s", goals.0);
    note("p99", load.p99, "ms", goals.1);
    note("CPU of the server per request", cpu, "ms", goals.2);
    Ok(load)
}

/// A filter in an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}
