//! What goes out, and comes back unchanged.

use super::{Format, Options, csv_row, run};
use crate::imports::{self, Mode};
use engine::{Engine, Through};
use std::io::Cursor;
use web::sheets::Guard;

const ACCOUNTS: &str = "Ragione sociale;Tipo;Stato;Partita IVA;Indirizzo;Città;Fido;Fatturato annuo;Addetti;Telefoni;E-mail;Annotazioni\n\
    Caffè \"Però\" & Figli;company;customer;00743110157;=via Roma 1;Forlì;1.234,56;2.000.000;12;050 123456 - 333 1234567;info@caffe.it;\"una\nriga; due\"\n\
    -Meno srl;company;lead;;'@casa;Pisa;-5,00;;;;;\n\
    Rossi Mario;person;prospect;;;;;;;;;\n";

async fn engines() -> Vec<Engine> {
    engine::testing::both(|| vec![crate::area()]).await.into_iter().map(|(engine, _)| engine).collect()
}

async fn exported(engine: &Engine, entity: &str, filter: &str, format: Format) -> String {
    let options = Options { filter: filter.to_owned(), format, ..Options::new(entity, crate::tests::words()) };
    let mut bytes = Vec::new();
    run(engine, &engine.system(Through::CommandLine), &options, &mut bytes).await.expect("an export");
    String::from_utf8(bytes).expect("UTF-8")
}

async fn imported(engine: &Engine, entity: &str, file: &str, mode: Mode) -> imports::Totals {
    let options = imports::Options { mode, ..imports::Options::new(entity, "x.csv", crate::tests::words()) };
    let who = engine.system(Through::CommandLine);
    imports::run(engine, &who, Cursor::new(file.as_bytes().to_vec()), options, |_| {}).await.expect("an import")
}

#[tokio::test]
async fn an_export_imported_again_changes_nothing() {
    for engine in engines().await {
        let totals = imported(&engine, "accounts", ACCOUNTS, Mode::Create).await;
        assert_eq!((totals.created, totals.warnings), (3, 0));
        let people = "Nome;Cognome;Qualifica;Telefoni;E-mail;account.name\nAnna;Neri;Titolare;333 1234567;anna@neri.it;-Meno srl\nUgo;;;050 123456;;\n";
        let totals = imported(&engine, "contacts", people, Mode::Create).await;
        assert_eq!((totals.created, totals.warnings, totals.errors), (2, 0, 0));
        for entity in ["accounts", "contacts"] {
            let first = exported(&engine, entity, "", Format::Csv).await;
            assert!(first.starts_with("\u{feff}Identificativo;"), "{first}");
            let again = imported(&engine, entity, &first, Mode::Both).await;
            assert_eq!((again.rows, again.unchanged, again.errors, again.warnings), (again.rows, again.rows, 0, 0), "{first}");
            assert_eq!(exported(&engine, entity, "", Format::Csv).await, first);
            // A changed cell changes one record.
            let changed = imported(&engine, entity, &first.replace("Neri", "Nerini").replace("-Meno srl", "-Meno spa"), Mode::Update).await;
            assert_eq!((changed.updated, changed.errors), (1, 0), "{changed:?}");
        }
    }
}

#[tokio::test]
async fn a_sheet_is_not_made_to_reckon() {
    for engine in engines().await {
        imported(&engine, "accounts", ACCOUNTS, Mode::Create).await;
        let csv = exported(&engine, "accounts", "stage in (customer, lead)", Format::Csv).await;
        assert!(csv.contains("\"'=via Roma 1\"") && csv.contains("\"'@casa\"") && csv.contains("\"'-Meno srl\""), "{csv}");
        assert!(csv.contains("\"'+39050123456, +393331234567\"") && csv.contains("1234,56") && csv.contains("\"'-5,00\""), "{csv}");
        assert!(csv.contains("\"una\nriga; due\"") && csv.contains("\"Caffè \"\"Però\"\" & Figli\"") && !csv.contains("Rossi"));
        assert_eq!(csv.matches("\r\n").count(), 3);
    }
    let mut row = String::new();
    csv_row(&mut row, ';', Guard::On, ["a", "=1+1", "\tx", "1;2", "+39"]);
    assert_eq!(row, "a;\"'=1+1\";\"'\tx\";\"1;2\";\"'+39\"\r\n");
}

#[tokio::test]
async fn json_is_an_array_of_what_the_api_shows() {
    for engine in engines().await {
        assert_eq!(exported(&engine, "accounts", "", Format::Json).await.replace('\n', ""), "[]");
        imported(&engine, "accounts", ACCOUNTS, Mode::Create).await;
        let json: serde_json::Value = serde_json::from_str(&exported(&engine, "accounts", "", Format::Json).await).expect("JSON");
        let first = &json[0];
        assert_eq!(json.as_array().map(Vec::len), Some(3));
        assert_eq!(first["address"]["city"], "Forlì");
        assert_eq!(first["credit_limit"], "1234.56");
        assert_eq!(first["phones"][1]["number"], "+393331234567");
        assert_eq!(first["version"], 1);
        assert!(first["owner"].is_null() && first["phones"][0].get("parent").is_none());
    }
}

/// What our own reader makes of cards: the header, and the cells of each.
fn cards(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut file = Cursor::new(text.as_bytes().to_vec());
    let survey = formats::survey(&mut file).expect("cards");
    let mut rows = formats::rows(file, &survey).expect("rows");
    let mut all = Vec::new();
    while let Some(row) = rows.next_row().expect("a card") {
        let filled = survey.header.cells.iter().cloned().zip(row.cells).filter(|(_, cell)| !cell.is_empty());
        all.push(filled.collect());
    }
    all
}

#[tokio::test]
async fn cards_are_read_back_by_our_own_reader() {
    let evil = "uno\\nEND:VCARD\nBEGIN:VCARD\nFN:Intruso; a, b \\; 😀";
    let accounts = format!(
        "Ragione sociale;Tipo;Indirizzo;Città;CAP;Telefoni;E-mail;PEC;Partita IVA;Annotazioni\n\"Caffè \"\"Però\"\", Figli; & C.\";company;=via Roma 1;Forlì;47121;050 123456 - 333 1234567;info@caffe.it;caffe@pec.it;00743110157;\"{evil}\"\n{};person;;;;;;;;\n",
        "Rossi ".repeat(16)
    );
    let people =
        "Nome;Cognome;Qualifica;Telefoni;E-mail;Società\nAnna;Neri;Titolare;333 1234567;anna@neri.it;\"Caffè \"\"Però\"\", Figli; & C.\"\n";
    for engine in engines().await {
        assert_eq!(imported(&engine, "accounts", &accounts, Mode::Create).await.created, 2);
        assert_eq!(imported(&engine, "contacts", people, Mode::Create).await.created, 1);
        for format in [Format::Vcard, Format::OldVcard] {
            let text = exported(&engine, "accounts", "", format).await;
            let number = if format == Format::Vcard { "4.0" } else { "3.0" };
            assert_eq!(text.matches(&format!("BEGIN:VCARD\r\nVERSION:{number}\r\n")).count(), 2, "{text}");
            assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
            let read = cards(&text);
            assert_eq!(read.len(), 2, "nothing of a value ends a card or begins one: {text}");
            let caffe = read.iter().find(|card| card.values().any(|cell| cell.contains("Caffè"))).expect("the company");
            let has = |wanted: &str| caffe.values().any(|cell| cell == wanted);
            for wanted in ["Caffè \"Però\", Figli; & C.", "=via Roma 1", "Forlì", "47121", "info@caffe.it"] {
                assert!(has(wanted), "{wanted}: {caffe:?}");
            }
            for wanted in ["+39050123456", "+393331234567", "00743110157"] {
                assert!(caffe.values().any(|cell| cell.contains(wanted)), "{wanted}: {caffe:?}");
            }
            let notes = &caffe["Notes"];
            assert!(notes.contains("END:VCARD\nBEGIN:VCARD\nFN:Intruso; a, b \\; 😀"), "{notes}");
            let person = cards(&exported(&engine, "contacts", "", format).await).remove(0);
            let has = |wanted: &str| person.values().any(|cell| cell == wanted);
            for wanted in ["Anna", "Neri", "Titolare", "Caffè \"Però\", Figli; & C.", "anna@neri.it"] {
                assert!(has(wanted), "{wanted}: {person:?}");
            }
        }
        // What is nobody is no card.
        let options = Options { format: Format::Vcard, ..Options::new("sites", crate::tests::words()) };
        let refused = run(&engine, &engine.system(Through::CommandLine), &options, Vec::new()).await;
        assert!(matches!(refused, Err(kernel::Error::Invalid(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn cards_that_went_out_come_in_elsewhere() {
    let people = "Nome;Cognome;Qualifica;Telefoni;E-mail\nAnna;Neri;Titolare;333 1234567;anna@neri.it\nUgo;\"D'Amico detto \"\"Uno; due\"\"\";;050 123456;\n";
    let (from, into) = (engines().await, engines().await);
    for (from, into) in from.iter().zip(&into) {
        assert_eq!(imported(from, "contacts", people, Mode::Create).await.created, 2);
        let file = exported(from, "contacts", "", Format::Vcard).await;
        let totals = imported(into, "contacts", &file, Mode::Create).await;
        assert_eq!((totals.created, totals.errors), (2, 0), "{totals:?}");
        let whole = |text: String| {
            let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let people = json.as_array().expect("people").iter();
            let mut people: Vec<String> = people
                .map(|one| format!("{} {} {} {}", one["name"], one["job_title"], one["phones"][0]["number"], one["emails"][0]["address"]))
                .collect();
            people.sort();
            people
        };
        let (before, after) = (exported(from, "contacts", "", Format::Json).await, exported(into, "contacts", "", Format::Json).await);
        assert_eq!(whole(before), whole(after));
    }
}

#[tokio::test]
async fn more_than_a_page() {
    for engine in engines().await {
        let mut file = String::from("Ragione sociale;Città\n");
        (0..450).for_each(|number| file.push_str(&format!("Ditta {number};{}\n", if number % 3 == 0 { "Pisa" } else { "Lucca" })));
        imported(&engine, "accounts", &file, Mode::Create).await;
        assert_eq!(exported(&engine, "accounts", "", Format::Csv).await.lines().count(), 451);
        assert_eq!(exported(&engine, "accounts", "address.city = Pisa", Format::Csv).await.lines().count(), 151);
    }
}
