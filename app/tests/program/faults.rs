//! Disks that fail and clocks that are wrong: what was answered is kept, and nobody goes on where he can't know.

use crate::place::{Place, Running, get, tried};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn ada(place: &Place) -> String {
    place.run_with(
        "quattro parole a caso",
        &["user", "add", "ada@example.it", "--name", "Ada", "--role", "administrator", "--password-stdin"],
    );
    place.run(&["token", "create", "ada@example.it"]).trim().to_owned()
}

/// A server under strace; both are gone when it is dropped.
struct Traced(Child);

impl Traced {
    /// Ends the server as a power cut would, and with it who watches it.
    fn kill(&mut self) {
        let id = self.0.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", child]).status();
        }
        let _ = self.0.wait();
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}

/// The server on a system whose calls fail as told.
fn serve_with(place: &Place, inject: &str) -> (Traced, String) {
    let program = place.program(&["serve"]);
    let mut traced = Command::new("strace");
    let calls = inject.split(':').next().unwrap_or_default();
    traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &format!("inject={inject}")]);
    traced.arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced.current_dir(place.path("")).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Traced(traced.spawn().expect("strace, which bin/test installs"));
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let address = line.trim().rsplit_once("://").unwrap_or_else(|| panic!("{line}")).1.to_owned();
    (child, address)
}

/// Makes so many accounts, one after the other; what each was answered, none where nobody answered.
fn create(address: &str, token: &str, from: usize, count: usize) -> Vec<(String, Option<u16>)> {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
    (from..from + count)
        .map(|number| {
            let name = format!("Ditta {number:04} S.r.l.");
            let answer = tried(address, "POST", "/api/v1/accounts", &headers, &format!("{{\"name\":\"{name}\"}}"));
            (name, answer.map(|answer| answer.status))
        })
        .collect()
}

/// Everything that was answered is there, and the data is whole.
fn nothing_is_lost(place: &Place, made: &[(String, Option<u16>)]) {
    assert_eq!(place.run(&["check"]).trim(), "everything is whole");
    let names = place.run(&["export", "accounts", "--format", "json"]);
    for (name, status) in made {
        let there = names.matches(&format!("\"{name}\"")).count();
        match status {
            Some(201) => assert_eq!(there, 1, "{name} was answered"),
            // Nobody knows of what was not answered; but it is not there twice.
            None => assert!(there < 2, "{name}"),
            Some(_) => assert_eq!(there, 0, "{name} was refused"),
        }
    }
}

#[test]
fn a_disk_that_does_not_keep_what_it_is_given_ends_the_process() {
    for after in [40, 75] {
        let place = Place::on_sqlite();
        let token = ada(&place);
        let (mut child, address) = serve_with(&place, &format!("fsync,fdatasync:error=EIO:when={after}+"));
        let made = create(&address, &token, 0, 120);
        assert!(made.iter().any(|(_, status)| *status == Some(201)), "it worked at first");
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.0.try_wait().expect("a state") {
                break status;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "it goes on with a disk that failed: {made:?}");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(!status.success(), "{status}");
        nothing_is_lost(&place, &made);
        // Started again, it goes on.
        let mut serving = Running::start(&mut place.program(&["serve"]));
        let address = serving.address();
        let again = create(&address, &token, 1_000, 3);
        assert!(again.iter().all(|(_, status)| *status == Some(201)), "{again:?}");
        serving.stop();
        nothing_is_lost(&place, &made);
    }
}

#[test]
fn a_disk_that_is_full_refuses_and_goes_on_when_there_is_room_again() {
    let place = Place::on_sqlite();
    let token = ada(&place);
    // Each write of a stretch of them finds no room; then somebody makes some.
    let (mut child, address) = serve_with(&place, "pwrite64:error=ENOSPC:when=250..330");
    let made = create(&address, &token, 0, 120);
    let count = |wanted: u16| made.iter().filter(|(_, status)| *status == Some(wanted)).count();
    assert!(count(507) > 0, "nothing was refused: {made:?}");
    assert!(count(201) > 0 && count(201) + count(507) == made.len(), "{made:?}");
    let last = made.last().expect("the last one").1;
    assert_eq!(last, Some(201), "it goes on: {made:?}");
    child.kill();
    nothing_is_lost(&place, &made);
}

#[test]
fn a_node_whose_clock_is_wrong_steals_no_work_and_no_turn() {
    let Some(place) = Place::on_postgres("clocks") else { return };
    let token = ada(&place);
    let wrong = |offset: &str| {
        let mut command = place.program(&["serve"]);
        command.env("LD_PRELOAD", library()).env("FAKETIME", offset).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let mut serving = Running::start(&mut command);
        let address = serving.address();
        (serving, address)
    };
    let mut right = Running::start(&mut place.program(&["serve"]));
    let address = right.address();
    until("the schedule is not known", || place.sql("SELECT count(*) FROM schedule WHERE kind = 'empty-trash'") == "1");
    // A job that another node works on for a minute yet.
    place.sql(
        "INSERT INTO job (id, kind, state, run_at, leased_until, epoch, attempts) \
         VALUES (77, 'empty-trash', 'running', now(), now() + interval '1 minute', 1, 1)",
    );
    let due = place.sql("SELECT kind, next_at FROM schedule ORDER BY kind");
    for offset in ["+3d", "-3d", "+12y"] {
        let (serving, other) = wrong(offset);
        for address in [&address, &other] {
            assert_eq!(get(address, "/api/v1/accounts", &token).0, 200, "{offset}");
        }
        // Both look at jobs and the schedule, more than once.
        for _ in 0..3 {
            place.sql("SELECT pg_notify('scheda', 'job')");
            std::thread::sleep(Duration::from_millis(300));
        }
        assert_eq!(place.sql("SELECT state, epoch, attempts FROM job WHERE id = 77"), "running|1|1", "{offset}");
        assert_eq!(place.sql("SELECT kind, next_at FROM schedule ORDER BY kind"), due, "{offset}");
        assert_eq!(place.sql("SELECT count(*) FROM job"), "1", "{offset}: something was done before its time");
        let made = create(&other, &token, 0, 1);
        assert_eq!(made[0].1, Some(201), "{offset}");
        place.sql("UPDATE account SET name = name || ' (old)'");
        serving.stop();
    }
    right.stop();
    place.sql("DELETE FROM job WHERE id = 77");
    assert_eq!(place.run(&["check"]).trim(), "everything is whole");
}

/// Where Debian has the library that turns clocks.
fn library() -> String {
    let found = std::fs::read_dir("/usr/lib").expect("the libraries").flatten().find_map(|folder| {
        let path = folder.path().join("faketime/libfaketimeMT.so.1");
        path.is_file().then(|| path.display().to_string())
    });
    found.expect("libfaketime, which bin/test installs")
}

fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
