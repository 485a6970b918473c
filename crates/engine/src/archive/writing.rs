//! Writing a backup: the tables at one moment, then the files they refer to.

use super::carried;
use super::form::{Manifest, Totals, Writer};
use super::sealed::{Key, Sealing, from_disk};
use super::tables::Scan;
use crate::{Dialect, Engine};
use kernel::{Error, Result, Say};
use meta::shape::Table;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use store::{Statement, Tx};

/// Is told how many rows are done.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

impl Engine {
    /// Every table there is, of records and of the engine.
    pub fn all_tables(&self) -> Vec<Table> {
        let mut tables = self.model().tables();
        tables.extend(crate::system::tables());
        tables
    }

    /// Writes a backup into a file that is not there yet; it has its name only once all of it is on the disk. Others go on
    /// reading and writing. `Unavailable` where the database, or a file, is not whole: a copy would not be either.
    pub async fn write_backup(&self, path: &Path, key: &Key, progress: Progress) -> Result<(Manifest, Totals)> {
        let installation = self.installation_id().await?;
        let beside = path.with_extension("part");
        let outcome = self.write_beside(&beside, key, installation, progress).await;
        let settled = outcome.and_then(|outcome| {
            let settle = || {
                fs::rename(&beside, path)?;
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                File::open(folder)?.sync_all()
            };
            settle().map_err(|error: std::io::Error| from_disk(&error))?;
            Ok(outcome)
        });
        if settled.is_err() {
            // What is half written helps nobody.
            let _ = fs::remove_file(&beside);
        }
        settled
    }

    async fn write_beside(&self, path: &Path, key: &Key, installation: String, progress: Progress) -> Result<(Manifest, Totals)> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(|error| from_disk(&error))?;
        let (key, chance) = (key.clone(), self.inside.chance.clone());
        // Making the key is slow on purpose.
        let sealing = blocking(move || Sealing::new(BufWriter::with_capacity(1 << 20, file), &key, chance.as_ref())).await?;
        let tables = carried(self.all_tables());
        let database = match self.store().dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        };
        let manifest = Manifest::new(&tables, self.now(), database, installation);
        let writer = Writer::new(sealing, &manifest)?;
        // Long reading on connections of its own: people's questions wait for none of it.
        let aside = self.store().aside().await?;
        let engine = self.clone();
        let read = aside.read_snapshot(move |tx| Box::pin(async move { engine.write_tables(tx, writer, &tables, &progress).await })).await;
        aside.close().await;
        let (writer, referred) = read?;
        let files = if referred.is_empty() { None } else { Some(self.files()?.clone()) };
        let (inner, totals) = blocking(move || {
            let mut writer = writer;
            for (digest, _) in referred {
                let Some(files) = &files else { break };
                let digest = digest.parse().map_err(|_| missing(&digest))?;
                writer
                    .file(files, &digest)
                    .map_err(|error| if matches!(error, Error::NotFound) { missing(digest.as_str()) } else { error })?;
            }
            writer.finish()
        })
        .await?;
        let sync = || inner.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all();
        sync().map_err(|error| from_disk(&error))?;
        Ok((manifest, totals))
    }

    async fn write_tables(
        &self,
        tx: &mut Tx,
        mut writer: Writer<BufWriter<File>>,
        tables: &[Table],
        progress: &Progress,
    ) -> Result<(Writer<BufWriter<File>>, BTreeSet<(String, i64)>)> {
        if tx.dialect() == Dialect::Sqlite {
            let rows = tx.rows(&Statement::new("PRAGMA quick_check(1)", Vec::new())).await?;
            if let Some(row) = rows.first().filter(|row| row.text(0) != "ok") {
                return Err(Error::Unavailable(Say::new("error-backup-not-whole").with("cause", row.text(0))));
            }
        }
        let mut done = 0;
        for (place, table) in tables.iter().enumerate() {
            let mut scan = Scan::new(table.clone());
            loop {
                let rows = scan.next(tx).await?;
                if rows.is_empty() {
                    break;
                }
                writer.rows(place, table, &rows)?;
                done += rows.len() as u64;
                progress(done);
            }
        }
        let referred = self.all_files(tx).await?;
        Ok((writer, referred))
    }

    /// The name that this installation has and no other, made when it is first asked for.
    pub(crate) async fn installation_id(&self) -> Result<String> {
        const KEY: &str = "identity";
        if let Some(known) = self.installation(KEY).await? {
            return Ok(known);
        }
        // Whoever may only read has none to keep.
        if self.store().mode() == store::Mode::Read {
            return Ok(String::new());
        }
        let made = self.chance().secret();
        let sql = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO NOTHING";
        let make = Statement::new(sql, vec![KEY.into(), made.into()]);
        self.store().write(move |tx| Box::pin(async move { tx.execute(&make).await })).await?;
        self.installation(KEY).await?.ok_or(Error::NotFound)
    }
}

fn missing(digest: &str) -> Error {
    Error::Unavailable(Say::new("error-backup-not-whole").with("cause", format_args!("files/{digest}")))
}

/// Work that waits for the disk, or is slow, away from those who answer requests.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
