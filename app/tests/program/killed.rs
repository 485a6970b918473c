//! An import that is killed leaves whole batches, goes on when it is started again, and ends as if nothing had been.

use crate::place::Place;
use std::path::{Path, PathBuf};
use std::time::Duration;

const ROWS: usize = 3_000;

fn file(folder: &Path) -> PathBuf {
    let mut text = String::from("Società;Nome;Cognome;Ufficio;Cellulare;Indirizzo posta elettronica\r\n");
    for row in 0..ROWS {
        text += &format!(
            "Officina {row:05} S.r.l.;Mario;Rossi;050 {:06};333 {:07};info@officina{row}.example\r\n",
            100_000 + row,
            1_000_000 + row
        );
    }
    let path = folder.join("rubrica.csv");
    std::fs::write(&path, text).expect("a file");
    path
}

fn killed_again_and_again(place: &Place) {
    let file = file(&place.path(""));
    let file = file.to_str().expect("a path");
    place.run(&["demo", "--accounts", "0", "--contacts", "0"]);
    let (mut kills, mut seen, mut ended) = (0, 0, None);
    for wait in [150, 250, 200, 300, 250, 350] {
        let mut child = place.program(&["import", "accounts", file, "--json"]).spawn().expect("the program runs");
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
        assert_eq!(place.run(&["check"]).trim(), "everything is whole");
        seen = accounts;
        if seen == ROWS {
            break;
        }
    }
    assert!(kills > 0, "nothing was killed");
    if ended.is_none() && seen < ROWS {
        ended = Some(place.run(&["import", "accounts", file, "--json"]));
    }
    if let Some(ended) = ended {
        assert!(ended.contains("\"errors\":0"), "{ended}");
    }
    assert_eq!((count(place, "accounts"), count(place, "contacts")), (ROWS, ROWS));
    let names = place.run(&["export", "accounts", "--format", "json"]);
    for row in [0, 1, ROWS / 2, ROWS - 1] {
        assert_eq!(names.matches(&format!("\"Officina {row:05} S.r.l.\"")).count(), 1, "row {row}");
    }
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
