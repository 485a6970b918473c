//! A backup is taken while others work, opens with its key alone, and becomes the same installation on either database; an
//! installation moves to PostgreSQL whole, and again where it was cut off.

use crate::place::{Place, Running, ended, get, tried};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const KEY: &str = "una frase lunga che nessuno indovina";

/// Customers, with a file on one of them.
fn furnished(place: &Place) -> String {
    place.run(&["demo", "--accounts", "120", "--contacts", "200"]);
    place.run(&["user", "add", "anna@example.it", "--name", "Anna Neri", "--role", "administrator"]);
    place.run(&["token", "create", "anna@example.it", "--name", "prova"]).trim().to_owned()
}

/// What people would see: every record of what there is most of.
fn all(place: &Place) -> Vec<String> {
    ["accounts", "contacts"].map(|entity| place.run(&["export", entity, "--format", "json"])).to_vec()
}

fn another(story: &str, embedded: bool) -> Place {
    if embedded { Place::on_sqlite() } else { Place::on_postgres(story).expect("a server for the tests") }
}

#[test]
fn a_backup_becomes_the_same_installation_on_either_database() {
    for (number, place) in Place::on_both("backup").into_iter().enumerate() {
        let token = furnished(&place);
        place.write("key", KEY);
        let key = place.path("key").display().to_string();
        let file = place.path("all.backup").display().to_string();
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let address = serving.address();
        let said = place.run(&["backup", &file, "--key-file", &key]);
        assert!(said.contains("read again and whole"), "{said}");
        // Who reads and writes is not held up, and what is there already is not written over.
        assert_eq!(get(&address, "/api/v1/accounts", &token).0, 200);
        assert!(place.refused(&["backup", &file, "--key-file", &key]).contains("exists already"));
        serving.stop();
        // Only ciphertext: neither a name nor the address of anybody.
        let bytes = std::fs::read(&file).expect("the backup");
        for canary in ["anna@example.it", "S.r.l.", "CREATE TABLE", "installation", "argon2"] {
            assert!(!bytes.windows(canary.len()).any(|some| some == canary.as_bytes()), "{canary} is to be read in the backup");
        }
        place.write("other", "una frase lunga che qualcuno indovina");
        let other = place.path("other").display().to_string();
        assert!(place.refused(&["restore", &file, "--key-file", &other, "--verify"]).contains("does not open"));
        assert!(place.run(&["restore", &file, "--key-file", &key, "--verify"]).starts_with("whole:"));
        // A place with data is left alone.
        assert!(place.refused(&["restore", &file, "--key-file", &key]).contains("not empty"));
        let before = all(&place);
        for embedded in [true, false] {
            if !embedded && Place::on_postgres(&format!("probe{number}")).is_none() {
                continue;
            }
            let new = another(&format!("restored{number}"), embedded);
            let said = new.run(&["restore", &file, "--key-file", &key]);
            assert!(said.contains("the same as in the backup"), "{said}");
            assert_eq!(new.run(&["check"]).trim(), "everything is whole");
            assert_eq!(all(&new), before);
            // It serves, and whoever had a token still has it.
            let mut serving = Running::start(&mut new.program(&["serve"]));
            let (status, body) = get(&serving.address(), "/api/v1/accounts?limit=2", &token);
            assert_eq!(status, 200, "{body}");
            serving.stop();
        }
        // One byte of it changed, or the end missing: nothing is taken for whole.
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        std::fs::write(place.path("changed.backup"), &changed).expect("a file");
        std::fs::write(place.path("cut.backup"), &bytes[..bytes.len() - 20]).expect("a file");
        for broken in ["changed.backup", "cut.backup"] {
            let broken = place.path(broken).display().to_string();
            assert!(place.refused(&["restore", &broken, "--key-file", &key, "--verify"]).contains("damaged"), "{broken}");
            let new = another(&format!("broken{number}"), place.is_embedded());
            assert!(new.refused(&["restore", &broken, "--key-file", &key]).contains("damaged"));
            // Half an installation is not served, and the whole one goes into its place.
            assert!(new.refused(&["check"]).contains("not complete"));
            assert!(new.refused(&["serve"]).contains("not complete"));
            new.run(&["restore", &file, "--key-file", &key]);
            assert_eq!(new.run(&["check"]).trim(), "everything is whole");
        }
    }
}

#[test]
fn a_backup_taken_while_others_write_is_of_one_moment() {
    for place in Place::on_both("busy") {
        let token = furnished(&place);
        place.write("key", KEY);
        let key = place.path("key").display().to_string();
        let file = place.path("busy.backup").display().to_string();
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let address = serving.address();
        let (over, made) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for writer in 0..3 {
                let (address, token, over, made) = (&address, &token, &over, &made);
                scope.spawn(move || {
                    let bearer = format!("Bearer {token}");
                    let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
                    while !over.load(Ordering::SeqCst) {
                        let number = made.fetch_add(1, Ordering::SeqCst);
                        // An account with its e-mail: what belongs together is there together.
                        let body =
                            format!("{{\"name\":\"Carico {writer} {number}\",\"emails\":[{{\"address\":\"c{number}@carico.example\"}}]}}");
                        let answer = tried(address, "POST", "/api/v1/accounts", &headers, &body).expect("an answer");
                        assert_eq!(answer.status, 201, "{answer:?}");
                    }
                });
            }
            while made.load(Ordering::SeqCst) < 20 {
                std::thread::sleep(Duration::from_millis(5));
            }
            place.run(&["backup", &file, "--key-file", &key]);
            over.store(true, Ordering::SeqCst);
        });
        serving.stop();
        let new = another("unbusy", place.is_embedded());
        new.run(&["restore", &file, "--key-file", &key]);
        assert_eq!(new.run(&["check"]).trim(), "everything is whole");
        let accounts = new.run(&["export", "accounts", "--format", "json"]);
        let restored = accounts.matches("\"Carico ").count();
        assert!(restored > 0 && restored <= made.load(Ordering::SeqCst), "{restored}");
        assert_eq!(accounts.matches("@carico.example").count() % restored, 0, "an account came without its e-mail");
    }
}

#[test]
fn an_installation_moves_to_postgres_and_again_where_it_was_cut_off() {
    let Some(target) = Place::on_postgres("moved") else { return };
    let place = Place::on_sqlite();
    let token = furnished(&place);
    let url = target.url().to_owned();
    // Cut off at any moment: the target is never taken for whole, and the next attempt begins again.
    for wait in [100, 400, 900] {
        let mut child = place.program(&["move-to", &url]).spawn().expect("the program runs");
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().expect("kill -9");
        child.wait().expect("an end");
    }
    let first = ended(&mut place.program(&["move-to", &url]), "");
    if first.code != Some(0) {
        // The last one came to its end before it was killed.
        assert!(first.said.contains("--again"), "{first:?}");
    }
    assert!(place.refused(&["move-to", &url]).contains("--again"));
    let said = place.run(&["move-to", &url, "--again"]);
    assert!(said.contains("the same on both sides"), "{said}");
    // The new home, with the files where they were.
    let moved = |arguments: &[&str]| {
        let mut command = place.program(arguments);
        command.env("SCHEDA_DATABASE_URL", &url).env("SCHEDA_SHAPE_URL", &url);
        command
    };
    let checked = ended(&mut moved(&["check"]), "");
    assert_eq!((checked.code, checked.out.trim()), (Some(0), "everything is whole"));
    for entity in ["accounts", "contacts"] {
        let there = ended(&mut moved(&["export", entity, "--format", "json"]), "");
        assert_eq!(there.out, place.run(&["export", entity, "--format", "json"]), "{entity}");
    }
    let mut serving = Running::start(&mut moved(&["serve"]));
    assert_eq!(get(&serving.address(), "/api/v1/accounts", &token).0, 200);
    serving.stop();
    // What stayed behind says so.
    let mut behind = place.program(&["serve"]).spawn().expect("the program runs");
    std::thread::sleep(Duration::from_millis(1500));
    behind.kill().expect("an end");
    let said = String::from_utf8_lossy(&behind.wait_with_output().expect("its output").stderr).into_owned();
    assert!(said.contains("was moved to postgres://"), "{said}");
    // Somebody else's installation is not written over.
    let other = Place::on_sqlite();
    furnished(&other);
    assert!(other.refused(&["move-to", &url, "--again"]).contains("not empty"));
}
