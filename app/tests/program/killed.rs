//! An import that is killed leaves whole batches, goes on when it is started again, and ends as if nothing had been: by the command
//! line, and by a node that serves.

use crate::nodes::{ada, cookie, enter, serve, until};
use crate::place::{Answer, Place, tried};
use std::path::{Path, PathBuf};
use std::time::Duration;

const ROWS: usize = 3_000;

/// What the file is to say of columns that have no name an address book gives.
const MAP: &str = r#"
[columns]
"Società" = "name"
"Nome" = "contact.name.given"
"Cognome" = "contact.name.family"
"Ufficio" = "phones"
"Cellulare" = "contact.phones"
"Indirizzo posta elettronica" = "emails"
"Newsletter" = "consent.marketing.email"
[defaults]
"consent.source" = "paper"
"consent.date" = "01/02/2025"
"consent.evidence" = "Cartella 3"
"#;

fn text() -> String {
    let mut text = String::from("Società;Nome;Cognome;Ufficio;Cellulare;Indirizzo posta elettronica;Newsletter\r\n");
    for row in 0..ROWS {
        text += &format!(
            "Officina {row:05} S.r.l.;Mario;Rossi;050 {:06};333 {:07};info@officina{row}.example;sì\r\n",
            100_000 + row,
            1_000_000 + row
        );
    }
    text
}

fn file(folder: &Path) -> PathBuf {
    let path = folder.join("rubrica.csv");
    std::fs::write(&path, text()).expect("a file");
    path
}

fn killed_again_and_again(place: &Place) {
    let file = file(&place.path(""));
    let file = file.to_str().expect("a path");
    place.write("map.toml", MAP);
    let map = place.path("map.toml");
    let import = ["import", "accounts", file, "--map", map.to_str().expect("a path"), "--json"];
    place.run(&["demo", "--accounts", "0", "--contacts", "0"]);
    let (mut kills, mut seen, mut ended) = (0, 0, None);
    for wait in [150, 250, 200, 300, 250, 350] {
        let mut child = place.program(&import).spawn().expect("the program runs");
        std::thread::sleep(Duration::from_millis(wait));
        if child.try_wait().expect("a state").is_some() {
            // It came to its end by itself: once more would be a second import.
            let output = child.wait_with_output().expect("an end");
            ended = Some(String::from_utf8_lossy(&output.stdout).into_owned());
            break;
        }
        child.kill().expect("kill -9");
        child.wait().expect("an end");
        kills += 1;
        // What is there are whole batches: every account with its contact and its place, and never one twice.
        let accounts = count(place, "accounts");
        assert!(accounts >= seen, "{accounts} after {seen}");
        assert_eq!(accounts, count(place, "contacts"), "a row is there with all that belongs to it");
        assert_eq!(accounts, agreed(place), "also with what the ledger has of it");
        assert_eq!(place.run(&["check"]).trim(), "everything is whole");
        seen = accounts;
        if seen == ROWS {
            break;
        }
    }
    assert!(kills > 0, "nothing was killed");
    if ended.is_none() && seen < ROWS {
        ended = Some(place.run(&import));
    }
    if let Some(ended) = ended {
        // The run's row counts what is there, and goes on from it.
        for said in
            [format!("\"created\":{ROWS},"), format!("\"consents\":{ROWS},"), "\"errors\":0,".to_owned(), format!("\"resumed\":{seen},")]
        {
            assert!(ended.contains(&said), "{said} {ended}");
        }
    }
    assert_eq!((count(place, "accounts"), count(place, "contacts"), agreed(place)), (ROWS, ROWS, ROWS));
    let names = place.run(&["export", "accounts", "--format", "json"]);
    for row in [0, 1, ROWS / 2, ROWS - 1] {
        assert_eq!(names.matches(&format!("\"Officina {row:05} S.r.l.\"")).count(), 1, "row {row}");
    }
}

/// Accounts with exactly one entry in the ledger of consents.
fn agreed(place: &Place) -> usize {
    place.run(&["export", "accounts", "--filter", "count(consents) = 1", "--format", "csv"]).lines().count().saturating_sub(1)
}

fn count(place: &Place, entity: &str) -> usize {
    place.run(&["export", entity, "--format", "csv"]).lines().count().saturating_sub(1)
}

#[test]
fn on_sqlite() {
    killed_again_and_again(&Place::on_sqlite());
}

#[test]
fn on_postgres() {
    if let Some(place) = Place::on_postgres("killed") {
        killed_again_and_again(&place);
    }
}

/// What a form or a file is answered, as a browser sends it.
fn send(address: &str, inside: &str, path: &str, kind: &str, body: &str) -> Answer {
    let origin = format!("http://{address}");
    let headers = [("Cookie", inside), ("Content-Type", kind), ("Origin", &*origin), ("Sec-Fetch-Site", "same-origin")];
    let answer = tried(address, "POST", path, &headers, body).expect("an answer");
    assert_eq!(answer.status, 303, "{path}: {answer:?}");
    answer
}

/// An import of the pages is a job: whoever serves next takes it up where the run's row stands.
#[test]
fn an_import_of_the_pages_is_taken_up_by_the_next_who_serves() {
    let Some(place) = Place::on_postgres("pages_killed") else { return };
    ada(&place);
    let (killed, address) = serve(&place);
    let inside = cookie(&enter(&address, crate::nodes::PASSWORD));
    let page = tried(&address, "GET", "/imports/new?of=accounts", &[("Cookie", &inside)], "").expect("a page").body;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form").to_owned();
    let part = |head: &str, text: &str| format!("--limit\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n");
    let body = part("name=\"csrf\"", &csrf)
        + &part("name=\"of\"", "accounts")
        + &part("name=\"file\"; filename=\"rubrica.csv\"\r\nContent-Type: text/csv", &text())
        + "--limit--\r\n";
    let answer = send(&address, &inside, "/imports/new", "multipart/form-data; boundary=limit", &body);
    let columns = answer.head.lines().find_map(|line| line.strip_prefix("location: ")).expect("a run").trim().to_owned();
    let run = columns.trim_end_matches("/columns").to_owned();
    let form = "application/x-www-form-urlencoded";
    let said = "to.6=consent.marketing.email&consent.source=paper&consent.date=2025-02-01&consent.evidence=Cartella&consent.basis=consent";
    send(&address, &inside, &columns, form, &format!("csrf={csrf}&mode=create&{said}"));
    send(&address, &inside, &format!("{run}/start"), form, &format!("csrf={csrf}"));
    until("nothing comes in", || place.sql("SELECT created > 0 FROM import_run") == "t");
    // Dropped, it is killed; what it holds runs out, by the database's clock.
    drop(killed);
    let there = "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM contact), (SELECT count(*) FROM consent), created, consents FROM import_run";
    let stands = place.sql(there);
    let counts: Vec<&str> = stands.split('|').collect();
    assert!(counts.iter().all(|count| count == &counts[0]), "{stands}");
    place.sql("UPDATE job SET leased_until = now() - interval '1 second' WHERE state = 'running'");
    let (serving, _) = serve(&place);
    until("the import does not come to its end", || place.sql("SELECT state FROM import_run") == "done");
    assert_eq!(place.sql(there), [ROWS; 5].map(|count| count.to_string()).join("|"));
    assert_eq!(place.sql("SELECT count(DISTINCT name) FROM account"), ROWS.to_string());
    until("nobody looks for what is alike", || place.sql("SELECT count(*) FROM job WHERE kind = 'import-alike' AND state = 'done'") == "1");
    serving.stop();
    assert_eq!(place.run(&["check"]).trim(), "everything is whole");
}
