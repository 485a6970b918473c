//! What the command line does is in the audit, by the name of whoever ran it; and nothing that is secret is in what the program says, logs
//! or leaves on the disk.

use crate::nodes::{cookie, enter};
use crate::place::{Answer, Place, Running, ended, tried};
use std::path::Path;
use std::process::Command;

const PASSWORD: &str = "quattro parole a caso";

/// The audit as a file, the oldest line first.
fn audit(place: &Place, password: &str) -> Vec<String> {
    let mut serving = Running::start(&mut place.program(&["serve"]));
    let address = serving.address();
    let file = asked(&address, "/administration/audit/export.csv", &cookie(&enter(&address, password)));
    assert_eq!(file.status, 200, "{file:?}");
    serving.stop();
    let mut lines: Vec<String> = file.body.lines().skip(1).map(str::to_owned).collect();
    lines.reverse();
    lines
}

fn asked(address: &str, path: &str, cookie: &str) -> Answer {
    tried(address, "GET", path, &[("Cookie", cookie)], "").expect("an answer")
}

/// Who runs the tests, as the system calls him.
fn whoever() -> String {
    let id = Command::new("id").arg("-un").output().expect("id");
    String::from_utf8_lossy(&id.stdout).trim().to_owned()
}

#[test]
fn what_the_command_line_changes_is_in_the_audit() {
    for place in Place::on_both("audited") {
        let ada = ["user", "add", "ada@example.it", "--name", "Ada", "--role", "administrator", "--password-stdin"];
        let id = place.run_with(PASSWORD, &ada).trim().to_owned();
        place.run_with("cinque parole messe a caso", &["user", "password", "ada@example.it"]);
        place.run(&["user", "reset-factors", "ada@example.it"]);
        place.run(&["token", "create", "ada@example.it"]);
        let token = place.run(&["token", "list", "ada@example.it"]).split(' ').next().expect("its id").to_owned();
        place.run(&["token", "revoke", &token]);
        place.write("clienti.csv", "Nome\nAlfa\n");
        place.run(&["import", "accounts", "clienti.csv", "--dry-run"]);
        let imported = place.run(&["import", "accounts", "clienti.csv"]);
        let changeset = imported.trim().rsplit(' ').next().expect("a changeset").to_owned();
        place.run(&["undo", &changeset]);
        place.run(&["demo", "--accounts", "1", "--contacts", "1"]);
        place.run(&["demo", "--remove"]);
        // What is refused changes nothing, and neither does what only reads.
        place.refused(&["user", "password", "nessuno@example.it"]);
        place.refused(&["undo", &changeset]);
        place.refused(&["token", "revoke", "000000000000"]);
        place.run(&["export", "accounts"]);
        let lines = audit(&place, "cinque parole messe a caso");
        let whoever = whoever();
        let expected = [
            ("create", "user", id.as_str(), "user add".to_owned()),
            ("password", "user", &id, "user password".to_owned()),
            ("factors-reset", "user", &id, "user reset-factors".to_owned()),
            ("token-made", "user", &id, "token create".to_owned()),
            ("revoke-token", "", "", format!("token revoke {token}")),
            ("import", "", "", "import accounts".to_owned()),
            ("undo", "", "", format!("undo {changeset}")),
            ("fill-demonstration", "", "", "demo".to_owned()),
            ("remove-demonstration", "", "", "demo --remove".to_owned()),
        ];
        let own: Vec<&String> = lines.iter().filter(|line| line.contains(": scheda ")).collect();
        assert_eq!(own.len(), expected.len(), "{lines:#?}");
        for (line, (event, entity, record, said)) in own.into_iter().zip(expected) {
            let after = line.split_once(';').expect("a moment first").1;
            assert_eq!(after, format!("Riga di comando;{event};{entity};{record};{whoever}: scheda {said};"), "{lines:#?}");
        }
        assert!(lines.last().expect("a line").contains(";sign-in;"), "{lines:#?}");
        assert_eq!(place.run(&["check"]), "everything is whole\n");
    }
}

#[test]
fn what_is_restored_says_so_and_keeps_its_audit() {
    for (number, place) in Place::on_both("kept").into_iter().enumerate() {
        place.run_with(PASSWORD, &["user", "add", "ada@example.it", "--name", "Ada", "--role", "administrator", "--password-stdin"]);
        let before = audit(&place, PASSWORD);
        place.write("key", "una frase lunga che nessuno indovina");
        let (key, file) = (place.path("key").display().to_string(), place.path("all.backup").display().to_string());
        place.run(&["backup", &file, "--key-file", &key]);
        for embedded in [true, false] {
            let new = if embedded { Some(Place::on_sqlite()) } else { Place::on_postgres(&format!("kept{number}")) };
            let Some(new) = new else { continue };
            new.run(&["restore", &file, "--key-file", &key]);
            let after = audit(&new, PASSWORD);
            assert_eq!(after[..before.len()], before[..]);
            let told = format!(";Riga di comando;restored;;;{}: scheda restore;", whoever());
            assert!(after.iter().any(|line| line.ends_with(&told)), "{after:#?}");
            // What was restored is guarded as what is new: no statement removes a row.
            if !embedded {
                let refused = Command::new("psql").args(["-qAt", "-c", "DELETE FROM audit", new.url()]).output().expect("psql");
                assert!(String::from_utf8_lossy(&refused.stderr).contains("audit is only added to"), "{refused:?}");
            }
            assert_eq!(new.run(&["check"]), "everything is whole\n");
        }
    }
}

/// H5: with the most talkative log.
#[test]
fn nothing_secret_is_said_logged_or_left_behind() {
    for place in Place::on_both("quiet") {
        let chatty = |arguments: &[&str], input: &str| {
            let ended = ended(place.program(arguments).env("SCHEDA_LOG", "trace"), input);
            assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
            ended
        };
        let ada = ["user", "add", "ada@example.it", "--name", "Ada", "--role", "administrator", "--password-stdin"];
        let added = chatty(&ada, PASSWORD);
        let made = chatty(&["token", "create", "ada@example.it"], "");
        let token = made.out.trim().to_owned();
        let log = std::fs::File::create(place.path("log")).expect("a log");
        let mut serving = Running::start(place.program(&["serve"]).env("SCHEDA_LOG", "trace").stderr(log));
        let address = serving.address();
        let inside = cookie(&enter(&address, PASSWORD));
        let session = inside.split("sid=").nth(1).and_then(|rest| rest.split(';').next()).expect("a session").to_owned();
        assert_eq!(enter(&address, "una frase sbagliata 4711").status, 422);
        let bearer = format!("Bearer {token}");
        for (path, headers, status) in [
            ("/api/v1/accounts", [("Authorization", bearer.as_str())], 200),
            ("/administration/health", [("Cookie", inside.as_str())], 200),
            ("/administration/audit", [("Cookie", &inside)], 200),
            ("/api/v1/accounts", [("Authorization", "Bearer una frase sbagliata 4711")], 401),
            ("/sign-in/new-password?token=una-frase-sbagliata-4711", [("Cookie", &inside)], 404),
        ] {
            assert_eq!(tried(&address, "GET", path, &headers, "").expect("an answer").status, status, "{path}");
        }
        serving.stop();
        place.write("key", "una frase lunga che nessuno indovina");
        let (key, file) = (place.path("key").display().to_string(), place.path("all.backup").display().to_string());
        let mut said = vec![added.said, added.out, made.said, std::fs::read_to_string(place.path("log")).expect("the log")];
        for arguments in
            [&["check"][..], &["export", "accounts"], &["token", "list", "ada@example.it"], &["backup", &file, "--key-file", &key]]
        {
            let ended = chatty(arguments, "");
            said.extend([ended.out, ended.said]);
        }
        assert!(said[3].contains("DEBUG") && said[3].contains("wrong-password"), "the log talks: {}", said[3]);
        let mut left = vec![std::fs::read(&file).expect("the backup")];
        files(&place.path("data"), &mut left);
        for (what, secret) in [
            ("a password", PASSWORD),
            ("a token", token.as_str()),
            ("a session", session.as_str()),
            ("a wrong password", "una frase sbagliata 4711"),
            ("a wrong password, as it was sent", "una+frase+sbagliata+4711"),
            ("a wrong link", "una-frase-sbagliata-4711"),
            ("the passphrase of a backup", "una frase lunga che nessuno indovina"),
        ] {
            for text in &said {
                assert!(!text.contains(secret), "{what} is said: {:?}", text.lines().find(|line| line.contains(secret)));
            }
            for bytes in &left {
                assert!(!bytes.windows(secret.len()).any(|some| some == secret.as_bytes()), "{what} is left on the disk");
            }
        }
    }
}

/// The bytes of all files in a folder.
fn files(folder: &Path, into: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), into);
        } else {
            into.push(std::fs::read(entry.path()).expect("a file"));
        }
    }
}
