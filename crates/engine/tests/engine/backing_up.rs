//! A backup that an administrator asks for, and the one of every night: taken by a job, read again, told, kept.

use engine::archive::{Key, read};
use engine::audit::Asked;
use engine::backups::{Place, key_of};
use engine::operating::JobState;
use engine::testing::StandingClock;
use engine::{Engine, Settings, Through};
use kernel::SystemChance;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

async fn engines(folder: &Path) -> Vec<(Engine, Arc<StandingClock>, Place)> {
    let mut engines = Vec::new();
    for (number, store) in store::testing::both().await.into_iter().enumerate() {
        let own = folder.join(number.to_string());
        let place = Place { folder: own.join("backups"), key_file: own.join("keys/backup.key"), hour: 1, kept: [2, 0, 0] };
        let settings = Settings { backups: Some(place.clone()), shared_clock: false, ..Settings::default() };
        let clock = Arc::new(StandingClock::default());
        let engine = Engine::open(store, Vec::new(), settings, clock.clone(), Arc::new(SystemChance)).await.expect("an engine");
        engines.push((engine, clock, place));
    }
    engines
}

fn files(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(&place.folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_asked_for_is_taken_once_read_again_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for (engine, clock, place) in engines(folder.path()).await {
        let system = engine.system(Through::CommandLine);
        engine.begin_backup(&system).await.expect("begun");
        engine.begin_backup(&system).await.expect("begun already");
        while engine.work_once().await.expect("a worker") {}
        let backups = engine.backups(10).await.expect("the backups");
        assert_eq!(backups.len(), 1, "{backups:?}");
        assert!(backups[0].verified_at.is_some() && backups[0].bytes > 0 && backups[0].rows > 0, "{backups:?}");
        assert_eq!(files(&place), [backups[0].file.clone()]);
        // The key was made, for nobody else to read, and opens it.
        let mode = std::fs::metadata(&place.key_file).expect("the key").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        let key = key_of(&place.key_file, || panic!("it is there")).expect("the key");
        let path = place.folder.join(&backups[0].file);
        let (manifest, totals) = read(&path, &key).await.expect("whole");
        assert_eq!(totals.rows() as i64, backups[0].rows);
        assert_eq!(manifest.database, if engine.store().dialect() == engine::Dialect::Sqlite { "sqlite" } else { "postgres" });
        assert!(read(&path, &Key::new("quite another key").expect("a key")).await.is_err());
        let kept =
            engine.audited(&system, &Asked { event: Some("backup-taken".to_owned()), ..Asked::default() }, 10).await.expect("the audit");
        assert_eq!(kept.rows.len(), 1);
        // Of each of two days the newest stays.
        for _ in 0..3 {
            clock.pass(86_400_000);
            engine.begin_backup(&system).await.expect("begun");
            while engine.work_once().await.expect("a worker") {}
        }
        assert_eq!(files(&place).len(), 2, "{:?}", files(&place));
        assert!(engine.backups(10).await.expect("the backups").iter().all(|backup| backup.verified_at.is_some()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_fails_says_why_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for (engine, _, place) in engines(folder.path()).await {
        let system = engine.system(Through::CommandLine);
        // Where the folder should be somebody left a file.
        std::fs::create_dir_all(place.folder.parent().expect("a folder")).expect("a folder");
        std::fs::write(&place.folder, "in the way").expect("a file");
        engine.begin_backup(&system).await.expect("begun");
        engine.work_once().await.expect("a worker");
        let backups = engine.backups(10).await.expect("the backups");
        assert!(backups[0].verified_at.is_none() && !backups[0].error.is_empty() && backups[0].finished_at.is_some(), "{backups:?}");
        let kept =
            engine.audited(&system, &Asked { event: Some("backup-failed".to_owned()), ..Asked::default() }, 10).await.expect("the audit");
        assert_eq!(kept.rows.len(), 1);
        // It is tried again later by itself, and a key that seals nothing is refused.
        assert_eq!(engine.jobs_in(&system, JobState::Waiting, 10).await.expect("the jobs").len(), 1);
        std::fs::write(&place.key_file, "short").expect("a key");
        assert!(key_of(&place.key_file, || panic!("it is there")).is_err());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_night_at_its_hour_one_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    for (engine, clock, place) in engines(folder.path()).await {
        engine.schedule_due().await.expect("the schedule");
        // It is ten in the morning in Rome; the next is at one, eleven minutes past.
        for hours in [14, 1] {
            clock.pass(hours * 3_600_000);
            engine.schedule_due().await.expect("the schedule");
            while engine.work_once().await.expect("a worker") {}
            assert!(files(&place).is_empty(), "not before its time: {:?}", files(&place));
        }
        clock.pass(12 * 60_000);
        engine.schedule_due().await.expect("the schedule");
        while engine.work_once().await.expect("a worker") {}
        assert_eq!(files(&place).len(), 1);
    }
}
