//! `scheda serve`, as whoever starts it sees it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn program(folder: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scheda"));
    command.arg("serve").current_dir(folder).env("SCHEDA_DATA", folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["SCHEDA_DATABASE_URL", "SCHEDA_SHAPE_URL", "SCHEDA_BASE_URL", "SCHEDA_LOG"] {
        command.env_remove(name);
    }
    command.env("SCHEDA_LISTEN", "127.0.0.1:0").envs(settings.iter().copied());
    command
}

/// A program that serves, until it is dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(folder: &Path, settings: &[(&str, &str)]) -> Serving {
        Serving::of(&mut program(folder, settings))
    }

    fn of(command: &mut Command) -> Serving {
        let mut child = command.spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("Scheda: http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        Serving { child, address }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Ends it; what it wrote into its log.
    fn end(mut self) -> String {
        self.child.kill().expect("an end");
        let mut log = String::new();
        self.child.stderr.take().expect("its log").read_to_string(&mut log).expect("a text");
        let _ = self.child.wait();
        log
    }
}

#[test]
fn other_machines_are_not_listened_to_before_https_is_set() {
    let folder = tempfile::tempdir().expect("a folder");
    for settings in [&[("SCHEDA_LISTEN", "0.0.0.0:0")][..], &[("SCHEDA_LISTEN", "[::]:0"), ("SCHEDA_BASE_URL", "http://localhost:8080")]] {
        let output = program(folder.path(), settings).output().expect("an end");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("set SCHEDA_BASE_URL") && said.contains("https"), "{said}");
    }
    let serving = Serving::start(folder.path(), &[]);
    assert!(serving.ask("GET", "/healthz", "").starts_with("HTTP/1.1 200"));
    serving.end();
}

#[test]
fn what_changes_something_leaves_a_line_without_being_asked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let form = "email=nessuno%40example.it&password=una+parola+qualunque";
    let serving = Serving::start(folder.path(), &[]);
    assert!(serving.ask("POST", "/sign-in", form).starts_with("HTTP/1.1 422"));
    let log = serving.end();
    let line = log.lines().find(|line| line.contains("event=\"sign-in\"")).unwrap_or_else(|| panic!("no line: {log}"));
    assert!(
        line.contains("audit") && line.contains("from=127.0.0.1") && line.contains("path=\"/sign-in\"") && line.contains("status=422"),
        "{line}"
    );
    assert!(!log.contains("qualunque") && !log.contains("nessuno"), "{log}");
    // Said otherwise in the file, it is otherwise; a filter that is none is said.
    std::fs::write(folder.path().join("scheda.toml"), "log = \"error\"").expect("a file");
    let serving = Serving::start(folder.path(), &[]);
    serving.ask("POST", "/sign-in", form);
    assert_eq!(serving.end(), "");
    let output = program(folder.path(), &[("SCHEDA_LOG", "audit=loud")]).output().expect("an end");
    assert!(String::from_utf8_lossy(&output.stderr).contains("SCHEDA_LOG"), "{output:?}");
}

#[test]
fn the_folder_of_the_data_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("an open folder");
    // What stands beside the data wins over what stands where one happens to be.
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::fs::write(elsewhere.path().join("scheda.toml"), "listen = \"nowhere\"").expect("a file");
    std::fs::write(folder.path().join("scheda.toml"), "log = \"error\"").expect("a file");
    let serving = Serving::of(program(folder.path(), &[]).current_dir(elsewhere.path()));
    assert_eq!(std::fs::metadata(folder.path()).expect("the folder").permissions().mode() & 0o777, 0o700);
    serving.end();
}

/// B5: whoever serves as a superuser is told so.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
fn serving_as_a_superuser_is_warned_of() {
    let Ok(admin) = std::env::var("SCHEDA_TEST_POSTGRES") else { return };
    let name = format!("serving_{}", std::process::id());
    let psql = |sql: &str| {
        let done = Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, &admin]).output().expect("psql");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    psql(&format!("CREATE DATABASE {name}"));
    let folder = tempfile::tempdir().expect("a folder");
    let base = admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base);
    let log = Serving::start(folder.path(), &[("SCHEDA_DATABASE_URL", &format!("{base}/{name}"))]).end();
    psql(&format!("DROP DATABASE {name} WITH (FORCE)"));
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARNING")).collect();
    assert!(matches!(warnings.as_slice(), [one] if one.contains("superuser") && one.contains("SCHEDA_DATABASE_URL")), "{log}");
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(Serving::start(folder.path(), &[]).end(), "");
}
