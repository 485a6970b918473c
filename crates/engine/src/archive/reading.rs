//! Reading a backup: to see that it is whole, or into an empty place.

use super::filling::Filling;
use super::form::{Manifest, Part, Reader, Totals};
use super::sealed::{Key, Opening, from_disk};
use super::tally::Tally;
use super::writing::{Progress, blocking};
use super::{cells, cells::broken};
use crate::files::{Arriving, Digest, Files};
use kernel::{Error, Result};
use meta::shape::Table;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use store::Store;

type Form = Reader<BufReader<File>>;

fn open(path: &Path, key: &Key) -> Result<Form> {
    let file = File::open(path).map_err(|error| from_disk(&error))?;
    Reader::new(Opening::new(BufReader::with_capacity(1 << 20, file), key)?)
}

/// Reads a backup to its end and holds all of it against its own counts, sums and digests. `Unavailable` with what is wrong.
pub async fn read(path: &Path, key: &Key) -> Result<(Manifest, Totals)> {
    let (path, key) = (path.to_owned(), key.clone());
    blocking(move || {
        let mut form = open(&path, &key)?;
        let mut proof = Proof::of(&form.tables);
        let mut hash: Option<(Digest, Sha256)> = None;
        loop {
            match form.next()? {
                Part::Rows(place, rows) => proof.rows(place, &form.tables, &rows)?,
                Part::File(digest) => {
                    settled(hash.take())?;
                    proof.totals.files += 1;
                    hash = Some((digest, Sha256::new()));
                }
                Part::Bytes(bytes) => {
                    proof.totals.bytes += bytes.len() as u64;
                    hash.as_mut().ok_or_else(broken)?.1.update(&bytes);
                }
                Part::End(totals) => {
                    settled(hash.take())?;
                    return if totals == proof.totals { Ok((form.manifest, totals)) } else { Err(broken()) };
                }
            }
        }
    })
    .await
}

fn settled(hash: Option<(Digest, Sha256)>) -> Result<()> {
    let Some((digest, hash)) = hash else { return Ok(()) };
    let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if found == digest.as_str() { Ok(()) } else { Err(broken()) }
}

/// Reads a backup into an empty place, and proves what is there then. Gives the place, which carries its mark until it is
/// finished with an engine on it.
pub async fn restore(path: &Path, key: &Key, store: Store, files: &Files, progress: Progress) -> Result<(Filling, Manifest, Totals)> {
    let (from, with) = (path.to_owned(), key.clone());
    let mut form = blocking(move || open(&from, &with)).await?;
    // A backup of an installation without a name is told by itself.
    let name = Some(&form.manifest.installation).filter(|name| !name.is_empty()).cloned();
    let name = name.unwrap_or_else(|| format!("backup {}", form.manifest.at));
    let filling = Filling::begin(store, form.tables.clone(), name, false).await?;
    let mut proof = Proof::of(&form.tables);
    let mut arriving: Option<(Digest, Arriving)> = None;
    let mut done = 0;
    loop {
        // A piece is read and opened in less than a request takes.
        match form.next()? {
            Part::Rows(place, rows) => {
                proof.rows(place, &form.tables, &rows)?;
                done += rows.len() as u64;
                filling.rows(place, rows).await?;
                progress(done);
            }
            Part::File(digest) => {
                kept(arriving.take())?;
                proof.totals.files += 1;
                arriving = Some((digest, files.arriving()?));
            }
            Part::Bytes(bytes) => {
                proof.totals.bytes += bytes.len() as u64;
                arriving.as_mut().ok_or_else(broken)?.1.write(&bytes)?;
            }
            Part::End(totals) => {
                kept(arriving.take())?;
                if totals != proof.totals {
                    return Err(broken());
                }
                filling.prove(&totals.tables).await?;
                return Ok((filling, form.manifest, totals));
            }
        }
    }
}

fn kept(arriving: Option<(Digest, Arriving)>) -> Result<()> {
    let Some((digest, arriving)) = arriving else { return Ok(()) };
    if arriving.keep()?.digest == digest { Ok(()) } else { Err(broken()) }
}

/// What was read so far.
struct Proof {
    totals: Totals,
    bytes: Vec<u8>,
}

impl Proof {
    fn of(tables: &[Table]) -> Proof {
        let tables = tables.iter().map(|table| (table.name.clone(), Tally::default())).collect();
        Proof { totals: Totals { tables, ..Totals::default() }, bytes: Vec::new() }
    }

    fn rows(&mut self, place: usize, tables: &[Table], rows: &[Vec<kernel::Value>]) -> Result<()> {
        let (Some(table), Some((_, tally))) = (tables.get(place), self.totals.tables.get_mut(place)) else {
            return Err(Error::NotFound);
        };
        for row in rows {
            self.bytes.clear();
            cells::write(row, &table.columns, &mut self.bytes);
            tally.add(&self.bytes);
        }
        Ok(())
    }
}
