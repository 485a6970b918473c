//! Cards of phones, of mail programs and of the standard.

use super::{cell, fault, read};
use crate::Kind;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/vcard/");

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FOLDER}{name}")).expect("a file of cards")
}

/// The filled cells of a row.
fn filled(bytes: impl Into<Vec<u8>>) -> Vec<Vec<(String, String)>> {
    let (survey, rows) = read(bytes);
    let pairs = |row: &crate::Row| {
        let names = survey.header.cells.iter().cloned();
        names.zip(row.cells.iter().cloned()).filter(|(_, cell)| !cell.is_empty()).collect()
    };
    rows.iter().map(pairs).collect()
}

fn one(lines: &str) -> Vec<(String, String)> {
    let mut found = filled(format!("BEGIN:VCARD\r\n{lines}\r\nEND:VCARD\r\n"));
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn is(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect()
}

#[test]
fn outlook_2003_writes_quoted_lines() {
    let (survey, rows) = read(file("outlook-2003.vcf"));
    assert_eq!((survey.kind, survey.rows, rows[0].line), (Kind::Cards, 1, 1));
    let get = |column| cell(&survey, &rows[0], column);
    assert_eq!((get("Nome"), get("Cognome"), get("Titolo"), get("Titolo straniero")), ("John", "Doe", "Mr.", "III"));
    assert_eq!((get("Società"), get("Reparto"), get("Posizione")), ("Company, The", "TheDepartment", "The Job Title"));
    assert_eq!(get("Notes"), "This is the note field!!\nSecond line\n\nThird line is empty");
    assert_eq!((get("Via (uff.)"), get("Città (uff.)"), get("Provincia (uff.)")), ("123 Main St, TheOffice", "Austin", "TX"));
    assert_eq!((get("CAP (uff.)"), get("Paese/area geografica (uff.)")), ("12345", "United States of America"));
    assert_eq!((get("Ufficio"), get("Abitazione"), get("Cellulare")), ("BusinessPhone", "HomePhone", "MobilePhone"));
    assert_eq!((get("Fax (uff.)"), get("Indirizzo posta elettronica")), ("BusinessFaxPhone", "jdoe@hotmail.com"));
    assert_eq!((get("Compleanno"), get("Pagina Web")), ("1980-03-21", "http://web-page-address.com"));
    assert_eq!(get(""), "NICKNAME: Joey\nROLE: TheProfession");
    assert!(!rows[0].raw.contains("MIIDITCC"), "keys and pictures are not carried along");
}

#[test]
fn google_escapes_more_than_it_must() {
    let (survey, rows) = read(file("John_Doe_GMAIL.vcf"));
    let get = |column| cell(&survey, &rows[0], column);
    assert_eq!((get("Nome"), get("Secondo nome"), get("Cognome")), ("John", "Richter, James", "Doe"));
    assert_eq!(get("Via (ab.)"), "Crescent moon drive, 555-asd, Nice Area, Albaney, New York 12345, United States of America");
    assert_eq!((get("Cellulare"), get("Abitazione")), ("905-555-1234", "905-666-1234"));
    assert_eq!(get("Pagina Web"), "http://www.ibm.com");
    assert!(get("Notes").starts_with("THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS \"AS IS\""));
    assert!(get("").contains("Anniversary: 1975-03-01") && get("").contains("Spouse: Jenny"), "{}", get(""));
    let (survey, rows) = read(file("gmail-list.vcf"));
    let names: Vec<_> = rows.iter().map(|row| (row.line, cell(&survey, row, "Cognome"))).collect();
    assert_eq!(names, [(1, "Smith"), (7, "Beatle"), (13, "White")]);
}

#[test]
fn android_folds_in_its_own_way() {
    let (survey, rows) = read(file("John_Doe_ANDROID.vcf"));
    assert_eq!(rows.len(), 6);
    assert_eq!(cell(&survey, &rows[0], "Indirizzo posta elettronica"), "john.doe@company.com");
    let name = cell(&survey, &rows[3], "Cognome");
    assert_eq!((name.matches('Ñ').count(), name.contains('=')), (11, false), "{name}");
    assert_eq!(cell(&survey, &rows[3], "Cellulare"), "123456 ::: 3456789");
    assert_eq!(cell(&survey, &rows[4], "Pagina Web"), "www.company.com");
    assert!(cell(&survey, &rows[4], "").contains("URL: http://www.company.com"));
    assert_eq!(cell(&survey, &rows[5], "Società").chars().next(), Some('Ñ'));
}

#[test]
fn the_example_of_the_standard() {
    let (survey, rows) = read(file("rfc6350-example.vcf"));
    let get = |column| cell(&survey, &rows[0], column);
    assert_eq!((get("Cognome"), get("Nome"), get("Titolo straniero")), ("Perreault", "Simon", "ing. jr M.Sc."));
    assert_eq!((get("Ufficio"), get("Cellulare")), ("+1-418-656-9254 int. 102", "+1-418-262-6501"));
    assert_eq!((get("Via (uff.)"), get("Città (uff.)"), get("CAP (uff.)")), ("2875 Laurier, Suite D2-630", "Quebec", "G1V 2M2"));
    assert_eq!(get(""), "Compleanno: --0203\nANNIVERSARY: 20090808T1430-0500", "a birthday without its year is kept as it stands");
}

#[test]
fn apple_labels_in_groups() {
    let card = one("VERSION:3.0\r\nN:Neri;Anna;;;\r\nFN:Anna Neri\r\nORG:Neri & Figli\\, snc;\r\n\
        item1.TEL:+39 050 123456\r\nitem1.X-ABLabel:_$!<Work>!$_\r\nitem2.EMAIL;type=INTERNET:neri@pec.it\r\nitem2.X-ABLabel:PEC\r\n\
        item3.ADR;type=HOME;type=pref:;;Via Po 3\\nScala B;Torino;TO;10121;Italia\r\nitem3.X-ABADR:it\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-06\r\n\
        PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\r\n  SkZJ\r\nCATEGORIES:Clienti,Fiera");
    assert_eq!(
        card,
        is(&[
            ("Nome", "Anna"),
            ("Cognome", "Neri"),
            ("Società", "Neri & Figli, snc"),
            ("Via (ab.)", "Via Po 3, Scala B"),
            ("Città (ab.)", "Torino"),
            ("Provincia (ab.)", "TO"),
            ("CAP (ab.)", "10121"),
            ("Paese/area geografica (ab.)", "Italia"),
            ("Ufficio", "+39 050 123456"),
            ("PEC", "neri@pec.it"),
            ("Categorie", "Clienti,Fiera"),
            ("", "Compleanno: 1604-05-06"),
        ])
    );
}

#[test]
fn companies_lists_and_people_without_a_name() {
    assert_eq!(one("VERSION:4.0\r\nKIND:org\r\nFN:Alfa srl"), is(&[("Società", "Alfa srl")]));
    assert_eq!(one("VERSION:3.0\r\nN:;;;;\r\nFN:Alfa srl\r\nORG:Alfa srl;\r\nX-ABShowAs:COMPANY"), is(&[("Società", "Alfa srl")]));
    assert_eq!(one("VERSION:4.0\r\nFN:Mario Rossi"), is(&[("Nome visualizzato", "Mario Rossi")]));
    assert!(
        filled("BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Amici\nMEMBER:urn:uuid:1\nEND:VCARD\nBEGIN:VCARD\nFN:a\nEND:VCARD\n").len() == 1
    );
    // Somebody's secretary has a card inside of his.
    let card = one("N:Neri;Anna\r\nAGENT:\r\nBEGIN:VCARD\r\nN:Verdi;Ugo\r\nTEL:1\r\nEND:VCARD\r\nTEL;FAX:050 1");
    assert_eq!(card, is(&[("Nome", "Anna"), ("Cognome", "Neri"), ("Fax (uff.)", "050 1")]));
}

#[test]
fn a_comma_that_is_escaped_is_a_part_of_the_name() {
    assert_eq!(one("N:Rossi\\, jr;Anna"), is(&[("Nome", "Anna"), ("Cognome", "Rossi, jr")]));
    let card = one("VERSION:4.0\r\nN:De Luca\\;Neri;Anna,Maria\\,Pia;;Dott.,Ing.;jr\\, M.Sc.");
    let said = [("Nome", "Anna Maria,Pia"), ("Cognome", "De Luca;Neri"), ("Titolo", "Dott. Ing."), ("Titolo straniero", "jr, M.Sc.")];
    let mut said = is(&said);
    said.sort();
    let mut card = card;
    card.sort();
    assert_eq!(card, said);
    // What stands alone between commas is nothing.
    assert_eq!(one("N:,Neri, ,;Anna"), is(&[("Nome", "Anna"), ("Cognome", "Neri")]));
}

#[test]
fn letters_of_other_sets() {
    let card = one(
        "VERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Per=F2;Niccol=F2\r\nNOTE;ENCODING=QUOTED-PRINTABLE:caff=E8\r\nTITLE:Perch=E9",
    );
    assert_eq!(card, is(&[("Nome", "Niccolò"), ("Cognome", "Però"), ("Posizione", "Perch=E9"), ("Notes", "caffè")]));
    let wide: Vec<u8> = "BEGIN:VCARD\r\nFN:Però\r\nEND:VCARD\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(filled(wide), [is(&[("Nome visualizzato", "Però")])]);
    let old = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Per\xf2;Nicol\xf2\r\nEND:VCARD\r\n".to_vec();
    assert_eq!(filled(old), [is(&[("Nome", "Nicolò"), ("Cognome", "Però")])]);
}

#[test]
fn a_card_that_never_ends_names_where_it_begins() {
    let is = |key: &str, line: &str| (key.to_owned(), line.to_owned());
    assert_eq!(fault("BEGIN:VCARD\nFN:a\nEND:VCARD\nBEGIN:VCARD\nFN:b\n"), is("error-import-card", "4"));
    assert_eq!(fault("BEGIN:VCARD\nFN:a\nBEGIN:VCARD\nFN:b\nEND:VCARD\n"), is("error-import-card", "1"));
}
