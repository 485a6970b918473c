//! Two large files of the kind that companies come with, whole.

use super::{CLIENTI_MAP, Paper, all, count, counts, engines, imported, lines};
use crate::imports::{Mode, reading};
use std::collections::{HashMap, HashSet};
use std::io::Cursor;

const ADDRESS_BOOK: &[u8] = include_bytes!("../../../../../tests/data/rubrica_outlook_it.csv");
const CUSTOMER_MASTER: &[u8] = include_bytes!("../../../../../tests/data/clienti_gestionale.csv");
const DUPLICATES: &str = include_str!("../../../../../tests/data/doppioni_verita.tsv");

#[tokio::test]
async fn the_whole_address_book_by_its_headers_alone() {
    for engine in engines().await {
        let errors = Paper::default();
        let totals = imported(&engine, ADDRESS_BOOK, |options| options.errors = errors.output()).await;
        assert_eq!(totals.rows, 606);
        assert_eq!(counts(&totals), [606, 0, 0, 0, 0, 0]);
        let people = all(&engine, "account", "kind = person").await.len();
        assert_eq!((count(&engine, "account").await, people, count(&engine, "contact").await), (606, 229, 377));
        // Every phone of the file is there.
        let mut there: HashSet<String> = HashSet::new();
        for entity in ["account", "contact"] {
            for record in all(&engine, entity, "").await {
                there.extend(lines(&record, "phones", "number"));
            }
        }
        let mut cursor = Cursor::new(ADDRESS_BOOK);
        let survey = reading::survey(&mut cursor).expect("a survey");
        let columns: Vec<usize> = ["Ufficio", "Abitazione", "Cellulare"]
            .iter()
            .filter_map(|name| survey.header.cells.iter().position(|cell| cell == name))
            .collect();
        let mut rows = reading::rows(cursor, &survey).expect("rows");
        let mut phones = 0;
        while let Some(row) = rows.next_row().expect("a row") {
            for written in columns.iter().map(|column| row.cells[*column].as_str()).filter(|cell| !cell.is_empty()) {
                let number = italy::Phone::parse(written).unwrap_or_else(|say| panic!("{written}: {say}"));
                assert!(there.contains(number.as_str()), "{written}");
                phones += 1;
            }
        }
        assert_eq!(phones, 894);
        assert_eq!(errors.bytes().iter().filter(|byte| **byte == b'\n').count(), 1, "only the header");
    }
}

#[tokio::test]
async fn the_whole_customer_master_by_a_mapping_file() {
    for engine in engines().await {
        let totals = imported(&engine, CUSTOMER_MASTER, |options| options.mapping = Some(CLIENTI_MAP.to_owned())).await;
        assert_eq!(totals.rows, 607);
        assert_eq!(counts(&totals), [607, 0, 0, 0, 0, 0]);
        let people = all(&engine, "account", "kind = person").await.len();
        assert_eq!((count(&engine, "account").await, people, count(&engine, "contact").await), (607, 220, 387));
        // Again by code: nothing is new. Then by partita IVA from scratch: the same company is there once.
        let again = imported(&engine, CUSTOMER_MASTER, |options| {
            options.mapping = Some(CLIENTI_MAP.to_owned());
            options.mode = Mode::Both;
            options.keys = vec!["code".to_owned()];
        })
        .await;
        assert_eq!(counts(&again), [0, 0, 607, 0, 0, 0]);
        let changeset = totals.changeset.and_then(|id| id.parse().ok()).expect("a changeset");
        let undone = engine.undo(&super::somebody(&engine), changeset).await.expect("undone");
        assert!(undone.left.is_empty());
        assert_eq!(count(&engine, "account").await, 0);
        let report = Paper::default();
        let merged = imported(&engine, CUSTOMER_MASTER, |options| {
            options.mapping = Some(CLIENTI_MAP.to_owned());
            options.mode = Mode::Both;
            options.keys = vec!["vat_number".to_owned()];
            options.report = report.output();
        })
        .await;
        // 376 rows have a partita IVA, 347 different ones: 29 rows speak of a company that an earlier row brought.
        assert_eq!((merged.created, merged.updated + merged.unchanged), (578, 29));
        assert_eq!((merged.skipped, merged.errors), (0, 0));
        assert_eq!(count(&engine, "account").await, 578);
        let same = same_customers();
        let mut records: HashMap<String, &str> = HashMap::new();
        for row in report.text().lines().skip(1) {
            let cells: Vec<&str> = row.split(';').collect();
            let line: usize = cells[0].parse().expect("a line");
            let customer = same[&(line - 1)];
            assert_eq!(*records.entry(cells[2].to_owned()).or_insert(customer), customer, "line {line} went to another's card");
        }
        assert_eq!(records.len(), 578);
    }
}

/// Which customer each row of the customer master really is, the first row after the header being 1.
fn same_customers() -> HashMap<usize, &'static str> {
    let rows = DUPLICATES.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|cells| cells[0] == "clienti_gestionale.csv").map(|cells| (cells[1].parse().expect("a row"), cells[2])).collect()
}
