//! Backups that are taken by themselves, once a day, or when an administrator asks: written, read again to see that they
//! are whole, and kept for some days, weeks and months.

mod keeping;
#[cfg(test)]
mod tests;

use crate::Engine;
use crate::archive::{Key, Totals, read, silently};
use crate::area::Slice;
use crate::audit::{Entry, JOB};
use crate::jobs::{Done, JobContext, Run};
use kernel::{Error, Id, Moment, Result, Say, Value};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use store::{Statement, Work};

/// The job that takes one.
pub(crate) const KIND: &str = "back-up";
/// What the name of a backup ends with.
pub const ENDING: &str = "backup";

/// Where backups go and how many are kept.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// The file with the key; made where it is not there.
    pub key_file: PathBuf,
    /// The hour of the day at which one is taken by itself.
    pub hour: u8,
    /// For how many days, weeks and months the newest of each is kept.
    pub kept: [usize; 3],
}

/// How a backup ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The job that took it.
    pub id: Id,
    /// When it began.
    pub at: Moment,
    /// When it ended; none while it is under way, or where its process was killed.
    pub finished_at: Option<Moment>,
    /// Its file.
    pub file: String,
    /// Bytes of the file.
    pub bytes: i64,
    /// Rows of all tables.
    pub rows: i64,
    /// Files in it.
    pub files: i64,
    /// When it was read again and found whole; none where it was not.
    pub verified_at: Option<Moment>,
    /// Why it failed; empty where it did not.
    pub error: String,
}

/// What backups register; their hour comes from the settings.
pub(crate) fn slice(place: Option<&Place>) -> Slice {
    let slice = Slice::new("backups").job(BackUp);
    match place {
        Some(place) => slice.every(format!("11 {} * * *", place.hour.min(23)), KIND),
        None => slice,
    }
}

struct BackUp;

impl Run for BackUp {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let engine = &context.engine;
            let begun = engine.now();
            let sql = "INSERT INTO \"backup\" (\"id\", \"at\") VALUES (?, ?) ON CONFLICT (\"id\") DO UPDATE SET \"at\" = excluded.\"at\", \"error\" = ''";
            engine.note_backup(Statement::new(sql, vec![Value::Link(context.id), Value::Moment(begun)])).await?;
            let outcome = engine.back_up(begun).await;
            let (file, bytes, totals, error) = match &outcome {
                Ok((file, bytes, totals)) => (file.clone(), *bytes, totals.clone(), String::new()),
                Err(error) => (String::new(), 0, Totals::default(), error.to_string()),
            };
            let ended = engine.now();
            let sql = "UPDATE \"backup\" SET \"finished_at\" = ?, \"file\" = ?, \"bytes\" = ?, \"rows\" = ?, \"files\" = ?, \"verified_at\" = ?, \
                       \"error\" = ? WHERE \"id\" = ?";
            let whole = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
            let values = vec![
                Value::Moment(ended),
                Value::Text(file),
                whole(bytes),
                whole(totals.rows()),
                whole(totals.files),
                if outcome.is_ok() { Value::Moment(ended) } else { Value::Empty },
                Value::Text(error.replace('\0', " ")),
                Value::Link(context.id),
            ];
            engine.note_backup(Statement::new(sql, values)).await?;
            let kept = if outcome.is_ok() { "backup-taken" } else { "backup-failed" };
            engine.audit(Entry { through: JOB.to_owned(), ..Entry::new(kept) }).await?;
            outcome.map(|_| Done::Finished)
        })
    }
}

impl Engine {
    /// The backups of an installation: where they go.
    pub fn backups_place(&self) -> Result<&Place> {
        self.settings().backups.as_ref().ok_or_else(|| Error::Unavailable(Say::new("error-no-backups")))
    }

    /// Takes a backup, reads it again, and lets go of those that are kept long enough. Gives its name, its bytes, and what is in it.
    async fn back_up(&self, begun: Moment) -> Result<(String, u64, Totals)> {
        let place = self.backups_place()?;
        let key = key_of(&place.key_file, || self.chance().secret())?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&place.folder).map_err(|error| unusable(&place.folder, &error))?;
        let name = format!("scheda-{}.{ENDING}", keeping::stamp(begun));
        let path = place.folder.join(&name);
        let (_, written) = self.write_backup(&path, &key, silently()).await?;
        let (_, found) = read(&path, &key).await?;
        if found != written {
            return Err(Error::Unavailable(Say::new("error-backup-broken")));
        }
        let bytes = std::fs::metadata(&path).map_err(|error| unusable(&path, &error))?.len();
        keeping::let_go(&place.folder, place.kept)?;
        Ok((name, bytes, written))
    }

    /// The moment in the name of a backup that is written now.
    pub fn backup_stamp(&self) -> String {
        keeping::stamp(self.now())
    }

    /// Has one taken now, by a job. For administrators.
    pub async fn begin_backup(&self, who: &crate::Principal) -> Result<()> {
        who.administers()?;
        self.backups_place()?;
        let engine = self.clone();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    // One that waits already is enough.
                    let waiting = Statement::new("SELECT 1 FROM \"job\" WHERE \"kind\" = ? AND \"state\" = 'waiting'", vec![KIND.into()]);
                    if tx.rows(&waiting).await?.is_empty() {
                        engine.enqueue(tx, KIND, String::new(), None).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The latest backups, the newest first.
    pub async fn backups(&self, most: i64) -> Result<Vec<Backup>> {
        let sql = "SELECT \"id\", \"at\", \"finished_at\", \"file\", \"bytes\", \"rows\", \"files\", \"verified_at\", \"error\" FROM \"backup\" \
                   ORDER BY \"id\" DESC LIMIT ?";
        let statement = Statement::new(sql, vec![Value::Int(most)]);
        let read = self.inside.store.read(move |tx| {
            Box::pin(async move {
                let rows = tx.rows(&statement).await?;
                Ok(rows
                    .iter()
                    .filter_map(|row| {
                        Some(Backup {
                            id: row.link(0)?,
                            at: row.moment(1)?,
                            finished_at: row.moment(2),
                            file: row.text(3).to_owned(),
                            bytes: row.int(4),
                            rows: row.int(5),
                            files: row.int(6),
                            verified_at: row.moment(7),
                            error: row.text(8).to_owned(),
                        })
                    })
                    .collect())
            })
        });
        read.await
    }

    async fn note_backup(&self, statement: Statement) -> Result<()> {
        let write = self.inside.store.write(move |tx| {
            Box::pin(async move {
                tx.execute(&statement).await?;
                tx.announce("backup").await
            })
        });
        write.await
    }
}

/// The key in a file, which is made with a secret where it is not there.
pub fn key_of(path: &Path, secret: impl FnOnce() -> String) -> Result<Key> {
    match std::fs::read_to_string(path) {
        Ok(text) => Key::new(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = secret();
            let make = || {
                if let Some(folder) = path.parent() {
                    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                }
                let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
                file.write_all(secret.as_bytes())?;
                file.write_all(b"\n")?;
                file.sync_all()
            };
            make().map_err(|error| unusable(path, &error))?;
            Key::new(&secret)
        }
        Err(error) => Err(unusable(path, &error)),
    }
}

fn unusable(path: &Path, cause: &std::io::Error) -> Error {
    Error::Unavailable(Say::new("error-file").with("file", path.display()).with("cause", cause))
}
