//! The two files that everybody tests with, whole.

use super::{CLIENTI_MAP, Paper, all, count, counts, engines, imported, lines};
use crate::imports::{Mode, reading};
use std::collections::HashSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Where the shared files stand, beside the clone; none where they do not.
pub(super) fn folder() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared/data")).find(|folder| folder.is_dir())
}

#[tokio::test]
async fn the_whole_address_book_by_its_headers_alone() {
    let Some(file) = folder().and_then(|folder| std::fs::read(folder.join("rubrica_outlook_it.csv")).ok()) else { return };
    for engine in engines().await {
        let errors = Paper::default();
        let totals = imported(&engine, &file, |options| options.errors = errors.output()).await;
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
        let mut cursor = Cursor::new(file.clone());
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
    let Some(file) = folder().and_then(|folder| std::fs::read(folder.join("clienti_gestionale.csv")).ok()) else { return };
    for engine in engines().await {
        let totals = imported(&engine, &file, |options| options.mapping = Some(CLIENTI_MAP.to_owned())).await;
        assert_eq!(totals.rows, 607);
        assert_eq!(counts(&totals), [607, 0, 0, 0, 0, 0]);
        let people = all(&engine, "account", "kind = person").await.len();
        assert_eq!((count(&engine, "account").await, people, count(&engine, "contact").await), (607, 220, 387));
        // Again by code: nothing is new. Then by partita IVA from scratch: the same company is there once.
        let again = imported(&engine, &file, |options| {
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
        let merged = imported(&engine, &file, |options| {
            options.mapping = Some(CLIENTI_MAP.to_owned());
            options.mode = Mode::Both;
            options.keys = vec!["vat_number".to_owned()];
        })
        .await;
        assert_eq!(merged.created + merged.updated + merged.unchanged, 607);
        assert_eq!(count(&engine, "account").await as u64, merged.created);
    }
}
