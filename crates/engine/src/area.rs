//! What areas and slices bring: entities, hooks, jobs, schedules. Listed by the binary, wired when it starts.

use crate::bulk::BulkAction;
use crate::jobs::{Run, Scheduled};
use crate::principal::Principal;
use crate::services::Serve;
use crate::write::Act;
use kernel::{Moment, Value, Zone};
use meta::{Entity, FieldId, Model, Record};
use std::borrow::Cow;
use std::sync::Arc;
use store::{Tx, Work};

/// A part of the product: a crate under `modules/`.
pub struct Area {
    /// Its name.
    pub key: &'static str,
    /// Its features.
    pub slices: Vec<Slice>,
}

impl Area {
    /// An area without features yet.
    pub fn new(key: &'static str) -> Area {
        Area { key, slices: Vec::new() }
    }

    /// The same with one more feature.
    pub fn slice(mut self, slice: Slice) -> Area {
        self.slices.push(slice);
        self
    }
}

/// A feature: what its folder registers.
#[derive(Default)]
pub struct Slice {
    /// Its name.
    pub key: &'static str,
    /// The entities it describes.
    pub entities: Vec<Entity>,
    /// What it adds to entities of areas below: relations to its own.
    pub extensions: Vec<(&'static str, Extend)>,
    /// Behaviours inside the transaction of a write, by entity.
    pub hooks: Vec<(&'static str, Hook)>,
    /// Work that runs after a commit.
    pub jobs: Vec<Arc<dyn Run>>,
    /// Work without an end, for as long as a node serves.
    pub services: Vec<Arc<dyn Serve>>,
    /// Work that runs at set times.
    pub schedule: Vec<Scheduled>,
    /// What may be done with a selection of records, beyond what every entity offers.
    pub bulk_actions: Vec<BulkAction>,
    /// Words in both languages: the text of `words.toml`.
    pub words: &'static str,
    /// The terms that a vocabulary begins with, where it has none yet: vocabulary, Italian, English.
    pub terms: Vec<(&'static str, &'static str, &'static str)>,
    /// The number series that its fields take from, where there are none yet: key; Italian, English, pattern.
    pub series: Vec<(&'static str, [&'static str; 3])>,
}

impl Slice {
    /// A feature that registers nothing yet.
    pub fn new(key: &'static str) -> Slice {
        Slice { key, ..Slice::default() }
    }

    /// The same with one more entity.
    pub fn entity(mut self, entity: Entity) -> Slice {
        self.entities.push(entity);
        self
    }

    /// The same with something more on an entity of an area below.
    pub fn extend(mut self, entity: &'static str, with: Extend) -> Slice {
        self.extensions.push((entity, with));
        self
    }

    /// The same with work that goes on for as long as a node serves.
    pub fn service(mut self, service: impl Serve + 'static) -> Slice {
        self.services.push(Arc::new(service));
        self
    }

    /// The same with a behaviour at every write of an entity.
    pub fn hook(mut self, entity: &'static str, hook: Hook) -> Slice {
        self.hooks.push((entity, hook));
        self
    }

    /// The same with a job.
    pub fn job(mut self, job: impl Run + 'static) -> Slice {
        self.jobs.push(Arc::new(job));
        self
    }

    /// The same with a job that runs by itself at these times (five fields of cron, in the company's zone).
    pub fn every(mut self, cron: impl Into<Cow<'static, str>>, kind: &'static str) -> Slice {
        self.schedule.push(Scheduled { cron: cron.into(), kind });
        self
    }

    /// The same with an action on any selection of an entity's records.
    pub fn bulk_action(mut self, action: BulkAction) -> Slice {
        self.bulk_actions.push(action);
        self
    }

    /// The same with a vocabulary that begins with these terms: Italian, English.
    pub fn terms(mut self, vocabulary: &'static str, terms: &[(&'static str, &'static str)]) -> Slice {
        self.terms.extend(terms.iter().map(|(italian, english)| (vocabulary, *italian, *english)));
        self
    }

    /// The same with a number series that begins so: its key, its name in Italian and English, its pattern.
    pub fn series(mut self, key: &'static str, italian: &'static str, english: &'static str, pattern: &'static str) -> Slice {
        self.series.push((key, [italian, english, pattern]));
        self
    }

    /// The same with these words.
    pub fn words(mut self, words: &'static str) -> Slice {
        self.words = words;
        self
    }
}

/// What an area adds to an entity of an area below.
pub type Extend = fn(Entity) -> Entity;

/// A behaviour of a slice inside the transaction of a write: it may refuse (by an error), amend the record (when it is
/// created or changed), or ask for more writes in the same commit. It also runs when a record is removed or restored. It waits for nothing but the transaction.
pub type Hook = for<'t> fn(&'t mut Tx, &'t mut Change) -> Work<'t, ()>;

/// A record about to be written.
#[derive(Debug)]
pub struct Change {
    /// Who does it.
    pub who: Principal,
    /// When.
    pub now: Moment,
    /// The company's zone.
    pub zone: Zone,
    /// The entities as they are now.
    pub model: Arc<Model>,
    /// As it was; none when it is created.
    pub before: Option<Record>,
    /// As it will be.
    pub after: Record,
    /// More writes for the same commit: a rule's, done with the rights of the system, in the name of who does this.
    pub more: Vec<Act>,
    /// Jobs for after the commit, by their kind: of each, one that waits is enough.
    pub jobs: Vec<&'static str>,
}

impl Change {
    /// Whether the record is being created.
    pub fn creates(&self) -> bool {
        self.before.is_none()
    }

    /// Whether the record goes into the trash.
    pub fn removes(&self) -> bool {
        self.before.as_ref().is_some_and(|before| before.removed_at().is_none()) && self.after.removed_at().is_some()
    }

    /// Whether the record comes out of the trash.
    pub fn restores(&self) -> bool {
        self.before.as_ref().is_some_and(|before| before.removed_at().is_some()) && self.after.removed_at().is_none()
    }

    /// Whether a field gets another value than it had; always, when the record is created with one.
    pub fn changes(&self, field: FieldId) -> bool {
        let after = self.after.value(field);
        match &self.before {
            Some(before) => before.value(field) != after,
            None => !after.is_empty(),
        }
    }

    /// Asks for a job after the commit, unless one of its kind waits already.
    pub fn then(&mut self, job: &'static str) {
        if !self.jobs.contains(&job) {
            self.jobs.push(job);
        }
    }

    /// Puts a value.
    pub fn put(&mut self, field: FieldId, value: impl Into<Value>) {
        self.after.put(field, value.into());
    }
}
