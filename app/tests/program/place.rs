//! A folder with an installation of its own, on one of the databases, and the program run in it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// An installation; all of it goes away at the end.
pub struct Place {
    folder: tempfile::TempDir,
    database: Option<Database>,
}

struct Database {
    admin: String,
    name: String,
    url: String,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub said: String,
}

/// A program that goes on until it is told to stop.
pub struct Running(Child);

impl Place {
    /// On the embedded database.
    pub fn on_sqlite() -> Place {
        Place { folder: tempfile::tempdir().expect("a folder"), database: None }
    }

    /// On a database of its own of the PostgreSQL that the tests are told of; none where they are told of none.
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
    pub fn on_postgres(story: &str) -> Option<Place> {
        let admin = match std::env::var("SCHEDA_TEST_POSTGRES") {
            Ok(admin) => admin,
            Err(_) if std::env::var_os("SCHEDA_TEST_REQUIRE_POSTGRES").is_some() => panic!("SCHEDA_TEST_POSTGRES is not set"),
            Err(_) => return None,
        };
        let name = format!("program_{story}_{}", std::process::id());
        let url = format!("{}/{name}", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
        let database = Database { admin, name, url };
        database.psql(&format!("CREATE DATABASE {}", database.name));
        Some(Place { folder: tempfile::tempdir().expect("a folder"), database: Some(database) })
    }

    /// One of each.
    pub fn on_both(story: &str) -> Vec<Place> {
        [Some(Place::on_sqlite()), Place::on_postgres(story)].into_iter().flatten().collect()
    }

    pub fn is_embedded(&self) -> bool {
        self.database.is_none()
    }

    /// The address of its database on a server.
    pub fn url(&self) -> &str {
        &self.database.as_ref().expect("a database on a server").url
    }

    /// Runs a statement on its database on a server; what it gave.
    pub fn sql(&self, sql: &str) -> String {
        let done = Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url()]).output().expect("psql");
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// The path of a file in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    /// The program as it would be found by somebody who set nothing: it works in the folder, whose `scheda.toml` counts.
    pub fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scheda"));
        command.args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in
            ["DATA", "LISTEN", "DATABASE_URL", "SHAPE_URL", "BASE_URL", "TRUSTED_PROXIES", "LOG", "BACKUP_FOLDER", "BACKUP_KEY_FILE"]
        {
            command.env_remove(format!("SCHEDA_{name}"));
        }
        command
    }

    /// The program on this installation.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        command.env("SCHEDA_DATA", self.path("data")).env("SCHEDA_LISTEN", "127.0.0.1:0");
        if let Some(database) = &self.database {
            command.env("SCHEDA_DATABASE_URL", &database.url).env("SCHEDA_SHAPE_URL", &database.url);
        }
        command
    }

    /// Runs a command that succeeds; what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let ended = ended(&mut self.program(arguments), "");
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        ended.out
    }

    /// The same, with something on standard input.
    pub fn run_with(&self, input: &str, arguments: &[&str]) -> String {
        let ended = ended(&mut self.program(arguments), input);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        ended.out
    }

    /// Runs a command that fails; the sentence that it ends with.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let ended = ended(&mut self.program(arguments), "");
        ended.refusal(&format!("{arguments:?}"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(database) = &self.database {
            database.psql(&format!("DROP DATABASE {} WITH (FORCE)", database.name));
        }
    }
}

impl Database {
    fn psql(&self, sql: &str) {
        let done = Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, &self.admin]).output().expect("psql");
        if !std::thread::panicking() {
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
    }
}

/// Runs a command to its end.
pub fn ended(command: &mut Command, input: &str) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
    // Who does not read it closes it.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), out: text(&output.stdout), said: text(&output.stderr) }
}

impl Ended {
    /// The sentence of a command that failed as it should: for a person, neither a panic nor a key without its words.
    pub fn refusal(self, what: &str) -> String {
        assert_eq!(self.code, Some(1), "{what}: {self:?}");
        let sentence = self.said.strip_prefix("scheda: ").unwrap_or_else(|| panic!("{what}: {}", self.said));
        assert!(!sentence.contains("panicked") && !sentence.contains("error-"), "{what}: {sentence}");
        sentence.trim_end().to_owned()
    }
}

impl Running {
    /// Starts it, and waits until it would hear that it shall stop.
    pub fn start(command: &mut Command) -> Running {
        let mut running = Running(command.spawn().expect("the program starts"));
        let began = Instant::now();
        while !running.listens_to_signals() {
            if let Some(status) = running.0.try_wait().expect("a state") {
                let mut said = String::new();
                running.0.stderr.take().expect("its errors").read_to_string(&mut said).expect("text");
                panic!("it ended with {status}: {said}");
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        running
    }

    /// The address that a server printed first.
    pub fn address(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        line.trim().rsplit_once("://").unwrap_or_else(|| panic!("{line}")).1.to_owned()
    }

    pub fn stop(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill");
        assert!(told.success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().expect("a state") {
                assert!(status.success(), "it ended with {status}");
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn listens_to_signals(&self) -> bool {
        const TERMINATE: u64 = 1 << 14;
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & TERMINATE != 0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Status and body of an address, asked with a token.
pub fn get(address: &str, path: &str, token: &str) -> (u16, String) {
    let answer = tried(address, "GET", path, &[("Authorization", &format!("Bearer {token}"))], "").expect("an answer");
    (answer.status, answer.body)
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Asks an address; nothing where it does not answer to the end.
pub fn tried(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("\r\n{body}");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    if length.is_some_and(|length| body.len() < length) {
        return None;
    }
    Some(Answer { status: head.split(' ').nth(1)?.parse().ok()?, head: head.to_owned(), body: body.to_owned() })
}
