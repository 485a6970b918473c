//! Imports a file of customers and says how fast, and what it took of the machine.
//!
//! `import_speed [--rows N] [--data FOLDER | --url postgres://…] [--file CSV] [--map TOML] [--mode M] [--key K]… [--dry-run] [--json]`

mod customers;
mod machine;

use base::imports::{Mode, Options};
use engine::{Engine, Settings, Through};
use kernel::{SystemChance, SystemClock};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use store::Store;

type Fault = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1);
    let (mut rows, mut data, mut url, mut file, mut map) = (50_000, None, None, None, None);
    let mut options = Options::new("accounts", "customers.csv");
    let mut json = false;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--rows" => rows = value()?.parse()?,
            "--data" => data = Some(PathBuf::from(value()?)),
            "--url" => url = Some(value()?),
            "--file" => file = Some(PathBuf::from(value()?)),
            "--map" => map = Some(PathBuf::from(value()?)),
            "--mode" => options.mode = Mode::parse(&value()?).ok_or("no such mode")?,
            "--key" => options.keys.push(value()?),
            "--report" => options.report = Some(Box::new(std::io::BufWriter::new(File::create(value()?)?))),
            "--errors" => options.errors = Some(Box::new(std::io::BufWriter::new(File::create(value()?)?))),
            "--dry-run" => options.dry_run = true,
            "--json" => json = true,
            other => return Err(format!("{other}?").into()),
        }
    }
    let folder = tempfile::tempdir()?;
    let given = file.is_some();
    let path = match file {
        Some(path) => path,
        None => {
            let path = folder.path().join("customers.csv");
            customers::write(rows, 1, &mut std::io::BufWriter::new(File::create(&path)?))?;
            path
        }
    };
    options.mapping = match map {
        Some(map) => Some(std::fs::read_to_string(map)?),
        None => (!given).then(|| customers::MAPPING.to_owned()),
    };
    let settings = match url {
        Some(url) => store::Settings::postgres(url, None),
        None => {
            let data = data.unwrap_or_else(|| folder.path().to_owned());
            std::fs::create_dir_all(&data)?;
            store::Settings::sqlite(data.join("scheda.db"))
        }
    };
    let store = Store::open(settings).await?;
    let engine = Engine::open(store, vec![base::area()], Settings::default(), Arc::new(SystemClock), Arc::new(SystemChance)).await?;
    let who = engine.system(Through::CommandLine);
    let (before, since) = (machine::processor().0, Instant::now());
    let totals = base::imports::run(&engine, &who, File::open(path)?, options, |_| {}).await?;
    let seconds = since.elapsed().as_secs_f64();
    let (after, threads) = machine::processor();
    engine.close().await;
    if json {
        println!("{}", serde_json::to_string(&totals)?);
    } else {
        let done = (totals.done - totals.resumed) as f64;
        println!("{}", serde_json::to_string(&totals)?);
        println!(
            "{:.0} rows/s, {:.3} s, {:.3} s of processor per 1,000 rows, {:.0} MB at most",
            done / seconds,
            seconds,
            (after - before) / done * 1000.0,
            machine::peak_memory()
        );
        println!("{threads:?}");
    }
    Ok(())
}
