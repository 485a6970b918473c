//! Moving from one database to the other: table by table, proved by counts and sums, and to be begun again as often as it
//! was cut off.

use super::filling::Filling;
use super::form::Totals;
use super::tables::{Scan, some};
use super::tally::Tally;
use super::writing::{Progress, blocking};
use super::{carried, cells};
use crate::Engine;
use crate::files::{Digest, Files};
use kernel::{Error, Result, Say};
use std::sync::Arc;
use store::Store;

/// Where an installation went.
pub(super) const MOVED_TO: &str = "moved_to";

impl Engine {
    /// Copies all tables into an empty place, which this proves to hold the same then. Nobody may write meanwhile. Gives the
    /// place, which carries its mark until it is finished with an engine on it.
    pub async fn move_tables(&self, target: Store, again: bool, progress: Progress) -> Result<(Filling, Totals)> {
        let tables = carried(self.all_tables());
        let filling = Filling::begin(target, tables, self.installation_id().await?, again).await?;
        let mut totals = Totals::default();
        let mut done = 0;
        for (place, table) in filling.tables().iter().enumerate() {
            let mut tally = Tally::default();
            let mut bytes = Vec::new();
            let (mut scan, mut rows) = some(self.store(), Scan::new(table.clone())).await?;
            while !rows.is_empty() {
                for row in &rows {
                    bytes.clear();
                    cells::write(row, &table.columns, &mut bytes);
                    tally.add(&bytes);
                }
                done += rows.len() as u64;
                // The next rows are read while these are written.
                let (written, following) = tokio::join!(filling.rows(place, rows), some(self.store(), scan));
                written?;
                (scan, rows) = following?;
                progress(done);
            }
            totals.tables.push((table.name.clone(), tally));
        }
        filling.prove(&totals.tables).await?;
        Ok((filling, totals))
    }

    /// Copies every file that a record refers to into another folder, and sees that each is whole; in the same folder it only
    /// does that. Gives how many there are and their bytes.
    pub async fn move_files(&self, target: &Files) -> Result<(u64, u64)> {
        let engine = self.clone();
        let all = self.store().read(move |tx| Box::pin(async move { engine.all_files(tx).await })).await?;
        if all.is_empty() {
            return Ok((0, 0));
        }
        let (source, target) = (self.files()?.clone(), target.clone());
        blocking(move || {
            let (mut files, mut bytes) = (0, 0);
            for (digest, _) in all {
                let lost = || Error::Unavailable(Say::new("error-backup-not-whole").with("cause", format_args!("files/{digest}")));
                let known: Digest = digest.parse().map_err(|_| lost())?;
                let there = target.examine(&known).ok().filter(|kept| kept.digest == known);
                if there.is_none() {
                    let kept = target.put(source.open(&known).map_err(|_| lost())?)?;
                    if kept != known {
                        return Err(lost());
                    }
                }
                files += 1;
                bytes += target.examine(&known)?.size;
            }
            Ok((files, bytes))
        })
        .await
    }

    /// Notes that the installation lives somewhere else from now on; without what only the database's administrator should read.
    pub async fn note_moved(&self, to: &str) -> Result<()> {
        self.note_down(MOVED_TO, without_secret(to)).await
    }

    /// Where the installation went; none where it is at home here.
    pub async fn moved_to(&self) -> Result<Option<String>> {
        self.installation(MOVED_TO).await
    }
}

/// The address without its password.
fn without_secret(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        let parts = address.split_whitespace().filter(|part| !part.starts_with("password"));
        return parts.collect::<Vec<_>>().join(" ");
    };
    match rest.rsplit_once('@') {
        Some((who, place)) => format!("{scheme}://{}@{place}", who.split(':').next().unwrap_or_default()),
        None => address.to_owned(),
    }
}

/// How far it is, told to nobody.
pub fn silently() -> Progress {
    Arc::new(|_| {})
}

#[cfg(test)]
mod tests {
    use super::without_secret;

    #[test]
    fn the_note_of_a_move_holds_no_password() {
        for (address, noted) in [
            ("postgres://scheda:segreta@db.example:5432/scheda", "postgres://scheda@db.example:5432/scheda"),
            ("postgres://scheda@/scheda", "postgres://scheda@/scheda"),
            ("host=db password=segreta dbname=scheda", "host=db dbname=scheda"),
            ("postgres:///scheda", "postgres:///scheda"),
        ] {
            assert_eq!(without_secret(address), noted);
        }
    }
}
