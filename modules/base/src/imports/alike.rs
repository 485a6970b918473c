//! Rows that would become new records and are alike to a record, or to a row before them: created all the same, left out, or laid over
//! what they are alike to. What is there is looked for ahead of the batches; where all are created anyway, by a job after the end.

use super::batches::{Applying, Batch, Item, Outcome, Told};
use super::{Batches, Mode, Options};
use engine::Engine;
use engine::duplicates::{Coming, Like, Looked};
use kernel::{Id, Result, Say};
use meta::Entity;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What becomes of a row that would be created and is alike to a record, or to a row before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alike {
    /// It is created; the two stand in the queue of doubles.
    #[default]
    Create,
    /// It is left out.
    Skip,
    /// Where they are one nearly for sure, what is there is brought up to date; else it is created.
    Update,
}

impl Alike {
    /// Reads `create`, `skip`, `update`.
    pub fn parse(text: &str) -> Option<Alike> {
        match text {
            "create" => Some(Alike::Create),
            "skip" => Some(Alike::Skip),
            "update" => Some(Alike::Update),
            _ => None,
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Alike::Create => "create",
            Alike::Skip => "skip",
            Alike::Update => "update",
        }
    }
}

/// From which likeness on a row is laid over what it is alike to, in ten-thousandths.
const SURE: i64 = 9_500;

/// What a row is alike to.
#[derive(Debug, Clone)]
pub(super) struct Similar {
    /// The record, where there is one.
    pub(super) record: Option<Id>,
    pub(super) say: Say,
}

/// What becomes of a row that would be created.
pub(super) enum Course {
    Create(Option<Similar>),
    Leave(Similar),
    Change(Id, Similar),
    /// It would have changed what an earlier batch would have created.
    Changed(Similar),
    /// What it is alike to has to be there first.
    Wait,
}

/// Those that come before, where it matters what is alike to them: where rows are left out or laid over others, and where nothing is
/// written but counted.
pub(super) async fn coming(engine: &Engine, entity: &Arc<Entity>, options: &Options) -> Result<Option<Coming>> {
    let matters = options.mode != Mode::Update && (options.dry_run || options.alike != Alike::Create);
    if !matters {
        return Ok(None);
    }
    Ok(engine.likening(entity).await?.map(Coming::new))
}

/// The batches, each looked at before its turn.
pub(super) fn looked_at(applying: &Arc<Applying>, mut batches: Batches) -> Batches {
    if applying.coming.is_none() {
        return batches;
    }
    let (sender, receiver) = tokio::sync::mpsc::channel(2);
    let applying = applying.clone();
    tokio::spawn(async move {
        while let Some(batch) = batches.recv().await {
            let looked = match batch {
                Ok(batch) => applying.look(batch).await,
                Err(error) => Err(error),
            };
            // Nobody waits for it any more.
            if sender.send(looked).await.is_err() {
                return;
            }
        }
    });
    receiver
}

impl Applying {
    fn before(&self) -> Option<std::sync::MutexGuard<'_, Coming>> {
        self.coming.as_ref().map(|coming: &Mutex<Coming>| coming.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Finds out what the rows of a batch are alike to, of what is there.
    async fn look(&self, batch: Batch) -> Result<Batch> {
        let Some(likening) = self.before().map(|coming| coming.likening().clone()) else { return Ok(batch) };
        let ready = |item: &Item| item.ready.as_ref().ok().map(|ready| self.root(ready));
        let drafts: Vec<_> = batch.items.iter().filter_map(ready).collect();
        let mut looked = self.engine.look_for(&self.who, &likening, &drafts).await?.into_iter();
        let looked = batch.items.iter().map(|item| item.ready.as_ref().ok().and_then(|_| looked.next())).collect();
        Ok(Batch { looked, ..batch })
    }

    /// What becomes of a row that would be created as this record; `fresh` are those that are about to be created.
    pub(super) fn similar(&self, line: u64, id: Id, looked: Option<&Looked>, fresh: &HashSet<Id>) -> Course {
        let (Some(mut coming), Some(looked)) = (self.before(), looked) else { return Course::Create(None) };
        let like = coming.like(line, looked);
        let similar = like.map(|like| Similar { record: self.is_there(&like).then_some(like.record), say: said(&like) });
        let follows = self.alike != Alike::Create && like.is_some_and(|like| fresh.contains(&like.record));
        match (like, similar) {
            // It may be refused yet, and then is nothing to be alike to.
            _ if follows => Course::Wait,
            (Some(_), Some(similar)) if self.alike == Alike::Skip => Course::Leave(similar),
            (Some(like), Some(similar)) if self.alike == Alike::Update && like.score >= SURE => {
                if self.is_there(&like) {
                    Course::Change(like.record, similar)
                } else {
                    Course::Changed(similar)
                }
            }
            (_, similar) => {
                coming.comes(line, id, looked);
                Course::Create(similar)
            }
        }
    }

    /// Where nothing is written, what came before is not there.
    fn is_there(&self, like: &Like) -> bool {
        like.place.is_none() || self.rehearsed.is_none()
    }

    /// Rows that did not come in after all are nothing that others are alike to.
    pub(super) fn gone<'t>(&self, told: impl Iterator<Item = &'t Told>) {
        if let Some(mut coming) = self.before() {
            told.filter(|row| row.outcome == Outcome::Error).for_each(|row| coming.goes(row.line));
        }
    }
}

fn said(like: &Like) -> Say {
    let percent = like.score / 100;
    match like.place {
        Some(line) => Say::new("import-alike-row").with("line", line).with("percent", percent),
        None => Say::new("import-alike-record").with("percent", percent),
    }
}
