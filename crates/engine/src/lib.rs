//! The only way to a record. Each verb runs, in this order: permit, check, hooks, write, history, jobs,
//! commit, announce. One change, one commit.

pub mod archive;
pub mod area;
mod asking;
pub mod audit;
pub mod backups;
pub mod bulk;
pub mod company;
mod context;
mod csv_guard;
pub mod duplicates;
mod epoch;
mod erase;
mod examine;
pub mod favourites;
pub mod files;
mod gathering;
pub mod geocoding;
mod history;
pub mod identity;
mod installation;
pub mod jobs;
pub mod keeping;
mod kept;
pub mod layouts;
pub mod live;
pub mod mail;
pub mod mentions;
pub mod merging;
mod naming;
mod nodes;
pub mod notifications;
pub mod operating;
pub mod own_fields;
pub mod postcodes;
pub mod principal;
mod recents;
pub mod rights;
mod search;
pub mod secrets;
pub mod segments;
pub mod series;
pub mod services;
mod system;
mod taking_back;
#[cfg(feature = "testing")]
pub mod testing;
mod timeline;
mod trash;
mod undo;
pub mod views;
pub mod vocabulary;
pub mod wordings;
mod write;

pub use area::{Area, Change, Hook, Slice};
pub use asking::{Asked, Beside, Counted, Listed, Position, Sorting};
pub use bulk::{AT_ONCE, Begun, Bulk, BulkAction, BulkExamine, BulkRewrites, Doing, Foreseen, Options, Rewrite, Selection, Terms};
pub use context::Settings;
pub use erase::Erased;
pub use gathering::{Gathered, Number, Period, linked, within};
pub use history::{Entry, FieldChange, Past};
pub use kept::{in_slice, in_tx, packed, unpacked};
pub use principal::{Principal, Through};
pub use search::{Found, Group};
pub use store::Dialect;
pub use store::{Statement, Tx, Work};
pub use timeline::{Happening, Place, Stretch, Timeline};
pub use undo::Undone;
pub use write::{Act, Ahead, Created, Draft, Lines, Once, Outcome, Slicing, Twin};

use arc_swap::ArcSwap;
use kernel::{Chance, Clock, Date, Error, Moment, Result, Say};
use meta::Model;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::Store;

/// The engine of one installation on one node. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inside: Arc<Inside>,
}

pub(crate) struct Inside {
    pub(crate) store: Store,
    pub(crate) model: ArcSwap<Model>,
    pub(crate) declared: own_fields::Declared,
    pub(crate) hooks: HashMap<&'static str, Vec<Hook>>,
    pub(crate) jobs: HashMap<&'static str, Arc<dyn jobs::Run>>,
    pub(crate) schedule: Vec<jobs::Scheduled>,
    pub(crate) services: Vec<Arc<dyn services::Serve>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) node: nodes::Numbering,
    pub(crate) settings: Settings,
    pub(crate) live: live::Live,
    pub(crate) company: ArcSwap<company::Company>,
    pub(crate) rights: ArcSwap<rights::known::Known>,
    /// The entities whose records decide what people may.
    pub(crate) deciding: HashSet<&'static str>,
    pub(crate) auditing: audit::Auditing,
    pub(crate) words: Vec<&'static str>,
    pub(crate) bulk_actions: Vec<bulk::BulkAction>,
    pub(crate) weighing: duplicates::Held,
    pub(crate) keys: secrets::Held,
    pub(crate) speaks: std::sync::OnceLock<Arc<dyn mail::Speaks>>,
    #[cfg(feature = "testing")]
    pub(crate) hashings: std::sync::atomic::AtomicU64,
}

impl Engine {
    /// Opens an installation: brings the database to the shape of the areas' descriptions, leases a node
    /// number, and loads the company's words.
    pub async fn open(
        store: Store,
        areas: Vec<Area>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Engine> {
        let mut entities = Vec::new();
        let mut hooks: HashMap<&'static str, Vec<Hook>> = HashMap::new();
        let mut runs: HashMap<&'static str, Arc<dyn jobs::Run>> = HashMap::new();
        let mut schedule = Vec::new();
        let mut services = Vec::new();
        let mut extensions = Vec::new();
        let mut words = Vec::new();
        let mut terms = Vec::new();
        let mut series = Vec::new();
        let mut bulk_actions = Vec::new();
        let own = Area::new("engine")
            .slice(trash::slice())
            .slice(identity::slice())
            .slice(rights::slice())
            .slice(views::slice())
            .slice(segments::slice())
            .slice(own_fields::slice())
            .slice(wordings::slice())
            .slice(layouts::slice())
            .slice(series::slice())
            .slice(bulk::slice())
            .slice(files::slice())
            .slice(duplicates::slice())
            .slice(audit::slice())
            .slice(merging::slice())
            .slice(backups::slice(settings.backups.as_ref()));
        for slice in std::iter::once(own).chain(areas).flat_map(|area| area.slices) {
            words.push(slice.words);
            terms.extend(slice.terms);
            series.extend(slice.series);
            entities.extend(slice.entities);
            for (entity, hook) in slice.hooks {
                hooks.entry(entity).or_default().push(hook);
            }
            for job in slice.jobs {
                runs.insert(job.kind(), job);
            }
            schedule.extend(slice.schedule);
            services.extend(slice.services);
            extensions.extend(slice.extensions);
            bulk_actions.extend(slice.bulk_actions);
        }
        for (key, extend) in extensions {
            if let Some(place) = entities.iter().position(|entity| entity.key == key) {
                let entity = entities.remove(place);
                entities.insert(place, extend(entity));
            }
        }
        let model = Model::new(entities.clone()).map_err(Error::internal)?;
        let deciding = rights::deciding(&model);
        let shaping = settings.shaping;
        let mut tables = model.tables();
        tables.extend(system::tables());
        if !shaping && store.is_behind(tables.clone()).await? {
            return Err(Error::Unavailable(Say::new("error-data-older")));
        }
        if shaping {
            let report = store.shape(&tables).await?;
            write::mirrors::fill(&store, &model, &report.columns).await?;
            rights::carry_over(&store, &report.columns).await?;
            jobs::take_over(&store).await?;
        }
        // First the lease, then the keys: who changes them waits until no node has one.
        let node = nodes::lease(&store, chance.secret()).await?;
        let guarded = if shaping { secrets::guard(&store, &settings.secrets).await } else { Ok(secrets::Held::new()) };
        let keys = match guarded {
            Ok(keys) => keys,
            Err(error) => {
                nodes::give_back(&store, &node).await;
                return Err(error);
            }
        };
        let live = live::Live::new(clock.now());
        let (auditing, queue) = audit::Auditing::new();
        let engine = Engine {
            inside: Arc::new(Inside {
                store,
                model: ArcSwap::from_pointee(model),
                declared: own_fields::Declared::new(entities),
                hooks,
                jobs: runs,
                schedule,
                services,
                clock,
                chance,
                node: nodes::Numbering::new(node),
                settings,
                live,
                company: ArcSwap::default(),
                rights: ArcSwap::default(),
                deciding,
                auditing,
                words,
                bulk_actions,
                weighing: duplicates::Held::default(),
                keys,
                speaks: std::sync::OnceLock::new(),
                #[cfg(feature = "testing")]
                hashings: std::sync::atomic::AtomicU64::new(0),
            }),
        };
        if shaping {
            engine.begin_roles().await?;
            engine.begin_sign_in_policy().await?;
        }
        engine.load_descriptions().await?;
        if shaping {
            engine.installation_id().await?;
            // Where the rows came from another database, the columns are still to be made.
            engine.inside.store.shape(&engine.model().tables()).await?;
            engine.begin_vocabularies(&terms).await?;
            engine.begin_series(&series).await?;
            engine.begin_company().await?;
            engine.begin_duplicate_keys().await?;
        }
        engine.load_company().await?;
        live::follow(&engine).await;
        nodes::keep(&engine);
        audit::begin(&engine, queue);
        Ok(engine)
    }

    /// All entities, as they are described now.
    pub fn model(&self) -> Arc<Model> {
        self.inside.model.load_full()
    }

    /// The database, for the named statements of slices.
    pub fn store(&self) -> &Store {
        &self.inside.store
    }

    /// The words of all slices: the texts of their `words.toml`.
    pub fn words(&self) -> &[&'static str] {
        &self.inside.words
    }

    /// The installation's settings.
    pub fn settings(&self) -> &Settings {
        &self.inside.settings
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.inside.clock.now()
    }

    /// The day it is for the company.
    pub fn today(&self) -> Date {
        self.now().date(&self.inside.settings.zone)
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inside.clock
    }

    /// The source of randomness.
    pub fn chance(&self) -> &dyn Chance {
        self.inside.chance.as_ref()
    }

    /// A new id.
    pub fn id(&self) -> kernel::Id {
        self.inside.node.ids().next(self.inside.clock.as_ref())
    }

    /// So many new ids at once.
    pub fn ids(&self, count: usize) -> impl Iterator<Item = kernel::Id> + '_ {
        let ids = self.inside.node.ids();
        let first = ids.take(self.inside.clock.as_ref(), count.max(1));
        (0..count).map(move |place| ids.nth(first, place))
    }

    /// The entity with this singular name.
    pub fn entity(&self, key: &str) -> Result<Arc<meta::Entity>> {
        self.model().entity(key).cloned().ok_or(Error::NotFound)
    }

    /// Ends the work with the database in good order.
    pub async fn close(&self) {
        if let Err(error) = self.settle_audit().await {
            tracing::warn!(%error, "the last of the audit was not written");
        }
        nodes::give_back(&self.inside.store, &self.inside.node.now()).await;
        self.inside.store.close().await;
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({:?})", self.inside.store)
    }
}
