//! What somebody says of a file holds against what would be found out.

use super::workbooks::customers;
use crate::{Encoding, Heading, Manner, Row, Survey, letters, rows, survey_as};
use std::io::Cursor;

fn read_as(bytes: &[u8], manner: &Manner) -> (Survey, Vec<Row>) {
    let mut file = Cursor::new(bytes.to_vec());
    let survey = survey_as(&mut file, manner).expect("a survey");
    let mut rows = rows(file, &survey).expect("rows");
    let mut found = Vec::new();
    while let Some(row) = rows.next_row().expect("a row") {
        found.push(row);
    }
    assert_eq!(survey.rows, found.iter().filter(|row| !row.is_blank()).count() as u64);
    (survey, found)
}

fn heading(heading: Heading) -> Manner {
    Manner { heading, ..Manner::default() }
}

#[test]
fn columns_without_a_name_have_letters() {
    let names: Vec<String> = [0, 25, 26, 51, 52, 701, 702].map(letters).to_vec();
    assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
}

#[test]
fn a_file_without_a_header_begins_with_its_first_row() {
    let rows: String = (0..40).map(|number| format!("Rossi {number};Pisa\r\n")).collect();
    let (survey, found) = read_as(format!("{rows}Bianchi;Lucca;055\r\n").as_bytes(), &heading(Heading::Missing));
    assert_eq!((survey.header.line, survey.header.cells.as_slice()), (0, &["A", "B", "C"].map(str::to_owned)[..]));
    assert_eq!((survey.rows, found[0].line, found[0].cells[0].as_str()), (41, 1, "Rossi 0"));
    // The line that says the delimiter outright is no row.
    let (survey, found) = read_as(b"sep=,\nRossi,Pisa\nBianchi,Lucca\n", &heading(Heading::Missing));
    assert_eq!((survey.delimiter, survey.rows, found[0].cells.len()), (',', 2, 2));
    let (survey, found) = read_as(&customers(), &heading(Heading::Missing));
    assert_eq!((survey.header.cells.len(), survey.rows, found[0].cells[0].as_str()), (9, 4, "Elenco clienti al 31/12"));
}

#[test]
fn the_header_stands_where_somebody_says() {
    let text = b"Elenco clienti;;\r\nstampato il 31/12;;\r\n\r\nNome;Citt\xc3\xa0\r\nRossi;Pisa\r\n";
    let (survey, found) = read_as(text, &heading(Heading::Line(3)));
    assert_eq!((survey.header.line, survey.rows, found[0].cells[1].as_str()), (4, 1, "Pisa"));
    assert_eq!(survey.top.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 2, 4, 5]);
    let (survey, _) = read_as(&customers(), &heading(Heading::Line(3)));
    assert_eq!((survey.header.line, survey.header.cells[0].as_str(), survey.rows), (3, "Ragione sociale", 2));
    let long: String = (0..60).map(|number| format!("titolo {number}\n")).collect();
    let (survey, _) = read_as(format!("{long}Nome;Note\nRossi;x\n").as_bytes(), &heading(Heading::Line(61)));
    assert_eq!((survey.header.line, survey.rows), (61, 1));
    let (key, line) = super::said(survey_as(&mut Cursor::new(text.to_vec()), &heading(Heading::Line(9))).expect_err("no such row"));
    assert_eq!((key.as_str(), line.as_str()), ("error-import-header-line", "9"));
}

#[test]
fn encoding_and_delimiter_are_those_that_somebody_says() {
    // Two letters of Windows-1252 that are one of UTF-8.
    let text = b"Nome,Citt\xc3\xa0\r\nRossi,Pisa;Neri\r\n";
    let manner = Manner { encoding: Some(Encoding::Windows1252), delimiter: Some(';'), ..Manner::default() };
    let (survey, found) = read_as(text, &manner);
    assert_eq!((survey.name(), survey.header.cells[0].as_str()), ("Windows-1252", "Nome,Citt\u{c3}\u{a0}"));
    assert_eq!(found[0].cells, ["Rossi,Pisa", "Neri"]);
    let wide: Vec<u8> = "N;C\nè;à\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (survey, found) =
        read_as(&[b"\xfe\xff".as_slice(), &wide].concat(), &Manner { encoding: Encoding::parse("utf-16"), ..Manner::default() });
    assert_eq!((survey.encoding, found[0].cells[1].as_str()), (Encoding::Utf16Be, "à"));
    for key in Encoding::KEYS {
        assert_eq!(Encoding::parse(key).map(Encoding::key), Some(key));
    }
    assert_eq!(Encoding::parse("latin-7"), None);
    // What is no text of the encoding is read with marks in its place, and never refused for that.
    let (_, found) = read_as(b"Nome\nPerch\xe9\n", &Manner { encoding: Encoding::parse("utf-8"), ..Manner::default() });
    assert_eq!(found[0].cells[0], "Perch\u{fffd}");
}
