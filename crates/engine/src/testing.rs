//! Engines on temporary databases, for tests: the real databases, a clock that stands still until it is moved.

use crate::area::Area;
use crate::files::Files;
use crate::secrets::Source;
use crate::{Engine, Settings};
use kernel::{Clock, Moment, SystemChance};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct StandingClock(AtomicI64);

impl Default for StandingClock {
    fn default() -> StandingClock {
        // 2026-03-02T09:00:00Z, a Monday.
        StandingClock(AtomicI64::new(1_772_442_000_000))
    }
}

impl StandingClock {
    /// Moves it on.
    pub fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Moment {
        Moment::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// An engine with these areas on a given store.
pub async fn engine(store: Store, areas: Vec<Area>) -> (Engine, Arc<StandingClock>) {
    engine_with(store, areas, |_| {}).await
}

/// The same, under settings of one's own.
pub async fn engine_with(store: Store, areas: Vec<Area>, settle: impl FnOnce(&mut Settings)) -> (Engine, Arc<StandingClock>) {
    let clock = Arc::new(StandingClock::default());
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
    let files = Files::new(folder.path().join("files")).keeping(folder);
    let mut settings = Settings {
        files: Some(files),
        shared_clock: false,
        secrets: Source::Said("dGhlIGtleSBvZiBhbGwgdGVzdHMsIDMyIGJ5dGVzISE".to_owned()),
        address: "https://crm.example.it".to_owned(),
        ..Settings::default()
    };
    settle(&mut settings);
    let engine = Engine::open(store, areas, settings, clock.clone(), Arc::new(SystemChance)).await;
    (engine.unwrap_or_else(|error| panic!("the engine does not open: {error}")), clock)
}

/// An engine on each database, with the areas that the function makes.
pub async fn both(areas: impl Fn() -> Vec<Area>) -> Vec<(Engine, Arc<StandingClock>)> {
    both_with(areas, |_| {}).await
}

/// The same, under settings of one's own.
pub async fn both_with(areas: impl Fn() -> Vec<Area>, settle: impl Fn(&mut Settings)) -> Vec<(Engine, Arc<StandingClock>)> {
    let mut engines = Vec::new();
    for store in store::testing::both().await {
        engines.push(engine_with(store, areas(), &settle).await);
    }
    engines
}

/// What an authenticator app with this key shows at a moment.
pub fn app_code(letters: &str, now: Moment) -> String {
    crate::identity::code_of_app(letters, now).unwrap_or_else(|| panic!("no key of an app: {letters}"))
}

impl Engine {
    /// How many passwords were hashed so far, to be kept or to be compared.
    pub fn hashings(&self) -> u64 {
        self.inside.hashings.load(Ordering::SeqCst)
    }
}
