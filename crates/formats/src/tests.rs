//! Files as programs write them, and as nobody should.

mod cards;
mod hostile;
mod manners;
mod workbooks;

use crate::{Manner, Row, Survey};
use std::io::Cursor;

/// What a file is, and its rows.
fn read(bytes: impl Into<Vec<u8>>) -> (Survey, Vec<Row>) {
    sheet(bytes, None)
}

fn sheet(bytes: impl Into<Vec<u8>>, name: Option<&str>) -> (Survey, Vec<Row>) {
    let mut file = Cursor::new(bytes.into());
    let survey = crate::survey_as(&mut file, &Manner { sheet: name.map(str::to_owned), ..Manner::default() }).expect("a survey");
    let mut rows = crate::rows(file, &survey).expect("rows");
    let mut found = Vec::new();
    while let Some(row) = rows.next_row().expect("a row") {
        found.push(row);
    }
    assert_eq!(survey.rows, found.iter().filter(|row| !row.is_blank()).count() as u64);
    (survey, found)
}

/// The sentence that refuses a file, and the line it names.
fn fault(bytes: impl Into<Vec<u8>>) -> (String, String) {
    said(crate::survey(&mut Cursor::new(bytes.into())).expect_err("a broken file"))
}

fn said(error: kernel::Error) -> (String, String) {
    let kernel::Error::Invalid(problems) = error else { panic!("{error}") };
    let say = problems.into_iter().next().expect("a problem").say;
    let line = say.with.iter().find(|(name, _)| name == "line").map(|(_, line)| line.clone()).unwrap_or_default();
    (say.key.into_owned(), line)
}

/// A cell, by the name of its column.
fn cell<'r>(survey: &Survey, row: &'r Row, column: &str) -> &'r str {
    let place = survey.header.cells.iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"));
    &row.cells[place]
}
