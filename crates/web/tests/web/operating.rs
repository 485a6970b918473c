//! What administrators read of a running installation, and what they do about it.

use crate::client::Got;
use crate::house::{House, houses};
use engine::Statement;
use engine::Through;
use engine::audit::{Asked, Entry};
use kernel::Value;

async fn page(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

async fn post(house: &House, who: &str, path: &str) -> Got {
    let csrf = house.people[who].csrf.as_str();
    house.page(who, "POST", path).form(&format!("csrf={csrf}")).send().await
}

async fn sql(house: &House, text: String) {
    let write = house.engine.store().write(move |tx| Box::pin(async move { tx.execute(&Statement::new(text, Vec::new())).await }));
    write.await.expect("a statement");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_failed_is_run_again_and_one_that_waits_is_given_up() {
    for house in houses().await {
        let engine = house.engine.clone();
        let [failed, waiting] = ["nothing/0000000000001 x", ""].map(str::to_owned);
        let (one, other) = house
            .engine
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    Ok((engine.enqueue(tx, "sweep-files", failed, None).await?, engine.enqueue(tx, "empty-trash", waiting, None).await?))
                })
            })
            .await
            .expect("two jobs");
        let number = one.number();
        sql(
            &house,
            format!("UPDATE \"job\" SET \"state\" = 'failed', \"error\" = 'the <disk> is full', \"attempts\" = 12 WHERE \"id\" = {number}"),
        )
        .await;
        let shown = page(&house, "ada", "/administration/jobs").await;
        assert!(shown.contains("the &lt;disk&gt; is full") || shown.contains("the &#60;disk&#62; is full"), "{shown}");
        assert!(
            shown.contains(&format!("/administration/jobs/{one}/run")) && shown.contains(&format!("/administration/jobs/{other}/give-up"))
        );
        // A failed one is not given up once more, and nobody but an administrator touches any.
        post(&house, "ada", &format!("/administration/jobs/{one}/give-up")).await.expect(404);
        post(&house, "mara", &format!("/administration/jobs/{one}/run")).await.expect(403);
        post(&house, "ada", &format!("/administration/jobs/{one}/run")).await.expect(303);
        post(&house, "ada", &format!("/administration/jobs/{other}/give-up")).await.expect(303);
        while house.engine.work_once().await.expect("a worker") {}
        let states = Statement::new(
            "SELECT \"id\", \"state\" FROM \"job\" WHERE \"id\" IN (?, ?) ORDER BY \"id\"",
            vec![Value::Link(one), Value::Link(other)],
        );
        let rows = house.engine.store().read(move |tx| Box::pin(async move { tx.rows(&states).await })).await.expect("the jobs");
        let states: Vec<&str> = rows.iter().map(|row| row.text(1)).collect();
        assert_eq!(states, ["done", "failed"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_anybody_is_ended_at_once() {
    for house in houses().await {
        let shown = page(&house, "ada", "/administration/tokens").await;
        assert!(shown.contains("bruno") && !shown.contains(&house.people["bruno"].token), "a secret is shown");
        let user = house.people["bruno"].id;
        let token = house.engine.tokens(user).await.expect("his tokens")[0].id.clone();
        house.get("bruno", "/accounts").await.expect(200);
        post(&house, "anna", &format!("/administration/tokens/{token}/revocation")).await.expect(403);
        post(&house, "ada", &format!("/administration/tokens/{token}/revocation")).await.expect(303);
        house.get("bruno", "/accounts").await.expect(401);
        post(&house, "ada", &format!("/administration/tokens/{token}/revocation")).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_storage_and_backups_say_how_it_stands() {
    for house in houses().await {
        let health = page(&house, "ada", "/administration/health").await;
        let database = match house.engine.store().dialect() {
            engine::Dialect::Sqlite => "SQLite",
            engine::Dialect::Postgres => "PostgreSQL",
        };
        assert!(health.contains(database) && health.contains("Nodes"), "{health}");
        let storage = page(&house, "ada", "/administration/storage").await;
        assert!(storage.contains("Files") && storage.contains(">contact<"), "{storage}");
        let backups = page(&house, "ada", "/administration/backups").await;
        assert!(backups.contains("No backup has been taken yet"));
        // This house has no folder for them.
        post(&house, "ada", "/administration/backups").await.expect(503);
        for path in ["health", "storage", "backups", "tokens", "jobs", "audit"] {
            house.page("mara", "GET", &format!("/administration/{path}")).send().await.expect(403);
            let shown = page(&house, "ada", &format!("/administration/{path}")).await;
            for missing in [">administration-", ">jobs-", ">health-", ">storage-", ">tokens-", ">backups-", ">audit-"] {
                assert!(!shown.contains(missing), "{path}: a word is missing: {missing}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_says_who_saw_exported_was_refused_and_administered() {
    for house in houses().await {
        let card = format!("/accounts/{}", house.north.account);
        for _ in 0..3 {
            page(&house, "anna", &card).await;
        }
        house.get("mara", &card).await.expect(200);
        // What is not seen is in no audit of who saw it.
        house.page("bruno", "GET", &card).send().await.expect(404);
        page(&house, "mara", "/accounts/export.csv").await;
        house.page("anna", "GET", "/administration/audit").send().await.expect(403);
        let csrf = &house.people["ada"].csrf;
        let password = format!("csrf={csrf}&password=una+frase+lunga+e+nuova");
        house.page("ada", "POST", &format!("/users/{}/password", house.people["bruno"].id)).form(&password).send().await.expect(303);
        let field = serde_json::json!({ "label": "Cella frigorifera", "entity": "account", "kind": "text" });
        house.post("ada", "/own_fields", field).await.expect(201);
        house.engine.settle_audit().await.expect("written");
        let system = house.engine.system(Through::CommandLine);
        let asked = Asked { record: Some(house.north.account), ..Asked::default() };
        let listed = house.engine.audited(&system, &asked, 50).await.expect("the audit");
        let seen: Vec<(Option<kernel::Id>, &str, &str)> =
            listed.rows.iter().map(|row| (row.entry.user, row.entry.event.as_str(), row.entry.through.as_str())).collect();
        let (anna, mara) = (Some(house.people["anna"].id), Some(house.people["mara"].id));
        assert_eq!(seen, [(mara, "view", "api"), (anna, "view", "pages")]);
        let all = house.engine.audited(&system, &Asked::default(), 50).await.expect("the audit");
        for (who, event, entity) in
            [("mara", "export", "account"), ("anna", "denied", ""), ("ada", "password", "user"), ("ada", "create", "own_field")]
        {
            let user = Some(house.people[who].id);
            assert!(
                all.rows.iter().any(|row| row.entry.user == user && row.entry.event == event && row.entry.entity == entity),
                "{who} {event} {entity}: {:?}",
                all.rows
            );
        }
        assert!(all.rows.iter().all(|row| !row.entry.detail.contains("nuova")), "a secret is in the audit");
        // On the page, by record and by event, and as a file.
        let shown = page(&house, "ada", &format!("/administration/audit?record={}", house.north.account)).await;
        assert!(shown.contains("Card seen") && shown.contains("anna") && shown.contains("mara"), "{shown}");
        let shown = page(&house, "ada", "/administration/audit?event=export").await;
        let table = shown.split("<tbody>").nth(1).expect("a table");
        assert!(table.contains("Export") && !table.contains("Card seen"), "{shown}");
        assert!(page(&house, "ada", &card).await.contains(&format!("/administration/audit?record={}", house.north.account)));
        house.engine.settle_audit().await.expect("written");
        let file = page(&house, "ada", "/administration/audit/export.csv?event=view").await;
        assert_eq!(file.lines().count(), 1 + 3, "{file}");
        house.page("ada", "GET", "/administration/audit?from=yesterday").send().await.expect(422);
        house.engine.close_audit().await.expect("a batch");
        let findings = house.engine.examine().await.expect("the examination");
        assert!(findings.iter().all(|finding| !finding.contains("AUDIT")), "{findings:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_in_and_whoever_does_not_is_in_the_audit() {
    for house in houses().await {
        let anna = house.people["anna"].id;
        house.engine.set_password(anna, "una frase lunga davvero".to_owned()).await.expect("a password");
        let enter = |password: &str| {
            let form = format!("email=anna%40example.it&password={}", password.replace(' ', "+"));
            house.send("POST", "/sign-in").header("Sec-Fetch-Site", "same-origin").form(&form).send()
        };
        enter("una frase lunga sbagliata").await;
        enter("una frase lunga davvero").await.expect(303);
        let system = house.engine.system(Through::CommandLine);
        let all = house.engine.audited(&system, &Asked::default(), 50).await.expect("the audit");
        let events: Vec<(Option<kernel::Id>, &str)> = all.rows.iter().map(|row| (row.entry.user, row.entry.event.as_str())).collect();
        assert_eq!(events, [(Some(anna), "sign-in"), (None, "sign-in-failed")]);
        assert!(all.rows.iter().all(|row| row.entry.address.starts_with("127.")), "{:?}", all.rows);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_how_long_the_audit_is_kept_is_said_on_its_page() {
    const YEARS: i64 = 6 * 365 * 86_400_000;
    for house in houses().await {
        let engine = house.engine.clone();
        house.clock.pass(-YEARS);
        for (event, through) in [("import", "command-line"), ("backup-taken", "job")] {
            engine
                .audit(Entry { through: through.to_owned(), detail: "root: scheda import".to_owned(), ..Entry::new(event) })
                .await
                .expect("kept");
        }
        engine.close_audit().await.expect("a batch");
        house.clock.pass(YEARS);
        // Who is nobody in particular is said in words; so is that everything is kept.
        let shown = page(&house, "ada", "/administration/audit").await;
        for said in
            [">Command line<", ">Scheda itself<", "root: scheda import", "Import", "<option value=\"\" selected>for ever<", "Noted since"]
        {
            assert!(shown.contains(said), "{said}: {shown}");
        }
        assert!(!shown.contains("let go"), "{shown}");
        assert!(page(&house, "ada", "/administration/audit/export.csv").await.contains(";Command line;import;"));
        let keep = async |who: &str, months: &str| {
            let form = format!("csrf={}&months={months}", house.people[who].csrf);
            house.page(who, "POST", "/administration/audit/keeping").form(&form).send().await
        };
        keep("mara", "12").await.expect(403);
        for wrong in ["5", "0", "-12", "241", "x", "6.5"] {
            keep("ada", wrong).await.expect(422);
        }
        keep("ada", "").await.expect(303);
        keep("ada", "12").await.expect(303);
        let shown = page(&house, "ada", "/administration/audit").await;
        for said in ["<option value=\"12\" selected>one year<", ">6 months<", ">5 years<", "How long the audit is kept changed"] {
            assert!(shown.contains(said), "{said}: {shown}");
        }
        engine.close_audit().await.expect("a batch");
        let own = engine.clone();
        let enqueue = engine.store().write(move |tx| Box::pin(async move { own.enqueue(tx, "let-audit-go", String::new(), None).await }));
        enqueue.await.expect("a job");
        while engine.work_once().await.expect("a worker") {}
        let shown = page(&house, "ada", "/administration/audit").await;
        assert!(shown.contains("2 let go, the last time on ") && !shown.contains("root: scheda import"), "{shown}");
        assert!(shown.contains("Old rows of the audit let go"), "{shown}");
        let jobs = page(&house, "ada", "/administration/health").await;
        assert!(jobs.contains("Letting old rows of the audit go") || !jobs.contains("let-audit-go"), "{jobs}");
    }
}

#[tokio::test]
async fn every_event_of_the_audit_is_said_in_words() {
    for house in houses().await {
        // What is no record's, and what everybody arranges for himself is not kept.
        let kept = |route: &&web::Route| {
            let own = ["/sign-in", "/setup", "/preferences/security", "/preferences/tokens", "/preferences/sessions"];
            let kept = route.policy == web::Policy::Administrator || own.iter().any(|path| route.path.starts_with(path));
            kept && !["", "passkey-question", "try-layout"].contains(&route.audit)
        };
        let told: Vec<&str> = house.web.table().iter().filter(kept).map(|route| route.audit).collect();
        assert!(told.len() > 20, "{told:?}");
        for event in told {
            house.engine.audit(Entry::new(event)).await.expect("kept");
        }
        let shown = page(&house, "ada", "/administration/audit").await;
        let options = shown.split("name=\"event\"").nth(1).and_then(|rest| rest.split("</select>").next()).expect("the events");
        for option in options.split("<option value=\"").skip(2) {
            let (key, said) = option.split_once('>').expect("an option");
            assert!(!said.starts_with(key.trim_end_matches(" selected").trim_end_matches('"')), "{key} has no words");
        }
    }
}
