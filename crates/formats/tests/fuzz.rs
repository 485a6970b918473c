//! Fuzz targets of what reads files: seeds as programs write them, damaged at random. Nothing may panic, run on without
//! end or give rows of which the survey did not know. `bin/fuzz NAME SECONDS` runs one for longer.

#[allow(dead_code, reason = "others use the rest of it")]
mod archive;

use archive::{Packed, archive, packed};
use formats::{Kind, MOST_COLUMNS};
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::Cursor;

/// One piece of damage: where, how much goes, what comes instead.
type Damage = Vec<(proptest::sample::Index, usize, Vec<u8>)>;

fn damage() -> impl Strategy<Value = Damage> {
    let pieces: &[&[u8]] = &[
        b"\"",
        b"\"\"",
        b";",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"=",
        b"'=1",
        b":",
        b"\\",
        b"BEGIN:VCARD\r\n",
        b"END:VCARD\r\n",
        b"=\r\n",
        b" ",
        b"<",
        b">",
        b"</c>",
        b"<row r=\"9\">",
        b"&#0;",
        b"&x;",
        b"<!DOCTYPE a>",
        b"_x0000_",
        b"r=\"XFD1048576\"",
        b"PK\x01\x02",
        b"9999999999",
        b"-1",
        b"[h]",
        b"0.00;",
        b"\xc3",
        b"\xf0\x9f\x98\x80",
    ];
    let chosen = proptest::sample::select(pieces).prop_map(<[u8]>::to_vec);
    vec((any::<proptest::sample::Index>(), 0..20_usize, prop_oneof![4 => chosen, 1 => vec(any::<u8>(), 0..6)]), 0..12)
}

fn damaged(seed: &[u8], damage: &Damage) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (at, goes, comes) in damage {
        let at = at.index(bytes.len() + 1);
        let end = (at + goes).min(bytes.len());
        bytes.splice(at..end, comes.iter().copied());
    }
    bytes
}

/// Surveys a file and reads it: a survey that is given is true of the rows.
fn read(bytes: Vec<u8>) {
    let mut file = Cursor::new(bytes);
    let Ok(survey) = formats::survey(&mut file) else { return };
    assert!(survey.header.cells.len() <= MOST_COLUMNS);
    let mut rows = formats::rows(file, &survey).expect("rows of a surveyed file");
    let (mut count, mut line) = (0, 0);
    while let Some(row) = rows.next_row().expect("a row of a surveyed file") {
        assert!(row.line > line, "lines go down");
        line = row.line;
        count += u64::from(!row.is_blank());
        assert!(row.cells.len() <= MOST_COLUMNS && !row.cells.iter().any(|cell| cell.contains('\0')));
    }
    if survey.kind != Kind::Text {
        assert_eq!(count, survey.rows);
    }
    formats::signature(survey.header.cells.iter().map(String::as_str));
}

const TEXTS: &[&str] = &[
    "Ragione sociale;Città;Note\r\n\"Bar \"\"Da Mario\"\"\";Forlì;\"una\r\ndue\"\r\n6\" tubo;;'=1\r\n",
    "sep=|\r\na|b\r\n1|2\r\n",
    "a,b\n\"1\",\"2\n3\"\n\n4,5",
    "Nome\tCognome\rAnna\tNeri\r",
    "sep=|\"\r\na|b\r\n1|2\r\n",
];

const CARDS: &[&str] = &[
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Per=C3=B2;=\r\nAnna;;;\r\nTEL;CELL;PREF:333 1\r\nPHOTO;BASE64:\r\n AAAA\r\n\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\nitem1.ADR;TYPE=HOME:;;Via\\nB;Pisa;PI;56100;\r\nitem1.X-ABLabel:_$!<Home>!$_\r\nBDAY:1980-01-01\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:a\nTEL;VALUE=uri;TYPE=\"work,cell\":tel:+39050;ext=1\nNOTE:a\n b\nEND:VCARD\n",
];

const SHEET: &str = r#"<worksheet><dimension ref="A1:C3"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Nome</t></is></c><c r="B1" t="s"><v>0</v></c></row><row r="2"><c r="A2" s="1"><v>44925.5</v></c><c r="B2" s="2" t="n"><f>1+1</f><v>2</v></c></row><row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>"#;
const STRINGS: &str = r#"<sst><si><r><t>Cit</t></r><r><t>tà</t></r><rPh><t>x</t></rPh></si></sst>"#;
const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="&quot;IT&quot;00000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;
const BOOK: &str =
    r#"<workbook xmlns:r="r"><workbookPr date1904="0"/><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const LEADS: &str = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="/xl/styles.xml"/></Relationships>"#;

fn book(which: usize, damage: &Damage) -> Vec<u8> {
    let parts = [
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", LEADS),
        ("xl/sharedStrings.xml", STRINGS),
        ("xl/styles.xml", STYLES),
        ("xl/worksheets/sheet1.xml", SHEET),
    ];
    let parts: Vec<Packed> = parts
        .iter()
        .enumerate()
        .map(|(place, (name, text))| {
            packed(name, [if place == which { damaged(text.as_bytes(), damage) } else { text.as_bytes().to_vec() }])
        })
        .collect();
    archive(&parts)
}

#[test]
fn the_seeds_are_whole() {
    let survey = formats::survey(&mut Cursor::new(book(9, &Vec::new()))).expect("a workbook");
    assert_eq!((survey.rows, survey.header.cells), (2, vec!["Nome".to_owned(), "Città".to_owned()]));
    TEXTS.iter().chain(CARDS).for_each(|seed| assert!(formats::survey(&mut Cursor::new(seed.as_bytes().to_vec())).is_ok(), "{seed}"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv(seed in proptest::sample::select(TEXTS), damage in damage(), wide in any::<bool>()) {
        let bytes = damaged(seed.as_bytes(), &damage);
        read(if wide { String::from_utf8_lossy(&bytes).encode_utf16().flat_map(u16::to_le_bytes).collect() } else { bytes });
    }

    #[test]
    fn cards(seed in proptest::sample::select(CARDS), damage in damage()) {
        read(damaged(seed.as_bytes(), &damage));
    }

    #[test]
    fn workbook(which in 0..5_usize, damage in damage()) {
        read(book(which, &damage));
    }

    #[test]
    fn archives(damage in damage()) {
        read(damaged(&book(9, &Vec::new()), &damage));
    }

    #[test]
    fn rows_written_are_rows_read(rows in vec(vec("[ -~àèìòù\n\"';=+@-]{0,12}", 2..4), 1..6)) {
        let mut text = String::from("a;b;c\r\n");
        rows.iter().for_each(|row| formats::csv_row(&mut text, ';', formats::Guard::On, row.iter().map(String::as_str)));
        let mut file = Cursor::new(text.into_bytes());
        let survey = formats::survey(&mut file).expect("our own");
        let mut read = formats::rows(file, &survey).expect("rows");
        for row in &rows {
            let found = read.next_row().expect("a row").expect("as many").cells;
            let found: Vec<&str> = found.iter().map(|cell| formats::unguarded(cell)).collect();
            // A cell that looks guarded already is taken for one.
            let own: Vec<&str> = row.iter().map(|cell| formats::unguarded(cell)).collect();
            prop_assert_eq!(found, own);
        }
    }

    #[test]
    fn cards_written_are_cards_read(name in "[a-zA-Zàèì ,;\\\\]{1,60}", note in "[ -~àèì\n😀]{0,300}") {
        let mut card = formats::cards::Card::new(formats::cards::Version::Four);
        card.whole("N", &[&name, "", "", "", ""]);
        card.text("NOTE", &note);
        let text = card.end();
        prop_assert!(text.lines().all(|line| line.len() <= 75), "{}", text);
        let mut file = Cursor::new(text.into_bytes());
        if let Ok(survey) = formats::survey(&mut file) {
            let row = formats::rows(file, &survey).expect("rows").next_row().expect("a row").expect("one");
            let place = survey.header.cells.iter().position(|name| name == "Notes").expect("notes");
            prop_assert_eq!(row.cells[place].trim(), note.trim());
        }
    }
}
