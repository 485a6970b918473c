//! Stores of their own for tests, on both databases. Wanted by tests only, behind the feature `testing`.
#![expect(clippy::disallowed_methods, reason = "tests are told by the environment where the server is")]

use crate::postgres::config;
use crate::tx::Shared;
use crate::{Settings, Store};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, Config, NoTls};

const OWNER: &str = "scheda_test_owner";
const SERVING: &str = "scheda_test_serving";
const PREFIX: &str = "scheda_test_";

static MADE: AtomicU32 = AtomicU32::new(0);
static PREPARED: OnceCell<()> = OnceCell::const_new();

/// A store in a temporary folder, gone with it.
pub async fn sqlite() -> Store {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut settings = Settings::sqlite(folder.path().join("scheda.db"));
    settings.readers = 2;
    Store::open_keeping(settings, Some(Box::new(folder))).await.expect("a store on SQLite")
}

/// A store on a database of its own, on the server that `SCHEDA_TEST_POSTGRES` names with an administrator's address;
/// one role owns the tables, another serves. Gone when the store is dropped, or at the next start.
pub async fn postgres() -> Option<Store> {
    postgres_with(|_| {}).await
}

/// The same, under settings of one's own.
pub async fn postgres_with(settle: impl FnOnce(&mut Settings)) -> Option<Store> {
    let admin = config(&std::env::var("SCHEDA_TEST_POSTGRES").ok()?).expect("SCHEDA_TEST_POSTGRES");
    let client = connect(&admin).await;
    PREPARED.get_or_init(|| prepare(&client)).await;
    let name = format!("{PREFIX}{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    client.batch_execute(&format!("CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0")).await.expect("a database");
    let mut settings =
        Settings { connections: 4, ..Settings::postgres(address(&admin, SERVING, &name), Some(address(&admin, OWNER, &name))) };
    settle(&mut settings);
    let guard = Database { admin, name };
    Some(Store::open_keeping(settings, Some(Box::new(guard))).await.expect("a store on PostgreSQL"))
}

/// A store whose serving role administers the server, as nobody should run it.
pub async fn postgres_as_administrator() -> Option<Store> {
    let url = std::env::var("SCHEDA_TEST_POSTGRES").ok()?;
    Some(Store::open(Settings { connections: 2, ..Settings::postgres(url, None) }).await.expect("a store on PostgreSQL"))
}

/// A store on each database. Without a server only SQLite, unless `SCHEDA_TEST_REQUIRE_POSTGRES=1` says that it must be there.
pub async fn both() -> Vec<Store> {
    let mut stores = vec![sqlite().await];
    match postgres().await {
        Some(store) => stores.push(store),
        None => assert_ne!(
            std::env::var("SCHEDA_TEST_REQUIRE_POSTGRES").as_deref(),
            Ok("1"),
            "SCHEDA_TEST_POSTGRES must name a server (bin/postgres start --fast DIR)"
        ),
    }
    stores
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("the server of SCHEDA_TEST_POSTGRES");
    tokio::spawn(connection);
    client
}

/// Once per process: the two roles, and an end to what crashed tests left behind.
async fn prepare(client: &Client) {
    for role in [OWNER, SERVING] {
        let make = format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        client.batch_execute(&make).await.expect("a role");
    }
    let names = format!("SELECT datname::text FROM pg_database WHERE datname LIKE '{PREFIX}%'");
    for row in client.query(&names, &[]).await.expect("the databases") {
        let name: String = row.get(0);
        let process = name.trim_start_matches(PREFIX).split('_').next().unwrap_or_default();
        if !std::path::Path::new("/proc").join(process).exists() {
            let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await;
        }
    }
}

fn address(admin: &Config, role: &str, database: &str) -> String {
    use tokio_postgres::config::Host;
    let host = match admin.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => folder.to_string_lossy().into_owned(),
        _ => "127.0.0.1".to_owned(),
    };
    let port = admin.get_ports().first().copied().unwrap_or(5432);
    format!("host='{host}' port={port} user={role} dbname={database}")
}

struct Database {
    admin: Config,
    name: String,
}

impl Drop for Database {
    /// On a thread with a runtime of its own: the test's may be ending.
    fn drop(&mut self) {
        let admin = self.admin.clone();
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                if let Ok((client, connection)) = admin.connect(NoTls).await {
                    tokio::spawn(connection);
                    let _ = client.batch_execute(&sql).await;
                }
            });
        });
        let _ = dropping.join();
    }
}

impl Shared {
    /// Remembers the text of a statement, where a test listens.
    pub(crate) fn hear(&self, sql: &Arc<str>) {
        if let Some(heard) = self.heard.lock().expect("the statements").as_mut() {
            heard.insert(sql.clone());
        }
    }
}

impl Store {
    /// Listens to the texts of all statements from now on.
    pub fn listen_to_statements(&self) {
        *self.base.shared.heard.lock().expect("the statements") = Some(BTreeSet::new());
    }

    /// The texts of the statements since then, each once.
    pub fn statements(&self) -> Vec<Arc<str>> {
        self.base.shared.heard.lock().expect("the statements").iter().flatten().cloned().collect()
    }
}
