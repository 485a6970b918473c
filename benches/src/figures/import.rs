//! Importing a file: each row an account with contact, place, site, two phones, an e-mail, history and search; and the same where
//! each account takes a number of a series.

use super::{Fallible, Goal, Report, on_sqlite, rate};
use crate::api::Api;
use crate::installation::{ADMINISTRATOR, Installation};
use crate::report::Figure;
use serde_json::json;
use std::fmt::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Rows of the file.
const ROWS: usize = 100_000;

pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    let stamp = std::process::id();
    for (name, numbered) in [("import", false), ("numbered", true)] {
        let installation = Installation::of(&format!("{name}{stamp}"), database)?;
        let outcome = measured(&installation, numbered, database, report).await;
        // Also of a bench that failed, nothing stays behind.
        outcome.and(installation.remove())?;
    }
    Ok(())
}

/// Accounts take a number of a series from now on.
async fn number(installation: &Installation) -> Fallible<()> {
    installation.add_administrator()?;
    let token = installation.run(&["token", "create", ADMINISTRATOR], "")?;
    let server = installation.serve().await?;
    let mut api = Api::open(&server, &token).await?;
    api.make("series", json!({ "name": "Clienti", "pattern": "{year}/{number:6}" })).await?;
    api.make("own_fields", json!({ "label": "Numero", "entity": "account", "kind": "series", "series": "clienti" })).await?;
    Ok(())
}

async fn measured(installation: &Installation, numbered: bool, database: &str, report: &mut Report) -> Fallible<()> {
    let file = std::path::absolute(format!("target/bench/import-{ROWS}.csv")).map_err(|fault| fault.to_string())?;
    std::fs::write(&file, rows()).map_err(|fault| fault.to_string())?;
    let mapping = std::path::absolute("benches/import.toml").map_err(|fault| fault.to_string())?;
    // The first command makes the tables; the import alone is measured.
    installation.run(&["demo", "--accounts", "0", "--contacts", "0"], "")?;
    if numbered {
        number(installation).await?;
    }
    let begun = Instant::now();
    let mut child = installation
        .program()
        .args(["import", "accounts"])
        .arg(&file)
        .arg("--map")
        .arg(&mapping)
        .arg("--json")
        .stdout(Stdio::null())
        .spawn()
        .map_err(|fault| fault.to_string())?;
    let (mut peak, mut cpu): (f64, f64) = (0.0, 0.0);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|fault| fault.to_string())? {
            break status;
        }
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let memory = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        peak = peak.max(memory.unwrap_or(0.0) / 1024.0);
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        let fields: Vec<f64> =
            stat.rsplit_once(") ").map_or("", |(_, after)| after).split(' ').map(|field| field.parse().unwrap_or(0.0)).collect();
        if let (Some(user), Some(system)) = (fields.get(11), fields.get(12)) {
            cpu = cpu.max((user + system) / 100.0);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let whole = begun.elapsed().as_secs_f64();
    if !status.success() {
        return Err("the import failed".to_owned());
    }
    let database_key = installation.database;
    let mut note = |measure: &str, value, unit, goal| {
        report.note(Figure { bench: "import", measure: measure.to_owned(), value, unit, goal, database: database_key });
    };
    if numbered {
        note("rate with a number of a series for each account", ROWS as f64 / whole, "rows/s", rate(database, 8_000.0));
        return Ok(());
    }
    note("rate", ROWS as f64 / whole, "rows/s", rate(database, 8_000.0));
    note("CPU of the program per 1,000 rows", cpu * 1000.0 * 1000.0 / ROWS as f64, "ms", None);
    note("most memory", peak, "MB", on_sqlite(database, Goal::AtMost(200.0)));
    Ok(())
}

/// The file: names, towns and numbers that differ from row to row.
fn rows() -> String {
    let families = ["Rossi", "Bianchi", "Esposito", "D'Angelo", "Nicolò", "De Luca", "Ferrari", "Colombo", "Ricci", "Conti"];
    let towns = [
        ("Pisa", "56125", "PI", "050"),
        ("Milano", "20121", "MI", "02"),
        ("Napoli", "80133", "NA", "081"),
        ("Torino", "10121", "TO", "011"),
    ];
    let mut text = String::with_capacity(ROWS * 200);
    text.push_str("Codice;Ragione sociale;Indirizzo;CAP;Località;Prov.;Telefono;E-mail;Referente;Sede;Località sede\r\n");
    for number in 0..ROWS {
        let family = families[number % families.len()];
        let (town, postcode, province, prefix) = towns[number / 7 % towns.len()];
        let (other, ..) = towns[number / 3 % towns.len()];
        let _ = write!(
            text,
            "K{number:07};Officina {family} {number} S.r.l.;Via Garibaldi {};{postcode};{town};{province};{prefix}/{:06} - 333.{:07};info@officina{number}.example;{family} Mario;Magazzino {number};{other}\r\n",
            number % 180 + 1,
            number % 900_000 + 100_000,
            number % 9_000_000 + 1_000_000
        );
    }
    text
}
