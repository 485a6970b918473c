//! Broken files: a sentence with the line, nothing written, and memory that does not follow the file.

use super::{count, engines, import};
use crate::imports::reading;
use engine::rights::{Powers, Right, Role};
use kernel::Error;
use std::collections::HashMap;
use std::io::Cursor;

fn fault(bytes: impl Into<Vec<u8>>) -> (String, String) {
    said(reading::survey(&mut Cursor::new(bytes.into())).expect_err("a broken file"))
}

fn said(error: Error) -> (String, String) {
    let Error::Invalid(problems) = error else { panic!("{error}") };
    let say = problems.into_iter().next().expect("a problem").say;
    let line = say.with.iter().find(|(name, _)| name == "line").map(|(_, line)| line.clone()).unwrap_or_default();
    (say.key.into_owned(), line)
}

#[test]
fn a_broken_file_names_its_line() {
    let is = |key: &str, line: &str| (key.to_owned(), line.to_owned());
    assert_eq!(fault(""), is("error-import-empty", "1"));
    assert_eq!(fault("\r\n \r\n"), is("error-import-empty", "1"));
    assert_eq!(fault("a;b\n1;2\n3;\"4\n5;6\n"), is("error-import-quote", "3"));
    assert_eq!(fault("a;b\n1;2\n3;4\0\n"), is("error-import-not-text", "3"));
    assert_eq!(fault(b"PK\x03\x04sheet".to_vec()), is("error-import-workbook", "1"));
    assert_eq!(fault(b"\x89PNG\r\n\x1a\n".to_vec()), is("error-import-not-text", "1"));
    assert_eq!(fault("Nome;Città;nome\n1;2;3\n"), is("error-import-header-twice", "1"));
    assert_eq!(fault(format!("a{}\n", ";x".repeat(0) + &";".repeat(16_384))), is("error-import-columns-many", "1"));
    assert_eq!(fault(format!("a;b\n{}\n", "x;".repeat(20_000))), is("error-import-columns-many", "2"));
    assert_eq!(fault(format!("a;b\n1;2\n{}", "x".repeat(3 << 20))), is("error-import-row-long", "3"));
    // A million quotes in pairs are one cell, and one more never closes it.
    assert_eq!(fault(format!("a;b\n1;{}\n", "\"".repeat(1_000_001))), is("error-import-quote", "2"));
    let even = reading::survey(&mut Cursor::new(format!("a;b\n1;{}\n", "\"".repeat(1_000_000)).into_bytes())).expect("a long cell");
    assert_eq!(even.rows, 1);
}

#[tokio::test]
async fn nothing_of_a_broken_file_is_written() {
    for engine in engines().await {
        let error = import(&engine, "Ragione sociale\nAlfa\nBeta\n\"Gamma\n", |_| {}).await.expect_err("an open quote");
        assert_eq!(said(error).0, "error-import-quote");
        assert_eq!((count(&engine, "account").await, count(&engine, "import_run").await), (0, 0));
        let totals = import(&engine, "Ragione sociale\n", |_| {}).await.expect("a file of no rows");
        assert_eq!(totals.rows, 0);
    }
}

#[tokio::test]
async fn only_who_may_imports_and_exports() {
    for engine in engines().await {
        let mut who = super::somebody(&engine);
        who.role = std::sync::Arc::new(Role::new(vec!["agent".to_owned()], Right::EVERYTHING, HashMap::new(), Powers::default()));
        let options = crate::imports::Options::new("accounts", "x", crate::tests::words());
        let file = Cursor::new(b"Ragione sociale\nAlfa\n".to_vec());
        let refused = crate::imports::run(&engine, &who, file, options, |_| {}).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let refused =
            crate::exports::run(&engine, &who, &crate::exports::Options::new("accounts", crate::tests::words()), Vec::new()).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let nowhere = import(&engine, "a\n", |options| options.entity = "users".to_owned()).await;
        assert!(matches!(nowhere, Err(Error::NotFound)));
    }
}
