//! The audit: only added to, chained, and found to be touched where somebody touched it behind the program's back.

use engine::audit::{Asked, Entry};
use engine::testing::both;
use engine::{Engine, Through};
use kernel::Id;
use store::Statement;

async fn behind(engine: &Engine, sql: &'static str) {
    let write = engine.store().write(move |tx| Box::pin(async move { tx.execute(&Statement::new(sql, Vec::new())).await }));
    assert!(write.await.expect("a statement") > 0, "{sql}");
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
