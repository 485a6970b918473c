//! What reading hostile files comes to: the most memory that this program ever had, as the system counts it. The only
//! test of its program, so that nothing else is counted.
#![cfg(target_os = "linux")]

mod archive;

use archive::{Endless, book, packed, sheet};
use std::io::{Cursor, Read, Seek};

/// The most that was ever held, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("what the system counts");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

/// Surveys a file, and reads it where it is one.
fn read(mut file: impl Read + Seek) -> Option<u64> {
    let survey = formats::survey(&mut file).ok()?;
    let mut rows = formats::rows(file, &survey).expect("rows");
    let mut count = 0;
    while rows.next_row().expect("a row").is_some() {
        count += 1;
    }
    Some(count)
}

/// As long as the endless ones are.
const SIZE: u64 = 40 << 20;

const HEAD: &str = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Nome</t></is></c></row>"#;

#[test]
fn hostile_files_are_read_in_bounded_memory() {
    let long = "x".repeat(900_000);
    // Forty rows of a megabyte: in a sheet, in a text; a picture of forty megabytes; lines that never end.
    let row = format!("<row><c t=\"str\"><v>{long}</v></c></row>");
    let rows = [HEAD].into_iter().chain(std::iter::repeat_n(row.as_str(), 40)).chain(["</sheetData></worksheet>"]);
    assert_eq!(read(Cursor::new(book(sheet(rows), None))), Some(40));
    assert_eq!(read(Endless::new("a;b\n", format!("{long};\n").into_bytes(), SIZE)), Some(47));
    let picture = format!(" {}\n", "A".repeat(76)).into_bytes();
    assert_eq!(read(Endless::new("BEGIN:VCARD\nFN:a\nPHOTO;BASE64:\n", picture, SIZE)), None);
    assert_eq!(read(Endless::new("a;b\n\"", b"\n".to_vec(), SIZE)), None);
    assert_eq!(read(Endless::new("BEGIN:VCARD\nNOTE:", b"x".to_vec(), SIZE)), None);
    // A sheet that unpacks to half a gigabyte of nothing but one tag.
    let blank = " ".repeat(1 << 20);
    let endless = [HEAD, "<row r=\"2\""].into_iter().chain(std::iter::repeat_n(blank.as_str(), 512));
    assert_eq!(read(Cursor::new(book(sheet(endless), None))), None);
    // Less than any one of them is long.
    let streamed = peak();
    assert!(streamed <= 36, "{streamed} MiB");
    // The texts that cells share are held, once.
    let text = format!("<si><t>{}</t></si>", "y".repeat(10_000));
    let texts = ["<sst>"].into_iter().chain(std::iter::repeat_n(text.as_str(), 4_000)).chain(["</sst>"]);
    let use_it = [HEAD, r#"<row r="2"><c t="s"><v>3999</v></c></row></sheetData></worksheet>"#];
    assert_eq!(read(Cursor::new(book(sheet(use_it), Some(packed("xl/sharedStrings.xml", texts))))), Some(1));
    let held = peak();
    assert!(held <= streamed + 64, "{held} MiB");
}
