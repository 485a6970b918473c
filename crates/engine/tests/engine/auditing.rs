//! The audit: only added to, which the database itself sees to; chained, and found to be touched where whoever owns the database
//! touched it behind the program's back; and let go from its oldest end where the company says so.

use engine::audit::{Asked, Entry};
use engine::testing::{StandingClock, both};
use engine::{Dialect, Engine, Through};
use kernel::{Error, Id};
use store::Statement;

const DAY: i64 = 86_400_000;

/// Runs a statement as the program might be made to; how many rows it touched.
async fn tried(engine: &Engine, sql: impl Into<String>) -> kernel::Result<u64> {
    let statement = Statement::new(sql.into(), Vec::new());
    engine.store().write(move |tx| Box::pin(async move { tx.execute(&statement).await })).await
}

/// Runs a statement as whoever owns the database, who takes the guards away first.
async fn behind(engine: &Engine, sql: &'static str) {
    let tables = ["audit", "audit_chain", "audit_anchor"].map(|name| meta::shape::Table::new(name, &[]));
    engine.store().unguard(&tables).await.expect("no guards");
    assert!(tried(engine, sql).await.expect("a statement") > 0, "{sql}");
}

/// Some years ago, as far as the engine knows: the database has a clock of its own, by which what is to go is old then.
fn years_ago(clock: &StandingClock) {
    clock.pass(-6 * 365 * DAY);
}

/// A batch of this many entries.
async fn batch(engine: &Engine, clock: &StandingClock, events: &[&str]) {
    for event in events {
        engine.audit(Entry::new(*event)).await.expect("kept");
    }
    clock.pass(60_000);
    engine.close_audit().await.expect("a batch");
}

/// A night passes.
async fn night(engine: &Engine, clock: &StandingClock) {
    engine.schedule_due().await.expect("the schedule");
    clock.pass(DAY);
    engine.schedule_due().await.expect("the schedule");
    while engine.work_once().await.expect("a worker") {}
}

async fn events(engine: &Engine) -> Vec<String> {
    let system = engine.system(Through::CommandLine);
    let listed = engine.audited(&system, &Asked::default(), 5_000).await.expect("the audit");
    listed.rows.into_iter().map(|kept| kept.entry.event).collect()
}

async fn touched(engine: &Engine) -> Vec<String> {
    let findings = engine.examine().await.expect("the examination");
    findings.into_iter().filter(|finding| finding.contains("AUDIT WAS TOUCHED")).collect()
}

fn by(user: Id, event: &str) -> Entry {
    Entry { user: Some(user), detail: "GET /accounts/export.csv".to_owned(), address: "192.0.2.7".to_owned(), ..Entry::new(event) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_touched_is_found() {
    for (touching, said) in [
        ("UPDATE \"audit\" SET \"event\" = 'view' WHERE \"event\" = 'export'", "was changed"),
        ("UPDATE \"audit\" SET \"user\" = NULL WHERE \"event\" = 'export'", "was changed"),
        ("DELETE FROM \"audit\" WHERE \"event\" = 'export'", "rows instead of"),
        ("DELETE FROM \"audit_chain\" WHERE \"number\" = 1", "chain is broken"),
        ("DELETE FROM \"audit_chain\" WHERE \"number\" = 2", "batches that are gone"),
        ("UPDATE \"audit_chain\" SET \"digest\" = 'ff' WHERE \"number\" = 1", "chain is broken"),
        (
            "INSERT INTO \"audit\" (\"id\", \"at\", \"event\", \"batch\") SELECT \"id\" - 100000, \"at\", 'export', 1 FROM \"audit\" WHERE \"event\" = 'export'",
            "was changed",
        ),
    ] {
        for (engine, clock) in both(Vec::new).await {
            let giulia = engine.id();
            engine.audit(by(giulia, "sign-in")).await.expect("kept");
            engine.audit(by(giulia, "export")).await.expect("kept");
            engine.close_audit().await.expect("a batch");
            clock.pass(60_000);
            engine.audit(by(giulia, "sign-out")).await.expect("kept");
            engine.close_audit().await.expect("another batch");
            // Without anything new there is none.
            engine.close_audit().await.expect("nothing to close");
            assert_eq!(engine.audit_head().await.expect("the chain").map(|(number, _)| number), Some(2));
            assert_eq!(touched(&engine).await, Vec::<String>::new());
            behind(&engine, touching).await;
            let found = touched(&engine).await;
            assert!(found.iter().any(|finding| finding.contains(said)), "{touching}: {found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_saw_a_card_is_kept_once_an_hour() {
    for (engine, clock) in both(Vec::new).await {
        let system = engine.system(Through::CommandLine);
        let (giulia, sara, card) = (engine.id(), engine.id(), engine.id());
        let view = |user| Entry { user: Some(user), entity: "account".to_owned(), record: Some(card), hourly: true, ..Entry::new("view") };
        for _ in 0..5 {
            engine.audit_soon(view(giulia));
            engine.audit_soon(view(sara));
        }
        engine.settle_audit().await.expect("written");
        let asked = Asked { record: Some(card), ..Asked::default() };
        assert_eq!(engine.audited(&system, &asked, 50).await.expect("the audit").rows.len(), 2);
        // Another node, which does not remember, keeps it no second time either.
        engine.audit(view(giulia)).await.expect("kept");
        assert_eq!(engine.audited(&system, &asked, 50).await.expect("the audit").rows.len(), 2);
        clock.pass(3_600_000);
        engine.audit_soon(view(giulia));
        engine.settle_audit().await.expect("written");
        let of_giulia = Asked { user: Some(giulia), ..asked.clone() };
        let listed = engine.audited(&system, &of_giulia, 50).await.expect("the audit");
        assert_eq!(listed.rows.len(), 2);
        // The newest first, in stretches.
        assert!(listed.rows[0].at > listed.rows[1].at);
        let first = engine.audited(&system, &of_giulia, 1).await.expect("the audit");
        assert!(first.more && first.rows.len() == 1);
        let rest = Asked { before: Some(first.rows[0].id), ..of_giulia };
        let rest = engine.audited(&system, &rest, 1).await.expect("the audit");
        assert!(!rest.more && rest.rows[0].id < first.rows[0].id);
        assert_eq!(engine.audit_events().await.expect("the events"), ["view"]);
        engine.close_audit().await.expect("a batch");
        assert_eq!(touched(&engine).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_changes_or_removes_what_was_kept() {
    for (engine, clock) in both(Vec::new).await {
        // Young by the database's clock, whatever day it is.
        clock.pass(20 * 365 * DAY);
        batch(&engine, &clock, &["sign-in", "export"]).await;
        engine.audit(Entry::new("sign-out")).await.expect("kept, and in no batch yet");
        let before = events(&engine).await;
        let mut statements = vec![
            "UPDATE \"audit\" SET \"event\" = 'view'",
            "UPDATE \"audit\" SET \"event\" = 'view' WHERE \"batch\" = 0",
            "UPDATE \"audit\" SET \"event\" = 'view', \"batch\" = 2 WHERE \"batch\" = 0",
            "UPDATE \"audit\" SET \"batch\" = 0 WHERE \"batch\" = 1",
            "UPDATE \"audit\" SET \"batch\" = -1 WHERE \"batch\" = 0",
            "DELETE FROM \"audit\"",
            "DELETE FROM \"audit\" WHERE \"batch\" = 0",
            "DELETE FROM \"audit_chain\"",
            "UPDATE \"audit_chain\" SET \"digest\" = 'ff'",
            "UPDATE \"audit_chain\" SET \"number\" = 7",
            "INSERT INTO \"audit_chain\" SELECT * FROM \"audit_chain\" WHERE true ON CONFLICT (\"number\") DO UPDATE SET \"digest\" = 'ff'",
        ];
        match engine.store().dialect() {
            Dialect::Sqlite => statements.extend([
                "INSERT OR REPLACE INTO \"audit\" (\"id\", \"event\") SELECT \"id\", 'view' FROM \"audit\"",
                "REPLACE INTO \"audit_chain\" (\"number\", \"digest\") VALUES (1, 'ff')",
            ]),
            Dialect::Postgres => {
                statements.extend(["TRUNCATE \"audit\"", "TRUNCATE \"audit_chain\"", "ALTER TABLE \"audit\" DISABLE TRIGGER USER"])
            }
        }
        for sql in statements {
            assert!(matches!(tried(&engine, sql).await, Err(Error::Internal(_))), "{sql}");
        }
        // Nor does it help to say that it was let go, with the right digest or in a table of one's own: it is too young.
        tried(
            &engine,
            "INSERT INTO \"audit_anchor\" (\"number\", \"rows\", \"digest\") SELECT \"number\", 2, \"digest\" FROM \"audit_chain\"",
        )
        .await
        .expect("an anchor");
        for sql in [
            "DELETE FROM \"audit\" WHERE \"batch\" = 1",
            "DELETE FROM \"audit_chain\"",
            "DELETE FROM \"audit_anchor\"",
            "UPDATE \"audit_anchor\" SET \"number\" = 9",
        ] {
            assert!(tried(&engine, sql).await.is_err(), "{sql}");
        }
        assert_eq!(events(&engine).await, before);
        // And that somebody said so is found.
        assert!(!touched(&engine).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_old_does_not_go_by_a_table_that_only_looks_like_the_anchor() {
    for (engine, clock) in both(Vec::new).await {
        years_ago(&clock);
        batch(&engine, &clock, &["sign-in", "export"]).await;
        let outcome = engine
            .store()
            .write(|tx| {
                Box::pin(async move {
                    tx.execute(&Statement::new("CREATE TEMPORARY TABLE \"audit_anchor\" (\"number\" bigint)", Vec::new())).await?;
                    tx.execute(&Statement::new("INSERT INTO \"audit_anchor\" VALUES (9)", Vec::new())).await?;
                    tx.execute(&Statement::new("DELETE FROM \"audit\"", Vec::new())).await
                })
            })
            .await;
        assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
        assert_eq!(events(&engine).await, ["export", "sign-in"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_older_than_the_company_keeps_goes_from_the_oldest_end() {
    for (engine, clock) in both(Vec::new).await {
        let system = engine.system(Through::CommandLine);
        years_ago(&clock);
        batch(&engine, &clock, &["sign-in", "export"]).await;
        batch(&engine, &clock, &["view"]).await;
        clock.pass(100 * DAY);
        batch(&engine, &clock, &["sign-out", "denied"]).await;
        // For ever, unless somebody says otherwise; and not for less than half a year.
        clock.pass(100 * DAY);
        night(&engine, &clock).await;
        assert_eq!(events(&engine).await.len(), 5);
        for months in [0, 5, -1, 241] {
            assert!(matches!(engine.keep_audit(&system, Some(months)).await, Err(Error::Invalid(_))), "{months}");
        }
        engine.keep_audit(&system, Some(6)).await.expect("six months");
        assert_eq!(engine.audit_months().await.expect("how long"), Some(6));
        night(&engine, &clock).await;
        assert_eq!(events(&engine).await, ["audit-let-go", "denied", "sign-out"]);
        let extent = engine.audit_extent().await.expect("its extent");
        let gone = extent.anchor.expect("an anchor");
        assert_eq!((gone.number, gone.rows), (2, 3));
        assert!(gone.until < extent.since.expect("a row"));
        // A night later there is nothing more to do, and the chain goes on.
        night(&engine, &clock).await;
        batch(&engine, &clock, &["sign-in"]).await;
        assert_eq!(events(&engine).await, ["sign-in", "audit-let-go", "denied", "sign-out"]);
        assert_eq!(engine.audit_head().await.expect("the chain").map(|(number, _)| number), Some(4));
        assert_eq!(touched(&engine).await, Vec::<String>::new());
        // Much later all but the newest batch goes, and what tells of the first time with it.
        clock.pass(400 * DAY);
        batch(&engine, &clock, &["view"]).await;
        clock.pass(400 * DAY);
        night(&engine, &clock).await;
        assert_eq!(events(&engine).await, ["audit-let-go", "view"]);
        assert_eq!(engine.audit_extent().await.expect("its extent").anchor.map(|gone| (gone.number, gone.rows)), Some((4, 7)));
        engine.close_audit().await.expect("a batch");
        assert_eq!(touched(&engine).await, Vec::<String>::new());
        // Whoever is no administrator decides nothing.
        engine.keep_audit(&system, None).await.expect("for ever");
        assert_eq!(engine.audit_months().await.expect("how long"), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn much_goes_in_one_night_by_several_commits() {
    for (engine, clock) in both(Vec::new).await {
        let system = engine.system(Through::CommandLine);
        years_ago(&clock);
        for _ in 0..5 {
            for _ in 0..900 {
                engine.audit_soon(Entry::new("view"));
            }
            engine.settle_audit().await.expect("written");
            batch(&engine, &clock, &[]).await;
        }
        clock.pass(800 * DAY);
        batch(&engine, &clock, &["export"]).await;
        engine.keep_audit(&system, Some(12)).await.expect("a year");
        night(&engine, &clock).await;
        assert_eq!(events(&engine).await, ["audit-let-go", "audit-let-go", "audit-let-go", "export"]);
        assert_eq!(engine.audit_extent().await.expect("its extent").anchor.map(|gone| (gone.number, gone.rows)), Some((5, 4_500)));
        engine.close_audit().await.expect("a batch");
        assert_eq!(touched(&engine).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lets_something_go_in_another_way_is_found() {
    for (touching, said) in [
        // From the middle, and from the oldest end: with no anchor, with one that says something else, with one that nobody tells of.
        ("DELETE FROM \"audit_chain\" WHERE \"number\" = 3", "chain is broken before batch 4"),
        ("DELETE FROM \"audit\" WHERE \"batch\" = 3", "batch 3 has 0 rows"),
        ("DELETE FROM \"audit_anchor\"", "chain is broken before batch 3"),
        ("UPDATE \"audit_anchor\" SET \"digest\" = 'ff'", "says nothing of that"),
        ("UPDATE \"audit_anchor\" SET \"rows\" = 1", "says nothing of that"),
        (
            "INSERT INTO \"audit_anchor\" (\"number\", \"rows\", \"digest\") SELECT \"number\", 9, \"digest\" FROM \"audit_chain\" WHERE \"number\" = 3",
            "says nothing of that",
        ),
        ("INSERT INTO \"audit\" (\"id\", \"event\", \"batch\") VALUES (7, 'view', 1)", "batches that are gone"),
        ("UPDATE \"audit\" SET \"batch\" = -1 WHERE \"batch\" = 4", "batches that are gone"),
    ] {
        for (engine, clock) in both(Vec::new).await {
            let system = engine.system(Through::CommandLine);
            years_ago(&clock);
            batch(&engine, &clock, &["sign-in"]).await;
            batch(&engine, &clock, &["export"]).await;
            clock.pass(400 * DAY);
            engine.keep_audit(&system, Some(6)).await.expect("six months");
            for event in ["view", "denied"] {
                batch(&engine, &clock, &[event]).await;
            }
            night(&engine, &clock).await;
            engine.close_audit().await.expect("a batch");
            assert_eq!(touched(&engine).await, Vec::<String>::new());
            behind(&engine, touching).await;
            let found = touched(&engine).await;
            assert!(found.iter().any(|finding| finding.contains(said)), "{touching}: {found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_touched_does_not_go() {
    for (engine, clock) in both(Vec::new).await {
        let system = engine.system(Through::CommandLine);
        years_ago(&clock);
        batch(&engine, &clock, &["sign-in", "export"]).await;
        batch(&engine, &clock, &["view"]).await;
        behind(&engine, "UPDATE \"audit\" SET \"event\" = 'view' WHERE \"event\" = 'export'").await;
        clock.pass(400 * DAY);
        engine.keep_audit(&system, Some(6)).await.expect("six months");
        night(&engine, &clock).await;
        assert_eq!(events(&engine).await, ["view", "view", "sign-in"]);
        assert!(engine.audit_extent().await.expect("its extent").anchor.is_none());
        let waiting = engine.jobs_in(&system, engine::operating::JobState::Waiting, 10).await.expect("the jobs");
        assert!(waiting.iter().any(|job| job.kind == "let-audit-go" && job.error.contains("AUDIT WAS TOUCHED")), "{waiting:?}");
    }
}
