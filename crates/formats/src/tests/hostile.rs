//! Files that are made to break whoever reads them: refused with a sentence that names the line, in bounded memory
//! and time. What the memory comes to is measured in a program of its own, `tests/memory.rs`.

#[path = "../../tests/archive/mod.rs"]
mod archive;

use super::{fault, read, said};
use archive::{Endless, book, packed, sheet};
use std::io::Cursor;

fn is(key: &str, line: u64) -> (String, String) {
    (key.to_owned(), line.to_string())
}

const HEAD: &str = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Nome</t></is></c></row>"#;

#[test]
fn a_small_book_of_our_own_is_read() {
    let rest = r#"<row r="5"><c r="A5" t="str"><f>1+1</f><v>a &amp; b &#233; &evil;</v></c></row></sheetData></worksheet>"#;
    let (survey, rows) = read(book(sheet([HEAD, rest]), None));
    assert_eq!((survey.header.cells, rows[0].line, rows[0].cells[0].as_str()), (vec!["Nome".to_owned()], 5, "a & b é "));
}

#[test]
fn a_bomb_is_refused_by_what_it_says_it_is() {
    // Four gigabytes and a half in a sheet, said and not there; and texts of which there are said to be too many.
    let mut large = sheet([HEAD]);
    large.size = u32::MAX - 1;
    let mut texts = packed("xl/sharedStrings.xml", ["<sst/>"]);
    texts.size = 200 << 20;
    assert_eq!(fault(book(sheet([HEAD]), Some(texts))), is("error-import-workbook-large", 1));
    // One that says less than it holds is read no further.
    let mut liar = sheet(std::iter::repeat_n(vec![b' '; 1 << 16], 100));
    liar.size = 100;
    assert_eq!(fault(book(liar, None)).0, "error-import-workbook");
    assert_eq!(fault(book(large, None)).0, "error-import-workbook", "it breaks off");
}

#[test]
fn rows_without_end() {
    // Many rows in few bytes, and one that claims to be the thousand millionth.
    let rows = std::iter::repeat_n("<row/>".repeat(10_000), 106);
    let (key, line) = fault(book(sheet([HEAD.to_owned()].into_iter().chain(rows)), None));
    assert_eq!(key, "error-import-rows-many");
    assert_eq!(line, "1048577");
    let far = r#"<row r="1000000000"><c><v>1</v></c></row>"#;
    assert_eq!(fault(book(sheet([HEAD, far]), None)), is("error-import-rows-many", 1_000_000_000));
}

#[test]
fn columns_tags_and_texts_without_end() {
    let wide = format!("<row r=\"2\">{}", "<c><v>1</v></c>".repeat(16_384));
    assert_eq!(fault(book(sheet([HEAD, &wide]), None)), is("error-import-columns-many", 2));
    let far = r#"<row r="7"><c r="XFD7"><v>1</v></c></row>"#;
    assert_eq!(fault(book(sheet([HEAD, far]), None)), is("error-import-columns-many", 7));
    // A tag of 10^5 attributes is read past; one of 10^6 is too long.
    let many = |count: usize| (0..count).map(|number| format!(" a{number}=\"\"")).collect::<String>();
    let tag = format!("<row r=\"2\"{}><c><v>1</v></c></row></sheetData></worksheet>", many(80_000));
    assert_eq!(read(book(sheet([HEAD, &tag]), None)).0.rows, 1);
    let tag = format!("<row r=\"2\"{}><c><v>1</v></c></row></sheetData></worksheet>", many(130_000));
    assert_eq!(fault(book(sheet([HEAD, &tag]), None)), is("error-import-row-long", 1));
    let long = format!("<row r=\"3\"><c t=\"str\"><v>{}</v></c></row>", "x".repeat(3 << 20));
    assert_eq!(fault(book(sheet([HEAD, &long]), None)), is("error-import-row-long", 3));
    // The same cell over and over again.
    let again = format!("<row r=\"4\">{}", "<c r=\"A4\"><v>1</v></c>".repeat(400_000));
    assert_eq!(fault(book(sheet([HEAD, &again]), None)), is("error-import-row-long", 4));
    assert_eq!(fault(book(sheet(["<a>".repeat(100_000)]), None)).0, "error-import-workbook");
}

#[test]
fn nothing_is_fetched_and_nothing_defined() {
    let outside = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#;
    assert_eq!(fault(book(sheet([outside, HEAD]), None)), is("error-import-workbook", 1));
    let laughs = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>"#;
    assert_eq!(fault(book(sheet([HEAD]), Some(packed("xl/sharedStrings.xml", [laughs, "<sst/>"])))), is("error-import-workbook", 1));
    // A link is a part that holds where it leads, which is no sheet.
    let mut link = packed("xl/worksheets/sheet1.xml", ["/etc/passwd"]);
    link.mode = 0o120_777;
    assert!(matches!(fault(book(link, None)).0.as_str(), "error-import-empty" | "error-import-workbook"));
    // A cell that names a text which is not there.
    let lost = r#"<row r="2"><c t="s"><v>7</v></c></row></sheetData></worksheet>"#;
    assert_eq!(fault(book(sheet([HEAD, lost]), None)), is("error-import-workbook", 2));
}

#[test]
fn an_archive_that_lies_about_its_parts() {
    let whole = book(sheet([HEAD]), None);
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let _ = crate::survey(&mut Cursor::new(broken));
        let _ = crate::survey(&mut Cursor::new(whole[..at].to_vec()));
    }
}

#[test]
fn lines_without_end() {
    // A piece of many letters, so that it is made quickly.
    let endless = |first: &'static str, letter: u8| Endless::new(first, vec![letter; 4_096], 2 << 20);
    let fault = |mut file: Endless| said(crate::survey(&mut file).expect_err("no line ends"));
    assert_eq!(fault(endless("a;b\n", b'x')), is("error-import-row-long", 2));
    assert_eq!(fault(endless("a;b\n\"", b'\n')), is("error-import-quote", 2));
    assert_eq!(fault(endless("BEGIN:VCARD\nNOTE:", b'x')), is("error-import-row-long", 2));
    assert_eq!(fault(endless("BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:", b'=')), is("error-import-row-long", 2));
    assert_eq!(fault(endless("BEGIN:VCARD\nPHOTO:", b'x')), is("error-import-card", 1));
    assert_eq!(fault(endless("BEGIN:VCARD\n", b'\n')), is("error-import-card", 1));
}

#[test]
fn a_file_without_lines_is_given_up_early() {
    let mut file = Endless::new("x;", vec![b'x'; 4_096], 64 << 20);
    let (key, line) = said(crate::survey(&mut file).expect_err("no line ends"));
    assert_eq!((key.as_str(), line.as_str()), ("error-import-row-long", "1"));
    assert!(file.read < (64 << 20) + (3 << 20), "the rows are not read to the end once one is too long");
}

#[test]
fn cards_without_end() {
    assert_eq!(fault("BEGIN:VCARD\n".repeat(100_000)), is("error-import-card", 1));
    let nested = format!("{}{}", "BEGIN:VCARD\nFN:a\n".repeat(50_000), "END:VCARD\n".repeat(50_000));
    assert_eq!(read(nested).0.rows, 1);
    let many = format!("BEGIN:VCARD\n{}END:VCARD\n", "TEL:050 123456\n".repeat(10_000));
    assert_eq!(fault(many), is("error-import-columns-many", 1_002));
    let folded = format!("BEGIN:VCARD\nNOTE:a\n{}END:VCARD\n", " x\n".repeat(1_000_000));
    assert_eq!(fault(folded), is("error-import-row-long", 2));
    let soft = format!("BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:=\n{}END:VCARD\n", "=41=\n".repeat(200_000));
    assert_eq!(fault(soft), is("error-import-row-long", 2));
    let several = format!("BEGIN:VCARD\n{}END:VCARD\n", format!("NOTE:{}\n", "x".repeat(200_000)).repeat(8));
    assert_eq!(fault(several).0, "error-import-row-long");
    let photo = format!("BEGIN:VCARD\nFN:a\nPHOTO;BASE64:\n{}\nEND:VCARD\n", " AAAAAAAAAAAAAAAA\n".repeat(200_000));
    let (survey, rows) = read(photo);
    assert_eq!((survey.rows, rows[0].raw.len() < 100), (1, true), "a picture of three megabytes is passed over");
}
