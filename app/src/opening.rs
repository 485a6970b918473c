//! Opening an installation: the areas of the product, on the database that the settings name.

use crate::settings::Settings;
use crate::speaking;
use engine::backups::Place;
use engine::files::Files;
use engine::secrets::Source;
use engine::{Area, Engine, Principal, Through};
use kernel::{Error, Result, Say, SystemChance, SystemClock};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Mode, Store};

/// After how long a question to the embedded database is broken off, while others wait for its readers.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hour at which a backup is taken, unless somebody says it: nobody works then.
const HOUR: u8 = 1;

/// The areas of the product.
pub fn areas() -> Vec<Area> {
    vec![base::area(), marketing::area()]
}

/// For writing: on the embedded database only while nothing else serves it.
pub async fn open(settings: &Settings) -> Result<Engine> {
    open_as(settings, Mode::Serve).await
}

/// For reading, beside whoever serves.
pub async fn open_to_read(settings: &Settings) -> Result<Engine> {
    open_as(settings, Mode::Read).await
}

/// Where backups go.
pub fn backups(settings: &Settings) -> Place {
    let beside = |given: &Option<PathBuf>, name: &str| given.clone().unwrap_or_else(|| settings.data.join(name));
    Place {
        folder: beside(&settings.backup_folder, "backups"),
        key_file: beside(&settings.backup_key_file, "backup.key"),
        hour: settings.backup_hour.unwrap_or(HOUR),
        kept: settings.backup_kept,
    }
}

async fn open_as(settings: &Settings, mode: Mode) -> Result<Engine> {
    let store = Store::open(place(settings, mode)?).await?;
    if engine::archive::is_unfinished(&store).await? {
        return Err(Error::Unavailable(Say::new("error-place-unfinished")));
    }
    if mode == Mode::Serve && store.overpowered().await? {
        speaking::warn(
            "PostgreSQL is reached as a superuser, or as a role that may run programs: whatever goes wrong in Scheda then reaches the whole server. \
             Set SCHEDA_DATABASE_URL to a role that owns no table, and SCHEDA_SHAPE_URL to the one that owns them (README, PostgreSQL).",
        );
    }
    open_on(settings, store).await
}

/// On a store that is open already.
pub async fn open_on(settings: &Settings, store: Store) -> Result<Engine> {
    let inner = engine::Settings {
        shaping: store.mode() == Mode::Serve,
        files: Some(files(settings)),
        backups: Some(backups(settings)),
        secrets: match &settings.master_key {
            Some(key) => Source::Said(key.clone()),
            None => Source::File(settings.data.join("master.key")),
        },
        address: settings.address(),
        import_folder: settings.import_folder.clone(),
        import_hosts: settings.import_hosts.clone(),
        geocoding_hosts: settings.geocoding_hosts.clone(),
        ..engine::Settings::default()
    };
    let engine = Engine::open(store, areas(), inner, Arc::new(SystemClock), Arc::new(SystemChance)).await?;
    engine.speak_with(speaking::words()?);
    Ok(engine)
}

/// The files of an installation.
pub fn files(settings: &Settings) -> Files {
    Files::new(settings.data.join("files"))
}

/// Where the data of an installation is, and how it is reached.
pub fn place(settings: &Settings, mode: Mode) -> Result<store::Settings> {
    let measures = match &settings.database_url {
        Some(url) => {
            // Its key and its files stand here also where the database is elsewhere.
            if mode == Mode::Serve && !settings.data.exists() {
                make_private(&settings.data)?;
            }
            store::Settings::postgres(url.as_str(), settings.shape_url.clone())
        }
        None => {
            if mode == Mode::Serve {
                make_private(&settings.data)?;
            }
            let file = settings.data.join("scheda.db");
            if mode == Mode::Read && !file.is_file() {
                return Err(Error::Unavailable(Say::new("error-no-data").with("folder", settings.data.display())));
            }
            let place = store::Settings::sqlite(file);
            // What people ask for may not hold the few that read: who asks at the command line has more time.
            if mode == Mode::Serve { store::Settings { patience: PATIENCE, ..place } } else { place }
        }
    };
    Ok(if mode == Mode::Read { measures.reading() } else { measures })
}

/// The data folder belongs to whoever runs the program, and to nobody else.
fn make_private(folder: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    use std::os::unix::fs::PermissionsExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    // One that was there already may be open to others.
    let private = made.and_then(|()| {
        let mode = std::fs::metadata(folder)?.permissions().mode();
        if mode & 0o077 == 0 { Ok(()) } else { std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode & 0o700)) }
    });
    private.map_err(|fault| Error::Unavailable(Say::new("error-data-folder").with("folder", folder.display()).with("cause", fault)))
}

/// Whoever sits at the command line owns the data.
pub fn whoever(engine: &Engine) -> Principal {
    engine.system(Through::CommandLine)
}
