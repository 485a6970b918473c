//! Settings: `scheda.toml` beside the data, or else in the working folder, and `SCHEDA_*` variables, which win.

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What an installation is told from outside.
#[derive(Clone)]
pub struct Settings {
    /// The folder of the embedded database and of files.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// PostgreSQL instead of the embedded database.
    pub database_url: Option<String>,
    /// PostgreSQL with the role that owns the tables.
    pub shape_url: Option<String>,
    /// How people reach it: decides links, cookies, and which hosts are answered.
    pub base_url: Option<String>,
    /// The key of what is kept secret, the same to all nodes; without one it stands in `master.key` beside the data.
    pub master_key: Option<String>,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: Vec<String>,
    /// Requests a minute through one person's tokens; none for no limit.
    pub api_per_minute: Option<u32>,
    /// The largest file that is taken, in megabytes; none for the usual.
    pub upload_megabytes: Option<u64>,
    /// The folder of backups; none for `backups` beside the data.
    pub backup_folder: Option<PathBuf>,
    /// The file with the key of backups; none for `backup.key` beside the data, which is made.
    pub backup_key_file: Option<PathBuf>,
    /// The hour at which one is taken every day; none for the usual.
    pub backup_hour: Option<u8>,
    /// For how many days, weeks and months backups are kept: `7/4/12`.
    pub backup_kept: [usize; 3],
    /// The folder below which files to import may stand.
    pub import_folder: Option<PathBuf>,
    /// Servers of our own network from which files to import may be fetched: `host:port`.
    pub import_hosts: Vec<String>,
    /// Servers of our own network that may be asked where an address is: `host:port`.
    pub geocoding_hosts: Vec<String>,
    /// What is written to the log: levels by target, as `tracing` filters have it.
    pub log: String,
}

/// Warnings, and a line for every change and every denial.
const LOG: &str = "warn,audit=info";

/// For how many days, weeks and months backups are kept, unless somebody says it.
const KEPT: [usize; 3] = [7, 4, 12];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<String>,
    database_url: Option<String>,
    shape_url: Option<String>,
    base_url: Option<String>,
    master_key: Option<String>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    api_per_minute: Option<u32>,
    upload_megabytes: Option<u64>,
    backup_folder: Option<PathBuf>,
    backup_key_file: Option<PathBuf>,
    backup_hour: Option<u8>,
    backup_kept: Option<String>,
    import_folder: Option<PathBuf>,
    #[serde(default)]
    import_hosts: Vec<String>,
    #[serde(default)]
    geocoding_hosts: Vec<String>,
    log: Option<String>,
}

impl Settings {
    /// Reads file and environment; what can't be read is said.
    pub fn read() -> Result<Settings, String> {
        let data = variable("SCHEDA_DATA").map(PathBuf::from);
        let beside = data.as_deref().unwrap_or(Path::new("scheda-data")).join("scheda.toml");
        let file = [beside, PathBuf::from("scheda.toml")].into_iter().find(|path| path.is_file());
        let file = match file {
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|fault| format!("{} can't be read: {fault}", path.display()))?;
                toml::from_str::<File>(&text).map_err(|fault| format!("{}: {fault}", path.display()))?
            }
            None => File::default(),
        };
        let listen = variable("SCHEDA_LISTEN").or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen = listen.parse().map_err(|_| format!("SCHEDA_LISTEN is no address with a port: {listen}"))?;
        let list = |name: &str| variable(name).map(|list| list.split(',').map(|one| one.trim().to_owned()).collect::<Vec<String>>());
        let proxies = list("SCHEDA_TRUSTED_PROXIES");
        let api_per_minute = variable("SCHEDA_API_PER_MINUTE")
            .map(|text| text.parse().map_err(|_| format!("SCHEDA_API_PER_MINUTE is no number of requests: {text}")))
            .transpose()?;
        let upload_megabytes = variable("SCHEDA_UPLOAD_MEGABYTES")
            .map(|text| text.parse().map_err(|_| format!("SCHEDA_UPLOAD_MEGABYTES is no number of megabytes: {text}")))
            .transpose()?;
        let backup_hour = variable("SCHEDA_BACKUP_HOUR")
            .map(|text| text.parse().map_err(|_| format!("SCHEDA_BACKUP_HOUR is no hour: {text}")))
            .transpose()?
            .or(file.backup_hour);
        if backup_hour.is_some_and(|hour| hour > 23) {
            return Err("The hour of backups (SCHEDA_BACKUP_HOUR) lies between 0 and 23".to_owned());
        }
        let backup_kept = variable("SCHEDA_BACKUP_KEPT").or(file.backup_kept);
        Ok(Settings {
            backup_folder: variable("SCHEDA_BACKUP_FOLDER").map(PathBuf::from).or(file.backup_folder),
            backup_key_file: variable("SCHEDA_BACKUP_KEY_FILE").map(PathBuf::from).or(file.backup_key_file),
            backup_hour,
            backup_kept: backup_kept.map_or(Ok(KEPT), |text| kept(&text))?,
            data: data.or(file.data).unwrap_or_else(|| PathBuf::from("scheda-data")),
            listen,
            database_url: variable("SCHEDA_DATABASE_URL").or(file.database_url),
            shape_url: variable("SCHEDA_SHAPE_URL").or(file.shape_url),
            base_url: variable("SCHEDA_BASE_URL").or(file.base_url),
            master_key: variable("SCHEDA_MASTER_KEY").or(file.master_key),
            trusted_proxies: proxies.unwrap_or(file.trusted_proxies),
            api_per_minute: api_per_minute.or(file.api_per_minute),
            upload_megabytes: upload_megabytes.or(file.upload_megabytes),
            import_folder: variable("SCHEDA_IMPORT_FOLDER").map(PathBuf::from).or(file.import_folder),
            import_hosts: list("SCHEDA_IMPORT_HOSTS").unwrap_or(file.import_hosts),
            geocoding_hosts: list("SCHEDA_GEOCODING_HOSTS").unwrap_or(file.geocoding_hosts),
            log: variable("SCHEDA_LOG").or(file.log).unwrap_or_else(|| LOG.to_owned()),
        })
    }

    /// The address under which people reach it, without a slash at its end.
    pub fn address(&self) -> String {
        let address = self.base_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        address.trim_end_matches('/').to_owned()
    }

    /// Threads that serve requests, besides the database's.
    pub fn workers(&self) -> usize {
        std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 16)
    }
}

/// Days, weeks and months.
fn kept(text: &str) -> Result<[usize; 3], String> {
    let numbers: Option<Vec<usize>> = text.split('/').map(|number| number.trim().parse().ok()).collect();
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| format!("SCHEDA_BACKUP_KEPT is not days, weeks and months as 7/4/12: {text}"))
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
