//! What nobody refers to goes: files of records that left the trash for good, and what was on its way in and never came.
//! What a record refers to stays, also in the trash, from where it may come back.

use super::Digest;
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use kernel::{Error, Result, Value};
use meta::sql::Sql;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Statement, Tx, Work};

/// The job's name.
pub(super) const KIND: &str = "sweep-files";
/// For so long nothing goes: a file comes before the record that refers to it.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);
/// Files asked for in one statement.
const MANY: usize = 200;

pub(super) struct SweepFiles;

impl Run for SweepFiles {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            if context.engine.settings().files.is_some() {
                context.engine.sweep_files(GRACE).await?;
            }
            Ok(Done::Finished)
        })
    }
}

impl Engine {
    /// Lets go of files that nothing has referred to for so long; tells how many went.
    pub async fn sweep_files(&self, grace: Duration) -> Result<usize> {
        let files = self.files()?.clone();
        let (old, sweeping) = (files.clone(), files.clone());
        let found = blocking(move || old.older_than(grace)).await?;
        blocking(move || sweeping.sweep_arrivals(grace)).await?;
        let mut gone = 0;
        for some in found.chunks(MANY) {
            let (engine, asked) = (self.clone(), some.to_vec());
            let known = self.store().read(move |tx| Box::pin(async move { engine.referred(tx, &asked).await })).await?;
            for digest in some.iter().filter(|digest| !known.contains(digest.as_str())) {
                let (files, leaving) = (files.clone(), digest.clone());
                if blocking(move || files.let_go(&leaving, grace)).await? {
                    gone += 1;
                    if let Some(place) = self.thumbnail_place(digest) {
                        let _ = std::fs::remove_file(place);
                    }
                }
            }
        }
        Ok(gone)
    }

    /// Which of these any record refers to, living or in the trash.
    async fn referred(&self, tx: &mut Tx, asked: &[Digest]) -> Result<BTreeSet<String>> {
        let mut known = BTreeSet::new();
        for entity in self.model().entities() {
            let Some(field) = entity.holds_file() else { continue };
            let mut sql = Sql::new();
            sql.push("SELECT ").name(&field.column()).push(" FROM ").name(entity.key).push(" WHERE ").name(&field.column()).push(" IN (");
            for (place, digest) in asked.iter().enumerate() {
                sql.push(if place > 0 { ", " } else { "" }).bind(digest.as_str());
            }
            sql.push(")");
            known.extend(tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().map(|row| row.text(0).to_owned()));
        }
        Ok(known)
    }

    /// Every file that records refer to: its digest and how large it is said to be.
    pub(crate) async fn all_files(&self, tx: &mut Tx) -> Result<BTreeSet<(String, i64)>> {
        let mut all = BTreeSet::new();
        for entity in self.model().entities() {
            let (Some(digest), Some(size)) = (entity.holds_file(), entity.field("file.size")) else { continue };
            let mut sql = Sql::new();
            sql.push("SELECT ").name(&digest.column()).push(", ").name(&size.column()).push(" FROM ").name(entity.key);
            sql.push(" WHERE ").name(&digest.column()).push(" <> ").bind(Value::from(""));
            all.extend(tx.rows(&Statement::new(sql.text, sql.values)).await?.iter().map(|row| (row.text(0).to_owned(), row.int(1))));
        }
        Ok(all)
    }

    /// What is wrong with files that records refer to: not there, of another size, spoilt.
    pub(crate) async fn examine_files(&self, all: BTreeSet<(String, i64)>) -> Result<Vec<String>> {
        let mut findings = Vec::new();
        if all.is_empty() {
            return Ok(findings);
        }
        let files = self.files()?.clone();
        for (digest, size) in all {
            let Ok(known) = digest.parse::<Digest>() else {
                findings.push(format!("the file {digest} has no possible name"));
                continue;
            };
            let (files, of) = (files.clone(), known.clone());
            match blocking(move || files.examine(&of)).await {
                Err(Error::NotFound) => findings.push(format!("the file {digest} is not there")),
                Err(error) => findings.push(format!("the file {digest} can't be read: {error}")),
                Ok(kept) if kept.digest != known => findings.push(format!("the file {digest} is spoilt")),
                Ok(kept) if i64::try_from(kept.size) != Ok(size) => {
                    findings.push(format!("the file {digest} has {} bytes instead of {size}", kept.size));
                }
                Ok(_) => {}
            }
        }
        Ok(findings)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
