//! An installation of the program for a bench: its data, its process, what the process costs.

use crate::client::{Connection, Fallible, request};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where it keeps its data.
#[derive(Debug, Clone)]
pub struct Installation {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    folder: PathBuf,
    server: Option<Database>,
}

/// A database of the private PostgreSQL.
#[derive(Debug, Clone)]
struct Database {
    name: String,
    /// As the administrator.
    admin: String,
    /// As the role that serves.
    serving: String,
    /// As the role that owns the tables.
    owning: String,
}

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// From starting the process to its first answer.
    pub started: Duration,
}

/// The address and the password of the people in a bench.
pub const ADMINISTRATOR: &str = "direzione@bench.example";
/// An agent of the demonstration's first team.
pub const AGENT: &str = "giulia.conti@demo.example";
pub const PASSWORD: &str = "una lunga frase per i banchi di prova";

impl Installation {
    /// One of a name on a database, empty unless it was made before.
    pub fn of(name: &str, database: &str) -> Fallible<Installation> {
        let root = PathBuf::from("target/bench");
        std::fs::create_dir_all(&root).map_err(|fault| fault.to_string())?;
        let folder = root.join(format!("{name}-{database}"));
        let (database, server) = match database {
            "postgres" => ("postgres", Some(Database::of(&root, name)?)),
            _ => ("sqlite", None),
        };
        let installation = Installation { database, folder, server };
        if installation.make_database()? {
            // Whatever was filled went with the database that was there before.
            let _ = std::fs::remove_file(installation.folder.join("filled"));
        }
        Ok(installation)
    }

    /// The program with this installation's settings.
    pub fn program(&self) -> Command {
        let mut command = Command::new("target/release/scheda");
        command.env("SCHEDA_DATA", &self.folder).env_remove("SCHEDA_DATABASE_URL").env_remove("SCHEDA_SHAPE_URL");
        if let Some(database) = &self.server {
            command.env("SCHEDA_DATABASE_URL", &database.serving).env("SCHEDA_SHAPE_URL", &database.owning);
        }
        command
    }

    /// Runs a command of the program to its end; gives what it printed.
    pub fn run(&self, arguments: &[&str], input: &str) -> Fallible<String> {
        use std::io::Write;
        let mut child = self
            .program()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|fault| format!("target/release/scheda: {fault}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).map_err(|fault| fault.to_string())?;
        }
        let output = child.wait_with_output().map_err(|fault| fault.to_string())?;
        if !output.status.success() {
            return Err(format!("scheda {} failed", arguments.join(" ")));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Adds the administrator, who signs in and makes tokens.
    pub fn add_administrator(&self) -> Fallible<()> {
        let add = ["user", "add", ADMINISTRATOR, "--name", "Direzione", "--role", "administrator", "--password-stdin"];
        self.run(&add, PASSWORD).map(|_| ())
    }

    /// Fills it with the demonstration, and people who can sign in, unless it was filled before.
    pub fn filled(self, accounts: usize, contacts: usize) -> Fallible<Installation> {
        let measure = format!("{accounts} {contacts}");
        if self.is_whole(&measure) {
            return Ok(self);
        }
        self.begin_anew()?;
        eprintln!("filling {} with {accounts} accounts and {contacts} contacts", self.folder.display());
        self.run(&["demo", "--accounts", &accounts.to_string(), "--contacts", &contacts.to_string(), "--seed", "1"], "")?;
        self.add_administrator()?;
        self.run(&["user", "password", AGENT], PASSWORD)?;
        self.mark_whole(&measure)?;
        Ok(self)
    }

    /// Fills it by statements with what no import would make in a reasonable time, unless it was filled before.
    pub fn filled_large(self) -> Fallible<Installation> {
        if self.is_whole("large") {
            return Ok(self);
        }
        self.begin_anew()?;
        eprintln!("filling {} with 1,000,000 accounts and 5,000,000 places", self.folder.display());
        self.run(&["demo", "--accounts", "0", "--contacts", "0"], "")?;
        self.add_administrator()?;
        let status = match &self.server {
            Some(Database { owning, .. }) => {
                Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-f", "benches/large-postgres.sql", owning]).status()
            }
            None => {
                let script =
                    "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).executescript(open(sys.argv[2]).read())";
                let file = self.folder.join("scheda.db");
                Command::new("python3").args(["-c", script]).arg(file).arg("benches/large-sqlite.sql").status()
            }
        };
        if !status.map_err(|fault| fault.to_string())?.success() {
            return Err("the large company could not be made".to_owned());
        }
        self.mark_whole("large")?;
        Ok(self)
    }

    /// Whether a filling with this measure came to its end.
    fn is_whole(&self, measure: &str) -> bool {
        std::fs::read_to_string(self.folder.join("filled")).is_ok_and(|found| found == measure)
    }

    fn mark_whole(&self, measure: &str) -> Fallible<()> {
        std::fs::create_dir_all(&self.folder).map_err(|fault| fault.to_string())?;
        std::fs::write(self.folder.join("filled"), measure).map_err(|fault| fault.to_string())
    }

    /// Nothing of what an interrupted filling left, or one of another measure, is filled on top.
    pub fn begin_anew(&self) -> Fallible<()> {
        self.remove()?;
        self.make_database().map(|_| ())
    }

    /// Whether there is one to make, and it was not there.
    fn make_database(&self) -> Fallible<bool> {
        self.server.as_ref().map_or(Ok(false), Database::make)
    }

    /// Removes all its data.
    pub fn remove(&self) -> Fallible<()> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(|fault| format!("{}: {fault}", self.folder.display()))?;
        }
        self.server.as_ref().map_or(Ok(()), Database::remove)
    }

    /// The path of a file in its folder.
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// The addresses of its database, with the role that serves and the one that owns the tables.
    pub fn addresses(&self) -> Fallible<(String, String)> {
        let database = self.server.as_ref().ok_or("it is on the embedded database")?;
        Ok((database.serving.clone(), database.owning.clone()))
    }

    /// Runs a statement on its database as whoever owns it; gives what it printed.
    pub fn psql(&self, sql: &str) -> Fallible<String> {
        let (_, owning) = self.addresses()?;
        let output = Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, &owning]).output();
        let output = output.map_err(|fault| format!("psql: {fault}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs statements on its database, whichever it is.
    pub fn sql(&self, statements: &[&str]) -> Fallible<()> {
        let status = match &self.server {
            Some(Database { owning, .. }) => Command::new("psql")
                .args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", &statements.join(";\n"), owning])
                .stdout(Stdio::null())
                .status(),
            None => {
                let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).executescript(sys.argv[2])";
                Command::new("python3").args(["-c", script]).arg(self.folder.join("scheda.db")).arg(statements.join(";\n")).status()
            }
        };
        if status.map_err(|fault| fault.to_string())?.success() { Ok(()) } else { Err("a statement failed".to_owned()) }
    }

    /// Starts the server and waits for its first answer.
    pub async fn serve(&self) -> Fallible<Server> {
        self.serve_with(&[]).await
    }

    /// The same under settings of the environment.
    pub async fn serve_with(&self, settings: &[(&str, &str)]) -> Fallible<Server> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|fault| fault.to_string())?
            .port();
        let address = format!("127.0.0.1:{port}");
        // What changes something leaves a line: written as in an installation, but not among the figures.
        let log = std::fs::File::create(self.folder.with_extension("log")).map_err(|fault| fault.to_string())?;
        let begun = Instant::now();
        let child = self
            .program()
            .arg("serve")
            .env("SCHEDA_LISTEN", &address)
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|fault| format!("target/release/scheda: {fault}"))?;
        let mut server = Server { child, address, started: Duration::ZERO };
        let health = request("GET", "/healthz", &[], "");
        while begun.elapsed() < Duration::from_secs(60) {
            if let Ok(mut connection) = Connection::open(&server.address).await
                && let Ok(answer) = connection.ask(&health).await
                && answer.status == 200
            {
                server.started = begun.elapsed();
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err("the server does not answer".to_owned())
    }
}

impl Server {
    /// Signs somebody in; gives the cookie.
    pub async fn sign_in(&self, email: &str) -> Fallible<String> {
        let mut connection = Connection::open(&self.address).await?;
        let body = format!("email={}&password={}", email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", &*format!("http://{}", "localhost")),
            ("sec-fetch-site", "same-origin"),
        ];
        let answer = connection.ask(&request("POST", "/sign-in", &headers, &body)).await?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        cookie.filter(|_| answer.status == 303).ok_or_else(|| format!("signing in gave {}", answer.status))
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) -> Fallible<()> {
        self.child.kill().and_then(|()| self.child.wait()).map(|_| ()).map_err(|fault| fault.to_string())
    }

    /// The CPU time the process has used so far, in seconds.
    pub fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
        let fields: Vec<&str> = after.split(' ').collect();
        let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / 100.0
    }

    /// The memory the process holds now, in MB.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most memory it has held so far, in MB.
    pub fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, key: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("0");
        line.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = Command::new("kill").arg(self.child.id().to_string()).status();
            let _ = self.child.wait();
        }
    }
}

impl Database {
    /// One of a durable private PostgreSQL, which is started where it does not run; not made yet.
    fn of(root: &Path, name: &str) -> Fallible<Database> {
        let folder = std::path::absolute(root.join("postgres")).map_err(|fault| fault.to_string())?;
        let output = Command::new("bin/postgres").arg("start").arg(&folder).output().map_err(|fault| fault.to_string())?;
        let admin = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or("").trim().to_owned();
        if !output.status.success() || admin.is_empty() {
            return Err(format!("PostgreSQL does not start: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let name = format!("bench_{name}");
        let address = with_database(&admin, &name);
        Ok(Database { name, serving: with_role(&address, "bench_serving"), owning: with_role(&address, "bench_owner"), admin })
    }

    /// Makes it, with its roles, unless it is there; whether it was made.
    fn make(&self) -> Fallible<bool> {
        for role in ["bench_owner", "bench_serving"] {
            let sql = format!("DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD 'bench'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
            self.psql(&sql)?;
        }
        let missing = self.psql(&format!("SELECT 1 FROM pg_database WHERE datname = '{}'", self.name))?.is_empty();
        if missing {
            self.psql(&format!("CREATE DATABASE {} OWNER bench_owner", self.name))?;
        }
        Ok(missing)
    }

    fn remove(&self) -> Fallible<()> {
        self.psql(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).map(|_| ())
    }

    /// Runs a statement as the administrator; gives what it printed.
    fn psql(&self, sql: &str) -> Fallible<String> {
        let output = Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, &self.admin]).output();
        let output = output.map_err(|fault| format!("psql: {fault}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn with_database(url: &str, database: &str) -> String {
    let (before, query) = url.split_once('?').map_or((url, None), |(before, query)| (before, Some(query)));
    let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
    match query {
        Some(query) => format!("{base}/{database}?{query}"),
        None => format!("{base}/{database}"),
    }
}

fn with_role(url: &str, role: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let after = rest.split_once('@').map_or(rest, |(_, after)| after);
    format!("{scheme}://{role}:bench@{after}")
}
