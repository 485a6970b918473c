//! Workbooks: what their cells show.

use super::{cell, fault, read, sheet};
use crate::Kind;
use crate::numbers::Shape;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

/// A workbook of two sheets, as somebody keeps his customers.
pub(super) fn customers() -> Vec<u8> {
    let mut book = Workbook::new();
    let list = book.add_worksheet().set_name("Clienti").expect("a name");
    let as_text = |code: &str| Format::new().set_num_format(code);
    list.merge_range(0, 0, 0, 8, "Elenco clienti al 31/12", &Format::new()).expect("a title");
    for (column, name) in
        (0_u16..).zip(["Ragione sociale", "CAP", "Fido", "Sconto", "Cliente dal", "Partita IVA", "Attivo", "Totale", "Ultima visita"])
    {
        list.write(2, column, name).expect("a name");
    }
    list.write(3, 0, "=Alfa & figli").expect("a text");
    list.write_with_format(3, 1, 121, &as_text("00000")).expect("a number");
    list.write_with_format(3, 2, 1234.5, &as_text("[$€-410] #,##0.00")).expect("a number");
    list.write_with_format(3, 3, 0.225, &as_text("0.0%")).expect("a number");
    let day = ExcelDateTime::from_ymd(2020, 2, 29).expect("a day");
    list.write_with_format(3, 4, &day, &as_text("d-mmm-yy")).expect("a day");
    list.write_with_format(3, 5, 743110157_f64, &as_text("\"IT\"00000000000")).expect("a number");
    list.write(3, 6, true).expect("yes");
    list.write_formula(3, 7, Formula::new("=1+1").set_result("2")).expect("a formula");
    let moment = ExcelDateTime::from_ymd(2026, 11, 27).and_then(|day| day.and_hms(9, 5, 0)).expect("a moment");
    list.write_with_format(3, 8, &moment, &as_text("dd/mm/yyyy hh:mm")).expect("a moment");
    list.write(6, 0, "Beta\nsrl").expect("a text");
    list.write_formula(6, 7, Formula::new("=HYPERLINK(\"http://example.com\")").set_result("=cmd|' /C calc'!A0")).expect("a formula");
    let other = book.add_worksheet().set_name("Altro").expect("a name");
    other.write(0, 0, "Nome").expect("a name");
    other.write(1, 0, 390573375980_f64).expect("a number");
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn cells_are_what_the_sheet_shows() {
    let (survey, rows) = read(customers());
    assert_eq!((survey.kind, survey.name(), survey.sheet.as_str()), (Kind::Workbook, "XLSX", "Clienti"));
    assert_eq!(survey.sheets, ["Clienti", "Altro"]);
    assert_eq!((survey.header.line, survey.rows), (3, 2), "a title stands above the header");
    let get = |column| cell(&survey, &rows[0], column);
    assert_eq!((get("Ragione sociale"), get("CAP"), get("Fido")), ("=Alfa & figli", "00121", "1234,50"));
    assert_eq!((get("Sconto"), get("Cliente dal"), get("Partita IVA")), ("22,5%", "29/02/2020", "IT00743110157"));
    assert_eq!((get("Attivo"), get("Totale"), get("Ultima visita")), ("VERO", "2", "27/11/2026 09:05"));
    assert_eq!((rows[1].line, rows[1].cells[0].as_str(), rows[1].cells.len()), (7, "Beta\nsrl", 9));
    assert_eq!(rows[1].cells[7], "=cmd|' /C calc'!A0", "what a formula came to is text");
    assert!(rows[0].raw.starts_with("=Alfa & figli;00121;"), "{}", rows[0].raw);
}

#[test]
fn the_sheet_is_chosen() {
    let (survey, rows) = sheet(customers(), Some("altro"));
    assert_eq!((survey.sheet.as_str(), survey.header.cells.len()), ("Altro", 1));
    assert_eq!(rows[0].cells, ["390573375980"]);
    let no_such = crate::Manner { sheet: Some("Fornitori".to_owned()), ..crate::Manner::default() };
    let refused = crate::survey_as(&mut std::io::Cursor::new(customers()), &no_such).expect_err("no such sheet");
    assert_eq!(super::said(refused).0, "error-import-sheet");
}

#[test]
fn names_gathered_under_others() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 1, 0, "Ragione sociale", &plain).expect("a name");
    sheet.merge_range(0, 1, 0, 2, "Sede legale", &plain).expect("a name");
    sheet.merge_range(0, 3, 0, 4, "Magazzino", &plain).expect("a name");
    for (column, name) in [(1, "Via"), (2, "Città"), (3, "Via"), (4, "Città")] {
        sheet.write(1, column, name).expect("a name");
    }
    sheet.write(2, 0, "Alfa").expect("a cell");
    sheet.write(2, 4, "Pisa").expect("a cell");
    let (survey, rows) = read(book.save_to_buffer().expect("a workbook"));
    assert_eq!(survey.header.cells, ["Ragione sociale", "Sede legale Via", "Sede legale Città", "Magazzino Via", "Magazzino Città"]);
    assert_eq!((survey.header.line, rows.len(), rows[0].cells[4].as_str()), (2, 1, "Pisa"));
}

#[test]
fn numbers_in_every_dress() {
    let shown = |code: &str, number: &str| Shape::of(code).show(number, false);
    for (code, number, text) in [
        ("General", "0.30000000000000004", "0,3"),
        ("General", "12345678901234567890", "12345678901234567890"),
        ("General", "1E+2", "100"),
        ("@", "00121", "121"),
        ("0", "12.5", "13"),
        ("#,##0.00;[Red]-#,##0.00", "-1234.567", "-1234,57"),
        ("#,##0.00_);(#,##0.00)", "-12", "-12,00"),
        ("0.00", "-0.001", "0,00"),
        ("#.##", "0.5", "0,5"),
        ("0.###", "2", "2"),
        ("0%", "0.22", "22%"),
        ("000\\-0000000", "501234567", "050-1234567"),
        ("0.00\" kg\"", "1.5", "1,50 kg"),
        ("[h]:mm", "0.5", "12:00"),
        ("dd/mm/yyyy", "1", "01/01/1900"),
        ("dd/mm/yyyy", "61", "01/03/1900"),
        ("[$-410]d mmmm yyyy;@", "46387", "31/12/2026"),
        ("mmm\\-yy", "46387.999999999", "01/01/2027"),
        ("h:mm AM/PM", "46387.75", "18:00"),
        ("dd/mm/yyyy", "-5", "-5"),
        ("0.00E+00", "123456", "123456"),
        ("# ?/?", "0.5", "0,5"),
        ("0", "NaN", "NaN"),
    ] {
        assert_eq!(shown(code, number), text, "{code} of {number}");
    }
    assert_eq!(Shape::of("dd/mm/yyyy").show("0", true), "01/01/1904");
    assert_eq!(Shape::of("dd/mm/yyyy").show("44925", true), "31/12/2026");
}

#[test]
fn what_is_no_workbook() {
    let is = |key: &str| (key.to_owned(), "1".to_owned());
    assert_eq!(fault(b"PK\x03\x04sheet".to_vec()), is("error-import-workbook"));
    assert_eq!(fault(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()), is("error-import-workbook-old"));
    assert_eq!(fault(Workbook::new().save_to_buffer().expect("an empty one")), is("error-import-empty"));
}
