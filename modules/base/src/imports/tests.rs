//! Files of customers, and what becomes of them, on both databases.

mod alike;
mod books;
mod broken;
mod consents;
mod encodings;
mod fuzz;
mod outlook;
mod program;
mod proposals;
mod runs;
mod whole;

use crate::imports::{Options, Output, Totals, run};
use engine::{Asked, Engine, Principal, Through};
use kernel::Result;
use meta::Record;
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

pub(super) const RUBRICA: &[u8] = include_bytes!("tests/rubrica.csv");
pub(super) const CLIENTI: &[u8] = include_bytes!("tests/clienti.csv");
pub(super) const CLIENTI_MAP: &str = include_str!("tests/clienti.toml");

/// An engine on each database.
pub(super) async fn engines() -> Vec<Engine> {
    engine::testing::both(|| vec![crate::area()]).await.into_iter().map(|(engine, _)| engine).collect()
}

pub(super) fn somebody(engine: &Engine) -> Principal {
    engine.system(Through::CommandLine)
}

/// What was written to an output.
#[derive(Clone, Default)]
pub(super) struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    pub(super) fn output(&self) -> Option<Output> {
        Some(Box::new(self.clone()))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("a paper").clone()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("UTF-8")
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a paper").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Imports accounts.
pub(super) async fn import(engine: &Engine, file: impl AsRef<[u8]>, change: impl FnOnce(&mut Options)) -> Result<Totals> {
    let mut options = Options::new("accounts", "file.csv", crate::tests::words());
    change(&mut options);
    run(engine, &somebody(engine), Cursor::new(file.as_ref().to_vec()), options, |_| {}).await
}

pub(super) async fn imported(engine: &Engine, file: impl AsRef<[u8]>, change: impl FnOnce(&mut Options)) -> Totals {
    import(engine, file, change).await.expect("an import")
}

/// Created, updated, unchanged, skipped, errors, warnings.
pub(super) fn counts(totals: &Totals) -> [u64; 6] {
    [totals.created, totals.updated, totals.unchanged, totals.skipped, totals.errors, totals.warnings]
}

/// All living records of an entity that a filter selects, whole, in the order of their creation.
pub(super) async fn all(engine: &Engine, entity: &str, filter: &str) -> Vec<Record> {
    let who = somebody(engine);
    let entity = engine.entity(entity).expect("an entity");
    let model = engine.model();
    let filter =
        if filter.is_empty() { meta::Filter::everything() } else { meta::filter::parse::parse(filter, &model, &entity).expect(filter) };
    let fields = entity.fields.iter().map(|field| field.key).collect();
    let sort = vec![engine::Sorting { field: "id", descending: false }];
    let mut asked = Asked { filter, fields, sort, limit: 200, lines: true, ..Asked::new(entity) };
    let mut records = Vec::new();
    loop {
        let listed = engine.list(&who, asked.clone()).await.expect("a list");
        records.extend(listed.records);
        match listed.next {
            Some(next) => asked.after = Some(next),
            None => return records,
        }
    }
}

pub(super) async fn one(engine: &Engine, entity: &str, filter: &str) -> Record {
    let mut found = all(engine, entity, filter).await;
    assert_eq!(found.len(), 1, "{filter}");
    found.remove(0)
}

pub(super) async fn count(engine: &Engine, entity: &str) -> usize {
    all(engine, entity, "").await.len()
}

/// The texts of a record's lines.
pub(super) fn lines(record: &Record, relation: &str, field: &str) -> Vec<String> {
    record.lines(relation).iter().map(|line| line.named(field).text().to_owned()).collect()
}

pub(super) fn text<'r>(record: &'r Record, field: &str) -> &'r str {
    record.named(field).text()
}
